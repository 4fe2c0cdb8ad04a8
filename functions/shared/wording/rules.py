"""The rules on words: which team, or which answer, a text without a hashtag leads to. The data is `routing.toml`."""

import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from functions.shared.conversation.cases import Team
from functions.shared.wording.phrases import Phrase, Place, first_of, phrases
from functions.shared.wording.reading import folded

_MANY = 5
"""So many words beside a hashtag are for people: such as are no filler, or, in a question, no words of a question."""


@dataclass(frozen=True)
class Match:
    """The rule that decided: either a team's, or one with an outcome of its own."""

    kind: str
    team: Team | None
    outcome: str | None
    phrase: str
    locks: bool = False
    """One's own phone, SIM or account is lost, stolen or taken over, or data was given away: figures are off."""
    ack: str = ""
    """What is said at once, where it is not what its kind says."""


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
    ack: str = ""
    """What is said at once, where it is not what its kind says."""
    names: bool = False
    """Beside `only` its words one more may stand, a name: one that no phrase knows."""
    named_only: bool = False
    """It tells what is named, not what it is about: beside another thing it decides nothing."""

    def match(self, words: Sequence[str], tags: Collection[str]) -> Match | None:
        because = self._because(words, tags)
        if because is None:
            return None
        return Match(self.kind, self.team, self.outcome, because, self._locks(words), self.ack)

    def _locks(self, words: Sequence[str]) -> bool:
        said = self.locks if isinstance(self.locks, bool) else first_of(self.locks, words) is not None
        return said and first_of(self.hurries, words) is None

    def _because(self, words: Sequence[str], tags: Collection[str]) -> str | None:
        if self.only:
            because = first_of(self.needs, words) if self._consists(words) else None
        else:
            tag = next((f"#{tag}" for tag in tags if tag in self.tags), None)
            because = tag or first_of(self.phrases, words)
        return None if because is None or first_of(self.unless, words) else because

    def _consists(self, words: Sequence[str]) -> bool:
        """Say whether these are all words of the rule, but for a name."""
        others = [at for at, word in enumerate(words) if word not in self.only]
        return not others or (self.names and len(others) == 1 and _may_be_name(words, others[0]))


def as_meant(words: Sequence[str]) -> tuple[str, ...]:
    """Spell words as the rules do: "wot" is what, "do not" is dont."""
    spoken = routing()["spoken"]
    return tuple(_joined([spoken.get(word, word) for word in words]))


def _joined(words: Sequence[str]) -> Iterator[str]:
    pairs = routing()["joined"]
    at = 0
    while at < len(words):
        pair = pairs.get(" ".join(words[at : at + 2]))
        yield pair or words[at]
        at += 2 if pair else 1


def match_words(
    words: Sequence[str], tags: Collection[str] = (), *, teams_only: bool = False, but: Collection[str] = ()
) -> Match:
    """Return the first rule that matches.

    `teams_only` passes over those that answer or are silent; `but` over those with one of these acknowledgements,
    and over those that tell no more than what is named.
    """
    words = as_meant(words)
    tried = (rule for rule in rules() if rule.team or not teams_only)
    tried = (rule for rule in tried if not but or not (rule.named_only or rule.ack in but))
    found = (rule.match(words, tags) for rule in tried)
    return next((match for match in found if match), Match("other", "general", None, ""))


def urgent(words: Sequence[str], tags: Collection[str] = ()) -> Match | None:
    """Return the urgent rule that matches, or what stands for a hashtag that asks for a person at once."""
    words = as_meant(words)
    found = (rule.match(words, tags) for rule in rules() if rule.team == "urgent")
    tag = next((tag for tag in tags if tag in urgent_hashtags()), None)
    by_hashtag = Match("urgent", "urgent", None, f"#{tag}") if tag else None
    return next((match for match in found if match), by_hashtag)


def trouble(words: Sequence[str], kind: str = "") -> str | None:
    """Return the words of trouble in a text, if there are any, but for those that the rule of a kind answers."""
    answered = routing()["not_trouble"].get(kind, ())
    found = first_of([phrase for phrase in _phrases("trouble") if phrase.source not in answered], words)
    return found or (None if kind else _negated(words))


def _negated(words: Sequence[str]) -> str | None:
    """Return the negation in words beside a hashtag, but for such as "don't mind"."""
    return None if first_of(_phrases("calm"), words) else first_of(_phrases("negation"), words)


def many(words: Sequence[str]) -> bool:
    """Say whether there are more words beside a hashtag than a question about it has."""
    if first_of(_phrases("asks"), words):
        return len(new_words(words)) >= _MANY
    return len([word for word in words if word not in filler() and not word.isdigit()]) >= _MANY


def new_words(words: Sequence[str]) -> list[str]:
    """Return the words beside a hashtag that no question about it has."""
    return [word for word in words if word not in filler() and word not in _asking() and not word.isdigit()]


def asks(words: Sequence[str]) -> bool:
    """Say whether words are put as a question about what is left, owed or offered."""
    return first_of(_phrases("asks_for"), words) is not None


