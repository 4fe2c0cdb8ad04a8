"""How many DMs we may still send: one row, fed by X's headers, taken in the transaction that claims a reply.

X allows 15 DMs in 15 minutes and 1,440 in 24 hours for the whole brand (X API, rate limits, August 2026) unless a
contract says more, so headers are trusted over these figures.
"""

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic.dataclasses import dataclass

from functions.shared.aws import telemetry
from functions.shared.aws.rows import BUDGET, fields_in
from functions.shared.aws.store import Item, Store, Update
from functions.shared.aws.stored import STRICT, Stored, read_as, watched
from functions.shared.conversation.conversations import Contended
from functions.shared.conversation.replies import Kind
from functions.shared.x.dms import Blocked, Declined, Limits, NotSent, Outcome, Refused, Sent, Unknown

WINDOW = timedelta(minutes=15)
LIMIT = 15
DAY = timedelta(days=1)
SKEW = 60
"""Seconds that X's clock may be ahead of ours."""
SAME = 2
"""Seconds that two headers of one window may be apart."""
MOST = 1_000_000
"""No contract says more: such a figure is a header gone wrong."""
_LATE = timedelta(seconds=20)
"""What is taken this shortly before a window ends may land in the next one, so it is charged to both."""
RESERVED_FOR = ("stop", "urgent", "staff")
NEVER_HELD = ("stop", "staff")
"""What leaves while operations hold automated replies back."""
RESTORED = "this table was restored from a backup"
"""Why nothing automated leaves a table of another name than the one that the row was written in."""
UNREAD = "a newer release has written {} of the budget"
"""Why nothing automated leaves where the row says what this release does not understand."""
PROBE_EVERY = timedelta(seconds=45)
"""Less than what is between two ticks: each of them may probe, however late in the last one that was."""
UNKNOWNS_OPEN_BREAKER = 5
_UNKNOWN = "unknown"
_UNCLEAR = "X is in trouble, and says of no DM whether it took it"
"""What opened the breaker where X has refused nothing: as it is stored, and as it is said."""
AGREE = 3
"""So many recipients whom X refused us for no clear reason, with nobody taken between them, and it is about us."""
INSISTS = 20
HEARS = 3


