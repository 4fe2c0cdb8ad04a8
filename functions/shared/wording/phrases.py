"""Phrases in a text: words in a row, some of which may stand for others. `routing.toml` explains the grammar."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

GAP = 3  # words that may stand where a phrase has `~`


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


def first_of(phrases: Sequence[Phrase], words: Sequence[str]) -> str | None:
    """Return the first phrase that is in a text."""
    vocabulary = frozenset(words)
    return next((phrase.source for phrase in phrases if phrase.is_in(words, vocabulary)), None)


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
