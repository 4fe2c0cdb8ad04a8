"""The rules on words: which team, or which answer, a text without a hashtag leads to. The data is `routing.toml`."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from functions.commands.plain import plain
from functions.shared.cases import Team

GAP = 3  # words that may stand where a phrase has `~`


@dataclass(frozen=True)
class Match:
    """The rule that decided: either a team's, or one with an outcome of its own."""

    kind: str
    team: Team | None
    outcome: str | None
    phrase: str


@dataclass(frozen=True)
class Place:
    """One place of a phrase: the words that may stand there."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    gap: bool = False
    """Up to three other words may stand before it."""

    def takes(self, word: str) -> bool:
        return word in self.words or word.startswith(self.beginnings)

    def somewhere_in(self, words: frozenset[str]) -> bool:
        if not self.words.isdisjoint(words):
            return True
        return bool(self.beginnings) and any(word.startswith(self.beginnings) for word in words)


@dataclass(frozen=True)
class Phrase:
    """A phrase of the grammar that `routing.toml` explains."""

    source: str
    sides: tuple[tuple[Place, ...], ...]

    def is_in(self, words: Sequence[str], vocabulary: frozenset[str]) -> bool:
        # Most phrases end at this first line: a word of theirs is nowhere in the text.
        return all(place.somewhere_in(vocabulary) for side in self.sides for place in side) and all(
            _follow(side, words) for side in self.sides
        )


@dataclass(frozen=True)
class Rule:
    kind: str
    team: Team | None
    outcome: str | None
    tags: frozenset[str]
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    only: frozenset[str]
    needs: tuple[Phrase, ...]

    def match(self, words: Sequence[str], tags: Collection[str]) -> Match | None:
        because = self._because(words, tags)
        return Match(self.kind, self.team, self.outcome, because) if because else None

    def _because(self, words: Sequence[str], tags: Collection[str]) -> str | None:
        vocabulary = frozenset(words)
        if self.only:
            return first_of(self.needs, words) if vocabulary <= self.only else None
        tag = next((f"#{tag}" for tag in tags if tag in self.tags), None)
        because = tag or first_of(self.phrases, words)
        return None if because is None or first_of(self.unless, words) else because


def match(text: str, tags: Collection[str] | None = None) -> Match:
    """Return the first rule that matches a text; `tags` are its hashtags, if they are not to be read from it."""
    read = plain(text)
    return match_words(read.words, read.tags if tags is None else tags)


def match_words(words: Sequence[str], tags: Collection[str] = (), *, teams_only: bool = False) -> Match:
    """Return the first rule that matches; `teams_only` passes over those that answer or are silent."""
    found = (rule.match(words, tags) for rule in rules() if rule.team or not teams_only)
    return next((match for match in found if match), Match("other", "general", None, ""))


def urgent(words: Sequence[str], tags: Collection[str] = ()) -> Match | None:
    """Return the urgent rule that matches, if one does."""
    found = (rule.match(words, tags) for rule in rules() if rule.team == "urgent")
    return next((match for match in found if match), None)


def trouble(words: Sequence[str], kind: str = "") -> str | None:
    """Return the words of trouble in a text, if there are any. A scam's bait is no trouble of the customer's."""
    bait = routing()["bait"] if kind == "scam" else ()
    return first_of([phrase for phrase in _phrases("trouble") if phrase.source not in bait], words)


def not_bare(words: Sequence[str]) -> bool:
    """Say whether words of hashtags mean something else here: "text me"."""
    return first_of(_phrases("not_bare"), words) is not None


def look_first(words: Sequence[str]) -> bool:
    """Say whether people should look at this before the rest of an ordinary team's line."""
    return first_of(_phrases("look_first"), words) is not None


def first_of(phrases: Sequence[Phrase], words: Sequence[str]) -> str | None:
    """Return the first phrase that is in a text."""
    vocabulary = frozenset(words)
    return next((phrase.source for phrase in phrases if phrase.is_in(words, vocabulary)), None)


@cache
def routing() -> dict[str, Any]:
    """Return `routing.toml` as it stands."""
    return tomllib.loads(Path(__file__).with_name("routing.toml").read_text(encoding="utf-8"))


@cache
def filler() -> frozenset[str]:
    """Return the words that add nothing beside the words of a hashtag."""
    return frozenset(routing()["filler"].split())


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in the order in which they are tried."""
    return tuple(
        Rule(
            kind=rule["kind"],
            team=cast(Team | None, rule.get("team")),
            outcome=rule.get("outcome"),
            tags=frozenset(rule.get("tags", ())),
            phrases=phrases(rule.get("any", ())),
            unless=phrases(rule.get("unless", ())),
            only=frozenset(rule.get("only", ())),
            needs=phrases(rule.get("needs", ())),
        )
        for rule in routing()["rule"]
    )


@cache
def rule_tags() -> frozenset[str]:
    """Return every hashtag that a rule knows: none of them is somebody's slip."""
    return frozenset(tag for rule in rules() for tag in rule.tags)


@cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    listed = routing()[name]
    return phrases(listed.split() if isinstance(listed, str) else listed)


def phrases(sources: Sequence[str]) -> tuple[Phrase, ...]:
    """Read phrases in the grammar that `routing.toml` explains."""
    return tuple(Phrase(source, tuple(_side(side) for side in source.split(" & "))) for source in sources)


def _side(source: str) -> tuple[Place, ...]:
    places: list[Place] = []
    gap = False
    for part in source.split():
        if part == "~":
            gap = True
            continue
        words = part.split("/")
        places.append(
            Place(
                words=frozenset(word for word in words if not word.endswith("*")),
                beginnings=tuple(word[:-1] for word in words if word.endswith("*")),
                gap=gap,
            )
        )
        gap = False
    return tuple(places)


def _follow(places: tuple[Place, ...], words: Sequence[str]) -> bool:
    """Walk the places through a text; `ends` are the positions right after what has matched so far."""
    ends: Collection[int] = range(len(words))
    for place in places:
        reach = GAP + 1 if place.gap else 1
        starts = {start for end in ends for start in range(end, min(end + reach, len(words)))}
        ends = {start + 1 for start in starts if place.takes(words[start])}
        if not ends:
            return False
    return True
