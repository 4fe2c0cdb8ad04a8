"""What the desk itself tells a customer when staff have done something: one DM, in the words of the product."""

from dataclasses import replace
from datetime import datetime

from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording.text import Reply, assemble, form


def may_be_told(customer: Customer, case: Case) -> bool:
    """Whether an automatic message may go to them at all."""
    return not (customer.stopped or customer.flooded_at or case.silent or case.had_last_word)


def with_words(current: Conversation, case: Case, request_id: str, key: str, words: str, now: datetime) -> Conversation:
    """Add such a DM to a conversation, and to what was said in its case."""
    return with_reply(current, case, request_id, Reply(key, words.replace("{case}", case.number)), now)


def with_reply(current: Conversation, case: Case, request_id: str, told: Reply, now: datetime) -> Conversation:
    """As `with_words`; a time that it tells, it promises."""
    handle = current.customer.handle
    reply = Outgoing(
        id=f"{request_id}#{told.key}",
        customer=case.customer,
        cause=request_id,
        text=assemble([told], handle=handle),
        form=form([told], handle=handle) if told.promises else None,
        key=told.key,
        kind="acknowledgement",
        created_at=now,
        case=case.id,
        promises=told.promises,
        until=told.promises,
    )
    return replace(current.having(reply), entries=(*current.entries, Entry(reply.id, "bot", reply.text, now)))
