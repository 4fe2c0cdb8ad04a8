"""What staff say leaves as a DM, once for a request."""

from functions.escalate import views
from functions.escalate.contract import ClaimRequest, Delivery
from functions.escalate.desk_api import Desk, Staff, used_otherwise
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.conversation.customers import at_handle
from functions.shared.conversation.replies import Outgoing


def saying_by_dm(
    desk: Desk, staff: Staff, request: ClaimRequest, current: Conversation, case: Case, text: str, *, key: str = "staff"
) -> Conversation:
    """Return a conversation whose case, as it is now, has this as its newest word."""
    if desk.replies(case.customer, _id_of(request)):
        raise used_otherwise()
    now = desk.sender.now()
    reply = Outgoing(
        id=_id_of(request),
        customer=case.customer,
        cause=request.request_id,
        text=text,
        key=key,
        kind="staff",
        created_at=now,
        case=case.id,
    )
    return current.having(reply).with_case(case, Entry(request.request_id, "staff", text, now, by=staff.id))


def delivery_of(desk: Desk, request: ClaimRequest, case: Case) -> Delivery:
    customer = load(desk.sender.store, case.customer).customer
    return views.delivery(desk.replies(case.customer, _id_of(request))[_id_of(request)], customer)


def greeted(text: str, current: Conversation, **values: str) -> str:
    """Fill in words of ours that staff send."""
    name = at_handle(current.customer.handle)
    return text.format(hi=f"Hi {name}, " if name else "Hi, ", **values)


def _id_of(request: ClaimRequest) -> str:
    return f"{request.request_id}#staff"
