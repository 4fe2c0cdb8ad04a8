"""Everybody writes at once, X takes fifteen DMs in fifteen minutes: nobody is lost, nobody is answered twice.

On the fake clock, so that the days which the answers take are over in seconds.
"""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from functions.shared.aws.rows import DM
from local.proof.invariants import broken
from tests.proof.world import World

pytestmark = pytest.mark.proof

TEXTS = {
    "#data": 30,
    "#charges": 15,
    "#text #minutes": 10,
    "#offers": 8,
    "hello": 8,
    "thanks": 5,
    "#dtaa": 4,
    "my bill is wrong and I am furious": 8,
    "my phone was stolen last night": 2,
    "can you tell me about the thing from last week": 6,
    "#stop": 2,
    "#start": 2,
}
"""What people write, and how often in a hundred."""
SLICES = 20
SLICE = timedelta(seconds=30)
LINKED = 2
"""One customer in so many has not linked an account."""


def customers(number: int) -> list[str]:
    return [str(2_100_000_000_000_000_000 + one) for one in range(number)]


def burst(dms: int, people: int, seed: int) -> World:
    """In ten minutes so many DMs come, out of order, and one in ten comes again."""
    random, world = Random(seed), World()
    known = customers(people)
    for x_id in known[::LINKED]:
        world.introduce(x_id)
    texts = random.choices(list(TEXTS), list(TEXTS.values()), k=dms)
    for start in range(0, dms, dms // SLICES):
        typed = [world.typed(random.choice(known), text) for text in texts[start : start + dms // SLICES]]
        late = random.sample(list(world.said.values()), len(typed) // 10)
        for dm in random.sample(typed + late, len(typed) + len(late)):
            world.bring(dm)
        world.pass_time(SLICE)
        world.work()
    return world


def staff_answer(world: World, cases: int) -> None:
    """Somebody takes so many cases, one after the other, and answers each."""
    for number in range(cases):
        case = world.next_case(f"next-{number}")
        assert case
        world.reply_to(case, f"answer-{number}", f"I have looked into it myself, number {number}.")
        world.pass_time(timedelta(minutes=5))


def everybody_is_answered(world: World) -> None:
    """Let windows of X's limit pass until nothing is left to do."""
    while any(row["state"] in ("PENDING", "SENDING", "UNKNOWN") for row in world.trace.replies):
        world.pass_time(timedelta(hours=6))


@pytest.mark.parametrize(
    ("dms", "people"), [(2_000, 200), pytest.param(10_000, 1_000, marks=pytest.mark.long, id="all")]
)
def test_a_burst_breaks_nothing_and_takes_no_more_than_x_allows(dms: int, people: int) -> None:
    world = burst(dms, people, seed=11)
    staff_answer(world, 20)

    everybody_is_answered(world)

    trace = world.trace
    ended = Counter(row["disposition"] for row in trace.of(DM))
    assert broken(trace) == []
    assert sum(ended.values()) == dms
    assert {row["state"] for row in trace.replies if row["kind"] == "staff"} == {"SENT"}
