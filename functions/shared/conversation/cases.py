"""A case's life: NEW -> CLAIMED -> WAITING_CUSTOMER -> RESOLVED. Pure: every change is a new Case.

The row is the truth; its ticket on the team's queue only says that somebody may take one.
"""

import secrets
from collections.abc import Set
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, get_args

from pydantic.dataclasses import dataclass

from functions.shared.aws.store import Item
from functions.shared.aws.stored import STRICT, UNREAD_AT, Stored
from functions.shared.x.messages import Ticket

CaseState = Literal["NEW", "CLAIMED", "WAITING_CUSTOMER", "RESOLVED", "UNREADABLE"]
"""UNREADABLE is never written: a newer release has, what this one does not understand. Then a case is only shown."""
Team = Literal["urgent", "billing", "devices", "sales", "general"]
WrapUp = Literal["sorted", "explained", "credit", "fault", "order", "not_for_us", "no_answer"]

TEAMS: tuple[Team, ...] = get_args(Team)

TEAM_NAMES: dict[Team, str] = {
    "urgent": "our care team",
    "billing": "our billing team",
    "devices": "our devices and network team",
    "sales": "our sales team",
    "general": "our care team",
}
"""A team in words to the customer, where the brand does not say others."""

LEASE = timedelta(minutes=15)
BACK_TO_OWNER = timedelta(minutes=10)
QUIET = timedelta(days=3)
ELSEWHERE_QUIET = timedelta(hours=24)
UNPROMISED = timedelta(minutes=60)
"""When somebody has to look at a case of which the customer was told nothing."""
REOPENS_FOR = timedelta(days=7)
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No vowels, no signs that look alike: a number can be read out on the phone."""
ID_LENGTH = 6

WORKS_WITHOUT = {"promise", "wrap_up", "acknowledged", "said_last", "seen_at"}
"""People can work on a case of which these are not understood."""

ELSEWHERE = "elsewhere"
"""The owner of a case that somebody answered without the desk."""


@dataclass(frozen=True, config=STRICT)
class Entry(Stored):
    """One thing said in a case. The only place where a customer's words are kept."""

    id: str
    who: Literal["customer", "bot", "staff", "note"]
    text: str = field(repr=False)
    at: datetime
    by: str | None = None
    media: str | None = field(default=None, repr=False)
    """Where X keeps the picture that came with it. A message of an older release does not say."""

    @classmethod
    def in_place_of(cls, unread: Set[str]) -> Item:
        blank = {"id": "", "who": "note", "text": "(not readable by this release)", "at": UNREAD_AT}
        return {name: blank[name] for name in unread & blank.keys()}


@dataclass(frozen=True, config=STRICT)
class Promise(Stored):
    """A time that the customer was told: a person will have answered by then."""

    by: datetime
    told_at: datetime
    kept: bool | None = None
    """Counted once a person has answered, or once its time has passed."""


@dataclass(frozen=True, config=STRICT)
class Call(Stored):
    """A call that the customer was promised, from when until when. It is over once somebody has rung."""

    at: datetime
    until: datetime
    again: bool = False
    """They were not reached before."""


