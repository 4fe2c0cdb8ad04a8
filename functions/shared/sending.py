"""Replies leave: claimed in a transaction, sent once, settled by X's answer, by the echo or by looking."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

from functions.shared import budget as budgets
from functions.shared import cases, conversations, erasure, promises, replies
from functions.shared.budget import Budget
from functions.shared.cases import Case, Entry
from functions.shared.conversations import DM_IDS_KEPT, Conversation, load, partition, save
from functions.shared.customers import Customer
from functions.shared.line import Line
from functions.shared.messages import Echo
from functions.shared.replies import Outgoing
from functions.shared.store import Cancelled, Item, Put, Store, Update, stamp
from functions.shared.x import Messenger, Outcome, Refused, Sent

Obstacle = Literal["stopped", "unlinked", "owned", "moot", "later"]

NEVER: tuple[Obstacle, ...] = ("stopped", "unlinked", "owned", "moot")
"""What stands in a reply's way for good: it is suppressed."""

TOGETHER = 10
"""Replies that may leave as one DM."""

WRITES = 80
"""Rows that are settled in one transaction; DynamoDB takes a hundred, and some belong to the change itself."""


def obstacle(conversation: Conversation, reply: Outgoing, now: datetime) -> Obstacle | None:
    """Say why a reply may not leave now. Looked at under the customer's version, so that it still holds then."""
    customer = conversation.customer
    if reply.kind == "stop":
        return None if customer.stopped_by == reply.cause else "stopped"
    if reply.automated and customer.stopped:
        return "stopped"
    linked = customer.link and customer.link.account_id == reply.quotes and not customer.locked_by
    if reply.quotes and not linked:
        return "unlinked"
    if reply.unasked and conversation.known_case:
        return "owned"
    if reply.updates_promise and not promises.may_leave(conversation.open_case, now):
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
        if other.state == "PENDING" and budget.holds(other.kind):
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


def claim(conversation: Conversation, reply: Outgoing, budget: Budget, now: datetime) -> Claim | None:
    """Claim a reply, and what waits beside it, as one DM; None where something stands in the way."""
    dm = together(conversation, reply, now, budget)
    take = budgets.take(budget, reply.kind, now, [other.kind for other in dm]) if dm else None
    if take is None:
        return None
    if reply.kind == "staff":
        conversation = _instead_of_held(conversation, dm[-1], budget, now)
    head = replace(replies.claimed(dm[0], now), carries=tuple(other.id for other in dm[1:]))
    carried = [replace(replies.claimed(other, now), carried_by=head.id) for other in dm[1:]]
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


def _instead_of_held(conversation: Conversation, last: Outgoing, budget: Budget, now: datetime) -> Conversation:
    """A person answers while a pause holds back what came before: that never leaves, and the case says so."""
    before = conversation.replies[: conversation.replies.index(last)]
    held = [reply for reply in before if reply.state == "PENDING" and budget.holds(reply.kind)]
    said = [Entry(f"{reply.id}#held", "note", _what(reply, "was held back and is not sent"), now) for reply in held]
    dropped = conversation.having(*map(replies.suppressed, held))
    return dropped.with_case(dropped.case, *said) if dropped.case and said else dropped


def _what(reply: Outgoing, became: str) -> str:
    """Say to staff what became of a reply."""
    return f"The {reply.kind} of {reply.created_at:%H:%M} UTC {became}."


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
    return "\n\n".join(reply.text for reply in dm_of(conversation, head))


def _freed(reply: Outgoing) -> Outgoing:
    """A reply that did not leave goes on alone."""
    return replace(reply, carries=(), carried_by=None) if reply.state == "PENDING" else reply


