"""A question to another team: the case stays where it is, and what they say comes back as a note."""

from datetime import timedelta
from typing import Any

from tests.at_desk import Office

ALICE = "2000000000000000011"
QUESTION = "Is the mast in Leeds down?"


def asked(office: Office) -> Any:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.later(minutes=1)
    assert office.act("agent-1", case, "ask", "a-1", team="devices", text=QUESTION)[0] == 200
    office.later(minutes=1)
    return case


def waiting(office: Office, staff: str) -> list[str]:
    status, answer = office.asks(staff, "GET", "/desk/api/cases?view=asked")
    assert status == 200
    return [case["id"] for case in answer["cases"]]


def notes(office: Office, case: Any, staff: str = "agent-1") -> list[str]:
    return [entry["text"] for entry in office.show(staff, case)["entries"] if entry["who"] == "note"]


def test_a_question_is_in_the_other_teams_line_and_the_case_stays_with_its_owner(office: Office) -> None:
    case = asked(office)

    assert waiting(office, "agent-2") == [case["id"]]
    assert waiting(office, "agent-1") == []
    assert office.tickets("devices") == 1
    assert notes(office, case, "agent-2") == [f"To the devices team: {QUESTION}"]
    assert office.case(case["id"]).owner == "agent-1"
    assert office.next("agent-2") is None


def test_their_answer_comes_back_as_a_note_once(office: Office) -> None:
    case = asked(office)

    first = office.act("agent-2", case, "advise", "b-1", text="Until 16:00.")
    again = office.act("agent-2", case, "advise", "b-1", text="Until 16:00.")

    assert (first[0], again) == (200, first)
    assert notes(office, case) == [f"To the devices team: {QUESTION}", "From the devices team: Until 16:00."]
    assert waiting(office, "agent-2") == []
    assert office.x.sent == []


def test_who_was_asked_may_read_the_case_until_they_have_answered_and_do_nothing_else_with_it(office: Office) -> None:
    case = asked(office)

    assert office.act("agent-2", case, "reply", text="It is down.")[0] == 409
    office.act("agent-2", case, "advise", text="Until 16:00.")
    assert office.asks("agent-2", "GET", f"/desk/api/cases/{case['id']}")[0] == 403
    assert office.act("agent-2", case, "advise", text="Or 17:00.")[0] == 403


def test_a_case_that_rests_until_the_answer_comes_back_with_it(office: Office) -> None:
    case = asked(office)
    until = (office.now + timedelta(hours=5)).isoformat()
    _, parked = office.act("agent-1", case, "park", until=until, text="Until devices say.")

    office.act("agent-2", parked["case"], "advise", text="Until 16:00.")

    assert office.next("agent-1")["id"] == case["id"]


def test_a_team_is_asked_one_thing_at_a_time_and_not_about_its_own_cases(office: Office) -> None:
    case = asked(office)

    twice, words = office.act("agent-1", case, "ask", team="devices", text="And in York?")
    own, _ = office.act("agent-1", case, "ask", team="billing", text="What now?")
    nobody, _ = office.act("agent-3", case, "advise", text="I was not asked.")

    assert (twice, own, nobody) == (400, 400, 400)
    assert words["error"] == "The devices team has not answered what you asked before."


def test_a_question_about_what_is_resolved_is_not_in_the_line(office: Office) -> None:
    case = asked(office)
    office.act("agent-1", case, "resolve", wrap_up="sorted")

    assert waiting(office, "agent-2") == []
