"""The clock calls this: of what customers were told each promise is updated once before its time and judged after it.

Whoever has switched too often is told what holds.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from functions.commands import switches, texts
from functions.shared.aws.rows import PROMISES, x_id_in
from functions.shared.aws.store import Cancelled
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.conversation import cases, conversations, promises
from functions.shared.conversation.cases import Case, Entry, Promise
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.replies import UPDATE, Outgoing
from functions.shared.conversation.tickets import cases_ahead
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Turns
from functions.shared.wording.saying import eta, moment
from functions.shared.wording.text import assemble, form


def watch(sender: Sender, catalogue: Callable[[datetime], Catalogue], turns: Turns) -> None:
    """Do as much of what is due as there is time for. What is written leaves when waiting replies are sent."""
    for row in turns.each(sender.store.all_due(PROMISES, sender.now())):
        with turns.one():
            _look_at(sender, x_id_in(row), catalogue)


def _look_at(sender: Sender, x_id: str, catalogue: Callable[[datetime], Catalogue]) -> None:
    for _ in range(conversations.TRIES):
        before = conversations.load(sender.store, x_id)
        due = _due(sender, before, catalogue)
        if due is None:
            return
        did, after = due
        try:
            sender.commit(before, after, by="tick", did=did, at_once=False)
        except Cancelled:
            continue
        return


def _due(
    sender: Sender, current: Conversation, catalogue: Callable[[datetime], Catalogue]
) -> tuple[str, Conversation] | None:
    """Return what is done now and what comes of it; None where nothing is due any more."""
    now, confirm_at = sender.now(), current.customer.confirm_at
    if confirm_at and confirm_at <= now:
        return "switch confirmed", switches.confirmed(current, now)
    case, due = current.open_case, promises.look_at(current.customer, current.case)
    if case is None or case.promise is None or due is None or due > now:
        return None
    if now >= case.promise.by:
        return "promise broken", current.with_case(cases.broken(case))
    brand = catalogue(now).brand
    later = promises.due_to_tell(case, now, brand, partial(cases_ahead, sender.store))
    return "promise updated", _updated(current, case, case.promise, later, brand, now)


def _updated(
    current: Conversation, case: Case, promise: Promise, later: datetime | None, brand: Brand, now: datetime
) -> Conversation:
    """Tell the customer, unasked and once, by when a person will answer instead. The case keeps its place."""
    told = texts.reply(
        UPDATE,
        brand,
        promised=moment(promise.by, now, brand),
        eta=eta(later, now, brand),
        case=case.number,
    )
    cause = f"{case.id}-{case.opened_at:%y%m%d%H%M%S}"
    reply = Outgoing(
        id=f"{cause}#late",
        customer=case.customer,
        cause=cause,
        text=assemble([told], handle=current.customer.handle),
        form=form([told], handle=current.customer.handle),
        key=UPDATE,
        kind="acknowledgement",
        created_at=now,
        case=case.id,
        promises=later,
    )
    said = Entry(reply.id, "bot", reply.text, now)
    return current.having(reply).with_case(replace(case, updated=True), said)
