"""The clock calls this: load what lies in the drop, go on with what takes longer than a call, say how old all is.

What has been loaded moves to `loaded/`, what cannot be to `refused/`, and rows that make no sense to `rejected/`; the
record of loads says why. The bucket forgets all of it after a week.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

import boto3
from botocore.exceptions import ClientError

from functions.load import loads
from functions.load.loading import How, load
from functions.load.loads import Busy, DataAge, Load
from functions.load.sources import Object, Unloadable
from functions.load.writing import Table
from functions.shared.aws import clock, settings, start, telemetry
from functions.shared.aws.store import Store

CALL_TAKES = timedelta(minutes=15)
"""As in `infra/layout.py`; a test compares them."""
TAKES = CALL_TAKES - timedelta(minutes=2)
"""Then what is being written comes to its end, and the next call goes on."""
FULL = "full/"
"""What is put here holds every account; what is put elsewhere holds some."""
LOADED, REFUSED, REJECTED = "loaded/", "refused/", "rejected/"
BEHIND_US = (LOADED, REFUSED, REJECTED)


@dataclass(frozen=True)
class Settings:
    service_table: str
    accounts_table: str
    drop_bucket: str


@telemetry.observed
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    drop().tick(clock.now() + TAKES)


def drop() -> "Drop":
    ours = settings.read(Settings)
    dynamodb = settings.client("dynamodb")
    table = Table(dynamodb, ours.accounts_table, Store(dynamodb, ours.service_table))
    # boto3's own client: it moves files in parts.
    return Drop(boto3.client("s3", config=settings.config_for("s3")), ours.drop_bucket, table)


@dataclass(frozen=True)
class Drop:
    """A bucket into which carriers put what is to be loaded."""

    client: Any
    bucket: str
    table: Table

    def tick(self, until: datetime) -> None:
        """Load what waits, the oldest first, and tell how old the data is whatever becomes of it."""
        try:
            for key in self.waiting():
                if clock.now() >= until or not self._load(key, until):
                    return
        finally:
            report(self.table.store, clock.now())

    def waiting(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        there = [one for page in pages for one in page.get("Contents", [])]
        keys = [one["Key"] for one in sorted(there, key=lambda one: one["LastModified"])]
        return [key for key in keys if not key.startswith(BEHIND_US) and not key.endswith("/")]  # that is a folder

    def _load(self, key: str, until: datetime) -> bool:
        """Load an object; False if it is not the turn of others yet."""
        how = How(full=key.startswith(FULL), by="drop", until=until)
        try:
            with self._rejects(key) as rejects:
                came = load(Object(self.client, self.bucket, key), self.table, how, rejects)
        except Busy:
            return False
        except Unloadable:
            self._failed(key)
            self._move(key, REFUSED)
            return True
        if came.state != "done":
            return False
        if came.is_older:
            self._failed(key)
        self._move(key, LOADED)
        telemetry.info("loaded", source=key, rows=came.rows, rejected=came.rejected, written=came.written)
        return True

    def _failed(self, key: str) -> None:
        """Say so: the record has the reason."""
        telemetry.measure("LoadFailed", 1, "Count")
        telemetry.warning("a load failed", source=key)

    def _move(self, key: str, to: str) -> None:
        self.client.copy({"Bucket": self.bucket, "Key": key}, self.bucket, f"{to}{key}")
        self.client.delete_object(Bucket=self.bucket, Key=key)

    @contextmanager
    def _rejects(self, key: str) -> Iterator[IO[bytes]]:
        """Keep an object's rejects in the drop, so that the next call goes on with them."""
        name = f"{REJECTED}{key}.jsonl"
        with tempfile.TemporaryFile() as file:
            with suppress(ClientError):  # there are none yet
                self.client.download_fileobj(self.bucket, name, file)
            try:
                yield file
            finally:
                if file.tell():
                    file.seek(0)
                    self.client.upload_fileobj(file, self.bucket, name)
                else:
                    self.client.delete_object(Bucket=self.bucket, Key=name)


def report(store: Store, now: datetime) -> None:
    """Publish what alarms watch. Before anything has been loaded there is nothing that could be old."""
    last = loads.last_done(store)
    if last is None:
        return
    age = DataAge.of(last, now)
    telemetry.measure("OldAccountData", int(age.old or age.many_were_old), "Count")
    telemetry.measure("LoadMissing", _since(last, now).total_seconds())


def _since(last: Load, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(last.ended_at)


start.prepare(drop)
