"""The clock calls this: settle what is unknown, send what waits, the most pressing first, and watch promises."""

from datetime import datetime, timedelta
from typing import Any

from functions.commands import promise_watch
from functions.shared.aws import telemetry
from functions.shared.aws.rows import SETTLE, send_clock, x_id_in
from functions.shared.conversation import replies
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Turns

AT_ONCE = 50
"""Customers looked at in one call, of each kind; the rest have their turn at the next."""
ROWS = 1000
"""Replies read to find them: whoever writes a hundred times is one of them, not all."""


@telemetry.observed
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    from functions.commands.handler import bot

    tick(bot().sender)
    promise_watch.watch(bot().sender, bot().catalogue)
    bot().forget()
    report(bot().sender)


def tick(sender: Sender) -> None:
    """Do a bounded piece of what is due."""
    turns = Turns()
    for customer in due(sender, SETTLE):
        with turns.one():
            sender.lease_ran_out(customer)
            sender.look_up(customer)
    left_waiting = sum(_send(sender, kind, turns) for kind in replies.KINDS)
    budgets.mark_waiting(sender.store, left_waiting > 0)
    turns.over()


def report(sender: Sender) -> None:
    """Publish what alarms watch: how late the oldest unknown reply is settled, how many customers wait for budget.

    What operations hold back themselves is nothing to tell them.
    """
    late = [sender.now() - datetime.fromisoformat(row["look_at"]) for row in sender.store.due(SETTLE, sender.now(), 1)]
    telemetry.measure("UnknownReplyOverdue", sum(late, timedelta()).total_seconds())
    budget = budgets.load(sender.store)
    kinds = [kind for kind in replies.KINDS if not budget.holds(kind)]
    waiting = {customer for kind in kinds for customer in due(sender, send_clock(kind))}
    telemetry.measure("WaitingForBudget", len(waiting), unit="Count")


def due(sender: Sender, clock: str) -> list[str]:
    """The customers with something to do, longest waiting first."""
    rows = sender.store.due(clock, sender.now(), ROWS)
    return list(dict.fromkeys(x_id_in(row) for row in rows))[:AT_ONCE]


def _send(sender: Sender, kind: replies.Kind, turns: Turns) -> int:
    """Send the waiting replies of one kind while there is room; return how many customers still wait for it."""
    waiting = due(sender, send_clock(kind))
    left = len(waiting)
    for customer in waiting:
        if not budgets.load(sender.store).room(kind, sender.now()):
            break
        with turns.one():
            left -= sender.resume(customer, only=lambda reply: reply.kind == kind, others_wait=len(waiting) > 1)
    return left
