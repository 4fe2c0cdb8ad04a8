"""When people of the brand are there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from functions.shared.brand.locale import SpecialHours

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RULE = re.compile(r"([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? (\d\d):(\d\d)-(\d\d):(\d\d)")
NEEDS = ("brand.hours", "brand.timezone", "brand.holidays", "brand.special_hours.on", "brand.special_hours.hours")
"""What promises, and every "today", are made from (see docs/data.md)."""
_FAR = 366  # days to look ahead for open ones


class Opening(Protocol):
    """The brand's facts that tell when people are there."""

    @property
    def hours(self) -> str:
        """As customers read it: "Mon-Fri 08:00-20:00, Sat 09:00-17:00"."""

    @property
    def timezone(self) -> str: ...

    @property
    def holidays(self) -> str | None:
        """The country whose public holidays are kept, or a part of it: "GB", "GB-ENG"; None = none are."""

    @property
    def special_hours(self) -> tuple[SpecialHours, ...]: ...


class UnclearHours(ValueError):
    """The brand's opening hours cannot be read."""


@dataclass(frozen=True)
class Span:
    """Hours of one weekday, Monday being 0, in minutes after midnight."""

    day: int
    opens: int
    closes: int


def today(now: datetime, brand: Opening) -> date:
    """Return the date where the brand is: the one by which bills, periods and offers count."""
    return now.astimezone(ZoneInfo(brand.timezone)).date()


def is_open(now: datetime, brand: Opening) -> bool:
    """Say whether people of the ordinary teams are there."""
    return next(_open_times(now, brand))[0] <= now


def check(brand: Opening) -> None:
    """Raise UnclearHours if promises cannot be made from the brand's facts."""
    for special in brand.special_hours:
        next(_spans_of(special.on, brand), None)
    next(_open_times(datetime.now(UTC), brand))


def after_open(takes: timedelta, now: datetime, brand: Opening) -> datetime:
    """Return when a stretch of time is over of which only open minutes count."""
    for opens, closes in _open_times(now, brand):
        start = max(opens, now)
        if start + takes <= closes:
            return start + takes
        takes -= closes - start
    raise UnclearHours(f'nobody is there for so long with the hours "{brand.hours}"')


def open_days(now: datetime, brand: Opening) -> Iterator[list[tuple[datetime, datetime]]]:
    """Yield for each day on which people are there, from today on, the stretches of it that are not over yet."""
    zone = ZoneInfo(brand.timezone)
    for _, times in groupby(_open_times(now, brand), key=lambda stretch: stretch[0].astimezone(zone).date()):
        yield list(times)


def open_between(start: datetime, end: datetime, brand: Opening) -> timedelta:
    """Return how much of a stretch of time people are there."""
    there = timedelta()
    for opens, closes in _open_times(start, brand):
        if opens >= end:
            break
        there += min(closes, end) - max(opens, start)
    return there


def closed_days(start: datetime, end: datetime, brand: Opening) -> list[date]:
    """Return the days between two times on which nobody is there."""
    first, last = today(start, brand), today(end, brand)
    between = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days))
    return [day for day in between if next(_spans_of(day, brand), None) is None]


def next_day_ends(now: datetime, brand: Opening) -> datetime:
    """Return when people leave on the next day, after today, on which they are there."""
    zone, first = ZoneInfo(brand.timezone), today(now, brand)
    for day, times in groupby(_open_times(now, brand), key=lambda stretch: stretch[0].astimezone(zone).date()):
        if day > first:
            return max(closes for _, closes in times)
    raise UnclearHours(f'nobody is there after today with the hours "{brand.hours}"')


def _open_times(now: datetime, brand: Opening) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches, in UTC, in which people are there, from the one that is not over yet."""
    zone, first = ZoneInfo(brand.timezone), today(now, brand)
    found = False
    for day in (first + timedelta(days=ahead) for ahead in range(_FAR)):
        for span in _spans_of(day, brand):
            closes = _at(day, span.closes, zone)
            if closes > now:
                found = True
                yield _at(day, span.opens, zone), closes
    if not found:
        raise UnclearHours(f'nobody is ever there with the hours "{brand.hours}"')


def _spans_of(day: date, brand: Opening) -> Iterator[Span]:
    """Yield a day's hours: its own if it has some, else its weekday's, none on a holiday."""
    special = next((one for one in brand.special_hours if one.on == day), None)
    if special:
        yield from _spans(f"{_DAYS[day.weekday()]} {special.hours}") if special.hours else ()
    elif not (brand.holidays and _is_holiday(day, brand.holidays)):
        yield from (span for span in _spans(brand.hours) if span.day == day.weekday())


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
