"""The bill follows from what the code does."""

import pytest

from benchmarks import costs


def test_a_hashtag_costs_one_dm_and_a_case_two() -> None:
    answer, case = costs.count("#data"), costs.count("my bill is wrong and I am furious", by_staff=True)

    assert (answer.sent, case.sent) == (1, 2)
    assert (answer.commands, case.commands) == (2, 3)
    assert case.writes > answer.writes > 0


def test_x_is_paid_for_what_comes_in_and_what_goes_out() -> None:
    bill = costs.at_x(1000)

    assert bill["DMs received"] == pytest.approx(10)
    assert bill["DMs sent"] == pytest.approx(1000 * 0.015 * (0.85 + 0.15 * 2))


def test_more_dms_cost_more_and_an_idle_month_little() -> None:
    bills = [sum(costs.aws(dms).values()) for dms in costs.MONTHS]

    assert bills == sorted(bills)
    assert bills[0] < 25


def test_the_page_has_a_bill_for_each_volume() -> None:
    text = costs.PAGE.read_text()

    assert all(f"{dms:,}" in text for dms in costs.MONTHS[1:])
    assert costs.X_PRICES_OF in text


def test_what_is_there_is_counted_as_the_page_says() -> None:
    text = costs.PAGE.read_text()

    assert f"- Whatever happens: {costs.whatever_happens()}." in text
    assert f"| By the month | {sum(costs.by_the_month().values()):.2f} |" in text


def test_each_metric_that_an_alarm_or_a_function_names_is_paid_for() -> None:
    assert {"LoadMissing", "OverdueCaseUrgent", "Decided", "PromiseBroken", "GroupChat", "DmSeen"} <= costs.metrics()


def test_a_night_in_which_little_has_changed_costs_little() -> None:
    quiet, busy = costs.night(1_000_000, 0.01), costs.night(1_000_000, 1)

    assert busy["written"] == pytest.approx(100 * quiet["written"])
    assert busy["read"] == quiet["read"]
    assert "## A night's load of a million accounts" in costs.PAGE.read_text()


def test_each_price_names_the_page_where_it_is_to_be_checked() -> None:
    text = costs.PAGE.read_text()

    assert all(f"| {costs.page_of(what)} |" in text for what in (costs.X_PRICES | costs.PRICES | costs.BY_THE_MONTH))
