"""The counter of promises, by the invariants' own checkers: over what X saw and what is stored, not what we say."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from functions.shared.aws.rows import DM, id_in
from local.proof.invariants import UNSETTLED, Trace, no_loss, one_reply


@dataclass(frozen=True)
class Counter:
    asked: int
    answered: int
    with_people: int
    waiting: int
    lost: int
    twice: int
    silent: int
    """No answer is due: after #stop, to a thank-you, or where X refuses our messages."""


def counted(trace: Trace, overdue: Collection[str]) -> dict[str, Any]:
    """Count. A DM of which nothing is stored is waited for until it is overdue, and lost from then on.

    What was before an erasure is not counted: nothing is known of it any more.
    """
    trace = trace.remembered
    records = {id_in(row): row for row in trace.of(DM)}
    states = {row["id"]: str(row["state"]) for row in trace.replies}
    kinds = [_kind(records.get(dm), states.get(f"{dm}#reply"), is_overdue=dm in overdue) for dm in trace.asked]
    judged = {dm: customer for dm, customer in trace.asked.items() if dm in records or dm in overdue}
    return asdict(
        Counter(
            asked=len(trace.asked),
            answered=kinds.count("answered"),
            with_people=kinds.count("with_people"),
            waiting=kinds.count("waiting"),
            lost=len(list(no_loss(replace(trace, asked=judged)))),
            twice=len(list(one_reply(trace))),
            silent=kinds.count("silent"),
        )
    )


def _kind(record: dict[str, Any] | None, reply: str | None, *, is_overdue: bool) -> str:
    if record is None:
        return "lost" if is_overdue else "waiting"
    if record["disposition"] in ("escalated", "joined") or reply == "UNCONFIRMED":
        return "with_people"
    if reply in UNSETTLED:
        return "waiting"
    return "answered" if reply == "SENT" else "silent"
