"""The plain words that mean #stop, also in look-alike letters. The words are in `stop_words.toml`."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from functions.shared.wording.phrases import Phrase, first_of, phrases
from functions.shared.wording.reading import Plain, folded, is_slip, plain, visible

type Unless = Callable[[Sequence[str]], object]

_LONGEST_TAG = 40
_WAYS = 8
_RUN = re.compile(r"(\w)\1{2,}")


def stop_tag(text: str) -> str | None:
    """Return the hashtag in a text that means stop, a slip of #stop and look-alike letters included."""
    return next((tag for read in _readings(text) for tag in read.tags if _means_stop(tag)), None)


def plain_stop(text: str, unless: Unless = lambda _: False) -> str | None:
    """Return the words that make a whole message an opt-out, if it is one. `unless` its words are something else."""
    if sign := _lone_sign(text):
        return sign
    return next((because for read in _readings(text) if (because := _opts_out(read.words, unless))), None)


def foreign_stop(text: str, languages: Sequence[str]) -> str | None:
    """Return what a whole message says in another language that means stop."""
    said = " ".join(map(folded, plain(text).words))
    return next(
        (f"{language}: {said}" for language in languages if said in _listed()["languages"].get(language, ())), None
    )


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
    if is_slip(tag, "stop"):
        return tag not in listed["words_of_their_own"].split()
    return any(_opts_out(words, lambda _: False) for words in _run_together(tag))


def _run_together(tag: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of ours that a hashtag is made of: #stopthisnow."""
    if len(tag) > _LONGEST_TAG or not any(word in tag for word in ("stop", "sub", "opt", "revoke", "leave", "more")):
        return
    found: dict[int, list[tuple[str, ...]]] = {0: [()]}  # the ways to say the letters up to here
    for end in range(1, len(tag) + 1):
        starts = (start for start in found if tag[start:end] in _in_hashtags())
        if ways := [(*way, tag[start:end]) for start in starts for way in found[start]][:_WAYS]:
            found[end] = ways
    yield from found.get(len(tag), [])


def _lone_sign(text: str) -> str | None:
    signs = set("".join(visible(text).split()))
    return "a stop sign" if signs and signs <= set(_listed()["signs"]) else None


def _opts_out(words: tuple[str, ...], unless: Unless) -> str | None:
    if len(words) > 3 and all(len(word) == 1 for word in words):
        words = ("".join(words),)  # s t o p
    if not words or unless(words) or not (_vocabulary() >= set(words) or _says_why(words)):
        return None
    return None if first_of(_phrases("unless"), words) else first_of(_phrases("phrases"), words)


def _says_why(words: tuple[str, ...]) -> bool:
    """Say whether a stop is given with one of the short reasons: that it reaches the wrong person."""
    known = _vocabulary() | frozenset(_listed()["words_of_reasons"].split())
    return known >= set(words) and first_of(_phrases("reasons"), words) is not None


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
def _in_hashtags() -> frozenset[str]:
    """Return the words that hashtags are made of: letters alone are none."""
    return frozenset(word for word in _vocabulary() if len(word) > 1 or word in "iu")


@cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    return phrases(_listed()[name])


@cache
def _look_alikes() -> dict[int, str]:
    return str.maketrans(_listed()["look_alikes"])
