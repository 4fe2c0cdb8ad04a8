"""Erasing a customer: what is forgotten at once, what is swept away afterwards, and the mark that stays.

`forgotten` goes into the transaction that decides it; `sweep` deletes row by row and may be broken off and called
again by the tick, because the profile, which says that there is something to erase, goes last.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice

from functions.shared.aws.rows import (
    AUDIT,
    BACK,
    CASE,
    CREDIT,
    DM,
    PROFILE,
    REPLY,
    SENT,
    Key,
    all_of,
    booked_key,
    case_id_in,
    case_pk,
    customer_pk,
    fields_in,
    id_in,
    kind_in,
    mark_key,
    profile_key,
    staff_pk,
    version_in,
)
from functions.shared.aws.store import Cancelled, Delete, Item, Put, Store, stamp
from functions.shared.aws.stored import fields_of, read_as
from functions.shared.conversation import conversations, goodwill
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.linking import Keyed
from functions.shared.conversation.replies import Outgoing, suppressed
from functions.shared.x.ids import greatest, id_at, is_ahead, is_older, is_plausible
from functions.shared.x.messages import DirectMessage, Echo, Encrypted

BATCH = 25
"""Replies that are dropped in one transaction."""
AT_ONCE = 8 * BATCH
"""Rows that go in one call; the tick calls again."""
STAYS = ("stopped_by", "started_by", "codes_at", "linking_paused_until", "erased_up_to", "erased_sent", "erased_at")
"""What a customer who was erased is still held to: nothing of it says who they are."""

_CASE = re.compile(r"case (\w+) ")


@dataclass(frozen=True)
class Removed:
    """How many rows went, by kind. `done` is False while something is still to leave: the tick does the rest."""

    rows: dict[str, int]
    done: bool


@dataclass(frozen=True)
class Marks:
    """What stays of erased customers, under a keyed hash of their X ids."""

    store: Store
    keyed: Keyed

    def key(self, x_id: str) -> Key:
        return mark_key(self.keyed.digest("customer", x_id))

    def erased(self, x_id: str, read: Callable[[str, str], Item | None] | None = None) -> tuple[str, str] | None:
        """Return the newest DM of a customer until they were erased, and the newest of ours; None if they were not.

        `read` is for whoever has the rows by their keys already.
        """
        rows = ((read or self.store.get)(*key) for key in (profile_key(x_id), self.key(x_id)))
        found = next((row for row in rows if row and "erased_up_to" in row), None)
        return (found["erased_up_to"], found.get("erased_sent", "0")) if found else None

    def known(self, conversation: Conversation) -> Conversation:
        """Return a conversation with somebody who may have been erased: what they are held to still counts."""
        if conversation.customer.version:
            return conversation
        mark = self.store.get(*self.key(conversation.customer.x_id))
        if mark is None:
            return conversation
        customer = read_as(Customer, fields_in(mark) | {"x_id": conversation.customer.x_id})
        return replace(conversation, customer=customer)

    def row(self, customer: Customer) -> Put:
        """The mark of a customer who is erased for good."""
        key = self.key(customer.x_id)
        fields = {name: value for name, value in fields_of(customer).items() if name in STAYS}
        of_others = {name: value for name, value in (self.store.get(*key) or {}).items() if name not in STAYS}
        return Put(of_others | key.row(fields))


def dropped(customer: Customer, message: DirectMessage | Echo | Encrypted) -> bool:
    """Say whether a message is older than the customer's erasure: it waited in a queue that nobody can search."""
    if customer.erased_up_to is None or customer.erased_at is None:
        return False
    if isinstance(message, Encrypted) or not is_plausible(message.id, customer.erased_at):
        return message.sent_at <= customer.erased_at.timestamp() * 1000
    newest = customer.erased_sent or "0" if isinstance(message, Echo) else customer.erased_up_to
    return int(message.id) <= int(newest)


def is_before(customer: Customer, reply: Outgoing) -> bool:
    """Say whether a reply is from before the customer's erasure: nobody is to hear of it any more."""
    if customer.erased_up_to is None or customer.erased_at is None:
        return False
    if is_plausible(reply.cause, reply.created_at):
        return int(reply.cause) <= int(customer.erased_up_to)
    return reply.created_at <= customer.erased_at


def is_forgotten(customer: Customer, reply: Outgoing) -> bool:
    """Say whether a reply was on its way when its customer was erased: what answers the erasing DM itself was not."""
    return is_before(customer, reply) and not _answers_erasure(customer, reply)


