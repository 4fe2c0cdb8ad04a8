"""Everybody writes at once, on AWS's clock: functions and ticks go on side by side, and each call takes its time.

A transaction holds its items until it is written; whoever wants to write one of them meanwhile is refused, as by
DynamoDB. Only engines that never refuse are at hand, so that what many do at once on one row is seen here alone.
"""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from functions.commands.tick import tick as tick_commands
from functions.escalate.tick import tick as tick_escalate
from tests.proof.dynamo import Dynamo, Item, cancelled, failure
from tests.proof.threads import Threads
from tests.proof.world import FAILURES, TICK, World

TAKES = {
    "read": timedelta(milliseconds=5),
    "write": timedelta(milliseconds=8),
    "transaction": timedelta(milliseconds=15),
    "queue": timedelta(milliseconds=10),
    "acknowledge": timedelta(milliseconds=10),
}
"""Of AWS's calls, from a function in its region."""
X_TAKES = timedelta(milliseconds=250)
LOOKS_FOR_WORK = timedelta(milliseconds=100)
COMES_AGAIN = timedelta(seconds=2)
LAST = timedelta(hours=3)
"""Whoever is not answered by then is not."""


@dataclass
class Held(Dynamo):
    """A database whose transactions hold what they write for as long as they take."""

    def __init__(self, world: "OnAwsClock", dynamo: Dynamo) -> None:
        self._tables = dynamo._tables
        self._world = world
        self._held: set[tuple[str, Any]] = set()
        self.refused: Counter[str] = Counter()

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:  # noqa: N803 - boto3's name
        wanted = [self._named(next(iter(write.values()))) for write in TransactItems]
        in_the_way = ["TransactionConflict" if one in self._held else "None" for one in wanted]
        if set(in_the_way) != {"None"}:
            self._count(wanted)
            raise cancelled(in_the_way)
        self._held |= set(wanted)
        try:
            self._world.passes(TAKES["transaction"])
            return super().transact_write_items(TransactItems=TransactItems)
        finally:
            self._held -= set(wanted)

    def update_item(self, **update: Any) -> Item:
        if self._named(update) in self._held:
            self._count([self._named(update)])
            raise failure("TransactionConflictException", "UpdateItem")
        return super().update_item(**update)

    def _named(self, write: Item) -> tuple[str, Any]:
        return write["TableName"], self._key(write)

    def _count(self, wanted: list[tuple[str, Any]]) -> None:
        self.refused.update(key[0] for table, key in wanted if (table, key) in self._held)


@dataclass
class OnAwsClock(World):
    """A world in which calls take time, and each customer's messages wait in a queue of their own."""

    inbox: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    ready: deque[str] = field(default_factory=deque)
    busy: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.x.send_takes = X_TAKES
        self.held = Held(self, self.dynamo)
        for operation in ("transact_write_items", "update_item"):
            vars(self.dynamo)[operation] = getattr(self.held, operation)

    def point[T](self, sort: str, what: str, do: Callable[[], T], x: tuple[str, str] | None = None) -> T:
        if sort in TAKES and sort != "transaction":
            self.passes(TAKES[sort])
        return do()

    def passes(self, time: timedelta) -> None:
        if self._threads:
            self._threads.wait(time)

    def wait(self, seconds: float) -> None:
        self.passes(timedelta(seconds=seconds))

    def queue(self, message: dict[str, Any], customer: str, dm_id: str, *, again: bool) -> None:
        if not self.inbox[customer]:
            self.ready.append(customer)
        self.inbox[customer].append(json.dumps(message))

    @property
    def is_over(self) -> bool:
        waiting = any(row["state"] in ("PENDING", "SENDING", "UNKNOWN") for row in self.trace.replies)
        return not (self.ready or self.busy or waiting)

    def drain(self, functions: int) -> None:
        """Let so many functions at a time hear what has come, and the clock tick each minute, until all is done."""
        threads = self._threads = Threads(lambda: self.now, self._go_on)
        over: list[datetime] = []

        def function() -> None:
            while not over:
                if self.ready:
                    self._hear(self.ready.popleft())
                else:
                    self.passes(LOOKS_FOR_WORK)

        def clock() -> None:
            begun = self.now
            while not over:
                minute = self.now
                tick_commands(self.bot, threads.each)
                tick_escalate(self.sender)
                if self.is_over or self.now > begun + LAST:
                    over.append(self.now)
                self.passes(max(minute + TICK - self.now, timedelta()))

        def everything() -> None:
            for _ in range(functions):
                threads.start(function)
            clock()

        threads.run(everything)
        self._threads = None

    def _hear(self, customer: str) -> None:
        self.busy += 1
        try:
            self.act_on(self.inbox[customer][0])
            self.inbox[customer].popleft()
        except FAILURES:
            self.passes(COMES_AGAIN)
        self.busy -= 1
        if self.inbox[customer]:
            self.ready.append(customer)

    def _go_on(self, at: datetime) -> None:
        self.now = max(self.now, at)


def all_at_once(dms: int, people: int, functions: int, texts: Mapping[str, int], limit: int, seed: int) -> OnAwsClock:
    """Let so many DMs come at the same moment, and so many functions at a time answer everybody."""
    random, world = Random(seed), OnAwsClock(limit=limit)
    known = [str(2_100_000_000_000_000_000 + one) for one in range(people)]
    for x_id in known[::2]:
        world.introduce(x_id)
    for number, text in enumerate(random.choices(list(texts), list(texts.values()), k=dms)):
        world.write(known[number % people], text)
    world.drain(functions)
    return world
