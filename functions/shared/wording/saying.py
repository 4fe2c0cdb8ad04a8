"""How values are said: money, dates, times, amounts, lists and plurals, by the brand's facts on the data of CLDR.

Left is rounded down, used is rounded up.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfoNotFoundError

import babel
from babel import localedata
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol

from functions.shared.brand.locale import Locale
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.promises import HOUR, STEP

NEEDS = ("brand.country", "brand.currency", "brand.minor_sign", "brand.timezone", "brand.clock", "brand.date_order")
"""What is said by (see docs/data.md)."""
LANGUAGE = "en"
"""What our texts are written in."""
MB, GB, TB = 10**6, 10**9, 10**12

_DAYS = {"day-month": ("EEE d MMM", "EEE d MMM y", "d MMM y"), "month-day": ("EEE, MMM d", "EEE, MMM d, y", "MMM d, y")}
"""A day of this year, of another one, and without its weekday."""
_TIMES = {"24h": "HH:mm", "12h": "h:mm a"}


@cache
def spoken_in(country: str) -> babel.Locale:
    """Return how our language is spoken in a country, as it is anywhere in the world where CLDR does not know."""
    known = (name for name in (f"{LANGUAGE}_{country}", f"{LANGUAGE}_001") if localedata.exists(name))
    return babel.Locale.parse(next(known, LANGUAGE))


def _plain(said: str) -> str:
    """Write a space as a space: CLDR has some that no text message can hold."""
    return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


# ---- values ----


def money(minor: int, brand: Locale) -> str:
    """Say an amount: £23.45, £20, 65p, $1,204.50, ¥500. Never a minus: what is in credit is said in words."""
    digits = get_currency_precision(brand.currency)
    whole, rest = divmod(abs(minor), 10**digits)
    if rest and not whole and brand.minor_sign:
        return f"{rest}{brand.minor_sign}"
    spoken = spoken_in(brand.country)
    pattern = spoken.currency_formats["standard"].pattern
    if get_currency_symbol(brand.currency, spoken)[-1].isalpha():
        pattern = pattern.replace("¤#", "¤ #")  # KWD 12, where a sign would stand at the figures
    if not rest:
        pattern = pattern.replace(".00", "")
    amount = Decimal(abs(minor)).scaleb(-digits)
    return _plain(format_currency(amount, brand.currency, pattern, spoken, currency_digits=bool(rest)))


def figure(count: int, brand: Locale) -> str:
    """Say how many: 240; 1,200."""
    return _plain(format_decimal(count, locale=spoken_in(brand.country)))


def count_of(count: int, noun: str, brand: Locale) -> str:
    """Say "no texts", "1 text", "212 texts"."""
    plural = "" if spoken_in(brand.country).plural_form(count) == "one" else "s"
    return f"{figure(count, brand) if count else 'no'} {noun}{plural}"


def series(words: Sequence[str], brand: Locale) -> str:
    """Say several things: "a, b and c"; in the United States "a, b, and c"."""
    return format_list(list(words), locale=spoken_in(brand.country))


def data_left(amount: int, brand: Locale) -> str:
    return _data(amount, brand, up=False) if amount >= MB else "less than 1 MB"


def data_used(amount: int, brand: Locale) -> str:
    return _data(max(amount, MB), brand, up=True) if amount else "no data"


def _data(amount: int, brand: Locale, *, up: bool) -> str:
    size, name = next((size, name) for size, name in ((TB, "TB"), (GB, "GB"), (MB, "MB")) if amount >= size)
    step = size // 10 if size > MB and amount < 100 * size else size
    rounded = (-(-amount // step) if up else amount // step) * step
    if rounded >= 1000 * size and size < TB:
        return _data(rounded, brand, up=up)  # 999.6 MB, rounded up, are 1 GB
    tenths = Decimal(rounded * 10 // size) / 10
    return _plain(f"{format_decimal(tenths, locale=spoken_in(brand.country))} {name}")


def minutes_left(seconds: int, brand: Locale) -> str:
    return figure(seconds // 60, brand) if seconds >= 60 else "less than one"


def minutes_used(seconds: int, brand: Locale) -> str:
    return count_of(-(-seconds // 60), "minute", brand)


def texts_left(count: int, brand: Locale) -> str:
    return figure(count, brand)


def texts_used(count: int, brand: Locale) -> str:
    return count_of(count, "text", brand)


def line_ending(phone: str) -> str:
    return f" on the number ending {phone[-3:]}"


# ---- times ----


def full_date(on: date, brand: Locale) -> str:
    """Say a date for staff, who have to know its year: 3 Mar 2027."""
    return format_date(on, _DAYS[brand.date_order][2], spoken_in(brand.country))


def day(on: date, today: date, brand: Locale) -> str:
    """Say a date: today, tomorrow, yesterday, Fri 4 Dec; in another year Wed 3 Mar 2027."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    pattern = _DAYS[brand.date_order][on.year != today.year]
    return near.get((on - today).days) or format_date(on, pattern, spoken_in(brand.country))


