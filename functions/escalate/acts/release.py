"""Give a case back: to the customer's turn if they have been answered, else to its line."""

from functions.escalate.contract import CaseAnswer, ClaimRequest
from functions.escalate.desk_api import Desk, Staff
from functions.escalate.registry import Act
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation


class ReleaseRequest(ClaimRequest):
    """Give a case back."""


def release(desk: Desk, staff: Staff, case_id: str, request: ReleaseRequest) -> CaseAnswer:
    def released(current: Conversation, case: Case) -> Conversation:
        return current.with_case(cases.released(case))

    return desk.answer(desk.act(staff, case_id, request, "released", released))


act = Act("release", ReleaseRequest, release)
