"""A conversation is the unit of consistency: a customer, the replies on their way and the case that is not resolved.

Everything that changes in it is written in one transaction under the customer's version, with one audit row that says
what changed. Whoever loses the race reads again and decides again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from functions.shared.aws import rows, telemetry
from functions.shared.aws.store import Cancelled, Item, Put, Store, Write, stamp
from functions.shared.aws.stored import Stored, fields_of, read_as
from functions.shared.conversation import cases, locks, promises, replies
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.customers import Consent, Customer
from functions.shared.conversation.locks import ProvenLine
from functions.shared.conversation.replies import Outgoing

TRIES = 4


@dataclass(frozen=True)
class Conversation:
    customer: Customer
    replies: tuple[Outgoing, ...] = ()
    """What is not settled, in the order of its causes."""
    case: Case | None = None
    """The open case, else the one resolved in the last seven days."""
    entries: tuple[Entry, ...] = ()
    """What is newly said in the case."""
    lines: tuple[ProvenLine, ...] = ()
    """The line that the customer sees, and the one that their report locks."""
    unread: tuple[str, ...] = ()
    """What of it a newer release has written so that we do not understand it: then people see to the customer."""
    writes: tuple[Write, ...] = ()
    """Rows that belong to this change: the DM's record, the id of a DM that was sent, the budget that was taken."""

    @property
    def open_case(self) -> Case | None:
        return self.case if self.case and self.case.open else None

    @property
    def known_case(self) -> Case | None:
        """The open case, unless the customer was told nothing of it."""
        return self.open_case if self.open_case and not self.open_case.silent else None

    def past_case(self, now: datetime) -> Case | None:
        """The resolved case that the customer's next DM reopens, if its seven days are not over."""
        until = self.customer.past_case_until
        return self.case if self.case and not self.case.open and until and until > now else None

    @property
    def locked(self) -> bool:
        """Account figures are off: by a report in this chat, or in any other that sees the same line."""
        link = self.customer.link
        seen = (line for line in self.lines if link and line.digest == link.digest)
        return self.customer.locked_by is not None or self.is_held or any(line.locked for line in seen)

    @property
    def is_held(self) -> bool:
        """Nothing automated leaves: it is not understood what the customer wants, or may be told."""
        return bool(self.customer.unread) or any(line.unread for line in self.lines)

    def reply(self, reply_id: str) -> Outgoing | None:
        return next((reply for reply in self.replies if reply.id == reply_id), None)

    def having(self, *changed: Outgoing) -> "Conversation":
        """Return the conversation with these replies changed, or added at the end."""
        by_id = {reply.id: reply for reply in (*self.replies, *changed)}
        return replace(self, replies=tuple(by_id.values()))

    def with_case(self, case: Case, *entries: Entry) -> "Conversation":
        """Return the conversation with its case changed; the customer's pointers to it follow."""
        customer = replace(self.customer, case=case.id if case.open else None)
        if case.resolved_at:
            until = case.resolved_at + cases.REOPENS_FOR
            customer = replace(customer, past_case=case.id, past_case_until=until)
        said = [entry for entry in entries if entry.who == "customer"]
        case = replace(case, said_last=cursor_of(case.id, said[-1])) if said else case
        return replace(self, customer=customer, case=case, entries=self.entries + entries)


class Contended(Exception):
    """Others kept writing first; the message comes again and is decided anew."""


def load(store: Store, x_id: str) -> Conversation:
    """Read a conversation; a customer who is not known yet has version 0."""
    return load_of(store, customer_of(x_id, store.get(*rows.profile_key(x_id))))


def customer_of(x_id: str, profile: Item | None) -> Customer:
    return customer_in(profile) if profile else Customer(x_id)


def load_of(store: Store, customer: Customer) -> Conversation:
    """Read what else there is of a conversation whose customer was just read."""
    x_id = customer.x_id
    case_ids = [*filter(None, (customer.case, *customer.aside))] or [*filter(None, [customer.past_case])]
    digests = locks.digests(customer)
    keys = [rows.reply_key(x_id, reply_id) for reply_id in customer.outbox]
    keys += map(rows.case_key, dict.fromkeys(case_ids))
    keys += map(rows.line_key, digests)
    by_key = store.by_key(keys)
    found = [by_key[key] for key in keys if key in by_key]
    replies = tuple(reply_in(row) for row in found if rows.kind_in(row) == rows.REPLY)
    lines = tuple(ProvenLine.of(digest, by_key.get(rows.line_key(digest))) for digest in digests)
    read = Conversation(customer, replies, lines=lines)
    return _told_unread(_with_case_in(read, [case_in(row) for row in found if rows.kind_in(row) == rows.CASE]))


