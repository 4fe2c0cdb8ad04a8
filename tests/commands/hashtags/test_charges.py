"""#charges: the bill in words, whose it is, and what is missing of it."""

from typing import Any

import pytest

from functions.shared.carrier.accounts import Unreadable
from tests.asking import PEOPLE, ask, read, said, with_change


def test_who_has_linked_a_new_account_has_no_bill_yet() -> None:
    text = read("#charges", with_change("new_customer", "linked", True))

    assert text == (
        "Hi @new_customer, you don't have a bill yet. Your first one comes on Fri 18 Dec. Nothing extra so far (as of"
        " 14:03). #data, #text and #minutes show what you have left."
    )


def test_a_bill_that_is_not_theirs_is_not_called_old() -> None:
    reply = said(ask("#charges", with_change("line_user", "account.as_of", "2026-11-01T00:00:00Z")))

    assert reply.key == "charges.not_holder"


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("bills.0.due_on", "2026-11-24", "(Direct Debit today)"),
        ("bills.0.due_on", "2026-11-25", "(Direct Debit tomorrow)"),
        ("bills.0.paid_on", "2026-11-23", "(paid yesterday, thank you)"),
        ("bills.0.payment", "other", "(due on Mon 30 Nov)"),
        ("account.next_bill_on", "2026-11-23", "Next bill: any day now."),
        ("account.next_bill_on", "2027-01-14", "Next bill: Thu 14 Jan 2027."),
        ("account.bill_limit_minor", 121, "calls to 084 numbers (as of 14:03). Next bill"),
        ("account.extras", [], "Extra since then: £1.20 (as of 14:03)."),
        ("account.extras", [{"what": "a", "minor": 1}, {"what": "b", "minor": 1}], "£1.20, for a and b (as"),
        ("account.extras", [{"what": "a" * 40, "minor": 1}] * 3, f", for {'a' * 40} and more (as"),
    ],
)
def test_a_bill_is_told_in_words(path: str, value: Any, part: str) -> None:
    assert part in read("#charges", with_change("linked_customer", path, value))


def test_a_bill_past_its_day_with_nothing_owed_is_not_overdue() -> None:
    assert "(nothing left to pay)" in read("#charges", with_change("overdue_bill", "account.owed_minor", 0))


def test_the_newest_bill_is_told() -> None:
    bill = PEOPLE["linked_customer"]["bills"][0]
    older = {**bill, "issued_on": "2026-10-14", "amount_minor": 100}

    assert "your last bill is £23.45 (" in read("#charges", with_change("linked_customer", "bills", [bill, older]))


@pytest.mark.parametrize("missing", ["owed_minor", "extra_charges_minor", "next_bill_on", "kind"])
def test_a_bill_with_a_figure_missing_is_not_guessed(missing: str) -> None:
    with pytest.raises(Unreadable):
        ask("#charges", with_change("linked_customer", f"account.{missing}", None))
