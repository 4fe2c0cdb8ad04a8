"""What ends with a load: accounts that a complete export no longer has, and the links to what has ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.load import loads
from functions.load.loads import Load
from functions.load.planning import written
from functions.load.seen import Seen
from functions.load.sources import Unloadable
from functions.load.writing import Table
from functions.shared.aws.rows import PROFILE, ended_key, x_id_in
from functions.shared.aws.store import Store
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import AHEAD
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation import conversations, linking
from functions.shared.conversation.conversations import Conversation

type _AccountLine = tuple[str, str]

SHRINK = 5.0
"""Per cent of the accounts that may end in one load, unless somebody says more."""


def absent(table: Table, seen: Seen, came: Load, shrink: float, now: datetime) -> Iterator[str]:
    """Return the accounts that a complete export does not have. Raises Unloadable where they are suspiciously many.

    What has come since the export was made is not in it, and stays.
    """
    if seen.unnamed:
        raise Unloadable(
            f"Nothing has ended: of {seen.unnamed:,} rejected rows nobody can tell whose they are."
            " What is right has been loaded; mend the file, and load it again."
        )
    there = missing = 0
    for account_id, as_of in table.known():
        there += 1
        missing += _has_left(account_id, as_of, seen, came, now)
    if there and missing * 100 > shrink * there:
        fewer = missing * 100 / there
        raise Unloadable(
            f"The file lacks {missing:,} of {there:,} accounts, {fewer:.3g} %, so nothing has ended."
            f" If that is right, the same command with --shrink {int(fewer) + 1} ends them."
        )
    return (account_id for account_id, as_of in table.known() if _has_left(account_id, as_of, seen, came, now))


def _has_left(account_id: str, as_of: str, seen: Seen, came: Load, now: datetime) -> bool:
    return (as_of <= came.newest or as_of > written(now + AHEAD)) and seen.lacks(account_id)


def end_links(table: Table, now: datetime) -> int:
    """End the links to what this load and any before it have ended; return how many customers had one."""
    wanted = {(row["account_id"], row["line_id"]) for row in loads.ended_rows(table.store)}
    if not wanted:
        return 0
    linked = [(customer, key) for customer, key in _links(table.client, table.store.table) if key in wanted]
    over = [customer for customer, key in linked if not _lives(table, *key)]
    for customer in over:
        _unlink(table.store, customer, wanted, now)
    for account_id, line_id in wanted:
        table.store.delete(*ended_key(account_id, line_id))
    return len(over)


def _unlink(store: Store, customer: str, wanted: set[_AccountLine], now: datetime) -> None:
    def unlinked(current: Conversation) -> Conversation | None:
        if current.customer.line is None or current.customer.line not in wanted:
            return None
        return replace(current, customer=linking.unlinked(current.customer))

    conversations.change(store, customer, unlinked, by="accounts import", did="line closed", now=now)


def _lives(table: Table, account_id: str, line_id: str) -> bool:
    """Whether a line is there again: another row of the same file may have brought it back."""
    try:
        account = accounts.read_account(table.client, table.name, account_id)
        line = account.line(line_id) if account else None
        return bool(account and line and "closed" not in (account.status, line.status))
    except Unreadable:
        return False


def _links(client: Any, table: str) -> Iterator[tuple[str, _AccountLine]]:
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
