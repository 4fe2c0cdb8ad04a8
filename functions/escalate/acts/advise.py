"""Answer what another team has asked: their case has it as a note, and one that rested until then is back with them."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.aws.rows import question_key
from functions.shared.aws.store import Delete
from functions.shared.conversation import moves
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation


class AdviseRequest(ClaimRequest):
    """Answer what your team was asked about a case, with the fence that it has. The customer never sees it."""

    text: Annotated[SaidText, Field(description="What they wanted to know, kept as a note.")]


def advise(desk: Desk, staff: Staff, case_id: str, request: AdviseRequest) -> CaseAnswer:
    def advised(current: Conversation, case: Case) -> Conversation:
        asked, now = desk.asked(case, staff.teams), desk.sender.now()
        if not asked:
            raise Refusal(400, ErrorAnswer(error=f"Nobody asks your team anything about case {case.number}."))
        rests = case.state == "WAITING_CUSTOMER" and case.parked_until
        answer = Entry(request.request_id, "note", f"From the {asked[0]} team: {request.text}", now, by=staff.id)
        after = current.with_case(moves.back_from_rest(case, now) if rests else case, answer)
        done = [Delete(*question_key(case.id, team), expected=1) for team in asked]
        return replace(after, writes=(*after.writes, *done))

    return desk.answer(desk.act(staff, case_id, request, "advised", advised, claimed=False))


act = Act("advise", AdviseRequest, advise)
