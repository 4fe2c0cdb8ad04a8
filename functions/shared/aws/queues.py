"""Put messages on a FIFO queue. Their text is plain ASCII JSON, so that SQS takes any character in it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError

type Message = Mapping[str, Any]

AT_ONCE_TO_SQS = 10
"""Messages that SQS takes in one call."""
LARGEST_BATCH = 256 * 1024
"""Bytes that it takes in one call; a DM of 10,000 signs may be twelve times as many."""


class NotAllQueued(BotoCoreError):  # whoever catches AWS's errors catches it too
    """SQS has taken a call, and not every message in it."""

    fmt = "SQS did not take {refused} of {asked} messages"


def send(sqs: Any, queue_url: str, message: Message, *, group: str, deduplication_id: str) -> None:
    """Return when SQS has the message; raises botocore's ClientError or BotoCoreError when it may not have it.

    Messages of a group are received in the order in which they were sent. For five minutes SQS drops
    another one with the same deduplication id.
    """
    sqs.send_message(QueueUrl=queue_url, **_entry(_text(message), group, deduplication_id))


def send_inbound(sqs: Any, queue_url: str, message: Message) -> None:
    """Put what X reported on `inbound.fifo`, in the order of its customer. X may report the same DM twice."""
    send(sqs, queue_url, message, group=message["customer"], deduplication_id=_deduplication_id(message))


def send_all_inbound(sqs: Any, queue_url: str, messages: Iterable[Message]) -> Iterator[Message]:
    """As `send_inbound`, ten at a time; yield each message that SQS has.

    Raises NotAllQueued as well: what stands behind a message that was refused is not sent, so that the next time brings
    a customer's messages in their order.
    """
    for together in _batches(messages):
        if len(together) == 1:
            send_inbound(sqs, queue_url, together[0])
            yield together[0]
            continue
        entries = [
            {"Id": str(number)} | _entry(_text(message), message["customer"], _deduplication_id(message))
            for number, message in enumerate(together)
        ]
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        taken = {entry["Id"] for entry in answer.get("Successful", ())}
        yield from (message for number, message in enumerate(together) if str(number) in taken)
        if len(taken) < len(together):
            raise NotAllQueued(refused=len(together) - len(taken), asked=len(together))


def _batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Part messages so that SQS takes each part in one call, and none has two of one customer.

    SQS takes or refuses each for itself: of two, it might refuse the first.
    """
    together: list[Message] = []
    size = 0
    for message in messages:
        length = len(_text(message))
        follows = any(message["customer"] == other["customer"] for other in together)
        if together and (follows or len(together) == AT_ONCE_TO_SQS or size + length > LARGEST_BATCH):
            yield together
            together, size = [], 0
        together.append(message)
        size += length
    if together:
        yield together


def _text(message: Message) -> str:
    return json.dumps(message, separators=(",", ":"))


def _entry(text: str, group: str, deduplication_id: str) -> dict[str, str]:
    return {"MessageBody": text, "MessageGroupId": group, "MessageDeduplicationId": deduplication_id}


def _deduplication_id(message: Message) -> str:
    """The DM's id; of an encrypted message's id, which may be anything, its hash."""
    if message["kind"] == "encrypted":
        return hashlib.sha256(message["id"].encode()).hexdigest()
    return str(message["id"])
