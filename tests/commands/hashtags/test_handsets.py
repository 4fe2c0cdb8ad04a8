"""#handsets: what is in stock, and when the customer may upgrade."""

import pytest

from tests.asking import ask, item, said, with_change


@pytest.mark.parametrize("dates", [{"from_on": "2026-11-25"}, {"until_on": "2026-11-23"}])
def test_a_phone_that_is_not_on_today_is_not_shown(dates: dict[str, str]) -> None:
    assert ask("#handsets", content=item("handset", **dates)).key == "handsets.none"


def test_what_is_sold_out_is_not_shown() -> None:
    assert ask("#handsets", content=item("handset", in_stock=False)).key == "handsets.none"


@pytest.mark.parametrize(
    ("upgrade_from", "line"),
    [
        ("2027-02-01", "\nYou can upgrade from Mon 1 Feb 2027.\n"),
        ("2026-11-24", "\nYou can upgrade now.\n"),
        ("soon", "subject to status.\nWant one?"),
        (None, "subject to status.\nWant one?"),
    ],
)
def test_handsets_say_when_the_customer_may_upgrade(upgrade_from: str | None, line: str) -> None:
    reply = said(ask("#handsets", with_change("linked_customer", "lines.0.upgrade_from", upgrade_from)))

    assert line in reply.text
    assert reply.quotes == ("demo-0002" if "upgrade" in reply.text else None)


def test_a_stranger_sees_the_phones_and_nothing_of_an_account() -> None:
    reply = said(ask("#handsets", "new_customer"))

    assert "Kestrel 9" in reply.text
    assert "upgrade" not in reply.text
    assert reply.quotes is None
