"""A DM with what is read from it: which hashtags, which words beside them, which promises."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import cast

from functions.commands.registry import Command, Question, registry
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Team, case_number
from functions.shared.conversation.customers import Customer, seen
from functions.shared.conversation.promises import due_at, tellable
from functions.shared.wording import country, rules
from functions.shared.wording.reading import Plain, plain, typo_of
from functions.shared.wording.rules import Match
from functions.shared.wording.saying import eta
from functions.shared.x.ids import written_at

STALE = timedelta(minutes=30)
OLDEST = timedelta(days=31)
"""X gives out nothing that is older: such a time says nothing."""


@dataclass(frozen=True)
class Heard:
    """A DM with what is read from it."""

    question: Question
    case_id: str
    waiting: Callable[[Team], int]
    staffed: Callable[[Team], bool]
    hurries: bool = False
    """People should look at it before the rest of their line, whatever its words are."""

    @property
    def brand(self) -> Brand:
        return self.question.catalogue.brand

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """In which languages beside English the brand hears what is urgent."""
        with suppress(Unreadable):
            return self.brand.languages
        return ()

    @cached_property
    def read(self) -> Plain:
        return country.placed(self.as_written, self.question.catalogue.facts)

    @cached_property
    def as_written(self) -> Plain:
        """As the DM says it: `read` has places for the words of the brand's country."""
        return plain(self.question.dm.text)

    @cached_property
    def customer(self) -> Customer:
        """The customer after a DM that was understood."""
        before = seen(self.question.customer, self.question.dm.handle)
        return replace(before, asked=None, not_understood=0)

    @property
    def stale(self) -> bool:
        """The DM was written so long ago that its author may not expect the bot's answer any more.

        X dates a DM twice, in its time and in its id; where the two do not agree, neither is believed.
        """
        dm = self.question.dm
        return abs(dm.at - written_at(dm.id)) < STALE < self.question.now - dm.at < OLDEST

    @property
    def open_case(self) -> str | None:
        """The case that the customer knows of: nothing that they read may tell of another."""
        return self.customer.case if self.customer.case != self.question.silent_case else None

    @cached_property
    def slips(self) -> dict[str, tuple[Command, ...]]:
        """The hashtags that nobody knows, each with the commands that are one slip away."""
        known, others = registry().by_tag, rules.rule_tags()
        return {
            tag: each_once([known[word] for word in typo_of(tag, known) if not known[word].stops])
            for tag in self.read.tags
            if tag not in known and tag not in others
        }

    @cached_property
    def known(self) -> dict[str, Command]:
        """The DM's hashtags with what each asks for; one that is surely a slip counts if the command only reads."""
        known = dict(registry().by_tag)
        known |= {tag: near[0] for tag, near in self.slips.items() if len(near) == 1 and not near[0].changes}
        return {tag: known[tag] for tag in self.read.tags if tag in known}

    @cached_property
    def took_for(self) -> Command | None:
        """What the first slip was taken for."""
        return next((command for tag, command in self.known.items() if tag in self.slips), None)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands asked for, in the order of the DM: by hashtag, or by the bare words it consists of."""
        asked = list(self.known.values()) if self.read.tags else _by_bare_words(self.read.words)
        return each_once(command for command in asked if not command.stops)

    @cached_property
    def parts(self) -> tuple[tuple[Command, ...], tuple[str, ...]]:
        """The commands that single parts of a message ask for in full, and the words of its other parts."""
        commands: list[Command] = []
        rest: list[str] = []
        for part in _parts(self.read.clauses):
            found = _by_bare_words(part) if rules.asks(part) else []
            if found and all(map(_tells, found)):
                commands += found
            else:
                rest += part
        return each_once(commands), tuple(rest)

    @cached_property
    def rest(self) -> tuple[str, ...]:
        """The words beside the hashtags that are answered."""
        return self.read.beside + tuple(tag for tag in self.read.tags if tag not in self.known)

    @cached_property
    def says_more(self) -> bool:
        """There are words beside the hashtags that mean something."""
        return not rules.filler() >= set(self.rest)

    def trouble(self, kind: str = "") -> bool:
        """Say whether people should look at what stands beside a hashtag, or beside what a rule answers."""
        if self.question.dm.attachment or rules.trouble(self.rest, kind):
            return True
        return bool(self.known) and not any(command.alone for command in self.commands) and rules.many(self.rest)

    @cached_property
    def adds(self) -> bool:
        """There are words beside the hashtags that no question about them has."""
        return bool(rules.new_words(self.rest))

    @cached_property
    def in_writing(self) -> bool:
        """The customer cannot hear or speak on the phone."""
        case = self.question.case
        return rules.in_writing(self.read.words) or (case is not None and case.kind == "access")

    def team_match(self, words: Sequence[str], home: str = "general") -> Match:
        """Return the team for these words; where no rule knows one, the home of the hashtag beside them.

        The hashtag may be a part of the sentence: "#data isn't loading".
        """
        found = rules.match_words(words, self.read.tags, teams_only=True)
        if found.kind == "other":
            whole = rules.match_words(self.read.words, self.read.tags, teams_only=True)
            found = found if whole.team == home else whole  # the hashtag's own name says nothing new
        return replace(found, team=cast(Team, home)) if found.kind == "other" else found

    def due(self, team: Team) -> datetime:
        return due_at(team, self.question.now, self.brand, self.waiting(team), look_first=self.look_first)

    def told(self, team: Team, due: datetime) -> datetime | None:
        """The time by which a case is due as the customer is told it; None behind a line that is too long for one."""
        return due if tellable(team, self.waiting(team), look_first=self.look_first) else None

    @cached_property
    def look_first(self) -> bool:
        return self.hurries or rules.look_first(self.read.words)

    def values(self, case: str, team: Team, due: datetime) -> dict[str, str]:
        """Return what the acknowledgements' texts name of a case."""
        name = country.team_name(team, self.brand)
        return {
            "case": case_number(case),
            "team": name,
            "Team": name[0].upper() + name[1:],
            "eta": eta(self.told(team, due), self.question.now, self.brand),
        }


def _parts(clauses: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a message, which signs and words like "and" divide."""
    for clause in clauses:
        for divides, part in groupby(clause, _DIVIDE.__contains__):
            if not divides:
                yield tuple(part)


_DIVIDE = frozenset(["and", "also", "plus", "but"])


def _by_bare_words(words: Sequence[str]) -> list[Command]:
    """Return the commands whose words make up a whole message, together with filler."""
    by_word = registry().by_word
    known = rules.filler() | rules.belongings() | by_word.keys()
    if rules.asks(words):
        words = [_without_slip(word, known) for word in words]
    if rules.not_bare(words) or not known >= set(words):
        return []
    commands = [by_word[word] for word in words if word in by_word]
    owned = any(word in rules.belongings() for word in words)
    return [] if owned and not any(map(_tells, commands)) else commands


def _without_slip(word: str, known: Collection[str]) -> str:
    """Return the one known word that a longer word is a slip of, else the word."""
    near = typo_of(word, known) if word not in known and len(word) >= _LONG else []
    return near[0] if len(near) == 1 else word


_LONG = 5


def _tells(command: Command) -> bool:
    """Whether it has something of its own to tell, other than ways to people and menus."""
    return command.home != "general"


def each_once(commands: Iterable[Command]) -> tuple[Command, ...]:
    """Return commands in their order, each once."""
    return tuple({command.tag: command for command in commands}.values())
