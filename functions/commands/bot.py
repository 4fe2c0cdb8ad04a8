"""Do what was decided about a DM: one transaction, then the reply, then text messages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from functions.commands import account_outage
from functions.commands.account_outage import Tally
from functions.commands.decide import decide, decide_encrypted
from functions.commands.decisions import Decision, Join, Open, Say
from functions.commands.hashtags.link import unlinked_notice
from functions.commands.registry import Question, registry
from functions.commands.sms import Sms, TextMessenger
from functions.shared.aws import telemetry
from functions.shared.aws.rows import (
    BUDGET,
    ERASE,
    FORGET,
    dm_key,
    dm_row,
    profile_key,
    sent_key,
    tellme_row,
    x_id_in,
)
from functions.shared.aws.store import Cancelled, Put
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import NOBODY, Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation import cases, erasure, intake
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.conversations import (
    TRIES,
    Contended,
    Conversation,
    change,
    consent_row,
    customer_of,
    load_of,
    with_lines,
    with_named_line,
)
from functions.shared.conversation.customers import Consent, Customer
from functions.shared.conversation.erasure import Marks
from functions.shared.conversation.intake import Concern
from functions.shared.conversation.linking import Proofs, unlinked
from functions.shared.conversation.presence import staffed
from functions.shared.conversation.promises import COUNTED
from functions.shared.conversation.replies import Outgoing
from functions.shared.conversation.tickets import cases_ahead
from functions.shared.delivery import budget as budgets
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Turns
from functions.shared.x.ids import NO_X_ID, id_at
from functions.shared.x.messages import DirectMessage, Echo, Encrypted, Revoked


@dataclass(frozen=True)
class Bot:
    """Answers DMs. `account` and `catalogue` read the carrier's data and the brand's content."""

    sender: Sender
    account: Callable[[str], Account | None]
    catalogue: Callable[[datetime], Catalogue]
    proofs: Proofs
    texts: TextMessenger
    tally: Tally = field(default_factory=Tally)

    def receive(self, message: DirectMessage | Encrypted, queued_at: datetime | None = None) -> Decision | None:
        """Decide about a message once; None where that was done before and only its reply may be left to send.

        Raises Contended where others keep writing, and AWS's errors: the queue brings the message again.
        """
        for _ in range(TRIES):
            store, known = self.sender.store, dm_key(message.customer, message.id)
            read = store.by_key([profile_key(message.customer), known, BUDGET])
            before = self._known(customer_of(message.customer, read.get(profile_key(message.customer))))
            if erasure.dropped(before.customer, message):
                telemetry.count("DroppedAfterErasure")
                return None
            if known in read:
                self.sender.resume(message.customer, only=lambda reply: reply.cause == message.id)
                return None
            decision = self._decide(before, message)
            try:
                after = self._applied(before, decision, message, queued_at)
                budget = budgets.budget_in(store, read.get(BUDGET))
                self.sender.commit(before, after, by="bot", did=decision.disposition, budget=budget)
            except Cancelled:
                continue
            self._note_health(decision)
            self._text(decision.sms)
            if decision.erases:
                erasure.sweep(self.marks, message.customer, self.sender.now())
            return decision
        raise Contended

    def rehearse(self) -> None:
        """Decide about a DM that nobody has written, and forget it: what a first one needs is there after that."""
        now = self.sender.now()
        dm = DirectMessage(id=id_at(now), customer=NO_X_ID, text="#data", sent_at=int(now.timestamp() * 1000))
        self._decide(self._known(Customer(dm.customer)), dm)
        self.account(NOBODY)
        Account.model_rebuild()
        budgets.load(self.sender.store)

    def echo(self, echo: Echo) -> str | None:
        """Settle what an echo belongs to and return it; None for a DM that we did not send."""
        store, key = self.sender.store, sent_key(echo.customer, echo.id)
        read = store.by_key([profile_key(echo.customer), key])
        customer = customer_of(echo.customer, read.get(profile_key(echo.customer)))
        customer = self.marks.known(Conversation(customer)).customer
        if erasure.dropped(customer, echo):
            return "erased"
        if customer.erased_at and not customer.version:
            # Somebody writes to who was erased: their stop has to be there before anything else is.
            change(store, echo.customer, self.marks.known, by="bot", did="known again", now=self.sender.now())
        return self.sender.echo(echo, read.get(key))

    def revoked(self, message: Revoked) -> None:
        """End the link of a customer who has taken back at X what they had allowed; not one that is newer."""
        now, store = self.sender.now(), self.sender.store
        before: Conversation | None = None

        def ended(current: Conversation) -> Conversation | None:
            nonlocal before
            before, link = current, current.customer.link
            if link is None or link.linked_at > message.at:
                return None
            taken_back = consent_row(message.customer, message.id, Consent("link", given=False, wording=""), now)
            return replace(current, customer=unlinked(current.customer), writes=(taken_back,))

        if change(store, message.customer, ended, by="x", did="revoked", now=now) and before:
            told = unlinked_notice(before.customer, before.open_case, self.proofs, self.catalogue(now).brand, now)
            self._text((told,) if told else ())

    def forget(self, turns: Turns) -> None:
        """Do as much as there is time for: finish erasures, delete what people said once its time is over."""
        now, store = self.sender.now(), self.sender.store
        for row in turns.share(1 / 2).each(store.all_due(ERASE, now)):
            with turns.one():
                x_id = x_id_in(row)
                self._tell_unlinked(x_id, now)
                erasure.sweep(self.marks, x_id, now)
        for row in turns.each(store.all_due(FORGET, now)):
            with turns.one():
                store.delete_expired(row["pk"], row["sk"], now)

    def _tell_unlinked(self, x_id: str, now: datetime) -> None:
        """Send the text message that an erasure by operations left to us, at most once."""
        before: Customer | None = None

        def told(current: Conversation) -> Conversation:
            nonlocal before
            before = replace(current.customer, link=current.customer.unlinked)
            return replace(current, customer=replace(current.customer, unlinked=None))

        if change(self.sender.store, x_id, told, by="bot", did="told the number", now=now) and before:
            notice = unlinked_notice(before, None, self.proofs, self.catalogue(now).brand, now)
            self._text((notice,) if notice else ())

    def _known(self, customer: Customer) -> Conversation:
        """Read a conversation, with what still holds of one who was erased, and with the line of an older link."""
        known = self.marks.known(load_of(self.sender.store, customer))
        return with_named_line(self.sender.store, known, self.proofs.keyed.of_line)

    @property
    def marks(self) -> Marks:
        return Marks(self.sender.store, self.proofs.keyed)

    def _text(self, messages: Iterable[Sms]) -> None:
        """Send text messages, each at most once: whoever misses one asks again."""
        for sms in messages:
            try:
                self.texts.send(sms)
            except Exception as failure:  # of whatever service it is; the DM has been answered, and must not come again
                telemetry.error("a text message was not sent", failure)
                telemetry.count("TextMessageFailed")

    def _decide(self, before: Conversation, message: DirectMessage | Encrypted) -> Decision:
        now = self.sender.now()
        customer = before.customer
        case_id = intake.number(before, now, self.sender.new_case_id)
        waiting = partial(self.sender.store.waiting, up_to=COUNTED)
        if isinstance(message, Encrypted):
            return decide_encrypted(
                customer,
                case=before.open_case,
                now=now,
                catalogue=self.catalogue(now),
                case_id=case_id,
                waiting=waiting,
            )
        question = Question(
            dm=message,
            customer=customer,
            now=now,
            account=lambda: self._account(customer.link.account_id) if customer.link else None,
            catalogue=self.catalogue(now),
            case=before.known_case,
            locked=before.locked,
            unread=before.unread,
            silent_case=before.open_case.id if before.open_case and not before.known_case else None,
            proofs=self.proofs,
            ahead=partial(cases_ahead, self.sender.store),
            widespread=lambda: account_outage.widespread(self.sender.store, now),
        )
        there = partial(staffed, self.sender.store, now)
        return decide(question, case_id=case_id, waiting=waiting, staffed=there)

    def _account(self, account_id: str) -> Account | None:
        """Read an account. Where accounts cannot be reached for many, nobody is kept waiting for one."""
        store, now = self.sender.store, self.sender.now()
        try:
            return self.account(account_id)
        except (BotoCoreError, ClientError) as failure:
            self.tally.note(store, now, spoilt=True)
            if account_outage.widespread(store, now):
                raise Unreadable("accounts cannot be reached") from failure
            raise

    def _note_health(self, decision: Decision) -> None:
        """Note an answer from account data, and whether that data was fit for it."""
        tags = decision.say.tags if decision.say else ()
        known = registry().by_tag
        if decision.account_error or any(known[tag].shows_account for tag in tags if tag in known):
            self.tally.note(self.sender.store, self.sender.now(), spoilt=decision.account_error)

    def _applied(
        self,
        before: Conversation,
        decision: Decision,
        message: DirectMessage | Encrypted,
        queued_at: datetime | None,
    ) -> Conversation:
        now = self.sender.now()
        after = with_lines(self.sender.store, replace(before, customer=decision.customer))
        if decision.erases:
            after = erasure.forgotten(after, message.id, now)
        if decision.case:
            after = _with_case(after, decision, message, now)
        if decision.say:
            after = after.having(_outgoing(decision.say, decision, message, now))
        waits = (tellme_row(message.customer, message.id, notice, now) for notice in _newly(before, decision))
        return replace(
            after, writes=(_record(message, decision, now, queued_at), *_beside(message, decision, now), *waits)
        )


def _newly(before: Conversation, decision: Decision) -> list[str]:
    """The known incidents of which the customer wants from now on to be told the end."""
    return [notice for notice in decision.customer.waits_for if notice not in before.customer.waits_for]


BY_RULE = ("4 urgent rule", "6 rule")
"""What decided is a rule of ours and its phrase. At other steps it can be what the customer wrote."""
TO_PEOPLE = ("escalated", "joined")
"""Of these the rule is kept, to learn from. A greeting, for one, is a phrase of ours and all that was written."""


def _record(message: DirectMessage | Encrypted, decision: Decision, now: datetime, queued_at: datetime | None) -> Put:
    return dm_row(
        message.customer,
        message.id,
        now,
        disposition=decision.disposition,
        step=decision.step,
        rule=decision.rule if decision.step in BY_RULE and decision.disposition in TO_PEOPLE else None,
        case=decision.case.id if decision.case else None,
        queued_at=queued_at,
    )


def _beside(message: DirectMessage | Encrypted, decision: Decision, now: datetime) -> Iterator[Put]:
    """What a command writes beside the conversation: what was agreed to, and that a code was asked for."""
    for consent in decision.consents:
        yield consent_row(message.customer, message.id, consent, now)
    if decision.asked:
        yield decision.asked.write()


def _said(message: DirectMessage | Encrypted, now: datetime) -> Entry:
    if isinstance(message, DirectMessage):
        return Entry(message.id, "customer", message.text, now, media=message.media)
    return Entry(message.id, "customer", "(encrypted: nobody here can read it)", now)


def _with_case(
    after: Conversation, decision: Decision, message: DirectMessage | Encrypted, now: datetime
) -> Conversation:
    entries = [_said(message, now)]
    if decision.say:
        entries.append(Entry(f"{message.id}#reply", "bot", decision.say.text, now))
    if decision.note:
        entries.append(Entry(f"{message.id}#note", "note", decision.note, now))
    if decision.case is None:
        return after
    case, concern = decision.case, _concern(decision.case, now)
    if isinstance(case, Join) and case.note_only:
        return intake.noted(after, concern, now, *(entry for entry in entries if entry.who == "note"))
    return intake.taken(after, concern, now, *entries, new_id=lambda: case.id)


def _concern(case: Open | Join, now: datetime) -> Concern:
    match case:
        case Open():
            return Concern(case.team, case.kind, case.due_at, silent=case.silent)
        case Join(urgent=True, kind=str(kind), due_at=datetime() as due):
            return Concern("urgent", kind, due)
    return Concern("general", "other", now + cases.UNPROMISED, silent=True)


def _outgoing(say: Say, decision: Decision, message: DirectMessage | Encrypted, now: datetime) -> Outgoing:
    return Outgoing(
        id=f"{message.id}#reply",
        customer=message.customer,
        cause=message.id,
        text=say.text,
        key=say.key,
        kind=say.kind,
        created_at=now,
        quotes=say.quotes,
        tags=() if say.by_words else say.tags,
        form=say.form,
        too=say.too,
        case=decision.case.id if decision.case else decision.customer.case if say.promises else None,
        promises=say.promises,
        unasked=say.unasked,
    )
