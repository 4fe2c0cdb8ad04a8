"""What X sends to the webhook, signed for real, and an SQS that remembers what it was given."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws import settings
from functions.shared.x.messages import DirectMessage, Echo, Encrypted, Revoked, inbound
from functions.webhook import handler

BRAND = "1000000000000000001"
CUSTOMER = "2000000000000000002"
SECRET = "example-consumer-secret"
PREVIOUS = "example-previous-secret"
QUEUE_URL = "https://sqs.eu-west-2.amazonaws.com/123456789012/inbound.fifo"

SETTINGS = {"INBOUND_QUEUE_URL": QUEUE_URL, "X_CONSUMER_SECRETS_NAME": "x-consumer-secrets", "BRAND_ID": BRAND}


def signed(raw: bytes, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(digest).decode()


def call(method: str, **parts: Any) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/webhook",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": "/webhook", "protocol": "HTTP/1.1"}, "stage": "$default"},
        "isBase64Encoded": False,
        **parts,
    }


def crc(token: str) -> dict[str, Any]:
    return call("GET", queryStringParameters={"crc_token": token})


def post(body: object, *, signature: str | None = None, header: str = "x-twitter-webhooks-signature") -> dict[str, Any]:
    """A POST with a body, as bytes or as what becomes JSON, and by default with the signature that belongs to it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(
        "POST",
        headers={"content-type": "application/json", header: signed(raw) if signature is None else signature},
        body=base64.b64encode(raw).decode(),
        isBase64Encoded=True,
    )


def dm(text: object = "#data", **changes: Any) -> dict[str, Any]:
    """An event of Account Activity's and X Activity's `direct_message_events`."""
    return {
        "type": "message_create",
        "id": "1990000000000000101",
        "created_timestamp": "1763300000101",
        "message_create": {
            "target": {"recipient_id": BRAND},
            "sender_id": CUSTOMER,
            "message_data": {
                "text": text,
                "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
            },
        },
    } | changes


def account_activity(*events: object) -> dict[str, Any]:
    return {"for_user_id": BRAND, "direct_message_events": list(events), "users": {}}


class Sqs:
    """Takes messages until it is told to be `down`; of a batch it does not take those of whom it `refuses`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.down: Exception | None = None
        self.refuses: set[str] = set()
        self.batches = 0

    def send_message(self, **message: str) -> dict[str, str]:
        if self.down:
            raise self.down
        self.sent.append(message)
        return {"MessageId": str(len(self.sent))}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        taken = [entry for entry in Entries if entry["MessageGroupId"] not in self.refuses]
        for entry in taken:
            self.send_message(QueueUrl=QueueUrl, **entry)
        self.batches += 1
        return {
            "Successful": [{"Id": entry["Id"]} for entry in taken],
            "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in Entries if entry not in taken],
        }

    @property
    def messages(self) -> list[DirectMessage | Echo | Encrypted | Revoked]:
        """What was sent, read as the queue's consumer reads it."""
        return [inbound.validate_json(message["MessageBody"]) for message in self.sent]


class Secrets:
    """The consumer secrets, as Secrets Manager gives them."""

    def __init__(self) -> None:
        self.kept = {"current": SECRET, "previous": PREVIOUS}
        self.down: Exception | None = None

    def get_secret_value(self, **_: str) -> dict[str, str]:
        if self.down:
            raise self.down
        return {"SecretString": json.dumps(self.kept)}


def refused_by_aws(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "example"}}, operation)


@dataclass(frozen=True)
class Aws:
    sqs: Sqs
    secrets: Secrets


@contextmanager
def aws_of_the_webhook() -> Iterator[Aws]:
    """The webhook's settings, and stand-ins for the two services that it calls."""
    aws = Aws(Sqs(), Secrets())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.setattr(settings, "client", {"sqs": aws.sqs, "secretsmanager": aws.secrets}.__getitem__)
        patch.setattr(settings, "_secrets", {})
        patch.setattr(handler, "_settings", cache(lambda: settings.read(handler.Settings)))
        yield aws