def _answers_erasure(customer: Customer, reply: Outgoing) -> bool:
    """Whether it answers the DM that asked for the erasure; one with an id from the future is known by its time."""
    by = id_at(reply.created_at) if is_ahead(reply.cause, reply.created_at) else reply.cause
    return by == customer.erased_up_to and reply.created_at == customer.erased_at


def forgotten(before: Conversation, up_to: str, now: datetime) -> Conversation:
    """Forget a customer: link, handle, questions and cases; replies that wait are not sent.

    The tick tells the number of a link that is in force until now.
    `up_to` is the id of the DM that asked for it: what has a greater one belongs to a new beginning.
    """
    old = before.customer
    up_to = id_at(now) if is_ahead(up_to, now) else up_to
    held_to = {name: getattr(old, name) for name in STAYS}
    held_to |= {"erased_up_to": up_to, "erased_at": now, "erased_version": old.version + 1, "erasing": True}
    held_to |= {"unlinked": None if before.open_case and before.open_case.discreet else old.link}
    customer = Customer(old.x_id, version=old.version, outbox=old.outbox, **held_to)
    return replace(_unsaid(before), customer=customer, case=None, entries=())


def _unsaid(conversation: Conversation) -> Conversation:
    """Drop as many of the replies that wait as go into one transaction; `is_forgotten` holds back the others.

    What is not understood is dropped as well: nobody could tell when it has ended.
    """
    conversation = replace(conversation, replies=tuple(reply for reply in conversation.replies if not reply.unread))
    waiting = [reply for reply in conversation.replies if reply.state == "PENDING"]
    return conversation.having(*map(suppressed, waiting[:BATCH]))


def sweep(marks: Marks, x_id: str, now: datetime) -> Removed:
    """Delete what is left of a customer who was erased. May be called at any time, by anybody, again and again."""
    store = marks.store
    conversation = load(store, x_id)
    if not conversation.customer.erasing:
        return Removed({}, done=True)
    removed: dict[str, int] = {}
    try:
        conversation = _without_waiting(store, conversation, now)
        rows = store.query(customer_pk(x_id), even_expired=True)
        old = [row for row in rows if _is_old(row, conversation.customer, now)]
        conversation = _with_newest_sent(store, conversation, old, now)
        _leave_books(store, old)
        going = _going(store, old, but=conversation.customer.case)
        goes = list(islice(going, AT_ONCE))
        _tell(store, goes, now)
        _count(removed, _delete(store, goes))
        done = next(going, None) is None and _end(marks, conversation, now)
        return Removed(removed, done=done)
    except Cancelled:
        return Removed(removed, done=False)


def _without_waiting(store: Store, conversation: Conversation, now: datetime) -> Conversation:
    """Drop the next of the replies that waited when their customer was erased."""
    waiting = [r for r in conversation.replies if r.state == "PENDING" and is_forgotten(conversation.customer, r)]
    if not waiting:
        return conversation
    dropped = conversation.having(*map(suppressed, waiting[:BATCH]))
    return conversations.save(store, conversation, dropped, by="erasure", did="dropped", now=now)


def _going(store: Store, old: list[Item], *, but: str | None) -> Iterator[Item]:
    """What is deleted, in this order. The audit goes last: it says which cases there are."""
    in_cases = chain.from_iterable(_case_rows(store, case_id) for case_id in case_ids(old, but=but))
    return chain(in_cases, sorted(old, key=lambda row: kind_in(row) == AUDIT))


def _leave_books(store: Store, old: Iterable[Item]) -> None:
    """Take the person out of the books before the rows go that tell which lines are theirs."""
    for row in old:
        line = store.get(*booked_key(id_in(row))) if kind_in(row) == CREDIT else None
        if line:
            store.commit([Put(goodwill.without_person(line))])


def _with_newest_sent(store: Store, conversation: Conversation, old: list[Item], now: datetime) -> Conversation:
    """Note our newest DM in the profile before the rows go that tell it: its echo may still come."""
    newest = _newest_sent(conversation.customer, old, now)
    if newest == conversation.customer.erased_sent:
        return conversation
    noted = replace(conversation, customer=replace(conversation.customer, erased_sent=newest))
    return conversations.save(store, conversation, noted, by="erasure", did="swept", now=now)


