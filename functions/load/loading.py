"""A load from its first row to its last: read, check, write, keep the record, end what has ended."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from os import SEEK_END
from typing import IO

from botocore.exceptions import BotoCoreError, ClientError

from functions.load import ending, loads
from functions.load.batches import Another, Batch, batches
from functions.load.checking import kind_of
from functions.load.loads import Holder, Load
from functions.load.planning import written
from functions.load.seen import Seen
from functions.load.sources import Source, Unloadable, short
from functions.load.writing import Table, Written
from functions.shared.aws import clock
from functions.shared.aws.store import stamp
from functions.shared.carrier.accounts import FRESH, Dated

WORKERS = 2
SAVED_EVERY = timedelta(seconds=2)
"""What was written since is compared again after a stop, which changes nothing."""
ENOUGH = 1000
"""Rows all of which are rejected: then it is the file, and not its rows."""


@dataclass(frozen=True)
class How:
    full: bool = False
    """The source is complete: what it does not hold has ended."""
    shrink: float = ending.SHRINK
    again: bool = False
    """Begin anew, wherever the last one was stopped."""
    by: str = "somebody"
    until: datetime | None = None
    """Stop then; the next call goes on."""


@dataclass(frozen=True)
class Ears:
    """Who hears how a load is getting on."""

    came: Callable[[Load], None] = lambda _: None
    says: Callable[[str], None] = lambda _: None


def load(source: Source, table: Table, how: How, rejects: IO[bytes], ears: Ears | None = None) -> Load:
    """Bring a source into the table, from where the last load of the same was stopped.

    Returns its record: `done`, or `stopped` as its time was over. Raises Unloadable, and AWS's errors: then it is
    stopped, too. The next call with the same source goes on there.
    """
    ears = ears or Ears()
    with _alone(table) as me:
        stopped = None if how.again or table.dry else _stopped(source, table, how)
        if stopped is not None:
            with suppress(Another):
                ears.says(f"{short(source.name)} goes on at row {stopped.row + 1:,}.")
                return _Loading(source, table, how, rejects, ears, me, replace(stopped, state="running", why="")).run()
            ears.says("It is not what the last load was stopped in: it is loaded from its first row.")
        begun = Load(stamp(clock.now()), source.name, how.by, full=how.full)
        return _Loading(source, table, how, rejects, ears, me, begun).run()


@contextmanager
def _alone(table: Table) -> Iterator[Holder]:
    me = Holder()
    if not table.dry:
        loads.take_lease(table.store, me, clock.now())
    try:
        yield me
    finally:
        if not table.dry:
            with suppress(ClientError, BotoCoreError):  # it runs out by itself
                loads.give_back(table.store, me)


def _stopped(source: Source, table: Table, how: How) -> Load | None:
    """Return how far the last load of a source came, if it did not come to its end."""
    last = next((one for one in loads.newest_loads(table.store, 20) if one.source == source.name), None)
    if last and last.unread:
        return None  # nobody here can tell how far it came
    return last if last and last.state != "done" and last.full == how.full and last.rows else None


@dataclass
class _Loading:
    source: Source
    table: Table
    how: How
    rejects: IO[bytes]
    ears: Ears
    me: Holder
    load: Load
    seen: Seen = field(default_factory=Seen)
    under_way: deque[tuple[Batch, Future[Written]]] = field(default_factory=deque)
    saved_at: datetime | None = None

    def run(self) -> Load:
        was = self.source.state()
        try:
            self._put_by_rejects()
            if self._rows():
                if self.source.state() != was:
                    name = short(self.source.name)
                    raise Unloadable(f"{name} was written to while it was read: load it again when it is whole.")
                self._end()
            return self.load
        except Another:
            self.load = replace(self.load, rows=0)
            raise
        except Unloadable as error:
            self.load = replace(self.load, why=str(error))
            raise
        finally:
            self.seen.close()
            if self.load.rows or self.load.why:
                with suppress(ClientError, BotoCoreError):  # the last record that was saved holds, then
                    self._save("done" if self.load.state == "done" else "stopped")

    def _put_by_rejects(self) -> None:
        """Keep the rejects of the rows that are done. Where they have gone, those rows are loaded once more."""
        if self.rejects.seek(0, SEEK_END) < self.load.reject_bytes:
            raise Another
        self.rejects.truncate(self.load.reject_bytes)
        self.rejects.seek(self.load.reject_bytes)

    # ---- rows ----

    def _rows(self) -> bool:
        """Load every row; False if the time was over before."""
        found = batches(self.source, self.seen, clock.now, self.load.rows, self.load.digest)
        with ThreadPoolExecutor(WORKERS) as workers:
            try:
                for batch in found:
                    self._let_go(batch)
                    self.under_way.append((batch, workers.submit(self._bring, batch)))
                    if self.how.until and clock.now() >= self.how.until:
                        return False
                if not self.load.rows and not self.under_way:
                    raise Unloadable(f"{short(self.source.name)} holds no account.")
                return True
            finally:
                while self.under_way:
                    self._done(*self.under_way.popleft())

    def _bring(self, batch: Batch) -> Written:
        return self.table.bring(list(batch.documents.values()), clock.now()) if batch.documents else Written()

    def _let_go(self, batch: Batch) -> None:
        """Wait until few are being written, and none with an account of this one: the later row has the last word."""
        while self.under_way and (
            len(self.under_way) > WORKERS
            or any(batch.documents.keys() & other.documents.keys() for other, _ in self.under_way)
        ):
            self._done(*self.under_way.popleft())

    def _done(self, batch: Batch, writing: Future[Written]) -> None:
        try:
            outcome, came = writing.result(), self.load
        except BaseException:
            self.under_way.clear()  # what comes behind rows that are not in the table is not done either
            raise
        came = replace(
            came,
            rows=came.rows + batch.rows,
            row=batch.row,
            digest=batch.digest,
            accounts=came.accounts + len(batch.documents),
            written=came.written + outcome.written,
            unchanged=came.unchanged + outcome.unchanged,
            older=came.older + outcome.older,
            lines_ended=came.lines_ended + outcome.ended,
            old_names=came.old_names or batch.old_names,
        )
        came = self.load = self._rejected(_dated(came, batch), batch)
        if not self.saved_at or clock.now() > self.saved_at + SAVED_EVERY:
            self._save("running")
        self.ears.came(came)
        if came.rejected >= ENOUGH and came.rejected == came.rows:
            most = max(came.reasons, key=lambda why: came.reasons[why])
            raise Unloadable(f"Each of the first {came.rows:,} rows is rejected, most of them for {most!r}.")

    def _rejected(self, came: Load, batch: Batch) -> Load:
        for row, why in batch.rejects:
            self.rejects.write(json.dumps({"row": row.number, "why": why, "given": row.given}).encode() + b"\n")
            came = came.with_reject(kind_of(why))
        self.rejects.flush()
        return replace(came, reject_bytes=self.rejects.tell())

    def _save(self, state: loads.LoadState) -> None:
        """Keep the record and the lease. Another who has the lease has it because we were away for too long."""
        self.load, self.saved_at = replace(self.load, state=state), clock.now()
        if not self.table.dry:
            loads.take_lease(self.table.store, self.me, self.saved_at)
            loads.save(self.table.store, self.load, self.saved_at)

    # ---- the end ----

    def _end(self) -> None:
        if self.how.full:
            for account_id in ending.absent(self.table, self.seen, self.load, self.how.shrink, clock.now()):
                lines = 0 if self.table.dry else self.table.end(account_id)
                came = self.load
                self.load = replace(came, accounts_ended=came.accounts_ended + 1, lines_ended=came.lines_ended + lines)
                self._keep_lease()
        links = 0 if self.table.dry else ending.end_links(self.table, clock.now())
        self.load = replace(
            self.load, links_ended=self.load.links_ended + links, state="done", ended_at=stamp(clock.now())
        )

    def _keep_lease(self) -> None:
        if self.saved_at is None or clock.now() > self.saved_at + SAVED_EVERY:
            self._save("running")


def _dated(came: Load, batch: Batch) -> Load:
    """Say how old the figures are that a batch brought."""
    dated: list[Dated] = [part for one in batch.documents.values() for part in (one.account, *one.lines)]
    times = [written(part.as_of) for part in dated]
    day_ago = written(clock.now() - FRESH)
    return replace(
        came,
        figures=came.figures + len(times),
        older_than_a_day=came.older_than_a_day + sum(1 for at in times if at < day_ago),
        newest=max([came.newest, *times]),
        oldest=min([came.oldest or "9999", *times]),
    )
