"""Brings what carriers and brands hand in into their tables: checked row by row, never older over newer."""

import csv
import fcntl
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from pydantic import ValidationError

from functions.shared.aws.rows import PROFILE, x_id_in
from functions.shared.aws.store import Store
from functions.shared.carrier import accounts, linking
from functions.shared.carrier.accounts import Document
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from ops.place import Trouble

TOGETHER = 100
"""Items that DynamoDB writes in one transaction: an account changes whole or not at all."""
WORKERS = 2
UNDER_WAY = 2 * WORKERS
SAVED_EVERY = 1.0
"""Seconds. What was written since is written again, which changes nothing."""
TEXT = frozenset({"account_id", "line_id", "number", "contact_number", "plan_name", "what"})
"""Columns of a CSV file whose digits are no number."""

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="What to load.")]

type Item = dict[str, Any]
type Key = tuple[str, str]

_to_dynamo = TypeSerializer().serialize


@dataclass
class Progress:
    """How far an import has come. It is kept beside the file until the end."""

    size: int
    read: int = 0
    """Bytes of the file whose rows are in the table or among the rejects."""
    rows: int = 0
    written: int = 0
    """Items."""
    older: int = 0
    """Items that were left alone because the table's are newer."""
    rejected: int = 0
    reject_bytes: int = 0
    closed: list[Key] = field(default_factory=list)
    """Lines whose links end, by account and line id."""

    @classmethod
    def of(cls, file: Path) -> "Progress":
        size = file.stat().st_size
        with suppress(FileNotFoundError, ValueError, TypeError):
            kept = cls(**json.loads(_beside(file).read_text()))
            if kept.size == size:
                kept.closed = [(account, line) for account, line in kept.closed]
                return kept
        return cls(size)

    def save(self, file: Path) -> None:
        fresh = file.with_name(f"{file.name}.progress.new")
        fresh.write_text(json.dumps(asdict(self)))
        fresh.replace(_beside(file))


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.progress")


def rejects_of(file: Path, *, dry_run: bool = False) -> Path:
    return file.with_name(f"{file.name}{'.dry-run' if dry_run else ''}.rejected.jsonl")


@dataclass(frozen=True)
class Row:
    """A row of a file: what it says, or why it is no account. `end` is the first byte behind it."""

    number: int
    end: int
    given: Any
    document: Document | None = None
    why: str = ""


@dataclass(frozen=True)
class Chunk:
    """Rows that are written together."""

    rows: tuple[Row, ...]

    @property
    def items(self) -> list[Item]:
        return [item for row in self.rows if row.document for item in items_of(row.document)]


@dataclass(frozen=True)
class Loader:
    """Writes chunks of accounts into a table."""

    client: Any
    table: str

    def write(self, chunk: Chunk) -> tuple[int, int]:
        """Write what is not older than what is there; return how many items were written and how many left alone."""
        items = chunk.items
        every = len(items)
        while items:
            try:
                self.client.transact_write_items(TransactItems=[self._put(item) for item in items])
                break
            except ClientError as error:
                codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
                if not set(codes) & {"ConditionalCheckFailed", "TransactionConflict"}:
                    raise
                older = [i for i, code in zip(items, codes, strict=True) if code == "ConditionalCheckFailed"]
                items = [item for item in items if not any(_belongs(item, to=other) for other in older)]
        return len(items), every - len(items)

    def _put(self, item: Item) -> Item:
        put: Item = {"TableName": self.table, "Item": typed(item)}
        if "as_of" in item:
            put["ConditionExpression"] = "attribute_not_exists(as_of) OR as_of <= :as_of"
            put["ExpressionAttributeValues"] = {":as_of": {"S": item["as_of"]}}
        return {"Put": put}


def typed(item: Item) -> Item:
    """Return an item as boto3's client wants it."""
    return {name: _to_dynamo(value) for name, value in item.items()}


def _belongs(item: Item, to: Item) -> bool:
    """Whether an item goes with one that is too old: a bill is as old as its account."""
    if item is to:
        return True
    account = to["part"] == "account" and item["account_id"] == to["account_id"]
    return account and str(item["part"]).startswith("bill#")


