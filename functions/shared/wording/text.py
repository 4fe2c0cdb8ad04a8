"""Texts with places to fill in, and how replies are put together into the one text of a DM."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from functions.shared.conversation.customers import at_handle
from functions.shared.wording.saying import NO_TIME, capital

LONGEST_REPLY = 500
"""No DM is longer than this."""
USUAL = 280
"""All but the menu and the phones stay within this."""
LATE = "Sorry for the wait{name}: "
"""In the place of {hi} when a reply waited for X's limit."""
TYPO = "I took that as #{tag}: "
SEVERAL = "{hi}here you are:"
ONE_AT_A_TIME = "For the rest, please send one hashtag at a time."
_GREETING = len("Hi @, ") + 15
HI, ETA = "{hi}", "{eta}"
"""The holes of a form: what may change while a reply waits."""


@dataclass(frozen=True)
class Reply:
    """What a command says. `text` still holds `{hi}`; everything else is filled in. One reply has one `next` step."""

    key: str
    """Which text it is (`charges.bill`): for tests, logs and `--why`."""
    text: str = field(repr=False)
    next: str = field(default="", repr=False)
    short: str = field(default="", repr=False)
    """The line for a DM that asks for several hashtags; empty = the whole text stands alone."""
    as_of: str = ""
    """The figures' time as said ("14:03"), for the last line of an answer to several hashtags."""
    renews: str = ""
    """"renews on Fri 4 Dec", for the same line."""
    serious: int = 0
    """What `next` is about: 0 = its own next step, 1 = old figures, 2 = a known incident. The higher one is said."""
    spoilt: bool = False
    """It says that account data cannot be had, because it fails for many."""
    ends_link: bool = False
    """It says that the customer's number is not linked any more: from then on it is not."""
    quotes: str | None = None
    """The account whose data is in the text: it may leave only while the customer is linked to it."""
    promises: datetime | None = None
    """The time by which it says that a person will have answered."""
    by_words: bool = False
    """It answers words beside the hashtag as well."""
    answers: str = ""
    """The kind of trouble that it answers (`not_trouble` in routing.toml): nobody has to look at that."""
    eta: str = ""
    """That time as said now: its place, {eta}, stays open in `text` as long as the reply may have to wait."""
    explains_lock: bool = False
    """It says why account figures are off, which is said once."""
    notice: str | None = None
    """The known incident of which it tells."""
    tells: str | None = None
    """The known incident whose end they want to be told."""
    over: str | None = None
    """The known incident that it says has ended."""
    wording: str | None = None
    """The version of a text that says what linking means: who types the code back has agreed to it."""


@dataclass(frozen=True)
class Text:
    """Words of ours with places to fill in, and the attributes they need (`line.as_of`, see docs/data.md)."""

    key: str
    text: str
    next: str = ""
    short: str = ""
    needs: tuple[str, ...] = ()
    explains_lock: bool = False
    asks_consent: bool = False
    """It says what linking means; the ledger keeps which version of it a customer has read."""
    ends_link: bool = False

    def reply(self, **values: str) -> Reply:
        """Fill in everything but the holes, which are filled when replies are put together."""
        said = {"name": "{name}", **values, "hi": HI, "eta": ETA}
        text, next_step, short = (words.format_map(said) for words in (self.text, self.next, self.short))
        wording = version(self.key, self.text + self.next) if self.asks_consent else None
        return Reply(
            self.key,
            text,
            next_step,
            short,
            eta=values.get("eta", ""),
            wording=wording,
            ends_link=self.ends_link,
        )


def version(key: str, text: str) -> str:
    """Name a wording so that the ledger still tells which it was when the text has changed."""
    return f"{key}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def assemble(
    replies: Sequence[Reply],
    *,
    handle: str | None,
    typo: str | None = None,
    too: str | None = None,
    late: bool = False,
    first_contact: str | None = None,
) -> str:
    """Put replies into one text with one next step."""
    return worded(
        form(replies, handle=handle, typo=typo, too=too, first_contact=first_contact),
        handle=handle,
        eta=next((reply.eta for reply in replies if reply.eta), ""),
        late=late,
    )


def form(
    replies: Sequence[Reply],
    *,
    handle: str | None,
    typo: str | None = None,
    too: str | None = None,
    first_contact: str | None = None,
) -> str:
    """Put replies into one text with one next step, its holes still open.

    `typo` is the hashtag that a slip was taken for; `too` and `first_contact` are `ack.too` and the privacy notice.
    """
    named = (replace(reply, text=reply.text.replace("{name}", _name(handle))) for reply in replies)
    replies = list(dict.fromkeys(named))  # "#data #minutes" from a stranger is one answer
    hi = HI + (TYPO.format(tag=typo) if typo else "")
    after, notice = too or _next(replies), first_contact or ""
    room = LONGEST_REPLY - sum(_length(part.replace(HI, sorry(handle))) for part in (hi, after, notice))
    text = replies[0].text if len(replies) == 1 else _several(replies, room)
    text = text.replace(HI, hi)
    return ("\n" if "\n" in text else " ").join(part for part in (text, after) if part) + notice


def below(replies: Sequence[Reply], *, handle: str | None) -> str:
    """Say answers under other words, which greet."""
    return capital(form(replies, handle=handle).replace(HI, ""))


def worded(holes: str, *, handle: str | None, eta: str, late: bool = False) -> str:
    """Fill in a form as it may leave now; `late` with the apology for waiting in place of the greeting."""
    known = at_handle(handle)
    hi = sorry(handle) if late else f"Hi {known}, " if known else "Hi, "
    return holes.replace(HI, hi).replace(ETA, eta)


def _length(words: str) -> int:
    """Count the signs of words whose time is not said yet: it may be the longest."""
    return len(words.replace(ETA, NO_TIME))


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
        if len(lines) > 1 and _length("\n".join([*lines, line, *last, ONE_AT_A_TIME])) > room:
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
