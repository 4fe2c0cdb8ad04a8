"""Units are counted as AWS counts them."""

import pytest

from benchmarks.meter import Meter, size
from functions.shared.aws.store import Put, Store
from functions.shared.aws.typed import typed
from infra.layout import TABLES
from tests.proof.dynamo import Dynamo


@pytest.fixture
def meter() -> Meter:
    return Meter(Dynamo(*TABLES))


@pytest.fixture
def store(meter: Meter) -> Store:
    return Store(meter, "service")


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert size(typed({"pk": "abc", "n": 1234, "list": ["x"]})) == (2 + 3) + (1 + 3) + (4 + 3 + 1 + 1)


def test_a_kilobyte_is_a_unit_and_one_byte_more_two(meter: Meter) -> None:
    whole = {"pk": "1", "sk": "1", "text": "x" * (1024 - 4 - 6)}

    meter.put_item(TableName="service", Item=typed(whole))
    assert meter.writes == 1

    meter.put_item(TableName="service", Item=typed(whole | {"sk": "12"}))
    assert meter.writes == 1 + 2


def test_a_transaction_costs_twice_and_an_index_once(meter: Meter, store: Store) -> None:
    store.commit([Put({"pk": "1", "sk": "1", "clock": "forget", "look_at": "2026"}), Put({"pk": "1", "sk": "2"})])

    assert meter.writes == 2 * 2 + 1


def test_an_index_costs_nothing_where_its_key_stays_and_two_where_it_moves(meter: Meter) -> None:
    item = {"pk": "1", "sk": "1", "clock": "forget", "look_at": "2026"}
    meter.put_item(TableName="service", Item=typed(item))

    before = meter.writes
    meter.put_item(TableName="service", Item=typed(item | {"text": "x"}))
    assert meter.writes - before == 1

    meter.put_item(TableName="service", Item=typed(item | {"look_at": "2027"}))
    assert meter.writes - before == 1 + 1 + 2


def test_what_is_not_there_is_read_as_a_unit_and_half_of_it_if_it_may_be_old(meter: Meter, store: Store) -> None:
    store.get("1", "1")
    assert meter.reads == 1

    store.line("billing", 1)
    assert meter.reads == 1.5
