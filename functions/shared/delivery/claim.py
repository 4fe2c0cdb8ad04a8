"""What may leave now, and the claim on it. Nothing here reads or writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Literal

from functions.shared.conversation import cases, erasure, promises, replies
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.budget import Budget
from functions.shared.x.ids import is_older

Obstacle = Literal["erased", "held", "stopped", "unlinked", "owned", "moot", "later"]


NEVER: tuple[Obstacle, ...] = ("erased", "stopped", "unlinked", "owned", "moot")
"""What stands in a reply's way for good: it is suppressed."""
TOGETHER = 10
"""Replies that may leave as one DM."""
LONGEST_DM = 10_000
"""How long a DM may be for X."""
BETWEEN = "\n\n"
A_PART = 25
"""Replies that never leave and are settled in one transaction, however many a customer has."""


def obstacle(conversation: Conversation, reply: Outgoing, now: datetime) -> Obstacle | None:
    """Say why a reply may not leave now. Looked at under the customer's version, so that it still holds then."""
    customer = conversation.customer
    if erasure.is_forgotten(customer, reply):
        return "erased"
    if reply.kind == "stop":
        # Also for a stop that came again before the first was confirmed: who asks twice is told once.
        in_force = customer.stopped and not is_older(reply.cause, customer.started_by, now)
        if in_force:
            return None
        return "held" if conversation.is_held else "stopped"
    if reply.automated and conversation.is_held:
        return "held"
    if reply.automated and customer.stopped:
        return "stopped"
    linked = customer.link and customer.link.account_id == reply.quotes and not conversation.locked
    if reply.quotes and not linked:
        return "unlinked"
    if reply.unasked and conversation.known_case:
        return "owned"
    if reply.updates_promise and not promises.may_leave(conversation.open_case, now):
        return "moot"
    if reply.until and now >= reply.until:
        return "moot"
    return "later" if reply.not_before and reply.not_before > now else None


def together(conversation: Conversation, reply: Outgoing, now: datetime, budget: Budget) -> tuple[Outgoing, ...]:
    """Return what leaves as one DM so that this reply does, in the order of causes; nothing if it has to wait.

    Only a stop's confirmation overtakes what is on its way, and what a pause holds back holds nothing up.
    """
    if reply.kind == "stop":
        return () if obstacle(conversation, reply, now) else (reply,)
    waiting: list[Outgoing] = []
    for other in conversation.replies:
        hindered = obstacle(conversation, other, now)
        if other.state == "PENDING" and (budget.holds(other.kind) or hindered == "held"):
            continue
        if other.state == "PENDING" and other.kind != "stop" and not hindered:
            waiting.append(other)
        elif hindered not in NEVER and replies.holds_up(other, now):
            break
    return tuple(waiting[:TOGETHER]) if reply in waiting else ()


@dataclass(frozen=True)
class Claim:
    """`head` is the reply whose DM is being sent, as it stands in the conversation once that is saved."""

    conversation: Conversation
    head: Outgoing


def claim(
    conversation: Conversation,
    reply: Outgoing,
    budget: Budget,
    now: datetime,
    says_time: Callable[[datetime], str],
    anew: Callable[[Conversation, Outgoing], Outgoing] = lambda _, reply: reply,
) -> Claim | None:
    """Claim a reply, and what waits beside it, as one DM; None where something stands in the way.

    Only what leaves now is said `anew`; `says_time` tells staff the time.
    """
    dm = _fitting([anew(conversation, part) for part in together(conversation, reply, now, budget)])
    take = budgets.take(budget, reply.kind, now, [other.kind for other in dm]) if dm else None
    if take is None:
        return None
    if reply.kind == "staff":
        held = held_before(conversation, dm[-1], budget)
        if len(held) > A_PART:
            return None
        conversation = instead_of(conversation, held, now, says_time)
    head = replace(replies.sending(dm[0], now), carries=tuple(other.id for other in dm[1:]))
    carried = [replace(replies.sending(other, now), carried_by=head.id) for other in dm[1:]]
    overtaken = [replace(other, may_resend=False) for other in conversation.replies if other.state == "UNKNOWN"]
    claimed = conversation.having(head, *carried, *overtaken)
    customer = _counted(claimed.customer, budget, now) if reply.automated else claimed.customer
    claimed = replace(claimed, customer=customer, writes=(*claimed.writes, take))
    return Claim(_promised(claimed, dm, now), head)


def _promised(conversation: Conversation, dm: Iterable[Outgoing], now: datetime) -> Conversation:
    """What a DM promises is what the case's clock watches, from the moment at which the DM is on its way."""
    for reply in dm:
        case = conversation.open_case
        if case and case.id == reply.case and reply.promises:
            conversation = conversation.with_case(
                cases.promised(case, reply.promises, now, instead=reply.updates_promise)
            )
    return conversation


def _fitting(dm: list[Outgoing]) -> list[Outgoing]:
    """As many of these, from the first on, as X takes as one DM; the first goes whatever its length."""
    signs = accumulate(len(part.text) + len(BETWEEN) for part in dm)
    return dm[:1] + [part for part, length in zip(dm[1:], list(signs)[1:], strict=True) if length <= LONGEST_DM]


def held_before(conversation: Conversation, last: Outgoing, budget: Budget) -> list[Outgoing]:
    """What a pause holds back before a reply, or what we do not understand of the conversation."""
    before = takewhile(lambda reply: reply.id != last.id, conversation.replies)
    held = conversation.is_held
    return [r for r in before if r.state == "PENDING" and (budget.holds(r.kind) or (held and r.automated))]


def instead_of(
    conversation: Conversation, held: Iterable[Outgoing], now: datetime, says_time: Callable[[datetime], str]
) -> Conversation:
    """A person answers while a pause holds back what came before: that never leaves, and the case says so."""
    held = list(held)
    became = "was held back and is not sent"
    said = [Entry(f"{reply.id}#held", "note", fate(reply, became, says_time), now) for reply in held]
    dropped = conversation.having(*map(replies.suppressed, held))
    return dropped.with_case(dropped.case, *said) if dropped.case and said else dropped


def fate(reply: Outgoing, became: str, says_time: Callable[[datetime], str]) -> str:
    """Say to staff what became of a reply."""
    return f"The {reply.kind} of {says_time(reply.created_at)} {became}."


def had_share(customer: Customer, budget: Budget, now: datetime) -> bool:
    """Whether a customer had a fifth of a window's sends: while others wait, more would be theirs."""
    return len(_lately(customer, now)) >= budget.share


def _counted(customer: Customer, budget: Budget, now: datetime) -> Customer:
    return replace(customer, sent_lately=(*_lately(customer, now), now)[-budget.share :])


def _lately(customer: Customer, now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in customer.sent_lately if at > now - budgets.WINDOW)


def dm_of(conversation: Conversation, head: Outgoing) -> tuple[Outgoing, ...]:
    """Return a reply and those that leave with it."""
    return (head, *(reply for reply in conversation.replies if reply.id in head.carries))


def text_of(conversation: Conversation, head: Outgoing) -> str:
    return BETWEEN.join(reply.text for reply in dm_of(conversation, head))


def freed(reply: Outgoing) -> Outgoing:
    """A reply that did not leave goes on alone."""
    return replace(reply, carries=(), carried_by=None) if reply.state == "PENDING" else reply
