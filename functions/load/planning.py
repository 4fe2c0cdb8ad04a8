"""What has to change in the table for an account as it is handed in: only what is newer, and other than what is there.

The account item names the mark of each part of its account, its time and a digest. So one item says what is there, and
whoever reads the whole sees whether all of it is of one load.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from functions.shared.aws.store import Item
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import AHEAD, MARK, PARTS, Dated, Document

type Parts = dict[str, str]

ACCOUNT = "account"
ITEMS_TOGETHER = 100
"""Items that DynamoDB writes in one transaction: an account changes whole or not at all."""


@dataclass(frozen=True)
class There:
    """An account as the table has it: the marks of its parts, or all items of what was loaded without marks."""

    marks: Parts | None = None
    items: tuple[Item, ...] = ()

    @property
    def parts(self) -> Parts:
        return {item["part"]: mark(item) for item in self.items} if self.marks is None else self.marks

    @property
    def is_marked(self) -> bool:
        return self.marks is not None


@dataclass(frozen=True)
class Plan:
    """How an account changes. Without puts and without gone parts it does not."""

    account_id: str
    there: There
    parts: Parts | None = None
    """What its account item says then that it is made of. None: what it says now."""
    puts: tuple[Item, ...] = ()
    """Items that are written whole."""
    gone: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    """Lines that nobody may be linked to any more."""
    written: int = 0
    unchanged: int = 0
    older: int = 0
    """Items that were left alone because the table's are newer."""
    is_whole: bool = True
    """False: too much goes for one transaction, so that a part of it goes first, and then it is planned again."""


def plan(document: Document, there: There, now: datetime) -> Plan:
    """Compare an account with what is there."""
    new, old = {item["part"]: item for item in items_of(document)}, there.parts
    marks = {part: mark(item) for part, item in new.items()}
    stale = ACCOUNT in old and _is_newer(old[ACCOUNT], marks[ACCOUNT], now)

    def left_alone(part: str) -> bool:
        if part not in old or not part.startswith("line#"):
            return stale  # a bill is as old as its account
        return _is_newer(old[part], marks[part], now)

    older = {part for part in new if left_alone(part)}
    # What was written without a mark is written again, for everything of an account has one or nothing has.
    same = {part for part in new if part not in older and there.is_marked and old.get(part) == marks[part]}
    fresh = new.keys() - older - same
    left = (part for part in old if part not in new and not _is_newer(old[part], marks[ACCOUNT], now))
    gone = () if stale else tuple(left)
    counted = Plan(document.account.account_id, there, unchanged=len(same), older=len(older))
    if not fresh and not gone:
        return counted
    if len(new) + len(gone) > ITEMS_TOGETHER:
        return _going(document.account.account_id, there, gone[: ITEMS_TOGETHER - 1])
    kept = {part: old[part] for part in old if part not in gone}
    parts = kept | {part: marks[part] for part in fresh}
    return Plan(
        counted.account_id,
        there,
        parts,
        puts=tuple(_puts(new, fresh, there, parts)),
        gone=gone,
        ended=tuple(_ended(document, fresh, gone)),
        written=len(fresh),
        unchanged=len(same),
        older=len(older),
    )


def _going(account_id: str, there: There, gone: tuple[str, ...]) -> Plan:
    """Let parts of an account go, and leave the others as they are."""
    kept = {part: marked for part, marked in there.parts.items() if part not in gone}
    parts = kept if there.is_marked else None
    return Plan(account_id, there, parts, gone=gone, ended=tuple(_lines(gone)), is_whole=False)


def _puts(new: Mapping[str, Item], fresh: Iterable[str], there: There, parts: Parts) -> Iterable[Item]:
    """Return what is new, and what gets a mark."""
    by_part = {} if there.is_marked else {item["part"]: item for item in there.items if item["part"] in parts}
    by_part |= {part: item for part, item in new.items() if part in fresh}
    yield from (item | ({PARTS: parts} if part == ACCOUNT else {MARK: parts[part]}) for part, item in by_part.items())


def _ended(document: Document, fresh: Iterable[str], gone: Iterable[str]) -> Iterable[str]:
    closed = document.account.status == "closed" and ACCOUNT in fresh
    yield from (line.line_id for line in document.lines if closed or _is_closed(line, fresh))
    yield from _lines(gone)


def _lines(parts: Iterable[str]) -> Iterable[str]:
    return (part.removeprefix("line#") for part in parts if part.startswith("line#"))


def _is_closed(line: accounts.Line, fresh: Iterable[str]) -> bool:
    return line.status == "closed" and f"line#{line.line_id}" in fresh


def mark(item: Mapping[str, Any]) -> str:
    """Return an item's time and a digest of what it says. A bill has no time of its own."""
    said = {name: value for name, value in item.items() if name not in (PARTS, MARK)}
    digest = blake2b(json.dumps(said, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()
    return f"{item.get('as_of', '')}/{digest}"


def time_of(marked: str) -> str:
    return marked.partition("/")[0]


def _is_newer(there: str, given: str, now: datetime) -> bool:
    """Whether what is there is newer. What comes from the future is a mistake, and anything may take its place."""
    return time_of(given) < time_of(there) <= written(now + AHEAD)


def items_of(document: Document) -> list[Item]:
    """Return a document's items; times are written in one way, so that as text they sort as time does."""
    given = document.model_dump(mode="json", exclude_none=True)
    for part, dated in zip((given["account"], *given["lines"]), (document.account, *document.lines), strict=True):
        part["as_of"] = written(_as_of(dated))
    return accounts.items(given)


def _as_of(part: Dated) -> datetime:
    return part.as_of


def written(at: datetime) -> str:
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
