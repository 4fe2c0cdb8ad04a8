"""The hashtags: one file each in `hashtags/`, found by import. Who wants to know what there is looks here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from functions.shared.accounts import Account
from functions.shared.cases import Case
from functions.shared.catalogue import Catalogue
from functions.shared.customers import Consent, Customer
from functions.shared.linking import NO_PROOFS, Asked, Proofs, version
from functions.shared.messages import DirectMessage
from functions.shared.promises import Ahead
from functions.shared.sms import Sms


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
    quotes: str | None = None
    """The account whose data is in the text: it may leave only while the customer is linked to it."""
    promises: datetime | None = None
    """The time by which it says that a person will have answered."""
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
    asks_consent: bool = False
    """It says what linking means; the ledger keeps which version of it a customer has read."""

    def reply(self, **values: str) -> Reply:
        """Fill in everything but the greeting, which is said when replies are put together."""
        said = {"hi": "{hi}", "name": "{name}", **values}
        text, next_step, short = (words.format_map(said) for words in (self.text, self.next, self.short))
        wording = version(self.key, self.text + self.next) if self.asks_consent else None
        return Reply(self.key, text, next_step, short, wording=wording)


@dataclass(frozen=True)
class Escalate:
    """A command that cannot answer hands over to people. `key` names the acknowledgement's text."""

    kind: str
    team: str
    key: str = "ack.open"


@dataclass(frozen=True)
class Changed:
    """A command that changes more than the conversation's pointers: what is said, and the customer afterwards."""

    reply: Reply
    customer: Customer
    sms: tuple[Sms, ...] = ()
    """Leave once all this is written."""
    consent: Consent | None = None
    asked: Asked | None = None
    """How often codes were asked for a number."""
    refused: str | None = None
    """What a person has to look at while the customer is told nothing of it."""
    erases: bool = False
    """Everything that we keep of the customer goes."""

    @property
    def key(self) -> str:
        return self.reply.key


@dataclass(frozen=True)
class Question:
    """What a command may look at. Reading accounts and catalogue costs one query each, at first use."""

    dm: DirectMessage
    customer: Customer
    now: datetime
    account: Callable[[], Account | None]
    """The linked account, None if it is gone. Raises `accounts.Unreadable` where its data makes no sense."""
    catalogue: Catalogue
    case: Case | None = None
    """The case that is not resolved, if any, and that the customer knows of."""
    silent_case: str | None = None
    """The case that is not resolved and of which the customer was told nothing."""
    proofs: Proofs = NO_PROOFS
    ahead: Ahead = lambda _: 0
    widespread: Callable[[], bool] = lambda: False
    """Whether account data fails for many, so that a person could not help either."""


@dataclass(frozen=True)
class Example:
    """What a customer may send, as a demo customer, and the key of what they read."""

    says: str
    key: str
    by: str = "linked_customer"


@dataclass(frozen=True)
class Command:
    """A hashtag: its words, its place in the menu and its code."""

    tag: str
    help: str
    """The help line, as a customer reads it: "your bill"."""
    answer: Callable[[Question], Reply | Escalate | Changed]
    examples: tuple[Example, ...]
    home: str
    """The team of a case that begins with this hashtag."""
    menu: float
    """Its line in the menu and, behind the point, its place there: 2.1 and 2.3 share a line. 0 = not in the menu."""
    texts: tuple[Text, ...] = ()
    """What it may say."""
    aliases: tuple[str, ...] = ()
    """Count as the hashtag, with the sign."""
    words: tuple[str, ...] = ()
    """Mean the hashtag when a whole message is made of such words and filler."""
    changes: bool = False
    """It changes something: a typo is asked about, never guessed."""
    alone: bool = False
    """It is answered by itself, whatever else a DM asks for; the result may be Changed."""
    shows_account: bool = False
    """It says something from an account: only to a linked customer, never while figures are paused."""


class TakenTwice(Exception):
    """Two commands claim one word."""


@dataclass(frozen=True)
class Registry:
    commands: tuple[Command, ...]
    by_tag: dict[str, Command] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for command in self.commands:
            for word in (command.tag, *command.aliases):
                other = self.by_tag.setdefault(word, command)
                if other is not command:
                    raise TakenTwice(f"#{word} belongs to #{other.tag}; choose another word for #{command.tag}")


@cache
def registry() -> Registry:
    """Return every command in `hashtags/`, in the order of the menu; those that are not in it come last."""
    import functions.commands.hashtags as package

    modules = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))
    return Registry(tuple(sorted((module.command for module in modules), key=lambda c: (c.menu == 0, c.menu, c.tag))))
