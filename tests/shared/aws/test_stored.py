"""What this release does not know of a row is not lost, and nobody fails at it."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from functions.commands.account_outage import Health
from functions.load.loads import Load
from functions.shared.aws.stored import Stored, fields_of, read_as
from functions.shared.conversation.cases import Case, Entry, Promise
from functions.shared.conversation.customers import Customer, Link, Noted
from functions.shared.conversation.linking import CodesAsked
from functions.shared.conversation.locks import ProvenLine
from functions.shared.conversation.presence import DeskOpen
from functions.shared.conversation.replies import Outgoing
from functions.shared.x.arrivals import Arrived
from functions.webhook.state import WebhookState

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
LATER = {"rate": Decimal("1.5"), "many": [1, {"deep": {"a", "b"}}], "told": True}
"""What a newer release may write."""

ROWS: dict[type[Stored], Stored] = {
    Customer: Customer("1", link=Link("account-1", "1", NOW, "digest"), noted=(Noted(NOW), Noted(NOW, "said"))),
    Outgoing: Outgoing("2#reply", "1", "2", "Hi", "greeting", "answer", NOW),
    Case: Case("7KD2MX", "1", "billing", "bill", NOW, NOW, promise=Promise(NOW, NOW)),
    Entry: Entry("2", "customer", "Hello", NOW),
    ProvenLine: ProvenLine("digest", 3, ("1",), ("7KD2MX",)),
    CodesAsked: CodesAsked("digest", 2, (NOW,)),
    WebhookState: WebhookState(3, newest="5"),
    Load: Load("2026-11-24T03:00:00Z", "export.csv", "drop", rows=3, reasons={"is missing": 1}),
    Arrived: Arrived(NOW),
    DeskOpen: DeskOpen(urgent=NOW),
    Health: Health(1, 2, 1),
}
"""One of each that is read and written again."""
BY_KEY = {"x_id": "1", "digest": "digest"}
"""What a row's key says."""


def of_later(value: Any) -> Any:
    """The same as a newer release would write it, with fields of its own in all that is inside as well."""
    if isinstance(value, dict):
        return {name: of_later(inner) for name, inner in value.items()} | {"later": LATER}
    return [of_later(one) for one in value] if isinstance(value, list) else value


ODD = [(kind, one.name) for kind in ROWS for one in fields(kind) if one.name not in {"beyond", *BY_KEY}]


@pytest.mark.parametrize("kind", ROWS)
def test_what_a_row_holds_beyond_our_fields_is_written_back(kind: type[Stored]) -> None:
    row = of_later(fields_of(ROWS[kind]))

    assert fields_of(read_as(kind, row)) == row


def test_what_is_inside_keeps_its_own_when_all_around_it_changes() -> None:
    row = of_later(fields_of(ROWS[Customer]))

    read = read_as(Customer, row)
    link = replace(read.link, used_at=NOW) if read.link else None
    changed = replace(read, link=link, noted=(*read.noted[1:], Noted(NOW, again=True)), handle="sam")

    written = fields_of(changed)
    assert written["link"]["later"] == written["noted"][0]["later"] == written["later"] == LATER
    assert "later" not in written["noted"][1]


@pytest.mark.parametrize(("kind", "name"), ODD)
def test_a_value_that_is_not_understood_stays_and_raises_nothing(kind: type[Stored], name: str) -> None:
    row = fields_of(ROWS[kind]) | {name: LATER}

    read = read_as(kind, row)

    assert read.unread == {name}
    assert fields_of(read)[name] == LATER


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_without_anything_that_we_know_raises_nothing(kind: type[Stored]) -> None:
    required = {one.name for one in fields(kind) if (one.default, one.default_factory) == (MISSING, MISSING)}

    read = read_as(kind, {"later": LATER} | {name: BY_KEY[name] for name in required & BY_KEY.keys()})

    assert read.beyond == {"later": LATER}


def test_a_value_that_is_given_anew_takes_the_place_of_one_that_was_not_understood() -> None:
    read = read_as(Customer, fields_of(ROWS[Customer]) | {"stopped_by": LATER})

    assert fields_of(replace(read, stopped_by="7"))["stopped_by"] == "7"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Case, "state", "PARKED"),
        (Case, "team", "network"),
        (Outgoing, "state", "SCHEDULED"),
        (Outgoing, "kind", "survey"),
        (Outgoing, "promises", "soon"),
    ],
)
def test_nobody_works_on_what_has_an_unknown_state_or_kind(kind: type[Stored], name: str, value: str) -> None:
    read: Any = read_as(kind, fields_of(ROWS[kind]) | {name: value})

    assert read.state == "UNREADABLE"


def test_people_may_work_on_a_case_that_has_an_unknown_wrap_up() -> None:
    read = read_as(Case, fields_of(ROWS[Case]) | {"state": "RESOLVED", "wrap_up": "moved"})

    assert read.state == "RESOLVED"
    assert fields_of(read)["wrap_up"] == "moved"


def test_a_line_of_which_something_is_not_understood_is_locked() -> None:
    assert read_as(ProvenLine, {"digest": "digest", "locked_by": LATER}).locked
