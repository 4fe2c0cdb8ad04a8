"""Keep a case for another quarter of an hour."""

from functions.escalate.contract import CaseAnswer, ClaimRequest
from functions.escalate.desk_api import Desk, Staff
from functions.escalate.registry import Act
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation


class RenewRequest(ClaimRequest):
    """Renew a claim."""


def renew(desk: Desk, staff: Staff, case_id: str, request: RenewRequest) -> CaseAnswer:
    def renewed(current: Conversation, case: Case) -> Conversation:
        return current.with_case(cases.renewed(case, desk.sender.now()))

    return desk.answer(desk.act(staff, case_id, request, "renewed", renewed))


act = Act("renew", RenewRequest, renew)
