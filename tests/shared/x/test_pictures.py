"""A customer's picture is fetched from X as it is looked at, and nothing else is."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from functions.shared.x import pictures
from functions.shared.x.media import NotShown, path_at_x
from functions.shared.x.pictures import LARGEST_PICTURE, fetch
from functions.webhook.envelopes import read_events
from local.x.pictures import png
from tests.simulated_x import BRAND, LINKED, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "simulated"]  # fixtures
AT_X = "https://ton.twitter.com/1.1/ton/data/dm/1/2/a_b-C.png"


def attached(simulated: SimulatedX, hook: Hook, kind: str | bool = True) -> str:
    """Write with a picture; return where X says that it lies."""
    simulated.types(LINKED.id, "my bill", attachment=kind)
    [message] = read_events(hook.bodies[-1], brand_id=BRAND.id, now=0)
    assert isinstance(message, dict)
    return str(message["media"])


@pytest.mark.parametrize(
    "url",
    [
        "http://ton.twitter.com/1.png",
        "https://ton.twitter.com.evil.example/1.png",
        "https://ton.twitter.com:8443/1.png",
        "https://ton.twitter.com@evil.example/1.png",
        "https://TON.twitter.com/1.png",
        "https://pbs.twimg.com/1.png",
        "https://169.254.169.254/latest/meta-data",
        "https://ton.twitter.com/../1.png",
        "https://ton.twitter.com/1.png?x=1",
        "https://ton.twitter.com/1.png#x",
        "https://ton.twitter.com/1.png\n",
        "https://ton.twitter.com/" + "x" * 500,
        "https://ton.twitter.com",
        "",
        None,
        7,
    ],
)
def test_nothing_but_xs_own_media_host_is_asked(url: object) -> None:
    assert path_at_x(url) is None
    with pytest.raises(NotShown, match="Open it in X"):
        fetch(str(url), user_tokens())


def test_a_picture_is_fetched_with_the_brands_signature(simulated: SimulatedX, hook: Hook) -> None:
    url = attached(simulated, hook)

    shown = fetch(url, user_tokens(), simulated.url)

    assert (shown.media_type, shown.content) == ("image/png", png())
    with pytest.raises(NotShown, match=r"401"):
        fetch(url, user_tokens() | {"access_token_secret": "another"}, simulated.url)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("gone", "This picture is not at X any more."),
        ("huge", "This picture is larger than 4 MB. Open it in X."),
        ("no_picture", "This is no picture that can be shown here. Open it in X."),
        ("moved", "X does not give this picture (302). Open it in X."),
    ],
)
def test_what_is_no_picture_is_said_in_a_sentence(
    simulated: SimulatedX,
    hook: Hook,
    kind: str,
    why: str,
) -> None:
    url = attached(simulated, hook, kind)

    with pytest.raises(NotShown) as told:
        fetch(url, user_tokens(), simulated.url)

    assert str(told.value) == why


@contextmanager
def answering(*pieces: bytes, every: float = 0.02) -> Iterator[str]:
    """An X that gives a picture piece by piece, and does not say how long it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            for piece in pieces:
                try:
                    self.wfile.write(piece)
                except OSError:
                    return
                time.sleep(every)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        web.daemon_threads = True
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{web.server_port}"
        finally:
            web.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("begins", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBP", "image/webp"),
    ],
)
def test_what_a_picture_is_its_bytes_say(begins: bytes, media_type: str) -> None:
    with answering(begins[:3], begins[3:], b"more", every=0) as x:
        shown = fetch(AT_X, user_tokens(), x)

    assert (shown.media_type, shown.content) == (media_type, begins + b"more")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"RIFF\x10\x00\x00\x00WAVE", b"BM"])
def test_what_else_there_is_is_not_shown(content: bytes) -> None:
    with answering(content, every=0) as x, pytest.raises(NotShown, match="no picture that can be shown"):
        fetch(AT_X, user_tokens(), x)


def test_a_picture_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", pictures._WAIT + 0.1)

    with answering(*[b"\xff\xd8\xff"] * 50) as x, pytest.raises(NotShown, match="in time"):
        fetch(AT_X, user_tokens(), x)


def test_an_x_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_WAIT", 0.1)

    with answering(b"\xff\xd8\xff", b"more", every=0.5) as x, pytest.raises(NotShown, match="in time"):
        fetch(AT_X, user_tokens(), x)


def test_one_that_does_not_say_how_long_it_is_ends_at_four_megabytes() -> None:
    with answering(*[bytes(1_000_000)] * 6, every=0) as x, pytest.raises(NotShown, match="larger than 4 MB"):
        fetch(AT_X, user_tokens(), x)

    assert LARGEST_PICTURE * 4 / 3 < 6_000_000


def test_an_x_that_cannot_be_reached_is_said() -> None:
    with pytest.raises(NotShown, match="in time"):
        fetch(AT_X, user_tokens(), "http://127.0.0.1:9")
