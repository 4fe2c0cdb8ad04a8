"""A call that was promised: at a time that is free, to the number of who has proven it, and never where it may harm."""

from typing import Any

import pytest

from functions.escalate.tick import tick
from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from tests.at_desk import LINKED, Office, _linked

ALICE, BOB, CAROL = "2000000000000000011", "2000000000000000012", "2000000000000000013"
AT_THREE, AT_HALF_PAST = "2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z"


def taken(office: Office, customer: str = ALICE, staff: str = "agent-1", *, kind: str = "bill", **known: Any) -> Any:
    office.writes(customer, kind=kind)
    office.customer(customer, **{"link": LINKED, **known})
    return office.next(staff)


def book(office: Office, case: Any, slot: str = AT_THREE, staff: str = "agent-1", **more: Any) -> tuple[int, Any]:
    return office.act(staff, case, "callback", slot=slot, **more)


def did(office: Office, customer: str = ALICE) -> list[str]:
    rows = office.store.query(customer_pk(customer), all_of(AUDIT))
    return [change for row in rows for change in (row["did"], *row["changes"])]


def test_a_call_is_booked_told_and_a_promise(office: Office) -> None:
    case = taken(office, handle="linked_customer")

    status, answer = book(office, case)

    assert (status, answer["reply"]["words"]) == (200, "sent")
    assert office.x.sent == [
        (
            ALICE,
            "Hi @linked_customer, booked: we'll call the number ending 111 today between 15:00 and 15:30. We'll"
            " never ask for a code, PIN or password. To change or cancel, just write here. Your case is"
            f" {case['number']}.",
        )
    ]
    shown = answer["case"]
    assert (shown["state"], shown["owner"], shown["call_at"]) == ("WAITING_CUSTOMER", None, AT_THREE)
    assert shown["promised_at"] == AT_HALF_PAST


def test_a_booking_that_is_repeated_is_one_booking_and_one_dm(office: Office) -> None:
    case = taken(office)

    first, second = book(office, case, request_id="one"), book(office, case, request_id="one")

    assert first == second
    assert len(office.x.sent) == 1


def test_when_it_is_time_the_case_is_back_with_who_had_it(office: Office) -> None:
    case = taken(office)
    book(office, case)
    tick(office.desk.sender)
    assert office.next("agent-1") is None

    office.later(minutes=60)
    tick(office.desk.sender)

    assert office.next("agent-1")["id"] == case["id"]


def test_who_has_rung_says_so_and_the_promise_is_kept(office: Office) -> None:
    book(office, taken(office))
    office.later(minutes=61)
    tick(office.desk.sender)
    case = office.next("agent-1")

    status, answer = office.act("agent-1", case, "called", reached=True)

    assert (status, answer["case"]["call_at"], answer["case"]["state"]) == (200, None, "CLAIMED")
    assert f"case {case['id']} promise kept" in did(office)


def test_who_is_not_reached_is_tried_once_more_and_then_it_is_their_turn(office: Office) -> None:
    book(office, taken(office))
    office.later(minutes=61)
    tick(office.desk.sender)
    case = office.next("agent-1")

    unsaid = office.act("agent-1", case, "called", reached=False)
    once = office.act("agent-1", case, "called", reached=False, slot="2026-11-24T16:00:00Z")
    office.later(minutes=60)
    tick(office.desk.sender)
    twice = office.act("agent-1", office.next("agent-1"), "called", reached=False)

    assert (unsaid[0], unsaid[1]["error"]) == (
        400,
        "Say when you will try once more: one of the free times, as `slot`.",
    )
    assert (once[1]["case"]["call_at"], twice[1]["case"]["call_at"]) == ("2026-11-24T16:00:00Z", None)
    assert twice[1]["case"]["state"] == "WAITING_CUSTOMER"
    assert (
        "we rang the number ending 111 at 15:01 and didn't reach you. We'll try once more today between 16:00"
        in (office.x.sent[1][1])
    )
    assert "or ring 0306 999 0150 and give them" in office.x.sent[2][1]


def wrote_again(office: Office) -> Any:
    """The customer of a promised call writes, and has the case read by who promised it."""
    office.later(minutes=1)
    office.writes(ALICE, "in writing, please")
    return office.next("agent-1")


