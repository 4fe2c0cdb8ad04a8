"""Cases as the API answers them: every field, every word."""

import json
import tomllib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from functions.escalate.contract import Delivery, LostAnswer, ShownCase, ShownEntry
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording import saying
from functions.shared.wording.country import Country


@cache
def cards() -> dict[str, tuple[str, ...]]:
    """Return by kind what a person does first, with places for the institutions of the brand's country."""
    text = Path(__file__).with_name("cards.toml").read_text()
    return {kind: tuple(steps) for kind, steps in tomllib.loads(text).items()}


def card(kind: str, brand: Callable[[], Brand]) -> tuple[str, ...]:
    """Return what a person does first, as far as the brand's facts let it be said."""
    said = []
    for step in cards().get(kind, ()):
        with suppress(Unreadable):
            said.append(step.format_map(Country(brand())) if "{" in step else step)
    return tuple(said)


LONGEST_PAGE = 1_000_000
"""How long the texts of one answer may be as they travel: escaped, within what is escaped again. Lambda takes 6 MB."""
ENTRIES = 100
"""So many entries of a page, however short: their replies are read in one call."""


def page(newest_first: Iterable[Entry]) -> tuple[list[Entry], Entry | None]:
    """Return the entries that fit into one answer, in the order in which they were said, and the one before them."""
    taken: list[Entry] = []
    room = LONGEST_PAGE
    for entry in newest_first:
        room -= len(json.dumps(json.dumps(entry.text)))
        if taken and (room < 0 or len(taken) == ENTRIES):
            return taken[::-1], entry
        taken.append(entry)
    return taken[::-1], None


def lost(case: Case, now: datetime, brand: Callable[[], Brand]) -> LostAnswer:
    """Say to somebody whose claim does not hold where the case is now."""
    since = {"CLAIMED": case.claimed_at, "RESOLVED": case.resolved_at}.get(case.state)
    return LostAnswer(error=f"{_where(case, now, brand)} Nothing was written.", owner=case.owner, since=since)


def _where(case: Case, now: datetime, brand: Callable[[], Brand]) -> str:
    if case.state == "CLAIMED" and case.lease_until and case.lease_until <= now:
        return f"The claim on case {case.number} ran out at {saying.clock_time(case.lease_until, brand)}."
    match case.state:
        case "NEW":
            return f"Case {case.number} is back in the line."
        case "CLAIMED":
            return f"{case.owner} has case {case.number} under a newer claim."
        case "WAITING_CUSTOMER":
            return f"Case {case.number} was given back and {_waits(case, brand)}."
        case "RESOLVED":
            return f"Case {case.number} is resolved."
        case "UNREADABLE":
            return f"A newer release has written case {case.number}: this one can only show it."


def _waits(case: Case, brand: Callable[[], Brand]) -> str:
    return (
        f"rests until {saying.clock_time(case.parked_until, brand)}" if case.parked_until else "waits for the customer"
    )


def shown_case(case: Case, customer: Customer) -> ShownCase:
    return ShownCase(
        id=case.id,
        number=case.number,
        team=case.team,
        kind=case.kind,
        state=case.state,
        fence=case.fence,
        customer=case.customer,
        handle=customer.handle,
        opened_at=case.opened_at,
        due_at=case.due_at,
        promised_at=case.promise.by if case.promise else None,
        call_at=case.call.at if case.call else None,
        wrote_at=case.newest,
        answered_at=case.answered_at,
        owner=case.owner,
        claimed_at=case.claimed_at,
        lease_until=case.lease_until,
        wrap_up=case.wrap_up,
        resolved_at=case.resolved_at,
        parked_until=case.parked_until,
    )


def is_unseen(case: Case) -> bool:
    """Whether nobody has opened a case since its customer wrote last."""
    looked = (at for at in (case.claimed_at, case.seen_at, case.answered_at) if at)
    return all(at < case.newest for at in looked)


def reply_id(entry: Entry) -> str:
    return f"{entry.id}#staff" if entry.who == "staff" else entry.id


def shown_entry(entry: Entry, reply: Outgoing | None, customer: Customer) -> ShownEntry:
    became = delivery(reply, customer) if reply else None
    return ShownEntry(
        id=entry.id,
        who=entry.who,
        by=entry.by,
        at=entry.at,
        text=entry.text,
        picture=entry.media is not None,
        delivery=became,
    )


def delivery(reply: Outgoing, customer: Customer) -> Delivery:
    return Delivery(id=reply.id, state=reply.state, words=_words(reply, customer))


def _words(reply: Outgoing, customer: Customer) -> str:
    match reply.state:
        case "PENDING" | "SENDING":
            return "waiting"
        case "SENT":
            return "sent"
        case "UNKNOWN" | "UNCONFIRMED":
            return "sent, not confirmed"
        case "REFUSED":
            return "refused"
        case "UNREADABLE":
            return "not known: a newer release has written it"
        case "SUPPRESSED":
            return f"not sent: {_why_not(reply, customer)}"


def _why_not(reply: Outgoing, customer: Customer) -> str:
    if customer.stopped:
        return "customer has sent #stop"
    return "somebody answered, or it was too late" if reply.updates_promise else "no longer linked"
