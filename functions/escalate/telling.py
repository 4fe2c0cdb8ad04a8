"""What the desk itself tells a customer when staff have done something: one DM, in the words of the product."""

from dataclasses import replace
from datetime import datetime

from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, at_handle
from functions.shared.conversation.replies import Outgoing


def may_be_told(customer: Customer, case: Case) -> bool:
    """Whether an automatic message may go to them at all."""
    return not (customer.stopped or customer.flooded_at or case.silent or case.had_last_word)


def with_words(
    current: Conversation,
    case: Case,
    request_id: str,
    key: str,
    words: str,
    now: datetime,
    promises: datetime | None = None,
) -> Conversation:
    """Add such a DM to a conversation, and to what was said in its case."""
    name = at_handle(current.customer.handle)
    reply = Outgoing(
        id=f"{request_id}#{key}",
        customer=case.customer,
        cause=request_id,
        text=words.format(hi=f"Hi {name}, " if name else "Hi, ", case=case.number),
        key=key,
        kind="acknowledgement",
        created_at=now,
        case=case.id,
        promises=promises,
    )
    return replace(current.having(reply), entries=(*current.entries, Entry(reply.id, "bot", reply.text, now)))
