"""Nothing on the way of a DM, and nothing that `next` reads, grows with how much there is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from functions.shared.aws.rows import dm_row, sent_row
from functions.shared.conversation import conversations, intake
from functions.shared.conversation.intake import Concern
from functions.shared.conversation.promises import COUNTED
from tests.proof.demo import LINKED_A
from tests.proof.world import DYNAMO_SORTS, STAFF, World
from tests.proof.worlds import strangers


def world_of(number: int) -> World:
    """So many linked customers, cases in line, and DMs that one of them has had answered."""
    world = World(limit=15_000)
    in_line = Concern("billing", "bill", world.now + timedelta(minutes=30))
    for n, x_id in enumerate(strangers(number)):
        world.introduce(x_id)
        before = conversations.load(world.store, x_id)
        after = intake.noted(before, in_line, world.now, new_id=partial("L{:05}".format, n))
        assert after.case
        after = after.with_case(replace(after.case, ticketed_fence=after.case.fence))
        conversations.save(world.store, before, after, by="test", did="waited", now=world.now)
        answered = [
            dm_row(LINKED_A, str(n), world.now, disposition="answered", step="hashtag"),
            sent_row(LINKED_A, str(n), f"{n}#reply", world.now),
        ]
        world.store.commit(answered)
    world.write(LINKED_A, "#minutes")  # the first answer opens a window, which is written
    world.hear()
    return world


def asked(world: World, do: Callable[[], object]) -> Counter[str]:
    """Count the calls of the database that something makes, and the rows that it reads."""
    counts: Counter[str] = Counter()

    def counted(operation: str, call: Callable[..., Any], **request: Any) -> Any:
        answer = call(**request)
        counts[operation] += 1
        counts["rows"] += len(answer.get("Items", ())) + ("Item" in answer)
        counts["rows"] += sum(map(len, answer.get("Responses", {}).values()))
        return answer

    for operation in DYNAMO_SORTS:
        vars(world.dynamo)[operation] = partial(counted, operation, getattr(world.dynamo, operation))
    do()
    for operation in DYNAMO_SORTS:
        del vars(world.dynamo)[operation]
    return counts


def answered(world: World) -> None:
    world.write(LINKED_A, "#data #charges")
    world.hear()


def taken(world: World) -> None:
    assert world.next_case("next")


def escalated(world: World) -> None:
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.hear()


@pytest.fixture(scope="module")
def worlds() -> dict[int, World]:
    """By how much there is in them; whatever a test does, it does in two of them."""
    return {number: world_of(number) for number in (10, COUNTED + 50, 1_000)}


@pytest.mark.parametrize("does", [answered, taken])
def test_what_is_asked_for_is_the_same_with_ten_and_with_a_thousand(
    does: Callable[[World], None], worlds: dict[int, World]
) -> None:
    few, many = worlds[10], worlds[1_000]

    assert asked(few, partial(does, few)) == asked(many, partial(does, many))


def test_a_case_counts_those_before_it_no_further_than_a_time_is_told(worlds: dict[int, World]) -> None:
    few, many = worlds[COUNTED + 50], worlds[1_000]

    assert asked(few, partial(escalated, few)) == asked(many, partial(escalated, many))


def test_next_reads_twenty_rows_at_most_to_find_a_case(worlds: dict[int, World]) -> None:
    desk = worlds[1_000].desk

    found = asked(worlds[1_000], lambda: desk._in_line(STAFF, STAFF.teams) + desk._back_to(STAFF))

    assert 0 < found["rows"] <= 20
