"""How values are said to a customer, and how a reply is put together."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.commands.registry import Reply

HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")

GB, MB = 1_000_000_000, 1_000_000
UNITS = ((1_000 * GB, "TB"), (GB, "GB"), (MB, "MB"))

SEVERAL = "{hi}here you are:"


def hi(handle: str | None) -> str:
    """Greet. What follows starts in lower case."""
    return f"Hi @{handle}, " if handle and HANDLE.fullmatch(handle) else "Hi, "


def name(handle: str | None) -> str:
    """Return ", @handle" or nothing, for the middle of a sentence."""
    return f", @{handle}" if handle and HANDLE.fullmatch(handle) else ""


def money(pence: int) -> str:
    """Say an amount: £23.45, £20, 65p. The sign is left to the words around it."""
    pence = abs(pence)
    if 0 < pence < 100:
        return f"{pence}p"
    return f"£{pence // 100:,}" + (f".{pence % 100:02}" if pence % 100 else "")


def data_left(size: int) -> str:
    """Say bytes, rounded down: what is left is never more than is left."""
    return _data(size, up=False)


def data_used(size: int) -> str:
    """Say bytes, rounded up."""
    return _data(size, up=True)


def _data(size: int, *, up: bool) -> str:
    if size < MB and not up:
        return "less than 1 MB" if size else "0 MB"
    for unit, sign in UNITS:
        if size >= unit or unit == MB:
            # Three digits are enough, and MB have no part.
            step = unit // 10 if unit > MB and size < 100 * unit else unit
            steps = -(-size // step) if up else size // step
            amount = steps * step
            whole, part = divmod(amount, unit)
            return f"{whole:,}" + (f".{part * 10 // unit}" if part else "") + f" {sign}"
    raise AssertionError(size)


def minutes_left(seconds: int) -> str:
    return "less than one" if 0 < seconds < 60 else f"{seconds // 60:,}"


def minutes_used(seconds: int) -> str:
    return f"{-(-seconds // 60):,}"


def number(count: int) -> str:
    return f"{count:,}"


def day(when: date, today: date) -> str:
    """Say a day: today, tomorrow, yesterday, Fri 4 Dec; in another year Wed 3 Mar 2027."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((when - today).days)
    return near or f"{when:%a} {when.day} {when:%b}" + (f" {when.year}" if when.year != today.year else "")


def on_day(when: date, today: date) -> str:
    """The same with "on" where it is a weekday."""
    said = day(when, today)
    return said if said in ("today", "tomorrow", "yesterday") else f"on {said}"


def as_of(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Say when figures were taken: 14:03, 22:10 yesterday, Fri 20 Nov."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    match (today - local.date()).days:
        case 0:
            return f"{local:%H:%M}"
        case 1:
            return f"{local:%H:%M} yesterday"
    return day(local.date(), today)


def eta(due_at: datetime, now: datetime, timezone: str) -> str:
    """Say when a person will have answered: in about 25 minutes, by 15:30, by 10:00 tomorrow, by 10:00 on Mon 30 Nov."""
    left = due_at - now
    if left < timedelta(hours=1):
        return f"in about {max(1, -(-left // timedelta(minutes=5))) * 5} minutes"
    return f"by {clock_time(due_at, now, timezone)}"


def clock_time(at: datetime, now: datetime, timezone: str) -> str:
    """Say a time to come: 15:30, 10:00 tomorrow, 10:00 on Mon 30 Nov."""
    zone = ZoneInfo(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    said = on_day(local.date(), today)
    return f"{local:%H:%M}" + ("" if said == "today" else f" {said}")


def case_number(case_id: str) -> str:
    """Say a case's number so that it can be read out: 7KD-2MX."""
    return f"{case_id[:3]}-{case_id[3:]}"


def upper(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def assemble(
    replies: Sequence[Reply],
    *,
    handle: str | None,
    typo: str | None = None,
    too: str | None = None,
    late: bool = False,
    first_contact: str | None = None,
) -> str:
    """Put replies into one text with one next step. What was passed on to people stands before anything else there.

    `typo` is the hashtag that a slip was taken for, `late` says sorry for a long wait in place of the greeting.
    """
    greeting = f"Sorry for the wait{name(handle)}: " if late else hi(handle)
    if typo:
        greeting += f"I took that as #{typo}: "
    text = _several(replies) if len(replies) > 1 else replies[0].text
    serious = next((reply.next for reply in replies if reply.serious), "")
    step = too or serious or (replies[0].next if len(replies) == 1 else "")
    apart = "\n" if "\n" in text and step else " "
    said = text.replace("{hi}", greeting, 1) + (apart + step if step else "")
    return said + (first_contact or "")


def _several(replies: Sequence[Reply]) -> str:
    """One line each in the order asked, then the figures' time and when they renew."""
    lines = [SEVERAL, *(reply.short or upper(reply.text.replace("{hi}", "")) for reply in replies)]
    dated = [reply for reply in replies if reply.as_of]
    if dated:
        renews = {reply.renews for reply in dated if reply.renews}
        both = "both " if len(dated) == 2 else "all " if len(dated) > 2 else ""
        last = f"; {both}{_plural(renews.pop(), plural=bool(both))}" if len(renews) == 1 else ""
        lines.append(f"As of {dated[0].as_of}{last}.")
    return "\n".join(lines)


def _plural(renews: str, *, plural: bool) -> str:
    """Return "renew on Fri 4 Dec" of "renews on Fri 4 Dec"."""
    verb, _, rest = renews.partition(" ")
    return f"{verb.removesuffix('s') if plural else verb} {rest}"
