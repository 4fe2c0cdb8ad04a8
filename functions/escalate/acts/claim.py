"""Take a case that one sees in a list, if nobody has it."""

from functions.escalate import views
from functions.escalate.contract import CaseAnswer, ClaimRequest
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case, CaseState
from functions.shared.conversation.conversations import Conversation

FREE: tuple[CaseState, ...] = ("NEW", "WAITING_CUSTOMER")


class TakeRequest(ClaimRequest):
    """Claim this case, with the fence that it had in the list."""


def take_from_list(desk: Desk, staff: Staff, case_id: str, request: TakeRequest) -> CaseAnswer:
    from_line = set[str]()

    def taken(current: Conversation, case: Case) -> Conversation:
        now = desk.sender.now()
        if case.state not in FREE:
            raise Refusal(409, views.lost(case, now, desk.brand))
        if case.state == "NEW":
            from_line.add(case.team)
        return current.with_case(cases.claimed(case, staff.id, now))

    case = desk.act(staff, case_id, request, "claimed", taken, claimed=False)
    if case.team in from_line:
        desk.sender.line.spend(case.team)
    return desk.answer(case)


act = Act("claim", TakeRequest, take_from_list)
