"""#offers: what fits the customer, as far as known, and is on today."""

import pytest

from tests.asking import ask, item, read, with_change


def test_offers_fit_the_customer_as_far_as_known() -> None:
    assert "1 Double data" in read("#offers")
    assert "1 Data pack" in read("#offers", "prepaid")
    assert "1 Data pack" in read("#offers", "new_customer")
    assert "1 Data pack" in read("#offers", with_change("linked_customer", "account.kind", "odd"))


@pytest.mark.parametrize("dates", [{"from_on": "2026-11-25"}, {"until_on": "2026-11-23"}])
def test_an_offer_that_is_not_on_today_is_not_made(dates: dict[str, str]) -> None:
    assert ask("#offers", content=item("offer", **dates)).key == "offers.none"
