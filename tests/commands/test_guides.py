"""How phones are set up: which guide is chosen."""

import pytest

from functions.commands.registry import Escalate
from tests.asking import ask, item, said


@pytest.mark.parametrize(
    ("says", "part"),
    [
        ("#ios", "no internet? 1 Settings > Mobile Service"),
        ("#ios my eSIM is new", "for an eSIM: Settings > Mobile Service"),
        ("#android tethering please", "Hotspot & tethering"),
        ("#windows", "on a laptop with our SIM"),
        ("#lumia", "Microsoft stopped updating"),
    ],
)
def test_a_guide_is_chosen_by_the_words_of_the_message(says: str, part: str) -> None:
    assert part in said(ask(says)).text


def test_a_guide_names_the_others_of_its_platform() -> None:
    assert said(ask("#ios")).next == "More: #ios esim or hotspot."


def test_a_platform_without_a_guide_goes_to_people() -> None:
    assert ask("#ios", content=item("guide")[:-1]) == Escalate("device", "devices")
