"""Keep a note in a case."""

from functions.escalate.contract import CaseAnswer, ClaimRequest, SaidText
from functions.escalate.desk_api import Desk, Staff
from functions.escalate.registry import Act
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation


class NoteRequest(ClaimRequest):
    """Keep a note in the case. The customer never sees it."""

    text: SaidText


def note(desk: Desk, staff: Staff, case_id: str, request: NoteRequest) -> CaseAnswer:
    def noted(current: Conversation, case: Case) -> Conversation:
        kept = Entry(request.request_id, "note", request.text, desk.sender.now(), by=staff.id)
        return current.with_case(case, kept)

    return desk.answer(desk.act(staff, case_id, request, "noted", noted))


act = Act("note", NoteRequest, note)
