"""When a person will have answered: opening hours, the time that a customer is told, and the watch over it.

The time that is told *is* the time that is stored and watched, so it is rounded here, to what people say.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from functions.shared.cases import Case, Promise, Team
from functions.shared.customers import Customer

TARGET = timedelta(minutes=60)
"""For the first answer of an ordinary team, counted while it is open."""
SOON = timedelta(minutes=15)
"""For the urgent team day and night; for an ordinary one, while it is open, if the words ask for a look first."""
PER_CASE = timedelta(minutes=7)
"""What each case that waits in the line costs a team."""
STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
UPDATED_BEFORE = timedelta(minutes=10)
"""How long before a promise breaks the customer learns of it; where little time was promised, in its last third."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RULE = re.compile(r"([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? (\d\d):(\d\d)-(\d\d):(\d\d)")
_FAR = 60  # days to look ahead for an open one


type Ahead = Callable[[Case], int]
"""Counts the cases that are taken before one."""


class Opening(Protocol):
    """The brand's facts that tell when people are there."""

    @property
    def hours(self) -> str:
        """As customers read it: "Mon-Fri 08:00-20:00, Sat 09:00-17:00"."""

    @property
    def timezone(self) -> str: ...

    @property
    def holidays(self) -> str:
        """The country whose public holidays are kept, or a part of it: "GB", "GB-ENG"."""


class UnclearHours(ValueError):
    """The brand's opening hours cannot be read."""


@dataclass(frozen=True)
class Span:
    """Hours of one weekday, Monday being 0, in minutes after midnight."""

    day: int
    opens: int
    closes: int


def due_at(team: Team, now: datetime, brand: Opening, waiting: int, *, look_first: bool = False) -> datetime:
    """Return when a person has to have answered a new case of a team in whose line `waiting` others are.

    The team's target, or the length of its line, whichever is later; what has to be looked at first passes the line.
    """
    if team == "urgent":
        return _as_said(now + max(SOON, waiting * PER_CASE), now)
    takes = SOON if look_first else max(TARGET, waiting * PER_CASE)
    return _as_said(_after_open(takes, now, brand), now)


def look_at(customer: Customer, case: Case | None) -> datetime | None:
    """When the clock has to look at what a customer was promised: to write the update, then to count it as broken."""
    if case is None or not case.open or case.promise is None or case.promise.kept is not None:
        return None
    return update_at(case.promise) if may_update(customer, case) else case.promise.by


def may_update(customer: Customer, case: Case) -> bool:
    """Whether the one update may be written: not to whom the bot has to be silent."""
    return not (case.updated or customer.stopped or customer.flooded_at or case.had_last_word)


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
    return False if promise.told_at > was.by else None


def _before(before: Case | None, after: Case) -> Promise | None:
    return before.promise if before and before.id == after.id else None


def _same(one: Promise | None, other: Promise) -> bool:
    return one is not None and (one.by, one.told_at) == (other.by, other.told_at)


def told_next(case: Case, now: datetime, brand: Opening, ahead: Ahead) -> datetime:
    """Return the time to tell whoever asks about a case that waits: what they were told, unless that has passed."""
    promise = case.promise
    known = promise.by if promise and promise.kept is None else case.due_at
    return known if known > now else due_at(case.team, now, brand, ahead(case))


def is_open(now: datetime, brand: Opening) -> bool:
    """Say whether people of the ordinary teams are there."""
    return next(_open_times(now, brand))[0] <= now


def check(brand: Opening) -> None:
    """Raise UnclearHours if promises cannot be made from the brand's facts."""
    next(_open_times(datetime.now(UTC), brand))


def _as_said(due: datetime, now: datetime) -> datetime:
    """Round up: to "in about 25 minutes" within the hour, else to "by 15:30"."""
    if (span := _up(due - now)) < HOUR:
        return now + span
    due = max(due, now + HOUR)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + _up(due - midnight)


def _up(span: timedelta) -> timedelta:
    return -(-span // STEP) * STEP


def _after_open(takes: timedelta, now: datetime, brand: Opening) -> datetime:
    """Return when a stretch of time is over of which only open minutes count."""
    for opens, closes in _open_times(now, brand):
        start = max(opens, now)
        if start + takes <= closes:
            return start + takes
        takes -= closes - start
    raise UnclearHours(f'nobody is there for so long with the hours "{brand.hours}"')


def _open_times(now: datetime, brand: Opening) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches, in UTC, in which people are there, from the one that is not over yet."""
    zone = ZoneInfo(brand.timezone)
    today = now.astimezone(zone).date()
    spans = _spans(brand.hours)
    found = False
    for day in (today + timedelta(days=ahead) for ahead in range(_FAR)):
        if _is_holiday(day, brand.holidays):
            continue
        for span in (span for span in spans if span.day == day.weekday()):
            closes = _at(day, span.closes, zone)
            if closes > now:
                found = True
                yield _at(day, span.opens, zone), closes
    if not found:
        raise UnclearHours(f'nobody is ever there with the hours "{brand.hours}"')


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minute = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)
    return local.astimezone(UTC)


@cache
def _spans(hours: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    for rule in (rule.strip() for rule in hours.split(",")):
        found = _RULE.fullmatch(rule)
        first, last = (found[1], found[2] or found[1]) if found else ("", "")
        if not found or first not in _DAYS or last not in _DAYS:
            raise UnclearHours(f'write opening hours like "Mon-Fri 08:00-20:00, Sat 09:00-17:00", not "{hours}"')
        opens, closes = (int(found[at]) * 60 + int(found[at + 1]) for at in (3, 5))
        if not opens < closes <= 24 * 60:
            raise UnclearHours(f'opening hours must open before they close, within a day: "{rule}"')
        start, end = _DAYS.index(first), _DAYS.index(last)
        spans += [Span((start + step) % 7, opens, closes) for step in range((end - start) % 7 + 1)]
    return tuple(sorted(spans, key=lambda span: (span.day, span.opens)))


def _is_holiday(day: date, country: str) -> bool:
    return day in _holidays(country, day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # knows every country; nobody who makes no promise should wait for it

    code, _, part = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(code, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise UnclearHours(f'the public holidays of "{country}" are not known; use a country code like GB') from error