@dataclass(frozen=True, config=STRICT)
class Budget(Stored):
    """`ends`, `day_ends` and `probe_at` are seconds since 1970; `ends` 0 = no window was ever opened."""

    limit: int = LIMIT
    left: int = 0
    ends: int = 0
    named: bool = False
    """X has named this window; else its end is a guess of ours."""
    heard: int = 0
    """When the send was claimed whose answer X has last changed these figures by, in milliseconds since 1970."""
    late: int = 0
    """Taken so late in this window that it may count in the next."""
    day_left: int | None = None
    day_ends: int = 0
    waiting: bool = False
    """Replies wait for budget: only the tick sends automated ones, so that the newest does not overtake the oldest."""
    blocked: str | None = None
    """Why the breaker is open: one probe at a time may pass."""
    probe_at: int = 0
    opened_by: str | None = None
    """Whom X turned away last while the breaker is open, as a keyed hash: the next probe is better somebody else's."""
    declined: dict[str, int] = field(default_factory=dict)
    """Recipients, as keyed hashes, whom X has refused us for no clear reason in this window, and when."""
    unknowns: int = 0
    asks_from: int = 0
    """X takes no look-up before, in seconds since 1970."""
    paused: str | None = None
    """Why operations hold automated replies back."""
    table: str | None = None
    """The table that the row was written in: a restored one has another name."""

    @property
    def reserve(self) -> int:
        """Sends in a window that are kept for stop confirmations, urgent acknowledgements and staff: 4 in 15."""
        return max(1, self.limit * 4 // 15) if self.limit > 1 else 0

    def floor(self, kind: Kind) -> int:
        """How many sends a kind leaves to others. Half of the reserve is staff's alone: customers cannot use it up."""
        if kind == "staff":
            return 0
        if kind == "news":  # a question that comes right behind it should not have to wait for the next window
            return self.reserve + self.share
        return self.reserve // 2 if kind in RESERVED_FOR else self.reserve

    @property
    def share(self) -> int:
        """Automated sends in a window that one customer gets while others wait: a fifth."""
        return max(1, self.limit // 5)

    def room(self, kind: Kind, now: datetime) -> int:
        """How many replies of a kind may leave now."""
        seconds = int(now.timestamp())
        if self.holds(kind) or (self.blocked and self.probe_at > seconds):
            return 0
        left = self.left if self.is_open(now) else self.limit - self.late
        if self.day_left is not None and self.is_day(now):
            left = min(left, self.day_left)
        return max(0, min(left - self.floor(kind), 1 if self.blocked else left))

    def holds(self, kind: Kind) -> bool:
        """Whether a pause holds replies of a kind back."""
        return self.paused is not None and kind not in NEVER_HELD

    def is_open(self, now: datetime) -> bool:
        """Whether the window that we know goes on: no window ends further ahead than one is long."""
        return 0 < self.ends - int(now.timestamp()) <= WINDOW.total_seconds() + SKEW

    def is_day(self, now: datetime) -> bool:
        return 0 < self.day_ends - int(now.timestamp()) <= DAY.total_seconds()

    def next_room(self, kind: Kind, now: datetime) -> datetime:
        """When a reply of a kind that finds no room may leave, unless a pause holds it back."""
        at, floor = [self.probe_at if self.blocked else 0], self.floor(kind)
        if self.is_open(now) and self.left <= floor:
            at.append(self.ends)
        if self.day_left is not None and self.day_left <= floor and self.is_day(now):
            at.append(self.day_ends)
        return max(now, datetime.fromtimestamp(max(at), now.tzinfo))

    def next_look_up(self, now: datetime) -> datetime:
        """When X may be asked again: no window ends further ahead than one is long."""
        ahead = self.asks_from - now.timestamp()
        return now + timedelta(seconds=ahead if 0 < ahead <= WINDOW.total_seconds() + SKEW else 0)

    @property
    def trouble(self) -> str | None:
        """Why the breaker is open, for people."""
        return _UNCLEAR if self.blocked == _UNKNOWN else self.blocked


def load(store: Store) -> Budget:
    return budget_in(store, store.get(*BUDGET))


def budget_in(store: Store, row: Item | None) -> Budget:
    """Return the budget in its row, which was just read."""
    budget = watched(read_as(Budget, fields_in(row or {})))
    restored = RESTORED if budget.table not in (None, store.table) else None
    unread = UNREAD.format(", ".join(sorted(budget.unread))) if budget.unread else None
    return replace(budget, paused=budget.paused or restored or unread)


def take(budget: Budget, kind: Kind, now: datetime, carried: Iterable[Kind] = ()) -> Update | None:
    """Return the write that takes one send, to go into the claim's transaction; None where there is no room.

    `carried` are the kinds of what leaves in the same DM.
    """
    if not budget.room(kind, now):
        return None
    seconds = int(now.timestamp())
    floor = budget.floor(kind)
    values: dict[str, Any] = {"ends": budget.ends}
    if budget.is_open(now):
        sets = ["#left = #left - :one"]
        sets += ["late = late + :one"] if seconds >= budget.ends - _LATE.total_seconds() else []
        conditions = ["ends = :ends", "#left > :floor"]
        values |= {"one": 1, "floor": floor}
    else:
        sets = ["#left = :left", "ends = :new_ends", "named = :guess", "late = :zero", "#limit = :limit"]
        conditions = ["(attribute_not_exists(ends) OR ends = :ends)"]
        values |= {
            "left": budget.limit - budget.late - 1,
            "new_ends": seconds + int(WINDOW.total_seconds()),
            "guess": False,
            "zero": 0,
            "limit": budget.limit,
        }
    if budget.day_left is not None and budget.is_day(now):
        sets.append("day_left = day_left - :one")
        conditions.append("day_left > :day_floor")
        values |= {"one": 1, "day_floor": floor}
    if budget.blocked:
        sets.append("probe_at = :next_probe")
        conditions.append("probe_at = :probe_at")
        values |= {"probe_at": budget.probe_at, "next_probe": seconds + int(PROBE_EVERY.total_seconds())}
    if not {kind, *carried} <= set(NEVER_HELD):
        conditions.append("attribute_not_exists(paused)")
    names = [name for name in ("left", "limit") if any(f"#{name}" in part for part in (*sets, *conditions))]
    return Update(*BUDGET, f"SET {', '.join(sets)}", " AND ".join(conditions), values, names)


_OF_LIMIT = ("limit", "left", "ends", "named", "late", "day_left", "day_ends")
_OF_BREAKER = ("blocked", "unknowns", "opened_by", "declined", "probe_at")


def heard(store: Store, outcome: Outcome, claimed: datetime, now: datetime, recipient: str | None = None) -> None:
    """Take over what X's answer to a send says of its limit and feed the breaker, in one write, if there is news.

    Best effort: the next answer makes up for a lost race.
    """
    for _ in range(HEARS):
        before = load(store)
        after = fed(learnt(before, outcome, claimed, now), outcome, now, recipient)
        news = _changed(before, after, _OF_BREAKER)
        if _changed(before, after, _OF_LIMIT):
            news |= {name: getattr(after, name) for name in (*_OF_LIMIT, "heard")}
        if not news or _write(store, before, news):
            return


def _changed(before: Budget, after: Budget, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}


def learnt(budget: Budget, outcome: Outcome, claimed: datetime, now: datetime) -> Budget:
    """Return the budget after X's answer to a send that was claimed at a time."""
    limits, used_up = outcome.limits, isinstance(outcome, NotSent) and outcome.used_up
    if isinstance(outcome, NotSent) and not used_up:
        return _given_back(budget, claimed, now)
    if limits is None and not used_up:
        return budget
    is_late = _is_late(budget, claimed)
    after = budget
    if limits and _is_plausible(limits.limit, limits.remaining, limits.reset, claimed, now + WINDOW):
        after = _in_window(after, limits, now, is_late=is_late)
    if limits and _is_plausible(limits.day_limit, limits.day_remaining, limits.day_reset, claimed, now + DAY):
        after = _in_day(after, limits, now, is_late=is_late)
    if used_up and not is_late:
        after = _used_up(after, now)
    return after if is_late else replace(after, heard=_milliseconds(claimed))


def _is_late(budget: Budget, claimed: datetime) -> bool:
    """Whether an answer is to an older send than what we know: its figures are of a window that is over."""
    opened = 0 if budget.named else budget.ends - WINDOW.total_seconds()
    return _milliseconds(claimed) < budget.heard or int(claimed.timestamp()) < opened


def _in_window(budget: Budget, limits: Limits, now: datetime, *, is_late: bool) -> Budget:
    """A window that X names replaces the one that we know; while that goes on, headers only lower what is left."""
    ends = limits.reset or 0
    is_same = budget.named and abs(ends - budget.ends) <= SAME
    if is_late and not is_same:
        return budget
    limit = budget.limit if limits.limit is None else limits.limit
    remaining = limit if limits.remaining is None else limits.remaining
    taken = budget.limit - budget.left
    if is_same:
        left, late, ends = min(remaining, budget.left), budget.late, budget.ends
    elif not budget.is_open(now) or ends - WINDOW.total_seconds() >= budget.ends - _LATE.total_seconds():
        left, late = min(remaining, limit - budget.late), 0 if ends > now.timestamp() else budget.late
    else:
        left = min(remaining, budget.left if budget.named else limit - taken)
        # What X has not counted yet is on its way, and may land in the next window.
        late = max(0, taken - limit + remaining) if ends <= now.timestamp() + _LATE.total_seconds() else 0
    return replace(budget, limit=limit, left=max(0, left), ends=ends, named=True, late=late)


def _in_day(budget: Budget, limits: Limits, now: datetime, *, is_late: bool) -> Budget:
    ends, remaining = limits.day_reset or 0, limits.day_remaining
    is_same = budget.day_left is not None and budget.is_day(now) and abs(ends - budget.day_ends) <= SAME
    if remaining is None or (is_late and not is_same):
        return budget
    if is_same:
        return replace(budget, day_left=min(remaining, budget.day_left or 0))
    # However X's clock goes, one send a day shows whether it still means it.
    return replace(budget, day_left=remaining, day_ends=min(ends, int((now + DAY).timestamp())))


def _used_up(budget: Budget, now: datetime) -> Budget:
    """X takes no more, whatever its headers say: nothing is left until the window that we know ends."""
    if budget.is_open(now):
        return replace(budget, left=0)
    # Where X has named its end and that has just passed, it is over in a moment; else it is a whole one.
    just_over = budget.named and now.timestamp() < budget.ends + SKEW
    ends = now + (timedelta(seconds=SKEW) if just_over else WINDOW)
    return replace(budget, left=0, late=0, named=False, ends=int(ends.timestamp()))


def _given_back(budget: Budget, claimed: datetime, now: datetime) -> Budget:
    """X has not heard of it. What X has counted since it was taken is right without it."""
    if not budget.is_open(now) or _is_late(budget, claimed) or _milliseconds(claimed) == budget.heard:
        return budget
    was_late = claimed.timestamp() >= budget.ends - _LATE.total_seconds()
    after = replace(budget, left=min(budget.left + 1, budget.limit), late=max(0, budget.late - was_late))
    if budget.day_left is None or not budget.is_day(now):
        return after
    return replace(after, day_left=budget.day_left + 1)


def _is_plausible(
    limit: int | None, remaining: int | None, reset: int | None, claimed: datetime, latest: datetime
) -> bool:
    """Whether the figures can be: more left than allowed, or an end that is over or too far ahead, are gone wrong."""
    if reset is None or not claimed.timestamp() < reset <= latest.timestamp() + SKEW:
        return False
    return 0 < (MOST if limit is None else limit) <= MOST and 0 <= (remaining or 0) <= (limit or MOST)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def look_up_refused(store: Store, says: datetime | None, now: datetime) -> datetime:
    """Remember until when X takes no look-up: what it says, or a window from now where that cannot be."""
    until = says if says and now < says <= now + WINDOW + timedelta(seconds=SKEW) else now + WINDOW
    later = "attribute_not_exists(asks_from) OR asks_from < :until"
    store.update(Update(*BUDGET, "SET asks_from = :until", later, {"until": int(until.timestamp())}))
    return until


def judged(store: Store, result: Outcome, recipient: str | None, now: datetime) -> Outcome:
    """Say whether what X declined is about the one recipient, a keyed hash, or about us: where enough agree."""
    if not isinstance(result, Declined) or recipient is None:
        return result
    before, seconds = load(store), int(now.timestamp())
    lately = {one: at for one, at in before.declined.items() if at > seconds - WINDOW.total_seconds()}
    agree = dict([*lately.items(), (recipient, seconds)][-AGREE:])
    _write(store, before, {"declined": agree})
    if len(agree) < AGREE:
        return result
    telemetry.count("XRestricted")
    return Blocked("X declines one after the other", result.limits)


def fed(before: Budget, result: Outcome, now: datetime, recipient: str | None = None) -> Budget:
    """Feed the breaker: 401, 402, "not permitted" or five unknowns in a row open it, an accepted call closes it."""
    blocked: str | None
    declined = {} if isinstance(result, Sent) else before.declined
    match result:
        case Blocked(reason=reason):
            blocked, unknowns = reason, 0
        case Unknown():
            unknowns = before.unknowns + 1
            blocked = before.blocked or (_UNKNOWN if unknowns >= UNKNOWNS_OPEN_BREAKER else None)
        case NotSent():
            return before
        case Sent() | Refused() | Declined():
            blocked, unknowns = None, 0
    after = replace(
        before, blocked=blocked, unknowns=unknowns, opened_by=recipient if blocked else None, declined=declined
    )
    if after == before:
        return before
    return replace(after, probe_at=int((now + PROBE_EVERY).timestamp()) if blocked else 0)


def mark_waiting(store: Store, waiting: bool) -> None:
    """Say whether replies wait for budget."""
    before = load(store)
    if before.waiting != waiting:
        _write(store, before, {"waiting": waiting})


def pause(store: Store, why: str) -> None:
    """Hold automated replies back from the next claim on. Raises Contended."""
    _insist(store, lambda before: {"paused": why, "table": before.table or store.table})


def resume(store: Store) -> None:
    """Let automated replies leave again; a restored table is the service's own from now on. Raises Contended."""
    _insist(store, lambda _: {"paused": None, "table": store.table})


def _insist(store: Store, values: Callable[[Budget], dict[str, Any]]) -> None:
    """Write what nobody makes up for."""
    for _ in range(INSISTS):
        before = load(store)
        if _write(store, before, values(before)):
            return
    raise Contended


def _write(store: Store, before: Budget, values: dict[str, Any]) -> bool:
    values = {"table": before.table or store.table} | values
    kept = {name: value for name, value in values.items() if value is not None}
    gone = [name for name, value in values.items() if value is None]
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    change += f" REMOVE {', '.join(f'#{name}' for name in gone)}" if gone else ""
    condition = "(attribute_not_exists(ends) OR ends = :was_ends)"
    was: dict[str, Any] = {"was_ends": before.ends}
    if "left" in values and before.ends:
        # What was taken since must not be given back.
        condition += " AND #left = :was_left"
        was["was_left"] = before.left
    return store.update(Update(*BUDGET, change, condition, kept | was, tuple(values)))