def _with_case_in(read: Conversation, found: Iterable[Case]) -> Conversation:
    """Take the case that can be worked on; open ones that cannot are left aside, until a release reads them."""
    readable = [case for case in found if case.state != "UNREADABLE"]
    case = next((case for case in readable if case.open), next(iter(readable), None))
    customer = read.customer
    aside = tuple(one.id for one in found if one.open and one is not case and one.id != customer.past_case)
    if aside != customer.aside:
        customer = replace(customer, case=case.id if case and case.open else None, aside=aside)
    unread = (f"case {cases.case_number(one.id)}" for one in found if one.id in aside and one not in readable)
    return replace(read, customer=customer, case=case, unread=tuple(unread))


def _told_unread(read: Conversation) -> Conversation:
    """Name what is not understood, for people."""
    unread = ["what is kept of the customer"] if read.customer.unread else []
    unread += ["their line"] if any(line.unread for line in read.lines) else []
    unread += [f"the reply {reply.id}" for reply in read.replies if reply.unread]
    unread += read.unread
    if unread:
        telemetry.count("RowNotUnderstood")
        telemetry.warning("a newer release has written what is not understood", customer=read.customer.x_id)
    return replace(read, unread=tuple(unread))


def with_lines(store: Store, conversation: Conversation) -> Conversation:
    """Read the rows of lines that a change has brought in: of a link that was just made."""
    known = {line.digest for line in conversation.lines}
    new = [digest for digest in locks.digests(conversation.customer) if digest not in known]
    read = (ProvenLine.of(digest, store.get(*rows.line_key(digest))) for digest in new)
    return replace(conversation, lines=(*conversation.lines, *read))


def with_named_line(store: Store, conversation: Conversation, of_line: Callable[[str, str], str]) -> Conversation:
    """Give a link of before its line's name, so that a report locks it, and claims see that it is locked."""
    named = locks.named(conversation.customer, of_line)
    if named == conversation.customer:
        return conversation
    return with_lines(store, replace(conversation, customer=named))


def case_of(store: Store, case_id: str) -> Case | None:
    item = store.get(*rows.case_key(case_id))
    return case_in(item) if item else None


def cases_of(store: Store, case_ids: Iterable[str]) -> list[Case]:
    keys = [rows.case_key(case_id) for case_id in dict.fromkeys(case_ids)]
    return [case_in(item) for item in store.get_all(keys)]


def replies_of(store: Store, x_id: str, reply_ids: Iterable[str]) -> dict[str, Outgoing]:
    """Read replies by id, settled ones too; those that are not kept any more are left out."""
    keys = [rows.reply_key(x_id, reply_id) for reply_id in dict.fromkeys(reply_ids)]
    found = map(reply_in, store.get_all(keys))
    return {reply.id: reply for reply in found}


def entries_of(store: Store, case_id: str) -> list[Entry]:
    return [entry_in(row) for row in store.query(rows.case_pk(case_id), rows.all_of(rows.ENTRY))]


def newest_entries(store: Store, case_id: str, cursor: str | None = None) -> Iterator[Entry]:
    """Read what was said in a case, the newest first, or from the entry on that a cursor names.

    What is not asked for is not read: a case may be as long as its customer likes.
    """
    every = rows.all_of(rows.ENTRY)
    start = every + cursor if cursor else None
    return map(entry_in, store.newest(rows.case_pk(case_id), every, start))


def cursor_of(case_id: str, entry: Entry) -> str:
    return rows.entry_key(case_id, entry.at, entry.id).sk.removeprefix(rows.all_of(rows.ENTRY))