@dataclass(frozen=True, config=STRICT)
class Case(Stored):
    id: str
    """Six of SIGNS, said as 7KD-2MX."""
    customer: str
    team: Team
    kind: str
    """What staff do (`line_block`, `bill`), never what the customer is."""
    opened_at: datetime
    due_at: datetime
    """When a person has to have answered: its place in the line, which it keeps though the customer is told later."""
    state: CaseState = "NEW"
    fence: int = 1
    """Raised whenever the case changes hands or comes back to the line; a write with an old one is refused."""
    ticketed_fence: int = 0
    owner: str | None = None
    last_owner: str | None = None
    lease_until: datetime | None = None
    claimed_at: datetime | None = None
    back_until: datetime | None = None
    """The customer has answered: until then the last owner is asked first."""
    wrote_at: datetime | None = None
    """When the customer last added to the case; None = not since it was opened."""
    seen_at: datetime | None = None
    """When somebody of ours last said that they have read what is in it, without taking it."""
    said_last: str | None = None
    """Where the customer's newest words stand: the entry's key behind its kind. The words are there alone."""
    acknowledged: tuple[str, ...] = ()
    """Urgent kinds whose acknowledgement was sent in this case."""
    answered_at: datetime | None = None
    """When staff last answered."""
    promise: Promise | None = None
    """The newest time that the customer was told; None = none."""
    updated: bool = False
    """Since it was opened the customer was written to, unasked, that it takes longer."""
    silent: bool = False
    """The customer was told nothing of it, and nothing that they read may depend on it."""
    wrap_up: WrapUp | None = None
    resolved_at: datetime | None = None
    call: Call | None = None
    parked_until: datetime | None = None
    """It rests while somebody of ours is waited for; then it is back in the line."""
    credited_minor: int = 0
    """What staff have given of goodwill since there is this case."""
    BLANK: ClassVar[Item] = {
        "id": "",
        "customer": "0",
        "team": "general",
        "kind": "",
        "opened_at": UNREAD_AT,
        "due_at": UNREAD_AT,
    }

    @classmethod
    def in_place_of(cls, unread: Set[str]) -> Item:
        there = super().in_place_of(unread)
        return there if unread <= WORKS_WITHOUT else there | {"state": "UNREADABLE"}

    @property
    def discreet(self) -> bool:
        """Somebody else may be reading this customer's text messages."""
        return "quiet_contact" in (self.kind, *self.acknowledged)

    @property
    def number(self) -> str:
        return case_number(self.id)

    @property
    def open(self) -> bool:
        return self.state != "RESOLVED"

    @property
    def newest(self) -> datetime:
        """When the customer last said something that is in the case."""
        return self.wrote_at or self.opened_at

    @property
    def unanswered(self) -> bool:
        """No person has answered what the customer said last."""
        return self.answered_at is None or self.answered_at < self.newest

    @property
    def owed(self) -> bool:
        """Staff have told a time, and no person has answered since."""
        told = self.promise
        return told is not None and not told.kept and (self.answered_at is None or self.answered_at <= told.told_at)

    @property
    def had_last_word(self) -> bool:
        """After the words for somebody in despair no second automatic message follows."""
        return "care_now" in (self.kind, *self.acknowledged)

    @property
    def needs_ticket(self) -> bool:
        return self.state == "NEW" and self.ticketed_fence < self.fence

    @property
    def ticket(self) -> Ticket:
        return Ticket(case=self.id, team=self.team, reason=self.kind, fence=self.fence, at=self.opened_at)


class NotYours(Exception):
    """The claim was lost: somebody else has the case, or it went back to the line."""


def new_id() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(ID_LENGTH))


def is_id(text: str) -> bool:
    """Whether a case could have this id."""
    return len(text) == ID_LENGTH and set(text) <= set(_SIGNS)


def id_of(written: str) -> str | None:
    """Take a case's number as people write it: 7kd-2mx is 7KD2MX; None where it can be none."""
    found = written.replace("-", "").upper()
    return found if is_id(found) else None


def case_number(case_id: str) -> str:
    """Say a case's number so that it can be read out on the phone: 7KD-2MX."""
    return f"{case_id[:3]}-{case_id[3:]}"


def in_line(case: Case, due_at: datetime) -> Case:
    """Put a case (back) into its team's line, with a new ticket to come."""
    return replace(
        case, state="NEW", fence=case.fence + 1, owner=None, lease_until=None, due_at=due_at, parked_until=None
    )


def reopened(case: Case, team: Team, kind: str, now: datetime, due_at: datetime) -> Case:
    """The customer comes back to what was resolved."""
    fresh = replace(
        case,
        team=team,
        kind=kind,
        opened_at=now,
        wrote_at=None,
        acknowledged=(),
        wrap_up=None,
        silent=False,
        promise=None,
        updated=False,
    )
    return replace(in_line(fresh, due_at), back_until=now + BACK_TO_OWNER, resolved_at=None)


def joined(case: Case, now: datetime, due_at: datetime) -> Case:
    """The customer wrote more: a case that waited for it goes back into the line, to its last owner first."""
    case = replace(case, wrote_at=now)
    if case.state != "WAITING_CUSTOMER":
        return case
    return replace(in_line(case, due_at), back_until=now + BACK_TO_OWNER)


