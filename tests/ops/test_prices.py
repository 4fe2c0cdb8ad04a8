"""What look-ups cost follows from what X charges, and what a limit means from what a case takes."""

import pytest

from benchmarks import costs
from ops import prices


def test_an_idle_month_looks_at_the_newest_dm_once_a_day() -> None:
    assert prices.looked_up(0, "certain") == prices.looked_up(0, "cheap") == 30


def test_certainty_reads_each_dm_once_and_little_more() -> None:
    assert prices.looked_up(100_000, "certain") == pytest.approx(100_000, rel=0.03)


def test_cheap_look_ups_read_one_dm_each_at_most() -> None:
    assert prices.looked_up(10_000_000, "cheap") == 30 * 24 * 12


@pytest.mark.parametrize("dms", prices.VOLUMES)
def test_cheap_is_never_dearer(dms: int) -> None:
    assert prices.month(dms, "cheap") <= prices.month(dms, "certain")


def test_cheap_is_proposed_where_certainty_costs_over_a_hundred_dollars_and_what_it_gives_up_is_said() -> None:
    [said] = prices.proposed(43_200, "certain")

    assert "$933" in said
    assert "$86" in said
    assert "gives up" in said
    assert list(prices.proposed(4_000, "certain")) == list(prices.proposed(43_200, "cheap")) == []


def test_a_limit_is_said_in_cases() -> None:
    assert prices.limit_in_cases(1_440) == "At 1,440 DMs a day this brand can end about 720 cases at 2 DMs each."


def test_what_is_taken_for_an_answer_and_a_case_is_what_they_take() -> None:
    answer, case = costs.count("#data"), costs.count("my bill is wrong and I am furious", by_staff=True)

    assert pytest.approx((1 - costs.TO_PEOPLE) * answer.sent + costs.TO_PEOPLE * case.sent) == prices.SENT
    assert case.sent == prices.A_CASE