def load(
    file: Path, loader: Loader | None, heard: Callable[[Progress], None] = lambda _: None, *, resume: bool = True
) -> Progress:
    """Bring a file of accounts into the table, from where the last run has stopped; only check it without a loader."""
    progress = Progress.of(file) if loader and resume else Progress(file.stat().st_size)
    rejects = rejects_of(file, dry_run=loader is None)
    with rejects.open("r+b" if rejects.exists() else "w+b") as rejected, ThreadPoolExecutor(WORKERS) as workers:
        _alone(rejected, file)
        rejects.chmod(0o600)
        rejected.truncate(progress.reject_bytes)
        rejected.seek(progress.reject_bytes)
        under_way: deque[tuple[Chunk, Future[tuple[int, int]] | None]] = deque()

        saved_at = 0.0

        def done() -> None:
            nonlocal saved_at
            chunk, writing = under_way.popleft()
            written, older = writing.result() if writing else (len(chunk.items), 0)
            for row in chunk.rows:
                if row.why:
                    rejected.write(json.dumps({"row": row.number, "why": row.why, "given": row.given}).encode() + b"\n")
            rejected.flush()
            _count(progress, chunk, written, older, rejected.tell())
            if loader and time.monotonic() > saved_at + SAVED_EVERY:
                progress.save(file)
                saved_at = time.monotonic()
            heard(progress)

        try:
            for chunk in chunks(rows(file, progress)):
                under_way.append((chunk, workers.submit(loader.write, chunk) if loader else None))
                if len(under_way) >= UNDER_WAY:
                    done()
            while under_way:
                done()
        finally:
            if loader:
                progress.save(file)
    if not progress.rejected:
        rejects.unlink()
    return progress


