"""What staff and other help desks may rely on when they ask the desk's API."""

import base64
import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jsonschema  # type: ignore[import-untyped]
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.escalate import handler, who
from functions.escalate.desk_api import Refusal
from functions.escalate.openapi import DOCUMENTS, document_text
from functions.escalate.tick import tick
from functions.escalate.views import cards
from functions.shared.aws import store
from functions.shared.aws.rows import AUDIT, all_of, customer_pk, request_key
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import ELSEWHERE, LEASE
from functions.shared.x.messages import Ticket
from tests.at_desk import LINKED, STAFF, START, Office, event
from tests.places import ROOT

ALICE, BOB, CAROL = "2000000000000000011", "2000000000000000012", "2000000000000000013"


# ---- which case is next ----


def test_an_empty_line_is_answered_with_204(office: Office) -> None:
    status, answer = office.asks("agent-1", "POST", "/desk/api/next", {"request_id": "first"})

    assert (status, answer) == (204, None)


def test_next_claims_a_case_for_fifteen_minutes(office: Office) -> None:
    opened = office.writes(ALICE)

    case = office.next("agent-1")

    assert (case["id"], case["state"], case["owner"]) == (opened.id, "CLAIMED", "agent-1")
    assert case["fence"] > opened.fence
    assert case["lease_until"] == "2026-11-24T14:15:00Z"
    assert office.next("agent-3") is None


def test_the_earliest_due_time_comes_first_whenever_it_was_opened_and_whichever_team_it_is_of(office: Office) -> None:
    office.writes(ALICE, team="billing", due=60)
    office.writes(BOB, team="general", due=15)
    office.writes(CAROL, team="billing", due=30)

    order = [office.next("agent-1")["customer"] for _ in range(3)]

    assert order == [BOB, CAROL, ALICE]


def test_urgent_comes_first_and_is_for_everybody(office: Office) -> None:
    office.writes(ALICE, team="devices", due=5)
    office.writes(BOB, team="urgent", kind="danger", due=15)

    case = office.next("agent-2")

    assert (case["customer"], case["team"]) == (BOB, "urgent")


def test_nobody_is_given_another_teams_case(office: Office) -> None:
    office.writes(ALICE, team="sales")

    assert office.next("agent-1") is None
    assert office.next("agent-2")["customer"] == ALICE


def test_the_groups_of_a_cognito_pool_are_teams(office: Office) -> None:
    office.writes(BOB, team="sales", due=10)
    office.writes(ALICE, team="billing")

    assert office.next("agent-4")["customer"] == ALICE


def test_a_customer_who_answers_goes_to_their_last_owner_ahead_of_what_is_due_earlier(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "release")
    office.writes(BOB, due=10)
    office.writes(ALICE, "October", due=60)

    assert office.next("agent-3")["customer"] == BOB
    office.writes(CAROL, due=10)
    assert office.next("agent-1")["customer"] == ALICE


def test_the_last_owner_is_found_behind_a_long_line(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "release")
    for number in range(30):
        office.writes(f"21000000000000000{number:02}", due=5)
    office.writes(ALICE, "October", due=60)

    assert office.next("agent-1")["customer"] == ALICE


def test_an_urgent_case_comes_before_a_customer_who_answered(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "release")
    office.writes(ALICE, "October")
    office.writes(BOB, team="urgent", kind="line_block")

    assert office.next("agent-1")["customer"] == BOB


def test_what_waits_for_a_colleague_is_taken_by_others_when_nothing_else_waits(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "release")
    office.writes(ALICE, "October")

    assert office.next("agent-3")["customer"] == ALICE


def test_after_ten_minutes_a_customer_who_answered_has_no_reserved_place(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "release")
    office.writes(ALICE, "October", due=20)
    office.writes(BOB, due=60)
    office.later(minutes=11)

    assert office.next("agent-3")["customer"] == ALICE


def test_two_people_never_hold_one_case(office: Office) -> None:
    for number in range(4):
        office.writes(f"21000000000000000{number:02}")

    with ThreadPoolExecutor(8) as people:
        taken = list(people.map(office.next, ["agent-1", "agent-3"] * 4))

    ids = [case["id"] for case in taken if case]
    assert len(ids) == len(set(ids)) == 4
    assert sorted(office.case(case["id"]).owner or "" for case in taken if case) == sorted(
        case["owner"] for case in taken if case
    )


