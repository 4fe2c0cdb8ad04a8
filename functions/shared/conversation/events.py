"""Changes of cases for who listens elsewhere: kept in the transaction that makes them, until all of them have it.

Nobody's words are in it: an event names what was said, and whoever may tell the words reads them when it leaves.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from functions.shared.aws.rows import EVENTS, TEXTS_KEPT, erased_key, event_key
from functions.shared.aws.store import Put, stamp
from functions.shared.aws.stored import fields_of
from functions.shared.conversation.cases import Case, Entry

SHOWN = (
    "id",
    "customer",
    "team",
    "kind",
    "state",
    "fence",
    "owner",
    "opened_at",
    "due_at",
    "answered_at",
    "wrap_up",
    "resolved_at",
)
"""What an event says of a case."""


def of_change(
    before: Case | None, after: Case | None, said: Iterable[Entry], sequence: int, now: datetime
) -> tuple[Put, ...]:
    """Return the row of a change, none where nothing has changed that is told. `sequence` grows within a case."""
    if after is None:
        return ()
    was = before if before and before.id == after.id else None
    entries = [{"id": one.id, "who": one.who, "by": one.by, "at": stamp(one.at)} for one in said]
    if was and not entries and _shown(was) == _shown(after):
        return ()
    row = {"type": _kind_of(was, after), "at": stamp(now), "case": _shown(after), "entries": entries, "tried": 0}
    waits = {"clock": EVENTS, "look_at": stamp(now)}
    return (Put(event_key(after.id, sequence).row(row | waits, until=now + TEXTS_KEPT)),)


def of_erasure(case_id: str, now: datetime) -> Put:
    """Return the row that says that a case is erased here, for the others to erase it too."""
    row = {"type": "case.erased", "at": stamp(now), "case": {"id": case_id}, "entries": [], "tried": 0}
    waits = {"clock": EVENTS, "look_at": stamp(now)}
    return Put(erased_key(case_id).row(row | waits, until=now + TEXTS_KEPT))


def _kind_of(before: Case | None, after: Case) -> str:
    if before is None:
        return "case.opened"
    if before.open != after.open:
        return "case.reopened" if after.open else "case.resolved"
    return "case.changed"


def _shown(case: Case) -> dict[str, Any]:
    every = fields_of(case)
    return {name: every[name] for name in SHOWN if name in every} | {"number": case.number}
