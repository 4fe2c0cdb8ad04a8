"""Which rows are accounts, and what is said of those that are none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.load.checking import document_of
from functions.load.reading import Row
from functions.shared.carrier.accounts import Document
from functions.shared.carrier.items import LONGEST_NAME
from tests.load.rows import changed, document

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def why(given: Any) -> str:
    found = document_of(Row(1, given), NOW)
    assert isinstance(found, str), "it is taken for an account"
    return found


@pytest.mark.parametrize("given", [None, [], {}, 7, "x", [document()], {"row": 1, "why": "x", "given": "x"}])
def test_what_is_no_account_is_refused_in_our_words(given: Any) -> None:
    assert why(given) in ("is no object", "account: is missing (and 1 more)")


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("account.account_id", "A" * 101, f"account.account_id: has more than {LONGEST_NAME} signs"),
        ("account.account_id", "\ud800", "account.account_id: has a sign that is none"),
        ("account.as_of", "2026-02-30T00:00:00Z", "account.as_of: is a time that there is not"),
        ("account.as_of", "2026-11-24T15:06:00Z", "account.as_of: is later than now"),
        ("account.next_bill_on", "2026-11-31", "account.next_bill_on: is a day that there is not"),
        ("account.extras", [{"what": "x" * 41, "minor": 1}], "account.extras.0.what: is longer than 40"),
        ("account.extras", [{"what": "x", "minor": 1}] * 4, "account.extras: is longer than 3"),
        ("bills.0", {**document()["bills"][0], "issued_on": "2026-11-26"}, "bills.0.issued_on: is later than now"),
        ("lines.0.sim_changed_at", "2062-01-01T00:00:00Z", "lines.0.sim_changed_at: is later than now"),
        ("lines.0.plan_name", "x" * 101, f"lines.0.plan_name: has more than {LONGEST_NAME} signs"),
        ("lines.0.when_used_up.text.per", "GB", "an allowance is charged by the unit of another"),
    ],
)
def test_what_would_stop_a_load_or_send_a_customer_to_a_person_is_refused(path: str, value: Any, reason: str) -> None:
    assert why(changed(path, value)) == reason


def test_a_bill_of_today_is_right_where_it_is_tomorrow_first() -> None:
    given = document_of(Row(1, changed("bills.0.issued_on", "2026-11-25")), NOW)

    assert isinstance(given, Document)


def test_more_than_one_transaction_holds_is_no_account() -> None:
    assert why(document(lines=99)) == "101 items in one account; 100 can be written together"
