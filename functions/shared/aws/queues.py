"""Put one message on a FIFO queue. Its text is plain ASCII JSON, so that SQS takes any character in it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def send(sqs: Any, queue_url: str, message: Mapping[str, Any], *, group: str, deduplication_id: str) -> None:
    """Return when SQS has the message; raises botocore's ClientError or BotoCoreError when it may not have it.

    Messages of a group are received in the order in which they were sent. For five minutes SQS drops
    another one with the same deduplication id.
    """
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(message, separators=(",", ":")),
        MessageGroupId=group,
        MessageDeduplicationId=deduplication_id,
    )


def send_inbound(sqs: Any, queue_url: str, message: Mapping[str, Any]) -> None:
    """Put what X reported on `inbound.fifo`, in the order of its customer. X may report the same DM twice."""
    send(sqs, queue_url, message, group=message["customer"], deduplication_id=_deduplication_id(message))


def _deduplication_id(message: Mapping[str, Any]) -> str:
    """The DM's id; of an encrypted message's id, which may be anything, its hash."""
    if message["kind"] == "encrypted":
        return hashlib.sha256(message["id"].encode()).hexdigest()
    return str(message["id"])
