"""Whether a row is an account: its document, or in our words why not."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import ValidationError

from functions.load.planning import ITEMS_TOGETHER
from functions.load.reading import LONGEST_ROW, TOO_LONG, Row, renamed
from functions.shared.carrier.accounts import AHEAD, Document
from functions.shared.carrier.accounts import document as document_model
from functions.shared.carrier.declared import listed
from functions.shared.carrier.items import written_down

ENVELOPE = {"row", "why", "given"}
"""A line of a file of rejects, which may be mended and fed again."""

SAID = {
    "missing": "is missing",
    "extra_forbidden": "is no attribute",
    "int_type": "is no whole number",
    "string_type": "is no text",
    "bool_type": "is neither true nor false",
    "model_type": "is no object",
    "model_attributes_type": "is no object",
    "dict_type": "is no object",
    "tuple_type": "is no list",
    "string_too_short": "is empty",
    "string_unicode": "has a sign that is none",
    "date_from_datetime_parsing": "is a day that there is not",
    "datetime_from_date_parsing": "is a time that there is not",
    "literal_error": "is none of {expected}",
    "greater_than_equal": "is below {ge}",
    "less_than_equal": "is too large",
    "string_too_long": "has more than {max_length} signs",
    "too_long": "is longer than {max_length}",
    "too_short": "is empty",
    "string_pattern_mismatch": "is not written as it has to be",
    "value_error": "{error}",
}
"""What pydantic's kinds of error mean, as somebody reads it who never heard of it."""


def document_of(row: Row, now: datetime) -> Document | str:
    """Return the account that a row says, or why it is none."""
    if row.why:
        return row.why
    given = row.given
    if isinstance(given, dict) and given.keys() == ENVELOPE:
        given = given["given"]
    if len(row.text) > LONGEST_ROW:
        return TOO_LONG
    if "\ufffd" in row.text or "\\ufffd" in row.text:
        return "a sign that is not in the file's encoding: save it as UTF-8"
    try:
        document = _read(in_minor(given) if has_pence(row.text) else given, row.text)
    except ValidationError as error:
        return reason(error)
    return _untimely(document, now) or _too_large(document) or document


def _read(given: Any, text: str) -> Document:
    model = document_model(listed())
    if "null" not in text and '""' not in text:
        with suppress(ValidationError):  # whose words are only right in full
            document: Document = written_down(model).validate_python(given)
            return document
    return model.model_validate(given)


def has_pence(text: str) -> bool:
    return 'pence"' in text


def in_minor(given: Any) -> Any:
    """Return what is given with today's names of amounts."""
    if isinstance(given, list):
        return [in_minor(one) for one in given]
    if isinstance(given, dict):
        return {renamed(name): in_minor(value) for name, value in given.items()}
    return given


def _untimely(document: Document, now: datetime) -> str:
    late = next((name for name, at in _times(document) if at > now + AHEAD), "")
    return f"{late}: is later than now" if late else ""


def _times(document: Document) -> Iterator[tuple[str, datetime]]:
    """Return the times at which something has been, as the document has them."""
    yield "account.as_of", document.account.as_of
    if document.account.last_topup_at:
        yield "account.last_topup_at", document.account.last_topup_at
    if document.account.orders:
        yield "account.orders.as_of", document.account.orders.as_of
    for place, line in enumerate(document.lines):
        yield f"lines.{place}.as_of", line.as_of
        if line.sim_changed_at:
            yield f"lines.{place}.sim_changed_at", line.sim_changed_at
    for place, bill in enumerate(document.bills):
        # Days are local: where it is tomorrow first, it is so less than a day before.
        yield f"bills.{place}.issued_on", datetime.combine(bill.issued_on, time(), UTC) - timedelta(days=1)


def _too_large(document: Document) -> str:
    parts = len(document.bills) + len(document.lines) + 1
    return f"{parts} items in one account; {ITEMS_TOGETHER} can be written together" if parts > ITEMS_TOGETHER else ""


def reason(error: ValidationError) -> str:
    """Say what is wrong: the first thing by its place, and how many more."""
    found = error.errors(include_url=False, include_input=True)
    # A list whose one entry is wrong is not short besides.
    first, *more = [one for one in found if one["type"] != "too_short" or len(found) == 1]
    place = ".".join(map(str, first["loc"]))
    return (f"{place}: " if place else "") + _said(first) + (f" (and {len(more)} more)" if more else "")


def reasons(error: ValidationError) -> Iterator[str]:
    """Say everything that is wrong, each by its place."""
    for one in error.errors(include_url=False, include_input=True):
        yield f"{'.'.join(map(str, one['loc']))} {_said(one)}"


def _said(error: Mapping[str, Any]) -> str:
    if isinstance(error["input"], str) and re.fullmatch(r"[0-9.,]+E\+?[0-9]+", error["input"]):
        return "was rounded by a spreadsheet: export the column as text"
    place = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "string_pattern_mismatch" and "number" in place:
        return "is not written like +447700900123"
    known = SAID.get(error["type"])
    return known.format(**error.get("ctx", {})) if known else str(error["msg"])


def kind_of(why: str) -> str:
    """Return a reason without what differs from row to row, to count by."""
    return re.sub(r" \(and \d+ more\)$", "", re.sub(r"\.\d+(?=[.:])", "", why))
