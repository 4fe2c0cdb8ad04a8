"""Promise the customer a call at one of the team's times. The case waits, and is back when it is time."""

from dataclasses import replace

from pydantic import AwareDatetime, Field

from functions.escalate.acts.reply import ReplyAnswer, answer_stands
from functions.escalate.by_dm import greeted, saying_by_dm
from functions.escalate.contract import ClaimRequest, ReadUpTo
from functions.escalate.desk_api import Desk, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.escalate.ringing import freed_slots, number_of, taken_slot
from functions.shared.conversation import calls
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation
from functions.shared.wording import saying

CALL_BOOKED = (
    "{hi}booked: we'll call the number ending {last3} {slot}. We'll never ask for a code, PIN or password. To change"
    " or cancel, just write here. Your case is {case}."
)


class CallbackRequest(ClaimRequest):
    """Promise the customer a call."""

    slot: AwareDatetime = Field(description="When it begins: one of the team's free times.")
    seen: ReadUpTo = None


def call_promised(desk: Desk, staff: Staff, case_id: str, request: CallbackRequest) -> ReplyAnswer:
    """Book a call, tell the customer when, and let the case wait for it."""

    def booked(current: Conversation, case: Case) -> Conversation:
        refuse_unread(case, request.seen, desk.brand)
        now, brand = desk.sender.now(), desk.brand()
        number = number_of(desk, current, case)
        call, taken = taken_slot(desk, case, request.slot, now, brand)
        said = greeted(
            CALL_BOOKED,
            current,
            last3=number[-3:],
            slot=saying.between(call.at, call.until, now, brand),
            case=case.number,
        )
        waits = saying_by_dm(desk, staff, request, current, calls.booked(case, call, now), said, key="callback.booked")
        return replace(waits, writes=(taken, *freed_slots(desk, case, now)))

    return answer_stands(desk, desk.act(staff, case_id, request, "call promised", booked), request)


act = Act("callback", CallbackRequest, call_promised, ReplyAnswer)