def in_writing(words: Sequence[str]) -> bool:
    """Say whether somebody cannot hear or speak on the phone."""
    return first_of(_phrases("in_writing"), words) is not None


def foreign(words: Sequence[str], languages: Collection[str]) -> Match | None:
    """Return what is urgent in another language: it hurries, and locks nothing."""
    folded_words = [folded(word) for word in words]
    for language in languages:
        for kind, listed in _foreign().get(language, {}).items():
            if because := first_of(listed, folded_words):
                return Match(kind, "urgent", None, f"{language}: {because}")
    return None


@cache
def _foreign() -> dict[str, dict[str, tuple[Phrase, ...]]]:
    languages = routing()["language"]
    return {name: {kind: phrases(listed) for kind, listed in kinds.items()} for name, kinds in languages.items()}


def not_bare(words: Sequence[str]) -> bool:
    """Say whether words of hashtags mean something else here: "text me"."""
    return first_of(_phrases("not_bare"), words) is not None


def look_first(words: Sequence[str]) -> bool:
    """Say whether people should look at this before the rest of an ordinary team's line."""
    return first_of(_phrases("look_first"), words) is not None


def asks_person(words: Sequence[str]) -> bool:
    """Say whether a text asks for a person, whatever else it is about."""
    return any(rule.match(words, ()) for rule in rules() if rule.kind == "person" and not rule.ack)


def depends(words: Sequence[str]) -> bool:
    """Say whether somebody depends on the phone, so that a person has to know while it does not work."""
    return first_of(_phrases("depends"), words) is not None


def asks_news(words: Sequence[str]) -> bool:
    """Say whether a text asks how a known incident stands."""
    return first_of(_phrases("asks_news"), words) is not None


@cache
def alike() -> tuple[frozenset[str], ...]:
    """Return sets of words of which each stands for the others where something does not work."""
    return tuple(frozenset(line.split()) for line in routing()["alike"])


def of_kinds(words: Sequence[str], kinds: Collection[str]) -> Match | None:
    """Return the first rule of these kinds that matches."""
    words = as_meant(words)
    tried = (rule for rule in rules() if rule.kind in kinds and not rule.named_only)
    return next((match for rule in tried if (match := rule.match(words, ()))), None)


def of_news(words: Sequence[str]) -> bool:
    """Say whether words beside #tellme are about what it asks for."""
    return first_of(_phrases("of_news"), words) is not None


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
def contact() -> frozenset[str]:
    """Return the words in which people tell that they cannot get through."""
    return frozenset(routing()["contact"].split())


@cache
def belongings() -> frozenset[str]:
    """Return the words that add nothing beside the words of a hashtag that tells about them."""
    return frozenset(routing()["belongings"].split())


@cache
def _asking() -> frozenset[str]:
    """Return the words that a question about a hashtag has, however politely it is asked."""
    return frozenset(routing()["asking"].split())


def _may_be_name(words: Sequence[str], at: int) -> bool:
    """Say whether a word stands where a name does, in "thanks Priya", and no phrase knows it."""
    word, before = words[at], words[at - 1] if at else ""
    stands = (before in _THANKED or at == len(words) - 1) and before not in _NAMELESS
    return stands and word.isalpha() and word not in filler() and not any(place.takes(word) for place in _places())


_THANKED = frozenset(["thanks", "you", "cheers", "ta", "thx", "ty"])
_NAMELESS = frozenset(["for", "the", "my", "a", "your", "no", "is", "to", "was"])


@cache
def _places() -> tuple[Place, ...]:
    """Return every place of every phrase."""
    listed = [*_phrases("trouble"), *_phrases("look_first")]
    listed += [phrase for rule in rules() for phrase in (*rule.phrases, *rule.unless)]
    ways = {way for phrase in listed for side in phrase.sides for way in side}
    return tuple({place for way in ways for place in way if "" not in place.beginnings})


@cache
def filler() -> frozenset[str]:
    """Return the words that add nothing beside the words of a hashtag."""
    return frozenset(routing()["filler"].split())


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in the order in which they are tried."""
    named = routing()["named"]
    return tuple(
        Rule(
            kind=rule["kind"],
            team=cast(Team | None, rule.get("team")),
            outcome=rule.get("outcome"),
            tags=frozenset(rule.get("tags", ())),
            phrases=phrases(rule.get("any", ()), named),
            unless=phrases(rule.get("unless", ()), named),
            only=frozenset(rule.get("only", ())),
            needs=phrases(rule.get("needs", ()), named),
            locks=phrases(rule["locks"], named) if isinstance(rule.get("locks"), list) else rule.get("locks", False),
            hurries=phrases(rule.get("hurries", ()), named),
            ack=rule.get("ack", ""),
            names=rule.get("names", False),
            named_only=rule.get("named_only", False),
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
    ways = ((rule, way) for rule, side in sides if len(side) == 1 for way in side[0])
    return tuple((rule, way[0]) for rule, way in ways if len(way) == 1)


@cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    listed = routing()[name]
    return phrases(listed.split() if isinstance(listed, str) else listed, routing()["named"])
