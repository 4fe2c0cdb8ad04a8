"""What we say ourselves, to take it out of what a customer pastes back: our words are never their trouble."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations

from functions.shared.wording import safety
from functions.shared.wording.reading import visible
from functions.shared.wording.rules import routing

ALONE = 5
"""Words of ours in a row, in whole sentences up to a place that is filled in: nobody writes the same by chance."""

_PLACE = re.compile(r"\{\w*\}")
_SENTENCE = re.compile(r"[.?!:;()\n]+(?=\s|$)|[()\n]")
_WORD = re.compile(r"#?\w+")

type Words = tuple[str, ...]


def without(text: str, more: tuple[str, ...] = ()) -> str:
    """Return a text without the sentences that are ours; as it is if it holds none.

    What would be urgent if a customer said it is known here; `more` is whatever else we say.
    """
    seen = visible(text)
    found = list(_WORD.finditer(seen))
    words = tuple(match[0] for match in found)
    kept, last = [], 0
    for at, length in _runs(words, _sentences(more)):
        kept.append(seen[last : found[at].start()])
        last = found[at + length - 1].end()
    return " ".join([*kept, seen[last:]]) if kept else text


def _runs(words: Words, sentences: dict[Words, list[Words]]) -> Iterator[tuple[int, int]]:
    """Find where sentences of ours stand, and how many words each has."""
    at = 0
    while at < len(words):
        of_ours = sentences.get(words[at : at + ALONE], ())
        length = max((len(one) for one in of_ours if words[at : at + len(one)] == one), default=0)
        if length:
            yield at, length
        at += length or 1


@cache
def _sentences(more: tuple[str, ...]) -> dict[Words, list[Words]]:
    """Our sentences by the words that they begin with."""
    found: dict[Words, list[Words]] = {}
    for said in (*safety.SAFETY, *_of_people(), *more):
        for words in _whole_sentences(said):
            found.setdefault(words[:ALONE], []).append(words)
    return found


def _whole_sentences(said: str) -> Iterator[Words]:
    """Yield the words of each sentence, and of sentences in a row: "Didn't order it? Send #urgent." are two."""
    for stretch in _PLACE.split(said):
        sentences = [tuple(_WORD.findall(visible(sentence))) for sentence in _SENTENCE.split(stretch)]
        for first, last in combinations(range(len(sentences) + 1), 2):
            words = tuple(chain.from_iterable(sentences[first:last]))
            if len(words) >= ALONE:
                yield words


def _of_people() -> Iterator[str]:
    """What is said when a person takes over."""
    for said in (*routing()["ack"].values(), *routing()["answer"].values()):
        yield from (said[part] for part in ("text", "unstaffed") if part in said)
