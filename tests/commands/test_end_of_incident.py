"""Who asked is told once that a known incident has ended: who asked first first, behind everything else."""

from datetime import timedelta

import pytest

from functions.commands.end_of_incident import TOLD_FOR
from functions.shared.aws.rows import customer_pk
from functions.shared.conversation import conversations
from functions.shared.delivery import budget
from local.proof.invariants import broken
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import World
from tests.proof.worlds import strangers

READS = (
    "Hi @customer_2, you asked me to tell you: calls in Leeds work again. We're sorry for the trouble. If it still"
    " isn't right, restart your phone once; then reply here and a person will look."
)


@pytest.fixture
def world() -> World:
    world = World()
    world.notice("leeds")
    return world


def asks(world: World, *customers: str) -> None:
    for x_id in customers:
        world.write(x_id, "#tellme in Leeds")
        world.work()
        world.now += timedelta(seconds=1)


def told(world: World) -> list[str]:
    return [dm.customer for dm in world.x.delivered if "you asked me to tell you" in dm.text]


def test_who_asked_reads_it_once_and_nothing_before(world: World) -> None:
    asks(world, LINKED_A)
    before = list(world.x.delivered)

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=3))

    assert before == []
    assert [dm.text for dm in world.x.delivered] == [READS]


def test_who_asks_twice_is_told_once(world: World) -> None:
    asks(world, LINKED_A)
    world.now += timedelta(minutes=10)
    asks(world, LINKED_A)

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=1))

    assert told(world) == [LINKED_A]


def test_who_asked_first_is_told_first(world: World) -> None:
    asks(world, LINKED_B, *strangers(3), LINKED_A)

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=1))

    assert told(world) == [LINKED_B, *strangers(3), LINKED_A]


def test_of_a_hundred_as_many_are_told_as_two_hours_have_room_for_and_nobody_later(world: World) -> None:
    many = strangers(100)
    asks(world, *many)
    at_the_end = world.now

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=4))

    in_a_window = 15 - budget.Budget().floor("news")
    assert told(world) == many[: len(told(world))]
    assert 8 * in_a_window <= len(told(world)) <= 9 * in_a_window
    assert max(dm.at for dm in world.x.delivered) < at_the_end + TOLD_FOR
    assert not [row for row in world.dynamo.plain("service") if row["sk"].startswith("tellme#")]
    assert all(conversations.load(world.store, x_id).customer.waits_for == () for x_id in many)
    assert broken(world.trace)[0].startswith("TOLD_OF_END")  # the checker sees who was not reached


def test_a_question_meanwhile_is_answered_at_once(world: World) -> None:
    asks(world, *strangers(30))
    world.notice_ends("leeds")
    world.work()

    world.write(LINKED_A, "#data")
    world.hear()

    assert world.x.delivered[-1].customer == LINKED_A


def test_who_has_stopped_is_not_told(world: World) -> None:
    asks(world, LINKED_A, LINKED_B)
    world.write(LINKED_A, "#stop")
    world.work()

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=3))

    assert told(world) == [LINKED_B]


def test_who_is_erased_is_not_told_and_nothing_of_it_is_left(world: World) -> None:
    asks(world, LINKED_A)
    for says in ("#delete", "#delete yes"):
        world.write(LINKED_A, says)
        world.work()
    world.pass_time(timedelta(minutes=5))

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=1))

    assert told(world) == []
    assert not [row for row in world.dynamo.plain("service") if row["pk"] == customer_pk(LINKED_A)]


def test_of_two_incidents_each_is_told_when_it_ends(world: World) -> None:
    world.notice("hull", areas=["Hull"], says="data is slow in Hull.")
    asks(world, LINKED_A)
    world.write(LINKED_A, "#tellme Hull")
    world.work()

    world.notice("hull", ended_at=f"{world.now:%Y-%m-%dT%H:%M:%SZ}", fixed="data in Hull is back.")
    world.pass_time(timedelta(minutes=30))
    first = [dm.text for dm in world.x.delivered]
    world.notice_ends("leeds")
    world.pass_time(timedelta(minutes=30))

    assert len(first) == 1
    assert "data in Hull is back." in first[0]
    assert [dm.text for dm in world.x.delivered][1:] == [READS]


def test_one_that_ends_while_the_tick_runs_is_told_by_the_next(world: World) -> None:
    asks(world, LINKED_A)
    catalogue = world.bot.catalogue

    def ends_meanwhile(now: object) -> object:
        found = catalogue(world.now)
        world.notice_ends("leeds")
        return found

    object.__setattr__(world.bot, "catalogue", ends_meanwhile)
    world.work()
    before = told(world)
    world.pass_time(timedelta(minutes=2))

    assert (before, told(world)) == ([], [LINKED_A])


def test_a_second_end_is_told_to_nobody_twice(world: World) -> None:
    asks(world, LINKED_A)
    world.notice_ends("leeds")
    world.pass_time(timedelta(minutes=5))

    world.notice_ends("leeds")
    world.pass_time(timedelta(hours=1))

    assert told(world) == [LINKED_A]


def test_one_that_ends_without_a_word_is_told_to_nobody(world: World) -> None:
    asks(world, LINKED_A)

    world.notice("leeds", ended_at=f"{world.now:%Y-%m-%dT%H:%M:%SZ}")
    world.pass_time(timedelta(hours=3))

    assert told(world) == []
    assert conversations.load(world.store, LINKED_A).customer.waits_for == ()


def test_who_was_told_and_writes_that_it_is_not_right_gets_a_person(world: World) -> None:
    asks(world, LINKED_A)
    world.notice_ends("leeds")
    world.pass_time(timedelta(minutes=5))

    world.write(LINKED_A, "still no signal in Leeds")
    world.work()

    assert conversations.load(world.store, LINKED_A).open_case
