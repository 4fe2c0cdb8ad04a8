"""#unlock: by the brand, or by the phone where the brand sells locked ones; no code is ever said."""

import pytest

from functions.commands.registry import Escalate
from local.demo import Person, catalogue, people
from tests.asking import NOW, ask, read, said, with_change
from tests.brands import US

AMERICA = catalogue(NOW, US)
AMERICAN = next(one for one in people(NOW, US) if one["handle"] == "linked_customer")


def test_where_no_phone_is_sold_locked_everybody_learns_it_without_a_link() -> None:
    assert read("#unlock", "new_customer") == (
        "Hi @new_customer, the phones we sell aren't locked, so any network's SIM should work in yours. It asks for a"
        " code? Reply #human and say the make and model."
    )


@pytest.mark.parametrize(("locked", "key"), [(True, "unlock.locked"), (False, "unlock.open")])
def test_where_phones_are_locked_the_customers_own_is_told(*, locked: bool, key: str) -> None:
    one = with_change(AMERICAN, "lines.0.locked", locked)

    assert said(ask("#unlock", one, content=AMERICA)).key == key


def test_how_a_locked_phone_is_unlocked_is_the_brands_to_say() -> None:
    text = read("#unlock", with_change(AMERICAN, "lines.0.locked", True), content=AMERICA)

    assert "your phone is still locked to us. Once it has been paid for and used for 60 days, open Settings" in text


def test_a_phone_of_which_it_is_not_known_is_looked_at_by_a_person() -> None:
    answer = ask("#unlock", with_change(AMERICAN, "lines.0.locked", None), content=AMERICA)

    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


def test_a_stranger_links_first_where_it_depends_on_the_phone() -> None:
    stranger: Person = {**AMERICAN, "linked": False}

    assert said(ask("#unlock", stranger, content=AMERICA)).key == "link.first"
