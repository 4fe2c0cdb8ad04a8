"""#topup: the credit of who pays as they go."""

import pytest

from functions.commands.registry import Escalate
from tests.asking import ask, read, said, with_change


def test_the_credit_and_the_last_top_up_are_told() -> None:
    assert read("#topup", "prepaid") == (
        "Hi @prepaid, you have £7.40 credit (as of 14:03). Add some in our app under Credit, or with a voucher from one"
        " of our shops. Your last top-up was £10, on Fri 20 Nov. It doesn't show? Reply #human. Never send card"
        " details here."
    )


@pytest.mark.parametrize("missing", ["last_topup_minor", "last_topup_at"])
def test_a_last_top_up_that_is_not_known_is_not_told(missing: str) -> None:
    text = read("#topup", with_change("prepaid", f"account.{missing}", None))

    assert "one of our shops. It doesn't show?" in text


def test_who_pays_monthly_has_no_credit_to_top_up() -> None:
    assert read("#topup") == (
        "Hi @linked_customer, you pay monthly, so there's no credit to top up. #data shows what's left; #offers has"
        " ways to get more."
    )


def test_only_the_holder_reads_the_credit() -> None:
    user = with_change("prepaid", "lines.0.role", "user")

    assert said(ask("#topup", user)).key == "holder.only"


def test_a_credit_that_is_not_known_is_looked_at_by_a_person() -> None:
    answer = ask("#topup", with_change("prepaid", "account.credit_minor", None))

    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


def test_an_old_credit_is_not_told() -> None:
    old = with_change("prepaid", "account.as_of", "2026-11-01T00:00:00Z")

    assert said(ask("#topup", old)).key == "figures.too_old"
