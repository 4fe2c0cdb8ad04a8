"""The desk's lists, search and what stands above them: on the embedded engine, through the API."""

import base64
from itertools import chain
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from functions.escalate import handler, lists
from functions.shared.aws.rows import SEARCH, all_of, staff_pk
from tests.at_desk import STAFF, Office, event

ALICE, BOB = "2000000000000000001", "2000000000000000002"


NO_TIME = base64.urlsafe_b64encode(b'{"billing": ["", "222222"]}').decode()


def listed(office: Office, staff: str, query: str) -> Any:
    status, answer = office.asks(staff, "GET", f"/desk/api/cases?{query}")
    assert status == 200, answer
    return answer


def customers(answer: Any) -> list[str]:
    return [case["customer"] for case in answer["cases"]]


def test_a_case_stands_in_one_list_at_a_time(office: Office) -> None:
    def lists_with_it() -> list[str]:
        return [
            view for view in ("mine", "line", "waiting", "done") if listed(office, "agent-1", f"view={view}")["cases"]
        ]

    office.writes(ALICE)
    assert lists_with_it() == ["line"]

    case = office.next("agent-1")
    assert lists_with_it() == ["mine"]

    office.act("agent-1", case, "reply", text="On its way.")
    office.act("agent-1", case, "release")
    assert lists_with_it() == ["waiting"]

    office.writes(ALICE, "and when?")
    case = office.next("agent-1")
    office.act("agent-1", case, "resolve", wrap_up="sorted")
    assert lists_with_it() == ["done"]


def test_a_row_says_what_the_customer_said_last_in_a_line_of_120_signs(office: Office) -> None:
    office.writes(ALICE, "first")
    office.later(seconds=1)
    office.writes(ALICE, "charged\ntwice " + "x" * 200)

    case = listed(office, "agent-1", "view=line")["cases"][0]

    assert case["first_words"] == ("charged twice " + "x" * 200)[:120]
    assert case["unseen"] is True


def test_who_has_opened_it_since_has_seen_it(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "release")

    assert [case["unseen"] for case in listed(office, "agent-1", "view=line")["cases"]] == [False]

    office.later(minutes=1)
    office.writes(ALICE, "hello?")

    assert [case["unseen"] for case in listed(office, "agent-1", "view=line")["cases"]] == [True]


def test_urgent_ones_come_first_then_by_due_time(office: Office) -> None:
    office.writes(ALICE)
    office.later(minutes=30)
    office.writes(BOB, team="urgent", kind="danger")

    assert customers(listed(office, "agent-1", "view=line")) == [BOB, ALICE]


def test_pages_show_each_case_once_though_many_are_due_at_one_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    ids = [str(int(ALICE) + number) for number in range(11)]
    for number, x_id in enumerate(ids):
        office.writes(x_id, team=("billing", "general")[number % 2])
    pages, cursor = [], ""
    while True:
        page = listed(office, "agent-1", f"view=line{cursor}")
        pages.append(customers(page))
        if page["cursor"] is None:
            break
        cursor = f"&cursor={quote(page['cursor'])}"

    assert [len(page) for page in pages] == [3, 3, 3, 2]
    assert sorted(chain(*pages)) == sorted(ids)


def test_a_list_is_of_ones_own_teams(office: Office) -> None:
    office.writes(ALICE, team="sales")

    assert listed(office, "agent-1", "view=line")["cases"] == []
    assert customers(listed(office, "supervisor-1", "view=line&team=sales")) == [ALICE]
    status, answer = office.asks("agent-1", "GET", "/desk/api/cases?view=line&team=sales")
    assert (status, answer["error"]) == (403, "You do not serve the sales team.")


@pytest.mark.parametrize(
    "query",
    [
        "view=all",
        "team=cooks",
        "cursor=x",
        "cursor=W10=",
        f"cursor={quote(NO_TIME)}",
        "q=",
        f"q={'x' * 61}",
    ],
)
def test_what_makes_no_sense_of_a_list_gets_one_sentence(office: Office, query: str) -> None:
    status, answer = office.asks("agent-1", "GET", f"/desk/api/cases?{query}")

    assert status == 400
    assert answer["error"].endswith(".")


