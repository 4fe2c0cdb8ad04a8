"""A team's line: a ticket on its queue says that somebody may take a case; which one is decided at the claim."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.shared.cases import Team
from functions.shared.conversations import Conversation, change
from functions.shared.queues import send
from functions.shared.store import Store


@dataclass(frozen=True)
class Line:
    """The teams' queues: `urls` by team, `sqs` a boto3 client."""

    sqs: Any
    urls: dict[Team, str]

    def ticket(self, store: Store, conversation: Conversation, now: datetime) -> None:
        """Put a ticket on the team's queue if the open case needs one, and remember it.

        Doing it twice does no harm: SQS drops the second for five minutes, and a ticket without a case is dropped.
        """
        case = conversation.open_case
        if case is None or not case.needs_ticket:
            return
        ticket = case.ticket
        send(
            self.sqs,
            self.urls[case.team],
            ticket.model_dump(mode="json"),
            group=case.id,
            deduplication_id=f"{case.id}-{case.fence}",
        )

        def ticketed(current: Conversation) -> Conversation | None:
            if current.case is None or current.case.id != ticket.case or current.case.fence != ticket.fence:
                return None
            return current.with_case(replace(current.case, ticketed_fence=ticket.fence))

        change(store, case.customer, ticketed, by="line", did="ticketed", now=now)

    def take_ticket(self, team: Team) -> str | None:
        """Take a ticket off a team's queue; its receipt is given back to `done`."""
        answer = self.sqs.receive_message(QueueUrl=self.urls[team], MaxNumberOfMessages=1, WaitTimeSeconds=0)
        messages = answer.get("Messages", [])
        return messages[0]["ReceiptHandle"] if messages else None

    def done(self, team: Team, receipt: str) -> None:
        self.sqs.delete_message(QueueUrl=self.urls[team], ReceiptHandle=receipt)
