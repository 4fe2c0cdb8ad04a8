"""An outgoing reply's life. Pure: every step returns a new Outgoing; `conversations.py` stores it.

PENDING -> SENDING -> SENT
   |          |-----> PENDING(not_before)   not sent: try later
   |          |-----> REFUSED               X says never
   |          \\-----> UNKNOWN -> SENT | PENDING (once, self-service answers only) | UNCONFIRMED
   \\-> SUPPRESSED                          stopped, or no longer linked
"""

from collections.abc import Set
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, get_args

from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import SETTLE, send_clock
from functions.shared.aws.store import Item
from functions.shared.aws.stored import STRICT, UNREAD_AT, Stored
from functions.shared.x.dms import Blocked, Declined, NotSent, Outcome, Refused, Sent, Unknown

ReplyState = Literal["PENDING", "SENDING", "SENT", "REFUSED", "UNKNOWN", "UNCONFIRMED", "SUPPRESSED", "UNREADABLE"]
"""UNREADABLE is never written: a newer release has, what this one does not understand. Such a reply stays as it is."""
Kind = Literal["stop", "urgent", "staff", "acknowledgement", "answer", "news"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The order in which replies leave when X's limit is short."""

LEASE = timedelta(seconds=60)
"""Longer than any function may run, so that a paused sender is dead before its lease is over."""
SEND_TAKES = timedelta(seconds=13)
"""The time-outs of one call to X, connect and read together."""
LOOK_UPS = (timedelta(seconds=60), timedelta(minutes=5))
"""After an unknown outcome. A late effect at X shows within four minutes, so the second look-up is the last word."""
BLOCKS_FOR = timedelta(minutes=2)
"""How long an unknown reply may hold up what is behind it while no look-up answers."""
BY_THE_NEXT_TICK = timedelta(seconds=10)
"""How long what could not be sent rests: not tried twice in one tick, and due when the next one begins."""
DECLINED_RESTS = timedelta(seconds=60)
LOOK_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 3, 5))
"""After each look-up that told nothing: others have their turn first. One more, and X is not asked again."""
DECLINED_TRIES = 2
"""So often X may turn a reply away without a clear reason before it is refused."""
LONGEST_WAIT = timedelta(minutes=16)
"""A reset that lies further ahead than a window is a header gone wrong."""

UPDATE = "promise.late"
"""The key of the one update of a promised time."""

UNSETTLED = ("PENDING", "SENDING", "UNKNOWN", "UNREADABLE")


@dataclass(frozen=True, config=STRICT)
class Outgoing(Stored):
    id: str
    """`<cause>#<slot>`: one cause has at most one reply in a slot."""
    customer: str
    cause: str
    """The DM it answers, or the desk's request id."""
    text: str = field(repr=False)
    key: str
    kind: Kind
    created_at: datetime
    state: ReplyState = "PENDING"
    fence: int = 0
    lease_until: datetime | None = None
    not_before: datetime | None = None
    quotes: str | None = None
    """The account whose figures are in the text."""
    tags: tuple[str, ...] = ()
    """The hashtags it answers; they are answered anew if it waited long."""
    form: str | None = field(default=None, repr=False)
    """The text with holes for the greeting and for the time told, {hi} and {eta}: filled anew if it waits long."""
    too: str | None = field(default=None, repr=False)
    """What stands beside the answer: that people look at it as well."""
    case: str | None = None
    promises: datetime | None = None
    """The time by which it says that a person will have answered; the case's promise once this is on its way."""
    until: datetime | None = None
    """From then on it is not worth saying."""
    unasked: bool = False
    """Nobody asked for it (a menu, a notice): not while a person owns the conversation."""
    dm_id: str | None = None
    unknown_since: datetime | None = None
    looked_up: int = 0
    """Look-ups that answered and did not find it."""
    untold: int = 0
    """Look-ups that told nothing."""
    look_up_at: datetime | None = None
    may_resend: bool = True
    """Nothing has left after it, and it has not been sent again before."""
    carries: tuple[str, ...] = ()
    """Ids of the replies that leave with this one, as one DM."""
    carried_by: str | None = None
    declined: int = 0
    """How often X turned it away without a clear reason."""
    BLANK: ClassVar[Item] = {
        "id": "",
        "customer": "0",
        "cause": "",
        "text": "",
        "key": "",
        "kind": "answer",
        "created_at": UNREAD_AT,
    }

    @classmethod
    def in_place_of(cls, unread: Set[str]) -> Item:
        return super().in_place_of(unread) | {"state": "UNREADABLE"}

    @property
    def settled(self) -> bool:
        return self.state not in UNSETTLED

    @property
    def updates_promise(self) -> bool:
        """It says, unasked, that what was promised takes longer."""
        return self.key == UPDATE

    @property
    def automated(self) -> bool:
        return self.kind != "staff"


