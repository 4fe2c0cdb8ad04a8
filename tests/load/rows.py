"""Accounts as a carrier hands them in, for the tests of loading."""

import json
from copy import deepcopy
from typing import Any

from tests.places import DOCS

SAMPLE: dict[str, Any] = json.loads((DOCS / "samples" / "account.json").read_text())


def document(number: int = 1, *, lines: int = 1, as_of: str = "2026-11-24T14:03:00Z", **line: Any) -> dict[str, Any]:
    """Return an account with the sample's bill and so many of its lines."""
    first = SAMPLE["lines"][0] | {"as_of": as_of} | line
    every = [first | {"line_id": str(one), "number": f"+447{number:04}{one:05}"} for one in range(1, lines + 1)]
    return SAMPLE | {"account": SAMPLE["account"] | {"account_id": f"A-{number}", "as_of": as_of}, "lines": every}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return an account in which one thing is another."""
    whole = deepcopy(document())
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    inner: Any = whole
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return whole
