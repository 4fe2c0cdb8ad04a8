"""#stop: what the confirmation says."""

from datetime import timedelta

from functions.shared.conversation.cases import Case
from tests.asking import NOW, ask, said

CASE = Case("7KD2MX", "2", "billing", "bill", opened_at=NOW - timedelta(hours=2), due_at=NOW + timedelta(minutes=25))


def test_a_stop_names_the_question_that_stays() -> None:
    assert said(ask("#stop", case=CASE)).text == (
        "Done{name}: no more automatic replies, hashtags included. Your question 7KD-2MX stays with our team. If you"
        " write in your own words, a person may answer. #start switches me back on."
    )