def _end(marks: Marks, conversation: Conversation, now: datetime) -> bool:
    """Let the profile go too, once nothing is on its way; who has written again since keeps a new one."""
    store, customer = marks.store, conversation.customer
    if customer.outbox or customer.unlinked:
        return False
    if not _is_bare(customer):
        begun = replace(conversation, customer=replace(customer, erasing=False))
        conversations.save(store, conversation, begun, by="erasure", did="began anew", now=now)
        return True
    rows = store.query(customer_pk(customer.x_id), even_expired=True)
    rest = [row for row in rows if kind_in(row) != PROFILE]
    if load(store, customer.x_id).customer.version != customer.version:
        return False  # they write just now, and what they write is not among the rows that go
    _delete(store, rest)
    store.commit([marks.row(customer), Delete(*profile_key(customer.x_id), expected=customer.version)])
    return True


def _is_bare(customer: Customer) -> bool:
    """Whether a customer has not written again; that our last words have left does not count."""
    held_to = {name: getattr(customer, name) for name in (*STAYS, "version", "erased_version", "sent_lately")}
    return customer == Customer(customer.x_id, erasing=True, **held_to)


def _is_old(row: Item, customer: Customer, now: datetime) -> bool:
    """Say whether a row is from before the erasure. What cannot be told is."""
    up_to = customer.erased_up_to
    kind = kind_in(row)
    if kind == PROFILE:
        return False
    if kind == REPLY:
        return row["id"] not in customer.outbox and not _after(str(row["cause"]), up_to, now)
    if kind == AUDIT:
        return version_in(row) <= customer.erased_version
    if kind == SENT:
        return not _after(str(row["reply"]).partition("#")[0], up_to, now)
    if kind == CREDIT:
        return customer.erased_at is None or str(row["at"]) <= stamp(customer.erased_at)
    return not _after(id_in(row).partition("#")[0], up_to, now)


def _after(dm_id: str, up_to: str | None, now: datetime) -> bool:
    return is_older(up_to or "0", dm_id, now)


def _newest_sent(customer: Customer, old: Iterable[Item], now: datetime) -> str:
    """Return our newest DM that rows tell of."""
    ids = [customer.erased_sent or "0"]
    ids += [id_in(row) for row in old if kind_in(row) == SENT]
    ids += [str(row["dm_id"]) for row in old if "dm_id" in row]
    return greatest(ids, now)


def case_ids(rows: Iterable[Item], *, but: str | None = None) -> list[str]:
    """Return the cases that a customer's audit rows tell of: their own item names only the newest two."""
    changes = (change for row in rows for change in row.get("changes", ()))
    return sorted({match[1] for change in changes if (match := _CASE.match(change))} - {but})


def _case_rows(store: Store, case_id: str) -> list[Item]:
    """Return a case with all that was said in it, and what shows its last owner the way back to it."""
    rows = store.query(case_pk(case_id), even_expired=True)
    owners = {str(row["last_owner"]) for row in rows if "last_owner" in row}
    back = [row for owner in owners for row in store.query(staff_pk(owner), all_of(BACK), even_expired=True)]
    leads_back = [row for row in back if case_id_in(row) == case_id]
    return leads_back + sorted(rows, key=lambda row: kind_in(row) == CASE)


def _tell(store: Store, rows: Iterable[Item], now: datetime) -> None:
    """Let who listens elsewhere know which cases go."""
    if store.tells:
        from functions.shared.conversation import events  # for nobody to load who tells nobody

        for row in rows:
            if kind_in(row) == CASE:
                store.commit([events.of_erasure(case_id_in(row), now)])


def _delete(store: Store, rows: Iterable[Item]) -> list[str]:
    kinds = []
    for row in rows:
        kind = kind_in(row)
        if kind == AUDIT:
            # Whoever comes back begins with version 1 again, perhaps while we are still deleting.
            store.delete_of(row["pk"], row["sk"], row["at"])
        else:
            store.delete(row["pk"], row["sk"])
        kinds.append(kind)
    return kinds


def _count(removed: dict[str, int], kinds: Iterable[str]) -> None:
    for kind in kinds:
        removed[kind] = removed.get(kind, 0) + 1


def up_to_now(store: Store, x_id: str, now: datetime) -> str:
    """Return the id of a customer's newest DM."""
    return greatest((id_in(row) for row in store.query(customer_pk(x_id), all_of(DM))), now)


def erase(marks: Marks, x_id: str, now: datetime) -> Removed | None:
    """Erase a customer who has asked for it elsewhere. None if nothing is kept of them."""
    if load(marks.store, x_id).customer.version == 0:
        return None
    up_to = up_to_now(marks.store, x_id, now)
    conversations.change(
        marks.store, x_id, lambda current: forgotten(current, up_to, now), by="ops", did="erased", now=now
    )
    return sweep(marks, x_id, now)
