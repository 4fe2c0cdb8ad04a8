"""Countries as people write them."""

import pytest

from functions.shared.brand.catalogue import Brand
from functions.shared.wording.reading import plain
from functions.shared.wording.territories import names, territories_in, territory
from tests.brands import AMERICAN, FACTS

HERE = Brand.of(FACTS)


@pytest.mark.parametrize(
    ("says", "codes"),
    [
        ("Spain", {"ES"}),
        ("going to the gambia next week", {"GM"}),
        ("turkey", {"TR"}),
        ("TÜRKIYE", {"TR"}),
        ("turkiye", {"TR"}),
        ("Bosnia and Herzegovina", {"BA"}),
        ("bosnia herzegovina", {"BA"}),
        ("Burma", {"MM"}),
        ("cote divoire", {"CI"}),
        ("United States", {"US"}),
        ("USA", {"US"}),
        ("czech republic", {"CZ"}),
        ("Papua New Guinea", {"PG"}),
        ("south korea", {"KR"}),
        ("Congo", {"CD", "CG"}),
        ("France, Italy", {"FR", "IT"}),
        ("south", set()),
        ("can I", set()),
        ("", set()),
    ],
)
def test_a_country_is_known_by_its_names(says: str, codes: set[str]) -> None:
    assert territories_in(plain(says).words, HERE) == codes


@pytest.mark.parametrize("code", sorted(names()))
def test_each_country_is_known_by_the_name_that_we_say(code: str) -> None:
    abroad = Brand.of(AMERICAN if code == "GB" else FACTS)

    assert code in territories_in(plain(territory(code, abroad)).words, abroad)


def test_the_own_country_is_not_abroad() -> None:
    assert territories_in(plain("britain").words, HERE) == set()
    assert territories_in(plain("uk").words, Brand.of(AMERICAN)) == {"GB"}
