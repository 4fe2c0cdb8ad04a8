"""At which number a customer is rung back."""

import pytest

from functions.escalate.numbers import as_dialled, number_to_ring
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account
from tests.asking import PEOPLE

LINE, OTHER, CONTACT = "+447700900111", "+447700900222", "+447700900333"


def account(*, contact: str | None = None, **other_line: str) -> Account:
    one = PEOPLE["linked_customer"]
    facts = one["account"] | ({"contact_number": contact} if contact else {})
    second = [one["lines"][0] | {"line_id": "2", "number": OTHER} | other_line] if other_line else []
    found = accounts.of(accounts.items({**one, "account": facts, "lines": [one["lines"][0], *second]}))
    assert found
    return found


@pytest.mark.parametrize(
    ("of", "role", "number"),
    [
        (account(contact=CONTACT), "holder", CONTACT),
        (account(), "holder", LINE),
        (account(contact=CONTACT), "user", LINE),
        (account(contact=OTHER, status="active"), "holder", OTHER),
        (account(contact=OTHER, status="lost"), "holder", None),
        (account(contact="+4477"), "holder", None),
        (account(contact="+4477009"), "holder", None),
    ],
)
def test_who_holds_the_account_is_rung_at_its_contact_number_and_a_user_at_their_line(
    of: Account, role: str, number: str | None
) -> None:
    line = of.lines[0].model_copy(update={"role": role})

    assert number_to_ring(of, line) == number


def test_a_number_is_written_as_it_is_dialled() -> None:
    assert as_dialled(LINE, "GB") == "07700 900111"
    assert as_dialled("+12025550143", "GB") == "+1 202-555-0143"
    assert as_dialled("+12025550143", "US") == "(202) 555-0143"
