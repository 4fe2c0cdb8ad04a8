"""A case that goes to another team, and one that is answered and ended in one."""

import pytest

from functions.escalate.tick import tick
from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from tests.at_desk import Office

ALICE = "2000000000000000011"


def test_a_case_goes_to_another_team_with_a_note_and_a_ticket(office: Office) -> None:
    office.writes(ALICE, team="billing", due=40)
    case = office.next("agent-1")
    office.later(minutes=1)

    status, answer = office.act("agent-1", case, "transfer", team="devices", text="It is the phone, not the bill.")

    assert (status, answer["case"]["team"], answer["case"]["state"]) == (200, "devices", "NEW")
    assert answer["case"]["due_at"] == answer["case"]["promised_at"] == case["promised_at"]
    assert office.next("agent-1") is None
    assert office.tickets("devices") == 1
    taken = office.next("agent-2")
    assert [(entry["who"], entry["by"]) for entry in office.show("agent-2", taken)["entries"]][-1] == (
        "note",
        "agent-1",
    )
    assert office.x.sent == []


def test_an_answered_case_waits_for_its_customer_with_the_other_team(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which phone is it?")

    office.act("agent-1", case, "transfer", team="devices", text="They will say which phone.")

    assert office.next("agent-2") is None
    office.writes(ALICE, "the Kestrel 9")
    assert office.next("agent-2")["id"] == case["id"]


def test_a_case_that_was_given_away_is_given_away_once(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    first = office.act("agent-1", case, "transfer", "t-1", team="devices", text="Yours.")

    again = office.act("agent-1", case, "transfer", "t-1", team="devices", text="Yours.")
    stale, _ = office.act("agent-1", case, "reply", text="It is credited.")

    assert first == again
    assert (stale, office.x.sent) == (403, [])


def test_another_team_is_told_why(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, refused = office.act("agent-1", case, "transfer", team="devices")

    assert (status, "is kept as a note" in refused["error"]) == (400, True)
    assert office.case(case["id"]).owner == "agent-1"


@pytest.mark.parametrize("kind", ["care_now", "staff_safety"])
def test_some_cases_may_be_given_away_without_a_reason(office: Office, kind: str) -> None:
    office.writes(ALICE, team="urgent", kind=kind)
    case = office.next("agent-1")

    assert office.act("agent-1", case, "transfer", team="general")[0] == 200


@pytest.mark.parametrize(("team", "words"), [("billing", "for the billing team already"), ("magic", "field team")])
def test_a_team_that_it_cannot_go_to_is_said_in_a_sentence(office: Office, team: str, words: str) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, refused = office.act("agent-1", case, "transfer", team=team, text="Yours.")

    assert (status, words in refused["error"]) == (400, True)


def test_one_act_answers_and_ends_a_case(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, answer = office.act("agent-1", case, "close", "c-1", text="It is credited.", wrap_up="credit")
    again = office.act("agent-1", case, "close", "c-1", text="It is credited.", wrap_up="credit")

    assert (status, answer["case"]["state"], answer["case"]["wrap_up"]) == (200, "RESOLVED", "credit")
    assert answer["reply"]["words"] == "sent"
    assert again == (200, answer)
    assert office.x.sent == [(ALICE, "It is credited.")]
    tick(office.desk.sender)
    assert office.loaded(ALICE).open_case is None


def test_a_case_that_locks_is_not_closed_without_saying_how_it_was_checked(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    claimed = office.next("agent-1")

    status, _ = office.act("agent-1", claimed, "close", text="It is blocked.", wrap_up="sorted")

    assert (status, office.x.sent, office.loaded(ALICE).customer.locked_by) == (400, [], case.id)
    office.act(
        "agent-1", claimed, "close", text="It is blocked.", wrap_up="sorted", checked="called the number on file"
    )
    assert office.loaded(ALICE).customer.locked_by is None
    audit = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    assert "closed, checked: called the number on file" in [row["did"] for row in audit]


def test_a_case_is_not_closed_for_who_has_not_read_it(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.later(minutes=1)
    office.writes(ALICE, "and another thing")

    status, _ = office.act("agent-1", case, "close", text="Done.", wrap_up="sorted", seen=case["wrote_at"])

    assert (status, office.x.sent) == (412, [])
