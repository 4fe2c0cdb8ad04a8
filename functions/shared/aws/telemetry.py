"""Logs and metrics: a fixed sentence and named fields. Nothing that a customer said or owns can get in."""

import logging
import os
import re
import traceback
from collections.abc import Callable
from functools import cache, wraps
from pathlib import PurePath
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, LiteralString

from functions.shared.aws.settings import MissingSettings, NoSecretYet

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger
    from aws_lambda_powertools.metrics import Metrics

NAMESPACE = "Tweetserve"

_X_ID = re.compile(r"[0-9]{1,20}")
_DM = re.compile(r"[0-9a-f-]{1,36}")  # an encrypted one has a UUID or a number with a sign
_KEY = re.compile(r"[A-Za-z0-9_.:#/-]{1,80}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")  # never digits alone: no phone number, no code
_NUMBER = re.compile(r"-?[0-9]{1,9}")  # shorter than a phone number

FIELDS: Final = {
    # ids of X
    **dict.fromkeys(("customer", "sent_dm"), _X_ID),
    "dm": _DM,
    # ids of ours
    **dict.fromkeys(("case", "dead_letter", "notice", "reply", "request", "staff"), _KEY),
    # words of the code
    **dict.fromkeys(
        (
            "aws_error",
            "command",
            "error",
            "event_type",
            "kind",
            "operation",
            "outcome",
            "queue",
            "reason",
            "slot",
            "state",
            "team",
        ),
        _WORD,
    ),
    # how many, how long, which answer
    **dict.fromkeys(
        ("attempt", "count", "fence", "left", "limit", "queued", "dropped", "seconds", "status", "version"), _NUMBER
    ),
}
"""The fields that a log line may have, each with the shape of its values."""

# Below WARNING these print headers, tokens and texts.
for _library in ("boto3", "botocore", "oauthlib", "requests", "requests_oauthlib", "tweepy", "urllib3"):
    logging.getLogger(_library).setLevel(logging.WARNING)


def load_writers() -> None:
    """Load what writes lines and metrics."""
    _logger()
    _metrics()


def info(sentence: LiteralString, **fields: object) -> None:
    """Log what happened. The sentence is fixed; what varies is a field of FIELDS, and other fields are dropped."""
    _logger().info(sentence, extra=_allowed(fields), stacklevel=3)


def warning(sentence: LiteralString, **fields: object) -> None:
    """Log what somebody may have to look at. Fields as in `info`."""
    _logger().warning(sentence, extra=_allowed(fields), stacklevel=3)


def error(sentence: LiteralString, failure: BaseException | None = None, **fields: object) -> None:
    """Log what somebody has to look at. Of a failure only its class and place: its message may quote a customer."""
    _logger().error(sentence, extra=_allowed(fields) | _described(failure), stacklevel=3)


_recording = Lock()
"""Powertools keeps what is recorded in a plain dictionary, and threads record at the same time."""


def count(name: LiteralString, by: int = 1) -> None:
    """Add to a metric. `observed` publishes it."""
    measure(name, by, "Count")


def measure(name: LiteralString, value: float, unit: str = "Seconds") -> None:
    """Record one value of a metric in a unit of CloudWatch. `observed` publishes it."""
    with _recording:
        _metrics().add_metric(name=name, unit=unit, value=value)


def x_down(is_down: bool) -> None:
    """Record of one DM or look-up whether X was in trouble. The alarm looks at the share of those that were."""
    measure("XDown", int(is_down), "Count")


class Failed(Exception):
    """A function failed. The runtime logs what leaves it, so that this names only the class of what went wrong."""


def observed[Event, Answer](handler: Callable[[Event, Any], Answer]) -> Callable[[Event, Any], Answer]:
    """Wrap a `lambda_handler`: its log lines carry the request id, its metrics are published when it ends.

    What goes wrong leaves it as Failed, for its message may quote a customer; settings that are missing are named.
    """

    @wraps(handler)
    def observed_handler(event: Event, context: Any) -> Answer:
        _logger().append_keys(function_request_id=getattr(context, "aws_request_id", None))
        try:
            return handler(event, context)
        except MissingSettings:
            raise
        except Exception as failure:
            error("a function failed", failure)
            raise Failed(type(failure).__name__) from None
        finally:
            publish()

    return observed_handler


def on_the_clock[Event](handler: Callable[[Event, Any], None]) -> Callable[[Event, Any], None]:
    """As `observed`, for what the clock calls: until `tweetserve x login` has put X's keys there it has nothing to do.

    What is missed once it has begun is heard all the same: alarms ring on figures that come no more.
    """

    @wraps(handler)
    def once_there_are_keys(event: Event, context: Any) -> None:
        try:
            handler(event, context)
        except NoSecretYet:
            info("there are no keys yet: the clock waits for `tweetserve x login`")

    return observed(once_there_are_keys)


def publish() -> None:
    """Write the metrics that have been recorded, if any."""
    metrics = _metrics()
    if metrics.provider.metric_set:
        metrics.flush_metrics()


@cache
def _logger() -> "Logger":
    from aws_lambda_powertools.logging import Logger

    return Logger(service=_service())


@cache
def _metrics() -> "Metrics":
    from aws_lambda_powertools.metrics import Metrics

    return Metrics(namespace=NAMESPACE, service=_service())


def _service() -> str:
    return os.environ.get("POWERTOOLS_SERVICE_NAME", "tweetserve")


def _allowed(fields: dict[str, object]) -> dict[str, object]:
    """Keep the fields of FIELDS. A value that has not the shape of its field is written as `?`."""
    known = {name: value for name, value in fields.items() if name in FIELDS and value is not None}
    return {name: value if _fits(name, value) else "?" for name, value in known.items()}


def _fits(name: str, value: object) -> bool:
    return isinstance(value, str | int) and FIELDS[name].fullmatch(str(value)) is not None


def _described(failure: BaseException | None) -> dict[str, object]:
    if failure is None:
        return {}
    frames = traceback.extract_tb(failure.__traceback__)
    ours = [frame for frame in frames if "functions" in PurePath(frame.filename).parts] or frames
    return _refusal(failure) | {
        "error": type(failure).__name__,
        "where": f"{PurePath(ours[-1].filename).name}:{ours[-1].lineno}" if ours else None,
    }


def _refusal(failure: BaseException) -> dict[str, object]:
    """Return what AWS refused and why, which botocore keeps beside a message that may quote the request."""
    response = getattr(failure, "response", None)
    if not isinstance(response, dict):
        return {}
    return _allowed(
        {"operation": getattr(failure, "operation_name", None), "aws_error": response.get("Error", {}).get("Code")}
    )
