"""Read the whole number at which a customer is rung. That somebody has is in the audit."""

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest
from functions.escalate.desk_api import Desk, Staff
from functions.escalate.registry import Act
from functions.escalate.ringing import number_of
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation, load


class NumberRequest(ClaimRequest):
    """Read the whole number at which the customer is rung; it is recorded."""


class NumberAnswer(CaseAnswer):
    number: str = Field(description="As it is dialled where the brand is.")


def whole_number(desk: Desk, staff: Staff, case_id: str, request: NumberRequest) -> NumberAnswer:
    from functions.escalate.numbers import as_dialled

    def seen(current: Conversation, case: Case) -> Conversation:
        number_of(desk, current, case)
        return current

    case = desk.act(staff, case_id, request, "saw the number", seen)
    whole = number_of(desk, load(desk.sender.store, case.customer), case)
    return NumberAnswer(case=desk.answer(case).case, number=as_dialled(whole, desk.brand().country))


act = Act("number", NumberRequest, whole_number, NumberAnswer)
