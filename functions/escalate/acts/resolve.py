"""End a case, and tell the customer where they would not know."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, ReadUpTo
from functions.escalate.desk_api import Desk, Refusal, Staff, refuse_unread
from functions.escalate.registry import Act
from functions.shared.conversation import cases, locks
from functions.shared.conversation.cases import Case, Entry, WrapUp
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, at_handle
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording.safety import LOCK_STAYS, UNDONE

RESOLVED = "{hi}we've marked {case} as sorted. If it isn't, just reply here and it opens again with the same team."
HOW_CHECKED = (
    "This case locks account details: say how you checked who it is (`checked`), or that they stay off (`lock_stays`)."
)
WITHOUT_A_WORD: tuple[WrapUp, ...] = ("not_for_us", "no_answer")


class ResolveRequest(ClaimRequest):
    """End the case."""

    wrap_up: WrapUp
    seen: ReadUpTo = None
    checked: Annotated[
        str | None,
        Field(max_length=200, pattern=r"\S", description="How you made sure who it is: unlocks account details."),
    ] = None
    lock_stays: bool = Field(default=False, description="The check did not work: account details stay off.")


def resolve(desk: Desk, staff: Staff, case_id: str, request: ResolveRequest) -> CaseAnswer:
    def resolved(current: Conversation, case: Case) -> Conversation:
        refuse_unread(case, request.seen, desk.brand)
        now = desk.sender.now()
        words = _last_words(desk, current.customer, case, request)
        ended = _unlocked(current, request).with_case(cases.resolved(case, request.wrap_up, now))
        return _told(ended, case, words, request, now) if words else ended

    did = f"resolved, checked: {request.checked}" if request.checked else "resolved"
    return desk.answer(desk.act(staff, case_id, request, did, resolved))


def _last_words(desk: Desk, customer: Customer, case: Case, request: ResolveRequest) -> str | None:
    """What the customer is told at a case's end: of a lock; else that it ended, where nobody has answered them."""
    if customer.stopped or customer.flooded_at or case.silent or case.had_last_word:
        return None
    if customer.locked_by:
        return UNDONE if request.checked else LOCK_STAYS.replace("{lost_phone}", desk.brand().lost_phone)
    return RESOLVED if case.unanswered and request.wrap_up not in WITHOUT_A_WORD else None


def _unlocked(current: Conversation, request: ResolveRequest) -> Conversation:
    """Switch account details on again for who was checked. Nobody ends a locked case without saying what it is now."""
    if current.customer.locked_by is None:
        return current
    if request.checked:
        return replace(current, customer=locks.unlocked(current.customer))
    if request.lock_stays:
        return current
    raise Refusal(400, ErrorAnswer(error=HOW_CHECKED))


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
