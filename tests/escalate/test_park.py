"""A case that rests while somebody of ours is waited for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.escalate.tick import tick
from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from tests.at_desk import START, Office

ALICE, BOB = "2000000000000000011", "2000000000000000012"
UNTIL = "2026-11-25T15:30:00Z"


def parked(office: Office, until: str = UNTIL, **customer: Any) -> tuple[Any, int, Any]:
    office.writes(ALICE)
    office.customer(ALICE, handle="alice", **customer)
    case = office.next("agent-1")
    status, answer = office.act("agent-1", case, "park", "p-1", until=until, text="The shop looks for it.")
    return case, status, answer


def test_the_customer_reads_until_when_and_nobody_has_the_case_meanwhile(office: Office) -> None:
    case, status, answer = parked(office)

    assert (status, answer["case"]["state"], answer["case"]["owner"]) == (200, "WAITING_CUSTOMER", None)
    words = (
        f"Hi @alice, we're still on {case['number']} and need an answer from another team first. You'll hear from us"
    )
    rest = "whether or not it's solved by then. There's nothing you need to do."
    assert office.x.sent == [(ALICE, f"{words} here by 15:30 tomorrow, {rest}")]
    assert office.next("agent-1") is None
    assert answer["case"]["promised_at"] == UNTIL


def test_it_comes_back_to_who_had_it_before_the_time_is_over(office: Office) -> None:
    case, *_ = parked(office)
    office.now = datetime.fromisoformat(UNTIL) - timedelta(minutes=30)
    office.writes(BOB, due=5)

    tick(office.desk.sender)

    assert office.next("agent-1")["id"] == case["id"]
    office.act("agent-1", {**case, "fence": office.case(case["id"]).fence}, "reply", text="It is there.")
    audit = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    assert f"case {case['id']} promise kept" in [change for row in audit for change in row["changes"]]


def test_whoever_is_of_the_team_takes_it_where_its_owner_is_away(office: Office) -> None:
    case, *_ = parked(office)
    office.now = datetime.fromisoformat(UNTIL) - timedelta(minutes=30)
    tick(office.desk.sender)

    assert office.next("agent-3")["id"] == case["id"]


def test_a_quiet_customer_does_not_end_a_parked_case(office: Office) -> None:
    case, *_ = parked(office, "2026-12-01T10:00:00Z")
    office.now += timedelta(days=4)

    tick(office.desk.sender)

    assert office.case(case["id"]).state == "WAITING_CUSTOMER"


def test_who_writes_meanwhile_is_not_left_waiting(office: Office) -> None:
    case, *_ = parked(office)
    office.later(minutes=30)
    office.writes(ALICE, "I have found it")

    assert office.next("agent-1")["id"] == case["id"]
    office.act("agent-1", {**case, "fence": office.case(case["id"]).fence}, "reply", text="Lovely.")
    office.act("agent-1", {**case, "fence": office.case(case["id"]).fence}, "release")
    office.now = datetime.fromisoformat(UNTIL)
    tick(office.desk.sender)
    assert office.next("agent-1") is None


def test_who_has_stopped_is_not_written_to_and_the_case_rests_all_the_same(office: Office) -> None:
    case, status, _ = parked(office, stopped_by="3")

    assert (status, office.x.sent) == (200, [])
    assert office.case(case["id"]).parked_until == datetime.fromisoformat(UNTIL) - timedelta(minutes=30)


def test_the_same_request_parks_and_tells_once(office: Office) -> None:
    case, _, first = parked(office)

    again = office.act("agent-1", case, "park", "p-1", until=UNTIL, text="The shop looks for it.")

    assert again == (200, first)
    assert len(office.x.sent) == 1


@pytest.mark.parametrize(
    "until", ["2026-11-24T13:00:00Z", "2026-11-24T14:05:00Z", "2027-11-24T14:00:00Z", "2026-11-25T15:30:00", "soon"]
)
def test_a_time_that_cannot_be_is_one_sentence(office: Office, until: str) -> None:
    case, status, answer = parked(office, until)

    assert (status, answer["error"].count(".")) == (400, 1)
    assert office.case(case["id"]).owner == "agent-1"


def test_a_time_is_told_as_people_say_it(office: Office) -> None:
    _, _, answer = parked(office, "2026-11-24T15:32:10+01:00")

    assert answer["case"]["promised_at"] == "2026-11-24T14:35:00Z"
    assert "in about 35 minutes" in office.x.sent[0][1]
    assert START + timedelta(minutes=35) == office.case(answer["case"]["id"]).promise.by  # type: ignore[union-attr]


def test_a_parked_case_that_locks_comes_back_to_who_had_it_as_any_other(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    office.act("agent-1", office.next("agent-1"), "park", until=UNTIL, text="The shop looks for it.")
    office.now = datetime.fromisoformat(UNTIL) - timedelta(minutes=30)

    tick(office.desk.sender)

    after = office.case(case.id)
    assert (after.state, after.last_owner, after.due_at) == ("NEW", "agent-1", datetime.fromisoformat(UNTIL))
    assert after.back_until
