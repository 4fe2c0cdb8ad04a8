"""Answer the customer by DM."""

from functions.escalate import views
from functions.escalate.contract import CaseAnswer, ClaimRequest, Delivery, ReadUpTo, SaidText
from functions.escalate.desk_api import Desk, Staff, refuse_unread, used_otherwise
from functions.escalate.registry import Act
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.conversation.replies import Outgoing


class ReplyRequest(ClaimRequest):
    """Answer the customer by DM."""

    text: SaidText
    seen: ReadUpTo = None


class ReplyAnswer(CaseAnswer):
    reply: Delivery


def answered_by_dm(desk: Desk, staff: Staff, case_id: str, request: ReplyRequest) -> ReplyAnswer:
    """Commit an answer under the claim. It leaves at once or, where X's limit is used up, as soon as it may."""

    def replied(current: Conversation, case: Case) -> Conversation:
        return with_answer(desk, staff, current, case, request)

    return answer_stands(desk, desk.act(staff, case_id, request, "replied", replied), request)


def with_answer(desk: Desk, staff: Staff, current: Conversation, case: Case, request: ReplyRequest) -> Conversation:
    """Add an answer to a conversation. Raises Refusal."""
    refuse_unread(case, request.seen, desk.brand)
    if desk.replies(case.customer, _reply_id(request)):
        raise used_otherwise()
    now = desk.sender.now()
    reply = Outgoing(
        id=_reply_id(request),
        customer=case.customer,
        cause=request.request_id,
        text=request.text,
        key="staff",
        kind="staff",
        created_at=now,
        case=case.id,
    )
    entry = Entry(request.request_id, "staff", request.text, now, by=staff.id)
    return current.having(reply).with_case(cases.answered(case, now), entry)


def answer_stands(desk: Desk, case: Case, request: ReplyRequest) -> ReplyAnswer:
    """Say what became of an answer."""
    customer = load(desk.sender.store, case.customer).customer
    sent = desk.replies(case.customer, _reply_id(request))[_reply_id(request)]
    return ReplyAnswer(reply=views.delivery(sent, customer), case=views.shown_case(case, customer))


def _reply_id(request: ReplyRequest) -> str:
    return f"{request.request_id}#staff"


act = Act("reply", ReplyRequest, answered_by_dm, ReplyAnswer)
