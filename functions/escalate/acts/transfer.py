"""Give a case to another team, by its due time; what the customer was told stands."""

from typing import Annotated

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.conversation import moves
from functions.shared.conversation.cases import Case, Entry, Team
from functions.shared.conversation.conversations import Conversation


class TransferRequest(ClaimRequest):
    """Give the case to another team."""

    team: Team
    text: Annotated[SaidText | None, Field(description="What the other team needs to know, kept as a note.")] = None


def transfer(desk: Desk, staff: Staff, case_id: str, request: TransferRequest) -> CaseAnswer:
    def transferred(current: Conversation, case: Case) -> Conversation:
        _refuse(case, request)
        text = request.text
        notes = (Entry(request.request_id, "note", text, desk.sender.now(), by=staff.id),) if text else ()
        return current.with_case(moves.transferred(case, request.team), *notes)

    return desk.answer(desk.act(staff, case_id, request, f"transferred to {request.team}", transferred))


def _refuse(case: Case, request: TransferRequest) -> None:
    if case.team == request.team:
        raise Refusal(400, ErrorAnswer(error=f"Case {case.number} is for the {case.team} team already."))
    if request.text is None and case.kind not in moves.WITHOUT_A_REASON:
        raise Refusal(400, ErrorAnswer(error="Say in `text` what the other team needs to know: it is kept as a note."))


act = Act("transfer", TransferRequest, transfer)
