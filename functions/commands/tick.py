"""The clock calls this: watch promises, forget, take up what waits, send, the most pressing first, and settle.

Each part has its own turn and its own share of the time, and what calls X comes last, side by side: however slow X is,
or whatever one part fails at, the others go on.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from functions.commands import end_of_incident, later, promise_watch
from functions.commands.bot import Bot
from functions.commands.handler import bot
from functions.shared.aws import telemetry
from functions.shared.aws.rows import SETTLE, send_clock, x_id_in
from functions.shared.conversation import replies
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Each, Turns, in_threads

CALL_TO_X = replies.SEND_TAKES
TIMES_OUT = timedelta(seconds=50)
"""As in `infra/layout.py`; `tests/commands/test_tick.py` compares them."""
TAKES = TIMES_OUT - CALL_TO_X - timedelta(seconds=2)
"""When the last call to X begins at the latest, for sending and for settling: a second is left to report."""
_COUNTED = 50
"""Customers counted for the metrics."""


@telemetry.on_the_clock
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    tick(bot())


def tick(bot: Bot, each: Each = in_threads) -> None:
    """Do a bounded piece of what is due. Raises the first failure, once everything has had its turn."""
    sender = bot.sender
    turns = Turns.within(TAKES, sender.now)
    with turns.one():
        promise_watch.watch(sender, bot.catalogue, turns.share(1 / 8))
    with turns.one():
        bot.forget(turns.share(1 / 8))
    with turns.one():
        later.take_up(bot, turns.share(1 / 8))
    each(lambda part: part(), [partial(_leave, bot, turns, each), partial(_settle, sender, turns)])
    with turns.one():
        report(sender)
    turns.over()


def _leave(bot: Bot, turns: Turns, each: Each) -> None:
    with turns.one():
        send_waiting(bot.sender, turns, each)
    with turns.one():
        end_of_incident.tell(bot.sender, bot.catalogue, turns)


def _settle(sender: Sender, turns: Turns) -> None:
    with turns.one():
        settle(sender, turns)


def send_waiting(sender: Sender, turns: Turns, each: Each) -> None:
    """Send what waits, the most pressing kind first. While X takes nothing, whom it turned away last goes last."""
    turned_away = budgets.load(sender.store).opened_by
    left = {kind: _send(sender, kind, turns, each, but=turned_away) for kind in replies.KINDS}
    if turned_away:
        left = {kind: _send(sender, kind, turns, each) for kind in replies.KINDS}
    budgets.mark_waiting(sender.store, any(waits for kind, waits in left.items() if kind != "news"))


def _send(sender: Sender, kind: replies.Kind, turns: Turns, each: Each, but: str | None = None) -> bool:
    """Send the waiting replies of one kind until the time is up; return whether X's limit was, before all had a turn.

    Some customers have theirs at the same time, one thread each, the longest waiting first.
    """
    passed_over: list[str] = []
    no_room: list[str] = []

    def while_there_is_room(customers: Iterable[str]) -> Iterator[str]:
        for customer in customers:
            if turns.time_is_up:
                return
            if not budgets.load(sender.store).room(kind, sender.now()):
                no_room.append(customer)
                return
            yield customer

    def send(customer: str, *, others_wait: bool) -> None:
        with turns.one():
            left = sender.resume(customer, only=lambda reply: reply.kind == kind, others_wait=others_wait)
            if others_wait and not left:
                passed_over.append(customer)  # who had their share waits for the others, but not for nobody

    waiting = (customer for customer in due(sender, send_clock(kind)) if but is None or sender.digest(customer) != but)
    each(partial(send, others_wait=True), while_there_is_room(waiting))
    each(partial(send, others_wait=False), while_there_is_room(passed_over))
    return bool(no_room)


def settle(sender: Sender, turns: Turns) -> None:
    """Settle what a dead sender held, then ask X for as many of unknown outcome as there is time."""
    unknown = []
    for customer in turns.each(due(sender, SETTLE)):
        with turns.one():
            sender.lease_ran_out(customer)
            unknown.append(customer)
    for customer in turns.each(unknown):
        with turns.one():
            sender.look_up(customer)


def report(sender: Sender) -> None:
    """Publish what alarms watch: how late the oldest unknown reply is settled, how many customers wait for budget.

    What operations hold back themselves is nothing to tell them.
    """
    late = [sender.now() - datetime.fromisoformat(row["look_at"]) for row in sender.store.due(SETTLE, sender.now(), 1)]
    telemetry.measure("UnknownReplyOverdue", sum(late, timedelta()).total_seconds())
    budget = budgets.load(sender.store)
    kinds = [kind for kind in replies.KINDS if not budget.holds(kind)]
    waiting = {customer for kind in kinds for customer in islice(due(sender, send_clock(kind)), _COUNTED)}
    telemetry.measure("WaitingForBudget", len(waiting), unit="Count")


def due(sender: Sender, clock: str) -> Iterator[str]:
    """The customers with something to do, longest waiting first, each once however much of theirs waits."""
    seen = set()
    for row in sender.store.all_due(clock, sender.now()):
        customer = x_id_in(row)
        if customer not in seen:
            seen.add(customer)
            yield customer
