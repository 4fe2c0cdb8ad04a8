"""Who wrote: a customer's link to an account, consent, stop, and what is open between us. Keyed on the X id."""

import re
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic.dataclasses import dataclass

from functions.shared.aws.stored import STRICT, Stored
from functions.shared.x.ids import is_older

A_DAY = timedelta(days=1)
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")  # 15 today; some old ones are longer
UNUSED = timedelta(days=90)
"""After so long a number may belong to somebody else."""


@dataclass(frozen=True, config=STRICT)
class Link(Stored):
    """The line that a customer has proven to be theirs."""

    account_id: str
    line_id: str
    linked_at: datetime
    digest: str | None = None
    """The line's name in our own rows, a keyed hash; None = linked before there were any."""
    used_at: datetime | None = None
    """When figures were last said by it, to the day; None = not since it was made."""

    def unused(self, now: datetime) -> bool:
        """It was not used for so long that the number may have another owner: a code is asked again."""
        return now - (self.used_at or self.linked_at) > UNUSED

    def used(self, now: datetime) -> "Link":
        """Note that it was used, at most once a day."""
        return replace(self, used_at=now) if now - (self.used_at or self.linked_at) > A_DAY else self


@dataclass(frozen=True, config=STRICT)
class Code(Stored):
    """A code that we wait for. Only its digest is kept, and the line that it proves; no line = it proves nothing."""

    digest: str
    salt: str
    until: datetime
    tries_left: int
    account_id: str | None = None
    line_id: str | None = None


@dataclass(frozen=True, config=STRICT)
class Consent(Stored):
    """What a customer has agreed to, or taken back, and the version of the words that they had read."""

    to: Literal["link", "automatic replies"]
    given: bool
    wording: str


@dataclass(frozen=True, config=STRICT)
class OurQuestion(Stored):
    """A question of ours that waits for an answer: `choices` are hashtags without the sign."""

    choices: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, config=STRICT)
class Noted(Stored):
    """A DM that came lately. Of what it said only a keyed digest is kept, to know the same when it comes again."""

    at: datetime
    digest: str | None = None
    again: bool = False
    """It says what was said a moment ago."""


@dataclass(frozen=True, config=STRICT)
class Customer(Stored):
    """Everything that deciding about a customer's next DM may depend on. Stored as one item, under one version."""

    x_id: str
    version: int = 0
    handle: str | None = field(default=None, repr=False)
    link: Link | None = None
    link_ended: bool = False
    code: Code | None = None
    codes_at: tuple[datetime, ...] = ()
    """When codes were asked for in the last 24 hours."""
    linking_paused_until: datetime | None = None
    """Too many wrong codes."""
    wording: str | None = None
    """The newest text that said what linking means, by key and version: what a code typed back agrees to."""
    stopped_by: str | None = None
    """The DM id of the stop in force."""
    started_by: str | None = None
    """The DM id of the newest start: an older stop does nothing."""
    confirmed_at: tuple[datetime, ...] = ()
    """When a stop or a start was confirmed in the last window."""
    confirm_at: datetime | None = None
    """They have switched too often: when it is confirmed what holds then."""
    locked_by: str | None = None
    """The case whose report of loss or fraud pauses account figures."""
    locked_line: str | None = None
    """The line that this report locks for everybody, by its digest."""
    told_of_lock: bool = False
    """They have read why account figures are off."""
    case: str | None = None
    """The one case that is not resolved: a person owns the conversation."""
    aside: tuple[str, ...] = ()
    """Open cases that a newer release has written so that another could not read them: not lost, and not worked on."""
    past_case: str | None = None
    """The newest resolved case: what comes within seven days reopens it."""
    past_case_until: datetime | None = None
    asked: OurQuestion | None = None
    unanswered: OurQuestion | None = None
    """What they asked before we knew that it is they: answered when they link, for as long as they may wait for it."""
    delete_asked_until: datetime | None = None
    """Until then "#delete yes" erases everything."""
    erased_up_to: str | None = None
    """The customer's newest DM before they were erased: it and older ones are dropped."""
    erased_sent: str | None = None
    """Our newest DM before that: its echo is dropped, and older ones."""
    erased_at: datetime | None = None
    erased_version: int = 0
    """The version of this item that forgot: the audit up to it goes."""
    erasing: bool = False
    """There are still rows to delete."""
    unlinked: Link | None = None
    """What operations have unlinked by erasing: its number is still to be told."""
    noted: tuple[Noted, ...] = ()
    """The DMs of the last minute, as many as show a flood."""
    day_began: datetime | None = None
    in_day: int = 0
    """DMs since then, for at most a day."""
    flooded_at: datetime | None = None
    """Too many DMs: the bot is silent until a person has answered."""
    not_understood: int = 0
    """Messages in a row that were not understood."""
    told_of: str | None = None
    """The newest known incident that they were told of."""
    waits_for: tuple[str, ...] = ()
    """The known incidents whose end they want to be told."""
    told_over: str | None = None
    """The newest of which they know that it has ended."""
    told_privacy: bool = False
    """The privacy notice has been sent."""
    sent_lately: tuple[datetime, ...] = ()
    """When automated DMs left in the last window, as many as one customer's share."""
    outbox: tuple[str, ...] = ()
    """Ids of replies that are not settled, in the order of their causes."""

    @property
    def line(self) -> tuple[str, str] | None:
        """The line that they have proven, by account and line id."""
        return (self.link.account_id, self.link.line_id) if self.link else None

    @property
    def stopped(self) -> bool:
        return self.stopped_by is not None


def stopped(customer: Customer, by: str, now: datetime) -> Customer:
    """Return the customer after the stop of a DM: it is nothing where a start is newer."""
    if is_older(by, customer.started_by, now):
        return customer
    return replace(customer, stopped_by=_later(by, customer.stopped_by, now))


def started(customer: Customer, by: str, now: datetime) -> Customer:
    """Return the customer after the start of a DM: it is nothing where a stop is newer."""
    if is_older(by, customer.stopped_by, now):
        return customer
    return replace(customer, stopped_by=None, started_by=_later(by, customer.started_by, now))


def _later(by: str, before: str | None, now: datetime) -> str:
    return before if before and is_older(by, before, now) else by


def at_handle(handle: str | None) -> str | None:
    """Return a handle as it is said, "@linked_customer"; None where there is none, or nothing that may be said."""
    return f"@{handle}" if handle and _HANDLE.fullmatch(handle) else None


def seen(customer: Customer, handle: str | None) -> Customer:
    """Take over the handle that came with the newest DM: handles change, the X id does not."""
    return replace(customer, handle=handle or customer.handle)
