"""Cases that staff raise and lower, and locks that they undo by it."""

from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from tests.at_desk import Office

ALICE, BOB = "2000000000000000011", "2000000000000000012"
CHECKED = "called the contact number on file"


def test_anybody_of_a_team_may_raise_a_case_without_taking_it(office: Office) -> None:
    office.writes(BOB, due=10)
    seen = office.writes(ALICE, due=60)

    status, answer = office.act("agent-1", {"id": seen.id, "fence": office.case(seen.id).fence}, "urgent")

    assert (status, answer["case"]["team"], answer["case"]["owner"]) == (200, "urgent", None)
    assert office.next("agent-2")["id"] == seen.id


def test_who_has_a_case_open_keeps_it_when_a_colleague_raises_it(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    assert office.act("agent-3", case, "urgent")[0] == 200

    assert office.act("agent-1", case, "reply", text="I am on it.")[0] == 200


def test_what_has_changed_hands_since_it_was_seen_is_not_raised(office: Office) -> None:
    seen = office.writes(ALICE)
    old = {"id": seen.id, "fence": office.case(seen.id).fence}
    office.next("agent-1")

    status, refused = office.act("agent-3", old, "urgent")

    assert (status, refused["owner"], office.case(seen.id).team) == (409, "agent-1", "billing")


def test_a_resolved_or_an_urgent_case_is_not_raised(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "urgent")
    twice, words = office.act("agent-1", case, "urgent")
    _, answer = office.act("agent-1", case, "resolve", wrap_up="sorted")

    resolved, _ = office.act("agent-1", answer["case"], "urgent")

    assert (twice, resolved) == (400, 409)
    assert words["error"] == f"Case {case['number']} is urgent already."


def test_nobody_raises_another_teams_case(office: Office) -> None:
    seen = office.writes(ALICE, team="sales")

    assert office.act("agent-1", {"id": seen.id, "fence": seen.fence}, "urgent")[0] == 403


def test_a_lowered_case_keeps_its_owner_and_a_note_of_why(office: Office) -> None:
    office.writes(ALICE, team="urgent", kind="danger", due=15)
    case = office.next("agent-1")
    office.later(minutes=1)

    status, answer = office.act("agent-1", case, "not_urgent", team="devices", text="The phone is only warm.")

    assert (status, answer["case"]["team"], answer["case"]["owner"]) == (200, "devices", "agent-1")
    assert office.show("agent-1", case)["entries"][-1]["text"] == "The phone is only warm."
    office.act("agent-1", case, "release")
    assert office.next("agent-1") is None
    assert office.next("agent-2")["id"] == case["id"]


def test_an_urgent_case_is_lowered_with_a_reason_into_an_ordinary_line(office: Office) -> None:
    office.writes(ALICE, team="urgent", kind="danger")
    case = office.next("agent-1")

    nowhere, _ = office.act("agent-1", case, "not_urgent", team="urgent", text="No.")
    silently, _ = office.act("agent-1", case, "not_urgent", team="devices")
    office.act("agent-1", case, "not_urgent", team="devices", text="The phone is only warm.")
    twice, _ = office.act("agent-1", case, "not_urgent", team="billing", text="It is the bill.")

    assert (nowhere, silently, twice) == (400, 400, 400)
    assert office.case(case["id"]).team == "devices"


def locked(office: Office) -> dict[str, object]:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    claimed: dict[str, object] = office.next("agent-1")
    return claimed


def test_a_case_that_locks_is_not_lowered_without_saying_how_it_was_checked(office: Office) -> None:
    case = locked(office)

    status, refused = office.act("agent-1", case, "not_urgent", team="devices", text="Phone found.")

    assert (status, "say how you checked who it is" in refused["error"]) == (400, True)
    assert office.loaded(ALICE).customer.locked_by == case["id"]
    assert office.case(str(case["id"])).team == "urgent"


def test_who_was_checked_is_unlocked_and_told_and_the_audit_says_how(office: Office) -> None:
    case = locked(office)

    office.act("agent-1", case, "not_urgent", team="devices", text="Phone found.", checked=CHECKED)

    assert office.loaded(ALICE).customer.locked_by is None
    assert "account details are on again in this chat" in office.x.sent[-1][1]
    audit = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    assert f"made less urgent, for devices, checked: {CHECKED}" in [row["did"] for row in audit]


def test_a_lowered_case_may_stay_locked(office: Office) -> None:
    case = locked(office)

    status, _ = office.act("agent-1", case, "not_urgent", team="devices", text="They will call.", lock_stays=True)

    assert (status, office.loaded(ALICE).customer.locked_by, office.x.sent) == (200, case["id"], [])


def test_who_has_stopped_is_unlocked_without_a_word(office: Office) -> None:
    case = locked(office)
    office.customer(ALICE, stopped_by="3")

    office.act("agent-1", case, "not_urgent", team="devices", text="Phone found.", checked=CHECKED)

    assert (office.loaded(ALICE).customer.locked_by, office.x.sent) == (None, [])
