"""What the desk reads while thousands of cases wait: it must not grow with them."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.meter import Meter
from functions.shared.aws.store import Store
from functions.shared.conversation import cases, conversations
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from tests.proof.world import STAFF, World

FEW = 50


@dataclass(frozen=True)
class Taken:
    """What one `next` took: milliseconds of the processor, DynamoDB's calls and read units."""

    milliseconds: float
    calls: float
    reads: float


def next_case(waiting: int, times: int) -> Taken:
    """Take the next case several times while so many wait, in the small world of the proof."""
    world = World()
    store = Store(world.dynamo, "service", lambda: world.now)
    for number in range(waiting):
        _wait(store, world, number)
    meter = Meter(world.dynamo)
    world.sender.store._client._inner = meter
    spent: list[float] = []
    for number in range(times):
        begun = time.process_time_ns()
        assert world.desk.next(STAFF, f"request-{number}")  # noqa: S101 - else nothing was measured
        spent.append((time.process_time_ns() - begun) / 1_000_000)
    return Taken(statistics.median(spent), sum(meter.calls.values()) / times, meter.reads / times)


def _wait(store: Store, world: World, number: int) -> None:
    stranger = Conversation(Customer(str(3_000_000_000_000_000_000 + number)))
    opened = world.now + timedelta(milliseconds=number)
    case = Case(cases.new_id(), stranger.customer.x_id, "billing", "bill", opened, opened + timedelta(hours=4))
    with_case = stranger.with_case(case)
    conversations.save(store, stranger, with_case, by="benchmark", did="escalated", now=world.now)


def main() -> Iterator[str]:
    for waiting in (FEW, 5_000):
        yield f"{waiting:,} cases: {next_case(waiting, 15)}"


if __name__ == "__main__":
    print("\n".join(main()))
