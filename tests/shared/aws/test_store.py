"""What DynamoDB leaves unread is asked for again, more and more slowly, and not for ever; numbers are what they are."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from functions.load.writing import Table
from functions.shared.aws.store import PAUSES, LeftUnread, Put, Store
from functions.shared.aws.typed import unmarshalled
from infra.layout import TABLES
from tests.proof.dynamo import Dynamo


@dataclass
class Busy:
    """DynamoDB that leaves everything unread for some answers, as when it is asked for too much."""

    dynamo: Any
    answers: int

    def batch_get_item(self, **request: Any) -> Any:
        if self.answers:
            self.answers -= 1
            return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}
        return self.dynamo.batch_get_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dynamo, name)


def test_what_was_left_unread_is_asked_for_again_after_longer_and_longer_pauses() -> None:
    waited: list[float] = []
    store = Store(Busy(Dynamo(*TABLES), answers=3), "service", wait=waited.append)
    store.commit([Put({"pk": "p", "sk": "a"})])

    found = store.get_all([("p", "a")])

    assert [item["sk"] for item in found] == ["a"]
    assert len(waited) == 3
    assert all(later > sooner for sooner, later in pairwise(waited))


def test_what_stays_unread_ends_with_a_sentence() -> None:
    waited: list[float] = []
    store = Store(Busy(Dynamo(*TABLES), answers=1_000), "service", wait=waited.append)

    with pytest.raises(LeftUnread) as ended:
        store.get_all([("p", "a"), ("p", "b")])

    assert str(ended.value) == "DynamoDB left 2 of 2 items unread, 6 times"
    assert waited == [*PAUSES]


def test_loading_accounts_does_not_wait_for_ever_either() -> None:
    busy = Busy(Dynamo(*TABLES), answers=1_000)

    with pytest.raises(LeftUnread):
        Table(busy, "accounts", Store(busy, "service"), wait=lambda _: None).there(["account-1"])


def test_whole_numbers_are_read_as_such() -> None:
    read = unmarshalled({"whole": {"N": "12E2"}, "broken": {"N": "1.5"}, "in": {"M": {"it": {"N": "3"}}}})

    assert read == {"whole": 1200, "broken": Decimal("1.5"), "in": {"it": 3}}
