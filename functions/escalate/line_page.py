"""The page at `/desk`, open to everybody: how staff take a case. What waits in the lines is for who has signed in."""

from typing import Any

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Desk</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent) }
</style>
<h1>Desk</h1>
<h2>Take the next case</h2>
<pre>tweetserve desk next
tweetserve desk show
tweetserve desk reply "Your answer."
tweetserve desk resolve sorted</pre>
<p>On this machine add <code>--local --as agent-1</code>. <code>tweetserve desk --help</code> says the rest,
<code>tweetserve cases</code> what waits in each line.
</html>
"""


def response() -> dict[str, Any]:
    return {"statusCode": 200, "headers": HEADERS, "body": PAGE}