def _alone(rejected: IO[bytes], file: Path) -> None:
    """See that nobody else imports this file: two would not know how far the other has come."""
    try:
        fcntl.flock(rejected, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(f"Somebody imports {file.name} already: wait until that has ended.") from None


def _count(progress: Progress, chunk: Chunk, written: int, older: int, reject_bytes: int) -> None:
    progress.read = chunk.rows[-1].end
    progress.rows += len(chunk.rows)
    progress.written += written
    progress.older += older
    progress.rejected += sum(1 for row in chunk.rows if row.why)
    progress.reject_bytes = reject_bytes
    progress.closed += [key for row in chunk.rows if row.document for key in closed_in(row.document)]


def finished(file: Path) -> None:
    """Forget how far the import came: it is done."""
    _beside(file).unlink(missing_ok=True)


def chunks(found: Iterable[Row]) -> Iterator[Chunk]:
    """Put rows together that one transaction can write: no item twice."""
    rows: list[Row] = []
    keys: set[Key] = set()
    for row in found:
        fresh = {(item["account_id"], item["part"]) for item in items_of(row.document)} if row.document else set()
        if rows and (len(keys) + len(fresh) > TOGETHER or keys & fresh):
            yield Chunk(tuple(rows))
            rows, keys = [], set()
        rows.append(row)
        keys |= fresh
        if len(rows) >= TOGETHER:  # of a file with nothing but rejects, too
            yield Chunk(tuple(rows))
            rows, keys = [], set()
    if rows:
        yield Chunk(tuple(rows))


def items_of(document: Document) -> list[Item]:
    """Return a document's items; times are written in one way, so that as text they sort as time does."""
    return accounts.items(document.model_dump(mode="json", exclude_none=True) | _times(document))


def _times(document: Document) -> Item:
    def dated(part: accounts.Dated) -> Item:
        return {
            **part.model_dump(mode="json", exclude_none=True),
            "as_of": f"{part.as_of:%Y-%m-%dT%H:%M:%S}Z",
        }

    return {"account": dated(document.account), "lines": [dated(line) for line in document.lines]}


def closed_in(document: Document) -> list[Key]:
    """Return the lines that nobody may be linked to any more."""
    whole = document.account.status == "closed"
    lines = [line.line_id for line in document.lines if whole or line.status == "closed"]
    return [(document.account.account_id, line) for line in lines]


# ---- files ----


def rows(file: Path, progress: Progress) -> Iterator[Row]:
    """Read the rows of a file that are not in the table yet."""
    read = _csv_rows if file.suffix.lower() == ".csv" else _json_rows
    for number, (end, given) in enumerate(read(file, progress.read), progress.rows + 1):
        yield _checked(number, end, given)


def _checked(number: int, end: int, given: Any) -> Row:
    if isinstance(given, _Unread):
        return Row(number, end, given.text, why=given.why)
    try:
        document = Document.model_validate(given)
        parts = len(document.bills) + len(document.lines) + 1
        if parts > TOGETHER:
            return Row(number, end, given, why=f"{parts} items in one account; {TOGETHER} can be written together")
        keys = [(item["account_id"], item["part"]) for item in items_of(document)]
        if len(set(keys)) < len(keys):
            return Row(number, end, given, why="two bills of one day")
        return Row(number, end, given, document)
    except ValidationError as error:
        return Row(number, end, given, why=reason(error))


def reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    more = error.error_count() - 1
    return (f"{place}: " if place else "") + first["msg"] + (f" (and {more} more)" if more else "")


@dataclass(frozen=True)
class _Unread:
    text: str
    why: str


def _json_rows(file: Path, start: int) -> Iterator[tuple[int, Any]]:
    with file.open("rb") as lines:
        lines.seek(start)
        end = start
        for line in lines:
            end += len(line)
            if not line.strip():
                continue
            try:
                yield end, json.loads(line)
            except ValueError:
                yield end, _Unread(line.decode(errors="replace").rstrip("\n"), "this line is no JSON")


def _csv_rows(file: Path, start: int) -> Iterator[tuple[int, Any]]:
    """One row is one line of a customer: columns are paths, `account.kind`, `lines.0.number`."""
    with file.open("rb") as raw:
        end = 0

        def lines() -> Iterator[str]:
            nonlocal end
            for line in raw:
                end += len(line)
                yield line.decode("utf-8-sig" if end == len(line) else "utf-8", errors="replace")

        names = next(csv.reader(lines()), [])
        if not any(name.startswith("account.") for name in names):
            raise Trouble(f"{file} has no columns like account.account_id and lines.0.number; docs/data.md names them.")
        if start > end:
            raw.seek(start)
            end = start
        for cells in csv.reader(lines()):
            if cells and len(cells) != len(names):
                yield end, _Unread(",".join(cells), f"{len(cells)} cells where the first line has {len(names)}")
            elif any(cells):
                yield end, _document(zip(names, cells, strict=True))


def _document(cells: Iterable[tuple[str, str]]) -> Any:
    whole: dict[str, Any] = {}
    for name, cell in cells:
        if not cell:
            continue
        path = name.split(".")
        inner = whole
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = _value(path[-1], cell)
    return _with_lists(whole | {"lines": whole.get("lines", {})})


def _value(name: str, cell: str) -> Any:
    if name not in TEXT and re.fullmatch(r"-?[0-9]+", cell):
        return int(cell)
    return {"true": True, "false": False}.get(cell.lower(), cell) if name not in TEXT else cell


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(part) for name, part in value.items()}
    if all(name.isdecimal() for name in inner) and inner:
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


# ---- links ----


def end_links(store: Store, client: Any, closed: Iterable[Key], now: datetime) -> int:
    """End the links to closed lines, and return how many customers were linked to one."""
    wanted = set(closed)
    if not wanted:
        return 0
    linked = [customer for customer, line in _links(client, store.table) if line in wanted]

    def unlink(current: Conversation) -> Conversation | None:
        if current.customer.line not in wanted:
            return None
        return replace(current, customer=linking.unlinked(current.customer))

    for customer in linked:
        conversations.change(store, customer, unlink, by="accounts import", did="line closed", now=now)
    return len(linked)


def _links(client: Any, table: str) -> Iterator[tuple[str, Key]]:
    """Read who is linked to which line."""
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="sk = :profile AND attribute_exists(#link)",
        ProjectionExpression="pk, #link",
        ExpressionAttributeNames={"#link": "link"},
        ExpressionAttributeValues={":profile": {"S": PROFILE}},
    )
    for page in pages:
        for item in page["Items"]:
            link = item["link"]["M"]
            yield x_id_in({"pk": item["pk"]["S"]}), (link["account_id"]["S"], link["line_id"]["S"])
