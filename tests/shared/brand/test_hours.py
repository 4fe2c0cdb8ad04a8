"""The brand's day. When its people are there is tested with the promises made from it."""

from datetime import UTC, date, datetime

from functions.shared.brand import hours
from functions.shared.brand.catalogue import Brand
from tests.asking import CONTENT
from tests.places import ROOT

BRAND = Brand.of(next(item for item in CONTENT if item["kind"] == "brand"))
HALF_PAST_MIDNIGHT = datetime(2026, 8, 3, 23, 30, tzinfo=UTC)
"""In London, in summer."""


def test_today_is_the_brands_and_not_the_clocks() -> None:
    assert hours.today(HALF_PAST_MIDNIGHT, BRAND) == date(2026, 8, 4)


def test_nobody_else_takes_a_day_from_a_clock() -> None:
    takers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "functions").rglob("*.py")
        if any(taken in path.read_text(encoding="utf-8") for taken in (".date()", "date.today", ".toordinal"))
    }

    assert takers == {
        "functions/shared/brand/hours.py",
        "functions/shared/wording/saying.py",  # says times in the zone that it is given
    }
