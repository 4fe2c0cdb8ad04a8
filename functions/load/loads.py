"""The record of loads, and the lease that lets one run at a time.

Both are ours and stand in the service table, as does what a load leaves to be done: the accounts' table is the
carrier's, and a restored one must not say that a load of tomorrow has been.
"""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import uuid4

from pydantic.dataclasses import dataclass as record

from functions.load.sources import Unloadable
from functions.shared.aws.rows import ENDED, LEASE, LOAD, LOADS_PK, all_of, ended_key, fields_in, load_key
from functions.shared.aws.store import Item, Put, Store, Update, stamp
from functions.shared.aws.stored import STRICT, Stored, fields_of, read_as, watched
from functions.shared.carrier.accounts import FRESH

LEASED = timedelta(minutes=1)
_KEPT = timedelta(days=400)
OLDER = 0.01
"""So much of a load may be older than what is there before somebody has to look."""
MANY = 10
"""One figure in so many."""
KINDS_KEPT = 50
"""Different reasons of rejects that are counted."""

type LoadState = Literal["running", "stopped", "done"]


@record(frozen=True, config=STRICT)
class Load(Stored):
    """What a load has done so far. One that was stopped goes on from here."""

    BLANK: ClassVar[Item] = {"started_at": "", "source": "", "by": "somebody"}

    started_at: str
    source: str
    by: str
    full: bool = False
    state: LoadState = "running"
    rows: int = 0
    row: int = 0
    """The file's line of the last of them."""
    digest: str = ""
    """Of what these rows say: another file of the same name does not go on in their middle."""
    accounts: int = 0
    written: int = 0
    """Items."""
    unchanged: int = 0
    older: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    reject_bytes: int = 0
    old_names: bool = False
    """It names amounts as the last release did."""
    lines_ended: int = 0
    accounts_ended: int = 0
    links_ended: int = 0
    newest: str = ""
    oldest: str = ""
    figures: int = 0
    """Accounts and lines with a time."""
    older_than_a_day: int = 0
    ended_at: str = ""
    why: str = ""
    """What stopped it, where that was the source and is not over by itself."""

    @property
    def is_older(self) -> bool:
        """Whether so much is older than what is there that somebody has to look."""
        return self.older > OLDER * (self.written + self.unchanged + self.older)

    def with_reject(self, kind: str) -> "Load":
        known = kind in self.reasons or len(self.reasons) < KINDS_KEPT
        kind = kind if known else "something else"
        counted = self.reasons | {kind: self.reasons.get(kind, 0) + 1}
        return replace(self, rejected=self.rejected + 1, reasons=counted)


@dataclass(frozen=True)
class DataAge:
    """How old account data is, from the record of the last whole load."""

    hours: int
    old: bool
    """The newest figures are older than a day: every answer says so."""
    many_were_old: bool
    """More than one figure in ten was when it came."""

    @classmethod
    def of(cls, last: Load, now: datetime) -> "DataAge":
        age = now - datetime.fromisoformat(last.newest) if last.newest else timedelta.max
        return cls(
            hours=int(age / timedelta(hours=1)),
            old=age > FRESH,
            many_were_old=last.older_than_a_day * MANY > last.figures,
        )


def newest_loads(store: Store, limit: int) -> list[Load]:
    """Return the last loads, newest first."""
    found = store.query(LOADS_PK, all_of(LOAD), newest_first=True, limit=limit)
    return [watched(read_as(Load, fields_in(item))) for item in found]


def last_done(store: Store) -> Load | None:
    """Return the last load that has come to its end. What is not understood of one might be just that."""
    return next((load for load in newest_loads(store, 20) if load.state == "done" and not load.unread), None)


def save(store: Store, load: Load, now: datetime) -> None:
    store.commit([Put(load_key(load.started_at).row(fields_of(load), until=now + _KEPT))])


# ---- one at a time ----


@dataclass(frozen=True)
class Holder:
    """Who has the lease: one process on one machine."""

    host: str = field(default_factory=socket.gethostname)
    process: int = field(default_factory=os.getpid)
    id: str = field(default_factory=lambda: uuid4().hex)

    def __str__(self) -> str:
        return f"{self.host}/{self.process}/{self.id}"

    @classmethod
    def of(cls, text: str) -> "Holder | None":
        """Read whose a lease is; None where another release has written that in a way of its own."""
        try:
            host, process, its_id = text.rsplit("/", 2)
            return cls(host, int(process), its_id)
        except ValueError:
            return None

    def is_dead(self, seen_from: str) -> bool:
        """Whether the process is known to be gone: only its own machine can tell."""
        if self.host != seen_from:
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


class Busy(Unloadable):
    """Another load runs."""


def take_lease(store: Store, me: Holder, now: datetime) -> None:
    """Take the lease, or keep it. Raises Busy while another load has it."""
    there = store.get(*LEASE) or {}
    other = str(there.get("holder", ""))
    holder = Holder.of(other)
    dead = other if holder and holder.is_dead(me.host) else str(me)
    taken = store.update(
        Update(
            *LEASE,
            "SET holder = :me, leased_until = :until",
            "attribute_not_exists(holder) OR leased_until < :now OR holder = :me OR holder = :dead",
            {"me": str(me), "until": stamp(now + LEASED), "now": stamp(now), "dead": dead},
        )
    )
    if not taken:
        raise Busy("Another load runs, or was killed just now: wait until it has ended, or a minute if it was killed.")


def give_back(store: Store, me: Holder) -> None:
    store.update(Update(*LEASE, "REMOVE holder, leased_until", "holder = :me", {"me": str(me)}))


# ---- links that have to end ----


def ended_row(account_id: str, line_id: str) -> Item:
    return ended_key(account_id, line_id).row({"account_id": account_id, "line_id": line_id})


def ended_rows(store: Store) -> Iterator[Item]:
    yield from store.query(LOADS_PK, all_of(ENDED))
