"""A brand's folder: its facts, its content, and the demo's people. Their dates count from the moment of loading."""

import json
import re
import tomllib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
EXAMPLE_UK = HERE.parent.parent / "brands" / "example-uk"
FIRST_EDGE_CASE = 2000000000000000101

type Person = dict[str, Any]
"""`x_user_id`, `handle`, `note`, `linked`, `stopped`, `main`, and the `account`, `bills` and `lines` of a document."""

_OFFSET = re.compile(r"([+-]\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def people(now: datetime, brand: Path = EXAMPLE_UK) -> list[Person]:
    """Return a brand's three main people and those who each stand for one edge case."""
    listed = json.loads((brand / "people.json").read_text(encoding="utf-8"))
    main: list[Person] = []
    for one in listed["people"]:
        base = next((other for other in main if other["handle"] == one.get("like")), None)
        main.append({**(_like(base, one) if base else one), "main": True})
    edge = _edge_cases(main[0], listed["edge_numbers_from"], listed["added_numbers_from"])
    zone = ZoneInfo(facts(brand)["timezone"])
    return [_dated(one, now, zone) for one in [*main, *edge]]


def facts(brand: Path = EXAMPLE_UK) -> dict[str, Any]:
    """Return who and where a brand is."""
    return tomllib.loads((brand / "facts.toml").read_text(encoding="utf-8"))


def catalogue(now: datetime, brand: Path = EXAMPLE_UK) -> list[dict[str, Any]]:
    """Return a brand's facts and content as items of the catalogue."""
    by_kind = tomllib.loads((brand / "content.toml").read_text(encoding="utf-8"))
    known = facts(brand)
    content = [{"kind": kind, **item} for kind, items in by_kind.items() for item in items]
    zone = ZoneInfo(known["timezone"])
    return [_dated(item, now, zone) for item in ({"kind": "brand", "id": "facts", **known}, *content)]


def _like(base: Person, one: Person) -> Person:
    """Take over what is not named: of the account and of the line attribute by attribute, else as a whole."""
    named = {name: value for name, value in one.items() if name != "like"}
    account = {**base["account"], **one["account"]}
    lines = [{**base["lines"][0], **line} for line in one["lines"]]
    return deepcopy({**base, **named, "account": account, "lines": lines})


def _edge_cases(base: Person, numbers_from: str, added_from: str) -> list[Person]:
    cases = tomllib.loads((HERE / "edge_cases.toml").read_text(encoding="utf-8"))
    added = count(int(added_from))
    people = []
    for at, (handle, case) in enumerate(cases.items()):
        person = _edge_case(base, at, handle, case)
        person["lines"][0]["number"] = f"+{int(numbers_from) + at}"
        if "adds" in case:
            person["lines"].append({**person["lines"][0], "number": f"+{next(added)}", **case["adds"]})
        people.append(person)
    return people


def _edge_case(base: Person, at: int, handle: str, case: dict[str, Any]) -> Person:
    person = deepcopy(base)
    person |= {"x_user_id": str(FIRST_EDGE_CASE + at), "handle": handle, "note": case["note"], "main": False}
    person["account"]["account_id"] = f"demo-{101 + at:04}"
    for path, value in case.get("changes", {}).items():
        _change(person, path, value)
    return person


def _change(person: Person, path: str, value: Any) -> None:
    """Put a value at a path like `lines.0.resets_on`."""
    *parents, last = path.split(".")
    there: Any = person
    for name in parents:
        there = there[int(name) if name.isdigit() else name]
    there[last] = value


def _dated(value: Any, now: datetime, zone: ZoneInfo, name: str = "") -> Any:
    """Turn offsets like -12m and +10d into times, and into dates where the attribute is one of a day."""
    if isinstance(value, dict):
        return {key: _dated(inner, now, zone, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, now, zone) for inner in value]
    offset = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if offset is None:
        return value
    ahead = timedelta(**{_UNITS[offset[2]]: int(offset[1])})
    if name == "as_of" or name.endswith("_at"):
        return (now + ahead).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (now.astimezone(zone).date() + ahead).isoformat()
