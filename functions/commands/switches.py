"""How often it is confirmed that automatic replies are off or on: twice in a window, then once when that is over. Pure.

Each #stop and #start counts at once all the same. Confirmations of a stop come out of what X's limit keeps for those
who need it most, and nobody may use that up alone.
"""

from dataclasses import replace
from datetime import datetime

from functions.commands.decisions import Decision
from functions.commands.hashtags import start, stop
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery.budget import WINDOW
from functions.shared.wording.text import assemble, form

AT_ONCE = 2


def confirmed_or_put_off(before: Customer, decision: Decision, now: datetime) -> Decision:
    """Return a decision that switches automatic replies with its confirmation, or with the time of a later one."""
    after = decision.customer
    if decision.say is None or before.stopped == after.stopped:
        return decision
    lately = _lately(after, now)
    if len(lately) < AT_ONCE:
        return replace(decision, customer=_counted(after, now))
    put_off = replace(decision, say=None, customer=replace(after, confirm_at=lately[0] + WINDOW))
    if decision.disposition != "answered":
        return put_off
    return replace(put_off, disposition="ignored", step="3 switches", rule="confirmed when the window is over")


def confirmed(current: Conversation, now: datetime) -> Conversation:
    """Say what holds now."""
    customer = current.customer
    by = customer.stopped_by or customer.started_by or ""
    reply = stop.done(current.known_case) if customer.stopped else start.BACK.reply()
    said = Outgoing(
        id=f"{by}#switch",
        customer=customer.x_id,
        cause=by,
        text=assemble([reply], handle=customer.handle),
        form=form([reply], handle=customer.handle),
        key=reply.key,
        kind="stop" if customer.stopped else "answer",
        created_at=now,
    )
    return replace(current.having(said), customer=_counted(customer, now))


def _counted(customer: Customer, now: datetime) -> Customer:
    return replace(customer, confirmed_at=(*_lately(customer, now), now), confirm_at=None)


def _lately(customer: Customer, now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in customer.confirmed_at if at > now - WINDOW)
