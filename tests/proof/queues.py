"""SQS FIFO queues in memory: order and lock by group, redelivery, deduplication for five minutes, dead letters.

tests/shared/aws/test_engines.py holds them to a real engine.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

DEDUPLICATES_FOR = timedelta(minutes=5)


@dataclass
class Queued:
    id: str
    body: str
    group: str
    visible_at: datetime
    sent_at: datetime
    receives: int = 0


@dataclass
class Fifo:
    visibility: timedelta
    max_receives: int
    dead: "Fifo | None" = None
    messages: dict[str, Queued] = field(default_factory=dict)
    """By id, in the order in which they were sent."""
    seen: dict[str, datetime] = field(default_factory=dict)

    def send(self, body: str, group: str, deduplication_id: str, now: datetime) -> None:
        if deduplication_id in self.seen and now < self.seen[deduplication_id] + DEDUPLICATES_FOR:
            return
        self.seen[deduplication_id] = now
        message = Queued(f"{deduplication_id}@{now.isoformat()}", body, group, visible_at=now, sent_at=now)
        self.messages[message.id] = message

    def receive(self, now: datetime) -> Queued | None:
        while (message := self._first(now)) and message.receives >= self.max_receives:
            self.delete(message.id)
            if self.dead:
                self.dead.send(message.body, message.group, message.id, now)
        if message:
            message.receives += 1
            message.visible_at = now + self.visibility
        return message

    def delete(self, message_id: str) -> None:
        self.messages.pop(message_id, None)

    def change_visibility(self, message_id: str, until: datetime) -> None:
        if message_id in self.messages:
            self.messages[message_id].visible_at = until

    def next_visible(self) -> datetime | None:
        return min((message.visible_at for message in self._heads()), default=None)

    def _first(self, now: datetime) -> Queued | None:
        return next((message for message in self._heads() if message.visible_at <= now), None)

    def _heads(self) -> Iterable[Queued]:
        """The first message of each group: the others cannot be had before it is gone."""
        heads: dict[str, Queued] = {}
        for message in self.messages.values():
            heads.setdefault(message.group, message)
        return heads.values()


class Sqs:
    """boto3's SQS client as far as the service uses it. A queue's URL is its name."""

    def __init__(self, queues: dict[str, Fifo], now: Callable[[], datetime]) -> None:
        self.queues = queues
        self._now = now

    def send_message(
        self,
        *,
        QueueUrl: str,
        MessageBody: str,
        MessageGroupId: str,
        MessageDeduplicationId: str,
    ) -> dict[str, Any]:
        self.queues[QueueUrl].send(MessageBody, MessageGroupId, MessageDeduplicationId, self._now())
        return {}

    def receive_message(self, *, QueueUrl: str, **_: Any) -> dict[str, Any]:
        message = self.queues[QueueUrl].receive(self._now())
        if message is None:
            return {}
        attributes = {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            "MessageGroupId": message.group,
        }
        received = {"MessageId": message.id, "ReceiptHandle": message.id, "Body": message.body}
        return {"Messages": [received | {"Attributes": attributes}]}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> dict[str, Any]:
        self.queues[QueueUrl].delete(ReceiptHandle)
        return {}

    def change_message_visibility(
        self,
        *,
        QueueUrl: str,
        ReceiptHandle: str,
        VisibilityTimeout: int,
    ) -> dict[str, Any]:
        self.queues[QueueUrl].change_visibility(ReceiptHandle, self._now() + timedelta(seconds=VisibilityTimeout))
        return {}
