"""#network: known trouble, planned work or nothing at a place."""

from typing import Any

import pytest

from functions.commands.decisions import Open
from tests.asking import CONTENT, ask, decided, read
from tests.commands.test_incidents import LEEDS, SAYS

PLANNED = {
    **LEEDS,
    "id": "hull-masts",
    "planned": True,
    "areas": ["HU"],
    "says": "masts are being renewed.",
    "started_at": "2026-11-25T22:00:00Z",
    "next_at": "2026-11-26T02:00:00Z",
}
ENDED = {
    **LEEDS,
    "id": "bath-calls",
    "areas": ["Bath"],
    "ended_at": "2026-11-24T13:00:00Z",
    "fixed": "calls in Bath have been working again since 13:00.",
}
EVERY = [*CONTENT, LEEDS, PLANNED, ENDED]


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        (
            "#network LS6",
            f"Hi @linked_customer, known trouble at LS6: {SAYS} Next news by 16:30. 999 can use any UK network in"
            " range.",
        ),
        (
            "#network Hull",
            "Hi @linked_customer, planned work at Hull, 22:00 tomorrow to 02:00 on Thu 26 Nov: masts are being renewed."
            " 999 can use any UK network in range. Can't be without it then? Reply #human.",
        ),
        (
            "#network NE6",
            "Hi @linked_customer, I know of no trouble at NE6 (as of 14:03). Try aeroplane mode on for ten seconds,"
            " then off, then restart the phone. No better? Reply #human and say since when, and indoors or out.",
        ),
        (
            "#network bath",
            "Hi @linked_customer, calls in Bath have been working again since 13:00. If it still isn't right for you,"
            " restart your phone once. No better? Reply #human and say where you are and since when.",
        ),
    ],
)
def test_a_place_has_an_answer(says: str, reads: str) -> None:
    assert read(says, content=EVERY).startswith(reads)


@pytest.mark.parametrize(
    "says",
    [
        "#network",
        "network?",
        "#network ZZ9",
        "#network Newport",
        "#network Leeds or Hull",
        "#network Nowhere",
        "#network 🏠",
    ],
)
def test_no_place_or_two_are_asked_about(says: str) -> None:
    assert ask(says, content=EVERY).key == "network.where"


@pytest.mark.parametrize("says", ["LS6", "ls6 2ab please", "Leeds", "I'm in Leeds"])
def test_a_place_alone_is_the_answer_to_which_place_it_is(says: str) -> None:
    decision = decided(says, content=EVERY)

    assert decision.say
    assert (decision.say.key, decision.case) == ("network.known", None)


@pytest.mark.parametrize("says", ["#network Newport NP20", "#network NP20 4AB", "#network York"])
def test_a_postcode_says_which(says: str) -> None:
    assert ask(says, content=EVERY).key == "network.clear"


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"started_at": "2026-11-26T14:16:00Z", "next_at": "2026-11-26T18:00:00Z"}, "network.clear"),
        ({"started_at": "2026-11-26T14:15:00Z", "next_at": "2026-11-26T18:00:00Z"}, "network.planned"),
        ({"started_at": "2026-11-24T13:00:00Z"}, "network.planned"),
        ({"started_at": "2026-11-24T13:00:00Z", "next_at": "2026-11-24T14:15:00Z"}, "network.clear"),
        ({"started_at": "2026-11-24T13:00:00Z", "ended_at": "2026-11-24T14:15:00Z"}, "network.clear"),
    ],
)
def test_planned_work_is_told_two_days_before_and_until_it_is_over(changed: dict[str, Any], key: str) -> None:
    assert ask("#network Hull", content=[*CONTENT, {**PLANNED, **changed}]).key == key


def test_trouble_comes_before_planned_work() -> None:
    assert ask("#network LS6", content=[*CONTENT, {**PLANNED, "areas": ["LS"]}, LEEDS]).key == "network.known"


@pytest.mark.parametrize("as_of", [None, "2026-11-23T14:14:00Z", "2026-11-24T14:30:00Z", "today"])
def test_where_the_list_is_not_known_to_be_whole_a_person_looks(as_of: str | None) -> None:
    rest = [item for item in CONTENT if item["kind"] != "notices"]
    kept = [{"kind": "notices", "id": "checked", "as_of": as_of}] if as_of else []

    decision = decided("#network NE6", content=[*rest, *kept])

    assert decision.say
    assert decision.say.key == "person.looks"
    assert isinstance(decision.case, Open)


def test_where_the_next_news_is_overdue_a_person_looks() -> None:
    assert ask("#network LS6", content=[*CONTENT, {**LEEDS, "next_at": "2026-11-24T14:00:00Z"}]).key == "person.looks"


@pytest.mark.parametrize("says", ["#network", "#status"])
def test_who_was_told_of_one_hears_how_it_stands(says: str) -> None:
    assert ask(says, content=EVERY, told_of="leeds-calls").key == "notice.fault"
    assert ask(says, content=EVERY, told_of="bath-calls").key == "incident.over"


def test_who_knows_that_it_has_ended_and_writes_again_gets_a_person() -> None:
    first = decided("no signal in Bath", content=EVERY)
    again = decided("still no signal in Bath", content=EVERY, told_over=first.customer.told_over)

    assert (first.say and first.say.key, again.say and again.say.key) == ("incident.over", "ack.fault")


def test_one_that_has_ended_is_not_told_to_who_may_be_elsewhere_or_needs_a_person() -> None:
    keys = [decided(says, content=[*CONTENT, ENDED]).say for says in ("no signal", "no signal in Bath, nan is 90")]

    assert [say and say.key for say in keys] == ["ack.fault", "ack.fault"]
