"""X calls: prove that we know its secret, and queue what it reports about DMs. Nothing is decided here."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Never

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clock, queues, settings, start, telemetry
from functions.webhook import envelopes, signature

type Event = dict[str, Any]
type _Answer = dict[str, Any]

# No JSON object can be spelt in these signs: what we sign for X is never a body that somebody may post to us.
CRC_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{1,256}")

LARGEST_BODY = 1024 * 1024

SEEN = {"dm": "DmSeen", "echo": "EchoSeen", "encrypted": "EncryptedSeen", "revoked": "RevokedSeen"}
"""The metric of each kind of message. An alarm rings on the last, for nobody here can read it."""


@dataclass(frozen=True)
class Settings:
    inbound_queue_url: str
    x_consumer_secrets_name: str
    brand_id: str

    def __post_init__(self) -> None:
        # With a handle here every DM would be somebody else's, and dropped.
        if not re.fullmatch("[0-9]+", self.brand_id):
            raise settings.MissingSettings("set BRAND_ID to the brand's numeric X id, not its handle")


class _Refused(Exception):
    """A request that X did not send, or not like this."""

    def __init__(self, status: int, metric: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.metric = metric


@start.kept_warm
@telemetry.observed
def lambda_handler(event: Event, context: object) -> _Answer:
    """Answer X's check (GET) and take in its events (POST)."""
    try:
        return _answer_by_method(event)
    except _Refused as refused:
        telemetry.warning("request refused", status=refused.status, reason=refused.metric)
        telemetry.count(refused.metric)
        return _answer(refused.status, {"error": str(refused)})
    except (BotoCoreError, ClientError) as failure:
        telemetry.error("events not taken in, X will send them again", failure)
        telemetry.count("Unavailable")
        return _answer(503, {"error": "The queue or the secret cannot be reached. Try again."})


def _answer_by_method(event: Event) -> _Answer:
    match event["requestContext"]["http"]["method"]:
        case "GET":
            return _prove(event)
        case "POST":
            return _take_in(event)
        case _:
            return _answer(405, {"error": "Use GET or POST."}, allow="GET, POST")


def _prove(event: Event) -> _Answer:
    """Answer X's challenge-response check with the current secret."""
    token = (event.get("queryStringParameters") or {}).get("crc_token", "")
    if not CRC_TOKEN.fullmatch(token):
        raise _Refused(400, "CrcTokenRejected", "Send crc_token: 1 to 256 characters of base64.")
    return _answer(200, {"response_token": signature.sign(_secrets()[0], token.encode())})


def _take_in(event: Event) -> _Answer:
    """Queue every DM of a signed POST. 200 is said when all are queued: what X hears a 200 for, it forgets."""
    raw = _raw_body(event)
    if not signature.is_from_x(_header(event, "x-twitter-webhooks-signature"), raw, _secrets()):
        raise _Refused(401, "SignatureRejected", "The signature does not belong to this body.")
    now = int(clock.now().timestamp() * 1000)
    outcomes = envelopes.read_events(_json_object(raw), brand_id=_settings().brand_id, now=now)
    _queue([outcome for outcome in outcomes if not isinstance(outcome, envelopes.Dropped)])
    _report([outcome for outcome in outcomes if isinstance(outcome, envelopes.Dropped)])
    return _answer(200, {})


def _queue(messages: list[envelopes.QueueMessage]) -> None:
    # One POST may bring a customer's DMs in any order, the queue keeps the order in which it got them.
    in_order = sorted(messages, key=_written)
    for message in queues.send_all_inbound(settings.client("sqs"), _settings().inbound_queue_url, in_order):
        telemetry.info("queued", kind=message["kind"], customer=message["customer"], dm=message["id"])
        telemetry.count(SEEN[message["kind"]])


def _written(message: envelopes.QueueMessage) -> tuple[int, int]:
    """When a message was written; of the same moment the one with the lower id. What is encrypted has no such id."""
    return message["sent_at"], int(message["id"]) if message["id"].isdecimal() else 0


def _report(dropped: list[envelopes.Dropped]) -> None:
    for outcome in dropped:
        telemetry.info("dropped", reason=outcome.reason, dm=outcome.dm, event_type=outcome.event_type)
        telemetry.count(outcome.reason)


def _raw_body(event: Event) -> bytes:
    """Return the bytes that X signed."""
    body = event.get("body") or ""
    try:
        raw = (
            base64.b64decode(body, validate=True)
            if event.get("isBase64Encoded")
            else body.encode("utf-8", "surrogatepass")
        )
    except ValueError:
        raise _Refused(400, "BodyRejected", "The body is not base64.") from None
    if len(raw) > LARGEST_BODY:
        raise _Refused(400, "BodyRejected", "The body is larger than 1 MiB.")
    return raw


def _header(event: Event, name: str) -> str:
    headers = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _json_object(raw: bytes) -> dict[str, object]:
    try:
        # Nested too deep is a RecursionError; all else, a number of thousands of digits too, is a ValueError.
        body = json.loads(raw.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _Refused(400, "BodyRejected", "The body is not a JSON object.")
    return body


def _no_number(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


def _answer(status: int, body: dict[str, str], **headers: str) -> _Answer:
    return {"statusCode": status, "headers": {"content-type": "application/json", **headers}, "body": json.dumps(body)}


@cache
def _settings() -> Settings:
    return settings.read(Settings)


def _secrets() -> list[str]:
    """Return X's consumer secrets, the current one first. An empty one would let anybody sign."""
    try:
        kept = settings.secret(_settings().x_consumer_secrets_name)
    except settings.NoSecretYet:
        # X cannot know of us before there is one.
        raise _Refused(401, "NoSecretYet", "There is no secret here yet to know X by.") from None
    if not kept.get("current"):
        raise settings.MissingSettings(
            "put X's consumer secret as `current` into the secret of X_CONSUMER_SECRETS_NAME"
        )
    return [kept[name] for name in ("current", "previous") if kept.get(name)]


start.prepare(_secrets, lambda: settings.client("sqs"))
