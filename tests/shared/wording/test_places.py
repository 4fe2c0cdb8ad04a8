"""Places in what customers write: our spelling, and whether one lies in another."""

import pytest

from functions.shared.brand.locale import Locale
from functions.shared.wording import places
from functions.shared.wording.reading import plain
from tests.brands import AMERICAN, FACTS

UK, US = Locale.of(FACTS), Locale.of(AMERICAN)


def named_in(text: str, brand: Locale = UK, *more: str) -> list[str]:
    return [place.name for place in places.in_words(plain(text).words, brand, more)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no signal in LEEDS", ["Leeds"]),
        ("ls6", ["LS6"]),
        ("I'm at LS6 2AB", ["LS6"]),
        ("at ls62ab since nine", ["LS6"]),
        ("w1a 1aa", ["W1A"]),
        ("stoke-on-trent and hull", ["Stoke on Trent", "Hull"]),
        ("Newcastle under Lyme", ["Newcastle under Lyme"]),
        ("Newport NP20", ["NP20"]),  # the postcode says which
        ("ZZ9 9ZZ", []),
        ("LS0x", []),
        ("my 4G, 5G and M1dlands", []),
        ("nowhere", []),
        ("", []),
    ],
)
def test_a_town_or_a_first_half_of_a_postcode_is_a_place(text: str, names: list[str]) -> None:
    assert named_in(text) == names


def test_a_town_that_only_a_notice_knows_is_one_too() -> None:
    assert named_in("nothing works in nether wallop", UK, "Nether Wallop") == ["Nether Wallop"]


def test_another_country_has_its_own() -> None:
    assert named_in("no bars in new york 10001 or LS6", US) == ["10001", "New York"]


def test_a_name_that_there_is_twice_says_so() -> None:
    newport, leeds = (places.in_words((word,), UK)[0] for word in ("newport", "leeds"))

    assert newport.is_twice
    assert not leeds.is_twice


@pytest.mark.parametrize(
    ("area", "place", "touches"),
    [
        ("LS", "LS6", True),
        ("LS6", "LS", True),
        ("LS1", "LS11", False),
        ("L", "LS6", False),
        ("W1", "W1A", True),
        ("leeds", "LS6", True),
        ("LS6", "Leeds", True),
        ("NP20", "Newport", True),
        ("Leeds", "Hull", False),
        ("Nether Wallop", "NETHER WALLOP", True),
        ("Nether Wallop", "Leeds", False),
    ],
)
def test_one_place_lies_in_another(area: str, place: str, *, touches: bool) -> None:
    assert places.spot_of(area, UK).touches(places.spot_of(place, UK)) is touches
