"""#roaming: the price in the country that is named, the money of the account to its holder alone."""

from typing import Any

import pytest

from functions.commands.registry import Escalate
from tests.asking import CONTENT, ask, decided, item, read, said, with_change
from tests.at_account import with_line


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        (
            "#roaming Spain",
            "in Spain your own plan works for £2.25 on each day you use it, up to 25 GB of data. No use, no charge:"
            " data roaming off in the settings stops it.",
        ),
        (
            "#roaming ireland",
            "in Ireland you use your own plan at no extra cost, up to 25 GB of data. #data shows what you have left.",
        ),
        (
            "#roaming in Turkey please",
            "Türkiye isn't in your plan. Data costs £6 per MB, calls £2 a minute, answering £1.50 a minute, texts 50p."
            " Your limit abroad is £45 a month. Data roaming off in the settings is safest.",
        ),
        (
            "#roaming",
            "which country? Send one at a time, like #roaming Spain. Until you know the price, leave data roaming off.",
        ),
    ],
)
def test_the_price_of_the_country_is_told(says: str, reads: str) -> None:
    assert read(says) == f"Hi @linked_customer, {reads}"


NOT_ONE = ["Spain and France", "Atlantis", "Congo", "UK", "Britain", "34"]


@pytest.mark.parametrize("country", NOT_ONE)
def test_no_country_or_two_or_the_own_one_is_asked_about(country: str) -> None:
    assert said(ask(f"#roaming {country}")).key == "roaming.where"


def test_a_country_without_prices_is_looked_at_by_a_person() -> None:
    answer = ask("#roaming Mongolia")

    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


@pytest.mark.parametrize(("missing", "says"), [("fair_bytes", "#roaming Spain"), ("call_minor", "#roaming Japan")])
def test_a_price_that_is_missing_is_looked_at_by_a_person(missing: str, says: str) -> None:
    content = [{name: value for name, value in one.items() if name != missing} for one in CONTENT]

    assert isinstance(ask(says, content=content), Escalate)


def test_a_zone_for_the_own_plan_comes_before_one_for_every_plan() -> None:
    own = {"kind": "zone", "id": "own", "countries": ["ES"], "plans": ["30 GB SIM only"], "included": True}

    content = [*CONTENT, {**own, "fair_bytes": 10**10}]

    assert said(ask("#roaming Spain", content=content)).key == "roaming.included"


def test_a_zone_that_makes_no_sense_is_left_out() -> None:
    content = item("zone", countries=["ES"], per_day_minor=1, included=True)

    assert isinstance(ask("#roaming Spain", content=content), Escalate)


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"abroad_today_minor": 225}, "of data. Used abroad today: £2.25. No use, no charge"),
        ({"abroad_today_minor": None}, "of data. No use, no charge"),
        ({"abroad_today_minor": 225, "as_of": "2026-11-22T07:15:00Z"}, "of data. No use, no charge"),
        ({"abroad_today_minor": 225, "role": "user"}, "of data. No use, no charge"),
    ],
)
def test_what_was_used_today_is_told_to_the_holder_while_it_is_fresh(changes: dict[str, Any], ends: str) -> None:
    assert ends in read("#roaming Spain", with_line(**changes))


@pytest.mark.parametrize("says", ["#roaming Spain", "#roaming Japan"])
def test_a_limit_that_is_reached_is_told_to_the_holder(says: str) -> None:
    reached = with_change("linked_customer", "account.abroad_minor", 4500)

    assert read(says, reached) == (
        "Hi @linked_customer, you've reached your limit of £45 for use abroad, so data there is off until Fri 4 Dec and"
        " nothing more can be added. To change the limit, reply #human."
    )
    assert said(ask(says, with_change(reached, "lines.0.role", "user"))).key == "holder.only"
    assert said(ask("#roaming Ireland", reached)).key == "roaming.included"


def test_the_limit_of_the_account_is_the_holders_to_read() -> None:
    assert said(ask("#roaming Japan", with_line(role="user"))).key == "holder.only"


def test_the_country_is_not_kept_so_that_it_cannot_be_asked_for_anew() -> None:
    decision = decided("#roaming Spain")

    assert decision.say
    assert decision.say.by_words