def raised(case: Case, kind: str, now: datetime, due_at: datetime) -> Case:
    """Something urgent was said: to the front, for everybody. Whoever has it open keeps it."""
    due_at = min(due_at, case.due_at)
    case = replace(case, team="urgent", kind=kind, due_at=due_at, wrote_at=now)
    if case.state == "CLAIMED":
        return case
    return in_line(replace(case, back_until=None), due_at)


def made_known(case: Case, team: Team, kind: str, now: datetime, due_at: datetime) -> Case:
    """The customer speaks into a case of which they were told nothing; whoever has it open keeps it."""
    if case.state == "CLAIMED":
        return replace(case, team=team, kind=kind, due_at=due_at, wrote_at=now, silent=False)
    return reopened(case, team, kind, now, due_at)


def elsewhere(case: Case, now: datetime) -> Case:
    """Somebody has answered without the desk; whoever has the case open keeps it."""
    case = replace(promise_judged(case, now), answered_at=now, parked_until=None)
    if case.state == "CLAIMED":
        return case
    return replace(case, state="WAITING_CUSTOMER", owner=ELSEWHERE, fence=case.fence + 1, back_until=None)


def claimed(case: Case, staff: str, now: datetime) -> Case:
    return replace(
        case,
        state="CLAIMED",
        fence=case.fence + 1,
        owner=staff,
        last_owner=staff,
        claimed_at=now,
        lease_until=now + LEASE,
        back_until=None,
    )


def owned(case: Case, staff: str, fence: int, now: datetime) -> Case:
    """Return the case if this claim on it still holds. Raises NotYours."""
    if case.state != "CLAIMED" or case.owner != staff or case.fence != fence:
        raise NotYours
    if case.lease_until is None or case.lease_until <= now:
        raise NotYours
    return case


def renewed(case: Case, now: datetime) -> Case:
    return replace(case, lease_until=now + LEASE)


def answered(case: Case, now: datetime) -> Case:
    return replace(promise_judged(case, now), answered_at=now, lease_until=now + LEASE, silent=False, parked_until=None)


def promised(case: Case, by: datetime, now: datetime, *, instead: bool = False) -> Case:
    """The customer is told a time; of several the earliest holds, unless this is said `instead` of another.

    Who has been answered is promised nothing by what was decided before.
    """
    told = case.promise if case.promise and case.promise.kept is None else None
    if not case.open or not case.unanswered or (told and not instead and now < told.by <= by):
        return case
    return replace(case, promise=Promise(by, told_at=now))


def broken(case: Case) -> Case:
    """The time that the customer was told has passed."""
    return replace(case, promise=replace(case.promise, kept=False)) if case.promise else case


def promise_judged(case: Case, now: datetime) -> Case:
    """A person has acted: what the customer was told is kept or broken, once. A call is kept by ringing alone."""
    if case.promise is None or case.promise.kept is not None or case.call:
        return case
    return replace(case, promise=replace(case.promise, kept=now < case.promise.by))


def released(case: Case) -> Case:
    """Give the case up: to the customer's turn if staff have answered what the customer said last, else to the line.

    It is not the customer's turn once the time is near that staff have told them.
    """
    rests = case.call or case.parked_until
    if case.unanswered or (case.owed and not rests):
        return in_line(case, case.due_at)
    return replace(case, state="WAITING_CUSTOMER", fence=case.fence + 1, owner=None, lease_until=None)


def resolved(case: Case, wrap_up: WrapUp, now: datetime) -> Case:
    return replace(
        promise_judged(replace(case, call=None), now),
        state="RESOLVED",
        fence=case.fence + 1,
        owner=None,
        lease_until=None,
        back_until=None,
        parked_until=None,
        wrap_up=wrap_up,
        resolved_at=now,
    )


def quiet_end(case: Case) -> datetime:
    """When a case that waits for the customer is resolved without a word."""
    return (case.answered_at or case.opened_at) + (ELSEWHERE_QUIET if case.owner == ELSEWHERE else QUIET)


def look_at(case: Case) -> datetime | None:
    """When the tick has to look at a case next: a ticket is missing, a claim runs out, what it waits for is due."""
    match case.state:
        case "NEW":
            return case.opened_at if case.needs_ticket else None
        case "CLAIMED":
            return case.lease_until
        case "WAITING_CUSTOMER":
            return case.call.at if case.call else case.parked_until or quiet_end(case)
    return None
