"""What staff read to write an answer, as the API gives it."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from functions.escalate import handler
from functions.escalate.tick import tick
from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import Entry, Promise
from functions.shared.conversation.conversations import Conversation
from tests.asking import CONTENT
from tests.at_desk import LINKED, STAFF, START, Office, event
from tests.brands import FACTS

ALICE, BOB = "2000000000000000011", "2000000000000000012"
PICTURE = "https://ton.twitter.com/1.1/ton/data/dm/1/2/a.png"


def taken(office: Office, *, kind: str = "bill", **known: Any) -> Any:
    office.writes(ALICE, kind=kind)
    office.customer(ALICE, **{"link": LINKED, "handle": "linked_customer", **known})
    return office.next("agent-1")


def get(office: Office, path: str, staff: str = "agent-1") -> tuple[int, Any]:
    return office.asks(staff, "GET", f"/desk/api/{path}")


def canned(office: Office, case: Any, shortcut: str, **more: str) -> Any:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    status, answer = get(office, f"canned?case={case['number']}{query}")
    assert status == 200, answer
    return next(reply for reply in answer["replies"] if reply["shortcut"] == shortcut)


def account_seen(office: Office) -> int:
    rows = office.store.query(customer_pk(ALICE), all_of(AUDIT))
    return sum(row["did"].startswith("saw the account") for row in rows)


# ---- replies to begin with ----


def test_a_reply_is_filled_in_and_says_what_it_promises(office: Office) -> None:
    case = taken(office)

    reply, thanks = canned(office, case, ";noinfo"), canned(office, case, ";thanks")

    assert reply["text"].endswith("I'll check, and write here by 15:00.")
    assert (reply["promises"], reply["missing"]) == ("2026-11-24T15:00:00Z", [])
    assert thanks["text"].startswith("Thank you @linked_customer")
    assert account_seen(office) == 0


def test_an_account_is_quoted_to_who_has_proven_it_and_that_is_recorded(office: Office) -> None:
    office.catalogue = Catalogue.of(CONTENT)
    case = taken(office)

    bill = canned(office, case, ";billok")

    assert "£23.45" in bill["text"]
    assert bill["missing"] == []
    assert account_seen(office) == 1


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"link": None}, "Not verified: the customer has not proven whose account it is."),
        ({"locked_by": "XXXXXX"}, "Account details are off in this chat"),
    ],
)
def test_without_proof_or_while_locked_a_reply_says_what_is_missing(
    office: Office, known: dict[str, Any], why: str
) -> None:
    office.catalogue = Catalogue.of(CONTENT)
    case = taken(office, **known)

    bill, call = canned(office, case, ";billok"), canned(office, case, ";call")

    assert "£" not in bill["text"]
    assert {missing["place"] for missing in bill["missing"]} == {"bill.issued_on", "bill.amount"}
    assert all(why in missing["why"] for missing in (*bill["missing"], *call["missing"]))
    assert account_seen(office) == 0


def test_what_is_still_missing_blocks_sending(office: Office) -> None:
    case = taken(office)

    status, answer = office.act("agent-1", case, "reply", text="I've looked: {finding}, {bill.amount}")

    assert (status, answer["error"]) == (400, "Fill in {finding} and {bill.amount} first, or take them out.")
    assert office.x.sent == []
    assert office.act("agent-1", case, "reply", text="a {} b { c } {1} is fine")[0] == 200


def test_a_time_that_a_reply_tells_is_a_promise_and_brings_the_case_back_before(office: Office) -> None:
    case = taken(office)
    reply = canned(office, case, ";noinfo")

    status, answer = office.act("agent-1", case, "reply", text=reply["text"], promises=reply["promises"])
    office.act("agent-1", case, "release")
    before = office.next("agent-1")
    office.later(minutes=41)
    tick(office.desk.sender)
    back = office.next("agent-1")

    assert (status, answer["case"]["promised_at"], answer["case"]["state"]) == (200, "2026-11-24T15:00:00Z", "CLAIMED")
    assert before is None
    assert back["id"] == case["id"]
    assert office.case(case["id"]).promise == Promise(office.now.replace(hour=15, minute=0), told_at=START)


def test_a_promise_goes_along_to_the_team_that_takes_over(office: Office) -> None:
    case = taken(office)
    reply = canned(office, case, ";switchteam", to="devices")

    office.act("agent-1", case, "reply", text=reply["text"], promises=reply["promises"])
    office.act("agent-1", case, "transfer", team="devices", text="a phone after all")
    office.later(minutes=41)
    tick(office.desk.sender)

    assert office.next("agent-2")["promised_at"] == reply["promises"]


@pytest.mark.parametrize("promises", ["2026-11-24T13:59:00Z", "2026-12-25T10:00:00Z", "soon"])
def test_a_time_that_nobody_can_keep_is_not_promised(office: Office, promises: str) -> None:
    assert office.act("agent-1", taken(office), "reply", text="I'll write.", promises=promises)[0] == 400
    assert office.x.sent == []


def test_the_team_that_takes_over_is_named_with_its_time(office: Office) -> None:
    case = taken(office)

    reply = canned(office, case, ";switchteam", to="devices")

    assert reply["text"].startswith("Our devices and network team knows more about this than I do.")
    assert reply["promises"]


def test_times_for_a_call_are_in_the_reply_that_offers_one(office: Office) -> None:
    office.catalogue = Catalogue.of(CONTENT)
    case = taken(office)

    assert "today between 14:30 and 15:00" in canned(office, case, ";call")["text"]


@pytest.mark.parametrize("facts", [{}, FACTS | {"hours": "never"}])
def test_where_the_brands_facts_make_no_sense_no_time_is_told_and_no_call_offered(
    office: Office, facts: dict[str, Any]
) -> None:
    case = taken(office)
    office.brand = lambda: Brand.of(facts)

    assert canned(office, case, ";noinfo")["missing"] == [{"place": "promise", "why": "What it says is not known."}]
    assert canned(office, case, ";close")["missing"] == []


def test_hours_that_make_no_sense_are_said_in_a_sentence(office: Office) -> None:
    case = taken(office)
    office.brand = lambda: Brand.of(FACTS | {"hours": "never"})

    status, answer = get(office, f"cases/{case['id']}/calls")

    assert status == 503
    assert answer["error"].startswith("A fact of the brand that this needs is missing, or makes no sense")


def test_another_teams_case_and_one_that_is_not_there_are_refused(office: Office) -> None:
    case = taken(office)

    assert get(office, f"canned?case={case['id']}", "agent-2")[0] == 403
    assert get(office, "canned?case=ZZZZZZ")[0] == 404
    assert get(office, "canned")[1]["error"] == "The field case is missing."
    assert get(office, f"canned?case={case['id']}&to=nobody")[0] == 400


# ---- what the bot says ----


def test_what_the_bot_says_is_found_with_the_day_on_which_it_was_checked(office: Office) -> None:
    office.catalogue = Catalogue.of(CONTENT)

    status, answer = get(office, f"look?q={quote('ios hotspot')}")

    assert status == 200
    assert answer["found"][0]["subject"] == "#ios hotspot"
    assert answer["found"][0]["checked_on"]


@pytest.mark.parametrize("path", ["look", "look?q=", f"look?q={'x' * 201}"])
def test_nothing_is_looked_up_for_nothing(office: Office, path: str) -> None:
    status, answer = get(office, path)

    assert status == 400
    assert answer["error"].startswith("The field q is")


# ---- times for a call ----


def test_free_times_and_the_end_of_the_number_are_told(office: Office) -> None:
    case = taken(office)

    status, answer = get(office, f"cases/{case['id']}/calls")

    assert (status, answer["number_ends"]) == (200, "111")
    assert answer["slots"][0] == {"at": "2026-11-24T14:30:00Z", "words": "today between 14:30 and 15:00"}


def test_of_who_is_not_to_be_rung_nothing_is_told(office: Office) -> None:
    case = taken(office, kind="access")

    status, answer = get(office, f"cases/{case['id']}/calls")

    assert status == 403
    assert "number_ends" not in answer


# ---- pictures ----


def attached(office: Office, url: str | None) -> Any:
    case = taken(office)

    def with_picture(current: Conversation) -> Conversation:
        assert current.case
        return current.with_case(
            current.case, Entry("1990000000000000404", "customer", "my bill", office.now, media=url)
        )

    conversations.change(office.store, ALICE, with_picture, by="test", did="wrote", now=office.now)
    return case


def test_a_picture_is_given_as_what_it_is_and_kept_by_nobody(office: Office) -> None:
    office.pictures[PICTURE] = b"\x89PNG\r\n\x1a\n\xff\x00"
    case = attached(office, PICTURE)

    asked = event("GET", f"/desk/api/cases/{case['id']}/picture/1990000000000000404", None, STAFF["agent-1"])
    answer = handler.lambda_handler(asked, None)

    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(answer["body"]) == office.pictures[PICTURE]
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert headers["cache-control"] == "no-store"
    shown = office.show("agent-1", case)["entries"]
    assert {entry["text"]: entry["picture"] for entry in shown} == {"I need a person": False, "my bill": True}
    assert not any(PICTURE in str(entry) for entry in shown)


@pytest.mark.parametrize(
    ("url", "number", "why"),
    [
        (PICTURE, "1990000000000000404", "This picture is not at X any more."),
        (PICTURE, "7", "There is no such message in this case."),
    ],
)
def test_a_picture_that_there_is_not_is_said_in_a_sentence(office: Office, url: str, number: str, why: str) -> None:
    case = attached(office, url)

    status, answer = get(office, f"cases/{case['id']}/picture/{number}")

    assert (status, answer["error"]) == (404, why)


def test_a_picture_of_another_teams_case_is_not_shown(office: Office) -> None:
    case = attached(office, PICTURE)

    assert get(office, f"cases/{case['id']}/picture/1990000000000000404", "agent-2")[0] == 403