def test_where_nothing_has_changed_nothing_is_said_again(office: Office) -> None:
    office.writes(ALICE)
    asked = event("GET", "/desk/api/cases?view=line", None, STAFF["agent-1"])
    first = handler.lambda_handler(asked, None)

    again = handler.lambda_handler(asked | {"headers": {"if-none-match": first["headers"]["etag"]}}, None)
    assert (again["statusCode"], again["body"]) == (304, "")

    office.later(seconds=1)
    office.writes(ALICE, "more")
    changed = handler.lambda_handler(asked | {"headers": {"if-none-match": first["headers"]["etag"]}}, None)
    assert changed["statusCode"] == 200


# ---- taking one of them ----


def test_a_case_of_a_list_is_taken_by_one(office: Office) -> None:
    office.writes(ALICE)
    seen = listed(office, "agent-1", "view=line")["cases"][0]

    status, answer = office.act("agent-1", seen, "claim")
    assert (status, answer["case"]["owner"]) == (200, "agent-1")
    assert office.next("agent-1") is None
    assert office.tickets("billing") == 0

    status, answer = office.act("supervisor-1", seen, "claim")
    assert (status, answer["owner"]) == (409, "agent-1")
    assert answer["since"]


def test_taking_it_again_with_the_same_request_id_is_the_same(office: Office) -> None:
    office.writes(ALICE)
    seen = listed(office, "agent-1", "view=line")["cases"][0]
    request_id = str(uuid4())

    first = office.act("agent-1", seen, "claim", request_id)
    again = office.act("agent-1", seen, "claim", request_id)

    assert first == again


def test_one_may_write_to_a_customer_whose_turn_it_is(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="We are at it.")
    office.act("agent-1", case, "release")
    waiting = listed(office, "agent-1", "view=waiting")["cases"][0]

    status, answer = office.act("agent-1", waiting, "claim")

    assert (status, answer["case"]["state"]) == (200, "CLAIMED")


# ---- looking for somebody ----


@pytest.fixture
def known(office: Office) -> Office:
    office.writes(ALICE)
    office.customer(ALICE, handle="Linked_Customer")
    return office


@pytest.mark.parametrize("asked", ["@linked_customer", "Linked_Customer", ALICE])
def test_a_customer_is_found_by_handle_and_x_id(known: Office, asked: str) -> None:
    assert customers(listed(known, "agent-1", f"q={quote(asked)}")) == [ALICE]


def test_a_case_is_found_by_its_number(known: Office) -> None:
    case = known.loaded(ALICE).case
    assert case

    assert customers(listed(known, "agent-1", f"q={case.number.lower()}")) == [ALICE]


def test_nobody_finds_another_teams_case(known: Office) -> None:
    assert listed(known, "agent-2", "q=linked_customer")["cases"] == []
    assert customers(listed(known, "supervisor-1", "q=linked_customer")) == [ALICE]


def test_that_somebody_looked_is_kept_and_not_whom_they_looked_for(known: Office) -> None:
    listed(known, "agent-1", "q=linked_customer")

    rows = known.store.query(staff_pk("agent-1"), all_of(SEARCH))
    case = known.loaded(ALICE).case
    assert case
    assert [(row["by"], row["cases"]) for row in rows] == [("handle", [case.id])]
    assert "linked" not in str(rows).casefold()


# ---- what stands above ----


def test_one_sees_who_one_is_and_what_waits(office: Office) -> None:
    office.writes(ALICE)
    office.writes(BOB, team="urgent", kind="danger")
    status, answer = office.asks("agent-1", "GET", "/desk/api/me")

    assert status == 200
    assert answer["staff"]["id"] == "agent-1"
    assert answer["staff"]["teams"] == ["urgent", "billing", "general"]
    assert {team: line["waiting"] for team, line in answer["line"].items()} == {"urgent": 1, "billing": 1, "general": 0}
    assert answer["line"]["billing"]["earliest_due_at"]
    assert answer["shift"] == {"mine": 0, "promises": []}


def test_one_sees_what_one_has_promised(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    _, answer = office.asks("agent-1", "GET", "/desk/api/me")

    assert answer["shift"]["mine"] == 1
    assert [promise["number"] for promise in answer["shift"]["promises"]] == [case["number"]]


def test_one_sees_what_x_lets_through(office: Office) -> None:
    _, before = office.asks("agent-1", "GET", "/desk/api/me")
    assert (before["budget"]["limit"], before["budget"]["left"], before["budget"]["waiting"]) == (15, 15, 0)

    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "reply", text="Hello.")
    _, after = office.asks("agent-1", "GET", "/desk/api/me")

    assert after["budget"]["left"] == 14
    assert after["budget"]["resets_at"]
