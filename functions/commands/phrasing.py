"""How values are said, and how replies are put together into one text. Left is rounded down, used is rounded up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.commands.registry import Reply
from functions.shared.customers import at_handle

LONGEST = 500
"""No DM is longer than this."""
USUAL = 280
"""All but the menu and the phones stay within this."""

LATE = "Sorry for the wait{name}: "
"""In the place of {hi} when a reply waited for X's limit."""
TYPO = "I took that as #{tag}: "
SEVERAL = "{hi}here you are:"
ONE_AT_A_TIME = "For the rest, please send one hashtag at a time."

MB, GB, TB = 10**6, 10**9, 10**12
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=5)

_GREETING = len("Hi @, ") + 15


# ---- values ----


def money(pence: int) -> str:
    """Say an amount: £23.45, £20, 65p. Never a minus: what is in credit is said in words."""
    pounds, rest = divmod(abs(pence), 100)
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


def case_number(case_id: str) -> str:
    """Say a case's number so that it can be read out on the phone: 7KD-2MX."""
    return f"{case_id[:3]}-{case_id[3:]}"


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


def eta(due_at: datetime, now: datetime, timezone: str) -> str:
    """Say when a person will have answered: in about 25 minutes, by 15:30, by 10:00 tomorrow."""
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


# ---- one text ----


def assemble(
    replies: Sequence[Reply],
    *,
    handle: str | None,
    typo: str | None = None,
    too: str | None = None,
    late: bool = False,
    first_contact: str | None = None,
) -> str:
    """Put replies into one text with one next step.

    `typo` is the hashtag that a slip was taken for; `too`, `late` and `first_contact` are `ack.too`, the apology for
    waiting and the privacy notice.
    """
    known, name = at_handle(handle), _name(handle)
    named = (replace(reply, text=reply.text.replace("{name}", name)) for reply in replies)
    replies = list(dict.fromkeys(named))  # "#data #minutes" from a stranger is one answer
    hi = sorry(handle) if late else f"Hi {known}, " if known else "Hi, "
    hi += TYPO.format(tag=typo) if typo else ""
    after, notice = too or _next(replies), first_contact or ""
    room = LONGEST - len(hi) - len(after) - len(notice)
    text = replies[0].text if len(replies) == 1 else _several(replies, room)
    text = text.replace("{hi}", hi)
    return ("\n" if "\n" in text else " ").join(part for part in (text, after) if part) + notice


def sorry(handle: str | None) -> str:
    """Begin a reply that had to wait."""
    return LATE.format(name=_name(handle))


def _name(handle: str | None) -> str:
    return f", {known}" if (known := at_handle(handle)) else ""


def fits(reply: Reply, longest: int = USUAL) -> bool:
    """Say whether a reply stays within a length, with a handle of fifteen letters."""
    return _GREETING + len(f"{reply.text} {reply.next}".removeprefix("{hi}").rstrip()) <= longest


def _next(replies: Sequence[Reply]) -> str:
    """Return the one next step: the most serious; beside several answers nothing less than old figures."""
    best = max(replies, key=lambda reply: reply.serious)
    return best.next if best.serious or len(replies) == 1 else ""


def _several(replies: Sequence[Reply], room: int) -> str:
    """Say several answers, a line each, in the order asked, as many as there is room for."""
    same_time = len({reply.as_of for reply in replies if reply.as_of}) == 1
    last = [line] if (line := _last_line(replies, same_time=same_time)) else []
    lines = [SEVERAL]
    for reply in replies:
        line = _line(reply, same_time=same_time)
        if len(lines) > 1 and len("\n".join([*lines, line, *last, ONE_AT_A_TIME])) > room:
            return "\n".join([*lines, *last, ONE_AT_A_TIME])
        lines.append(line)
    return "\n".join([*lines, *last])


def _line(reply: Reply, *, same_time: bool) -> str:
    if not reply.short:
        return capital(reply.text.replace("{hi}", ""))
    return reply.short if same_time or not reply.as_of else f"{reply.short} (as of {reply.as_of})"


def _last_line(replies: Sequence[Reply], *, same_time: bool) -> str:
    """Say the figures' time, and when the allowances renew: "As of 14:03; both renew on Fri 4 Dec."."""
    said = [f"as of {next(reply.as_of for reply in replies if reply.as_of)}"] if same_time else []
    renewals = [reply.renews for reply in replies if reply.renews]
    if len(set(renewals)) == 1:  # they are of one line
        verb, when = renewals[0].split(" ", 1)
        both = {1: "", 2: "both "}.get(len(renewals), "all ")
        said.append(f"{both}{verb.removesuffix('s') if both else verb} {when}")
    return capital("; ".join(said)) + "." if said else ""


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
