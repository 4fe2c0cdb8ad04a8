"""Reads rows from files as carriers write them. What a file is, its first bytes say; its name says nothing."""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import IO, Any, Literal, TextIO, cast

import ijson

from functions.load.sources import Source, Unloadable, short
from functions.shared.carrier.accounts import document
from functions.shared.carrier.declared import listed
from functions.shared.carrier.items import WrittenSchema

SAMPLE = 1 << 16
LONGEST_ROW = 1 << 20
"""Signs in one row. DynamoDB takes 400 KB in one item."""
DEEPEST = 1000
"""Brackets that may be open at once: what reads JSON piece by piece remembers the way to each of them."""
NAMED = 5
"""Columns that a sentence names."""
SEPARATORS = ",;\t|"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
TEXT = frozenset({"account_id", "line_id", "number", "contact_number", "plan_name", "what"})
"""Columns whose digits are no number."""
ENDS = ("\n", "\r")
TOO_LONG = f"a row of more than {LONGEST_ROW:,} signs"
CUT = (EOFError, zlib.error, gzip.BadGzipFile)

type _Layout = Literal["lines", "array", "documents", "table"]


@dataclass(frozen=True)
class Row:
    """What a file says of one account. `number` is the line on which it begins; its place, where lines say nothing."""

    number: int
    given: Any
    why: str = ""
    """Why it cannot be read at all."""
    line: str = ""
    """As it stands in the file, where it is one line of JSON."""

    @cached_property
    def text(self) -> str:
        """What it says, written as JSON."""
        return self.line or json.dumps(self.given)


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    kind: _Layout
    encoding: str
    packed: bool
    separator: str = ","


def rows(source: Source) -> Iterator[Row]:
    """Read a source from its start. Raises Unloadable where it cannot be read, or not further."""
    form, name = form_of(source), short(source.name)
    with source.open() as raw:
        read = {"lines": _lines, "array": _documents, "documents": _documents, "table": _table}[form.kind]
        number = 0
        try:
            for row in read(_text(raw, form), form, name):
                number = row.number
                yield row
        except CUT:
            raise _cut(name, number + 1) from None


def form_of(source: Source) -> Form:
    """Say how a source is written, from its beginning."""
    name = short(source.name)
    with source.open() as raw:
        beginning = raw.read(4)
    if beginning[:2] == b"PK":
        raise Unloadable(f"{name} is a spreadsheet or an archive: export it as CSV, or unpack it.")
    packed = beginning[:2] == b"\x1f\x8b"
    try:
        with source.open() as raw:
            sample = (gzip.GzipFile(fileobj=raw) if packed else raw).read(SAMPLE)
    except CUT:
        raise _cut(name, 1) from None
    encoding = _encoding(sample)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    begins = text.lstrip()
    if not begins:
        raise Unloadable(f"{name} is empty.")
    if begins[0] == "[":
        return Form("array", encoding, packed)
    if begins[0] == "{":
        return Form("lines" if _has_whole_line(text) else "documents", encoding, packed)
    header = begins.splitlines()[0]
    return Form("table", encoding, packed, max(SEPARATORS, key=header.count))


def _encoding(sample: bytes) -> str:
    """UTF-8 or UTF-16, with or without their mark; what is neither is from an older Windows."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        return "utf-16-be" if sample[:1] == b"\0" else "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _has_whole_line(text: str) -> bool:
    """Whether a line is a document, so that the file is JSON Lines and not documents over many lines."""
    return any(line.startswith("{") and isinstance(_json(line), dict) for line in text.splitlines())


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _text(raw: IO[bytes], form: Form) -> TextIO:
    stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if form.packed else raw
    return io.TextIOWrapper(stream, form.encoding, errors="replace", newline="" if form.kind == "table" else None)


def _cut(name: str, number: int) -> Unloadable:
    return Unloadable(f"{name} ends in the middle of row {number:,}: it is not whole.")


# ---- JSON ----


def _lines(text: TextIO, _: Form, name: str) -> Iterator[Row]:
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_ROW), ""), 1):
        if len(line) == LONGEST_ROW and not line.endswith("\n"):
            while (rest := text.readline(LONGEST_ROW)) and not rest.endswith("\n"):
                pass
            yield Row(number, line[:100], why=TOO_LONG)
        elif line.strip():
            given = _json(line)
            if given is None and not line.endswith("\n"):
                raise _cut(name, number)
            if given is None:
                yield Row(number, line.rstrip("\n"), "no JSON")
            else:
                yield Row(number, given, line=line.strip())


class _Bytes:
    """Text as ijson wants it."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int) -> bytes:
        text = self._text.read(size)
        if text.count("[") + text.count("{") - text.count("]") - text.count("}") > DEEPEST:
            raise ijson.JSONError
        return text.encode()


