"""End a case, and tell the customer where they would not know."""

from dataclasses import replace
from datetime import datetime

from functions.escalate import unlocking
from functions.escalate.contract import CaseAnswer, ReadUpTo
from functions.escalate.desk_api import Desk, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.escalate.unlocking import Unlocking
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case, Entry, WrapUp
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, at_handle
from functions.shared.conversation.replies import Outgoing

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
    return _told(after, case, words, request, now) if words else after


def _last_words(desk: Desk, customer: Customer, case: Case, request: ResolveRequest) -> str | None:
    """What the customer is told at a case's end: of a lock; else that it ended, where nobody has answered them."""
    if customer.stopped or customer.flooded_at or case.silent or case.had_last_word:
        return None
    if customer.locked_by:
        return unlocking.words_of_lock(desk, request)
    return RESOLVED if case.unanswered and request.wrap_up not in WITHOUT_A_WORD else None


def _told(ended: Conversation, case: Case, words: str, request: ResolveRequest, now: datetime) -> Conversation:
    """Tell the customer that their case has ended."""
    name = at_handle(ended.customer.handle)
    reply = Outgoing(
        id=f"{request.request_id}#resolved",
        customer=case.customer,
        cause=request.request_id,
        text=words.format(hi=f"Hi {name}, " if name else "Hi, ", case=case.number),
        key="resolved",
        kind="acknowledgement",
        created_at=now,
        case=case.id,
    )
    return replace(ended.having(reply), entries=(*ended.entries, Entry(reply.id, "bot", reply.text, now)))


act = Act("resolve", ResolveRequest, resolve)
