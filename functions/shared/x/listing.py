"""How X is asked to list DMs: by what its document of today allows, and by less where X names what it does not take."""

import re
from collections.abc import Mapping
from typing import Any

QUERY: Mapping[str, str] = {
    "event_types": "MessageCreate",
    "dm_event.fields": "id,text,event_type,created_at,dm_conversation_id,attachments,entities",
    "expansions": "sender_id",
    "user.fields": "username",
    "max_results": "100",
}
"""Since X's OpenAPI 2.167 (August 2026) `sender_id` is no field of a DM any more: it comes by its expansion."""
ASKED_AGAIN = 4
"""So often X may name something else that it does not take."""

_ALLOWED = re.compile(r"not one of \[[^\]]*\]")
_WORD = re.compile(r"[\w.]+")


def narrower(query: Mapping[str, str], refused: Mapping[str, Any]) -> dict[str, str] | None:
    """Return a query without what the body of a 400 names; None where it names nothing that could be left out."""
    errors = refused.get("errors")
    listed = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    said = " ".join(str(one.get(part, "")) for one in (refused, *listed) for part in ("detail", "message"))
    words = set(_WORD.findall(_ALLOWED.sub("", said)))
    for error in listed:
        words.update(error["parameters"] if isinstance(error.get("parameters"), dict) else ())
    less = {name: kept for name, values in query.items() if (kept := _without(name, values, words))}
    return None if less == query else less


def _without(name: str, values: str, named: set[str]) -> str:
    """Return the values that are not named; none where their parameter is, and no value."""
    if name == "pagination_token":
        return values
    kept = [value for value in values.split(",") if value not in named]
    every = len(kept) == len(values.split(","))
    return "" if every and name in named else ",".join(kept)


def has_no_sender(event: Mapping[str, Any]) -> bool:
    """Whether X keeps to itself who wrote a DM."""
    is_dm = event.get("event_type", "MessageCreate") == "MessageCreate"
    return is_dm and not isinstance(event.get("sender_id"), str)
