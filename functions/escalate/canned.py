"""Replies that staff begin with: what each still needs is filled in here, or said to be missing. Pure."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from functions.shared.brand.catalogue import Brand, Canned
from functions.shared.brand.hours import UnclearHours, today
from functions.shared.carrier.accounts import Account, Bill, Line
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Call, Case, Team
from functions.shared.conversation.customers import Customer, at_handle
from functions.shared.wording import saying
from functions.shared.wording.country import team_name

NEEDS = (
    "canned.team",
    "canned.text",
    "account.next_bill_on",
    "bill.issued_on",
    "bill.amount_minor",
    "line.role",
)
"""What is offered, and filled in (see docs/data.md)."""
PLACE = re.compile(r"\{([A-Za-z][\w.]*)\}")
"""Where something is still to be filled in."""
DISTRESS = frozenset(
    {
        "care_now",
        "danger",
        "quiet_contact",
        "staff_safety",
        "line_block",
        "account_guard",
        "wrong_person",
        "bereavement",
    }
)
"""Kinds of cases in which words that are right for an answer are wrong: no thanks, no public word, no call unasked."""
UNFIT = frozenset({";five", ";thanks", ";public", ";call"})
"""What is not said in them."""


class Missing(Exception):
    """A place cannot be filled; the sentence says why, to a person."""


@dataclass(frozen=True)
class About:
    """What a reply is filled from. `proven` reads the account only where a place asks for it, and raises Missing."""

    case: Case
    customer: Customer
    brand: Brand
    now: datetime
    due_at: Callable[[Team], datetime | None]
    """When a team answers; None where no time would be honest."""
    proven: Callable[[], tuple[Account, Line]]
    free_calls: Callable[[], list[Call]] = list
    """The times at which the customer can be rung; raises Missing where they are not to be."""
    to: Team | None = None
    """The team that takes the case over."""

    @property
    def promise(self) -> datetime | None:
        return self.due_at(self.to or self.case.team)


@dataclass(frozen=True)
class Filled:
    shortcut: str
    text: str
    missing: tuple[tuple[str, str], ...] = ()
    """Each place that stays open, and why. Such a reply does not leave."""
    promises: datetime | None = None
    """The time that it tells."""


def offered(own: Iterable[Canned], team: Team) -> list[Canned]:
    """Return a team's replies: the brand's own, and of ours those to which it has no other words."""
    by_shortcut = {reply.id: reply for reply in (*_shipped(), *own)}
    return [reply for reply in by_shortcut.values() if reply.team in ("all", team)]


@cache
def _shipped() -> tuple[Canned, ...]:
    found = tomllib.loads(Path(__file__).with_name("canned.toml").read_text())
    return tuple(Canned(kind="canned", id=shortcut, **reply) for shortcut, reply in found.items())


def fill(reply: Canned, about: About) -> Filled:
    """Fill in what is known. Nothing of an account is there unless every word of it may be said."""
    said: dict[str, str] = {}
    missing = dict(_unfit(reply, about.case))
    for name in dict.fromkeys(PLACE.findall(reply.text)):
        try:
            said[name] = _value(name, about)
        except Missing as why:
            missing[name] = str(why)
    told = "promise" in said
    text = PLACE.sub(lambda place: said.get(place[1], place[0]), reply.text)
    return Filled(reply.id, text, tuple(missing.items()), about.promise if told else None)


def open_places(text: str) -> list[str]:
    """Return the places that somebody has left open in what they want to send."""
    return list(dict.fromkeys(PLACE.findall(text)))


def _unfit(reply: Canned, case: Case) -> Iterator[tuple[str, str]]:
    if reply.id in UNFIT and DISTRESS & {case.kind, *case.acknowledged}:
        yield "fit", "This is not said to somebody in distress."


def _value(name: str, about: About) -> str:
    if name not in _VALUES:
        raise Missing("Yours to fill in.")
    with suppress(Unreadable, UnclearHours):
        return _VALUES[name](about)
    raise Missing("What it says is not known.")


def _handle(about: About) -> str:
    named = at_handle(about.customer.handle)
    if named is None:
        raise Missing("The customer's handle is not known.")
    return named.removeprefix("@")


def _team(about: About) -> str:
    if about.to is None:
        raise Missing("Say which team takes it over.")
    return saying.capital(team_name(about.to, about.brand))


def _amount(about: About) -> str:
    if not about.case.credited_minor:
        raise Missing("Nothing has been credited in this case.")
    return saying.money(about.case.credited_minor, about.brand)


def _slot(number: int, about: About) -> str:
    free = about.free_calls()
    if len(free) < number:
        raise Missing("There is no such time: every call of these two days is taken.")
    call = free[number - 1]
    return saying.between(call.at, call.until, about.now, about.brand)


def _holders(about: About) -> Account:
    account, line = about.proven()
    if line.role != "holder":
        raise Missing("The bill is the holder's: not for this customer.")
    return account


def _bill(about: About) -> Bill:
    account = _holders(about)
    if not account.bills:
        raise Missing("There is no bill yet.")
    return account.bills[-1]


def _issued_on(about: About) -> str:
    return saying.day(_bill(about).issued_on, today(about.now, about.brand), about.brand)


def _next_bill_on(about: About) -> str:
    next_on = _holders(about).next_bill_on
    if next_on is None:
        raise Missing("There is no next bill.")
    return saying.day(next_on, today(about.now, about.brand), about.brand)


_VALUES: dict[str, Callable[[About], str]] = {
    "handle": _handle,
    "promise": lambda about: saying.eta(about.promise, about.now, about.brand),
    "Team": _team,
    "time": lambda about: saying.time_of_day(about.now, about.brand),
    "amount": _amount,
    **{f"slot{number}": partial(_slot, number) for number in (1, 2, 3)},
    "bill.issued_on": _issued_on,
    "bill.amount": lambda about: saying.money(_bill(about).amount_minor, about.brand),
    "account.next_bill_on": _next_bill_on,
}
