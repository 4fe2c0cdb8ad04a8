"""The clock calls this: who asked is told once that a known incident has ended, behind everything else that leaves.

Who asked first is told first. Who is not reached in time is not written to: late news of what works is worse than none.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from functions.commands.incidents import AFTERWARDS
from functions.shared.aws.rows import tellme_clock, x_id_in
from functions.shared.aws.store import Item
from functions.shared.brand.catalogue import Catalogue, Notice
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Turns
from functions.shared.wording.text import Text, assemble

TOLD_FOR = timedelta(hours=2)

HAS_ENDED = Text(
    "incident.ended",
    "{hi}you asked me to tell you: {fixed} We're sorry for the trouble. If it still isn't right, restart your phone"
    " once; then reply here and a person will look.",
    needs=("notice.fixed", "notice.ended_at"),
)


def tell(sender: Sender, catalogue: Callable[[datetime], Catalogue], turns: Turns) -> None:
    """Tell as many as there is time and room for."""
    now = sender.now()
    for notice in catalogue(now).notices():
        if notice.ended_at and notice.ended_at <= now < notice.ended_at + AFTERWARDS:
            _tell_of(notice, notice.ended_at + TOLD_FOR, sender, turns)


def _tell_of(notice: Notice, until: datetime, sender: Sender, turns: Turns) -> None:
    for row in turns.each(sender.store.all_due(tellme_clock(notice.id), sender.now())):
        if sender.now() < until and not budgets.load(sender.store).room("news", sender.now()):
            return
        with turns.one():
            _tell_one(row, notice, until, sender)


def _tell_one(row: Item, notice: Notice, until: datetime, sender: Sender) -> None:
    """Tell one customer, and take them off the list; only off the list where there is nothing to tell any more."""
    before = conversations.load(sender.store, x_id_in(row))
    if notice.id in before.customer.waits_for:
        if sender.now() < until and notice.fixed and not before.customer.stopped:
            told = _told(before, notice, notice.fixed, until, sender.now())
            if not sender.offer(before, told, by="tick", did="told of an end"):
                return  # something else of theirs is on its way, or waits
        else:
            conversations.save(sender.store, before, _off(before, notice), by="tick", did="not told", now=sender.now())
    sender.store.delete(row["pk"], row["sk"])


def _told(before: Conversation, notice: Notice, fixed: str, until: datetime, now: datetime) -> Conversation:
    off, cause = _off(before, notice), f"notice-{notice.id}"
    return replace(off, customer=replace(off.customer, told_over=notice.id)).having(
        Outgoing(
            id=f"{cause}#ended",
            customer=before.customer.x_id,
            cause=cause,
            text=assemble([HAS_ENDED.reply(fixed=fixed)], handle=before.customer.handle),
            key=HAS_ENDED.key,
            kind="news",
            created_at=now,
            until=until,
        )
    )


def _off(before: Conversation, notice: Notice) -> Conversation:
    rest = tuple(one for one in before.customer.waits_for if one != notice.id)
    return replace(before, customer=replace(before.customer, waits_for=rest))
