"""How many DMs we may still send: one row, fed by X's headers, taken in the transaction that claims a reply.

X allows 15 DMs in 15 minutes and 1,440 in 24 hours for the whole brand (X API, rate limits, August 2026) unless a
contract says more, so headers are trusted over these figures.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import BUDGET
from functions.shared.aws.store import Store, Update
from functions.shared.conversation.conversations import Contended
from functions.shared.conversation.replies import Kind
from functions.shared.x.dms import Blocked, Limits, NotSent, Outcome, Refused, Sent, Unknown

WINDOW = timedelta(minutes=15)
LIMIT = 15
LATE = timedelta(seconds=20)
"""What is taken this shortly before a window ends may land in the next one, so it is charged to both."""
RESERVED_FOR = ("stop", "urgent", "staff")
NEVER_HELD = ("stop", "staff")
"""What leaves while operations hold automated replies back."""
RESTORED = "this table was restored from a backup"
"""Why nothing automated leaves a table of another name than the one that the row was written in."""
PROBE_EVERY = timedelta(seconds=60)
UNKNOWNS_OPEN_BREAKER = 5
INSISTS = 20


@dataclass(frozen=True, config=ConfigDict(extra="ignore"))
class Budget:
    """`ends`, `day_ends` and `probe_at` are seconds since 1970; `ends` 0 = no window was ever opened."""

    limit: int = LIMIT
    left: int = 0
    ends: int = 0
    late: int = 0
    """Taken so late in this window that it may count in the next."""
    day_left: int | None = None
    day_ends: int = 0
    waiting: bool = False
    """Replies wait for budget: only the tick sends automated ones, so that the newest does not overtake the oldest."""
    blocked: str | None = None
    """Why the breaker is open: one probe at a time may pass."""
    probe_at: int = 0
    unknowns: int = 0
    paused: str | None = None
    """Why operations hold automated replies back."""
    table: str | None = None
    """The table that the row was written in: a restored one has another name."""

    @property
    def reserve(self) -> int:
        """Sends in a window that are kept for stop confirmations, urgent acknowledgements and staff: 4 in 15."""
        return self.limit * 4 // 15

    @property
    def share(self) -> int:
        """Automated sends in a window that one customer gets while others wait: a fifth."""
        return max(1, self.limit // 5)

    def room(self, kind: Kind, now: datetime) -> int:
        """How many replies of a kind may leave now."""
        seconds = int(now.timestamp())
        if self.holds(kind) or (self.blocked and self.probe_at > seconds):
            return 0
        floor = 0 if kind in RESERVED_FOR else self.reserve
        left = self.left if seconds < self.ends else self.limit - self.late
        if self.day_left is not None and seconds < self.day_ends:
            left = min(left, self.day_left)
        return max(0, min(left - floor, 1 if self.blocked else left))

    def holds(self, kind: Kind) -> bool:
        """Whether a pause holds replies of a kind back."""
        return self.paused is not None and kind not in NEVER_HELD

    def next_room(self, now: datetime) -> datetime:
        """When the next window opens, or the next probe may leave."""
        at = max(self.ends, self.probe_at if self.blocked else 0)
        if self.day_left == 0:
            at = max(at, self.day_ends)
        return max(now, datetime.fromtimestamp(at, now.tzinfo))


_type = TypeAdapter(Budget)


def load(store: Store) -> Budget:
    budget = _type.validate_python(store.get(*BUDGET) or {})
    restored = budget.table not in (None, store.table)
    return replace(budget, paused=budget.paused or RESTORED) if restored else budget


def take(budget: Budget, kind: Kind, now: datetime, carried: Iterable[Kind] = ()) -> Update | None:
    """Return the write that takes one send, to go into the claim's transaction; None where there is no room.

    `carried` are the kinds of what leaves in the same DM.
    """
    if not budget.room(kind, now):
        return None
    seconds = int(now.timestamp())
    floor = 0 if kind in RESERVED_FOR else budget.reserve
    values: dict[str, Any] = {"ends": budget.ends}
    if seconds < budget.ends:
        sets = ["#left = #left - :one"]
        sets += ["late = late + :one"] if seconds >= budget.ends - LATE.total_seconds() else []
        conditions = ["ends = :ends", "#left > :floor"]
        values |= {"one": 1, "floor": floor}
    else:
        sets = ["#left = :left", "ends = :new_ends", "late = :zero", "#limit = :limit"]
        conditions = ["(attribute_not_exists(ends) OR ends = :ends)"]
        values |= {
            "left": budget.limit - budget.late - 1,
            "new_ends": seconds + int(WINDOW.total_seconds()),
            "zero": 0,
            "limit": budget.limit,
        }
    if budget.day_left is not None and seconds < budget.day_ends:
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


def heard(store: Store, limits: Limits | None, now: datetime) -> None:
    """Take over X's headers. Best effort: a write that loses a race is made up for by the next header."""
    if limits is None:
        return
    before = load(store)
    after = learnt(before, limits, now)
    if after != before:
        names = ("limit", "left", "ends", "late", "day_left", "day_ends")
        _write(store, before, {name: getattr(after, name) for name in names})


def learnt(budget: Budget, limits: Limits, now: datetime) -> Budget:
    """A later reset opens a window with X's figures; within a window headers only lower what is left."""
    if limits.reset is not None and limits.reset > now.timestamp() and _plausible(limits, now):
        limit = limits.limit if limits.limit is not None else budget.limit
        remaining = limits.remaining if limits.remaining is not None else limit
        stale = now.timestamp() >= budget.ends
        if stale:
            left = min(remaining, limit - budget.late)
            budget = replace(budget, limit=limit, left=max(0, left), ends=limits.reset, late=0)
        else:
            # The window that we opened by our own clock is the one that X now names, or an older header came late.
            taken = budget.limit - budget.left
            left = min(remaining, limit - taken)
            budget = replace(budget, limit=limit, left=max(0, left), ends=max(budget.ends, limits.reset))
    if limits.day_reset is not None and limits.day_remaining is not None and limits.day_reset > now.timestamp():
        same = limits.day_reset == budget.day_ends and budget.day_left is not None
        left = min(limits.day_remaining, budget.day_left or 0) if same else limits.day_remaining
        budget = replace(budget, day_left=max(0, left), day_ends=limits.day_reset)
    return budget


def _plausible(limits: Limits, now: datetime) -> bool:
    """A window that ends a day ahead, or more left than allowed, is a header gone wrong."""
    assert limits.reset is not None  # noqa: S101 - the caller has looked
    sane = limits.limit is None or limits.limit > 0
    fits = limits.remaining is None or 0 <= limits.remaining <= (limits.limit or limits.remaining)
    return sane and fits and limits.reset <= now.timestamp() + WINDOW.total_seconds() + 60


def outcome(store: Store, result: Outcome, now: datetime) -> None:
    """Feed the breaker: 401, 402, "not permitted" or five unknowns in a row open it, an accepted call closes it."""
    before = load(store)
    blocked: str | None
    match result:
        case Blocked(reason=reason):
            blocked, unknowns = reason, 0
        case Unknown():
            unknowns = before.unknowns + 1
            blocked = before.blocked or ("unknown" if unknowns >= UNKNOWNS_OPEN_BREAKER else None)
        case NotSent():
            return
        case Sent() | Refused():
            blocked, unknowns = None, 0
    if (blocked, unknowns) != (before.blocked, before.unknowns):
        probe_at = int((now + PROBE_EVERY).timestamp()) if blocked else 0
        _write(store, before, {"blocked": blocked, "unknowns": unknowns, "probe_at": probe_at})


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
