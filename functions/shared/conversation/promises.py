"""When a person will have answered: opening hours, the time that a customer is told, and the watch over it.

The time that is told *is* the time that is stored and watched, so it is rounded here, to what people say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from functions.shared.brand.hours import Opening, after_open, next_day_ends
from functions.shared.conversation.cases import Case, Promise, Team
from functions.shared.conversation.customers import Customer

TARGET = timedelta(minutes=60)
"""For the first answer of an ordinary team, counted while it is open."""
SOON = timedelta(minutes=15)
"""For the urgent team day and night; for an ordinary one, while it is open, if the words ask for a look first."""
PER_CASE = timedelta(minutes=7)
"""What each case that waits in the line costs a team."""
COUNTED = 200
"""Cases at which the counting of a line ends: behind so many no time that is told would be honest."""
HOUR = timedelta(hours=1)
"""Below it a wait is told in minutes, from it on as a time of the clock."""
STEP = timedelta(minutes=5)
"""What times are rounded to."""
UPDATED_BEFORE = timedelta(minutes=10)
"""How long before a promise breaks the customer learns of it; where little time was promised, in its last third."""


type Ahead = Callable[[Case], int]
"""Counts the cases that are taken before one, as far as COUNTED."""


def due_at(team: Team, now: datetime, brand: Opening, waiting: int, *, look_first: bool = False) -> datetime:
    """Return when a person has to have answered a new case of a team in whose line `waiting` others are.

    The team's target, or the length of its line, whichever is later; what has to be looked at first passes the line.
    Behind a line that is too long to tell a time it is the end of the next open day, which nobody is told.
    """
    if not tellable(team, waiting, look_first=look_first):
        return next_day_ends(now, brand)
    if team == "urgent":
        return as_said(now + max(SOON, waiting * PER_CASE), now)
    takes = SOON if look_first else max(TARGET, waiting * PER_CASE)
    return as_said(after_open(takes, now, brand), now)


def tellable(team: Team, waiting: int, *, look_first: bool = False) -> bool:
    """Whether a customer may be told a time behind so many others."""
    return waiting < COUNTED or (look_first and team != "urgent")


def look_at(customer: Customer, case: Case | None) -> datetime | None:
    """When the clock has to look at what a customer was promised: to write the update, then to count it as broken."""
    if case is None or not case.open or case.promise is None or case.promise.kept is not None:
        return None
    return update_at(case.promise) if may_update(customer, case) else case.promise.by


def may_update(customer: Customer, case: Case) -> bool:
    """Whether the one update may be written: not to whom the bot has to be silent, nor who waits for a call."""
    return not (case.call or case.updated or customer.stopped or customer.flooded_at or case.had_last_word)


def may_leave(case: Case | None, now: datetime) -> bool:
    """Whether an update of the promised time is still news: nobody has answered, and the time has not passed."""
    return case is not None and case.promise is not None and case.promise.kept is None and now < case.promise.by


def update_at(promise: Promise) -> datetime:
    return promise.by - min(UPDATED_BEFORE, (promise.by - promise.told_at) / 3)


def newly_told(before: Case | None, after: Case) -> datetime | None:
    """Return the time that the customer is told by a change."""
    was, promise = _before(before, after), after.promise
    return promise.by if promise and not _same(was, promise) else None


def verdict(before: Case | None, after: Case) -> bool | None:
    """Say whether a change keeps or breaks what the customer was told; None where it does neither."""
    was, promise = _before(before, after), after.promise
    if was is None or promise is None or was.kept is not None:
        return None
    if _same(was, promise):
        return promise.kept
    if promise.told_at > was.by:
        return False
    # Staff who answer and promise something else have kept what was promised.
    return True if after.answered_at == promise.told_at else None


def _before(before: Case | None, after: Case) -> Promise | None:
    return before.promise if before and before.id == after.id else None


def _same(one: Promise | None, other: Promise) -> bool:
    return one is not None and (one.by, one.told_at) == (other.by, other.told_at)


def told_next(case: Case, now: datetime, brand: Opening, ahead: Ahead) -> datetime | None:
    """Return the time to tell whoever asks about a case that waits: what they were told, unless that has passed.

    None where the line is too long to tell one.
    """
    promise = case.promise
    told = promise.by if promise and promise.kept is None else None
    if told and told > now:
        return told
    later = due_to_tell(case, now, brand, ahead)
    return case.due_at if later and told is None and case.due_at > now else later


def due_to_tell(case: Case, now: datetime, brand: Opening, ahead: Ahead) -> datetime | None:
    """Return when a case that waits will be answered as its line stands now; None where no time would be honest."""
    waiting = ahead(case)
    return due_at(case.team, now, brand, waiting) if tellable(case.team, waiting) else None


def as_said(due: datetime, now: datetime) -> datetime:
    """Round up: to "in about 25 minutes" within the hour, else to "by 15:30"."""
    if (span := _up(due - now)) < HOUR:
        return now + span
    due = max(due, now + HOUR)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + _up(due - midnight)


def _up(span: timedelta) -> timedelta:
    return -(-span // STEP) * STEP
