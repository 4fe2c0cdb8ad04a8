"""Made-up calls: whatever arrives, the webhook answers, and queues only what X has signed.

2,000 of each kind run with all tests (FUZZ_EXAMPLES says how many), 100,000 with `pytest -m fuzz`.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.shared.x.messages import inbound
from functions.webhook import handler
from tests.calls_from_x import BRAND, CUSTOMER, Aws, account_activity, aws_of_the_webhook, call, dm, post
from tests.places import ROOT

QUICK = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
LONG = 100_000

FIXTURES = [path.read_bytes() for path in sorted((ROOT / "tests" / "data" / "x").glob("*.json"))]

any_text = st.text(st.characters())  # lone surrogates too
KEYS = """
    data event_type event_uuid filter user_id payload direct_message_events users for_user_id type id created_timestamp
    created_at_msec message_create target recipient_id sender_id message_data text entities urls url attachment media
    screen_name username conversation_id participant_ids
"""
keys_of_x = st.sampled_from(KEYS.split())
values_of_x = st.sampled_from(
    [BRAND, CUSTOMER, "dm.received", "dm.sent", "chat.received", "message_create", "1763300000101", "https://t.co/a"]
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | values_of_x,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys_of_x | any_text, inner, max_size=6),
    max_leaves=12,
)
places = st.sampled_from(
    ["id", "created_timestamp", "type", "sender_id", "target", "message_data", "text", "attachment", "entities"]
)


@st.composite
def broken_dms(draw: st.DrawFn) -> dict[str, Any]:
    """A DM as X reports it, in either envelope, with a few places holding anything."""
    event = dm()
    for place in draw(st.lists(places, max_size=3)):
        create = event.get("message_create")
        data = create.get("message_data") if isinstance(create, dict) else None
        for part in (event, create, data):
            if isinstance(part, dict) and (place in part or place == "attachment"):
                part[place] = draw(any_json)
    events, users = draw(st.lists(st.just(event) | any_json, max_size=3)), draw(any_json)
    kind = draw(st.sampled_from(["dm.received", "dm.sent", "chat.received"]))
    return draw(
        st.sampled_from(
            [
                account_activity(*events) | {"users": users},
                {"data": {"event_type": kind, "payload": {"direct_message_events": events, "users": users}}},
            ]
        )
    )


@st.composite
def damaged_bodies(draw: st.DrawFn) -> bytes:
    """A real event with a few bytes gone, doubled or changed."""
    raw = bytearray(draw(st.sampled_from(FIXTURES)))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(raw)))
        raw[start : start + draw(st.integers(0, 20))] = draw(st.binary(max_size=20))
    return bytes(raw)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


bodies = any_json.map(as_json) | broken_dms().map(as_json) | damaged_bodies() | st.binary()
headers = st.none() | st.dictionaries(st.just("X-Twitter-Webhooks-Signature") | any_text, any_text, max_size=3)
unsigned_calls = st.builds(
    call,
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]) | any_text,
    headers=headers,
    body=st.none() | any_text | bodies.map(lambda raw: base64.b64encode(raw).decode()),
    isBase64Encoded=st.booleans(),
    queryStringParameters=st.none() | st.dictionaries(st.just("crc_token") | any_text, any_text, max_size=2),
)
wrongly_signed_calls = st.builds(
    post, bodies, signature=any_text | st.binary(max_size=40).map(lambda raw: f"sha256={raw.hex()}")
)


@pytest.fixture
def aws() -> Iterator[Aws]:
    with aws_of_the_webhook() as aws:
        yield aws


def fuzz(examples: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def unsigned_queues_nothing(aws: Aws, event: dict[str, Any]) -> None:
    answer = handler.lambda_handler(event, None)

    assert answer["statusCode"] in {200, 400, 401, 405}
    assert aws.sqs.sent == []


def signed_queues_what_can_be_read(aws: Aws, raw: bytes) -> None:
    aws.sqs.sent.clear()

    answer = handler.lambda_handler(post(raw), None)

    assert answer["statusCode"] in {200, 400}
    for sent in aws.sqs.sent:
        message = inbound.validate_json(sent["MessageBody"])
        assert message.customer == sent["MessageGroupId"] != BRAND
        assert 1 <= len(sent["MessageDeduplicationId"]) <= 128
        assert sent["MessageBody"].isascii()


@pytest.mark.proof
@given(unsigned_calls | wrongly_signed_calls)
@fuzz(QUICK)
def test_a_call_that_x_did_not_sign_queues_nothing(aws: Aws, event: dict[str, Any]) -> None:
    unsigned_queues_nothing(aws, event)


@pytest.mark.proof
@given(bodies)
@fuzz(QUICK)
def test_what_is_queued_can_be_read(aws: Aws, raw: bytes) -> None:
    signed_queues_what_can_be_read(aws, raw)


@pytest.mark.long
@given(unsigned_calls | wrongly_signed_calls)
@fuzz(LONG)
def test_a_hundred_thousand_calls_that_x_did_not_sign_queue_nothing(aws: Aws, event: dict[str, Any]) -> None:
    unsigned_queues_nothing(aws, event)


@pytest.mark.long
@given(bodies)
@fuzz(LONG)
def test_what_is_queued_of_a_hundred_thousand_bodies_can_be_read(aws: Aws, raw: bytes) -> None:
    signed_queues_what_can_be_read(aws, raw)


@pytest.mark.long
def test_no_bytes_found_by_coverage_raise() -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: `pip install atheris`")
    command = [sys.executable, "-m", "tests.fuzz.webhook_by_coverage", f"-runs={LONG}"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr[-2000:]