def test_a_ticket_without_a_case_is_dropped_and_the_search_goes_on(office: Office) -> None:
    gone = Ticket(case="2222BB", team="billing", reason="bill", fence=1, at=START)
    office.sqs.send_message(
        QueueUrl=office.urls["billing"],
        MessageBody=gone.model_dump_json(),
        MessageGroupId=gone.case,
        MessageDeduplicationId="gone",
    )
    office.writes(ALICE)

    assert office.next("agent-1")["customer"] == ALICE
    assert office.next("agent-1") is None
    assert office.tickets("billing") == 0


def test_a_ticket_that_cannot_be_read_is_dropped(office: Office) -> None:
    office.sqs.send_message(
        QueueUrl=office.urls["general"], MessageBody="?", MessageGroupId="x", MessageDeduplicationId="x"
    )

    assert office.next("agent-1") is None
    assert office.tickets("general") == 0


def test_there_are_as_many_tickets_as_cases_to_take(office: Office) -> None:
    for customer in (ALICE, BOB, CAROL):
        office.writes(customer)

    office.next("agent-1")
    office.next("agent-3")

    assert office.tickets("billing") == 1


def test_a_case_is_taken_even_if_its_ticket_is_gone(office: Office) -> None:
    office.writes(ALICE)
    office.line.spend("billing")

    assert office.next("agent-1")["customer"] == ALICE


def test_a_case_that_the_index_does_not_show_yet_is_found_by_its_ticket(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.writes(ALICE)
    monkeypatch.setattr(store.Store, "line", lambda *_: [])

    assert office.next("agent-1")["customer"] == ALICE
    assert office.tickets("billing") == 0


def test_the_same_next_request_is_the_same_case(office: Office) -> None:
    office.writes(ALICE)
    office.writes(BOB)

    first, again, other = office.next("agent-1", "r-1"), office.next("agent-1", "r-1"), office.next("agent-1", "r-2")

    assert first == again
    assert first["id"] != other["id"]


def test_the_same_next_request_at_the_same_moment_is_one_case(office: Office) -> None:
    for number in range(6):
        office.writes(f"21000000000000000{number:02}")

    with ThreadPoolExecutor(6) as clicks:
        taken = list(clicks.map(lambda _: office.next("agent-1", "r-1")["id"], range(6)))

    assert len(set(taken)) == 1
    assert len(office.store.line("billing", 10)) == 5


def test_the_same_next_request_after_its_claim_is_lost_says_so(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1", "r-1")
    office.act("agent-1", case, "release")

    status, answer = office.asks("agent-1", "POST", "/desk/api/next", {"request_id": "r-1"})

    assert (status, answer["owner"]) == (409, None)


# ---- the claim ----


def test_an_old_fence_is_refused_and_told_who_has_the_case_since_when(office: Office) -> None:
    office.writes(ALICE)
    old = office.next("agent-1")
    office.act("agent-1", old, "release")
    office.later(minutes=3)
    office.next("agent-3")

    status, answer = office.act("agent-1", old, "reply", text="Sorry, I was away.")

    assert status == 409
    assert (answer["owner"], answer["since"]) == ("agent-3", "2026-11-24T14:03:00Z")
    assert "agent-3" in answer["error"]
    assert office.x.sent == []


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("renew", {}),
        ("release", {}),
        ("reply", {"text": "Hello"}),
        ("note", {"text": "Hello"}),
        ("transfer", {"team": "devices", "text": "Hello"}),
        ("resolve", {"wrap_up": "sorted"}),
        ("close", {"text": "Hello", "wrap_up": "sorted"}),
    ],
)
def test_when_the_lease_has_run_out_nothing_is_written(office: Office, act: str, more: dict[str, Any]) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    before = office.loaded(ALICE)
    office.now += LEASE

    status, answer = office.act("agent-1", case, act, **more)

    assert status == 409
    assert "ran out at 14:15." in answer["error"]
    assert office.loaded(ALICE) == before


def test_a_case_whose_claim_ran_out_is_the_next_persons(office: Office) -> None:
    office.writes(ALICE)
    old = office.next("agent-1")
    office.now += LEASE
    tick(office.desk.sender)

    taken = office.next("agent-3")
    status, answer = office.act("agent-1", old, "reply", text="I am back.")

    assert taken["id"] == old["id"]
    assert (status, answer["owner"]) == (409, "agent-3")


