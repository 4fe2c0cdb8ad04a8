"""A message of a kind that only a newer release knows waits for it, and holds nothing up."""

import json
from typing import Any

import pytest

from functions.commands import handler, later
from functions.shared.aws.rows import LATER, all_of, customer_pk, dm_key
from functions.shared.aws.store import Item
from functions.shared.conversation import erasure
from functions.shared.x.messages import is_of_later
from tests.proof.demo import LINKED_A
from tests.proof.world import World
from tests.proof.worlds import AFTERWARDS

POST = {"kind": "post", "id": "77", "customer": LINKED_A, "text": "zebra", "sent_at": 0}


def record(message: Any) -> dict[str, Any]:
    attributes = {"MessageGroupId": LINKED_A, "SentTimestamp": "0", "ApproximateReceiveCount": "1"}
    return {"body": json.dumps(message), "messageId": "m-1", "receiptHandle": "1", "attributes": attributes}


def waiting(world: World) -> list[Item]:
    return world.store.query(customer_pk(LINKED_A), all_of(LATER))


def test_it_is_put_aside_and_what_is_behind_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(handler, "bot", lambda: world.bot)

    handler.lambda_handler({"Records": [record(POST)]}, None)
    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(AFTERWARDS)

    assert [json.loads(row["body"]) for row in waiting(world)] == [POST]
    assert len(world.x.delivered) == 1


def test_a_release_that_knows_it_takes_it_up() -> None:
    world = World()
    dm = world.typed(LINKED_A, "#data")
    later.keep(world.store, record(dm.model_dump(mode="json")), world.now)

    world.work()

    assert waiting(world) == []
    assert world.store.get(*dm_key(LINKED_A, dm.id))
    assert len(world.x.delivered) == 1


def test_an_erasure_takes_it_along() -> None:
    world = World()
    later.keep(world.store, record(POST), world.now)

    erasure.erase(world.bot.marks, LINKED_A, world.now)
    world.pass_time(AFTERWARDS)

    assert waiting(world) == []


@pytest.mark.parametrize("body", ["", "[]", "no JSON", "{}", '{"kind": 7}', '{"kind": "dm", "id": "no number"}'])
def test_what_makes_no_sense_at_all_is_no_message_of_later(body: str) -> None:
    assert not is_of_later(body)
