"""Calls that staff promise: the times at which a team rings, and what a promised call does to its case. Pure.

A case with a call waits until it is time. Then it is back in its team's line, for who had it first; a call that nobody
has made by the end of its time is a broken promise.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import fields_in, slot_key
from functions.shared.aws.store import Item, Put
from functions.shared.aws.stored import STRICT, Stored, fields_of, read_as
from functions.shared.brand.catalogue import Brand
from functions.shared.brand.hours import open_days
from functions.shared.conversation.cases import BACK_TO_OWNER, Call, Case, Promise, Team, in_line, promise_judged
from functions.shared.conversation.customers import A_DAY

OPEN_DAYS = 2
"""So many days on which people are there are offered."""
SOONEST = timedelta(minutes=15)
"""Nobody is promised a call sooner."""
NO_CALL = frozenset({"access", "quiet_contact"})
"""Kinds of cases in which nobody is rung: they need it in writing, or somebody else may answer."""
NEEDS = (
    "brand.calls.minutes",
    *(f"brand.calls.per_slot.{team}" for team in ("urgent", "billing", "devices", "sales", "general")),
)
"""When there are calls (see docs/data.md)."""


def slots(team: Team, now: datetime, brand: Brand) -> Iterator[Call]:
    """Yield the times at which a team rings, whether they are taken or not."""
    if not capacity(team, brand) or brand.calls is None:
        return
    length = timedelta(minutes=brand.calls.minutes)
    for stretches in islice(open_days(now, brand), OPEN_DAYS):
        for opens, closes in stretches:
            for number in range((closes - opens) // length):
                at = opens + number * length
                if at >= now + SOONEST:
                    yield Call(at, at + length)


def capacity(team: Team, brand: Brand) -> int:
    return getattr(brand.calls.per_slot, team) or 0 if brand.calls else 0


@dataclass(frozen=True, config=STRICT)
class SlotTaken(Stored):
    """How many calls a team has promised for one time. Kept under a version of its own."""

    version: int = 0
    calls: int = 0

    @classmethod
    def of(cls, row: Item | None) -> "SlotTaken":
        return read_as(cls, fields_in(row or {}))

    def left(self, of: int) -> int:
        """Return how many more fit. What is not understood is full."""
        return 0 if self.unread else max(0, of - self.calls)

    def one_more(self, team: Team, call: Call) -> Put:
        """The row with one more, under its next version: of two who take the last one of them is too late."""
        return self._put(team, call, self.calls + 1)

    def one_less(self, team: Team, call: Call) -> Put:
        return self._put(team, call, max(0, self.calls - 1))

    def _put(self, team: Team, call: Call, many: int) -> Put:
        taken = replace(self, version=self.version + 1, calls=many)
        return Put(slot_key(team, call.at).row(fields_of(taken), until=call.until + A_DAY), expected=self.version)


# ---- a case's life with a call ----


def may_be_called(case: Case) -> bool:
    return not NO_CALL & {case.kind, *case.acknowledged}


def booked(case: Case, call: Call, now: datetime) -> Case:
    """Promise a call. It answers what the customer said; the case waits until it is time."""
    answered = promise_judged(replace(case, call=None), now)
    return replace(
        answered,
        state="WAITING_CUSTOMER",
        fence=case.fence + 1,
        owner=None,
        lease_until=None,
        silent=False,
        answered_at=now,
        promise=Promise(call.until, told_at=now),
        call=call,
    )


def time_to_ring(case: Case, now: datetime) -> Case:
    """It is time to ring: back into the line, to who had the case first."""
    at = case.call.at if case.call else now
    return replace(in_line(case, at), back_until=now + BACK_TO_OWNER)


def rung(case: Case, now: datetime) -> Case:
    """Somebody has rung: that keeps what was promised, if it was in time, whether or not they were reached."""
    return replace(promise_judged(replace(case, call=None), now), answered_at=now)