def test_renewing_keeps_a_case_for_fifteen_more_minutes(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.later(minutes=14)

    office.act("agent-1", case, "renew")
    office.later(minutes=14)
    status, _ = office.act("agent-1", case, "note", text="Still here.")

    assert status == 200


def test_another_persons_claim_is_of_no_use_even_with_its_fence(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, answer = office.act("agent-3", case, "resolve", wrap_up="sorted")

    assert (status, answer["owner"]) == (409, "agent-1")


def test_releasing_puts_a_case_back_into_the_line_with_a_ticket(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, answer = office.act("agent-1", case, "release")

    assert (status, answer["case"]["state"]) == (200, "NEW")
    assert office.tickets("billing") == 1
    assert office.next("agent-3")["id"] == case["id"]


def test_releasing_what_was_answered_leaves_it_to_the_customer(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")

    _, answer = office.act("agent-1", case, "release")

    assert answer["case"]["state"] == "WAITING_CUSTOMER"
    assert office.next("agent-3") is None


def test_releasing_returns_to_the_line_what_the_customer_wrote_after_the_answer(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Which month?")
    office.later(minutes=1)
    office.writes(ALICE, "October")

    _, answer = office.act("agent-1", case, "release")

    assert answer["case"]["state"] == "NEW"


# ---- answering ----


def test_a_reply_is_one_dm_to_the_customer(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, answer = office.act("agent-1", case, "reply", "r-1", text="It is credited.")

    assert status == 200
    assert answer["reply"] == {"id": "r-1#staff", "state": "SENT", "words": "sent"}
    assert office.x.sent == [(ALICE, "It is credited.")]


def test_the_same_reply_request_twice_is_one_dm(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    answers = [office.act("agent-1", case, "reply", "r-1", text="It is credited.") for _ in range(3)]

    assert [status for status, _ in answers] == [200, 200, 200]
    assert {answer["reply"]["state"] for _, answer in answers} == {"SENT"}
    assert len(office.x.sent) == 1
    assert [entry["who"] for entry in office.show("agent-1", case)["entries"]] == ["customer", "staff"]


def test_the_same_reply_request_at_the_same_moment_is_one_dm(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    with ThreadPoolExecutor(6) as clicks:
        answers = list(clicks.map(lambda _: office.act("agent-1", case, "reply", "r-1", text="Done."), range(6)))

    assert {status for status, _ in answers} <= {200, 503}
    assert len(office.x.sent) == 1


def test_the_same_reply_request_after_the_claim_is_lost_tells_what_became_of_it(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", "r-1", text="It is credited.")
    office.act("agent-1", case, "resolve", wrap_up="credit")

    status, answer = office.act("agent-1", case, "reply", "r-1", text="It is credited.")

    assert (status, answer["reply"]["state"]) == (200, "SENT")
    assert len(office.x.sent) == 1


def test_a_request_id_serves_one_purpose(office: Office) -> None:
    office.writes(ALICE)
    office.writes(BOB)
    first, second = office.next("agent-1"), office.next("agent-1")
    office.act("agent-1", first, "reply", "r-1", text="For one.")

    other_case = office.act("agent-1", second, "reply", "r-1", text="For the other.")
    other_act = office.act("agent-1", first, "note", "r-1", text="A note.")

    assert (other_case[0], other_act[0]) == (400, 400)
    assert len(office.x.sent) == 1


@pytest.mark.parametrize(
    ("act", "first", "second"),
    [
        ("reply", {"text": "It is credited."}, {"text": "It is not."}),
        ("note", {"text": "Called back."}, {"text": "Not reached."}),
        ("resolve", {"wrap_up": "credit"}, {"wrap_up": "fault"}),
    ],
)
def test_the_same_request_id_with_other_words_is_refused_and_the_first_stand(
    office: Office, act: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, act, "r-1", **first)
    stands = office.show("agent-1", case)

    status, answer = office.act("agent-1", case, act, "r-1", **second)

    assert (status, answer["error"]) == (400, "This request id was used for something else: choose a new one.")
    assert office.show("agent-1", case) == stands
    assert office.act("agent-1", case, act, "r-1", **first)[0] == 200


def test_a_request_that_a_release_before_kept_is_done(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "note", "r-1", text="Called back.")
    key = request_key("agent-1", "r-1")
    office.put({name: said for name, said in (office.store.get(*key) or {}).items() if name != "digest"})

    assert office.act("agent-1", case, "note", "r-1", text="Called back.")[0] == 200


def test_a_colleagues_request_id_never_passes_for_an_answer(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", "r-1", text="Which month?")
    office.act("agent-1", case, "release")
    office.writes(ALICE, "October")
    case = office.next("agent-3")

    status, _ = office.act("agent-3", case, "reply", "r-1", text="Thank you.")

    assert status == 400
    assert [text for _, text in office.x.sent] == ["Which month?"]


def test_a_reply_waits_when_the_limit_is_used_up(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.put({"pk": "budget", "sk": "dms", "limit": 15, "left": 0, "ends": int(START.timestamp()) + 600})

    status, answer = office.act("agent-1", case, "reply", text="It is credited.")

    assert (status, answer["reply"]["words"]) == (200, "waiting")
    assert office.x.sent == []
    assert office.loaded(ALICE).customer.outbox == (answer["reply"]["id"],)


def test_a_customer_who_has_stopped_is_still_answered_by_staff(office: Office) -> None:
    office.writes(ALICE)
    office.customer(ALICE, stopped_by="2100000000000000001")
    case = office.next("agent-1")

    _, answer = office.act("agent-1", case, "reply", text="Here I am.")

    assert answer["reply"]["state"] == "SENT"


def test_what_the_customer_wrote_meanwhile_is_read_before_answering_or_resolving(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.later(minutes=2)
    office.writes(ALICE, "and my phone is broken")

    replied = office.act("agent-1", case, "reply", text="Bye.", seen=case["wrote_at"])
    resolved = office.act("agent-1", case, "resolve", wrap_up="sorted", seen=case["wrote_at"])
    seen = office.show("agent-1", case)["case"]["wrote_at"]
    after_reading = office.act("agent-1", case, "reply", text="Both are on their way.", seen=seen)

    assert (replied[0], resolved[0], after_reading[0]) == (412, 412, 200)
    assert replied[1]["wrote_at"] == "2026-11-24T14:02:00Z"
    assert len(office.x.sent) == 1


def test_opening_a_case_that_shows_an_account_leaves_one_audit_row_a_person_case_and_claim(office: Office) -> None:
    office.writes(ALICE)
    office.customer(ALICE, link=LINKED)
    case = office.next("agent-1")

    for staff in ("agent-1", "agent-1", "agent-3"):
        office.show(staff, case)
    office.act("agent-1", case, "release")
    again = office.next("agent-1")
    office.show("agent-1", again)

    audit = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    assert [(row["by"], row["did"]) for row in audit if row["did"].startswith("saw")] == [
        ("agent-1", f"saw the account, case {case['id']}, fence {case['fence']}"),
        ("agent-3", f"saw the account, case {case['id']}, fence {case['fence']}"),
        ("agent-1", f"saw the account, case {case['id']}, fence {again['fence']}"),
    ]


def test_opening_a_case_that_shows_no_account_leaves_no_audit_row(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    before = office.store.query(customer_pk(ALICE), all_of(AUDIT))

    office.show("agent-1", case)

    assert office.store.query(customer_pk(ALICE), all_of(AUDIT)) == before


def test_every_change_has_its_audit_row(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "note", text="Looks like a double charge.")
    office.act("agent-1", case, "reply", text="It is credited.")
    office.act("agent-1", case, "resolve", wrap_up="credit")

    rows = office.store.query(customer_pk(ALICE), "audit#")
    did = [(row["by"], row["did"]) for row in rows if row["by"] == "agent-1"]

    assert did == [("agent-1", act) for act in ("claimed", "noted", "replied", "resolved")]
    assert "credited" not in json.dumps([row["changes"] for row in rows])


@pytest.mark.parametrize(("minutes", "metric"), [(59, "PromiseKept"), (61, "PromiseBroken")])
def test_the_first_answer_keeps_or_breaks_what_the_customer_was_told(
    office: Office, logged: Any, minutes: int, metric: str
) -> None:
    office.writes(ALICE, due=60)
    office.later(minutes=minutes)
    case = office.next("agent-1")
    logged()

    office.act("agent-1", case, "reply", text="Which month?")
    office.act("agent-1", case, "reply", text="October or November?")

    assert [line[metric] for line in logged() if metric in line] == [[1.0]]


# ---- resolving ----


def test_resolving_ends_the_case_with_its_wrap_up(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    status, answer = office.act("agent-1", case, "resolve", wrap_up="explained")

    assert (status, answer["case"]["state"], answer["case"]["wrap_up"]) == (200, "RESOLVED", "explained")
    assert office.loaded(ALICE).open_case is None


def test_a_case_that_ends_without_an_answer_is_said_to_have_ended(office: Office) -> None:
    office.writes(ALICE)
    office.customer(ALICE, handle="alice")
    case = office.next("agent-1")

    office.act("agent-1", case, "resolve", wrap_up="sorted")

    told = f"Hi @alice, we've marked {case['number']} as sorted. If it isn't, just reply here and it opens again"
    assert office.x.sent == [(ALICE, f"{told} with the same team.")]


def test_who_was_answered_is_told_no_more(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="It is credited.")

    office.act("agent-1", case, "resolve", wrap_up="credit")

    assert office.x.sent == [(ALICE, "It is credited.")]


@pytest.mark.parametrize(
    ("wrap_up", "changes"), [("not_for_us", {}), ("no_answer", {}), ("sorted", {"stopped_by": "3"})]
)
def test_some_cases_end_without_a_word(office: Office, wrap_up: str, changes: dict[str, Any]) -> None:
    office.writes(ALICE)
    office.customer(ALICE, **changes)
    case = office.next("agent-1")

    office.act("agent-1", case, "resolve", wrap_up=wrap_up)

    assert office.x.sent == []


def test_resolving_twice_with_one_request_is_resolving_once(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    first = office.act("agent-1", case, "resolve", "r-1", wrap_up="sorted")
    again = office.act("agent-1", case, "resolve", "r-1", wrap_up="sorted")

    assert first == again


def test_a_case_that_locks_is_not_ended_without_saying_how_it_was_checked(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    claimed = office.next("agent-1")

    status, refused = office.act("agent-1", claimed, "resolve", wrap_up="sorted")

    assert (status, "say how you checked who it is" in refused["error"]) == (400, True)
    assert office.loaded(ALICE).customer.locked_by == case.id


def test_a_person_who_has_checked_unlocks_and_the_audit_says_how(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    claimed = office.next("agent-1")

    office.act("agent-1", claimed, "resolve", wrap_up="sorted", checked="called back, answered from the bill")

    assert office.loaded(ALICE).customer.locked_by is None
    assert office.x.sent[-1][1].endswith("send #urgent.")
    audit = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    assert "resolved, checked: called back, answered from the bill" in [row["did"] for row in audit]


def test_a_check_that_did_not_work_leaves_the_lock(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    claimed = office.next("agent-1")

    office.act("agent-1", claimed, "resolve", wrap_up="explained", lock_stays=True)

    assert office.loaded(ALICE).customer.locked_by == case.id
    assert "we couldn't make sure that it's you" in office.x.sent[-1][1]


def test_a_quiet_case_that_locks_goes_to_the_next_person(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, locked_by=case.id)
    office.act("agent-1", office.next("agent-1"), "reply", text="Are you there?")
    office.now += timedelta(days=4)

    tick(office.desk.sender)
    tick(office.desk.sender)

    after = office.loaded(ALICE)
    assert (after.case and after.case.state, after.customer.locked_by) == ("NEW", case.id)


def test_a_new_dm_reopens_a_resolved_case_under_the_same_number(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "resolve", wrap_up="sorted")
    office.later(days=6)
    office.writes(ALICE, "it happened again")

    again = office.next("agent-1")

    assert (again["id"], again["state"], again["wrap_up"]) == (case["id"], "CLAIMED", None)
    assert [entry["text"] for entry in office.show("agent-1", again)["entries"]][-1] == "it happened again"


# ---- reading a case ----


def test_a_case_shows_what_was_said_in_order_and_what_became_of_it(office: Office) -> None:
    office.writes(ALICE, "charged twice")
    case = office.next("agent-1")
    office.later(minutes=1)
    office.act("agent-1", case, "note", text="Bank shows one debit.")
    office.later(minutes=1)
    office.act("agent-1", case, "reply", text="It was one debit.")

    shown = office.show("agent-3", case)

    said = [(entry["who"], entry["by"], entry["text"]) for entry in shown["entries"]]
    assert said == [
        ("customer", None, "charged twice"),
        ("note", "agent-1", "Bank shows one debit."),
        ("staff", "agent-1", "It was one debit."),
    ]
    assert [entry["delivery"] and entry["delivery"]["words"] for entry in shown["entries"]] == [None, None, "sent"]


@pytest.mark.parametrize(
    ("state", "stopped", "words"),
    [
        ("PENDING", False, "waiting"),
        ("SENDING", False, "waiting"),
        ("SENT", False, "sent"),
        ("UNKNOWN", False, "sent, not confirmed"),
        ("UNCONFIRMED", False, "sent, not confirmed"),
        ("REFUSED", False, "refused"),
        ("SUPPRESSED", True, "not sent: customer has sent #stop"),
        ("SUPPRESSED", False, "not sent: no longer linked"),
    ],
)
def test_what_became_of_a_reply_is_said_in_words(office: Office, state: Any, stopped: bool, words: str) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.later(seconds=1)
    office.act("agent-1", case, "reply", text="Hello")
    office.customer(ALICE, stopped_by="3" if stopped else None)
    reply = replace(office.replies(ALICE)[0], state=state)
    before = office.loaded(ALICE)
    conversations.save(office.store, before, before.having(reply), by="test", did="test", now=office.now)

    entry = office.show("agent-1", case)["entries"][-1]

    assert entry["delivery"]["words"] == words


def test_a_verified_customers_account_is_shown(office: Office) -> None:
    office.writes(ALICE)
    office.customer(ALICE, link=LINKED)

    shown = office.show("agent-1", office.next("agent-1"))

    assert shown["account"]["verified"] is True
    assert shown["account"]["figures"]


def test_nothing_of_an_account_is_shown_without_a_link(office: Office) -> None:
    office.writes(ALICE)

    shown = office.show("agent-1", office.next("agent-1"))

    assert shown["account"] == {"verified": False, "as_of": None, "figures": []}


def test_nothing_of_an_account_is_shown_while_figures_are_paused(office: Office) -> None:
    case = office.writes(ALICE, team="urgent", kind="line_block")
    office.customer(ALICE, link=LINKED, locked_by=case.id)

    shown = office.show("agent-1", office.next("agent-1"))

    assert shown["account"] == {"verified": False, "as_of": None, "figures": []}


def test_an_urgent_case_has_its_card(office: Office) -> None:
    office.writes(ALICE, team="urgent", kind="danger")

    shown = office.show("agent-1", office.next("agent-1"))

    assert shown["card"][0] == "Can the customer reach 999 right now? Ask that first."


def test_every_urgent_kind_has_a_card() -> None:
    rules = tomllib.loads((ROOT / "functions/shared/wording/routing.toml").read_text())["rule"]

    urgent = {rule["kind"] for rule in rules if rule.get("team") == "urgent"}

    assert urgent <= set(cards())


def test_a_number_may_be_typed_as_it_is_said(office: Office) -> None:
    case = office.writes(ALICE)

    status, answer = office.asks("agent-1", "GET", f"/desk/api/cases/{case.number.lower()}")

    assert (status, answer["case"]["number"]) == (200, case.number)


# ---- what is not done ----


def test_an_unknown_case_is_404(office: Office) -> None:
    assert office.asks("agent-1", "GET", "/desk/api/cases/222-BBB")[0] == 404
    assert office.act("agent-1", {"id": "222BBB", "fence": 1}, "renew")[0] == 404


def test_another_teams_case_is_403_and_shows_nothing(office: Office) -> None:
    case = office.writes(ALICE, team="sales")

    status, answer = office.asks("agent-1", "GET", f"/desk/api/cases/{case.id}")

    assert status == 403
    assert answer == {"error": f"Case {case.number} is for the sales team."}


def test_whoever_is_not_signed_in_gets_nothing(office: Office) -> None:
    assert office.asks("nobody", "POST", "/desk/api/next", {"request_id": "r-1"})[0] == 401


@pytest.mark.parametrize("body", [b"--no form", b"\xff{}", b'{"request_id": "\xff"}'])
def test_a_body_is_read_as_json_whatever_it_says_it_is(office: Office, body: bytes) -> None:
    asked = event("POST", "/desk/api/next", base64.b64encode(body).decode(), STAFF["agent-1"])
    asked |= {"headers": {"Content-Type": "multipart/form-data"}, "isBase64Encoded": True}
    response = handler.lambda_handler(asked, None)

    assert (response["statusCode"], json.loads(response["body"])) == (400, {"error": "Send a JSON object."})


@pytest.mark.parametrize(
    ("act", "body", "error"),
    [
        ("note", "no JSON", "Send a JSON object."),
        ("note", "[]", "Send a JSON object."),
        ("note", {"fence": 1, "request_id": "r"}, "The field text is missing."),
        ("note", {"fence": "x", "request_id": "r", "text": "t"}, "The field fence is not right:"),
        ("note", {"fence": 1, "request_id": "r", "text": "t", "mood": 1}, "There is a field that this request"),
        ("note", {"fence": 1, "request_id": "123", "text": "t"}, "The field request_id takes 1 to 64"),
        ("reply", {"fence": 1, "request_id": "r", "text": " \n"}, "The field text is blank."),
        ("reply", {"fence": 1, "request_id": "r", "text": "x" * 10_001}, "The field text is not right:"),
        ("resolve", {"fence": 1, "request_id": "r", "wrap_up": "fine"}, "The field wrap_up is not right:"),
        ("reply", {"fence": 1, "request_id": "r", "text": "t", "seen": "2026-11-24"}, "The field seen is not right:"),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(office: Office, act: str, body: Any, error: str) -> None:
    status, answer = office.asks("agent-1", "POST", f"/desk/api/cases/222BBB/{act}", body)

    assert status == 400
    assert answer["error"].startswith(error)
    assert answer["error"].count("\n") == 0


@pytest.mark.parametrize("number", ["x", "222BBA", "222BBBB", "", "%20", "222\u00e9BB", "2" * 3_000])
def test_a_case_number_that_is_none_is_404_before_dynamodb_sees_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(conversations, "case_of", None)

    shown, answer = office.asks("agent-1", "GET", f"/desk/api/cases/{number}")
    renewed, _ = office.act("agent-1", {"id": number, "fence": 1}, "renew")

    assert (shown, renewed) == (404, 404)
    assert number not in answer["error"] or len(number) < 2


def test_a_path_that_is_not_there_is_404(office: Office) -> None:
    assert office.asks("agent-1", "POST", "/desk/api/cases/222BBB/burn", {})[0] == 404
    assert office.asks("agent-1", "GET", "/desk/api/next")[0] == 404


def test_when_aws_fails_the_answer_is_to_try_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, logged: Any
) -> None:
    def down(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="aws")

    monkeypatch.setattr(store.Store, "get", down)

    response = handler.lambda_handler(
        event("GET", "/desk/api/cases/222BBB", None, {"sub": "agent-1", "teams": "billing"}), None
    )

    assert response["statusCode"] == 503
    assert response["headers"]["retry-after"] == "1"
    assert "Traceback" not in response["body"]


def test_nothing_that_was_said_is_logged(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.writes(ALICE, "my secret question")
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="a secret answer")
    office.act("agent-1", case, "note", text="a secret note")
    office.show("agent-1", case)

    assert "secret" not in capsys.readouterr().out


# ---- the page ----


def test_the_page_is_open_to_everybody_and_tells_nothing_of_the_lines(office: Office) -> None:
    before = handler.lambda_handler(event("GET", "/desk", None, None), None)
    office.writes(ALICE, "my secret", team="billing", due=30)

    after = handler.lambda_handler(event("GET", "/desk", None, None), None)

    assert before["statusCode"] == 200
    assert after == before


# ---- who serves whom ----


@pytest.mark.parametrize(
    ("claim", "teams"),
    [
        ("billing general", ("billing", "general")),
        ("[billing general]", ("billing", "general")),
        ('["Billing", "general"]', ("billing", "general")),
        (["sales"], ("sales",)),
        ("supervisor", ("billing", "devices", "sales", "general")),
    ],
)
def test_teams_are_read_by_their_exact_names(claim: Any, teams: tuple[str, ...]) -> None:
    assert who.staff_in(event("GET", "/desk/api/me", None, {"sub": "kim", "cognito:groups": claim})).teams == teams


@pytest.mark.parametrize("claim", ["", "[]", "billing-readonly", "readonly_general", None, [], ["viewers"], {"a": 1}])
def test_who_is_in_no_team_is_refused_and_has_no_urgent_case_either(claim: Any) -> None:
    with pytest.raises(Refusal) as refused:
        who.staff_in(event("GET", "/desk/api/me", None, {"sub": "kim", "teams": claim}))

    assert refused.value.status == 403


def test_a_silent_case_is_in_no_count_and_is_taken_all_the_same(office: Office) -> None:
    case = office.writes(ALICE, team="general")
    office.silence(case)

    assert office.store.waiting("general") == 0
    assert office.next("agent-1")["customer"] == ALICE


# ---- the contract ----


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_those_of_the_code(name: str) -> None:
    """`python -m functions.escalate.openapi` writes them."""
    written = (ROOT / name).read_text()

    assert written == document_text(DOCUMENTS[name]())


def conforms(answer: Any, schema: str) -> None:
    document = json.loads((ROOT / "docs/desk-api.json").read_text())
    jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": document["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(answer)


def test_real_answers_are_as_the_contract_says(office: Office) -> None:
    office.writes(ALICE, team="urgent", kind="danger")
    office.customer(ALICE, link=LINKED)
    _, claimed = office.asks("agent-1", "POST", "/desk/api/next", {"request_id": str(uuid4())})
    case = claimed["case"]

    conforms(claimed, "CaseAnswer")
    conforms(office.act("agent-1", case, "renew")[1], "CaseAnswer")
    conforms(office.act("agent-1", case, "note", text="n")[1], "CaseAnswer")
    conforms(office.act("agent-1", case, "reply", text="r")[1], "ReplyAnswer")
    conforms(office.show("agent-1", case), "ShowAnswer")
    conforms(office.act("agent-1", case, "reply", text="r", seen="2020-01-01T00:00:00Z")[1], "WroteAnswer")
    conforms(office.act("agent-1", case, "resolve", wrap_up="sorted")[1], "CaseAnswer")
    conforms(office.act("agent-1", case, "renew")[1], "LostAnswer")
    conforms(office.act("agent-1", case, "note")[1], "ErrorAnswer")


def test_real_tickets_are_as_the_contract_says(office: Office) -> None:
    office.writes(ALICE)
    message = office.sqs.receive_message(QueueUrl=office.urls["billing"])["Messages"][0]
    schema = json.loads((ROOT / "docs/schemas/ticket.schema.json").read_text())

    jsonschema.Draft202012Validator(schema).validate(json.loads(message["Body"]))


def test_a_case_answered_from_elsewhere_returns_to_the_line_when_the_customer_writes(office: Office) -> None:
    office.writes(ALICE)
    before = office.loaded(ALICE)
    assert before.case
    elsewhere = replace(before.case, state="WAITING_CUSTOMER", owner=ELSEWHERE, answered_at=office.now)
    conversations.save(office.store, before, before.with_case(elsewhere), by="bot", did="echo", now=office.now)
    office.writes(ALICE, "thanks, but no")

    assert office.next("agent-1")["customer"] == ALICE


# ---- a long case ----

ANGRY = "\U0001f621" * 9_990


def pages(office: Office, case: Any) -> list[Any]:
    """Read a case to its beginning, the newest page first."""
    found = [office.show("agent-1", case)]
    while found[-1]["older"]:
        found.append(office.show("agent-1", case, cursor=found[-1]["older"]))
    return found


@pytest.mark.parametrize(("signs", "number"), [(ANGRY, 20), ("?", 120)])
def test_a_long_case_is_shown_in_pages_newest_first(office: Office, signs: str, number: int) -> None:
    said = [f"{one:03} {signs}" for one in range(number)]
    case = office.writes(ALICE, "hello")
    office.says_more(case, said)

    found = pages(office, office.next("agent-1"))

    assert len(found) > 1
    assert [entry["text"] for page in reversed(found) for entry in page["entries"]] == ["hello", *said]
    assert all(len(json.dumps(json.dumps(page))) < 2_000_000 for page in found)


def test_what_became_of_an_answer_stands_on_its_page(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.now += timedelta(seconds=1)  # what is said at one moment stands in any order
    office.act("agent-1", case, "reply", text="Here I am.")
    office.says_more(office.case(case["id"]), [ANGRY] * 20)

    oldest = pages(office, case)[-1]

    assert [entry["delivery"] and entry["delivery"]["words"] for entry in oldest["entries"]][:2] == [None, "sent"]


def test_a_page_that_cannot_be_is_refused(office: Office) -> None:
    case = office.writes(ALICE)

    status, _ = office.asks("agent-1", "GET", f"/desk/api/cases/{case.id}?cursor={'1' * 2000}")
    nothing = office.show("agent-1", {"id": case.id}, cursor="0")

    assert status == 400
    assert (nothing["entries"], nothing["older"]) == ([], None)
