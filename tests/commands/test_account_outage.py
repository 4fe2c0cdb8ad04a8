"""What spoils many answers at once is told in a sentence and opens no cases."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.commands import account_outage
from functions.commands.account_outage import SOUND_AT_ONCE, Tally
from functions.shared.aws.rows import OUTAGE
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.conversations import load
from tests.proof.demo import LINKED_A, LINKED_B, account
from tests.proof.dynamo import failure
from tests.proof.world import START, World


def nonsense(_account_id: str) -> Account | None:
    raise Unreadable("the account item is not there")


def unreachable(_account_id: str) -> Account | None:
    raise failure("ProvisionedThroughputExceededException", "Query")


def asked(world: World, times: int, *, spoilt: int) -> World:
    tally = Tally()
    for number in range(times):
        tally.note(world.store, world.now, spoilt=number >= times - spoilt)
    return world


@pytest.mark.parametrize(
    ("times", "spoilt", "widespread"), [(0, 0, False), (2, 2, False), (3, 3, True), (30, 3, False), (29, 3, True)]
)
def test_more_than_one_in_ten_and_more_than_a_few_is_widespread(times: int, spoilt: int, widespread: bool) -> None:
    world = asked(World(), times, spoilt=spoilt)

    assert account_outage.widespread(world.store, world.now) is widespread


def test_what_was_a_quarter_of_an_hour_ago_is_over() -> None:
    world = asked(World(), 3, spoilt=3)

    assert not account_outage.widespread(world.store, START + timedelta(minutes=16))


def test_sound_answers_are_written_together_and_a_spoilt_one_at_once_with_those_of_the_window() -> None:
    world, tally = World(), Tally()
    asked = []

    for minute, spoilt in [(0, False)] * SOUND_AT_ONCE + [(1, False), (2, True), (3, False), (20, True)]:
        tally.note(world.store, START + timedelta(minutes=minute), spoilt=spoilt)
        asked.append((world.store.get(*OUTAGE) or {}).get("asked"))

    assert asked == [None] * (SOUND_AT_ONCE - 1) + [
        SOUND_AT_ONCE,
        SOUND_AT_ONCE,
        SOUND_AT_ONCE + 2,
        SOUND_AT_ONCE + 2,
        1,
    ]


def test_one_customers_odd_account_goes_to_a_person() -> None:
    world = World(accounts=nonsense)

    world.write(LINKED_A, "#data")
    world.work()

    assert load(world.store, LINKED_A).open_case


@pytest.mark.parametrize("accounts", [nonsense, unreachable])
def test_where_many_fail_customers_are_told_and_no_case_is_opened(accounts: Callable[[str], Account | None]) -> None:
    world = asked(World(accounts=accounts), 10, spoilt=9)

    world.write(LINKED_A, "#data")
    world.work()

    (dm,) = world.x.delivered
    assert "I don't have up-to-date figures for you right now, and I'd rather not guess." in dm.text
    assert load(world.store, LINKED_A).open_case is None


def test_accounts_that_cannot_be_reached_once_are_tried_again() -> None:
    calls: list[str] = []

    def slow_to_wake(account_id: str) -> Account | None:
        calls.append(account_id)
        return account(account_id) if len(calls) > 1 else unreachable(account_id)

    world = World(accounts=slow_to_wake)
    world.write(LINKED_B, "#data")
    world.work()
    world.pass_time(timedelta(minutes=1))

    (dm,) = world.x.delivered
    assert "12.4 GB" in dm.text
