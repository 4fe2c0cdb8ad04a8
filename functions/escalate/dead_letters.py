"""SQS calls this with a message of `inbound.fifo` that failed five times: a person gets it, so that nobody is lost."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import ValidationError

from functions.shared import wiring
from functions.shared.aws import clock, settings, start, telemetry
from functions.shared.aws.rows import dead_row, dm_key, dm_row
from functions.shared.aws.store import Cancelled, Put, Store
from functions.shared.conversation import cases, conversations, intake, promises
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.conversations import Conversation, consent_row, with_named_line
from functions.shared.conversation.customers import Consent, Customer, seen, stopped
from functions.shared.conversation.erasure import Marks
from functions.shared.conversation.intake import Concern
from functions.shared.conversation.linking import Keyed, unlinked
from functions.shared.conversation.tickets import TeamLines
from functions.shared.wording import country, ours, rules
from functions.shared.wording.reading import plain
from functions.shared.wording.rules import Match
from functions.shared.wording.stop_words import plain_stop, stop_tag
from functions.shared.x.ids import is_plausible
from functions.shared.x.messages import DirectMessage, Echo, Encrypted, Revoked, inbound

BY = "dead letters"
STOPPED = "They asked to stop: automatic replies are off now, which the bot could not tell them."

UNLINKED = "Their number is unlinked now. It was not told so by text message."


@dataclass(frozen=True, kw_only=True)
class Settings(wiring.LineSettings):
    code_key_secret_name: str


@dataclass(frozen=True)
class Letter:
    """A message that nobody could process. `said` is what a person reads; None = it is not a customer's."""

    id: str
    kind: str
    customer: str | None
    handle: str | None = field(repr=False)
    said: str | None = field(repr=False)
    died_at: datetime
    sent_at: datetime | None = None
    """None where it cannot be read."""

    @property
    def stops(self) -> bool:
        """It asks for no more automatic replies: that holds though nobody could answer it."""
        return bool(stop_tag(self._written) or plain_stop(self._written, unless=rules.urgent))

    @property
    def urgent(self) -> Match | None:
        """The rule by which harm may be growing."""
        read = country.placed_anywhere(plain(self._written))
        return rules.urgent(read.words, read.tags)

    @property
    def _written(self) -> str:
        """What the customer wrote themselves: neither what others sent for them nor what we said and they pasted."""
        return ours.without(self.said or "") if self.kind == "dm" else ""


@telemetry.observed
def lambda_handler(event: dict[str, Any], _context: object) -> None:
    for record in event["Records"]:
        reader().receive(letter_in(record))


def letter_in(record: dict[str, Any]) -> Letter:
    died_at = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    try:
        message = inbound.validate_json(record["body"])
    except ValidationError:
        # The group is the customer's id: even what cannot be read can be given to a person.
        group = record["attributes"]["MessageGroupId"]
        customer = group if re.fullmatch("[0-9]{1,20}", group) else None
        said = "(a message that this service could not read)"
        return Letter(record["messageId"], "unreadable", customer, None, said, died_at)
    handle = message.handle if isinstance(message, DirectMessage) else None
    sent_at = datetime.fromtimestamp(message.sent_at / 1000, UTC)
    return Letter(message.id, message.kind, message.customer, handle, said_in(message), died_at, sent_at)


def said_in(message: DirectMessage | Echo | Encrypted | Revoked) -> str | None:
    match message:
        case DirectMessage():
            return message.text
        case Encrypted():
            return "(encrypted: nobody here can read it)"
        case Revoked():
            return "(X reports that the customer took back what they had allowed)"
        case Echo():
            return None


@dataclass(frozen=True)
class Reader:
    """Turns dead letters into cases, each once."""

    store: Store
    line: TeamLines
    keyed: Keyed

    def receive(self, letter: Letter) -> None:
        now = clock.now()

        def given_to_staff(current: Conversation) -> Conversation | None:
            if self.store.get(*dm_key(current.customer.x_id, letter.id)):
                return None
            known = Marks(self.store, self.keyed).known(current)
            known = with_named_line(self.store, known, self.keyed.of_line)
            return None if _is_forgotten(known, letter) else _with_case(known, letter, now)

        saved = None
        if letter.customer and letter.said is not None:
            saved = conversations.change(
                self.store, letter.customer, given_to_staff, by=BY, did="failed message to staff", now=now
            )
        if saved:
            self.line.ticket(self.store, saved, now)
        else:
            self._record(letter, now)
        telemetry.count("DeadLetter")
        telemetry.error(
            "a message failed for good",
            dead_letter=letter.id,
            kind=letter.kind,
            customer=letter.customer,
            case=saved.case.id if saved and saved.case else None,
        )

    def _record(self, letter: Letter, now: datetime) -> None:
        try:
            self.store.commit([dead_row(letter.id, letter.kind, letter.died_at, None, now)])
        except Cancelled:
            return  # it was recorded before, perhaps with its case


def _is_forgotten(known: Conversation, letter: Letter) -> bool:
    """The customer has been erased since: nobody is to read it any more."""
    up_to, at = known.customer.erased_up_to, known.customer.erased_at
    if up_to is None or at is None:
        return False
    if is_plausible(letter.id, at):
        return int(letter.id) <= int(up_to)
    return letter.sent_at is None or letter.sent_at <= at


def _with_case(current: Conversation, letter: Letter, now: datetime) -> Conversation:
    before = seen(current.customer, letter.handle)
    after, taken_back, note = _heeded(before, letter, now)
    entries = [Entry(letter.id, "customer", letter.said or "", now)]
    taken_back = taken_back if after != before else None
    if taken_back:
        entries.append(Entry(f"{letter.id}#note", "note", note, now))
    told = intake.taken(replace(current, customer=after), _concern(letter, now), now, *entries)
    case = told.customer.case
    writes = [_decided(current, letter, case, now), dead_row(letter.id, letter.kind, letter.died_at, case, now)]
    if taken_back:
        writes.append(consent_row(after.x_id, letter.id, taken_back, now))
    return replace(told, writes=tuple(writes))


def _heeded(customer: Customer, letter: Letter, now: datetime) -> tuple[Customer, Consent | None, str]:
    """Do what needs no answer: a stop, and the end of a link. Return what is taken back by it, and what staff read."""
    if letter.stops:
        return stopped(customer, letter.id, now), Consent("automatic replies", given=False, wording=""), STOPPED
    link = customer.link
    if letter.kind == "revoked" and link and letter.sent_at and link.linked_at <= letter.sent_at:
        return unlinked(customer), Consent("link", given=False, wording=""), UNLINKED
    return customer, None, ""


def _concern(letter: Letter, now: datetime) -> Concern:
    """What is urgent is so though nobody could answer it; the rest is for whoever looks first."""
    found = letter.urgent
    if found:
        return Concern("urgent", found.kind, now + promises.SOON, locks=found.locks)
    return Concern("general", "failed", now + cases.UNPROMISED)


def _decided(current: Conversation, letter: Letter, case: str | None, now: datetime) -> Put:
    """The DM's record, which ends any race with the DM's own processing."""
    disposition = "joined" if current.open_case else "escalated"
    return dm_row(current.customer.x_id, letter.id, now, disposition=disposition, step="failed", case=case)


@cache
def reader() -> Reader:
    ours = settings.read(Settings)
    client = settings.client
    return Reader(
        wiring.store_of(ours, client), wiring.teams_line(ours, client), wiring.keyed(ours.code_key_secret_name)
    )


start.prepare(reader, rules.rules, inbound.rebuild)
