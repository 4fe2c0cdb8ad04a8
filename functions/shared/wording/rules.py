"""The rules on words: which team, or which answer, a text without a hashtag leads to. The data is `routing.toml`."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from functions.shared.conversation.cases import Team
from functions.shared.wording.phrases import Phrase, Place, first_of, phrases


@dataclass(frozen=True)
class Match:
    """The rule that decided: either a team's, or one with an outcome of its own."""

    kind: str
    team: Team | None
    outcome: str | None
    phrase: str
    locks: bool = False
    """One's own phone, SIM or account is lost, stolen or taken over, or data was given away: figures are off."""


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
    locks: tuple[Phrase, ...] | bool
    """What locks is narrower than what hurries: these phrases, all or none; nothing that `hurries` alone."""
    hurries: tuple[Phrase, ...]

    def match(self, words: Sequence[str], tags: Collection[str]) -> Match | None:
        because = self._because(words, tags)
        return Match(self.kind, self.team, self.outcome, because, self._locks(words)) if because else None

    def _locks(self, words: Sequence[str]) -> bool:
        said = self.locks if isinstance(self.locks, bool) else first_of(self.locks, words) is not None
        return said and first_of(self.hurries, words) is None

    def _because(self, words: Sequence[str], tags: Collection[str]) -> str | None:
        vocabulary = frozenset(words)
        if self.only:
            return first_of(self.needs, words) if vocabulary <= self.only else None
        tag = next((f"#{tag}" for tag in tags if tag in self.tags), None)
        because = tag or first_of(self.phrases, words)
        return None if because is None or first_of(self.unless, words) else because


def match_words(words: Sequence[str], tags: Collection[str] = (), *, teams_only: bool = False) -> Match:
    """Return the first rule that matches; `teams_only` passes over those that answer or are silent."""
    found = (rule.match(words, tags) for rule in rules() if rule.team or not teams_only)
    return next((match for match in found if match), Match("other", "general", None, ""))


def urgent(words: Sequence[str], tags: Collection[str] = ()) -> Match | None:
    """Return the urgent rule that matches, or what stands for a hashtag that asks for a person at once."""
    found = (rule.match(words, tags) for rule in rules() if rule.team == "urgent")
    tag = next((tag for tag in tags if tag in urgent_hashtags()), None)
    by_hashtag = Match("urgent", "urgent", None, f"#{tag}") if tag else None
    return next((match for match in found if match), by_hashtag)


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


def asks_person(words: Sequence[str]) -> bool:
    """Say whether a text asks for a person, whatever else it is about."""
    return any(rule.match(words, ()) for rule in rules() if rule.kind == "person")


def depends(words: Sequence[str]) -> bool:
    """Say whether somebody depends on the phone, so that a person has to know while it does not work."""
    return first_of(_phrases("depends"), words) is not None


def of_incident(words: Sequence[str]) -> bool:
    """Say whether a text of which no rule knows more tells that something does not work."""
    return first_of(_phrases("of_incident"), words) is not None


@cache
def routing() -> dict[str, Any]:
    """Return `routing.toml` as it stands."""
    return tomllib.loads(Path(__file__).with_name("routing.toml").read_text(encoding="utf-8"))


def urgent_hashtags() -> tuple[str, ...]:
    """Return the hashtags that ask for a person at once, the first of them by its own name."""
    return tuple(routing()["urgent_hashtags"])


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
            locks=phrases(rule["locks"]) if isinstance(rule.get("locks"), list) else rule.get("locks", False),
            hurries=phrases(rule.get("hurries", ())),
        )
        for rule in routing()["rule"]
    )


@cache
def rule_tags() -> dict[str, Rule]:
    """Return every hashtag that a rule knows, with the rule: none of them is somebody's slip."""
    return {tag: rule for rule in reversed(rules()) for tag in rule.tags}


def claiming(word: str) -> Rule | None:
    """Return the rule that a hashtag or a word belongs to: nobody may use it for a command."""
    urgent_first = (rule for rule, place in _urgent_alone() if place.takes(word))
    return rule_tags().get(word) or next(urgent_first, None)


@cache
def _urgent_alone() -> tuple[tuple[Rule, Place], ...]:
    """Return the single words that are urgent by themselves: they are looked at before any hashtag."""
    sides = ((rule, phrase.sides) for rule in rules() if rule.team == "urgent" for phrase in rule.phrases)
    return tuple((rule, side[0][0]) for rule, side in sides if len(side) == len(side[0]) == 1)


@cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    listed = routing()[name]
    return phrases(listed.split() if isinstance(listed, str) else listed)
