"""Everybody writes at once, X takes fifteen DMs in a quarter of an hour, or none: nobody is lost or answered twice.

On the fake clock, so that the days which the answers take are over in seconds.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

import pytest

from functions.shared.aws.rows import DM
from functions.shared.delivery.budget import WINDOW
from local.proof.invariants import broken, waits
from tests.proof.world import World

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

LIFTED = 15_000
"""What a contract may let X take in 15 minutes."""
IN_A_MINUTE = 6
"""Between two ticks DMs come so many times."""
MINUTES = 30
AWAY = range(10, 20)
"""The minutes without X."""
FLOOD = 20
"""One DM in so many is the flooder's."""


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


type Failing = Literal["is_away", "is_down"]
"""X cannot be reached, or answers 503."""


@dataclass(frozen=True)
class Outage:
    """What was left behind when X came back, and how long everybody but the flooder waited from then on."""

    world: World
    back_at: datetime
    waiting: int

    @property
    def flooder(self) -> str:
        return next(iter(self.world.troubled))

    def waited(self) -> list[timedelta]:
        """How long after X's return each reply left that had waited for it, shortest first."""
        trace = self.world.trace
        every = [wait for customer in trace.customers - {self.flooder} for wait in waits(trace, customer)]
        return sorted(until - self.back_at for _, since, until in every if since < self.back_at < until)


def outage(dms: int, people: int, seed: int, fails: Failing, each: timedelta = timedelta()) -> Outage:
    """X fails for ten minutes of thirty in which so many DMs come; clocks tick each minute, and X comes back between.

    `each` is what a tick needs for a DM.
    """
    random, world = Random(seed), World(limit=LIFTED)
    flooder, *known = customers(people)
    world.troubled = {flooder}
    for x_id in known[::LINKED]:
        world.introduce(x_id)
    texts = random.choices(list(TEXTS), list(TEXTS.values()), k=dms)
    began, back_at, waiting = world.now, world.now, 0
    for number in range(MINUTES * IN_A_MINUTE):
        minute, part = divmod(number, IN_A_MINUTE)
        if part == 0:
            world.x.send_takes = each
            world.work()
            world.x.send_takes = timedelta()
        if part == 2 and minute in (AWAY.start, AWAY.stop):
            setattr(world.x, fails, minute == AWAY.start)
            world.look_at_x()
            back_at, waiting = world.now, sum(row["state"] == "PENDING" for row in world.trace.replies)
        for text in texts[number :: MINUTES * IN_A_MINUTE]:
            world.write(flooder if random.randrange(FLOOD) == 0 else random.choice(known), text)
        world.hear()
        world.now = max(world.now, began + (number + 1) * timedelta(minutes=1) / IN_A_MINUTE)
    world.x.send_takes = each
    everybody_is_answered(world)
    return Outage(world, back_at, waiting)


def staff_answer(world: World, cases: int) -> None:
    """Somebody takes so many cases, one after the other, and answers each."""
    for number in range(cases):
        case = world.next_case(f"next-{number}")
        assert case
        world.reply_to(case, f"answer-{number}", f"I have looked into it myself, number {number}.")
        world.pass_time(timedelta(minutes=5))


def everybody_is_answered(world: World) -> None:
    """Let windows of X's limit pass until nothing is left to do, with what is told when one is over."""
    world.pass_time(WINDOW)
    while any(row["state"] in ("PENDING", "SENDING", "UNKNOWN") for row in world.trace.replies):
        world.pass_time(timedelta(hours=6))


@pytest.mark.proof
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


@pytest.mark.proof
@pytest.mark.parametrize("fails", ["is_away", "is_down"])
def test_after_an_outage_everybody_but_who_floods_is_answered_within_a_minute(fails: Failing) -> None:
    left = outage(300, 60, seed=11, fails=fails, each=timedelta(milliseconds=50))

    trace = left.world.trace
    assert broken(trace) == []
    assert len(trace.asked) == sum(Counter(row["disposition"] for row in trace.of(DM)).values()) == 300
    assert left.waiting > 50
    assert left.waited()[-1] <= timedelta(minutes=1)
