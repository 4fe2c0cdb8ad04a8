"""Phrases in a text: words in a row, some of which may stand for others. `routing.toml` explains the grammar."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import methodcaller
from typing import NamedTuple

type Way = tuple[Place, ...]
"""Places that follow one another."""
type Lists = Mapping[str, str | Sequence[str]]
"""Words (a text of them) or phrases (a list) that phrases name."""

GAP = 3  # words that may stand where a phrase has `~`
_IS_NAME = re.compile(r"<\w+>")


class Place(NamedTuple):  # rules have thousands, made at each start: a dataclass takes three times as long
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
        if not self.beginnings:
            return False
        return any(map(methodcaller("startswith", self.beginnings), words))


class Phrase(NamedTuple):
    """A phrase of the grammar that `routing.toml` explains."""

    source: str
    sides: tuple[tuple[Way, ...], ...]
    """Each side with the ways of saying it."""

    def is_in(self, words: Sequence[str], vocabulary: frozenset[str]) -> bool:
        # Loops, as this is where the time of a decision goes: most phrases are not in a text.
        for ways in self.sides:
            for way in ways:
                if _is_said(way, words, vocabulary):
                    break
            else:
                return False
        return True


def first_of(phrases: Sequence[Phrase], words: Sequence[str]) -> str | None:
    """Return the first phrase that is in a text."""
    vocabulary = frozenset(words)
    return next((phrase.source for phrase in phrases if phrase.is_in(words, vocabulary)), None)


def phrases(sources: Sequence[str], named: Lists | None = None) -> tuple[Phrase, ...]:
    """Read phrases in the grammar that `routing.toml` explains."""
    return tuple(Phrase(source, _sides(source, named or {})) for source in sources)


def _sides(source: str, named: Lists) -> tuple[tuple[Way, ...], ...]:
    return tuple(tuple(_ways(side, named)) for side in source.split(" & "))


def _ways(side: str, named: Lists) -> Iterator[Way]:
    """Read one side: a way of its own, or the name of a list of ways."""
    listed = named.get(side.strip("<>")) if _is_name(side) else None
    if listed is None or isinstance(listed, str):
        yield _way(side, named)
        return
    for source in listed:
        yield from _ways(source, named)


def _way(source: str, named: Lists) -> Way:
    if "&" in source:
        raise ValueError(f'"{source}" is in a list: it can have one side only')
    places: list[Place] = []
    gap = False
    for part in source.split():
        if part == "~":
            gap = True
            continue
        words = [word for one in part.split("/") for word in _words(one, named)]
        places.append(
            Place(
                words=frozenset(word for word in words if not word.endswith("*")),
                beginnings=tuple(word[:-1] for word in words if word.endswith("*")),
                gap=gap,
            )
        )
        gap = False
    return tuple(places)


def _is_name(one: str) -> bool:
    # Most begin otherwise, and are not looked at by a pattern.
    return one[:1] == "<" and _IS_NAME.fullmatch(one) is not None


def _words(one: str, named: Lists) -> list[str]:
    if not _is_name(one):
        return [one]
    listed = named[one.strip("<>")]
    if not isinstance(listed, str):
        raise ValueError(f"{one} is a list of phrases: it can only be a whole side")
    return [word for inner in listed.split() for word in _words(inner, named)]


def _is_said(way: Way, words: Sequence[str], vocabulary: frozenset[str]) -> bool:
    for place in way:
        if not place.somewhere_in(vocabulary):
            return False
    return _follow(way, words)


def _follow(places: Way, words: Sequence[str]) -> bool:
    """Walk the places through a text; `ends` are the positions right after what has matched so far."""
    ends: Collection[int] = range(len(words))
    for place in places:
        reach = GAP + 1 if place.gap else 1
        starts = {start for end in ends for start in range(end, min(end + reach, len(words)))}
        ends = {start + 1 for start in starts if place.takes(words[start])}
        if not ends:
            return False
    return True
