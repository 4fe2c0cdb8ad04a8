"""The page at `/desk`: how many wait in each line and how long, and how to take them. Nothing personal is on it."""

from datetime import UTC, datetime
from html import escape
from string import Template
from typing import Any

from functions.shared.aws.store import Store
from functions.shared.conversation.cases import TEAMS, Team

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="15">
<title>Desk: $total waiting</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  caption, th, td { text-align: left; padding: .35rem .75rem .35rem 0 }
  tr { border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent) }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent) }
</style>
<h1>Desk</h1>
<table>
<caption>In the line at $now UTC</caption>
<thead><tr><th scope="col">Team<th scope="col">Waiting<th scope="col">Earliest due</thead>
<tbody>
$rows
</tbody>
</table>
<h2>Take the next case</h2>
<pre>tweetserve desk next
tweetserve desk show
tweetserve desk reply "Your answer."
tweetserve desk resolve sorted</pre>
<p>On this machine add <code>--local --as agent-1</code>. <code>tweetserve desk --help</code> says the rest.
</html>
""")


def response(store: Store, now: datetime) -> dict[str, Any]:
    return {"statusCode": 200, "headers": HEADERS, "body": page(store, now)}


def page(store: Store, now: datetime) -> str:
    waiting = {team: store.waiting(team) for team in TEAMS}
    rows = "\n".join(_row(store, team, count, now) for team, count in waiting.items())
    return PAGE.substitute(total=sum(waiting.values()), now=f"{now.astimezone(UTC):%H:%M}", rows=rows)


def _row(store: Store, team: Team, count: int, now: datetime) -> str:
    first = store.line(team, 1)
    due = _due(datetime.fromisoformat(first[0]["due_at"]), now) if first else "–"
    return f'<tr><th scope="row">{escape(team)}<td>{count}<td>{escape(due)}'


def _due(at: datetime, now: datetime) -> str:
    day = "" if at.date() == now.date() else f"{at:%a} "
    return f"{day}{at:%H:%M} UTC{', overdue' if at < now else ''}"
