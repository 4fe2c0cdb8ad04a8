"""What the simulator of X knows: accounts, chats, text messages, webhooks. Chats outlive a restart, and kill -9."""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from functions.shared.aws import clock

X_EPOCH_MS = 1_288_834_974_657
SEQUENCE_BITS = 22
LISTED_FOR = timedelta(days=30)
ONCE_MORE = timedelta(seconds=10)
"""How long before the service was cut off it may have lost what we told it."""
CUT_OFF = timedelta(minutes=5)
"""How far our memory may be ahead of the service's: longer than it takes to save."""

TABLES = """
CREATE TABLE IF NOT EXISTS dms (
    id INTEGER PRIMARY KEY, customer TEXT NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
    form TEXT NOT NULL, status INTEGER
);
CREATE INDEX IF NOT EXISTS dms_of ON dms (customer, id);
CREATE TABLE IF NOT EXISTS sms (number TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL);
"""

type By = Literal["customer", "api", "person"]
"""Who wrote: the customer, or for the brand our service by the API, or a person on x.com."""
type Attached = Literal["attachment", "gone", "huge", "no_picture", "moved"]
"""A picture, or what is none when one asks for it: 404, 20 MB, a text, somewhere else."""
type Form = Literal["plain", "encrypted"] | Attached
type Envelope = Literal["activity", "account", "both"]


@dataclass(frozen=True)
class Account:
    id: str
    handle: str
    note: str = ""
    number: str | None = None
    """Where text messages to this person go."""


@dataclass(frozen=True)
class DM:
    id: str
    customer: str
    by: By
    text: str
    at: datetime
    form: Form = "plain"
    status: int | None = None
    """What the webhook answered; None until it has, 0 = nothing."""

    @property
    def attached(self) -> bool:
        return self.form not in ("plain", "encrypted")

    @property
    def state(self) -> str:
        if self.status is None:
            return "sending" if self.by == "customer" else "delivered"
        return "delivered" if 200 <= self.status < 300 else "failed"


@dataclass(frozen=True)
class SMS:
    number: str
    text: str
    at: datetime


@dataclass
class Settings:
    """How this X behaves. `sends` and `reads` are per 15 minutes, `day` is per 24 hours, all only if `limited`."""

    envelope: Envelope = "activity"
    limited: bool = False
    sends: int = 15
    reads: int = 15
    day: int = 1_440


@dataclass
class Webhook:
    id: str
    url: str
    created_at: datetime
    valid: bool = False