def month(on: date, brand: Locale) -> str:
    """Say a month: October."""
    return format_date(on, "MMMM", spoken_in(brand.country))


def on_day(on: date, today: date, brand: Locale) -> str:
    """Say a date in a sentence: on Fri 4 Dec, but today."""
    said = day(on, today, brand)
    return f"on {said}" if " " in said else said


def time_of_day(at: datetime, brand: Locale) -> str:
    """Say a time where the brand is: 15:30; 3:30 PM."""
    return _plain(format_time(at.astimezone(brand.zone).time(), _TIMES[brand.clock], locale=spoken_in(brand.country)))


NO_CLOCK = (Unreadable, ZoneInfoNotFoundError, ValueError)
"""Where a brand has not said how it tells time, or in words that nothing can be told by."""


def clock_time(at: datetime, brand: Callable[[], Locale]) -> str:
    """Say a time to staff by the brand's clock; where that is not known, in UTC."""
    try:
        return time_of_day(at, brand())
    except NO_CLOCK:
        return f"{at.astimezone(UTC):%H:%M} UTC"


def moment(at: datetime, now: datetime, brand: Locale) -> str:
    """Say a time: 15:30, 10:00 tomorrow, 10:00 on Mon 30 Nov."""
    today = now.astimezone(brand.zone).date()
    said, time = on_day(at.astimezone(brand.zone).date(), today, brand), time_of_day(at, brand)
    return time if said == "today" else f"{time} {said}"


def between(at: datetime, until: datetime, now: datetime, brand: Locale) -> str:
    """Say a stretch of a day: today between 15:00 and 15:30, on Mon 30 Nov between 09:00 and 09:30."""
    today = now.astimezone(brand.zone).date()
    said = on_day(at.astimezone(brand.zone).date(), today, brand)
    return f"{said} between {time_of_day(at, brand)} and {time_of_day(until, brand)}"


def as_of(at: datetime, now: datetime, brand: Locale) -> str:
    """Say how old figures are: 14:03, 22:10 yesterday, Fri 20 Nov."""
    at = min(at, now)  # the carrier's clock may be a little before ours
    local, today = at.astimezone(brand.zone).date(), now.astimezone(brand.zone).date()
    return moment(at, now, brand) if (today - local).days <= 1 else day(local, today, brand)


NO_TIME = "as soon as we can, as many are waiting"
"""In the place of a time, where none would be honest."""


def eta(due_at: datetime | None, now: datetime, brand: Locale) -> str:
    """Say when a person will have answered: in about 25 minutes, by 15:30, by 10:00 tomorrow; None = no time."""
    if due_at is None:
        return NO_TIME
    wait = max(-(-(due_at - now) // STEP), 1) * STEP
    if wait < HOUR:
        return f"in about {wait // timedelta(minutes=1)} minutes"
    midnight = due_at.replace(hour=0, minute=0, second=0, microsecond=0)
    due_at = midnight - (midnight - due_at) // STEP * STEP
    return f"by {moment(due_at, now, brand)}"


def pace(left: int, resets_on: date, today: date, brand: Locale) -> str:
    """Say how far data goes a day, where that helps: two days or more ahead, 100 MB a day or more."""
    days = (resets_on - today).days
    if days < 2 or left // days < 100 * MB:
        return ""
    return f": about {data_left(left // days, brand)} a day until then"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
