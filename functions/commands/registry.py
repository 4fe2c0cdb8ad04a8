"""The hashtags: one file each in `hashtags/`, found by import. Who wants to know what there is looks here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from functions.commands.sms import Sms
from functions.shared.brand import hours
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.declared import Field
from functions.shared.conversation.cases import Case, Team
from functions.shared.conversation.customers import Consent, Customer
from functions.shared.conversation.linking import NO_PROOFS, CodesAsked, Proofs
from functions.shared.conversation.promises import Ahead
from functions.shared.wording import rules
from functions.shared.wording.text import Reply, Text
from functions.shared.x.messages import DirectMessage


@dataclass(frozen=True)
class Escalate:
    """A command that cannot answer hands over to people. `key` names the acknowledgement's text."""

    kind: str
    team: Team
    key: str = "ack.open"
    by_words: bool = False
    """The words beside the hashtag say what it is about, and so who is to have it; without any they are asked for."""
    if_open: Reply | None = None
    """Said instead where people have the case already."""
    adds: bool = False
    """It is added to that case all the same."""
    text: Text | None = None
    """The command's own acknowledgement, if `key` is one of its texts."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What the acknowledgement says beside the case."""
    quotes: str | None = None
    """The account whose data it says."""


@dataclass(frozen=True)
class Changed:
    """A command that changes more than the conversation's pointers: what is said, and the customer afterwards."""

    reply: Reply
    customer: Customer
    sms: tuple[Sms, ...] = ()
    """Leave once all this is written."""
    consent: Consent | None = None
    asked: CodesAsked | None = None
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
    locked: bool = False
    """A report of loss or fraud has switched account figures off, in this chat or for this line."""
    unread: tuple[str, ...] = ()
    """What of the conversation a newer release has written so that this one does not understand it."""
    proofs: Proofs = NO_PROOFS
    ahead: Ahead = lambda _: 0
    widespread: Callable[[], bool] = lambda: False
    """Whether account data fails for many, so that a person could not help either."""

    @property
    def today(self) -> date:
        return hours.today(self.now, self.catalogue.brand)


@dataclass(frozen=True)
class Example:
    """What a customer may send, as a demo customer, and the key of what they read."""

    says: str
    key: str
    by: str = "linked_customer"


MORE_FROM = 11
"""The line of the menu with which its second page begins."""


@dataclass(frozen=True)
class Command:
    """A hashtag: its words, its place in the menu and its code."""

    tag: str
    help: str
    """The help line, as a customer reads it: "your bill"."""
    answer: Callable[[Question], Reply | Escalate | Changed]
    examples: tuple[Example, ...]
    home: Team
    """The team of a case that begins with this hashtag."""
    menu: tuple[int, int] | None = None
    """Its line in the menu, and its place in the line. None = not in the menu."""
    texts: tuple[Text, ...] = ()
    """What it may say."""
    aliases: tuple[str, ...] = ()
    """Count as the hashtag, with the sign."""
    words: tuple[str, ...] = ()
    """Mean the hashtag when a whole message is made of such words and filler."""
    changes: bool = False
    """It changes something: a typo is asked about, never guessed."""
    fields: tuple[Field, ...] = ()
    """Attributes of the account that are there for it alone; it reads them with `account.own`."""
    alone: bool = False
    """It is answered by itself, whatever else a DM asks for; the result may be Changed."""
    stops: bool = False
    """It switches automatic replies off: it wins over everything beside it, and no slip is taken for it."""
    resumes: bool = False
    """It switches them on: it is answered after a stop too, if it is newer."""
    for_people: bool = False
    """It asks for a person, not for an answer: after a stop too."""
    beats_others: bool = False
    """Harm may be growing: no other hashtag of its DM is answered."""
    in_a_flood: bool = False
    """Said alone, it is answered in a flood too."""
    kind_if_stopped: str = ""
    """The kind of the case that it is after a stop, where nothing automated may ask or answer."""
    by_place: bool = False
    """A place alone asks for it."""
    shows_account: bool = False
    """It says something from an account: only to a linked customer, never while figures are paused."""


class TakenTwice(Exception):
    """A command claims a word that is not its own."""


@dataclass(frozen=True)
class Registry:
    commands: tuple[Command, ...]
    by_tag: dict[str, Command] = field(default_factory=dict)
    """Each command under its tag and its aliases."""
    by_word: dict[str, Command] = field(default_factory=dict)

    def __post_init__(self) -> None:
        owners: dict[str, Command] = {}
        for command in self.commands:
            tags = (command.tag, *command.aliases)
            for word in (*tags, *command.words):
                other = owners.setdefault(word, command)
                if owner := f"#{other.tag}" if other is not command else _owner_in_routing(command, word):
                    sign = "#" if word in tags else ""
                    raise TakenTwice(f"{sign}{word} belongs to {owner}; choose another word for #{command.tag}")
            self.by_tag.update(dict.fromkeys(tags, command))
            self.by_word.update(dict.fromkeys(command.words, command))
            self._see_that_fields_are_new(command)

    def _see_that_fields_are_new(self, command: Command) -> None:
        others = {field.name for other in self.commands if other is not command for field in other.fields}
        if taken := {field.name for field in command.fields} & (others | Account.model_fields.keys()):
            raise TakenTwice(f"account.{min(taken)} is there already; choose another name for #{command.tag}")

    @property
    def fields(self) -> tuple[Field, ...]:
        """What hashtags declare, in the order of the menu."""
        return tuple(field for command in self.commands for field in command.fields)


def _owner_in_routing(command: Command, word: str) -> str | None:
    """Say what in `routing.toml` would take a word before the command does."""
    rule = rules.claiming(word)
    if rule and rule.outcome != f"answer:{command.tag}":
        return f"the rule {rule.kind} in routing.toml"
    return "the filler in routing.toml" if word in command.words and word in rules.filler() else None


@cache
def registry() -> Registry:
    """Return every command in `hashtags/`, in the order of the menu; those that are not in it come last."""
    import functions.commands.hashtags as package

    modules = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))
    return Registry(tuple(sorted((module.command for module in modules), key=_place)))


def _place(command: Command) -> tuple[bool, tuple[int, int], str]:
    return command.menu is None, command.menu or (0, 0), command.tag
