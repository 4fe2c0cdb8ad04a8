"""What the clock does with replies that wait or may have left, in conversations that are larger than usual."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.escalate.tick import tick as tick_escalate
from functions.shared.aws.rows import customer_pk
from functions.shared.aws.store import Put
from functions.shared.conversation import conversations, replies
from functions.shared.conversation.cases import Case, claimed
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.conversation.replies import Outgoing
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import START, World

LATER = START + timedelta(minutes=6)


def waiting(customer: str, number: int, text: str = "") -> Outgoing:
    cause = str(2_100_000_000_000_000_000 + number)
    return Outgoing(f"{cause}#reply", customer, cause, text or f"answer {number}", "answer.data", "answer", START)


def maybe_sent(reply: Outgoing) -> Outgoing:
    return replies.unknown(replies.sending(reply, START), START)


def have(world: World, customer: str, *outgoing: Outgoing, stopped: bool = False) -> None:
    """Let a customer have replies in the state that they are in, as many as one transaction takes at a time."""
    for start in range(0, len(outgoing), 90):
        before = load(world.store, customer)
        after = before.having(*outgoing[start : start + 90])
        conversations.save(world.store, before, after, by="test", did="had", now=START)
    if stopped:
        before = load(world.store, customer)
        after = replace(before, customer=replace(before.customer, stopped_by="2109999999999999999"))
        conversations.save(world.store, before, after, by="test", did="stopped", now=START)


def states(world: World, customer: str) -> list[str]:
    rows = world.store.query(customer_pk(customer), "reply#")
    return [row["state"] for row in rows]


def delivered(world: World, customer: str) -> int:
    return sum(dm.customer == customer for dm in world.x.delivered)


def ticking(world: World, times: int) -> None:
    for _ in range(times):
        world.now += timedelta(seconds=5)
        world.tick()


def test_one_dm_that_is_found_settles_one_of_two_replies_that_say_the_same() -> None:
    world = World(echoes=False)
    have(world, LINKED_A, *(maybe_sent(waiting(LINKED_A, number, "You have 12 GB left.")) for number in (1, 2)))
    world.x._deliver(LINKED_A, "You have 12 GB left.")
    world.now = LATER

    world.sender.look_up(LINKED_A)

    assert sorted(states(world, LINKED_A)) == ["PENDING", "SENT"]


def test_what_one_customer_said_in_hundreds_is_settled_piece_by_piece() -> None:
    world = World(echoes=False)
    overtaken = (replace(maybe_sent(waiting(LINKED_A, number)), may_resend=False) for number in range(150))
    have(world, LINKED_A, *overtaken)
    world.now = LATER

    ticking(world, 5)

    assert set(states(world, LINKED_A)) == {"UNCONFIRMED"}


def test_hundreds_of_replies_that_a_stop_has_overtaken_are_given_up_piece_by_piece() -> None:
    world = World(echoes=False)
    have(world, LINKED_A, *(waiting(LINKED_A, number) for number in range(150)), stopped=True)
    world.now = LATER

    ticking(world, 5)

    assert set(states(world, LINKED_A)) == {"SUPPRESSED"}
    assert delivered(world, LINKED_A) == 0


def test_whoever_waits_behind_hundreds_of_somebody_elses_has_their_turn() -> None:
    world = World(echoes=False)
    have(world, LINKED_A, *(waiting(LINKED_A, number) for number in range(150)))
    have(world, LINKED_B, replace(waiting(LINKED_B, 999), created_at=START + timedelta(seconds=1)))
    world.now = LATER

    ticking(world, 1)

    assert delivered(world, LINKED_B) == 1


def test_a_customer_whose_rows_make_no_sense_holds_nobody_up() -> None:
    world = World(echoes=False)
    for customer in (LINKED_A, LINKED_B):
        have(world, customer, waiting(customer, int(customer[-1])))
    profile = world.store.get(customer_pk(LINKED_A), "profile")
    assert profile
    world.store.commit([Put(profile | {"outbox": "not a list"})])
    world.now = LATER

    ticking(world, 1)

    assert delivered(world, LINKED_B) == 1


def test_a_case_whose_row_makes_no_sense_holds_no_other_up() -> None:
    world = World(echoes=False)
    cases = {x_id: Case(f"C{x_id}", x_id, "billing", "bill", START, START) for x_id in (LINKED_A, LINKED_B)}
    for x_id, case in cases.items():
        before = load(world.store, x_id)
        taken = claimed(case, "agent-1", START)
        conversations.save(world.store, before, before.with_case(taken), by="test", did="taken", now=START)
    row = world.store.get(f"case#C{LINKED_A}", "case")
    assert row
    world.store.commit([Put(row | {"fence": "not a number"})])
    world.now = START + timedelta(hours=1)

    tick_escalate(world.sender)

    other = conversations.case_of(world.store, f"C{LINKED_B}")
    assert other
    assert other.state == "NEW"


@pytest.mark.proof
def test_a_conversation_is_unharmed_by_what_is_left_for_the_next_time() -> None:
    world = World(echoes=False)
    have(world, LINKED_A, *(waiting(LINKED_A, number) for number in range(500)), stopped=True)
    world.now = LATER

    ticking(world, 1)

    conversation: Conversation = load(world.store, LINKED_A)
    assert 0 < len(conversation.replies) < 500
