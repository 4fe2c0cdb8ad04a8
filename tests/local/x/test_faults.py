"""Each way in which the simulator misbehaves, against what our messenger makes of it and what customers see."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.aws import clock
from functions.shared.x import transport
from functions.shared.x.dms import Blocked, LookUpsUsedUp, NotSent, Outcome, Refused, Sent, Unknown
from local.x.faults import EXPLAINED, KINDS, STRIKES, Chance, Fault, Faults
from tests.simulated_x import LINKED, NEW, Hook, SimulatedX, hook, simulated, wait_for

__all__ = ["hook", "simulated"]  # fixtures


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)


def switch(simulated: SimulatedX, *faults: Fault, on: bool = True) -> Any:
    return simulated.ok(simulated.http.put("/sim/faults", json={"switches": dict.fromkeys(faults, on)}))


def follow(simulated: SimulatedX, **script: list[Fault | None]) -> None:
    simulated.ok(simulated.http.post("/sim/faults/script", json=script))


def texts(hook: Hook) -> list[str]:
    return [event["message_create"]["message_data"]["text"] for event in hook.events()]


def answers(simulated: SimulatedX) -> list[str]:
    return [dm["text"] for dm in simulated.chat(LINKED.id) if dm["from"] == "brand"]


SENDS: dict[Fault, tuple[type[Outcome], str, bool]] = {
    Fault.HANG: (Unknown, "X did not answer in time", True),
    Fault.CUT: (Unknown, "the connection broke before X had answered", True),
    Fault.EMPTY: (Unknown, "X accepted it without naming it", True),
    Fault.HTML: (Unknown, "X accepted it without naming it", True),
    Fault.LIST: (Unknown, "X accepted it without naming it", True),
    Fault.NO_ID: (Unknown, "X accepted it without naming it", True),
    Fault.LATE: (Unknown, "X did not answer in time", False),
    Fault.LIMIT: (NotSent, "X's limit is used up", False),
    Fault.LIMIT_UNTOLD: (NotSent, "X's limit is used up", False),
    Fault.DOWN: (Unknown, "X answered 503", False),
    Fault.UNAUTHORISED: (Blocked, "X does not accept our tokens", False),
    Fault.NO_CREDITS: (Blocked, "X's credits are used up", False),
    Fault.CLOSED: (Refused, "this customer does not take our messages", False),
    Fault.RESTRICTED: (Blocked, "X does not permit our account to send", False),
    Fault.NOBODY: (Refused, "X knows no such account", False),
}
"""What our messenger makes of it, and whether the customer can read the DM."""


@pytest.mark.parametrize("fault", STRIKES["send"])
def test_the_messenger_knows_each_answer_for_what_it_is(simulated: SimulatedX, fault: Fault) -> None:
    kind, reason, delivered = SENDS[fault]
    switch(simulated, fault)

    outcome = simulated.messenger().send(LINKED.id, "the answer")

    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Sent)
    assert outcome.reason == reason
    assert answers(simulated) == (["the answer"] if delivered else [])


def test_a_limit_tells_when_it_ends_unless_it_does_not(simulated: SimulatedX) -> None:
    follow(simulated, send=[Fault.LIMIT, Fault.LIMIT_UNTOLD])

    told, untold = (simulated.messenger().send(LINKED.id, "the answer") for _ in range(2))

    assert isinstance(told, NotSent)
    assert told.retry_at
    assert told.retry_at > clock.now() + timedelta(minutes=14)
    assert isinstance(untold, NotSent)
    assert untold.retry_at is None


def test_what_is_sent_late_appears_after_ninety_seconds(simulated: SimulatedX) -> None:
    switch(simulated, Fault.LATE)
    simulated.messenger().send(LINKED.id, "the answer")

    before = answers(simulated)
    simulated.set(ahead_seconds=91)

    assert before == []
    wait_for(lambda: answers(simulated) == ["the answer"])


@pytest.mark.parametrize("fault", STRIKES["look_up"])
def test_a_look_up_that_is_refused_proves_nothing(simulated: SimulatedX, fault: Fault) -> None:
    messenger = simulated.messenger()
    messenger.send(LINKED.id, "the answer")
    follow(simulated, look_up=[fault])

    refused, found = messenger.look_up(LINKED.id), messenger.look_up(LINKED.id)

    assert refused in (None, LookUpsUsedUp())
    assert isinstance(found, list)
    assert [dm.text for dm in found] == ["the answer"]


def test_every_event_comes_twice(simulated: SimulatedX, hook: Hook) -> None:
    switch(simulated, Fault.TWICE)

    simulated.types(LINKED.id, "#data")

    wait_for(lambda: len(hook.events()) == 2)
    first, second = hook.events()
    assert first == second
    assert all(hook.signed)


def test_the_second_question_overtakes_the_first(simulated: SimulatedX, hook: Hook) -> None:
    switch(simulated, Fault.OVERTAKEN)

    for user, text in ((LINKED.id, "first"), (LINKED.id, "second"), (NEW.id, "alone")):
        assert simulated.types(user, text)["status"] == 200

    wait_for(lambda: len(hook.events()) == 3)
    assert texts(hook) == ["second", "first", "alone"]


def test_a_late_event_comes_all_the_same(simulated: SimulatedX, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.x.webhooks.DELAY", 0.2)
    switch(simulated, Fault.DELAYED, Fault.TWICE)

    answered = simulated.types(LINKED.id, "#data")

    assert answered["status"] == 200
    wait_for(lambda: texts(hook) == ["#data", "#data"])


def test_a_lost_message_is_sent_as_far_as_the_customer_knows(simulated: SimulatedX, hook: Hook) -> None:
    follow(simulated, event=[Fault.LOST])

    simulated.types(LINKED.id, "lost")
    simulated.types(LINKED.id, "found")

    assert texts(hook) == ["found"]
    assert [dm["state"] for dm in simulated.chat(LINKED.id)] == ["delivered", "delivered"]


def test_a_lost_receipt_leaves_the_messages_of_customers_alone(simulated: SimulatedX, hook: Hook) -> None:
    switch(simulated, Fault.NO_RECEIPT)

    simulated.messenger().send(LINKED.id, "the answer")
    simulated.types(LINKED.id, "#data")

    assert answers(simulated) == ["the answer"]
    assert texts(hook) == ["#data"]


def test_everything_is_right_again(simulated: SimulatedX) -> None:
    switch(simulated, *Fault)
    simulated.ok(simulated.http.put("/sim/faults", json={"random": {"seed": 1, "share": 1}}))
    follow(simulated, send=[Fault.DOWN])

    shown = simulated.ok(simulated.http.delete("/sim/faults"))

    assert not any(one["on"] for one in shown["switches"])
    assert (shown["random"], shown["script"]) == (None, 0)
    assert isinstance(simulated.messenger().send(LINKED.id, "the answer"), Sent)


def test_a_fault_that_does_not_exist_is_refused_in_a_sentence(simulated: SimulatedX) -> None:
    answer = simulated.http.put("/sim/faults", json={"switches": {"explode": True}})

    assert answer.status_code == 400
    assert "deliver twice" in answer.json()["error"]


def test_every_fault_can_strike_somewhere_and_is_explained() -> None:
    assert {fault for kind in KINDS for fault in STRIKES[kind]} == set(Fault) == set(EXPLAINED)
    assert set(STRIKES["send"]) == set(SENDS)


def test_several_switches_take_turns_at_a_call_and_add_up_at_an_event() -> None:
    faults = Faults({Fault.TWICE, Fault.DELAYED, Fault.HANG, Fault.DOWN})

    assert [faults.next("send") for _ in range(3)] == [(Fault.HANG,), (Fault.DOWN,), (Fault.HANG,)]
    assert faults.next("event") == (Fault.TWICE, Fault.DELAYED)
    assert faults.next("look_up") == (Fault.DOWN,)


def test_a_seed_brings_the_same_faults_again_whatever_else_happens() -> None:
    def drawn(*, looks: int) -> list[tuple[Fault, ...]]:
        faults = Faults(chance=Chance(7, 0.5))
        for _ in range(looks):
            faults.next("look_up")
        return [faults.next("send") for _ in range(20)]

    assert drawn(looks=0) == drawn(looks=9)
    assert 0 < sum(map(bool, drawn(looks=0))) < 20


def test_a_script_goes_before_the_switches() -> None:
    faults = Faults({Fault.DOWN})
    faults.follow({"send": [Fault.CUT, None]})

    assert [faults.next("send") for _ in range(3)] == [(Fault.CUT,), (), (Fault.DOWN,)]
