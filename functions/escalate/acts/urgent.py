"""Raise a case to the front, for everybody. It need not be one's own: whoever reads through the line sees it first."""

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.conversation import moves
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation


class UrgentRequest(ClaimRequest):
    """Raise the case: it is everybody's, and comes first. Anybody of its team may, with the fence that it has."""


def raise_case(desk: Desk, staff: Staff, case_id: str, request: UrgentRequest) -> CaseAnswer:
    def raised(current: Conversation, case: Case) -> Conversation:
        if case.team == "urgent":
            raise Refusal(400, ErrorAnswer(error=f"Case {case.number} is urgent already."))
        return current.with_case(moves.made_urgent(case, desk.due_at("urgent")))

    return desk.answer(desk.act(staff, case_id, request, "made urgent", raised, claimed=False))


act = Act("urgent", UrgentRequest, raise_case)
