"""The plain words that mean #stop, also in look-alike letters. The words are in `stop_words.toml`."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from functions.shared.wording.phrases import Phrase, first_of, phrases
from functions.shared.wording.reading import Plain, is_slip, plain, visible

type Unless = Callable[[Sequence[str]], object]

_RUN = re.compile(r"(\w)\1{2,}")


def stop_tag(text: str) -> str | None:
    """Return the hashtag in a text that means stop, a slip of #stop and look-alike letters included."""
    return next((tag for read in _readings(text) for tag in read.tags if _means_stop(tag)), None)


def plain_stop(text: str, unless: Unless = lambda _: False) -> str | None:
    """Return the words that make a whole message an opt-out, if it is one. `unless` its words are something else."""
    return next((because for read in _readings(text) if (because := _opts_out(read, unless))), None)


def plain_start(text: str) -> bool:
    """Say whether a message is one word that asks for the helper back."""
    words = plain(text).words
    return len(words) == 1 and words[0] in _listed()["start"].split()


def beside_stop(text: str, filler: frozenset[str]) -> tuple[str, ...]:
    """Return the words beside a #stop that people should read: none if they only say the same, with filler."""
    beside = plain(text).beside
    folded = plain(_folded(text)).beside
    return () if _vocabulary() | filler >= set(folded) else beside


def _means_stop(tag: str) -> bool:
    listed = _listed()
    if tag in listed["hashtags"].split():
        return True
    return is_slip(tag, "stop") and tag not in listed["words_of_their_own"].split()


def _opts_out(read: Plain, unless: Unless) -> str | None:
    words = read.words
    if len(words) > 3 and all(len(word) == 1 for word in words):
        words = ("".join(words),)  # s t o p
    if not words or not _vocabulary() >= set(words) or unless(words):
        return None
    return None if first_of(_phrases("unless"), words) else first_of(_phrases("phrases"), words)


def _readings(text: str) -> tuple[Plain, Plain]:
    return plain(text), plain(_folded(text))


def _folded(text: str) -> str:
    """Return a text in the letters that it looks like, without accents and drawn-out letters."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", visible(text)) if not unicodedata.combining(sign))
    return _RUN.sub(r"\1", bare.translate(_look_alikes()))


@cache
def _listed() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("stop_words.toml").read_text(encoding="utf-8"))


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(_listed()["words"].split())


@cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    return phrases(_listed()[name])


@cache
def _look_alikes() -> dict[int, str]:
    return str.maketrans(_listed()["look_alikes"])
