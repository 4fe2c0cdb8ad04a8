"""The end of a shift, and a colleague who left."""

from typing import Any
from uuid import uuid4

import pytest

from tests.at_desk import Office

ALICE, BOB, CAROL = "2000000000000000011", "2000000000000000012", "2000000000000000013"


def taken(office: Office, *customers: str, staff: str = "agent-1", **known: Any) -> list[Any]:
    for customer in customers:
        office.writes(customer, **known)
    return [office.next(staff) for _ in customers]


def hand_over(office: Office, staff: str, to: str, request_id: str | None = None, **asked: Any) -> tuple[int, Any]:
    request = {"request_id": request_id or str(uuid4()), "to": to, **asked}
    return office.asks(staff, "POST", "/desk/api/handover", request)


def test_all_of_mine_goes_to_its_line_and_keeps_its_time(office: Office) -> None:
    cases = taken(office, ALICE, BOB)

    status, answer = hand_over(office, "agent-1", "line")

    assert (status, answer) == (200, {"handed": 2, "left": []})
    there = [office.case(case["id"]) for case in cases]
    assert [(case.state, case.team, case.owner) for case in there] == [("NEW", "billing", None)] * 2
    assert [case.due_at == case.promise.by for case in there if case.promise] == [True, True]
    assert {office.next("agent-3")["id"], office.next("agent-4")["id"]} == {case["id"] for case in cases}


def test_who_was_answered_waits_for_their_turn_with_the_team(office: Office) -> None:
    [case] = taken(office, ALICE)
    office.act("agent-1", case, "reply", text="Which phone is it?")

    hand_over(office, "agent-1", "devices")

    assert office.case(case["id"]).state == "WAITING_CUSTOMER"
    office.writes(ALICE, "the Kestrel 9")
    assert office.next("agent-2")["id"] == case["id"]


def test_a_person_is_asked_first_and_after_ten_minutes_their_team(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.writes(BOB, due=90)

    hand_over(office, "agent-1", "agent-3")

    assert office.next("agent-4")["customer"] == BOB
    assert office.next("agent-3")["id"] == case["id"]


def test_who_does_not_come_keeps_no_case_from_their_team(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.writes(BOB, due=90)
    hand_over(office, "agent-1", "somebody-who-left")

    office.later(minutes=11)

    assert office.next("agent-4")["id"] == case["id"]


def test_each_case_goes_with_its_brief(office: Office) -> None:
    first, second = taken(office, ALICE, BOB)
    named = [{"id": first["number"], "fence": first["fence"], "brief": "Bank sees one debit only."}]

    status, answer = hand_over(office, "agent-1", "line", cases=named)

    assert (status, answer["handed"]) == (200, 1)
    notes = [entry for entry in office.show("agent-3", first)["entries"] if entry["who"] == "note"]
    assert [(note["by"], note["text"]) for note in notes] == [("agent-1", "Bank sees one debit only.")]
    assert office.case(second["id"]).owner == "agent-1"


def test_what_is_urgent_stays_everybodys_whoever_it_is_handed_to(office: Office) -> None:
    [case] = taken(office, ALICE, team="urgent", kind="danger")

    hand_over(office, "agent-1", "sales")

    assert office.case(case["id"]).team == "urgent"


def test_what_cannot_be_handed_on_is_left_and_hinders_nothing(office: Office) -> None:
    first, second = taken(office, ALICE, BOB)
    stale = {"id": first["id"], "fence": first["fence"] - 1}
    named = [stale, {"id": "nothing", "fence": 1}, {"id": second["id"], "fence": second["fence"]}]

    status, answer = hand_over(office, "agent-1", "line", cases=named)

    assert (status, answer["handed"], len(answer["left"])) == (200, 1, 2)
    assert answer["left"][0]["number"] == first["number"]
    assert office.case(first["id"]).owner == "agent-1"


def test_asked_again_after_an_hour_it_hands_on_nothing_that_came_since(office: Office) -> None:
    taken(office, ALICE)
    first = hand_over(office, "agent-1", "line", "shift-1")
    office.next("agent-3")

    office.later(hours=1)
    [later] = taken(office, BOB)
    again = hand_over(office, "agent-1", "line", "shift-1")

    assert again == first
    assert office.case(later["id"]).owner == "agent-1"


def test_one_request_id_is_one_handover(office: Office) -> None:
    taken(office, ALICE)
    hand_over(office, "agent-1", "line", "shift-1")

    status, _ = hand_over(office, "agent-1", "devices", "shift-1")

    assert status == 400


def test_a_supervisor_hands_on_what_a_colleague_has_who_left(office: Office) -> None:
    [case] = taken(office, ALICE)

    status, answer = hand_over(office, "supervisor-1", "agent-3", of="agent-1")

    assert (status, answer["handed"]) == (200, 1)
    assert office.act("agent-1", case, "reply", text="Hello")[0] == 409
    assert office.next("agent-3")["id"] == case["id"]


def test_a_supervisor_hands_on_what_nobody_has(office: Office) -> None:
    opened = office.writes(ALICE, due=90)
    office.writes(BOB)
    case = office.case(opened.id)

    hand_over(office, "supervisor-1", "agent-3", cases=[{"id": case.id, "fence": case.fence}])

    assert office.next("agent-3")["id"] == case.id


def test_an_agent_hands_on_nobody_elses(office: Office) -> None:
    [case] = taken(office, ALICE)

    status, _ = hand_over(office, "agent-3", "line", of="agent-1")
    named = hand_over(office, "agent-3", "line", cases=[{"id": case["id"], "fence": case["fence"]}])

    assert (status, named[1]["handed"]) == (403, 0)
    assert office.case(case["id"]).owner == "agent-1"


@pytest.mark.parametrize("to", ["agent-1", "", "two words"])
def test_it_goes_to_somebody_else_with_a_name(office: Office, to: str) -> None:
    assert hand_over(office, "agent-1", to)[0] == 400
