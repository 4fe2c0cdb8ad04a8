"""Call off a call that was promised: the customer would rather have it in writing, or nobody may ring any more."""

from dataclasses import replace

from functions.escalate.acts.called import NONE_PROMISED
from functions.escalate.acts.reply import ReplyAnswer, answer_stands
from functions.escalate.by_dm import greeted, saying_by_dm
from functions.escalate.contract import ClaimRequest, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.escalate.ringing import freed_slots
from functions.shared.conversation import moves, promises
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation
from functions.shared.wording import saying
from functions.shared.wording.country import team_name

CALLED_OFF = "{hi}no call, then. {Team} will reply here {eta}. Your case is {case}."


class CallOffRequest(ClaimRequest):
    """Call off a call; the customer reads by when they are written to instead."""


def called_off(desk: Desk, staff: Staff, case_id: str, request: CallOffRequest) -> ReplyAnswer:
    def off(current: Conversation, case: Case) -> Conversation:
        if case.call is None:
            raise Refusal(400, ErrorAnswer(error=NONE_PROMISED))
        now, brand = desk.sender.now(), desk.brand()
        by = promises.due_at(case.team, now, brand, 0)
        said = greeted(
            CALLED_OFF,
            current,
            Team=saying.capital(team_name(case.team, brand)),
            eta=saying.eta(by, now, brand),
            case=case.number,
        )
        written = moves.answered_until(replace(case, call=None), by, now)
        after = saying_by_dm(desk, staff, request, current, written, said, key="callback.no")
        return replace(after, writes=freed_slots(desk, case, now))

    return answer_stands(desk, desk.act(staff, case_id, request, "call called off", off), request)


act = Act("call_off", CallOffRequest, called_off, ReplyAnswer)
