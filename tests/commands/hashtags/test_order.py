"""#order: where what was ordered is, whose it is, and what is not known of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.commands.decide import decide
from functions.commands.decisions import Join
from functions.commands.registry import Escalate
from functions.shared.conversation.cases import Case
from tests.asking import NOW, PEOPLE, ask, decided, question, read, said, with_change
from tests.at_account import with_order

ORDER = PEOPLE["linked_customer"]["account"]["orders"]["listed"][0]


@pytest.mark.parametrize(
    ("changes", "key", "reads"),
    [
        (
            {"state": "placed", "sends_on": "2026-11-25"},
            "order.placed",
            "we have your order for Kestrel 9 (as of 14:03); it should leave us tomorrow. To change or cancel it, reply"
            " #human. Didn't order it? Send #urgent.",
        ),
        (
            {"state": "delayed", "expected_on": "2026-12-04"},
            "order.late",
            "your Kestrel 9 is late, and I'm sorry. We now expect it on Fri 4 Dec (as of 14:03). Rather not wait? Reply"
            " #human and we'll change or cancel it with you.",
        ),
        (
            {"state": "delivered", "delivered_on": "2026-11-23"},
            "order.delivered",
            "Example Parcels says that your Kestrel 9 was delivered yesterday. You don't have it? Reply #human and"
            " we'll look into it. Didn't order it? Send #urgent.",
        ),
        (
            {"state": "returned", "refund_minor": 3000, "refund_on": "2026-11-27"},
            "order.back",
            "your order for Kestrel 9 is closed, and £30 goes back to you on Fri 27 Nov. Banks can take a few days to"
            " show it. Not what you wanted? Reply #human.",
        ),
        (
            {"state": "delivered", "delivered_on": "2026-11-09"},
            "order.none",
            "I see no open order on your account (as of 14:03). One made in a shop, or just now, may not show yet."
            " Something missing? Reply #human.",
        ),
    ],
)
def test_an_order_is_told_as_it_stands(changes: dict[str, Any], key: str, reads: str) -> None:
    one = with_order(**changes)

    assert said(ask("#order", one)).key == key
    assert read("#order", one) == f"Hi @linked_customer, {reads}"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "delayed", "expected_on": None},
        {"state": "delayed", "expected_on": "2026-11-23"},
        {"expected_on": "2026-11-23"},
        {"state": "packed", "sends_on": "2026-11-23", "expected_on": None},
    ],
)
def test_an_order_that_is_late_without_a_date_goes_to_a_person_who_says_when(changes: dict[str, Any]) -> None:
    decision = decided("#order", with_order(**changes))

    assert decision.say
    assert decision.case
    assert decision.say.text == (
        "Hi @linked_customer, your Kestrel 9 is late, and I'm sorry: I have no new date for it. Our sales team will"
        " find out and reply here by 15:15. Your case is 7KD-2MX."
    )
    assert (decision.say.quotes, decision.say.promises) == ("demo-0002", decision.case.due_at)


@pytest.mark.parametrize(
    "changes",
    [
        {"courier": None},
        {"tracking": None},
        {"expected_on": None},
        {"state": "placed", "sends_on": None},
        {"state": "delivered", "delivered_on": None},
        {"state": "cancelled"},
        {"state": "cancelled", "refund_minor": 0, "refund_on": "2026-11-27"},
    ],
)
def test_what_is_missing_of_an_order_is_never_guessed(changes: dict[str, Any]) -> None:
    assert_a_person_looks(ask("#order", with_order(**changes)))


def assert_a_person_looks(answer: object) -> None:
    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


def test_whose_orders_nobody_knows_has_a_person_look_and_whose_list_is_empty_has_none() -> None:
    assert_a_person_looks(ask("#order", with_change("linked_customer", "account.orders", None)))

    none = with_change("linked_customer", "account.orders.listed", [])
    assert said(ask("#order", none)).key == "order.none"


def test_the_newest_order_under_way_is_told() -> None:
    orders = [
        {**ORDER, "what": "Old case", "ordered_on": "2026-11-01"},
        {**ORDER, "what": "New case"},
        {**ORDER, "what": "Done", "state": "delivered", "ordered_on": "2026-11-23", "delivered_on": "2026-11-24"},
    ]

    assert "your New case is on its way" in read(
        "#order", with_change("linked_customer", "account.orders.listed", orders)
    )


def test_only_the_holder_is_told() -> None:
    assert read("#order", "line_user") == (
        "Hi @line_user, that belongs to the account holder, so I can't show it here. They can ask me from their own"
        " number. I can show what you have left: #data, #text or #minutes."
    )


def test_old_orders_are_not_told() -> None:
    old = with_change("linked_customer", "account.orders.as_of", "2026-11-01T00:00:00Z")

    assert said(ask("#order", old)).key == "figures.too_old"


def test_beside_others_what_a_person_finds_out_is_one_line() -> None:
    text = read("#order #data", with_order(state="delayed", expected_on=None))

    assert "\nOrder: Kestrel 9 is late, a person will say when\n" in text
    assert text.endswith(
        "I've also passed what you wrote to our sales team: a person will reply here by 15:15 (case 7KD-2MX)."
    )


def test_while_a_case_is_open_how_it_stands_is_told_and_the_question_is_added() -> None:
    case = Case("7KD2MX", "2", "sales", "order", opened_at=NOW, due_at=NOW + timedelta(minutes=25))
    asked = question("#order", with_order(courier=None), case=case)
    asked = replace(asked, customer=replace(asked.customer, case=case.id))

    decision = decide(asked, case_id="A2B3C4", waiting=lambda _: 0)

    assert decision.say
    assert (decision.say.key, decision.case) == ("status.with_us", Join("7KD2MX"))
