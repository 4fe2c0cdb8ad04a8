"""#charges: the bill in words, whose it is, and what is missing of it."""

from typing import Any

import pytest

from functions.commands.registry import Escalate
from functions.shared.carrier.accounts import Unreadable
from local.demo import Person
from tests.asking import PEOPLE, ask, decided, read, said, with_change


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


# ---- why ----


def with_bills(last: dict[str, int], before: dict[str, int], **changes: Any) -> Person:
    """Return the first customer with two bills of these parts; `changes` are to the last one."""
    bills = [
        {
            "issued_on": issued_on,
            "due_on": "2026-11-30",
            "payment": "card",
            "amount_minor": sum(parts.values()),
            "made_of": [{"what": what, "minor": minor} for what, minor in parts.items()],
        }
        for issued_on, parts in (("2026-11-14", last), ("2026-10-14", before))
    ]
    return with_change("linked_customer", "bills", [{**bills[0], **changes}, bills[1]])


PLAN = {"your plan": 2000}


@pytest.mark.parametrize("says", ["#charges why", "#charges more", "#bill explain", "why is my bill higher"])
def test_what_makes_a_bill_higher_is_told_part_by_part_and_nobody_has_to_look(says: str) -> None:
    decision = decided(says)

    assert decision.say
    assert decision.say.text == (
        "Hi @linked_customer, your last bill is £23.45: £3.45 more than October's £20. The difference: £1.20 for calls"
        " to 084 numbers, £2.25 for a data pack. Doesn't look right? Reply #human."
    )
    assert (decision.case, decision.say.by_words) == (None, True)


@pytest.mark.parametrize(
    ("last", "before", "key", "reads"),
    [
        (
            {**PLAN, "calls": 500},
            {**PLAN, "a pack": 300},
            "charges.more",
            "is £25: £2 more than October's £23. The difference: £5 for calls, £3 less for a pack. Doesn't",
        ),
        (
            PLAN,
            {**PLAN, "a pack": 300},
            "charges.less",
            "is £20: £3 less than October's £23. The difference: £3 for a pack. Doesn't",
        ),
        (
            {"your plan": 1000, "calls": 50},
            PLAN,
            "charges.less",
            "is £10.50: £9.50 less than October's £20. The difference: £10 for your plan, 50p more for calls. Doesn't",
        ),
        (PLAN, PLAN, "charges.same", "is £20, the same as October's. Extra since then: £1.20 (as of 14:03). Doesn't"),
        (
            {**PLAN, "a discount": 0},
            {**PLAN, "a discount": -500},
            "charges.more",
            "is £20: £5 more than October's £15. The difference: £5 for a discount. Doesn't",
        ),
    ],
)
def test_two_bills_are_compared(last: dict[str, int], before: dict[str, int], key: str, reads: str) -> None:
    one = with_bills(last, before)

    assert said(ask("#charges why", one)).key == key
    assert f"your last bill {reads}" in read("#charges why", one)


@pytest.mark.parametrize(
    "one",
    [
        with_bills(PLAN, PLAN, amount_minor=2500),
        with_bills({**PLAN, "calls": 500}, PLAN, made_of=[]),
        with_bills({**PLAN, **{f"{at} {'m' * 35}": 100 for at in range(9)}}, PLAN),
    ],
    ids=["do not add up", "missing", "too many for a DM"],
)
def test_a_difference_that_cannot_be_explained_goes_to_a_person(one: Person) -> None:
    decision = decided("#charges why", one)

    assert decision.say
    assert decision.case
    assert decision.say.key == "charges.unexplained"
    assert "more than October's £20. I can't see what makes the difference, so our billing team will go" in (
        decision.say.text
    )
    assert decision.say.quotes == "demo-0002"


def test_a_lower_bill_that_cannot_be_explained_is_looked_at_by_a_person() -> None:
    answer = ask("#charges why", with_bills(PLAN, PLAN, amount_minor=1500))

    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


def test_who_has_one_bill_is_told_that_one() -> None:
    one = with_change("linked_customer", "bills", PEOPLE["linked_customer"]["bills"][:1])

    assert said(ask("#charges why", one)).key == "charges.bill"
    assert said(ask("#charges why", "prepaid")).key == "charges.prepaid"


def test_why_is_the_holders_to_know() -> None:
    assert said(ask("#charges why", "line_user")).key == "holder.only"


def test_trouble_beside_the_question_still_opens_a_case() -> None:
    decision = decided("#charges why, this is wrong")

    assert decision.case
    assert decision.say
    assert decision.say.key == "charges.more"