@dataclass(frozen=True)
class Sender:
    """Sends claimed replies and settles what became of them."""

    store: Store
    messenger: Messenger
    line: Line
    now: Callable[[], datetime]
    new_case_id: Callable[[], str] = cases.new_id
    anew: Callable[[Conversation, Outgoing], Outgoing] = lambda _, reply: reply
    """Says again what has waited long, before it leaves."""

    def commit(self, before: Conversation, after: Conversation, *, by: str, did: str) -> Conversation:
        """Save a decision; what it says leaves at once where nothing stands in its way and the budget has room.

        Raises Cancelled where the conversation has moved on.
        """
        now = self.now()
        claimed = self._claimed_at_once(before, after, now)
        if claimed:
            try:
                saved = save(self.store, before, claimed.conversation, by=by, did=did, now=now)
                self.post(saved, claimed.head)
                self._ticket(saved, now)
                return saved
            except Cancelled as cancelled:
                if cancelled.by != {budgets.KEY[1]}:
                    raise
        saved = save(self.store, before, after, by=by, did=did, now=now)
        self._ticket(saved, now)
        return saved

    def _ticket(self, saved: Conversation, now: datetime) -> None:
        """Ticket a case, but a silent one is left to the tick: how long this takes must not tell of it either."""
        if saved.known_case:
            self.line.ticket(self.store, saved, now)

    def _claimed_at_once(self, before: Conversation, after: Conversation, now: datetime) -> Claim | None:
        new = [reply for reply in after.replies if before.reply(reply.id) is None]
        if not new:
            return None
        budget = budgets.load(self.store)
        if not budget.room(new[-1].kind, now):
            budgets.mark_waiting(self.store, True)
            return None
        if budget.waiting and new[-1].kind not in budgets.RESERVED_FOR:
            return None
        return claim(after, new[-1], budget, now)

    def post(self, conversation: Conversation, reply: Outgoing) -> None:
        """Send what is claimed, if its lease leaves the time for it, and settle it by X's answer."""
        if not replies.may_send(reply, self.now()):
            return
        outcome = self.messenger.send(reply.customer, text_of(conversation, reply))
        self.settle(reply, outcome)
        budgets.heard(self.store, outcome.limits, self.now())
        budgets.outcome(self.store, outcome, self.now())

    def settle(self, reply: Outgoing, outcome: Outcome) -> None:
        """Write what became of a claimed reply; a claim that somebody else has settled meanwhile stays as it is."""

        def settled(current: Conversation) -> Conversation | None:
            head = current.reply(reply.id)
            if head is None or head.fence != reply.fence or head.state not in ("SENDING", "UNKNOWN"):
                return None
            after = [_freed(replies.after(part, outcome, self.now())) for part in dm_of(current, head)]
            done = current.having(*after)
            if isinstance(outcome, Sent):
                sent = sent_row(reply.customer, outcome.dm_id, reply.id, self.now())
                done = replace(done, writes=(*done.writes, sent))
            if isinstance(outcome, Refused) and head.kind != "stop":
                done = self._told_staff(done, head, f"not delivered: {outcome.reason}", needs_person=outcome.ours)
            return done

        self._change(reply.customer, settled, did=f"sent: {type(outcome).__name__}")

    def echo(self, echo: Echo) -> str | None:
        """Settle the reply that an echo belongs to and return its id; None for a DM that we did not send."""
        known = self.store.get(partition(echo.customer), f"sent#{echo.id}")
        if known:
            self._confirmed(echo)
            return str(known["reply"])
        found: Outgoing | None = None

        def settled(current: Conversation) -> Conversation:
            nonlocal found
            found = _echoed(current, echo.id, echo.text)
            if found is None:
                elsewhere = self._answered_elsewhere(current)
                return replace(elsewhere, writes=(sent_row(echo.customer, echo.id, cases.ELSEWHERE, self.now()),))
            done = current.having(*(replies.sent(part, echo.id) for part in dm_of(current, found)))
            return replace(done, writes=(sent_row(echo.customer, echo.id, found.id, self.now(), confirmed=True),))

        self._change(echo.customer, settled, did="echo")
        return found.id if found else None

    def _confirmed(self, echo: Echo) -> None:
        """Note when X confirmed what we knew to be sent: whoever is asked what happened can say so."""
        key = (partition(echo.customer), f"sent#{echo.id}")
        first = "attribute_not_exists(confirmed_at)"
        self.store.update(Update(*key, "SET confirmed_at = :at", first, {"at": stamp(self.now())}))

    def resume(self, x_id: str, only: Callable[[Outgoing], bool], *, others_wait: bool = False) -> bool:
        """Send the customer's first reply of this sort that may leave, and what waits beside it. True if one left.

        What can never leave any more is suppressed. While others wait, a customer who had their share has to as well.
        """
        for _ in range(conversations.TRIES):
            before, now = load(self.store, x_id), self.now()
            waiting = [reply for reply in before.replies if reply.state == "PENDING" and only(reply)]
            after = self._without_hopeless(before, waiting, now)
            budget = budgets.load(self.store)
            said_anew = after.having(*(self.anew(after, reply) for reply in after.replies if reply.state == "PENDING"))
            may_leave = [reply for reply in said_anew.replies if reply.state == "PENDING" and only(reply)]
            if others_wait and had_share(before.customer, budget, now):
                may_leave = [reply for reply in may_leave if reply.kind in budgets.RESERVED_FOR]
            claimed = next(filter(None, (claim(said_anew, reply, budget, now) for reply in may_leave)), None)
            changed = claimed.conversation if claimed else after
            if changed == before:
                return False
            try:
                saved = save(self.store, before, changed, by="tick", did="claimed", now=now)
            except Cancelled:
                continue
            if claimed:
                self.post(saved, claimed.head)
            return claimed is not None
        return False

    def _without_hopeless(self, current: Conversation, waiting: Iterable[Outgoing], now: datetime) -> Conversation:
        hopeless = [reply for reply in waiting if obstacle(current, reply, now) in NEVER]
        return current.having(*map(replies.suppressed, hopeless[: WRITES // 2])) if hopeless else current

    def lease_ran_out(self, x_id: str) -> None:
        """What was being sent when its sender died may have left: its outcome is unknown."""

        def given_up(current: Conversation) -> Conversation | None:
            dead = [
                r for r in current.replies if r.state == "SENDING" and r.lease_until and r.lease_until <= self.now()
            ]
            return current.having(*(replies.unknown(r, r.lease_until or self.now()) for r in dead)) if dead else None

        self._change(x_id, given_up, did="lease ran out")

    def look_up(self, x_id: str) -> None:
        """Ask X whether a reply of unknown outcome was delivered. A look-up that fails is not an absence."""
        conversation = load(self.store, x_id)
        asked = _as_many_as_fit(conversation, [r for r in conversation.replies if _to_look_up(r, self.now())])
        if not asked:
            return
        found = self.messenger.look_up(x_id)
        if found is None:
            return

        def settled(current: Conversation) -> Conversation | None:
            done = current
            settling = set[str]()  # one DM is one reply, also where two say the same
            for reply in asked:
                head = done.reply(reply.id)
                if head is None or head.state != "UNKNOWN" or head.fence != reply.fence:
                    continue
                free = (dm for dm in found if dm.dm_id not in settling)
                match = next((dm for dm in free if self._is_this(done, head, dm.dm_id, dm.text)), None)
                if match:
                    settling.add(match.dm_id)
                    done = done.having(*(replies.sent(part, match.dm_id) for part in dm_of(done, head)))
                    done = replace(done, writes=(*done.writes, sent_row(x_id, match.dm_id, head.id, self.now())))
                    continue
                after = [_freed(replies.not_found(part, self.now())) for part in dm_of(done, head)]
                done = done.having(*after)
                if after[0].state == "UNCONFIRMED":
                    done = self._told_staff(done, after[0], "may not have arrived", needs_person=True)
            return done

        self._change(x_id, settled, did="looked up")

    def _is_this(self, current: Conversation, head: Outgoing, dm_id: str, text: str) -> bool:
        if not _matches(current, head, dm_id, text):
            return False
        return self.store.get(partition(head.customer), f"sent#{dm_id}") is None

    def _answered_elsewhere(self, current: Conversation) -> Conversation:
        """A person has answered without the desk: a case waits for the customer in their name."""
        now = self.now()
        case = current.open_case
        if case is None:
            case = Case(self.new_case_id(), current.customer.x_id, "general", "elsewhere", opened_at=now, due_at=now)
        if case.state == "CLAIMED":
            return current.with_case(replace(cases.judged(case, now), answered_at=now))
        waits = replace(
            cases.judged(case, now),
            state="WAITING_CUSTOMER",
            owner=cases.ELSEWHERE,
            answered_at=now,
            fence=case.fence + 1,
            back_until=None,
        )
        return current.with_case(waits)

    def _told_staff(self, current: Conversation, reply: Outgoing, what: str, *, needs_person: bool) -> Conversation:
        """Note on the customer's case that a reply did not arrive; open one where that leaves nobody to answer."""
        if erasure.is_before(current.customer, reply):
            return current
        now = self.now()
        note = Entry(f"{reply.id}#{reply.fence}", "note", _what(reply, what), now)
        if current.open_case:
            return current.with_case(current.open_case, note)
        if not needs_person:
            return current
        due = now + cases.UNPROMISED
        opened = Case(self.new_case_id(), reply.customer, "general", "undelivered", opened_at=now, due_at=due)
        return current.with_case(opened, note)

    def _change(self, x_id: str, step: Callable[[Conversation], Conversation | None], *, did: str) -> None:
        saved = conversations.change(self.store, x_id, step, by="bot", did=did, now=self.now())
        if saved:
            self._ticket(saved, self.now())


def sent_row(x_id: str, dm_id: str, reply_id: str, now: datetime, *, confirmed: bool = False) -> Put:
    """The row that says which reply a DM of ours was."""
    row: Item = {"pk": partition(x_id), "sk": f"sent#{dm_id}", "reply": reply_id}
    row["expires_at"] = int((now + DM_IDS_KEPT).timestamp())
    return Put(row | ({"confirmed_at": stamp(now)} if confirmed else {}))


def _to_look_up(reply: Outgoing, now: datetime) -> bool:
    due = reply.look_up_at is not None and reply.look_up_at <= now
    return due and reply.state == "UNKNOWN" and not reply.carried_by


def _as_many_as_fit(conversation: Conversation, heads: Sequence[Outgoing]) -> list[Outgoing]:
    """The first of these whose rows go into one transaction: their parts, the DM that was found or a note, each."""
    rows = accumulate(len(dm_of(conversation, head)) + 1 for head in heads)
    return [head for head, row in zip(heads, rows, strict=True) if row <= WRITES]


def _echoed(current: Conversation, dm_id: str, text: str) -> Outgoing | None:
    sending = (reply for reply in current.replies if reply.state in ("SENDING", "UNKNOWN") and not reply.carried_by)
    return next((reply for reply in sending if _matches(current, reply, dm_id, text)), None)


def _matches(current: Conversation, reply: Outgoing, dm_id: str, text: str) -> bool:
    return is_said(reply, text_of(current, reply), dm_id, text)


def is_said(reply: Outgoing, words: str, dm_id: str, text: str) -> bool:
    """Whether a DM of ours is a reply in these words: its text, and an id greater than that of the DM it answers."""
    newer = not reply.cause.isdecimal() or int(dm_id) > int(reply.cause)
    return newer and _bare(text) == _bare(words)


_LINK = re.compile(r"https?://\S+")


def _bare(text: str) -> str:
    """A text as it can be compared: X rewrites links, escapes signs and may change white space."""
    return " ".join(_LINK.sub("<link>", html.unescape(text)).split())
