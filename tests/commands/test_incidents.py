"""Who writes of a known incident reads what is known, at once; a person comes to who needs one."""

from typing import Any

import pytest

from functions.commands.decisions import Decision, Open
from functions.shared.brand.catalogue import Catalogue
from tests.asking import CONTENT, decided
from tests.brands import FACTS

SAYS = "calls and texts are failing in parts of Leeds; engineers are on site."
LEEDS = {
    "kind": "notice",
    "id": "leeds-calls",
    "tags": ["data", "text", "minutes"],
    "words": ["calls", "signal"],
    "areas": ["Leeds", "LS"],
    "says": SAYS,
    "started_at": "2026-11-24T12:00:00Z",
    "next_at": "2026-11-24T16:30:00Z",
}
HULL = {**LEEDS, "id": "hull-data", "words": ["data", "internet"], "areas": ["HU"], "says": "data is slow in Hull."}


def of(text: str, *notices: dict[str, Any], **known: Any) -> Decision:
    return decided(text, content=[*CONTENT, *(notices or [LEEDS])], **known)


def key(text: str, *notices: dict[str, Any], **known: Any) -> str | None:
    say = of(text, *notices, **known).say
    return say.key if say else None


def test_who_writes_of_it_is_told_at_once_and_no_case_is_opened() -> None:
    decision = of("calls failing in Leeds")

    assert decision.case is None
    assert decision.say
    assert decision.say.text.startswith(
        f"Hi @linked_customer, sorry, we know about this: {SAYS} Next news by 16:30."
        " 999 can use any UK network in range."
    )
    assert decision.customer.told_of == "leeds-calls"


@pytest.mark.parametrize(
    "text",
    [
        "no signal in LS6",
        "No signal at all since this morning",  # they may well be there, and the words say where it is
        "is the network down at ls6 2ab?",
        "my internet has been dead all morning in leeds",  # there, and it may be the same
        "#outage leeds",
        "any problems in Leeds today?",
        "no service",  # as good as no signal
        "when will the signal be back in Leeds?",
        "is the mast in LS6 fixed yet",
        "pls tell me when it works again in Leeds",
        "can't make calls in LEEDS!!!",
    ],
)
def test_its_words_or_its_place_are_enough_where_something_does_not_work(text: str) -> None:
    assert key(text) == "notice.fault"


@pytest.mark.parametrize(
    "text",
    [
        "no signal in Bristol",
        "no signal in LA1 1AA",
        "internet is dead",
        "who calls me from Leeds",
        "I moved to Leeds",
        "why have I been charged for calls in Leeds",
        "I want to make a complaint about the signal in Leeds",
        "my phone's screen is cracked, I'm in Leeds",
    ],
)
def test_what_is_elsewhere_or_about_something_else_goes_its_way(text: str) -> None:
    assert key(text) != "notice.fault"


@pytest.mark.parametrize(
    "text",
    [
        "no signal in Leeds, can I speak to someone",
        "no signal in leeds and my nan is 90",
        "mum is 84, lives alone and her calls keep failing in Leeds",
        "I'm pregnant and there's no signal in LS6",
        "calls failing at LS6, I'm a carer and rely on my phone",
        "no signal in leeds, my son is diabetic",
    ],
)
def test_who_asks_for_a_person_or_depends_on_the_phone_gets_a_person_too(text: str) -> None:
    decision = of(text)

    assert decision.say
    assert decision.say.text == (
        f"Hi @linked_customer, sorry, we know: {SAYS} Because of what you wrote, a person will also reply here in about"
        " 15 minutes. 999 can use any UK network in range. Your case is 7KD-2MX."
    )
    assert isinstance(decision.case, Open)
    assert (decision.case.team, decision.case.kind) == ("devices", "fault")


@pytest.mark.parametrize(
    "text",
    [
        "no signal in leeds and I can't get through to 999",
        "my mum's care alarm has no signal in Leeds",
        "#urgent leeds",
    ],
)
def test_what_is_urgent_stays_urgent(text: str) -> None:
    decision = of(text)

    assert isinstance(decision.case, Open)
    assert decision.case.team == "urgent"


def test_after_a_stop_it_is_a_case_without_a_word() -> None:
    decision = of("no signal in Leeds", by="stopped_customer")

    assert decision.say is None
    assert isinstance(decision.case, Open)


def test_who_was_told_and_writes_again_of_no_place_gets_a_person() -> None:
    assert key("still no signal", told_of="leeds-calls") == "ack.fault"
    assert key("still no signal in Leeds", told_of="leeds-calls") == "notice.fault"


@pytest.mark.parametrize(
    "changed",
    [
        {"next_at": "2026-11-24T14:00:00Z"},  # its news is overdue: what it says of them is not true
        {"ended_at": "2026-11-24T14:00:00Z"},
        {"started_at": "2026-11-24T15:00:00Z"},
        {"says": "x" * 101},
        {"areas": [7]},
    ],
)
def test_one_that_is_not_on_or_not_true_or_makes_no_sense_is_not_told(changed: dict[str, Any]) -> None:
    assert key("no signal in Leeds", {**LEEDS, **changed}) == "ack.fault"


def test_of_two_the_one_is_told_that_more_is_said_of() -> None:
    assert of("no internet in HU5", LEEDS, HULL).rule == "notice hull-data"
    assert of("no signal in LS6", HULL, LEEDS).rule == "notice leeds-calls"


@pytest.mark.parametrize(
    "text", ["how long until it's fixed", "any news?", "tell me when it's fixed", "when will my signal be back"]
)
def test_who_was_told_and_asks_how_it_stands_is_told_again(text: str) -> None:
    assert key(text, told_of="leeds-calls") == "notice.fault"


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("no signal in Leeds and you charged me twice", "billing"),
        ("no signal in Leeds, I'm going to cancel my contract", "sales"),
    ],
)
def test_other_trouble_beside_it_reaches_a_person(text: str, team: str) -> None:
    decision = of(text)

    assert decision.say
    assert decision.say.key == "notice.fault"
    assert "I've also passed what you wrote to our" in decision.say.text
    assert isinstance(decision.case, Open)
    assert decision.case.team == team


def test_where_two_are_as_likely_a_person_asks() -> None:
    assert key("no signal", LEEDS, {**HULL, "words": ["signal"]}) == "ack.fault"


def test_one_that_is_everywhere_is_told_to_its_words_alone() -> None:
    everywhere = {**LEEDS, "areas": []}

    assert key("no signal in Bristol", everywhere) == "notice.fault"
    assert key("no internet in Bristol", everywhere) == "ack.fault"


def test_emergency_calls_are_named_only_where_calls_or_signal_are_touched() -> None:
    decision = of("no internet in Hull", {**HULL, "tags": ["data"]})

    assert decision.say
    assert "999" not in decision.say.text


def test_one_that_an_older_brand_wrote_without_areas_is_read() -> None:
    old = {name: value for name, value in LEEDS.items() if name != "areas"}

    assert Catalogue.of([FACTS, old]).notices()[0].areas == ()
