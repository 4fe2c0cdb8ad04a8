"""What is left of data, texts and minutes: the same cases for each of the three hashtags."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.commands import gate
from functions.commands.gate import AnswerTo, Figures
from functions.shared.brand.locale import Locale
from functions.shared.carrier.accounts import Allowance, Tag
from functions.shared.carrier.items import Unreadable, given
from functions.shared.wording import saying
from functions.shared.wording.saying import capital, money
from functions.shared.wording.text import Reply, Text

TAGS: tuple[Tag, ...] = ("data", "text", "minutes")

NEEDS = (
    "line.allowances.<tag>.limit",
    "line.allowances.<tag>.used",
    "line.renewed_on",
    "line.resets_on",
    "line.renews",
    "line.number",
    "line.as_of",
)
LEFT = Text(
    "allowance.left",
    "{hi}you have {left} of your {limit} left{line} (as of {as_of}). {renews} {resets}{pace}.",
    next="{other_tags} show the rest.",
    short="{Tag}: {left} of {bare} left",
    needs=NEEDS,
)
LOW = Text(
    "allowance.low",
    "{hi}you're down to {left} of your {limit}{line} (as of {as_of}). {renews} {resets}.",
    next="To see ways to get more, send #offers.",
    short="{Tag}: only {left} of {bare} left",
    needs=NEEDS,
)
USED_UP_STOPS = Text(
    "allowance.used_up_stops",
    "{hi}you've used all your {limit}{line} (as of {as_of}). {paused} until {until}, so there's nothing extra to pay.",
    next="To see ways to get more, send #offers.",
    short="{Tag}: all {bare} used, paused until {until}",
    needs=(*NEEDS, "line.when_used_up.<tag>.then"),
)
USED_UP_CHARGED = Text(
    "allowance.used_up_charged",
    "{hi}you've used all your {limit}{line} (as of {as_of}). Until {until} each {per} more costs {rate}.",
    next="#charges shows what that adds up to.",
    short="{Tag}: all {bare} used, now {rate} per {per}",
    needs=(*NEEDS, "line.when_used_up.<tag>.minor", "line.when_used_up.<tag>.per"),
)
UNLIMITED = Text(
    "allowance.unlimited",
    "{hi}your {are} unlimited, so you can't run out. You've used {used} since {renewed}{line} (as of {as_of}).",
    next="{other_tags} show the rest.",
    short="{Tag}: unlimited",
    needs=("line.allowances.<tag>.unlimited", "line.allowances.<tag>.used", "line.renewed_on", "line.as_of"),
)
NONE = Text(
    "allowance.none",
    "{hi}your plan doesn't include {what}{line}; each {per} costs {rate}.",
    next="To see plans that do, send #offers.",
    short="{Tag}: not in your plan",
    needs=("line.allowances.<tag>", "line.when_used_up.<tag>.minor", "line.when_used_up.<tag>.per"),
)
NONE_AT_ALL = Text(
    "allowance.none_at_all",  # nothing can be bought by the piece either
    "{hi}your plan doesn't include {what}{line}.",
    next="To see plans that do, send #offers.",
    short="{Tag}: not in your plan",
    needs=("line.allowances.<tag>", "line.when_used_up.<tag>.then"),
)
TEXTS = (LEFT, LOW, USED_UP_STOPS, USED_UP_CHARGED, UNLIMITED, NONE, NONE_AT_ALL, *gate.FIGURES)


@dataclass(frozen=True)
class AllowanceKind:
    """How one of the three is counted and spoken of."""

    tag: Tag
    left: Callable[[int, Locale], str]
    used: Callable[[int, Locale], str]
    noun: str
    """After a limit: "30 GB of data", "500 minutes"."""
    what: str
    """On its own: "your plan doesn't include texts"."""
    are: str
    renew: str
    end: str
    paused: str
    paced: bool = False


def answer(kind: AllowanceKind) -> AnswerTo:
    """Return the answer to one of the three hashtags."""
    return gate.from_account(kind.tag, lambda figures: _say(kind, figures), dated=lambda figures: figures.line)


def _say(kind: AllowanceKind, figures: Figures) -> Reply:
    allowance = figures.line.allowance(kind.tag, figures.today)
    if allowance is None:
        return _none(kind, figures)
    if allowance.unlimited:
        return _unlimited(kind, figures, allowance)
    return _limited(kind, figures, given(allowance.limit, "limit"), allowance.used)


def _none(kind: AllowanceKind, figures: Figures) -> Reply:
    when = figures.line.used_up(kind.tag)
    said = {"Tag": capital(kind.tag), "what": kind.what, "line": figures.which_line}
    if when and when.then == "charged":
        return NONE.reply(**said, **_price(kind, figures))
    return NONE_AT_ALL.reply(**said)


def _unlimited(kind: AllowanceKind, figures: Figures, allowance: Allowance) -> Reply:
    as_of = figures.as_of(figures.line)
    reply = UNLIMITED.reply(
        Tag=capital(kind.tag),
        are=kind.are,
        used=kind.used(allowance.used, figures.brand),
        renewed=saying.day(figures.line.renewed_on, figures.today, figures.brand),
        line=figures.which_line,
        as_of=as_of,
        other_tags=_others(kind.tag, figures.brand),
    )
    return replace(reply, as_of=as_of)


def _limited(kind: AllowanceKind, figures: Figures, limit: int, used: int) -> Reply:
    line, as_of = figures.line, figures.as_of(figures.line)
    left = max(limit - used, 0)
    bare = kind.left(limit, figures.brand)
    said = {
        "Tag": capital(kind.tag),
        "bare": bare,
        "limit": f"{bare} {kind.noun}",
        "line": figures.which_line,
        "as_of": as_of,
    }
    if left == 0:
        return replace(_used_up(kind, figures, said), as_of=as_of)
    renews = kind.renew if line.renews else kind.end
    resets = saying.on_day(line.resets_on, figures.today, figures.brand)
    said |= {"left": kind.left(left, figures.brand), "renews": renews, "resets": resets}
    pace = saying.pace(left, line.resets_on, figures.today, figures.brand) if kind.paced else ""
    low = left * 10 <= limit
    reply = LOW.reply(**said) if low else LEFT.reply(**said, pace=pace, other_tags=_others(kind.tag, figures.brand))
    return replace(reply, as_of=as_of, renews=f"{'renews' if line.renews else 'ends'} {resets}")


def _used_up(kind: AllowanceKind, figures: Figures, said: dict[str, str]) -> Reply:
    until = _until(figures)
    if given(figures.line.used_up(kind.tag), "line.when_used_up").then == "stops":
        return USED_UP_STOPS.reply(**said, paused=kind.paused, until=until)
    return USED_UP_CHARGED.reply(**said, until=until, **_price(kind, figures))


def _price(kind: AllowanceKind, figures: Figures) -> dict[str, str]:
    when = figures.line.used_up(kind.tag)
    if when is None or when.minor is None or when.per is None:
        raise Unreadable("line.when_used_up has no price")
    return {"per": when.per, "rate": money(when.minor, figures.brand)}


def _until(figures: Figures) -> str:
    """Say when a used up allowance is there again; a pack only when another one is bought."""
    line, today = figures.line, figures.today
    if not line.renews:
        return "you add more"
    return "later today" if line.resets_on == today else saying.day(line.resets_on, today, figures.brand)


def _others(tag: Tag, brand: Locale) -> str:
    return saying.series([f"#{other}" for other in TAGS if other != tag], brand)
