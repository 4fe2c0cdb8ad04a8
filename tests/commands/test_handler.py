"""What SQS's call does with a message that fails."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from functions.commands import handler
from functions.shared.aws import settings, telemetry
from functions.shared.conversation.conversations import Contended


@dataclass
class Queue:
    """An SQS that remembers after how many seconds a message is to come again."""

    waits: list[int] = field(default_factory=list)

    def change_message_visibility(self, *, VisibilityTimeout: int, **_: Any) -> None:  # noqa: N803 - boto3's name
        self.waits.append(VisibilityTimeout)


@pytest.mark.parametrize(
    "failure", [ReadTimeoutError(endpoint_url="aws"), Contended(), ValueError("a promise"), KeyError("text")]
)
@pytest.mark.parametrize(("times", "seconds"), [(1, 2), (2, 5), (3, 15), (4, 30)])
def test_a_message_that_failed_comes_again_within_seconds_whatever_went_wrong(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, times: int, seconds: int
) -> None:
    def failing(*_: object) -> None:
        raise failure

    queue = Queue()
    names = dict.fromkeys(handler.Settings.__dataclass_fields__, "x")
    monkeypatch.setattr(handler, "_settings", lambda: handler.Settings(**names))
    monkeypatch.setattr(handler, "receive", failing)
    monkeypatch.setattr(settings, "client", lambda _: queue)
    record = {"body": "", "receiptHandle": "1", "attributes": {"ApproximateReceiveCount": str(times)}}

    with pytest.raises(telemetry.Failed):
        handler.lambda_handler({"Records": [record]}, None)

    assert queue.waits == [seconds]
