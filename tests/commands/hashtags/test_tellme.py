"""#tellme: be told once, when a known incident has ended."""

from typing import Any

import pytest

from functions.commands.decisions import Decision, Join, Open
from functions.shared.conversation.cases import Case
from tests.asking import CONTENT, NOW, decided
from tests.commands.hashtags.test_network import ENDED
from tests.commands.test_incidents import HULL, LEEDS

CASE = Case("8GHJKM", "2", "billing", "bill", opened_at=NOW, due_at=NOW)


def of(says: str, *notices: dict[str, Any], **known: Any) -> Decision:
    return decided(says, content=[*CONTENT, *(notices or [LEEDS, HULL, ENDED])], **known)


@pytest.mark.parametrize(
    ("says", "known", "waits_for"),
    [
        ("#tellme", {"told_of": "leeds-calls"}, "leeds-calls"),
        ("#tellme please", {"told_of": "leeds-calls"}, "leeds-calls"),
        ("#tellme Hull", {}, "hull-data"),
        ("#tellme Hull", {"told_of": "leeds-calls"}, "hull-data"),
        ("#tellme when it works again in LS6, still no signal", {}, "leeds-calls"),
        (
            "#tellme when the network is back please, I have no signal at all here",
            {"told_of": "leeds-calls"},
            "leeds-calls",
        ),
    ],
)
def test_the_answer_is_its_end_so_that_nothing_is_said_now(says: str, known: dict[str, Any], waits_for: str) -> None:
    decision = of(says, **known)

    assert (decision.disposition, decision.say, decision.case) == ("ignored", None, None)
    assert decision.customer.waits_for == (waits_for,)


def test_one_that_is_everywhere_touches_whoever_asks() -> None:
    assert of("#tellme", {**LEEDS, "areas": []}).customer.waits_for == ("leeds-calls",)


def test_where_none_touches_them_they_are_asked_what_is_wrong() -> None:
    decision = of("#tellme")

    assert decision.say
    assert decision.say.key == "tellme.none"
    assert decision.customer.waits_for == ()


def test_one_that_has_ended_is_told_at_once() -> None:
    decision = of("#tellme", told_of="bath-calls")

    assert decision.say
    assert decision.say.key == "incident.over"


def test_another_hashtag_beside_it_is_answered() -> None:
    decision = of("#data #tellme", told_of="leeds-calls")

    assert decision.say
    assert decision.say.tags == ("data",)
    assert decision.customer.waits_for == ("leeds-calls",)


@pytest.mark.parametrize(
    "says",
    [
        "#tellme and my bill is wrong",
        "#tellme, no signal, nan is 90 and lives alone",
        "#tellme I want to speak to someone",
    ],
)
def test_what_is_something_else_beside_it_reaches_a_person(says: str) -> None:
    assert isinstance(of(says, told_of="leeds-calls").case, Open)


def test_while_a_person_has_their_case_it_is_still_noted() -> None:
    decision = of("#tellme", told_of="leeds-calls", case=CASE)

    assert decision.say is None
    assert not isinstance(decision.case, Join)
    assert decision.customer.waits_for == ("leeds-calls",)


def test_after_a_stop_nobody_is_put_on_the_list() -> None:
    assert of("#tellme Leeds", by="stopped_customer").customer.waits_for == ()


@pytest.mark.parametrize(
    ("says", "key"),
    [
        ("#data no signal in Leeds", "allowance.left"),
        ("#network LS6 no signal since this morning", "network.known"),
    ],
)
def test_the_known_trouble_beside_a_hashtag_that_tells_of_it_opens_no_case(says: str, key: str) -> None:
    decision = of(says)

    assert decision.say
    assert (decision.say.key, decision.case) == (key, None)


def test_trouble_elsewhere_beside_a_hashtag_is_for_people() -> None:
    assert isinstance(of("#data no signal in Bristol").case, Open)


def test_who_asks_for_a_person_about_it_reads_what_is_known_too() -> None:
    decision = of("#human no signal in Leeds")

    assert decision.say
    assert decision.say.key == "notice.fault.person"
