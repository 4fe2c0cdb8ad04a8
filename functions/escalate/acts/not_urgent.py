"""Lower an urgent case into a team's line, with a note. One that locks account details asks how that was checked."""

from typing import Annotated

from pydantic import Field

from functions.escalate import telling, unlocking
from functions.escalate.contract import CaseAnswer, ErrorAnswer, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.escalate.unlocking import Unlocking
from functions.shared.conversation import moves
from functions.shared.conversation.cases import Case, Entry, Team
from functions.shared.conversation.conversations import Conversation


class NotUrgentRequest(Unlocking):
    """Lower the case into a team's line."""

    team: Annotated[Team, Field(description="Whose line it can wait in.")]
    text: Annotated[SaidText, Field(description="Why, kept as a note.")]


def lower_case(desk: Desk, staff: Staff, case_id: str, request: NotUrgentRequest) -> CaseAnswer:
    def lowered(current: Conversation, case: Case) -> Conversation:
        _refuse(case, request)
        now = desk.sender.now()
        why = Entry(request.request_id, "note", request.text, now, by=staff.id)
        less = moves.made_less_urgent(case, request.team, desk.due_at(request.team))
        after = unlocking.with_lock_settled(current, request).with_case(less, why)
        if not (current.customer.locked_by and request.checked and telling.may_be_told(current.customer, case)):
            return after
        return telling.with_words(
            after, case, request.request_id, "unlocked", unlocking.words_of_lock(desk, request), now
        )

    did = request.audited(f"made less urgent, for {request.team}")
    return desk.answer(desk.act(staff, case_id, request, did, lowered))


def _refuse(case: Case, request: NotUrgentRequest) -> None:
    if case.team != "urgent":
        raise Refusal(400, ErrorAnswer(error=f"Case {case.number} is not urgent."))
    if request.team == "urgent":
        raise Refusal(400, ErrorAnswer(error="Say in `team` whose line it can wait in."))


act = Act("not_urgent", NotUrgentRequest, lower_case)