@dataclass
class World:
    brand: Account
    people: tuple[Account, ...] = ()
    path: Path | None = None
    """Where chats are kept; None = only as long as this process lives."""
    settings: Settings = field(default_factory=Settings)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    changes: int = 0

    def __post_init__(self) -> None:
        where = self.path or ":memory:"
        self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)
        # What was on its way when the last run died has not been taken, as far as anybody knows.
        self._db.execute("UPDATE dms SET status = 0 WHERE status IS NULL AND by = 'customer'")
        self._last_id = self._db.execute("SELECT coalesce(max(id), 0) FROM dms").fetchone()[0]
        self._changed = asyncio.Event()

    def close(self) -> None:
        self._db.close()

    # ---- accounts ----

    def account(self, x_id: str) -> Account:
        """Return who has an id. Whoever is not known has an account all the same: anybody may write to the brand."""
        known = (account for account in (self.brand, *self.people) if account.id == x_id)
        return next(known, None) or Account(x_id, f"user_{x_id[-10:]}")

    def exists(self, x_id: str) -> bool:
        return any(account.id == x_id for account in self.customers())

    def customers(self) -> list[Account]:
        """Return the people we know, then who else has written."""
        known = {person.id for person in self.people}
        wrote = self._db.execute("SELECT DISTINCT customer FROM dms ORDER BY customer").fetchall()
        return [*self.people, *(self.account(x_id) for (x_id,) in wrote if x_id not in known)]

    # ---- chats ----

    def new_id(self) -> str:
        """Return an id like X's: it grows with the time, and does not fit into a JSON number of a browser."""
        milliseconds = int(clock.now().timestamp() * 1000) - X_EPOCH_MS
        self._last_id = max(self._last_id + 1, milliseconds << SEQUENCE_BITS)
        return str(self._last_id)

    def write(self, customer: str, text: str, by: By, form: Form = "plain") -> DM:
        dm = DM(self.new_id(), customer, by, text, clock.now(), form)
        row = (int(dm.id), customer, by, text, dm.at.timestamp(), form)
        self._db.execute("INSERT INTO dms (id, customer, by, text, at, form) VALUES (?, ?, ?, ?, ?, ?)", row)
        self.change()
        return dm

    def answered(self, dm: DM, status: int) -> None:
        """Note what the webhook said to a DM; once it has taken it, that stands."""
        taken = "status IS NOT NULL AND status BETWEEN 200 AND 299"
        self._db.execute(f"UPDATE dms SET status = ? WHERE id = ? AND NOT ({taken})", (status, int(dm.id)))  # noqa: S608
        self.change()

    def forget(self, dm: DM) -> None:
        self._db.execute("DELETE FROM dms WHERE id = ?", (int(dm.id),))
        self.change()

    def dm(self, dm_id: str) -> DM | None:
        return next(iter(self._dms("id = ?", int(dm_id))), None)

    def chat(self, customer: str) -> list[DM]:
        """Return everything in a chat, oldest first."""
        return self._dms("customer = ? ORDER BY id", customer)

    def everything(self) -> list[DM]:
        return self._dms("true ORDER BY id")

    def between(self, start: datetime, end: datetime) -> list[DM]:
        return self._dms("at >= ? AND at < ? ORDER BY id", start.timestamp(), end.timestamp())

    def listed(self, customer: str | None, below: int, count: int) -> list[DM]:
        """Return what X lists, newest first: 30 days, nothing encrypted, of one chat or of all."""
        since = (clock.now() - LISTED_FOR).timestamp()
        where = "id < ? AND at >= ? AND form != 'encrypted' AND ? IN (customer, '') ORDER BY id DESC LIMIT ?"
        return self._dms(where, below, since, customer or "", count)

    def _dms(self, where: str, *values: object) -> list[DM]:
        sql = f"SELECT id, customer, by, text, at, form, status FROM dms WHERE {where}"  # noqa: S608 - ours
        rows = self._db.execute(sql, values).fetchall()
        return [
            DM(str(number), customer, by, text, datetime.fromtimestamp(at, UTC), form, status)
            for number, customer, by, text, at, form, status in rows
        ]

    def rewind(self, moment: datetime) -> list[DM]:
        """Forget what happened after a moment, as the service's database has.

        Returns what was written to the service right before: nobody can say whether it had heard of that already.
        """
        since, until = moment - ONCE_MORE, moment + CUT_OFF
        for table in ("dms", "sms"):
            self._db.execute(
                f"DELETE FROM {table} WHERE at > ? AND at < ?",  # noqa: S608 - ours
                (moment.timestamp(), until.timestamp()),
            )
        return [dm for dm in self.between(since, until) if dm.by != "api"]

    # ---- text messages ----

    def text(self, number: str, text: str) -> None:
        row = (number, text, clock.now().timestamp())
        self._db.execute("INSERT INTO sms (number, text, at) VALUES (?, ?, ?)", row)
        self.change()

    def texts(self, numbers: Iterable[str] | None = None) -> list[SMS]:
        """Return the text messages to these numbers, or all, oldest first."""
        wanted = None if numbers is None else set(numbers)
        rows = self._db.execute("SELECT number, text, at FROM sms ORDER BY rowid").fetchall()
        found = (SMS(number, text, datetime.fromtimestamp(at, UTC)) for number, text, at in rows)
        return [sms for sms in found if wanted is None or sms.number in wanted]

    # ---- news ----

    def change(self) -> None:
        """Wake whoever watches."""
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        await self._changed.wait()
