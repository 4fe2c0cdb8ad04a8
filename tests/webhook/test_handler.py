"""The webhook as X meets it: forged, malformed, repeated, in either envelope, and with the queue away."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from functions.shared.aws import settings
from functions.shared.aws.queues import send_all_inbound, send_inbound
from functions.shared.x.messages import DirectMessage, inbound
from functions.webhook import envelopes, handler
from tests.calls_from_x import (
    BRAND,
    CUSTOMER,
    PREVIOUS,
    QUEUE_URL,
    SETTINGS,
    Aws,
    Sqs,
    account_activity,
    aws_of_the_webhook,
    call,
    crc,
    dm,
    post,
    refused_by_aws,
    signed,
)
from tests.engines import Engine
from tests.places import ROOT, X_SAMPLES
from tests.ringing import rung

type Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def aws() -> Iterator[Aws]:
    with aws_of_the_webhook() as aws:
        yield aws


def status_of(event: dict[str, Any]) -> int:
    status: int = handler.lambda_handler(event, None)["statusCode"]
    return status


def fixture(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((X_SAMPLES / f"{name}.json").read_text())
    return body


def counted(lines: list[dict[str, Any]]) -> set[str]:
    return {
        metric["Name"] for line in lines if "_aws" in line for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }


# Is it X? The check.


@pytest.mark.parametrize("token", ["MGM2YjE3ZjktZDBkYy00MTAx", "a", "a" * 256, "foo+/=_-"])
def test_the_check_is_answered_with_the_current_secret(token: str, aws: Aws) -> None:
    answer = handler.lambda_handler(crc(token), None)

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "application/json"
    assert json.loads(answer["body"]) == {"response_token": signed(token.encode())}


@pytest.mark.parametrize(
    "token",
    ["", "a" * 257, "abc\n", "\nabc", "a b", "a,b", "a.b", "ä", "１２", "{}", '{"for_user_id":"1"}', "[]", "a\x00"],
)
def test_nothing_that_could_be_a_body_is_signed(token: str, aws: Aws, logged: Logged) -> None:
    answer = handler.lambda_handler(crc(token), None)

    assert answer["statusCode"] == 400
    assert "sha256=" not in answer["body"]
    assert "CrcTokenRejected" in counted(logged())


def test_ten_such_tokens_ring(aws: Aws, logged: Logged) -> None:
    for _ in range(10):
        handler.lambda_handler(crc("{}"), None)

    assert rung("crc-rejected", logged) == 10


@pytest.mark.parametrize("query", [None, {}, {"other": "abc"}])
def test_a_check_without_a_token_is_refused(query: object, aws: Aws) -> None:
    assert status_of(call("GET", queryStringParameters=query)) == 400


def test_a_forged_dm_cannot_be_signed_by_the_check(aws: Aws) -> None:
    forged = json.dumps(account_activity(dm("#data")))

    answer = handler.lambda_handler(crc(forged), None)

    assert answer["statusCode"] == 400
    assert status_of(post(forged.encode(), signature=answer["body"])) == 401
    assert aws.sqs.sent == []


@pytest.mark.parametrize("token", ["MTIz", "null", "true", "123", "-1"])
def test_a_signed_check_token_is_no_body(token: str, aws: Aws) -> None:
    answer = handler.lambda_handler(crc(token), None)

    signature = json.loads(answer["body"])["response_token"]
    assert status_of(post(token.encode(), signature=signature)) == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_other_methods_are_told_which_to_use(method: str, aws: Aws) -> None:
    answer = handler.lambda_handler(call(method), None)

    assert answer["statusCode"] == 405
    assert answer["headers"]["allow"] == "GET, POST"


# Is it X? The signature.

BODY = account_activity(dm("#data"))
RAW = json.dumps(BODY).encode()


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "nonsense",
        "sha256=ä",
        "sha256=\ud800",
        signed(RAW)[:-1],
        signed(RAW) + "=",
        signed(RAW)[7:],
        signed(RAW, "another secret"),
        signed(RAW + b" "),
        signed(RAW, ""),
        f"{signed(RAW)},{signed(RAW)}",
    ],
)
def test_a_post_without_x_s_signature_is_refused(signature: str, aws: Aws, logged: Logged) -> None:
    assert status_of(post(RAW, signature=signature)) == 401

    assert aws.sqs.sent == []
    assert "SignatureRejected" in counted(logged())


@pytest.mark.parametrize("headers", [None, {}])
def test_a_post_without_the_header_is_refused(headers: object, aws: Aws) -> None:
    assert status_of(call("POST", body=RAW.decode(), headers=headers)) == 401


@pytest.mark.parametrize("header", ["X-Twitter-Webhooks-Signature", "X-TWITTER-WEBHOOKS-SIGNATURE"])
def test_the_header_s_case_does_not_matter(header: str, aws: Aws) -> None:
    assert status_of(post(RAW, header=header)) == 200


def test_the_previous_secret_still_counts_while_x_changes_over(aws: Aws) -> None:
    assert status_of(post(RAW, signature=signed(RAW, PREVIOUS))) == 200


def test_an_empty_previous_secret_does_not_count(aws: Aws) -> None:
    aws.secrets.kept["previous"] = ""

    assert status_of(post(RAW)) == 200
    assert status_of(post(RAW, signature=signed(RAW, ""))) == 401


def test_an_empty_current_secret_stops_the_webhook(aws: Aws) -> None:
    aws.secrets.kept["current"] = ""

    with pytest.raises(settings.MissingSettings, match="as `current`"):
        handler.lambda_handler(post(RAW, signature=signed(RAW, "")), None)


def test_a_handle_in_place_of_the_brand_s_id_stops_the_webhook(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAND_ID", "@ExampleCare")

    with pytest.raises(settings.MissingSettings, match="numeric X id"):
        handler.lambda_handler(post(RAW), None)


def test_the_bytes_are_signed_not_the_base64_that_carries_them(aws: Aws) -> None:
    text = '{"text": "£5 – ok 📱"}'

    plain = call("POST", body=text, headers={"x-twitter-webhooks-signature": signed(text.encode())})

    assert status_of(plain) == 200
    assert status_of(post(text.encode())) == 200
    assert status_of(post(text.encode(), signature=signed(base64.b64encode(text.encode())))) == 401


# Is it an event?


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": [-Infinity]}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000,
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        '{"a": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "' + b"x" * handler.LARGEST_BODY + b'"}',
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_a_signed_body_that_is_no_json_object_is_refused(raw: bytes, aws: Aws, logged: Logged) -> None:
    assert status_of(post(raw)) == 400
    assert status_of(post(raw, signature=signed(raw + b"x"))) in (400, 401)

    assert aws.sqs.sent == []
    assert "BodyRejected" in counted(logged())


def test_a_body_of_exactly_one_mebibyte_is_taken(aws: Aws) -> None:
    frame = b'{"a": "%s"}'

    assert status_of(post(frame % (b"x" * (1024 * 1024 - len(frame) + 2)))) == 200


@pytest.mark.parametrize("body", ["%%%", "YQ", "ä", "YQ==\n"])
def test_a_body_that_is_not_the_base64_it_claims_is_refused(body: str, aws: Aws) -> None:
    assert status_of(call("POST", body=body, isBase64Encoded=True)) == 400


def test_the_last_of_two_equal_keys_counts(aws: Aws) -> None:
    assert status_of(post(b'{"direct_message_events": [5], "direct_message_events": []}')) == 200


# What is queued.


@pytest.mark.parametrize("path", sorted(X_SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_event_of_x_is_answered_with_200(path: Path, aws: Aws) -> None:
    assert status_of(post(path.read_bytes())) == 200


@pytest.mark.parametrize(
    ("older", "newer"),
    [("account_activity_dm", "x_activity_dm_received"), ("account_activity_echo", "x_activity_dm_sent")],
)
def test_a_dm_reported_in_both_envelopes_is_one_message(older: str, newer: str, aws: Aws) -> None:
    handler.lambda_handler(post(fixture(older)), None)
    handler.lambda_handler(post(fixture(newer)), None)

    first, second = aws.sqs.sent
    assert first == second
    assert first["MessageGroupId"] == CUSTOMER
    assert first["MessageDeduplicationId"] == aws.sqs.messages[0].id


def test_an_encrypted_message_is_queued_under_a_hash_of_its_id(aws: Aws, logged: Logged) -> None:
    handler.lambda_handler(post(fixture("x_activity_chat_received")), None)

    [message] = aws.sqs.sent
    assert rung("encrypted-dms", logged) == 1
    assert message["MessageGroupId"] == CUSTOMER
    assert message["MessageDeduplicationId"] == hashlib.sha256(b"5d0c7f0e-2a51-4a4c-9a70-8f6f3c1b2d90").hexdigest()


def test_dms_of_one_post_are_queued_in_the_order_in_which_they_were_written(aws: Aws) -> None:
    handler.lambda_handler(post(fixture("account_activity_two_dms")), None)

    assert [message.text for message in aws.sqs.messages if isinstance(message, DirectMessage)] == ["#text", "#minutes"]


def test_dms_of_one_moment_are_queued_in_the_order_of_their_ids(aws: Aws) -> None:
    later, earlier = dm("#start", id="1990000000000000102"), dm("#stop", id="999000000000000101")

    handler.lambda_handler(post(account_activity(later, earlier)), None)

    assert [message.text for message in aws.sqs.messages if isinstance(message, DirectMessage)] == ["#stop", "#start"]


def test_one_unreadable_event_does_not_keep_the_others(aws: Aws, logged: Logged) -> None:
    assert status_of(post(account_activity(dm(id=None), None, dm("#data")))) == 200

    assert [message.kind for message in aws.sqs.messages] == ["dm"]
    assert {"Unreadable", "OtherEvent", "DmSeen"} <= counted(logged())


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("account_activity_group", "GroupChat"),
        ("account_activity_between_others", "NotForUs"),
        ("x_activity_chat_received_group", "GroupChat"),
        ("account_activity_typing", "OtherEvent"),
    ],
)
def test_what_is_dropped_is_counted(name: str, metric: str, aws: Aws, logged: Logged) -> None:
    handler.lambda_handler(post(fixture(name)), None)

    assert aws.sqs.sent == []
    assert metric in counted(logged())


def test_nothing_that_was_said_gets_into_the_log(aws: Aws, logged: Logged) -> None:
    said = account_activity(dm("my number is 07700 900123"), dm(id="my number is 07700 900123"))
    said["users"] = {CUSTOMER: {"screen_name": "Robin_1"}}
    handler.lambda_handler(post(said), None)
    handler.lambda_handler(post(said, signature="sha256=my number is 07700 900123"), None)
    handler.lambda_handler(crc("my number is 07700 900123"), None)
    handler.lambda_handler(post({"data": {"event_type": "my number is 07700 900123"}}), None)
    aws.sqs.down = refused_by_aws("my number is 07700 900123", "SendMessage")
    handler.lambda_handler(post(said), None)

    log = json.dumps(logged())
    assert "queued" in log
    assert "07700" not in log
    assert "Robin_1" not in log


# When AWS is away.


@pytest.mark.parametrize(
    "failure",
    [
        refused_by_aws("ServiceUnavailable", "SendMessage"),
        refused_by_aws("AWS.SimpleQueueService.NonExistentQueue", "SendMessage"),
        EndpointConnectionError(endpoint_url="https://sqs.eu-west-2.amazonaws.com"),
    ],
)
def test_x_is_asked_to_try_again_while_the_queue_is_away(failure: Exception, aws: Aws, logged: Logged) -> None:
    aws.sqs.down = failure

    assert status_of(post(RAW)) == 503

    assert "Unavailable" in counted(logged())
    aws.sqs.down = None
    assert status_of(post(RAW)) == 200
    assert [message.id for message in aws.sqs.messages] == ["1990000000000000101"]


def test_200_is_not_said_when_only_some_are_queued(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_one = aws.sqs.send_message

    def then_fail(**message: str) -> dict[str, str]:
        aws.sqs.down = refused_by_aws("ServiceUnavailable", "SendMessage") if aws.sqs.sent else None
        return queue_one(**message)

    monkeypatch.setattr(aws.sqs, "send_message", then_fail)

    assert status_of(post(fixture("account_activity_two_dms"))) == 503


def ten_dms(**changes: Any) -> dict[str, Any]:
    """A POST with a DM of each of ten customers, and a second one of the first."""
    first = [dm(id=f"19900000000000001{number:02}", **changes) for number in range(11)]
    for number, event in enumerate(first):
        event["message_create"]["sender_id"] = f"200000000000000010{number % 10}"
    return post(account_activity(*first))


def test_dms_of_ten_customers_are_queued_in_one_call_and_the_second_of_one_by_itself(aws: Aws) -> None:
    assert status_of(ten_dms()) == 200

    assert (aws.sqs.batches, len(aws.sqs.sent)) == (1, 11)
    assert [message.id[-2:] for message in aws.sqs.messages] == [f"{number:02}" for number in range(11)]


def test_what_the_queue_refuses_of_many_is_sent_again_by_x_and_nothing_of_that_customer_overtakes_it(
    aws: Aws, logged: Logged
) -> None:
    aws.sqs.refuses = {"2000000000000000100"}

    assert status_of(ten_dms()) == 503

    assert [message.customer[-1] for message in aws.sqs.messages] == list("123456789")
    assert "Unavailable" in counted(logged())
    aws.sqs.refuses = set()
    assert status_of(ten_dms()) == 200
    assert [message.id[-2:] for message in aws.sqs.messages if message.customer[-1] == "0"] == ["00", "10"]


def test_no_call_of_the_queue_is_larger_than_it_takes() -> None:
    sqs = Sqs()
    long = [{"kind": "dm", "id": str(n), "customer": str(n), "text": "\U0001f600" * 10_000} for n in range(10)]

    assert list(send_all_inbound(sqs, QUEUE_URL, long)) == long

    assert sqs.batches == 5


def test_x_is_asked_to_try_again_while_the_secret_is_away(aws: Aws) -> None:
    aws.secrets.down = refused_by_aws("InternalServiceError", "GetSecretValue")

    assert status_of(post(RAW)) == 503
    assert status_of(crc("abc")) == 503


# With the real client.


@pytest.mark.parametrize("text", ["half \ud83d", "\x00\x01\x1f\x7f\ufffe\uffff", "📱" * 10_000, "£ – “ﷺ” ‮", ""])
def test_sqs_takes_any_character(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="inbound.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        [message] = envelopes.read_events(account_activity(dm(text)), brand_id=BRAND, now=0)
        assert isinstance(message, dict)

        send_inbound(sqs, url, message)

        [received] = sqs.receive_message(QueueUrl=url)["Messages"]
        assert inbound.validate_json(received["Body"]).model_dump(exclude_unset=True) == message


def test_sqs_takes_messages_of_many_customers_in_one_call(engine: Engine) -> None:
    sqs = engine.client("sqs")
    url = sqs.create_queue(QueueName="many.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    messages = [{"kind": "dm", "id": str(number), "customer": str(number)} for number in range(10)]

    assert list(send_all_inbound(sqs, url, messages)) == messages

    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(json.loads(one["Body"])["id"] for one in received) == [str(number) for number in range(10)]


COLD = """
import json, sys
import boto3.session
boto3.session.Session.resource = None
from functions.shared.aws import settings
from functions.webhook import handler
from tests_event import event
settings.secret = lambda name: {"current": "example-consumer-secret"}
answer = handler.lambda_handler(event, None)
print(json.dumps({"status": answer["statusCode"], "modules": sorted(sys.modules)}))
"""


def test_a_cold_start_loads_only_what_it_needs(tmp_path: Path) -> None:
    """The queue here is a closed port, so that the real client is built and used."""
    (tmp_path / "tests_event.py").write_text(f"event = {post(RAW)!r}")
    environment = SETTINGS | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{tmp_path}",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }

    run = subprocess.run([sys.executable, "-c", COLD], env=environment, capture_output=True, text=True, check=True)

    result = json.loads(run.stdout.splitlines()[-1])
    assert result["status"] == 503
    loaded = set(result["modules"])
    assert "botocore.client" in loaded
    assert not loaded & {
        "babel",
        "pydantic",
        "tweepy",
        "requests",
        "boto3.dynamodb",
        "functions.shared.aws.store",
    }


def test_the_module_imports_without_an_environment() -> None:
    code = "import functions.webhook.handler, sys; assert 'boto3' not in sys.modules and 'pydantic' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, check=True)


# With payloads of others.


@pytest.mark.skipif("X_SAMPLES" not in os.environ, reason="X_SAMPLES names no folder of recorded payloads")
def test_recorded_payloads_are_taken_in(aws: Aws) -> None:
    recorded = {path.name: path.read_bytes() for path in sorted(Path(os.environ["X_SAMPLES"]).glob("*.json"))}
    objects = {name: raw for name, raw in recorded.items() if isinstance(json.loads(raw), dict)}

    statuses = {name: status_of(post(raw)) for name, raw in objects.items()}

    assert statuses == dict.fromkeys(objects, 200)
    assert objects