def save(
    store: Store,
    before: Conversation,
    after: Conversation,
    *,
    by: str,
    did: str,
    now: datetime,
) -> Conversation:
    """Write what changed, or raise Cancelled with the names of what stood in the way (`profile`: read again)."""
    after = _as_it_was(before, after)
    waiting = tuple(reply for reply in after.replies if not reply.settled)
    customer = replace(after.customer, version=before.customer.version + 1, outbox=tuple(reply.id for reply in waiting))
    known = set(before.replies)
    writes: list[Write] = [
        Put(_profile_row(customer, after.case), expected=before.customer.version),
        *(Put(_reply_row(reply)) for reply in after.replies if reply not in known),
        Put(_audit_row(before, after, customer.version, by=by, did=did, now=now)),
        *after.writes,
    ]
    if after.case and after.case != before.case:
        new = before.case is None or before.case.id != after.case.id
        writes.append(Put(_case_row(after.case), expected=0 if new else None))
        back_until, last_owner = after.case.back_until, after.case.last_owner
        writes += [rows.back_row(last_owner, back_until, after.case.id)] if back_until and last_owner else []
    writes += _line_writes(before, after)
    if after.case:
        writes += [Put(_entry_row(after.case.id, entry)) for entry in after.entries]
    if store.tells:
        from functions.shared.conversation import events  # for nobody to load who tells nobody

        writes += events.of_change(before.case, after.case, after.entries, customer.version, now)
    store.commit(writes)
    _count_promise(before.case, after.case)
    return Conversation(
        customer, waiting, after.case, lines=tuple(_moved_on(line, before, after) for line in after.lines)
    )


def change(
    store: Store,
    x_id: str,
    step: Callable[[Conversation], Conversation | None],
    *,
    by: str,
    did: str,
    now: datetime,
    known: Conversation | None = None,
) -> Conversation | None:
    """Read, change and write until nobody interferes; None where `step` finds nothing to do. Raises Contended.

    `known` is the conversation as it was just saved: where nobody has interfered, it need not be read.
    """
    for attempt in range(TRIES):
        before = known if known and not attempt else load(store, x_id)
        after = step(before)
        if after is None or after == before:
            return None
        try:
            return save(store, before, after, by=by, did=did, now=now)
        except Cancelled:
            continue
    raise Contended


def consent_row(x_id: str, dm_id: str, consent: Consent, now: datetime) -> Put:
    """A line of the ledger: what was agreed to, or taken back, in which words, when and by which DM."""
    said = fields_of(consent) | {"at": stamp(now), "dm": dm_id}
    return Put(rows.consent_key(x_id, dm_id, consent.to).row(said))


def called(store: Store, handle: str, limit: int) -> list[str]:
    """Return the X ids of customers whom we know by a handle: one, or several where it changed hands on X."""
    return [rows.x_id_in(row) for row in store.line(rows.handle_of(handle), limit)]


def back_to(store: Store, staff: str, limit: int) -> list[str]:
    """Return the ids of cases whose customers have answered this person, newest first; some may be taken by now."""
    found = store.query(rows.staff_pk(staff), rows.all_of(rows.BACK), newest_first=True, limit=limit)
    return [rows.case_id_in(row) for row in found]


def _as_it_was(before: Conversation, after: Conversation) -> Conversation:
    """What is not understood of the replies stays as it is, whatever a change made of it."""
    kept = (before.reply(reply.id) if reply.unread else None for reply in after.replies)
    return replace(after, replies=tuple(was or reply for was, reply in zip(kept, after.replies, strict=True)))


# ---- rows ----


def customer_in(row: Item) -> Customer:
    return _read(Customer, row, x_id=rows.x_id_in(row))


def reply_in(row: Item) -> Outgoing:
    return _read(Outgoing, row, id=rows.id_in(row), customer=rows.x_id_in(row))


def case_in(row: Item) -> Case:
    return _read(Case, row, id=rows.case_id_in(row))


def entry_in(row: Item) -> Entry:
    return _read(Entry, row)


def _read[T: Stored](kind: type[T], row: Item, **by_key: str) -> T:
    return read_as(kind, rows.fields_in(row) | rows.clock_of_others(row) | by_key)


def _line_writes(before: Conversation, after: Conversation) -> Iterator[Write]:
    """What a change does to lines; a claim that quotes one depends on it to stay as it was read."""
    was = {reply.id: reply.state for reply in before.replies}
    claimed = (reply for reply in after.replies if reply.state == "SENDING" != was.get(reply.id))
    quotes = any(reply.quotes for reply in claimed)
    for line in after.lines:
        changed = line.after(before.customer, after.customer)
        if changed != line:
            yield changed.put()
        elif quotes:
            yield line.unchanged()


def _moved_on(line: ProvenLine, before: Conversation, after: Conversation) -> ProvenLine:
    changed = line.after(before.customer, after.customer)
    return changed if changed == line else replace(changed, version=line.version + 1)


def _profile_row(customer: Customer, case: Case | None) -> Item:
    row = rows.profile_key(customer.x_id).row(fields_of(customer)) | _under(customer.handle)
    if customer.erasing:
        return row | _on_clock(rows.ERASE, customer.erased_at)
    owed = (promises.look_at(customer, case), customer.confirm_at)
    return row | _on_clock(rows.PROMISES, min(filter(None, owed), default=None))


