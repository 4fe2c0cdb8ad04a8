"""What calls functions besides HTTP: a queue and the clock, each as AWS would."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clock as service_clock
from local.workers import Closed, Failed, Pool

MILLISECOND = timedelta(milliseconds=1)
WAIT_SECONDS = 1  # a stop waits for the poll that runs
PAUSE_SECONDS = 0.5


def sqs_event(message: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    """Return the event that a Lambda function gets for one received message."""
    attributes = dict(message.get("Attributes", {}))
    if "SentTimestamp" in attributes:  # by the machine's clock, which the service's may go ahead of
        attributes["SentTimestamp"] = str(int(attributes["SentTimestamp"]) + service_clock.ahead // MILLISECOND)
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": attributes,
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": queue_arn.split(":")[3],
            }
        ]
    }


class Pump:
    """Brings a queue's messages to a function, one at a time: deleted when it returns, left alone when it fails."""

    def __init__(self, sqs: Any, queue_url: str, queue_arn: str, pool: Pool) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._arn = queue_arn
        self._pool = pool
        self._answers = True
        self._failed: dict[str, dict[str, Any]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Several may run, as many as the function has workers."""
        while not stopping.is_set():
            try:
                for message in await asyncio.to_thread(self._receive):
                    self._failed.pop(message["MessageId"], None)
                    await self._bring(message)
                self._answers = True
            except (BotoCoreError, ClientError) as error:
                await asyncio.sleep(PAUSE_SECONDS)
                if self._answers and not stopping.is_set():
                    self._answers = False  # said once, not twice a second
                    typer.echo(f"{self._arn} does not answer ({type(error).__name__}); trying on.", err=True)

    async def _bring(self, message: dict[str, Any]) -> None:
        try:
            await self._pool.call(sqs_event(message, self._arn))
        except Closed:  # not begun: it need not wait
            await self._ask("change_message_visibility", message, VisibilityTimeout=0)
            return
        except Failed:
            # It comes again after its visibility time-out, and goes to the dead letters in the end.
            self._failed[message["MessageId"]] = message
            return
        await self._ask("delete_message", message)

    async def time_has_passed(self) -> None:
        """The clock was moved: what failed has waited long enough."""
        while self._failed:
            _, message = self._failed.popitem()
            with suppress(BotoCoreError, ClientError):  # it has come again by itself
                await self._ask("change_message_visibility", message, VisibilityTimeout=0)

    async def _ask(self, operation: str, message: dict[str, Any], **more: Any) -> None:
        ask = getattr(self._sqs, operation)
        await asyncio.to_thread(ask, QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], **more)

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=WAIT_SECONDS,
            MessageSystemAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


async def clock(pool: Pool, every: float, stopping: asyncio.Event) -> None:
    """Call a function every so many seconds, never two at once."""
    while not stopping.is_set():
        with suppress(Failed):  # its log says why; the next call tries again
            await pool.call({})
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)
