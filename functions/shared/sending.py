"""Replies leave: claimed in a transaction, sent once, settled by X's answer, by the echo or by looking."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from functions.shared import budget as budgets
from functions.shared import cases, conversations, replies
from functions.shared.budget import Budget
from functions.shared.cases import Case, Entry
from functions.shared.conversations import Conversation, load, partition, save
from functions.shared.line import Line
from functions.shared.messages import Echo
from functions.shared.replies import Outgoing
from functions.shared.store import Cancelled, Put, Store
from functions.shared.x import Messenger, Outcome, Refused, Sent

Obstacle = Literal["stopped", "unlinked", "owned", "earlier", "later"]

NEVER: tuple[Obstacle, ...] = ("stopped", "unlinked", "owned")
"""What stands in a reply's way for good: it is suppressed."""

TOGETHER = 10
"""Replies that may leave as one DM."""

SHARE = 5
"""While others wait, one customer gets at most one in so many of a window's automated sends."""


def obstacle(conversation: Conversation, reply: Outgoing, now: datetime) -> Obstacle | None:
    """Say why a reply may not be claimed now. Looked at under the customer's version, so that it still holds then."""
    customer = conversation.customer
    if reply.kind == "stop":
        return None if customer.stopped_by == reply.cause else "stopped"
    if reply.automated and customer.stopped:
        return "stopped"
    linked = customer.link and customer.link.account_id == reply.quotes and not customer.locked_by
    if reply.quotes and not linked:
        return "unlinked"
    if reply.unasked and conversation.open_case:
        return "owned"
    earlier = conversation.replies[: conversation.replies.index(reply)] if reply in conversation.replies else ()
    if any(replies.holds_up(other, now) for other in earlier if other.carried_by != reply.id):
        return "earlier"
    return "later" if reply.not_before and reply.not_before > now else None


def claim(conversation: Conversation, reply: Outgoing, budget: Budget, now: datetime) -> Conversation | None:
    """Claim a reply and what may leave with it as one DM; None where something stands in the way."""
    if obstacle(conversation, reply, now):
        return None
    take = budgets.take(budget, reply.kind, now)
    if take is None:
        return None
    with_it = _together(conversation, reply, now)
    head = replace(replies.claimed(reply, now), carries=tuple(other.id for other in with_it))
    carried = [replace(replies.claimed(other, now), carried_by=head.id) for other in with_it]
    overtaken = [replace(other, may_resend=False) for other in conversation.replies if other.state == "UNKNOWN"]
    claimed = conversation.having(head, *carried, *overtaken)
    return replace(claimed, writes=(*claimed.writes, take))