def test_a_call_is_called_off_and_an_answer_in_writing_promised_instead(office: Office) -> None:
    book(office, taken(office))
    case = wrote_again(office)

    status, answer = office.act("agent-1", case, "call_off")

    assert (status, answer["case"]["call_at"], answer["case"]["promised_at"]) == (200, None, "2026-11-24T15:05:00Z")
    assert "no call, then. Our billing team will reply here by 15:05." in office.x.sent[-1][1]
    assert f"case {case['id']} promise kept" in did(office)
    assert office.act("agent-1", case, "call_off")[0] == 400


def test_a_time_that_is_given_back_is_free_for_somebody_else(office: Office) -> None:
    for customer in (BOB, ALICE):
        book(office, taken(office, customer))
    case = wrote_again(office)
    full = book(office, taken(office, CAROL))
    back = office.next("agent-1")

    same = book(office, case)
    moved = book(office, case, "2026-11-24T16:00:00Z")
    now_free = book(office, office.show("agent-1", {"id": office.loaded(CAROL).customer.case})["case"])

    assert (full[0], back) == (400, None)
    assert (same[0], same[1]["error"]) == (400, "The call is promised for that time already.")
    assert (moved[0], moved[1]["case"]["call_at"]) == (200, "2026-11-24T16:00:00Z")
    assert now_free[0] == 200


def test_a_call_is_not_promised_to_who_wrote_meanwhile(office: Office) -> None:
    case = taken(office)
    office.later(minutes=1)
    office.writes(ALICE, "no calls please")

    assert book(office, case, seen=case["wrote_at"])[0] == 412


def test_of_a_call_that_nobody_promised_there_is_nothing_to_tell(office: Office) -> None:
    status, answer = office.act("agent-1", taken(office), "called", reached=True)

    assert (status, answer["error"]) == (400, "No call was promised in this case: there is none to tell of.")


@pytest.mark.parametrize(
    ("slot", "part"),
    [
        ("2026-11-24T14:00:00Z", "makes no call at that time"),
        ("2026-11-24T15:10:00Z", "makes no call at that time"),
        ("2026-11-24T22:00:00Z", "makes no call at that time"),
        ("2027-11-24T15:00:00Z", "makes no call at that time"),
        ("2026-11-24T15:00:00", "The field slot is not right"),
        ("soon", "The field slot is not right"),
    ],
)
def test_at_another_time_nobody_rings(office: Office, slot: str, part: str) -> None:
    status, answer = book(office, taken(office), slot)

    assert status == 400
    assert part in answer["error"]
    assert office.x.sent == []


def test_a_team_promises_no_more_calls_for_a_time_than_it_can_make(office: Office) -> None:
    answers = [book(office, taken(office, customer)) for customer in (ALICE, BOB, CAROL)]

    assert [status for status, _ in answers] == [200, 200, 400]
    assert answers[2][1]["error"] == "Every call of that time is taken: choose another."


@pytest.mark.parametrize(
    ("kind", "known", "part"),
    [
        ("access", {}, "No call in this case"),
        ("quiet_contact", {}, "No call in this case"),
        ("bill", {"locked_by": "XXXXXX"}, "Account details are off"),
        ("bill", {"link": None}, "Not verified"),
    ],
)
@pytest.mark.parametrize("act", ["callback", "number"])
def test_nobody_is_rung_where_it_may_harm_or_nothing_is_proven(
    office: Office, kind: str, known: dict[str, Any], part: str, act: str
) -> None:
    case = taken(office, kind=kind, **known)

    status, answer = office.act("agent-1", case, act, **({"slot": AT_THREE} if act == "callback" else {}))

    assert status == 403
    assert part in answer["error"]
    assert office.x.sent == []


def test_a_lost_phone_is_not_rung(office: Office) -> None:
    case = taken(office)
    found = _linked(LINKED)
    assert found
    account, line = found
    lost = line.model_copy(update={"status": "lost", "number": "+447700900999"})
    away = account.model_copy(update={"contact_number": "+447700900999", "lines": (line, lost)})
    office.linked = lambda _: (away, line)

    status, answer = book(office, case)

    assert (status, answer["error"]) == (
        403,
        "There is no number to ring: that phone is lost, or the number on file makes no sense.",
    )


def test_the_whole_number_is_told_on_request_and_that_is_recorded(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case = taken(office)

    status, answer = office.act("agent-1", case, "number")

    assert (status, answer["number"]) == (200, "07700 900111")
    assert "saw the number" in did(office)
    assert not any("900111" in str(row) or "900 111" in str(row) for row in office.store.all())
    said = capsys.readouterr()
    assert "900111" not in said.out + said.err
