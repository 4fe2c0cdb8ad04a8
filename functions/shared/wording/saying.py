"""How values are said. Left is rounded down, used is rounded up."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MB, GB, TB = 10**6, 10**9, 10**12
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=5)


# ---- values ----


def money(minor: int) -> str:
    """Say an amount: £23.45, £20, 65p. Never a minus: what is in credit is said in words."""
    pounds, rest = divmod(abs(minor), 100)
    if pounds == 0 and rest:
        return f"{rest}p"
    return f"£{pounds:,}.{rest:02}" if rest else f"£{pounds:,}"


def data_left(amount: int) -> str:
    return _data(amount, up=False) if amount >= MB else "less than 1 MB"


def data_used(amount: int) -> str:
    return _data(max(amount, MB), up=True) if amount else "no data"


def _data(amount: int, *, up: bool) -> str:
    size, name = next((size, name) for size, name in ((TB, "TB"), (GB, "GB"), (MB, "MB")) if amount >= size)
    step = size // 10 if size > MB and amount < 100 * size else size
    rounded = (-(-amount // step) if up else amount // step) * step
    if rounded >= 1000 * size and size < TB:
        return _data(rounded, up=up)  # 999.6 MB, rounded up, are 1 GB
    whole, tenth = divmod(rounded * 10 // size, 10)
    return f"{whole:,}.{tenth} {name}" if tenth else f"{whole:,} {name}"


def minutes_left(seconds: int) -> str:
    return f"{seconds // 60:,}" if seconds >= 60 else "less than one"


def minutes_used(seconds: int) -> str:
    return counted(-(-seconds // 60), "minute")


def texts_left(count: int) -> str:
    return f"{count:,}"


def texts_used(count: int) -> str:
    return counted(count, "text")


def counted(count: int, noun: str) -> str:
    """Say "no texts", "1 text", "212 texts"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"


def line_ending(number: str) -> str:
    return f" on the number ending {number[-3:]}"


# ---- times ----


def day(on: date, today: date) -> str:
    """Say a date: today, tomorrow, yesterday, Fri 4 Dec; in another year Wed 3 Mar 2027."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get((on - today).days) or f"{on:%a} {on.day} {on:%b}" + (f" {on.year}" if on.year != today.year else "")


def on_day(on: date, today: date) -> str:
    """Say a date in a sentence: on Fri 4 Dec, but today."""
    said = day(on, today)
    return f"on {said}" if " " in said else said


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Say a time: 15:30, 10:00 tomorrow, 10:00 on Mon 30 Nov."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    said = on_day(local.date(), today)
    return f"{local:%H:%M}" if said == "today" else f"{local:%H:%M} {said}"


def as_of(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Say how old figures are: 14:03, 22:10 yesterday, Fri 20 Nov."""
    at = min(at, now)  # the carrier's clock may be a little before ours
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    return moment(at, now, zone) if (today - local).days <= 1 else day(local, today)


NO_TIME = "as soon as we can, as many are waiting"
"""In the place of a time, where none would be honest."""


def eta(due_at: datetime | None, now: datetime, timezone: str) -> str:
    """Say when a person will have answered: in about 25 minutes, by 15:30, by 10:00 tomorrow; None = no time."""
    if due_at is None:
        return NO_TIME
    wait = max(-(-(due_at - now) // STEP), 1) * STEP
    if wait < HOUR:
        return f"in about {wait // timedelta(minutes=1)} minutes"
    midnight = due_at.replace(hour=0, minute=0, second=0, microsecond=0)
    due_at = midnight - (midnight - due_at) // STEP * STEP
    return f"by {moment(due_at, now, ZoneInfo(timezone))}"


def pace(left: int, resets_on: date, today: date) -> str:
    """Say how far data goes a day, where that helps: two days or more ahead, 100 MB a day or more."""
    days = (resets_on - today).days
    if days < 2 or left // days < 100 * MB:
        return ""
    return f": about {data_left(left // days)} a day until then"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
