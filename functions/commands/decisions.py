"""What deciding about one DM comes to: the effects that it has. Pure data; one object, in `bot.py`, does it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from functions.commands.sms import Sms
from functions.shared.conversation.cases import Team
from functions.shared.conversation.customers import Consent, Customer
from functions.shared.conversation.linking import CodesAsked
from functions.shared.conversation.replies import Kind

Disposition = Literal["answered", "escalated", "joined", "suppressed", "ignored"]


@dataclass(frozen=True)
class Why:
    """The step of the order of decisions, and the rule, phrase or hashtag that decided there."""

    step: str
    rule: str


@dataclass(frozen=True)
class Say:
    """A finished text for the customer."""

    key: str
    text: str = field(repr=False)
    kind: Kind
    quotes: str | None = None
    tags: tuple[str, ...] = ()
    """The hashtags it answers: they can be answered anew if the reply has to wait."""
    form: str = field(default="", repr=False)
    """The text with its holes, to be filled anew if it has to wait."""
    too: str | None = field(default=None, repr=False)
    """What stands beside the answer: that people look at it as well."""
    by_words: bool = False
    """It answers words beside the hashtags, which nobody keeps: if it has to wait it cannot be answered anew."""
    promises: datetime | None = None
    """The time by which it says that a person will have answered."""
    unasked: bool = False
    """Nobody asked for it (a menu): it does not leave once a person owns the conversation."""


@dataclass(frozen=True)
class Open:
    """A new case."""

    id: str
    team: Team
    kind: str
    due_at: datetime
    silent: bool = False
    """The customer is told nothing of it."""


@dataclass(frozen=True)
class Join:
    """More for the case that is open. `urgent` raises it to the front."""

    id: str
    urgent: bool = False
    kind: str | None = None
    due_at: datetime | None = None
    note_only: bool = False
    """Only the decision's note joins: nothing else changes."""


@dataclass(frozen=True)
class Decision:
    """What is done about a DM, and why: `step` of the order of decisions, and the rule or word that decided."""

    disposition: Disposition
    step: str
    rule: str
    customer: Customer
    """As they are afterwards."""
    say: Say | None = None
    case: Open | Join | None = None
    note: str | None = None
    """What staff have to know beside the DM, for the case's notes."""
    consents: tuple[Consent, ...] = ()
    """For the ledger."""
    asked: CodesAsked | None = None
    """How often codes were asked for a number."""
    sms: tuple[Sms, ...] = ()
    """Leave once all is written."""
    erases: bool = False
    """Everything that we keep of the customer goes."""
    account_error: bool = False
    """The account's data could not be read or made no sense."""
