"""When an event of X last reached us by itself: what tells silence from a quiet hour. One row."""

from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pydantic.dataclasses import dataclass

from functions.shared.aws import telemetry
from functions.shared.aws.rows import ARRIVED, fields_in
from functions.shared.aws.store import Store, Update, stamp
from functions.shared.aws.stored import STRICT, Stored, read_as, watched

LIVE = timedelta(minutes=2)
"""What arrives later than this after it was written has been looked up or replayed, and proves nothing."""


def note(store: Store, written: datetime, now: datetime) -> None:
    """Remember the minute of an event that came by itself. Best effort: no message comes again because of it."""
    if not now - LIVE <= written <= now + LIVE:
        return
    minute = stamp(written.replace(second=0, microsecond=0))
    condition = "attribute_not_exists(#at) OR #at < :at"
    try:
        store.update(Update(*ARRIVED, "SET #at = :at", condition, {"at": minute}, names=("at",)))
    except (BotoCoreError, ClientError) as failure:
        telemetry.error("an arrival was not noted", failure)


class Arrivals:
    """What one process has noted: a minute is written once, however many events it brings."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted = datetime.min.replace(tzinfo=UTC)

    def note(self, written: datetime, now: datetime) -> None:
        minute = written.replace(second=0, microsecond=0)
        if minute > self._noted:
            note(self._store, written, now)
            self._noted = minute


@dataclass(frozen=True, config=STRICT)
class Arrived(Stored):
    at: datetime | None = None


def newest_arrival(store: Store) -> datetime | None:
    """Return the minute of the newest event that came by itself."""
    return watched(read_as(Arrived, fields_in(store.get(*ARRIVED) or {}))).at
