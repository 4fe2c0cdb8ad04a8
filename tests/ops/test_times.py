"""Times as ops read them, for brands whose clocks differ."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.store import Item
from functions.shared.brand.catalogue import Catalogue
from ops.times import Times
from tests.brands import AMERICAN, FACTS

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("brand", "today", "in_days"),
    [
        (FACTS, "14:15 GMT", "14:15 on Mon 30 Nov GMT"),
        (AMERICAN, "9:15 AM EST", "9:15 AM on Mon, Nov 30 EST"),
    ],
)
def test_ops_read_a_time_by_the_brands_clock_with_its_zone(brand: Item, today: str, in_days: str) -> None:
    times = Times(Catalogue.of([brand]), NOW)

    assert times.said(NOW) == today
    assert times.said(NOW + timedelta(days=6)) == in_days
