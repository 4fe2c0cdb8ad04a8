"""A DM's text made plain, and the hashtags in it. Whatever is sent, nothing here raises or takes long."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from functions.shared.wording.normal import LINK, lowered

_LONGEST = 10_000  # what X lets a customer write

_HANDLE = re.compile(r"@\w+")
_APOSTROPHE = re.compile("['’‘ʼ`´′]")
_HASHTAG = re.compile(r"#(\w+)")
_GLUED = re.compile(r"(#link)(?=[+(\d])")  # "#link07700900123"
_MONEY = re.compile("[$¢-¥฿₠-⃀]")
_WORD = re.compile(r"¤|[^\W_]+")
_CLAUSE = re.compile(r"[.,;:!?\n]+")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_CHEERFUL = frozenset("👍🙏❤😊🙂😀😍👏🎉✅👌🙌😁😄😃🥰😘☺💯🤗💙💚💜🧡💛♥")


@dataclass(frozen=True)
class Plain:
    """A text as rules see it."""

    words: tuple[str, ...]
    """All of it, hashtags without their sign."""
    beside: tuple[str, ...]
    """The words that are not hashtags."""
    tags: tuple[str, ...]
    """The hashtags in the order sent, each once, known or not."""
    cheerful: bool
    """Nothing but a thumbs-up or the like."""
    clauses: tuple[tuple[str, ...], ...] = ()
    """The words by the parts that signs of punctuation make, hashtags without their sign."""
    asks: bool = False
    """There is a question mark."""


def plain(text: str) -> Plain:
    """Read a text: NFKC, lower case; without what is invisible, links, handles and apostrophes."""
    seen = _GLUED.sub(r"\1 ", visible(text))
    tags = (tag.replace("_", "") for tag in _HASHTAG.findall(seen))
    return Plain(
        words=_words(seen),
        beside=_words(_HASHTAG.sub(" ", seen)),
        tags=tuple(dict.fromkeys(tag for tag in tags if not tag.isdigit() and tag)),
        cheerful=_is_cheerful(seen),
        clauses=tuple(words for part in _CLAUSE.split(seen) if (words := _words(part))),
        asks="?" in seen,
    )


def visible(text: str) -> str:
    """Return what a person sees of a text, in lower case and one spelling of each sign."""
    seen = lowered(text[:_LONGEST])[: 2 * _LONGEST]  # one sign may unfold into eighteen
    return _APOSTROPHE.sub("", _HANDLE.sub(" ", LINK.sub(" ", seen)))


def _words(seen: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_MONEY.sub("¤", seen)))


def _is_cheerful(seen: str) -> bool:
    signs = set(_SKIN.sub("", "".join(seen.split())))
    return bool(signs) and signs <= _CHEERFUL


def folded(word: str) -> str:
    """Write a word without accents, as people type it in a hurry."""
    bare = (sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    return "".join(bare).translate(_FOLDED)


_FOLDED = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe"})


def typo_of(tag: str, known: Iterable[str]) -> list[str]:
    """Return the known words of four letters or more that are one slip away from a tag."""
    return [word for word in known if len(word) >= 4 and is_slip(tag, word)]


def is_slip(typed: Sequence[str], meant: Sequence[str]) -> bool:
    """Say whether one letter was added, lost or changed, or two neighbours were swapped."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = _shared(typed, meant)
    end = min(_shared(typed[::-1], meant[::-1]), min(len(typed), len(meant)) - start)
    one, other = typed[start : len(typed) - end], meant[start : len(meant) - end]
    return max(len(one), len(other)) == 1 or (len(one) == len(other) == 2 and one == other[::-1])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the letters that two words begin with together."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