def look_at(reply: Outgoing) -> datetime | None:
    """When the tick has to look at a reply next, None once it is settled or while another carries it."""
    if reply.carried_by:
        return None
    match reply.state:
        case "PENDING":
            return reply.not_before or reply.created_at
        case "SENDING":
            return reply.lease_until
        case "UNKNOWN":
            return reply.look_up_at
    return None


def clock(reply: Outgoing) -> str:
    """What the tick does with it: it settles what may have left, and sends what waits, the most pressing kind first."""
    return send_clock(reply.kind) if reply.state == "PENDING" else SETTLE


def sending(reply: Outgoing, now: datetime) -> Outgoing:
    return replace(reply, state="SENDING", fence=reply.fence + 1, lease_until=now + LEASE, not_before=None)


def may_send(reply: Outgoing, now: datetime) -> bool:
    """Look at the lease once more, right before the socket: is there time left for the whole call?"""
    return reply.lease_until is not None and now + SEND_TAKES < reply.lease_until


def suppressed(reply: Outgoing) -> Outgoing:
    return replace(reply, state="SUPPRESSED", lease_until=None, not_before=None)


def sent(reply: Outgoing, dm_id: str) -> Outgoing:
    return replace(reply, state="SENT", dm_id=dm_id, lease_until=None, look_up_at=None)


def unknown(reply: Outgoing, since: datetime) -> Outgoing:
    reply = replace(reply, state="UNKNOWN", unknown_since=since, lease_until=None)
    return replace(reply, look_up_at=since + LOOK_UPS[0], looked_up=0, untold=0)


def put_off(reply: Outgoing, until: datetime) -> Outgoing:
    return replace(reply, state="PENDING", not_before=until, lease_until=None)


def after(reply: Outgoing, outcome: Outcome, now: datetime) -> Outgoing:
    """Settle what was just tried, by X's answer."""
    match outcome:
        case Sent(dm_id=dm_id):
            return sent(reply, dm_id)
        case NotSent(retry_at=retry_at):
            return put_off(reply, min(retry_at or now + BY_THE_NEXT_TICK, now + LONGEST_WAIT))
        case Blocked():
            return put_off(reply, now + BY_THE_NEXT_TICK)
        case Refused():
            return replace(reply, state="REFUSED", lease_until=None)
        case Declined():
            return _declined(reply, now)
        case Unknown():
            return unknown(reply, now)


def _declined(reply: Outgoing, now: datetime) -> Outgoing:
    reply = replace(reply, declined=reply.declined + 1)
    if reply.declined < DECLINED_TRIES:
        return put_off(reply, now + DECLINED_RESTS)
    return replace(reply, state="REFUSED", lease_until=None)


def not_told(reply: Outgoing, now: datetime, opens: datetime) -> Outgoing:
    """A look-up told nothing, which proves nothing: ask again later, when X takes look-ups, but not for ever."""
    reply = replace(reply, untold=reply.untold + 1)
    if reply.untold > len(LOOK_AGAIN):
        return replace(reply, state="UNCONFIRMED", look_up_at=None)
    return replace(reply, look_up_at=max(opens, now + LOOK_AGAIN[reply.untold - 1]))


def not_found(reply: Outgoing, now: datetime) -> Outgoing:
    """A look-up answered and the reply is not there: wait for the last look-up, then send once more or give up."""
    assert reply.unknown_since is not None  # noqa: S101 - only what is UNKNOWN is looked up
    last_word = reply.unknown_since + LOOK_UPS[-1]
    if now < last_word:
        return replace(reply, looked_up=reply.looked_up + 1, look_up_at=last_word)
    if reply.kind in ("answer", "news") and reply.may_resend:
        return replace(reply, state="PENDING", may_resend=False, look_up_at=None, not_before=now)
    return replace(reply, state="UNCONFIRMED", look_up_at=None)


def holds_up(reply: Outgoing, now: datetime) -> bool:
    """Whether what is behind this reply has to wait for it. What nobody here understands holds nothing up."""
    if reply.state == "UNREADABLE":
        return False
    if reply.state != "UNKNOWN" or reply.unknown_since is None:
        return not reply.settled
    return not reply.looked_up and now < reply.unknown_since + BLOCKS_FOR
