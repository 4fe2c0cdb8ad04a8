"""#status: how the customer's question stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.conversation.cases import Case
from tests.asking import NOW, read

CASE = Case("7KD2MX", "2", "billing", "bill", opened_at=NOW - timedelta(hours=2), due_at=NOW + timedelta(minutes=25))


@pytest.mark.parametrize(
    ("case", "reads"),
    [
        (
            CASE,
            "your question 7KD-2MX is with our billing team. A person will reply here in about 25 minutes. Anything",
        ),
        (
            replace(CASE, state="WAITING_CUSTOMER", answered_at=datetime(2026, 11, 23, 22, 10, tzinfo=UTC)),
            "we answered 7KD-2MX at 22:10 yesterday and are waiting to hear from you.",
        ),
        (None, "you have no open question with us."),
    ],
)
def test_status_says_how_the_question_stands(case: Case | None, reads: str) -> None:
    assert read("#status", case=case).removeprefix("Hi @linked_customer, ").startswith(reads)
