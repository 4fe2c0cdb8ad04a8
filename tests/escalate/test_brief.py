"""A case in a glance, as the API shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.escalate.brief import exchanges, reckoned
from functions.shared.conversation.cases import Case, Entry
from tests.at_desk import Office
from tests.proof.demo import CATALOGUE

ALICE = "2000000000000000011"
BRAND = CATALOGUE.brand.model_copy(update={"hours": "Mon-Fri 08:00-20:00, Sat 09:00-17:00"})
TUESDAY = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 16, 30, tzinfo=UTC)


def case(opened_at: datetime, due_at: datetime, **more: Any) -> Case:
    return Case("222222", ALICE, more.pop("team", "billing"), "bill", opened_at=opened_at, due_at=due_at, **more)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (case(TUESDAY, TUESDAY + timedelta(hours=1)), "09:10 + 60 open minutes = 10:10"),
        (case(TUESDAY + timedelta(seconds=50), TUESDAY + timedelta(hours=1)), "09:10 + 60 open minutes = 10:10"),
        (
            case(SATURDAY, datetime(2026, 11, 30, 8, 30, tzinfo=UTC)),
            "16:30 on Sat 28 Nov + 60 open minutes = 08:30 on Mon 30 Nov; closed on Sun 29 Nov",
        ),
        (case(TUESDAY, TUESDAY + timedelta(minutes=15), team="urgent"), "09:10 + 15 minutes, day and night = 09:25"),
    ],
)
def test_the_time_is_shown_with_its_arithmetic(one: Case, words: str) -> None:
    assert reckoned(one, TUESDAY, lambda: BRAND) == words


def test_after_an_answer_it_is_reckoned_from_what_the_customer_wrote_next() -> None:
    wrote = TUESDAY + timedelta(hours=2)
    one = case(TUESDAY, wrote + timedelta(hours=1), answered_at=TUESDAY + timedelta(hours=1), wrote_at=wrote)

    assert reckoned(one, TUESDAY, lambda: BRAND) == "11:10 + 60 open minutes = 12:10"


def test_without_hours_nothing_is_reckoned() -> None:
    one = case(TUESDAY, TUESDAY + timedelta(hours=1))

    assert reckoned(one, TUESDAY, lambda: BRAND.model_copy(update={"hours": "whenever"})) is None


@pytest.mark.parametrize(
    ("who", "count"),
    [("", 0), ("c", 0), ("cs", 1), ("ccss", 1), ("cscs", 2), ("cnbs", 1), ("scs", 1)],
)
def test_an_exchange_is_what_they_wrote_and_we_answered(who: str, count: int) -> None:
    names: dict[str, Any] = {"c": "customer", "s": "staff", "n": "note", "b": "bot"}

    assert exchanges([Entry(str(at), names[one], "", TUESDAY) for at, one in enumerate(who)]) == count


def test_show_sums_up_what_is_asked_and_what_was_before(office: Office) -> None:
    office.writes(ALICE, "charged twice")
    first = office.next("agent-1")
    office.act("agent-1", first, "resolve", wrap_up="sorted")
    office.later(days=8)
    office.writes(ALICE, "and now my bill is wrong")
    second = office.next("agent-1")

    found = office.show("agent-1", second)["brief"]

    assert found["asks"] == "and now my bill is wrong"
    assert found["promised_at"]
    assert [(one["number"], one["wrap_up"]) for one in found["earlier"]] == [(first["number"], "sorted")]
    assert found["exchange"] == 0


def test_an_older_page_has_no_brief(office: Office) -> None:
    case = office.writes(ALICE)
    office.says_more(case, (str(number) for number in range(120)))
    shown = office.show("agent-1", {"id": case.id})

    assert shown["older"]
    assert office.show("agent-1", {"id": case.id}, shown["older"])["brief"] is None
