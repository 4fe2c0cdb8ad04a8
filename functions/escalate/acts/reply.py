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
    reply_id = f"{request.request_id}#staff"

    def replied(current: Conversation, case: Case) -> Conversation:
        refuse_unread(case, request.seen, desk.brand)
        if desk.replies(case.customer, reply_id):
            raise used_otherwise()
        now = desk.sender.now()
        reply = Outgoing(
            id=reply_id,
            customer=case.customer,
            cause=request.request_id,
            text=request.text,
            key="staff",
            kind="staff",
            created_at=now,
            case=case.id,
        )
        said = Entry(request.request_id, "staff", request.text, now, by=staff.id)
        return current.having(reply).with_case(cases.answered(case, now), said)

    case = desk.act(staff, case_id, request, "replied", replied)
    customer = load(desk.sender.store, case.customer).customer
    sent = desk.replies(case.customer, reply_id)[reply_id]
    return ReplyAnswer(reply=views.delivery(sent, customer), case=views.shown_case(case, customer))


act = Act("reply", ReplyRequest, answered_by_dm, ReplyAnswer)
