"""Say that one has rung: reached, or not, and then when it is tried once more."""

from dataclasses import replace

from pydantic import AwareDatetime, Field

from functions.escalate.by_dm import greeted, saying_by_dm
from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.escalate.ringing import number_of, taken_slot
from functions.shared.conversation import calls, cases
from functions.shared.conversation.cases import Call, Case, Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.wording import saying

MISSED = (
    "{hi}we rang the number ending {last3} at {at} and didn't reach you. We'll try once more {slot}. If writing suits"
    " you better, just write here. Your case is {case}."
)
MISSED_TWICE = (
    "{hi}we tried again and didn't reach you. Nothing is lost: write here whenever it suits you, or ring {care_phone}"
    " and give them {case}."
)
NONE_PROMISED = "No call was promised in this case: there is none to tell of."
ONCE_MORE = "Say when you will try once more: one of the free times, as `slot`."


class CalledRequest(ClaimRequest):
    """Say that you have rung the customer."""

    reached: bool = Field(description="You spoke. If not, they are told; after a second time it is their turn.")
    slot: AwareDatetime | None = Field(default=None, description="When you will try once more.")


def told_of_call(desk: Desk, staff: Staff, case_id: str, request: CalledRequest) -> CaseAnswer:
    def told_of(current: Conversation, case: Case) -> Conversation:
        if case.call is None:
            raise Refusal(400, ErrorAnswer(error=NONE_PROMISED))
        if request.reached:
            now = desk.sender.now()
            spoke = Entry(request.request_id, "note", "Rang, and spoke to them.", now, by=staff.id)
            return current.with_case(calls.rung(case, now), spoke)
        missed = _twice if case.call.again else _once
        return missed(desk, staff, request, current, case)

    return desk.answer(desk.act(staff, case_id, request, "rang", told_of))


def _once(desk: Desk, staff: Staff, request: CalledRequest, current: Conversation, case: Case) -> Conversation:
    """Tell them when it is tried again, and let the case wait for that."""
    now, brand = desk.sender.now(), desk.brand()
    if request.slot is None:
        raise Refusal(400, ErrorAnswer(error=ONCE_MORE))
    number = number_of(desk, current, case)
    call, taken = taken_slot(desk, case, request.slot, now, brand)
    said = greeted(
        MISSED,
        current,
        last3=number[-3:],
        at=saying.time_of_day(now, brand),
        slot=saying.between(call.at, call.until, now, brand),
        case=case.number,
    )
    again = calls.booked(calls.rung(case, now), Call(call.at, call.until, again=True), now)
    waits = saying_by_dm(desk, staff, request, current, again, said, key="callback.missed")
    return replace(waits, writes=(taken,))


def _twice(desk: Desk, staff: Staff, request: CalledRequest, current: Conversation, case: Case) -> Conversation:
    """Now it is their turn."""
    said = greeted(MISSED_TWICE, current, care_phone=desk.brand().care_phone, case=case.number)
    waits = cases.released(calls.rung(case, desk.sender.now()))
    return saying_by_dm(desk, staff, request, current, waits, said, key="callback.missed_twice")


act = Act("called", CalledRequest, told_of_call)
