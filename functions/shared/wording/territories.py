"""Countries as people write them: the names that CLDR and the time zones' data have for them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from babel.core import get_global

from functions.shared.brand.locale import Locale
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import spoken_in

_LEFT_OUT = frozenset(["and", "the"])
"""Said or not: "Bosnia & Herzegovina", "the Gambia"."""

type _Said = tuple[str, ...]


def territories_in(words: Sequence[str], brand: Locale) -> frozenset[str]:
    """Return the ISO 3166 codes of the countries that words name, the brand's own left out; a name may be of two."""
    said = [_folded(word) for word in words if word not in _LEFT_OUT]
    found = _codes(said) or (_code_alone(said[0]) if len(said) == 1 else frozenset())
    return found - {brand.country}


def territory(code: str, brand: Locale) -> str:
    """Say a country: Spain."""
    return str(spoken_in(brand.country).territories[code])


@cache
def names() -> Mapping[str, str]:
    """Return the countries of ISO 3166 by their codes, as the time zones' data names them."""
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, _, name in rows}


def _codes(said: Sequence[str]) -> frozenset[str]:
    """Find names, the longest first where one begins: Guinea is not meant in Papua New Guinea."""
    known = _known()
    found: set[str] = set()
    at = 0
    while at < len(said):
        lengths = (length for length in range(_longest(), 0, -1) if tuple(said[at : at + length]) in known)
        length = next(lengths, 0)
        found |= known.get(tuple(said[at : at + length]), frozenset())
        at += length or 1
    return frozenset(found)


def _code_alone(word: str) -> frozenset[str]:
    """Read one word as a code that is used like a name: USA, UK."""
    return frozenset(get_global("territory_aliases").get(word.upper(), ())) & names().keys()


@cache
def _known() -> Mapping[_Said, frozenset[str]]:
    found: defaultdict[_Said, set[str]] = defaultdict(set)
    for code, name in _every_name():
        found[tuple(_folded(word) for word in plain(name).words if word not in _LEFT_OUT)].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _longest() -> int:
    return max(map(len, _known()))


def _every_name() -> Iterator[tuple[str, str]]:
    by_outer: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name in names().items():
        outer, _, inner = name.partition(" (")
        by_outer[outer].append((code, inner.rstrip(")")))
    for outer, those in by_outer.items():
        for code, inner in those:
            yield code, outer
            if inner and len(those) == 1:  # "Britain (UK)", but not "Korea (South)"
                yield code, inner
    for code, name in spoken_in("001").territories.items():
        if code in names():
            yield code, name


def _folded(word: str) -> str:
    """Write letters without their accents: Türkiye is typed turkiye."""
    return re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", word))
