"""Let a case rest while somebody of ours is waited for: the customer reads until when, and it is a promise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from functions.escalate import telling
from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, ReadUpTo, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.shared.conversation import moves, promises
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.wording.saying import eta
from functions.shared.wording.text import Text

PARKED = Text(
    "parked",
    "{hi}we're still on {case} and need an answer from another team first. You'll hear from us here {eta}, whether or"
    " not it's solved by then. There's nothing you need to do.",
)
_SHORTEST, _LONGEST = timedelta(minutes=15), timedelta(days=14)


class ParkRequest(ClaimRequest):
    """Let the case rest until a time."""

    until: Annotated[AwareDatetime, Field(description="By when the customer hears from us; it is back before.")]
    text: Annotated[SaidText, Field(description="Who is waited for, kept as a note.")]
    seen: ReadUpTo = None


def park(desk: Desk, staff: Staff, case_id: str, request: ParkRequest) -> CaseAnswer:
    def parked(current: Conversation, case: Case) -> Conversation:
        now = desk.sender.now()
        refuse_unread(case, request.seen, desk.brand)
        _refuse(case, request.until, now)
        until = promises.as_said(request.until.astimezone(UTC), now)
        told = telling.may_be_told(current.customer, case)
        why = Entry(request.request_id, "note", request.text, now, by=staff.id)
        after = current.with_case(moves.parked(case, until, now, told=told), why)
        words = PARKED.reply(case=case.number, eta=eta(until, now, desk.brand()))
        return (
            telling.with_reply(after, case, request.request_id, replace(words, promises=until), now) if told else after
        )

    return desk.answer(desk.act(staff, case_id, request, "parked", parked))


def _refuse(case: Case, until: datetime, now: datetime) -> None:
    if not _SHORTEST <= until - now <= _LONGEST:
        raise Refusal(400, ErrorAnswer(error="A case is parked for 15 minutes to 14 days: say a time within these."))
    if case.call:
        raise Refusal(400, ErrorAnswer(error=f"A call is promised in case {case.number}: it rests until then anyway."))


act = Act("park", ParkRequest, park)
