"""Answer the customer by DM."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from functions.escalate import canned
from functions.escalate.by_dm import delivery_of, saying_by_dm
from functions.escalate.contract import CaseAnswer, ClaimRequest, Delivery, ErrorAnswer, ReadUpTo, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.shared.conversation import cases, moves
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation

LONGEST_PROMISE = timedelta(days=14)


class ReplyRequest(ClaimRequest):
    """Answer the customer by DM."""

    text: SaidText
    seen: ReadUpTo = None
    promises: Annotated[
        AwareDatetime | None,
        Field(description="The time that `text` tells, as `canned` answered it: by then somebody writes again."),
    ] = None


class ReplyAnswer(CaseAnswer):
    reply: Delivery


def answered_by_dm(desk: Desk, staff: Staff, case_id: str, request: ReplyRequest) -> ReplyAnswer:
    """Commit an answer under the claim. It leaves at once or, where X's limit is used up, as soon as it may."""

    def replied(current: Conversation, case: Case) -> Conversation:
        return with_answer(desk, staff, current, case, request)

    return answer_stands(desk, desk.act(staff, case_id, request, "replied", replied), request)


def with_answer(desk: Desk, staff: Staff, current: Conversation, case: Case, request: ReplyRequest) -> Conversation:
    """Add an answer to a conversation. Raises Refusal."""
    refuse_unread(case, request.seen, desk.brand)
    if still := canned.open_places(request.text):
        named = " and ".join(f"{{{place}}}" for place in still)
        raise Refusal(400, ErrorAnswer(error=f"Fill in {named} first, or take them out."))
    answered = _answered(case, request.promises, desk.sender.now())
    return saying_by_dm(desk, staff, request, current, answered, request.text)


def _answered(case: Case, promises: datetime | None, now: datetime) -> Case:
    if promises is None:
        return cases.answered(case, now)
    if not now < promises <= now + LONGEST_PROMISE:
        raise Refusal(400, ErrorAnswer(error="Promise a time that is to come, within 14 days."))
    if case.call:
        raise Refusal(400, ErrorAnswer(error=f"A call is promised in case {case.number}: promise nothing beside it."))
    return moves.answered_until(case, promises, now)


def answer_stands(desk: Desk, case: Case, request: ClaimRequest) -> ReplyAnswer:
    """Say what became of an answer."""
    return ReplyAnswer(reply=delivery_of(desk, request, case), case=desk.answer(case).case)


act = Act("reply", ReplyRequest, answered_by_dm, ReplyAnswer)
