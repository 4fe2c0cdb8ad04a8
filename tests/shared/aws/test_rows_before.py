"""What the release before has written is read, whole, and there is one of each kind of row."""

from collections.abc import Callable

import pytest

from functions.shared.aws import rows
from functions.shared.aws.store import Item
from functions.shared.aws.stored import Stored, fields_of
from functions.shared.conversation import conversations
from functions.shared.conversation.locks import ProvenLine
from functions.shared.delivery import budget
from tests.proof.demo import LINKED_A
from tests.proof.world import World
from tests.proof.worlds import AFTERWARDS
from tests.rows_before import before, missing, written

READ: dict[str, Callable[[Item], Stored]] = {
    rows.PROFILE: conversations.customer_in,
    rows.REPLY: conversations.reply_in,
    rows.CASE: conversations.case_in,
    rows.ENTRY: conversations.entry_in,
    rows.HOLDERS: lambda row: ProvenLine.of("", row),
}


def test_there_is_one_of_each_kind_of_row() -> None:
    assert not [*missing(before())], "python -m tests.rows_before writes what is missing"


def test_what_this_release_writes_has_one_of_each_kind() -> None:
    assert not [*missing(written())], "let tests/rows_before.py make one"


@pytest.mark.parametrize("kind", READ)
def test_every_row_of_before_is_read_whole(kind: str) -> None:
    for row in [row for row in before() if rows.kind_in(row) == kind]:
        read = READ[kind](row)

        assert not read.beyond
        assert fields_of(read).keys() >= rows.fields_in(row).keys()


def test_a_service_goes_on_with_rows_of_before() -> None:
    world = World(rows=tuple(before()))

    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(AFTERWARDS)

    assert budget.load(world.store).limit == 15
    assert len(world.x.delivered) == 1
