"""The demo's people and the demo brand's content. Their dates count from the moment of loading."""

import json
import re
import tomllib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
ZONE = ZoneInfo("Europe/London")
FIRST_EDGE_CASE = 2000000000000000101
FIRST_EDGE_NUMBER = 447700900201

type Person = dict[str, Any]
"""`x_user_id`, `handle`, `note`, `linked`, `stopped`, `main`, and the `account`, `bills` and `lines` of a document."""

_OFFSET = re.compile(r"([+-]\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def people(now: datetime) -> list[Person]:
    """Return the three main people and those who each stand for one edge case."""
    main: list[Person] = []
    for one in json.loads((HERE / "people.json").read_text(encoding="utf-8")):
        base = next((other for other in main if other["handle"] == one.get("like")), None)
        main.append({**(_like(base, one) if base else one), "main": True})
    edge_cases = tomllib.loads((HERE / "edge_cases.toml").read_text(encoding="utf-8"))
    edge = [_edge_case(main[0], at, handle, case) for at, (handle, case) in enumerate(edge_cases.items())]
    return [_dated(one, now) for one in [*main, *edge]]


def catalogue(now: datetime) -> list[dict[str, Any]]:
    """Return the demo brand's content as items of the catalogue."""
    by_kind = tomllib.loads((HERE / "catalogue.toml").read_text(encoding="utf-8"))
    return [_dated({"kind": kind, **item}, now) for kind, items in by_kind.items() for item in items]


def _like(base: Person, one: Person) -> Person:
    """Take over what is not named: of the account and of the line attribute by attribute, else as a whole."""
    named = {name: value for name, value in one.items() if name != "like"}
    account = {**base["account"], **one["account"]}
    lines = [{**base["lines"][0], **line} for line in one["lines"]]
    return deepcopy({**base, **named, "account": account, "lines": lines})


def _edge_case(base: Person, at: int, handle: str, case: dict[str, Any]) -> Person:
    person = deepcopy(base)
    person |= {"x_user_id": str(FIRST_EDGE_CASE + at), "handle": handle, "note": case["note"], "main": False}
    person["account"]["account_id"] = f"demo-{101 + at:04}"
    person["lines"][0]["number"] = f"+{FIRST_EDGE_NUMBER + at}"
    for path, value in case.get("changes", {}).items():
        _change(person, path, value)
    if "adds" in case:
        person["lines"].append({**person["lines"][0], **case["adds"]})
    return person


def _change(person: Person, path: str, value: Any) -> None:
    """Put a value at a path like `lines.0.resets_on`."""
    *parents, last = path.split(".")
    there: Any = person
    for name in parents:
        there = there[int(name) if name.isdigit() else name]
    there[last] = value


def _dated(value: Any, now: datetime, name: str = "") -> Any:
    """Turn offsets like -12m and +10d into times, and into dates where the attribute is one of a day."""
    if isinstance(value, dict):
        return {key: _dated(inner, now, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, now) for inner in value]
    offset = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if offset is None:
        return value
    ahead = timedelta(**{_UNITS[offset[2]]: int(offset[1])})
    if name == "as_of" or name.endswith("_at"):
        return (now + ahead).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (now.astimezone(ZONE).date() + ahead).isoformat()
