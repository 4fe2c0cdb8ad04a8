"""Say that one has read a case, without taking it: nobody skims it again until its customer writes."""

from dataclasses import replace

from functions.escalate.contract import CaseAnswer, ClaimRequest, ReadUpTo
from functions.escalate.desk_api import Desk, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation


class SeenRequest(ClaimRequest):
    """Say that you have read the case. Anybody of its team may, with the fence that it has."""

    seen: ReadUpTo = None


def mark_seen(desk: Desk, staff: Staff, case_id: str, request: SeenRequest) -> CaseAnswer:
    def read(current: Conversation, case: Case) -> Conversation:
        refuse_unread(case, request.seen, desk.brand)
        return current.with_case(replace(case, seen_at=desk.sender.now()))

    return desk.answer(desk.act(staff, case_id, request, "seen", read, claimed=False))


act = Act("seen", SeenRequest, mark_seen)
