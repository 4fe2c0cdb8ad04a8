"""SQS FIFO queues in memory: order and lock by group, redelivery, deduplication for five minutes, dead letters."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass
class Queued:
    id: str
    body: str
    group: str
    visible_at: datetime
    receives: int = 0


@dataclass
class Fifo:
    visibility: timedelta
    max_receives: int
    dead: "Fifo | None" = None
    messages: list[Queued] = field(default_factory=list)
    seen: dict[str, datetime] = field(default_factory=dict)

    def send(self, body: str, group: str, deduplication_id: str, now: datetime) -> None:
        if self.seen.get(deduplication_id, now - timedelta(minutes=6)) > now - timedelta(minutes=5):
            return
        self.seen[deduplication_id] = now
        self.messages.append(Queued(f"{deduplication_id}@{now.isoformat()}", body, group, now))

    def receive(self, now: datetime) -> Queued | None:
        locked: set[str] = set()
        for message in deque(self.messages):
            if message.group in locked:
                continue
            locked.add(message.group)
            if message.visible_at > now:
                continue
            if message.receives >= self.max_receives:
                self.messages.remove(message)
                locked.discard(message.group)
                if self.dead:
                    self.dead.send(message.body, message.group, message.id, now)
                continue
            message.receives += 1
            message.visible_at = now + self.visibility
            return message
        return None

    def delete(self, message_id: str) -> None:
        self.messages = [message for message in self.messages if message.id != message_id]

    def change_visibility(self, message_id: str, until: datetime) -> None:
        for message in self.messages:
            if message.id == message_id:
                message.visible_at = until

    def next_visible(self) -> datetime | None:
        return min((message.visible_at for message in self.messages), default=None)


class Sqs:
    """boto3's SQS client as far as the service uses it. A queue's URL is its name."""

    def __init__(self, queues: dict[str, Fifo], now: Any) -> None:
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
        return {"Messages": [{"MessageId": message.id, "ReceiptHandle": message.id, "Body": message.body}]}

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
