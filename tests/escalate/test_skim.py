"""What nobody has read yet, ten at a time."""

from typing import Any

from functions.escalate import lists
from tests.at_desk import Office

ALICE, BOB, CAROL = "2000000000000000011", "2000000000000000012", "2000000000000000013"


def unseen(office: Office, staff: str = "agent-1") -> list[Any]:
    status, answer = office.asks(staff, "GET", "/desk/api/unseen")
    assert status == 200, answer
    cases: list[Any] = answer["cases"]
    return cases


def customers(office: Office, staff: str = "agent-1") -> list[str]:
    return [case["customer"] for case in unseen(office, staff)]


def test_what_waits_is_skimmed_in_the_order_of_taking_with_200_signs(office: Office) -> None:
    office.writes(ALICE, "my bill " + "x" * 300, due=60)
    office.writes(BOB, due=30)
    office.writes(CAROL, team="urgent", kind="danger", due=90)

    assert customers(office) == [CAROL, BOB, ALICE]
    assert unseen(office)[-1]["first_words"] == ("my bill " + "x" * 300)[:200]


def test_only_ones_own_teams_and_what_nobody_has_is_skimmed(office: Office) -> None:
    office.writes(ALICE)
    office.writes(BOB, team="devices")
    assert (customers(office), customers(office, "agent-2")) == ([ALICE], [BOB])

    office.next("agent-1")

    assert customers(office) == []


def test_what_was_read_is_skimmed_again_once_its_customer_has_written(office: Office) -> None:
    office.writes(ALICE)
    [case] = unseen(office)
    office.later(minutes=1)

    status, answer = office.act("agent-1", case, "seen", seen=case["wrote_at"])

    assert (status, answer["case"]["state"], answer["case"]["fence"]) == (200, "NEW", case["fence"])
    assert customers(office, "agent-3") == []
    office.later(minutes=1)
    office.writes(ALICE, "and another thing")
    assert customers(office, "agent-3") == [ALICE]


def test_what_came_while_one_read_is_not_marked_as_read(office: Office) -> None:
    office.writes(ALICE)
    [case] = unseen(office)
    office.later(minutes=1)
    office.writes(ALICE, "and another thing")

    status, _ = office.act("agent-1", case, "seen", seen=case["wrote_at"])

    assert status == 412
    assert customers(office) == [ALICE]


def test_somebody_elses_team_marks_nothing_as_read(office: Office) -> None:
    office.writes(ALICE)
    [case] = unseen(office)

    assert office.act("agent-2", case, "seen")[0] == 403


def test_a_read_case_is_still_taken_as_any_other(office: Office) -> None:
    office.writes(ALICE)
    [case] = unseen(office)
    office.act("agent-1", case, "seen")

    assert office.next("agent-1")["id"] == case["id"]


def test_there_are_ten_at_a_time_and_then_the_next_ten(office: Office) -> None:
    for number in range(12):
        office.writes(f"20000000000000001{number:02}", due=10 + number)

    first = unseen(office)
    for case in first:
        office.act("agent-1", case, "seen")

    assert len(first) == lists.SKIMMED
    assert len(unseen(office)) == 2
