"""Places in what customers write: towns that the brand knows, and first halves of postcodes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from functions.shared.brand.locale import Locale
from functions.shared.wording.reading import plain

_PARTS = re.compile(r"\d+|[^\W\d_]+")

type Codes = tuple[str, ...]


@dataclass(frozen=True)
class Spot:
    """A place in our spelling. `where` has the postcodes of each place of this name, or how all of them begin."""

    name: str
    where: tuple[Codes, ...]

    @property
    def is_twice(self) -> bool:
        return len(self.where) > 1

    def touches(self, other: "Spot") -> bool:
        """Say whether one of the two lies in the other."""
        return plain(self.name).words == plain(other.name).words or any(
            _begins(one, another) or _begins(another, one) for one in self._codes() for another in other._codes()
        )

    def _codes(self) -> Iterator[str]:
        return (code for codes in self.where for code in codes)


def in_words(words: Sequence[str], brand: Locale, more: Iterable[str] = ()) -> list[Spot]:
    """Return the places that a text names, postcodes first; `more` are towns that are not among the brand's.

    A postcode says which of two towns of one name is meant.
    """
    codes = [found for word in words if (found := _postcode(word, brand))]
    towns = [town for town in _towns(words, brand, more) if not any(town.touches(code) for code in codes)]
    return list({place.name: place for place in (*codes, *towns)}.values())


def spot_of(area: str, brand: Locale) -> Spot:
    """Return the place that somebody of the brand names: a town, a first half of a postcode, or how some begin."""
    if known := brand.places.get(area):
        return Spot(area, _where(known))
    is_town = area.lower() in {town.lower() for town in brand.places}
    if not is_town and (_postcode(area, brand) or (brand.postcode and area.isalpha() and len(area) < len("ABC"))):
        return Spot(area.upper(), ((area.upper(),),))  # "LS" is how all postcodes of an area begin
    return next(iter(_towns(plain(area).words, brand)), Spot(area, ((),)))


def _postcode(word: str, brand: Locale) -> Spot | None:
    found = brand.postcode and re.fullmatch(brand.postcode, word.upper())
    return Spot(found[1], ((found[1],),)) if found else None


def _towns(words: Sequence[str], brand: Locale, more: Iterable[str] = ()) -> Iterator[Spot]:
    """Find towns, of those that begin with the same word the longest."""
    known = _by_first_word((*brand.places, *more))
    at = 0
    while at < len(words):
        of_these = known.get(words[at], ())
        here = [one for one in of_these if _stands_at(at, one[0], words)]
        name, town = max(here, key=lambda one: len(one[0]), default=(words[at : at + 1], ""))
        if town:
            yield Spot(town, _where(brand.places.get(town, ("",))))
        at += len(name)


def stand_in(some: Sequence[str], words: Sequence[str]) -> bool:
    """Say whether words stand in a text, one after the other."""
    return bool(some) and any(_stands_at(at, some, words) for at in range(len(words)))


def _stands_at(at: int, some: Sequence[str], words: Sequence[str]) -> bool:
    return tuple(words[at : at + len(some)]) == tuple(some)


@cache
def _by_first_word(names: tuple[str, ...]) -> dict[str, list[tuple[Sequence[str], str]]]:
    found: dict[str, list[tuple[Sequence[str], str]]] = {}
    for name in names:
        if words := plain(name).words:
            found.setdefault(words[0], []).append((words, name))
    return found


def _where(listed: Iterable[str]) -> tuple[Codes, ...]:
    return tuple(tuple(codes.split()) for codes in listed)


def _begins(code: str, longer: str) -> bool:
    """Say whether a postcode lies in another's area: LS6 in LS, but LS11 not in LS1, and LS6 not in L."""
    parts, longer_parts = _PARTS.findall(code), _PARTS.findall(longer)
    return longer_parts[: len(parts)] == parts
