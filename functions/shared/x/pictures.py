"""A picture that a customer has attached, fetched from X as it is looked at: it is never kept."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
from requests_oauthlib import OAuth1  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError

from functions.shared.x.keyed_messenger import CREDENTIALS
from functions.shared.x.media import IN_X, MEDIA_HOST, NotShown, Picture, path_at_x

SECONDS = 5.0
_WAIT = 2.0
"""For a connection, then for each piece. What has not come by SECONDS less one of these does not."""
LARGEST_PICTURE = 4_000_000
"""Bytes: Lambda answers six million, in which each three are four."""
_BEGINNINGS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


def fetch(url: str | None, keys: Mapping[str, str], base: str = MEDIA_HOST) -> Picture:
    """Fetch a picture from X with the brand's signature. Raises NotShown.

    `base` takes the place of X's host where X is simulated.
    """
    path = path_at_x(url)
    if path is None:
        raise NotShown(f"Where this picture lies is not known. {IN_X}")
    ends = time.monotonic() + SECONDS - _WAIT
    try:
        with requests.Session() as session:
            session.trust_env = False
            return _read(session.get(base + path, **_asked(keys)), lambda: time.monotonic() < ends)
    except (requests.RequestException, HTTPError):  # the latter while it is read
        raise NotShown(f"X did not give this picture in time. {IN_X}") from None


def _asked(keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "auth": OAuth1(*(keys[name] for name in CREDENTIALS)),
        "headers": {"accept-encoding": "identity"},
        "allow_redirects": False,
        "stream": True,
        "timeout": _WAIT,
    }


def _read(response: requests.Response, is_time: Callable[[], bool]) -> Picture:
    with response:
        if response.status_code == 404:
            raise NotShown("This picture is not at X any more.")
        if response.status_code != 200:
            raise NotShown(f"X does not give this picture ({response.status_code}). {IN_X}")
        content = b"".join(_pieces(response, is_time))
    return Picture(content, _type_of(content))


def _pieces(response: requests.Response, is_time: Callable[[], bool]) -> Iterator[bytes]:
    """Read what there is, as it comes; what X says of its length is believed only where it is too long."""
    told = response.headers.get("content-length", "")
    size = 0
    while size <= LARGEST_PICTURE and not (told.isdecimal() and int(told) > LARGEST_PICTURE):
        if not is_time():
            raise NotShown(f"X did not give this picture in time. {IN_X}")
        piece = response.raw.read1(65_536)
        if not piece:
            return
        size += len(piece)
        yield piece
    raise NotShown(f"This picture is larger than {LARGEST_PICTURE // 1_000_000} MB. {IN_X}")


def _type_of(content: bytes) -> str:
    """Tell what a picture is by its bytes: what X, or who wrote it there, calls it does not count."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    found = (kind for kind, beginnings in _BEGINNINGS.items() if content.startswith(beginnings))
    kind = next(found, None)
    if kind is None:
        raise NotShown(f"This is no picture that can be shown here. {IN_X}")
    return kind
