"""A team's line: a ticket on its queue says that somebody may take a case; which one is decided at the claim."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from functions.shared.aws.queues import send
from functions.shared.aws.store import Store
from functions.shared.conversation.cases import Case, Team
from functions.shared.conversation.conversations import Conversation, change
from functions.shared.conversation.promises import COUNTED
from functions.shared.x.messages import Ticket


@dataclass(frozen=True)
class Taken:
    """A ticket that was taken: it names a case that was in the line, None where it cannot be read."""

    team: Team
    case: str | None
    receipt: str


@dataclass(frozen=True)
class TeamLines:
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

    def tell_of_question(self, case: Case, team: Team, now: datetime) -> None:
        """Put a ticket on the queue of a team that is asked something about another one's case."""
        ticket = Ticket(case=case.id, team=team, reason="question", fence=case.fence, at=now)
        once = f"{case.id}-{case.fence}-question"
        send(self.sqs, self.urls[team], ticket.model_dump(mode="json"), group=case.id, deduplication_id=once)

    def take_ticket(self, team: Team) -> Taken | None:
        """Take a ticket off a team's queue; give it back to `done`, else it comes again within a minute."""
        answer = self.sqs.receive_message(QueueUrl=self.urls[team], MaxNumberOfMessages=1, WaitTimeSeconds=0)
        messages = answer.get("Messages", [])
        return Taken(team, _case_in(messages[0]["Body"]), messages[0]["ReceiptHandle"]) if messages else None

    def done(self, taken: Taken) -> None:
        self.sqs.delete_message(QueueUrl=self.urls[taken.team], ReceiptHandle=taken.receipt)

    def spend(self, team: Team) -> None:
        """Delete one ticket of a team, because one of its cases was taken."""
        taken = self.take_ticket(team)
        if taken:
            self.done(taken)


def cases_ahead(store: Store, case: Case) -> int:
    """Count the cases that are taken before one, as far as it matters. The index may lag behind."""
    itself = case.state == "NEW" and not case.silent
    return max(0, store.waiting(case.team, until=case.due_at, up_to=COUNTED + 1) - itself)


def _case_in(body: str) -> str | None:
    try:
        return Ticket.model_validate_json(body).case
    except ValidationError:
        return None
