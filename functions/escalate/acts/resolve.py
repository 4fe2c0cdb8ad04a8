"""End a case, and tell the customer where they would not know."""

from functions.escalate import telling, unlocking
from functions.escalate.contract import CaseAnswer, ReadUpTo
from functions.escalate.desk_api import Desk, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.escalate.unlocking import Unlocking
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case, WrapUp
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer

RESOLVED = "{hi}we've marked {case} as sorted. If it isn't, just reply here and it opens again with the same team."
WITHOUT_A_WORD: tuple[WrapUp, ...] = ("not_for_us", "no_answer")


class ResolveRequest(Unlocking):
    """End the case."""

    wrap_up: WrapUp
    seen: ReadUpTo = None


def resolve(desk: Desk, staff: Staff, case_id: str, request: ResolveRequest) -> CaseAnswer:
    def resolved(current: Conversation, case: Case) -> Conversation:
        refuse_unread(case, request.seen, desk.brand)
        return with_end(desk, current, case, request)

    return desk.answer(desk.act(staff, case_id, request, request.audited("resolved"), resolved))


def with_end(desk: Desk, current: Conversation, case: Case, request: ResolveRequest) -> Conversation:
    """End a case as the request says. Raises Refusal."""
    now = desk.sender.now()
    words = _last_words(desk, current.customer, case, request)
    after = unlocking.with_lock_settled(current, request).with_case(cases.resolved(case, request.wrap_up, now))
    return telling.with_words(after, case, request.request_id, "resolved", words, now) if words else after


def _last_words(desk: Desk, customer: Customer, case: Case, request: ResolveRequest) -> str | None:
    """What the customer is told at a case's end: of a lock; else that it ended, where nobody has answered them."""
    if not telling.may_be_told(customer, case):
        return None
    if customer.locked_by:
        return unlocking.words_of_lock(desk, request)
    return RESOLVED if case.unanswered and request.wrap_up not in WITHOUT_A_WORD else None


act = Act("resolve", ResolveRequest, resolve)
