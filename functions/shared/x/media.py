"""Where X keeps what customers attach to DMs: nothing else is ever fetched, and nobody else reads our signature."""

import re
from dataclasses import dataclass

MEDIA_HOST = "https://ton.twitter.com"
_AT_X = re.compile(rf"{re.escape(MEDIA_HOST)}(/[A-Za-z0-9_.~%:/-]{{1,400}})")


def path_at_x(url: object) -> str | None:
    """Return where a picture lies at X's host for media; None for every other address, however like it looks."""
    found = _AT_X.fullmatch(url) if isinstance(url, str) else None
    return found[1] if found and ".." not in found[1] else None


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str


class NotShown(Exception):
    """A picture cannot be shown; the sentence says why, to a person."""


IN_X = "Open it in X."