def _together(conversation: Conversation, head: Outgoing, now: datetime) -> list[Outgoing]:
    """The automated replies right behind the head that could leave as soon as it has."""
    together: list[Outgoing] = []
    if head.kind in ("stop", "staff"):
        return together
    for other in conversation.replies[conversation.replies.index(head) + 1 :]:
        ahead = replace(conversation, replies=(other,))
        fits = other.state == "PENDING" and other.automated and obstacle(ahead, other, now) is None
        if not fits or len(together) == TOGETHER - 1:
            break
        together.append(other)
    return together


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

    def commit(self, before: Conversation, after: Conversation, *, by: str, did: str) -> Conversation:
        """Save a decision; its last reply leaves at once where nothing waits before it and the budget has room.

        Raises Cancelled where the conversation has moved on.
        """
        now = self.now()
        new = [reply for reply in after.replies if reply.state == "PENDING" and before.reply(reply.id) is None]
        claimed = self._claimed_now(after, new, now)
        saved: Conversation | None = None
        if claimed:
            try:
                saved = save(self.store, before, claimed, by=by, did=did, now=now)
            except Cancelled as cancelled:
                if cancelled.by != {budgets.KEY[1]}:
                    raise
        if saved is None:
            saved = save(self.store, before, after, by=by, did=did, now=now)
        self.line.ticket(self.store, saved, now)
        for reply in new:
            sending = saved.reply(reply.id)
            if sending and sending.state == "SENDING":
                self.post(saved, sending)
        return saved

    def _claimed_now(self, after: Conversation, new: list[Outgoing], now: datetime) -> Conversation | None:
        if not new:
            return None
        budget = budgets.load(self.store)
        if not budget.room(new[0].kind, now):
            budgets.mark_waiting(self.store, True)
        if budget.waiting and new[0].kind in ("acknowledgement", "answer"):
            return None
        return claim(after, new[0], budget, now)

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
                done = replace(done, writes=(*done.writes, sent_row(reply.customer, outcome.dm_id, reply.id)))
            if isinstance(outcome, Refused) and head.kind != "stop":
                done = self._told_staff(done, head, f"not delivered: {outcome.reason}", needs_person=outcome.ours)
            return done

        self._change(reply.customer, settled, did=f"sent: {type(outcome).__name__}")

    def echo(self, echo: Echo) -> str:
        """Settle the reply that an echo belongs to; return which, or "elsewhere" for a DM that we did not send."""
        known = self.store.get(partition(echo.customer), f"sent#{echo.id}")
        if known:
            return str(known["reply"])
        found = "elsewhere"

        def settled(current: Conversation) -> Conversation:
            nonlocal found
            head = _echoed(current, echo.id, echo.text)
            found = head.id if head else "elsewhere"
            row = sent_row(echo.customer, echo.id, found)
            if head is None:
                return replace(self._answered_elsewhere(current), writes=(row,))
            done = current.having(*(replies.sent(part, echo.id) for part in dm_of(current, head)))
            return replace(done, writes=(row,))

        self._change(echo.customer, settled, did="echo")
        return found

    def resume(self, x_id: str, only: Callable[[Outgoing], bool] = lambda _: True) -> bool:
        """Claim and send the first reply of a customer that may leave. True if one was sent."""
        for _ in range(conversations.TRIES):
            before = load(self.store, x_id)
            now = self.now()
            waiting = [reply for reply in before.replies if reply.state == "PENDING" and only(reply)]
            after = self._without_hopeless(before, waiting, now)
            if after != before:
                try:
                    before = save(self.store, before, after, by="tick", did="suppressed", now=now)
                except Cancelled:
                    continue
            candidates = [reply for reply in waiting if before.reply(reply.id)]
            budget = budgets.load(self.store)
            claimed = next(((r, c) for r in candidates if (c := claim(before, r, budget, now))), None)
            if claimed is None:
                return False
            try:
                saved = save(self.store, before, claimed[1], by="tick", did="claimed", now=now)
            except Cancelled:
                continue
            sending = saved.reply(claimed[0].id)
            if sending:
                self.post(saved, sending)
            return True
        return False

    def _without_hopeless(self, current: Conversation, waiting: Iterable[Outgoing], now: datetime) -> Conversation:
        hopeless = [reply for reply in waiting if obstacle(current, reply, now) in NEVER]
        return current.having(*map(replies.suppressed, hopeless)) if hopeless else current

    def lease_ran_out(self, x_id: str) -> None:
        """What was being sent when its sender died may have left: its outcome is unknown."""

        def given_up(current: Conversation) -> Conversation | None:
            dead = [r for r in current.replies if r.state == "SENDING" and r.lease_until and r.lease_until <= self.now()]
            return current.having(*(replies.unknown(r, r.lease_until or self.now()) for r in dead)) if dead else None

        self._change(x_id, given_up, did="lease ran out")

    def look_up(self, x_id: str) -> None:
        """Ask X whether a reply of unknown outcome was delivered. A look-up that fails is not an absence."""
        conversation = load(self.store, x_id)
        asked = [r for r in conversation.replies if _to_look_up(r, self.now())]
        if not asked:
            return
        found = self.messenger.look_up(x_id)
        if found is None:
            return

        def settled(current: Conversation) -> Conversation | None:
            done = current
            for reply in asked:
                head = done.reply(reply.id)
                if head is None or head.state != "UNKNOWN" or head.fence != reply.fence:
                    continue
                match = next((dm for dm in found if self._is_this(done, head, dm.dm_id, dm.text)), None)
                if match:
                    done = done.having(*(replies.sent(part, match.dm_id) for part in dm_of(done, head)))
                    done = replace(done, writes=(*done.writes, sent_row(x_id, match.dm_id, head.id)))
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
            return current.with_case(replace(case, answered_at=now))
        waits = replace(
            case, state="WAITING_CUSTOMER", owner=cases.ELSEWHERE, answered_at=now, fence=case.fence + 1, back_until=None
        )
        return current.with_case(waits)

    def _told_staff(self, current: Conversation, reply: Outgoing, what: str, *, needs_person: bool) -> Conversation:
        """Note on the customer's case that a reply did not arrive; open one where that leaves nobody to answer."""
        now = self.now()
        note = Entry(f"{reply.id}#{reply.fence}", "note", f"The {reply.kind} of {reply.created_at:%H:%M} UTC {what}.", now)
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
            self.line.ticket(self.store, saved, self.now())


def sent_row(x_id: str, dm_id: str, reply_id: str) -> Put:
    """The row that says which reply a DM of ours was."""
    return Put({"pk": partition(x_id), "sk": f"sent#{dm_id}", "reply": reply_id})


def _to_look_up(reply: Outgoing, now: datetime) -> bool:
    return reply.state == "UNKNOWN" and not reply.carried_by and reply.look_up_at is not None and reply.look_up_at <= now


def _echoed(current: Conversation, dm_id: str, text: str) -> Outgoing | None:
    sending = (reply for reply in current.replies if reply.state in ("SENDING", "UNKNOWN") and not reply.carried_by)
    return next((reply for reply in sending if _matches(current, reply, dm_id, text)), None)


def _matches(current: Conversation, reply: Outgoing, dm_id: str, text: str) -> bool:
    """Whether a DM of ours is this reply: its text, and an id greater than that of the DM it answers."""
    newer = not reply.cause.isdecimal() or int(dm_id) > int(reply.cause)
    return newer and _bare(text) == _bare(text_of(current, reply))


_LINK = re.compile(r"https?://\S+")


def _bare(text: str) -> str:
    """A text as it can be compared: X rewrites links, escapes signs and may change white space."""
    return " ".join(_LINK.sub("<link>", html.unescape(text)).split())
