"""How many DMs of one customer the bot answers, and what is done about the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.commands import flood
from functions.shared.conversation import conversations
from functions.shared.conversation.customers import Customer
from local.proof.invariants import broken
from tests.phones import Phone
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import World

SECOND = timedelta(seconds=1)
FLOOD = (
    "that's a lot of messages at once, so I'll stop replying for now. Our care team will read them all and reply here"
)


def says(world: World, texts: Iterable[str], every: timedelta = SECOND, x_id: str = LINKED_A) -> None:
    for text in texts:
        world.write(x_id, text)
        world.work()
        world.now += every


def read(world: World, x_id: str = LINKED_A) -> list[str]:
    """Let X's limit pass, and return all that the customer has read."""
    world.pass_time(timedelta(hours=2))
    return [dm.text for dm in world.x.delivered if dm.customer == x_id]


def customer(world: World, x_id: str = LINKED_A) -> Customer:
    return conversations.load(world.store, x_id).customer


# ---- said a moment ago ----


@pytest.mark.parametrize("again", ["#data", " #DATA ", "＃data"])
def test_the_same_within_a_minute_is_answered_once(again: str) -> None:
    world = World()

    says(world, ["#data", again])

    assert len(read(world)) == 1


def test_the_same_a_minute_later_is_answered_again() -> None:
    world = World()

    says(world, ["#data", "#data", "#data"], every=timedelta(seconds=31))

    assert len(read(world)) == 2


def test_another_customer_may_say_the_same() -> None:
    world = World()

    says(world, ["#data"], x_id=LINKED_A)
    says(world, ["#data"], x_id=LINKED_B)

    assert len(read(world, LINKED_A)) == len(read(world, LINKED_B)) == 1


def test_a_second_yes_answers_the_second_question() -> None:
    world = World()

    says(world, ["#delet", "yes", "yes"])

    assert len(read(world)) == 3


def test_a_code_is_a_try_each_time() -> None:
    phone = Phone(World())
    phone.says("#link 07700 900123")

    says(phone.world, ["000000", "000000"], x_id=phone.x_id)

    assert (code := phone.customer.code) is not None
    assert code.tries_left == 1


def test_of_what_was_said_only_a_digest_is_kept() -> None:
    world = World()

    says(world, ["#data"])

    (noted,) = customer(world).noted
    assert noted.digest is not None
    assert len(noted.digest) == 32
    assert "data" not in noted.digest


# ---- a flood ----


def test_a_flood_is_one_case_told_once_and_then_silence() -> None:
    world = World()

    says(world, (f"#data {number}" for number in range(60)))

    heard = read(world)
    assert len(heard) == flood.A_MINUTE + 1
    assert [FLOOD in text for text in heard].count(True) == 1
    cases = [row for row in world.dynamo.plain("service") if row["sk"] == "case"]
    assert [(case["team"], case["kind"]) for case in cases] == [("general", "flood")]
    assert broken(world.trace) == []


def test_the_silence_ends_when_a_person_has_answered() -> None:
    world = World()
    says(world, (f"#data {number}" for number in range(20)))
    world.now += timedelta(minutes=20)
    says(world, ["#data"])
    before = len(read(world))

    case = world.next_case("taken")
    assert case
    world.reply_to(case, "answer", "What can I do for you?")
    says(world, ["#data"])

    after = read(world)[before:]
    assert len(after) == 2
    assert "12.4 GB of your 30 GB" in after[1]


def test_a_flood_in_an_open_case_joins_it_in_silence() -> None:
    world = World()

    says(world, ["my bill is wrong and I am furious", *(f"#data {number}" for number in range(30))])

    heard = read(world)
    assert len(heard) == flood.A_MINUTE
    assert not any(FLOOD in text for text in heard)


def test_two_hundred_in_a_day_are_enough() -> None:
    phone = Phone(World())
    before = conversations.load(phone.world.store, phone.x_id)
    talkative = replace(before.customer, in_day=flood.EACH_DAY, day_began=phone.world.now)
    after = replace(before, customer=talkative)
    conversations.save(phone.world.store, before, after, by="test", did="wrote all day", now=phone.world.now)

    assert FLOOD in phone.asks("#help")


def test_the_next_day_counts_anew() -> None:
    phone = Phone(World())
    phone.says("#help")
    phone.world.now += timedelta(days=1)

    phone.says("#offers")

    assert phone.customer.in_day == 1


def test_what_waited_in_a_queue_and_comes_at_once_is_no_flood() -> None:
    world = World()
    for number in range(20):
        world.write(LINKED_A, f"#data {number}")
        world.now += timedelta(seconds=20)

    world.work()

    assert customer(world).flooded_at is None


# ---- what always counts ----


def test_stop_counts_in_a_flood_and_is_confirmed() -> None:
    world = World()
    says(world, (f"#data {number}" for number in range(20)))

    says(world, ["#stop"])

    assert customer(world).stopped
    assert "no more automatic replies" in read(world)[-1]


def test_switching_off_and_on_counts_each_time_and_is_confirmed_each_time() -> None:
    world = World()

    says(world, ["#stop", "#start", "#stop"])

    assert customer(world).stopped
    assert [text.split()[0] for text in read(world)] == ["Done,", "Welcome", "Done,"]
    assert broken(world.trace) == []


def test_switching_that_changes_nothing_is_confirmed_once() -> None:
    world = World()

    says(world, ["#stop", "#stop", "#start", "#start"])

    assert not customer(world).stopped
    assert len(read(world)) == 2


def test_switching_off_and_on_without_end_still_counts_but_is_a_flood() -> None:
    world = World()

    says(world, ["#stop", "#start"] * 10)

    assert not customer(world).stopped
    assert len(read(world)) == 3, "two at once, and one when the window is over"
    assert broken(world.trace) == []


def test_a_stolen_phone_is_heard_in_a_flood() -> None:
    world = World()
    says(world, (f"#data {number}" for number in range(20)))

    says(world, ["my phone was stolen last night, please block it"])

    (case,) = [row for row in world.dynamo.plain("service") if row["sk"] == "case"]
    assert case["team"] == "urgent"
    assert customer(world).locked_by == case["id"]


def test_a_code_is_not_guessed_faster_than_the_limit() -> None:
    phone = Phone(World())
    phone.says("#link 07700 900123")

    says(phone.world, (f"{number:06}" for number in range(30)), x_id=phone.x_id)

    assert phone.customer.flooded_at is not None
    assert phone.customer.case
