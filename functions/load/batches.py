"""Puts the rows of a source together for writing, from the row on which the last load of it was stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from functions.load.checking import document_of, has_pence
from functions.load.reading import Row, rows
from functions.load.seen import Seen
from functions.load.sources import Source, Unloadable
from functions.shared.carrier.accounts import Document

_AT_ONCE = 100
"""Accounts that are read at once."""


class Another(Exception):
    """The source is not the one in which the last load was stopped."""


@dataclass
class Batch:
    """Rows that are written together: no account twice."""

    documents: dict[str, Document] = field(default_factory=dict)
    rejects: list[tuple[Row, str]] = field(default_factory=list)
    rows: int = 0
    row: int = 0
    """The file's line of the last of them."""
    digest: str = ""
    """Of all rows up to here."""
    old_names: bool = False

    def takes(self, found: Document | str) -> bool:
        full = self.rows == _AT_ONCE
        return not full and (isinstance(found, str) or found.account.account_id not in self.documents)

    def put(self, row: Row, found: Document | str) -> None:
        self.rows, self.row = self.rows + 1, row.number
        if isinstance(found, str):
            self.rejects.append((row, found))
        else:
            self.documents[found.account.account_id] = found


def batches(source: Source, seen: Seen, now: Callable[[], datetime], skip: int, digest: str) -> Iterator[Batch]:
    """Check a source's rows, but for the first, which must be the same as before.

    Raises Another, and Unloadable, once it has given what comes before the trouble.
    """
    read, batch, number = sha256(), Batch(), 0
    trouble: Unloadable | None = None
    try:
        for number, row in enumerate(rows(source), 1):
            read.update(row.text.encode())
            if number <= skip:
                seen.add_given(row.given)
                if number == skip and read.hexdigest() != digest:
                    raise Another
                continue
            found = _checked(row, seen, now())
            if not batch.takes(found):
                yield batch
                batch = Batch()
            batch.put(row, found)
            batch.digest = read.hexdigest()
            batch.old_names |= has_pence(row.text)
    except Unloadable as error:
        trouble = error
    if number < skip:
        raise Another
    if batch.rows:
        yield batch
    if trouble:
        raise trouble


def _checked(row: Row, seen: Seen, now: datetime) -> Document | str:
    found = document_of(row, now)
    if isinstance(found, str):
        seen.add_given(row.given)
        return found
    return seen.add(found) or found
