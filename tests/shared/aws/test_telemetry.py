"""What may be logged and counted, and what never gets in."""

import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws import telemetry

type Logged = Callable[[], list[dict[str, Any]]]

CONTEXT = SimpleNamespace(aws_request_id="8f5c-1")
WHAT_A_CUSTOMER_SAID = "my number is 07700 900123 and I owe £52.10"


def test_a_line_is_a_fixed_sentence_with_named_fields(logged: Logged) -> None:
    telemetry.info("queued", dm="2100000000000000001", kind="dm", count=1)

    [line] = logged()
    assert line["message"] == "queued"
    assert line["level"] == "INFO"
    assert (line["dm"], line["kind"], line["count"]) == ("2100000000000000001", "dm", 1)


def test_a_field_that_is_not_on_the_list_is_dropped(logged: Logged) -> None:
    telemetry.warning(
        "queued", text=WHAT_A_CUSTOMER_SAID, handle="jo", msisdn="07700900123", balance=5210, token="t0ken"
    )

    [line] = logged()
    assert line.keys() == {"level", "location", "message", "timestamp", "service"}


@pytest.mark.parametrize(
    "value",
    [
        WHAT_A_CUSTOMER_SAID,
        "07700 900123",
        "+447700900123",
        "£52.10",
        52.1,
        {"text": "hello"},
        ["hello"],
        b"hello",
        "",
        "a\nb",
    ],
)
def test_no_field_takes_a_text_or_an_amount(value: object, logged: Logged) -> None:
    telemetry.info("queued", **dict.fromkeys(telemetry.FIELDS, value))

    [line] = logged()
    assert {line[name] for name in telemetry.FIELDS} == {"?"}


@pytest.mark.parametrize("name", ["reason", "kind", "outcome", "count", "status"])
def test_a_phone_number_is_neither_a_word_nor_a_count(name: str, logged: Logged) -> None:
    telemetry.info("queued", **{name: "07700900123"})

    [line] = logged()
    assert line[name] == "?"


def test_a_failure_is_named_and_placed_but_not_quoted(logged: Logged) -> None:
    try:
        raise ValueError(WHAT_A_CUSTOMER_SAID)
    except ValueError as failure:
        telemetry.error("a command failed", failure, command="data")

    [line] = logged()
    assert line["error"] == "ValueError"
    assert line["where"].startswith("test_telemetry.py:")
    assert "07700" not in str(line)


def test_a_failure_inside_a_library_is_placed_in_our_own_code(logged: Logged) -> None:
    from functions.shared.aws import queues

    try:
        queues.send(None, "", {"kind": object()}, group="1", deduplication_id="1")
    except (AttributeError, TypeError) as failure:
        telemetry.error("not queued", failure)

    [line] = logged()
    assert line["where"].startswith("queues.py:")


def test_what_aws_refused_is_named(logged: Logged) -> None:
    failure = ClientError({"Error": {"Code": "Throttling", "Message": WHAT_A_CUSTOMER_SAID}}, "TransactWriteItems")

    telemetry.error("not stored", failure)

    [line] = logged()
    assert (line["aws_error"], line["operation"]) == ("Throttling", "TransactWriteItems")
    assert "07700" not in str(line)


def test_metrics_are_published_when_the_handler_ends(logged: Logged) -> None:
    @telemetry.observed
    def lambda_handler(event: str, context: Any) -> str:
        telemetry.count("Queued")
        telemetry.count("Queued", 2)
        telemetry.measure("OldestReply", 1.5)
        return event

    answer = lambda_handler("event", CONTEXT)

    [metrics] = logged()
    assert answer == "event"
    assert sum(metrics["Queued"]) == 3
    assert metrics["OldestReply"] == [1.5]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Tweetserve"
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads are switched at nearly every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_nothing_is_lost_of_what_threads_measure_at_the_same_time(logged: Logged) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: telemetry.count("Decided"), range(2_000)))
    telemetry.publish()

    assert sum(sum(line["Decided"]) for line in logged() if "Decided" in line) == 2_000


def test_metrics_are_published_when_the_handler_fails(logged: Logged) -> None:
    @telemetry.observed
    def lambda_handler(event: str, context: Any) -> str:
        telemetry.count("Queued")
        raise RuntimeError(event)

    with pytest.raises(telemetry.Failed, match="RuntimeError"):
        lambda_handler("event", CONTEXT)

    [_, metrics] = logged()
    assert metrics["Queued"] == [1.0]


def test_a_handler_that_counts_nothing_writes_nothing(logged: Logged) -> None:
    telemetry.observed(lambda event, context: event)("event", CONTEXT)

    assert logged() == []


def test_a_line_carries_the_request_and_the_service(logged: Logged, service_name: str) -> None:
    telemetry.observed(lambda event, context: telemetry.info("seen"))("event", CONTEXT)

    [line] = logged()
    assert line["service"] == service_name
    assert line["function_request_id"] == "8f5c-1"


@pytest.mark.parametrize("library", ["boto3", "botocore", "oauthlib", "requests_oauthlib", "tweepy", "urllib3"])
def test_libraries_stay_quiet_when_everything_else_is_at_debug(library: str) -> None:
    logging.getLogger().setLevel(logging.DEBUG)

    quiet = not logging.getLogger(f"{library}.part").isEnabledFor(logging.INFO)

    logging.getLogger().setLevel(logging.WARNING)
    assert quiet