def _under(handle: str | None) -> Item:
    """Where the index has a customer: staff look for a handle. It goes with the row."""
    return {"line": rows.handle_of(handle), "due_at": "-"} if handle else {}


def _reply_row(reply: Outgoing) -> Item:
    until = reply.created_at + rows.TEXTS_KEPT
    row = rows.reply_key(reply.customer, reply.id).row_of_words(fields_of(reply), until=until)
    return row | _on_clock(replies.clock(reply), replies.look_at(reply))


def _case_row(case: Case) -> Item:
    until = case.resolved_at + rows.AUDIT_KEPT if case.resolved_at else None
    row = rows.case_key(case.id).row(fields_of(case), until=until) | _on_clock(rows.CASES, cases.look_at(case))
    line = _line_of(case)
    return row | {"due_at": stamp(case.due_at)} | ({"line": line} if line else {})


def _line_of(case: Case) -> str | None:
    """Where the index has a case: staff look there for what they may take, what they have and what it came to."""
    match case.state:
        case "NEW":
            return rows.line_of(case.team, silent=case.silent)
        case "CLAIMED":
            return rows.mine_of(case.owner or "")
        case "WAITING_CUSTOMER":
            return rows.waiting_of(case.team)
        case "RESOLVED":
            return rows.done_of(case.team)
    return None


def _entry_row(case_id: str, entry: Entry) -> Item:
    return rows.entry_key(case_id, entry.at, entry.id).row_of_words(fields_of(entry), until=entry.at + rows.TEXTS_KEPT)


def _on_clock(clock: str, at: datetime | None) -> Item:
    return {"clock": clock, "look_at": stamp(at)} if at else {}


def _audit_row(before: Conversation, after: Conversation, version: int, *, by: str, did: str, now: datetime) -> Item:
    said = {"at": stamp(now), "by": by, "did": did, "changes": changes(before, after)}
    return rows.audit_key(after.customer.x_id, version).row(said, until=now + rows.AUDIT_KEPT)


def changes(before: Conversation, after: Conversation) -> list[str]:
    """Say what changed between two states of a conversation, without anything personal."""
    was = {reply.id: reply.state for reply in before.replies}
    said = [
        f"reply {reply.id} {was.get(reply.id, 'new')} -> {reply.state}"
        for reply in after.replies
        if was.get(reply.id) != reply.state
    ]
    if after.case and after.case != before.case:
        old = before.case.state if before.case and before.case.id == after.case.id else "new"
        said.append(f"case {after.case.id} {old} -> {after.case.state}, {after.case.team}, fence {after.case.fence}")
        said += _promise_changes(before.case, after.case)
        credited = after.case.credited_minor - (before.case.credited_minor if old != "new" and before.case else 0)
        said += [f"case {after.case.id} credited {credited}"] if credited else []
        call = after.case.call if before.case is None or after.case.call != before.case.call else None
        said += [f"case {after.case.id} call {stamp(call.at)}"] if call else []
    for name in ("stopped_by", "started_by", "locked_by", "code", "linking_paused_until", "flooded_at", "erasing"):
        if getattr(before.customer, name) != getattr(after.customer, name):
            said.append(f"{name} {'set' if getattr(after.customer, name) else 'cleared'}")
    if before.customer.line != after.customer.line:
        said.append(f"link {'set' if after.customer.link else 'cleared'}")
    for line in after.lines:
        said += _line_changes(line, line.after(before.customer, after.customer))
    return said


def _line_changes(line: ProvenLine, now: ProvenLine) -> list[str]:
    name = f"line {line.digest[:12]}"
    said = [f"{name} seen"] if {*now.linked} - {*line.linked} else []
    return said + ([f"{name} left"] if {*line.linked} - {*now.linked} else [])


def _promise_changes(before: Case | None, after: Case) -> list[str]:
    verdict, told = promises.verdict(before, after), promises.newly_told(before, after)
    said = [f"case {after.id} promise {'kept' if verdict else 'broken'}"] if verdict is not None else []
    return [*said, f"case {after.id} promised {stamp(told)}"] if told else said


def _count_promise(before: Case | None, after: Case | None) -> None:
    verdict = promises.verdict(before, after) if after else None
    if verdict is not None:
        telemetry.count("PromiseKept" if verdict else "PromiseBroken")
