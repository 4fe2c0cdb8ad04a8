"""docs/architecture.md shows the house as it stands."""

import re

from tests.house import BETWEEN, PAGE, WRITE, first_sentence, house
from tests.places import ROOT


def test_the_page_names_every_module_in_its_own_words() -> None:
    [shown] = BETWEEN.findall(PAGE.read_text(encoding="utf-8"))

    assert shown == house(), f"write the map anew: {WRITE}"


def test_every_module_says_what_it_is() -> None:
    silent = [line.split()[0] for line in house().splitlines() if line and len(line.split()) == 1]

    assert not silent, "begin each with a docstring of one sentence"


def test_a_module_is_named_by_its_first_sentence_alone() -> None:
    assert first_sentence(ROOT / "tests" / "places.py") == "Where things lie, for tests in any folder"


def test_where_a_change_goes_is_a_place_that_there_is() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## Where to\n")[2].partition("\n## ")[0]
    paths = re.findall(r"`([a-z_]+/[a-z_/.]+)`", table)

    gone = [path for path in paths if not (ROOT / path).exists()]

    assert paths
    assert not gone, "say in docs/architecture.md where it is now"
