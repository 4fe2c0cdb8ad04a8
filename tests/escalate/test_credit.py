"""What staff may give of goodwill, and that it is given once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.shared.aws.rows import CREDITS_PK
from functions.shared.aws.store import Item, Put
from functions.shared.carrier.accounts import Account, Line
from functions.shared.conversation.customers import Link
from functions.shared.conversation.locks import ProvenLine
from tests.at_desk import LINKED, START, Office, _linked
from tests.proof.demo import account

ALICE, BOB, CAROL = "2000000000000000011", "2000000000000000012", "2000000000000000013"


def taken(office: Office, customer: str = ALICE, staff: str = "agent-1", **known: Any) -> Any:
    """A case of somebody who has proven a line, in somebody's hands."""
    office.writes(customer)
    office.customer(customer, **{"link": LINKED, **known})
    return office.next(staff)


def give(
    office: Office, case: Any, amount: Any, request_id: str | None = None, staff: str = "agent-1"
) -> tuple[int, Any]:
    return office.act(staff, case, "credit", request_id, amount=amount, reason="billed twice")


def books(office: Office) -> list[Item]:
    return office.store.query(CREDITS_PK)


def test_a_credit_stands_in_the_books_and_in_the_case(office: Office) -> None:
    case = taken(office)

    status, answer = give(office, case, 500)

    [line] = books(office)
    assert (status, answer["words"]) == (200, "£5")
    assert line["sk"] == f"credit#{answer['credit']}"
    assert (line["minor"], line["account_id"], line["case"], line["staff"]) == (500, "account-1", case["id"], "agent-1")
    [note] = [entry for entry in office.show("agent-1", case)["entries"] if entry["who"] == "note"]
    assert note["text"] == f"Credit of £5, {answer['credit']}: billed twice"
    assert office.case(case["id"]).credited_minor == 500


def test_a_request_that_is_repeated_after_an_hour_gives_nothing_more(office: Office) -> None:
    case = taken(office)
    first = give(office, case, 500, "one")
    office.act("agent-1", case, "renew")

    office.later(hours=1)
    second = give(office, case, 500, "one")

    assert second == first
    assert len(books(office)) == 1


def test_a_request_that_was_forgotten_gives_nothing_more_either(office: Office) -> None:
    case = taken(office)
    give(office, case, 500, "one")
    office.store.delete("staff#agent-1", "request#one")

    status, _ = give(office, case, 500, "one")

    assert status == 400
    assert len(books(office)) == 1


@pytest.mark.parametrize(
    ("amount", "status", "part"),
    [
        (0, 400, "The field amount is not right: input should be greater than or equal to 1."),
        (-5, 400, "The field amount is not right"),
        ("ten", 400, "The field amount is not right: input should be a valid integer."),
        ("500", 400, "The field amount is not right"),
        (5.5, 400, "The field amount is not right"),
        (True, 400, "The field amount is not right"),
        (None, 400, "The field amount is not right"),
        (10**9, 403, "Your limit is £10 for a case, and £0 of it is given: ask a supervisor."),
        (10**30, 400, "The field amount is not right"),
    ],
)
def test_an_amount_that_makes_no_sense_is_refused_in_a_sentence(
    office: Office, amount: Any, status: int, part: str
) -> None:
    answered = give(office, taken(office), amount)

    assert answered[0] == status
    assert part in answered[1]["error"]
    assert books(office) == []


def test_in_a_case_no_more_is_given_than_the_role_may(office: Office) -> None:
    case = taken(office)
    give(office, case, 700)

    status, answer = give(office, case, 301)

    assert (status, answer["error"]) == (403, "Your limit is £10 for a case, and £7 of it is given: ask a supervisor.")
    assert give(office, case, 300)[0] == 200


def test_an_account_is_given_no_more_in_thirty_days_by_whichever_chats_and_people(office: Office) -> None:
    for staff in ("agent-1", "agent-3"):
        case = taken(office, ALICE if staff == "agent-1" else BOB, staff)
        assert give(office, case, 1000, staff=staff)[0] == 200
    case = taken(office, CAROL)

    status, answer = give(office, case, 1)

    assert status == 403
    assert answer["error"].startswith("Your limit is £20 for an account in 30 days, and £20 of it is given")


def test_who_is_not_proven_or_is_locked_is_given_nothing(office: Office) -> None:
    stranger = give(office, taken(office, link=None), 100)
    old = give(office, taken(office, BOB, link=replace(LINKED, linked_at=START - timedelta(days=91))), 100)

    assert stranger[1]["error"] == old[1]["error"] == "Not verified: the customer has not proven whose account it is."
    assert (stranger[0], old[0]) == (403, 403)
    assert books(office) == []


def test_a_locked_account_is_given_nothing_in_any_chat_that_sees_it(office: Office) -> None:
    locked = give(office, taken(office, locked_by="XXXXXX"), 100)
    office.store.commit([ProvenLine("line-digest", locked_by=("XXXXXX",)).put()])
    beside = give(office, taken(office, BOB, link=replace(LINKED, digest="line-digest")), 100)

    assert (locked[0], beside[0]) == (403, 403)
    assert "Account details are off" in locked[1]["error"]
    assert books(office) == []


def test_a_line_that_is_locked_while_a_credit_is_given_is_given_nothing(office: Office) -> None:
    line = ProvenLine("line-digest")
    office.store.commit([line.put()])
    case = taken(office, link=replace(LINKED, digest="line-digest"))

    def locked_meanwhile(link: Link) -> tuple[Account, Line] | None:
        if not office.store.get("line#line-digest", "holders").get("locked_by"):  # type: ignore[union-attr]
            office.store.commit([Put(replace(line, version=8, locked_by=("XXXXXX",)).put().item)])
        return _linked(link)

    office.linked = locked_meanwhile
    status, _ = give(office, case, 100)

    assert status == 403
    assert books(office) == []


@pytest.mark.parametrize(
    ("role", "account_status", "part"),
    [("user", "active", "the holder's"), ("holder", "closed", "closed")],
)
def test_a_lines_user_and_a_closed_account_get_none(office: Office, role: str, account_status: str, part: str) -> None:
    def other(link: Link) -> tuple[Account, Line] | None:
        found = account(link.account_id)
        assert found
        line = found.lines[0].model_copy(update={"role": role})
        return found.model_copy(update={"status": account_status}), line

    case = taken(office)
    office.linked = other

    status, answer = give(office, case, 100)

    assert status == 403
    assert part in answer["error"]


def test_without_a_claim_nothing_is_given(office: Office) -> None:
    case = taken(office)

    status, _ = give(office, case | {"fence": case["fence"] + 1}, 100)

    assert status == 409
    assert books(office) == []