def _documents(text: TextIO, form: Form, name: str) -> Iterator[Row]:
    array = form.kind == "array"
    found = ijson.items(_Bytes(text), "item" if array else "", use_float=True, multiple_values=not array)
    number = 0
    try:
        for number, given in enumerate(found, 1):
            yield Row(number, given)
    except ijson.IncompleteJSONError as error:
        # The reader calls every mistake incomplete; only a file that has ended is.
        if "premature EOF" in str(error):
            raise _cut(name, number + 1) from None
        raise _no_json(name, number) from None
    except ijson.JSONError:
        raise _no_json(name, number) from None


def _no_json(name: str, number: int) -> Unloadable:
    behind = f"behind document {number:,}" if number else "from its beginning"
    return Unloadable(f"{name} is no JSON {behind}: what follows cannot be read.")


# ---- CSV ----


def _table(text: TextIO, form: Form, name: str) -> Iterator[Row]:
    """Read a table: columns are paths, `account.kind`, `lines.0.number`; one row is one account."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=form.separator, strict=True)
    number = 1
    try:
        header = [column.strip() for column in next(cells for cells in reader if any(cells))]
        columns = [renamed(column) for column in header]
        _check(columns, name)
        number = reader.line_num + 1
        for cells in reader:
            if lines.too_long:
                yield Row(number, cells[0][:100], why=TOO_LONG)
            elif any(cells):
                yield _row(number, columns, header, cells)
            number = reader.line_num + 1
    except csv.Error:
        if not lines.whole:
            raise _cut(name, number) from None
        raise Unloadable(f"Row {number:,} of {name} cannot be read: a quotation mark is missing or too many.") from None
    if not lines.whole and cells and len(cells) != len(columns):
        raise _cut(name, reader.line_num)


class _Lines:
    """The lines of a text, and of the last one whether it has its end, and whether it was too long and is cut off."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.whole = True
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        for line in iter(lambda: self._text.readline(LONGEST_ROW), ""):
            last = line
            self.too_long = False
            while len(last) == LONGEST_ROW and not last.endswith(ENDS):
                self.too_long = True
                last = self._text.readline(LONGEST_ROW)
            self.whole = last.endswith(ENDS)
            yield "-" if self.too_long else line


def _row(number: int, columns: list[str], header: list[str], cells: list[str]) -> Row:
    if [cell.strip() for cell in cells] == header:
        return Row(number, cells, why="the header once more")
    if len(cells) != len(columns):
        return Row(number, cells, why=f"{len(cells)} cells where the header has {len(columns)}")
    return Row(number, _document(zip(columns, cells, strict=True)))


def _check(columns: list[str], name: str) -> None:
    """See that a header can be that of accounts before a row is read."""
    if not any(column.startswith("account.") for column in columns):
        raise Unloadable(f"{name} has no columns like account.account_id and lines.0.number; docs/data.md names them.")
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise Unloadable(f"{name} has columns twice: {_some(twice)}.")
    if unknown := [column for column in columns if not _is_known(column)]:
        raise Unloadable(f"{name} has columns that no account has: {_some(unknown)}.")
    if missing := sorted(_needed() - set(columns)):
        raise Unloadable(f"{name} lacks the columns {_some(missing)}.")


def _some(columns: list[str]) -> str:
    more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    return ", ".join(column[:100] for column in columns[:NAMED]) + more


@cache
def _schema() -> dict[str, Any]:
    return document(listed()).model_json_schema(schema_generator=WrittenSchema)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], _schema()["$defs"][node["$ref"].rpartition("/")[2]]) if "$ref" in node else node


def _is_known(column: str) -> bool:
    node = _schema()
    for step in column.split("."):
        inner = node.get("items") if step.isdecimal() else node.get("properties", {}).get(step)
        if inner is None:
            return False
        node = _resolved(inner)
    return node.get("type") not in ("object", "array")


def _needed() -> set[str]:
    account, line = (_resolved(_schema()["$defs"][name]) for name in ("Facts", "Line"))
    plain = [name for name in line["required"] if _is_known(f"lines.0.{name}")]
    return {f"account.{name}" for name in account["required"]} | {f"lines.0.{name}" for name in plain}


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
    for line in whole.get("lines", {}).values():  # an empty one is nothing that a table can say
        line.setdefault("allowances", {})
        line.setdefault("when_used_up", {})
    return _with_lists(whole)


def _value(name: str, cell: str) -> Any:
    if name in TEXT:
        return cell
    if re.fullmatch(r"-?[0-9]+", cell):
        return int(cell)
    return {"true": True, "false": False}.get(cell.lower(), cell)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(part) for name, part in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def renamed(name: str) -> str:
    """Return today's name of an amount: until the next release the one of a British brand is taken as well."""
    return re.sub(r"(^|_|\.)pence$", r"\1minor", name)
