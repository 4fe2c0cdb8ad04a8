"""Accounts get into the table whole, however much of them changes, and however little the table takes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from functions.load import loads
from functions.load.checking import document_of
from functions.load.planning import items_of
from functions.load.reading import Row
from functions.load.writing import RowContended, Table
from functions.shared.aws.settings import client
from functions.shared.aws.typed import typed
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Document
from ops.place import Place
from tests.at_terminal import place
from tests.load.rows import document

__all__ = ["place"]  # a fixture

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def table(place: Place) -> Table:
    return Table(client("dynamodb"), place.settings["accounts_table"], place.store, wait=lambda _: None)


def right(given: dict[str, Any]) -> Document:
    found = document_of(Row(1, given), NOW)
    assert isinstance(found, Document)
    return found


def lines(table: Table) -> set[str]:
    found = accounts.read_account(table.client, table.name, "A-1")
    assert found
    return {line.line_id for line in found.lines}


def test_an_account_all_of_whose_lines_are_others_changes_whole(table: Table) -> None:
    table.bring([right(document(lines=98))], NOW)
    others = document(lines=98, as_of="2026-11-24T14:04:00Z")
    others["lines"] = [line | {"line_id": f"new {line['line_id']}"} for line in others["lines"]]

    outcome = table.bring([right(others)], NOW)

    assert (outcome.written, outcome.ended) == (99, 98)
    assert lines(table) == {line["line_id"] for line in others["lines"]}
    assert len(list(loads.ended_rows(table.store))) == 98


def test_an_account_of_many_lines_closes(table: Table) -> None:
    table.bring([right(document(lines=98))], NOW)
    closed = document(lines=98, as_of="2026-11-24T14:04:00Z")
    closed["account"]["status"] = "closed"

    outcome = table.bring([right(closed)], NOW)

    assert (outcome.written, outcome.ended) == (99, 98)


def test_a_line_that_alone_is_newer_is_written_alone(table: Table) -> None:
    table.bring([right(document(lines=2))], NOW)
    newer = document(lines=2)
    newer["lines"][0] |= {"plan_name": "40 GB", "as_of": "2026-11-24T14:04:00Z"}

    outcome = table.bring([right(newer)], NOW)

    found = accounts.read_account(table.client, table.name, "A-1")
    assert (outcome.written, outcome.unchanged) == (1, 3)
    assert found
    assert [line.plan_name for line in found.lines] == ["40 GB", "30 GB SIM only"]


@pytest.mark.parametrize("lines", [2, 98])
def test_what_was_loaded_without_marks_is_replaced_whole(table: Table, lines: int) -> None:
    for item in items_of(right(document(lines=lines))):
        table.client.put_item(TableName=table.name, Item=typed(item))
    others = document(lines=lines, as_of="2026-11-24T14:04:00Z")
    others["lines"] = [line | {"line_id": f"new {line['line_id']}"} for line in others["lines"]]

    outcome = table.bring([right(others)], NOW)

    assert outcome.ended == lines
    found = accounts.read_account(table.client, table.name, "A-1")
    assert found
    assert {line.line_id for line in found.lines} == {line["line_id"] for line in others["lines"]}


def throttled(table: Table, operation: str, times: int) -> None:
    """Let DynamoDB refuse so many calls, as it does where a table is asked for too much."""
    left = iter(range(times))

    def refuse(request: Any, **_: Any) -> AWSResponse | None:
        if next(left, None) is None:
            return None
        body = b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slow down"}'
        return AWSResponse(
            request.url, 400, HTTPHeaders(), type("Body", (), {"stream": lambda *_, **__: iter([body])})()
        )

    table.client.meta.events.register(f"before-send.dynamodb.{operation}", refuse)


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
def test_a_table_that_throttles_is_asked_again(table: Table, operation: str) -> None:
    throttled(table, operation, times=6)

    assert table.bring([right(document())], NOW).written == 3


def test_a_table_that_takes_nothing_is_given_up(table: Table) -> None:
    throttled(table, "TransactWriteItems", times=100)

    with pytest.raises(RowContended):
        table.bring([right(document())], NOW)
