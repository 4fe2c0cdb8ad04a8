"""Replies leave: claimed in a transaction, sent once, settled by X's answer, by the echo or by looking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from random import uniform
from time import sleep

from functions.shared.aws import telemetry
from functions.shared.aws.rows import BUDGET, sent_key, sent_row
from functions.shared.aws.store import Cancelled, Item, Store, Update, stamp
from functions.shared.conversation import cases, conversations, erasure, intake, replies
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.conversations import Conversation, load, save
from functions.shared.conversation.intake import Concern
from functions.shared.conversation.replies import Outgoing
from functions.shared.conversation.tickets import TeamLines
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.budget import Budget
from functions.shared.delivery.claim import (
    A_PART,
    NEVER,
    Claim,
    claim,
    dm_of,
    fate,
    freed,
    had_share,
    held_before,
    instead_of,
    obstacle,
    text_of,
)
from functions.shared.delivery.echoes import echoed, matches
from functions.shared.x.dms import Declined, LookUpsUsedUp, Messenger, Outcome, Refused, Sent
from functions.shared.x.messages import Echo

RACES = 6
"""So often a claim that lost the race for the budget's one row is tried again while there is room.

In the model of `benchmarks.drain`, of 400 customers at once: with 20 functions side by side 350 wait for the tick if
nothing is tried again and 8 so, with 100 functions 397 and 120.
"""
PAUSE = 0.04
"""Seconds until the first of these tries at most, each time twice as many: a transaction holds the row for 0.015."""
WRITES = 80
"""Rows that are settled in one transaction; DynamoDB takes a hundred, and some belong to the change itself."""


@dataclass(frozen=True)
class Sender:
    """Sends claimed replies and settles what became of them."""

    store: Store
    messenger: Messenger
    line: TeamLines
    now: Callable[[], datetime]
    new_case_id: Callable[[], str] = cases.new_id
    anew: Callable[[Conversation, Outgoing], Outgoing] = lambda _, reply: reply
    """Says again what has waited long, before it leaves."""
    digest: Callable[[str], str | None] = lambda _: None
    """Hashes a recipient under the deployment's key, so that X's refusals can be counted by recipient."""
    wait: Callable[[float], object] = sleep
    """Passes so many seconds."""
    says_time: Callable[[datetime], str] = field(kw_only=True)
    """Tells staff the time of something, by the brand's clock."""

    def commit(
        self,
        before: Conversation,
        after: Conversation,
        *,
        by: str,
        did: str,
        at_once: bool = True,
        budget: Budget | None = None,
    ) -> Conversation:
        """Save a decision; what it says leaves at once where nothing stands in its way and the budget has room.

        `budget` is for whoever has read it with the conversation.
        Raises Cancelled where the conversation has moved on.
        """
        claimed = self._saved_at_once(before, after, budget, by=by, did=did) if at_once else None
        now = self.now()
        if claimed:
            self.post(claimed.conversation, claimed.head)
        saved = claimed.conversation if claimed else save(self.store, before, after, by=by, did=did, now=now)
        self._ticket(saved, now)
        return saved

    def _saved_at_once(
        self, before: Conversation, after: Conversation, budget: Budget | None, *, by: str, did: str
    ) -> Claim | None:
        """Save a decision with the claim of what it says, again where only the race for the budget was lost."""
        for race in range(1 + RACES):
            claimed = self._claimed_at_once(before, after, None if race else budget)
            if claimed is None:
                return None
            try:
                saved = save(self.store, before, claimed.conversation, by=by, did=did, now=self.now())
            except Cancelled as cancelled:
                if cancelled.by != {BUDGET.sk}:
                    raise
                self.wait(uniform(0, PAUSE * 2**race))  # noqa: S311 - so that not all come again at once
            else:
                return Claim(saved, claimed.head)
        return None

    def offer(self, before: Conversation, after: Conversation, *, by: str, did: str) -> bool:
        """Save a change only if the last that it says leaves at once: nothing else waits, and the budget has room."""
        budget, now = budgets.load(self.store), self.now()
        claimed = None if budget.waiting else claim(after, after.replies[-1], budget, now, self.says_time)
        if claimed is None:
            return False
        try:
            saved = save(self.store, before, claimed.conversation, by=by, did=did, now=now)
        except Cancelled:
            return False
        self.post(saved, claimed.head)
        return True

    def _ticket(self, saved: Conversation, now: datetime) -> None:
        """Ticket a case, but a silent one is left to the tick: how long this takes must not tell of it either."""
        if saved.known_case:
            self.line.ticket(self.store, saved, now)

    def _claimed_at_once(self, before: Conversation, after: Conversation, budget: Budget | None) -> Claim | None:
        new = [reply for reply in after.replies if before.reply(reply.id) is None]
        if not new:
            return None
        budget, now = budget or budgets.load(self.store), self.now()
        if not budget.room(new[-1].kind, now):
            budgets.mark_waiting(self.store, True)
            return None
        may_overtake = new[-1].kind in budgets.RESERVED_FOR and not self.turned_away(budget, after.customer.x_id)
        if budget.waiting and not may_overtake:
            return None
        return claim(after, new[-1], budget, now, self.says_time)

    def turned_away(self, budget: Budget, x_id: str) -> bool:
        """Whether X turned this customer's DM away last: while the breaker is open the next probe is another's."""
        return budget.opened_by is not None and budget.opened_by == self.digest(x_id)

    def post(self, conversation: Conversation, reply: Outgoing) -> None:
        """Send what is claimed, if its lease leaves the time for it, and settle it by X's answer."""
        if reply.lease_until is None or not replies.may_send(reply, self.now()):
            return
        recipient = self.digest(reply.customer)
        outcome = self.messenger.send(reply.customer, text_of(conversation, reply))
        outcome = budgets.judged(self.store, outcome, recipient, self.now())
        self.settle(reply, outcome, conversation)
        budgets.heard(self.store, outcome, reply.lease_until - replies.LEASE, self.now(), recipient)

    def settle(self, reply: Outgoing, outcome: Outcome, known: Conversation | None = None) -> None:
        """Write what became of a claimed reply; a claim that somebody else has settled meanwhile stays as it is.

        `known` is the conversation as the claim was saved with it.
        """

        def settled(current: Conversation) -> Conversation | None:
            head = current.reply(reply.id)
            if head is None or head.fence != reply.fence or head.state not in ("SENDING", "UNKNOWN"):
                return None
            after = [freed(replies.after(part, outcome, self.now())) for part in dm_of(current, head)]
            done = current.having(*after)
            if isinstance(outcome, Sent):
                sent = sent_row(reply.customer, outcome.dm_id, reply.id, self.now())
                done = replace(done, writes=(*done.writes, sent))
            refused = [part for part in after if part.state == "REFUSED" and part.kind != "stop"]
            if isinstance(outcome, Refused | Declined) and refused:
                ours = isinstance(outcome, Declined) or outcome.ours
                done = self._told_staff(done, refused, f"not delivered: {outcome.reason}", needs_person=ours)
            return done

        self._change(reply.customer, settled, did=f"sent: {type(outcome).__name__}", known=known)

    def echo(self, echo: Echo, known: Item | None) -> str | None:
        """Settle the reply that an echo belongs to and return its id; None for a DM that we did not send.

        `known` is the row of the DM, if it is known which reply it was.
        """
        if known:
            self._confirmed(echo)
            return str(known["reply"])
        found: Outgoing | None = None

        def settled(current: Conversation) -> Conversation:
            nonlocal found
            found = echoed(current, echo.id, echo.text)
            if found is None:
                elsewhere = intake.answered_elsewhere(current, self.now(), self.new_case_id)
                return replace(elsewhere, writes=(sent_row(echo.customer, echo.id, cases.ELSEWHERE, self.now()),))
            done = current.having(*(replies.sent(part, echo.id) for part in dm_of(current, found)))
            return replace(done, writes=(sent_row(echo.customer, echo.id, found.id, self.now(), confirmed=True),))

        self._change(echo.customer, settled, did="echo")
        return found.id if found else None

    def _confirmed(self, echo: Echo) -> None:
        """Note when X confirmed what we knew to be sent: whoever is asked what happened can say so."""
        first = "attribute_not_exists(confirmed_at)"
        self.store.update(
            Update(*sent_key(echo.customer, echo.id), "SET confirmed_at = :at", first, {"at": stamp(self.now())})
        )

    def resume(self, x_id: str, only: Callable[[Outgoing], bool], *, others_wait: bool = False) -> bool:
        """Send the customer's first reply of this sort that may leave, and what waits beside it. True if one left.

        What can never leave any more is suppressed. While others wait, a customer who had their share has to as well.
        """
        for _ in range(1 + RACES):
            before = load(self.store, x_id)
            waiting = [reply for reply in before.replies if reply.state == "PENDING" and only(reply)]
            budget, now = budgets.load(self.store), self.now()
            after = self._without_held(self._without_hopeless(before, waiting, now), waiting, budget, now)
            may_leave = [reply for reply in after.replies if reply.state == "PENDING" and only(reply)]
            if others_wait and had_share(before.customer, budget, now):
                may_leave = [reply for reply in may_leave if reply.kind in budgets.RESERVED_FOR]
            each = (claim(after, reply, budget, now, self.says_time, self.anew) for reply in may_leave)
            claimed = next(filter(None, each), None)
            changed = claimed.conversation if claimed else after
            if changed == before:
                return False
            try:
                saved = save(self.store, before, changed, by="tick", did="claimed", now=now)
            except Cancelled:
                continue
            if claimed:
                self.post(saved, claimed.head)
                return True
        return False

    def _without_hopeless(self, current: Conversation, waiting: Iterable[Outgoing], now: datetime) -> Conversation:
        hopeless = [reply for reply in waiting if obstacle(current, reply, now) in NEVER]
        return current.having(*map(replies.suppressed, hopeless[:A_PART])) if hopeless else current

    def _without_held(
        self, current: Conversation, waiting: Iterable[Outgoing], budget: Budget, now: datetime
    ) -> Conversation:
        """Where a person's answer replaces more than goes into its own claim, the first of that goes now."""
        answer = next((reply for reply in waiting if reply.kind == "staff"), None)
        held = held_before(current, answer, budget) if answer else []
        return instead_of(current, held[:A_PART], now, self.says_time) if len(held) > A_PART else current

    def lease_ran_out(self, x_id: str) -> None:
        """What was being sent when its sender died may have left: its outcome is unknown."""

        def given_up(current: Conversation) -> Conversation | None:
            dead = [
                r for r in current.replies if r.state == "SENDING" and r.lease_until and r.lease_until <= self.now()
            ]
            return current.having(*(replies.unknown(r, r.lease_until or self.now()) for r in dead)) if dead else None

        self._change(x_id, given_up, did="lease ran out")

    def look_up(self, x_id: str) -> None:
        """Ask X whether a reply of unknown outcome was delivered. A look-up that fails is not an absence.

        While X takes no look-ups nobody is asked about: that tells as little.
        """
        conversation = load(self.store, x_id)
        asked = _as_many_as_fit(conversation, [r for r in conversation.replies if _to_look_up(r, self.now())])
        if not asked:
            return
        now = self.now()
        opens = budgets.load(self.store).next_look_up(now)
        found = self.messenger.look_up(x_id) if opens <= now else None
        if isinstance(found, LookUpsUsedUp):
            opens, found = budgets.look_up_refused(self.store, found.until, self.now()), None
        if found is None:
            self._put_off(x_id, asked, opens)
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
                done = self._not_seen(done, [freed(replies.not_found(part, self.now())) for part in dm_of(done, head)])
            return done

        self._change(x_id, settled, did="looked up")

    def _put_off(self, x_id: str, asked: Sequence[Outgoing], opens: datetime) -> None:
        """X did not tell: these are asked about again when it takes look-ups, behind others, a few times."""
        ids = {(reply.id, reply.fence) for reply in asked}

        def put_off(current: Conversation) -> Conversation:
            done = current
            for head in (r for r in current.replies if (r.id, r.fence) in ids and r.state == "UNKNOWN"):
                done = self._not_seen(done, [replies.not_told(part, self.now(), opens) for part in dm_of(done, head)])
            return done

        saved = self._change(x_id, put_off, did="not told")
        given_up = {reply.id for reply in asked} - {reply.id for reply in saved.replies} if saved else ()
        if given_up:
            telemetry.count("LookUpRefused")
            telemetry.warning("X has not told for long what became of replies", count=len(given_up))

    def _not_seen(self, current: Conversation, dm: Sequence[Outgoing]) -> Conversation:
        """Take over what a look-up that did not show a DM has made of it; what nobody will know is for staff."""
        done = current.having(*dm)
        if dm[0].state != "UNCONFIRMED":
            return done
        return self._told_staff(done, dm, "may not have arrived", needs_person=True)

    def _is_this(self, current: Conversation, head: Outgoing, dm_id: str, text: str) -> bool:
        if not matches(current, head, dm_id, text):
            return False
        return self.store.get(*sent_key(head.customer, dm_id)) is None

    def _told_staff(
        self, current: Conversation, dm: Sequence[Outgoing], what: str, *, needs_person: bool
    ) -> Conversation:
        """Note on the customer's case what of a DM did not arrive; open one where that leaves nobody to answer."""
        reply, now = dm[0], self.now()
        if erasure.is_before(current.customer, reply):
            return current
        if not (needs_person or current.open_case):
            return current
        said = "\n".join(fate(part, what, self.says_time) for part in dm)
        note = Entry(f"{reply.id}#{reply.fence}", "note", said, now)
        undelivered = Concern("general", "undelivered", now + cases.UNPROMISED)
        return intake.noted(current, undelivered, now, note, new_id=self.new_case_id)

    def _change(
        self,
        x_id: str,
        step: Callable[[Conversation], Conversation | None],
        *,
        did: str,
        known: Conversation | None = None,
    ) -> Conversation | None:
        saved = conversations.change(self.store, x_id, step, by="bot", did=did, now=self.now(), known=known)
        if saved:
            self._ticket(saved, self.now())
        return saved


def _to_look_up(reply: Outgoing, now: datetime) -> bool:
    due = reply.look_up_at is not None and reply.look_up_at <= now
    return due and reply.state == "UNKNOWN" and not reply.carried_by


def _as_many_as_fit(conversation: Conversation, heads: Sequence[Outgoing]) -> list[Outgoing]:
    """The first of these whose rows go into one transaction: their parts, the DM that was found or a note, each."""
    rows = accumulate(len(dm_of(conversation, head)) + 1 for head in heads)
    return [head for head, row in zip(heads, rows, strict=True) if row <= WRITES]
