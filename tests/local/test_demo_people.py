"""The demo's people and content: right by the models, and as fresh as the moment they are loaded."""

from datetime import UTC, datetime

import pytest

from functions.shared.brand.catalogue import MODELS
from functions.shared.carrier.accounts import Document
from local.demo import Person, catalogue, people

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # the first of July in London
ALL = people(NOW)


def by_handle(handle: str, now: datetime = NOW) -> Person:
    return next(one for one in people(now) if one["handle"] == handle)


def test_thirty_people_have_ids_handles_accounts_and_numbers_of_their_own() -> None:
    assert len(ALL) == 30
    for values in (
        [one["x_user_id"] for one in ALL],
        [one["handle"] for one in ALL],
        [one["account"]["account_id"] for one in ALL],
        [line["number"] for one in ALL for line in one["lines"]],
    ):
        assert len(set(values)) == len(values)


def test_three_are_the_main_people() -> None:
    assert [(one["x_user_id"], one["handle"], one["linked"], one["stopped"]) for one in ALL if one["main"]] == [
        ("2000000000000000002", "linked_customer", True, False),
        ("2000000000000000003", "new_customer", False, False),
        ("2000000000000000004", "stopped_customer", True, True),
    ]


def test_edge_cases_count_up_from_101() -> None:
    edge = [one for one in ALL if not one["main"]]

    assert [one["x_user_id"] for one in edge] == [str(2000000000000000101 + at) for at in range(27)]
    assert by_handle("two_lines")["lines"][0]["number"] == "+447700900218"
    assert all(one["note"] for one in ALL)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one["handle"])
def test_every_account_could_be_imported_but_the_odd_one(one: Person) -> None:
    document = {name: one[name] for name in ("account", "bills", "lines")}

    if one["handle"] == "odd_figures":
        with pytest.raises(ValueError, match="owed_minor"):
            Document.model_validate(document)
    else:
        Document.model_validate(document)


@pytest.mark.parametrize("item", catalogue(NOW), ids=lambda item: f"{item['kind']}-{item['id']}")
def test_every_item_of_the_catalogue_makes_sense(item: dict[str, object]) -> None:
    MODELS[str(item["kind"])].model_validate(item)


def test_times_and_dates_count_from_the_moment_of_loading() -> None:
    account = by_handle("linked_customer")["account"]

    assert (account["as_of"], account["next_bill_on"]) == ("2026-11-24T14:03:00Z", "2026-12-14")
    assert by_handle("too_old")["account"]["as_of"] == "2026-11-15T14:15:00Z"
    assert by_handle("sim_changed")["lines"][0]["sim_changed_at"] == "2026-11-23T18:15:00Z"
    assert by_handle("linked_customer")["lines"][0]["upgrade_from"] == "2027-02-01"


def test_dates_are_those_of_london() -> None:
    assert by_handle("renews_today", LATE)["lines"][0]["resets_on"] == "2026-07-01"


def test_who_is_like_another_takes_over_what_is_not_named() -> None:
    line = by_handle("new_customer")["lines"][0]

    assert line["plan_name"] == "10 GB SIM only"
    assert line["renews"] is True
    assert by_handle("new_customer")["account"]["kind"] == "monthly"


def test_a_change_stays_with_its_person() -> None:
    assert by_handle("linked_customer")["lines"][0]["role"] == "holder"
    assert by_handle("line_user")["lines"][0]["role"] == "user"
    assert len(by_handle("linked_customer")["lines"]) == 1
