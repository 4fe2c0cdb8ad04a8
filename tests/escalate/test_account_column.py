"""What staff see of an account, and what nobody sees."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.escalate import account_column
from functions.escalate.contract import ShownAccount
from functions.shared.aws.typed import typed
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier import accounts
from functions.shared.carrier.items import Unreadable
from tests.at_desk import LINKED, START
from tests.brands import FACTS

BRAND = Brand.of(FACTS)
GB = 1_000_000_000


def column(line: dict[str, Any] | None = None, account: dict[str, Any] | None = None) -> ShownAccount:
    found = accounts.of(stored(line, account))
    assert found
    return account_column.shown_account(found, LINKED, lambda: BRAND, START)


def stored(line: dict[str, Any] | None = None, account: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the items of an ordinary account, with some of it changed. None takes an attribute away."""
    stored_line = {
        "account_id": "account-1",
        "part": "line#line-1",
        "line_id": "line-1",
        "number": "+447700900111",
        "role": "holder",
        "status": "active",
        "as_of": "2026-11-24T14:03:00Z",
        "plan_name": "30 GB SIM only",
        "plan_minor": 2000,
        "contract_ends_on": "2027-03-03",
        "renewed_on": "2026-11-04",
        "resets_on": "2026-12-04",
        "renews": True,
        "allowances": {
            "data": {"limit": 30 * GB, "used": 17_550_000_000},
            "minutes": {"unlimited": True, "used": 600},
        },
        "when_used_up": {},
    } | (line or {})
    stored_account = {
        "account_id": "account-1",
        "part": "account",
        "kind": "monthly",
        "status": "active",
        "as_of": "2026-11-24T14:03:00Z",
        "opened_on": "2020-01-01",
        "owed_minor": 2345,
        "extra_charges_minor": 120,
        "extras": [{"what": "calls to 084 numbers", "minor": 120}],
        "next_bill_on": "2026-12-12",
    } | (account or {})
    bill = {
        "account_id": "account-1",
        "part": "bill#2026-11-12",
        "issued_on": "2026-11-12",
        "due_on": "2026-11-30",
        "amount_minor": 2345,
        "payment": "direct_debit",
    }
    return [
        {name: value for name, value in item.items() if value is not None}
        for item in (stored_line, stored_account, bill)
    ]


def figures(shown: ShownAccount) -> dict[str, str]:
    return {figure.name: figure.value for figure in shown.figures}


def test_a_holder_is_shown_with_line_bill_and_extras_in_words() -> None:
    assert figures(column()) == {
        "Number": "…111, active",
        "Plan": "30 GB SIM only, £20, until 3 Mar 2027",
        "Data": "12.4 GB of 30 GB left, renews 4 Dec 2026",
        "Text": "not in the plan",
        "Minutes": "unlimited, 10 used",
        "Bill": "£23.45 of 12 Nov 2026, Direct Debit, due 30 Nov 2026",
        "Account": "active, £23.45 owed",
        "Contact number": "none on file",
        "Extra": "£1.20 calls to 084 numbers",
    }


def test_of_the_contact_number_the_end_is_shown_and_to_a_holder_alone() -> None:
    number = {"contact_number": "+447700900999"}

    assert figures(column(account=number))["Contact number"] == "…999"
    assert "Contact number" not in figures(column({"role": "user"}, number))


def test_the_bill_is_not_shown_for_somebody_who_only_uses_the_line() -> None:
    shown = figures(column({"role": "user"}))

    assert shown["Bill"] == "the holder's: not for this customer"
    assert "£23.45" not in str(shown)


@pytest.mark.parametrize("status", ["lost", "closed"])
def test_a_line_that_is_lost_or_closed_proves_nothing(status: str) -> None:
    assert column({"status": status}) == ShownAccount(verified=False)


@pytest.mark.parametrize(
    ("line", "account", "name"),
    [
        ({"plan_minor": "free"}, {}, "Plan"),
        ({"resets_on": "2026-11-20"}, {}, "Data"),
        ({}, {"extras": "many"}, "Extra"),
    ],
)
def test_one_figure_that_makes_no_sense_spoils_no_other(
    line: dict[str, Any], account: dict[str, Any], name: str
) -> None:
    shown = figures(column(line, account))

    assert shown[name] == "cannot be read"
    assert shown["Bill"] == "£23.45 of 12 Nov 2026, Direct Debit, due 30 Nov 2026"


def test_where_it_cannot_be_told_who_somebody_is_nothing_is_said() -> None:
    with pytest.raises(Unreadable):
        column({"status": "?"})


def test_without_a_time_the_figures_have_none() -> None:
    assert column({"as_of": None}).as_of is None


class Table:
    """DynamoDB, as far as an account is read from it."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = items

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": self.items}


def read(table: Table, now: datetime = START) -> ShownAccount:
    return account_column.reader(table, "accounts", lambda: BRAND, lambda: now)(LINKED)


@pytest.mark.parametrize("table", [Table(), Table({"account_id": {"S": "account-1"}, "part": {"S": "line#line-1"}})])
def test_an_account_that_is_gone_or_cannot_be_read_is_not_verified(table: Table) -> None:
    assert read(table) == ShownAccount(verified=False)


def test_soon_after_midnight_in_summer_the_new_period_has_begun_for_staff_too() -> None:
    items = stored({"renewed_on": "2026-08-04", "resets_on": "2026-09-04"})
    half_past_midnight = datetime(2026, 8, 3, 23, 30, tzinfo=UTC)

    shown = read(Table(*map(typed, items)), half_past_midnight)

    assert figures(shown)["Data"] == "12.4 GB of 30 GB left, renews 4 Sept 2026"
