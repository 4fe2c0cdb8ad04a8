"""The service table: read consistently, write in transactions, learn exactly why one was cancelled."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clock
from functions.shared.aws.typed import Item as Item
from functions.shared.aws.typed import typed, unmarshalled

EXPIRES = "expires_at"
"""When a row's time is over, in seconds since 1970: from then on it is not there, whoever reads or writes in its place.

DynamoDB's own TTL deletes it, which costs nothing and may take days.
"""
OVER = f"{EXPIRES} <= :now"


def stamp(at: datetime) -> str:
    """Write a time so that text sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Put:
    """Write a whole item. `expected` is the version that must be stored; 0 = none may be there; None = whatever is."""

    item: Item
    expected: int | None = None

    @property
    def name(self) -> str:
        return str(self.item["sk"])

    def request(self, table: str, now: datetime) -> Item:
        put = {"TableName": table, "Item": typed(self.item)}
        return {"Put": put | _expects(self.expected, now)}


@dataclass(frozen=True)
class Update:
    """Change some attributes of an item where a condition holds. Attribute names are given as `#name`."""

    pk: str
    sk: str
    change: str
    condition: str
    values: Item = field(default_factory=dict)
    names: Iterable[str] = ()

    @property
    def name(self) -> str:
        return self.sk

    def request(self, table: str, _now: datetime) -> Item:
        update: Item = {
            "TableName": table,
            "Key": typed({"pk": self.pk, "sk": self.sk}),
            "UpdateExpression": self.change,
            "ConditionExpression": self.condition,
            "ExpressionAttributeValues": typed({f":{name}": value for name, value in self.values.items()}),
        }
        if self.names:
            update["ExpressionAttributeNames"] = {f"#{name}": name for name in self.names}
        return {"Update": update}


@dataclass(frozen=True)
class Check:
    """Write nothing, but only where an item's version is the one that is `expected`; 0 = none may be there."""

    pk: str
    sk: str
    expected: int

    @property
    def name(self) -> str:
        return self.sk

    def request(self, table: str, now: datetime) -> Item:
        key = {"TableName": table, "Key": typed({"pk": self.pk, "sk": self.sk})}
        return {"ConditionCheck": key | _expects(self.expected, now)}


@dataclass(frozen=True)
class Delete:
    """Delete an item whose version is the one that is `expected`."""

    pk: str
    sk: str
    expected: int

    @property
    def name(self) -> str:
        return self.sk

    def request(self, table: str, now: datetime) -> Item:
        key = {"TableName": table, "Key": typed({"pk": self.pk, "sk": self.sk})}
        return {"Delete": key | _expects(self.expected, now)}


type Write = Put | Update | Delete | Check


class Cancelled(Exception):
    """A transaction was cancelled and nothing was written. `by` holds the names of the writes that stood in the way."""

    def __init__(self, by: Iterable[str]) -> None:
        self.by = frozenset(by)
        super().__init__(f"cancelled by {', '.join(sorted(self.by))}")


A_PAGE = 100
"""Keys that are read at once of what may be long."""

CONTENTION = {"ConditionalCheckFailed", "TransactionConflict"}


PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before what DynamoDB left unread is asked for again."""


class LeftUnread(BotoCoreError):  # whoever catches AWS's errors catches it too
    """DynamoDB kept leaving items unread, as it does while it is asked for too much."""

    fmt = "DynamoDB left {left} of {asked} items unread, {tries} times"


def batch_get(
    client: Any,
    table: str,
    keys: Sequence[Item],
    wait: Callable[[float], object] = time.sleep,
    *,
    only: Iterable[str] = (),
) -> Iterator[Item]:
    """Read up to 100 items in DynamoDB's own types, in no order; of each `only` some attributes, if they are named.

    Raises LeftUnread where some never come.
    """
    part = {"ProjectionExpression": ", ".join(only)} if only else {}
    wanted: Item = {table: {"Keys": keys, "ConsistentRead": True, **part}}
    for pause in (*PAUSES, None):
        answer = client.batch_get_item(RequestItems=wanted)
        yield from answer["Responses"].get(table, [])
        wanted = answer.get("UnprocessedKeys", {})
        if not wanted:
            return
        if pause is not None:
            wait(pause)
    raise LeftUnread(left=len(wanted[table]["Keys"]), asked=len(keys), tries=len(PAUSES) + 1)


class Store:
    """One DynamoDB table with keys `pk` and `sk`. AWS's own errors rise as they are."""

    def __init__(
        self,
        client: Any,
        table: str,
        now: Callable[[], datetime] = clock.now,
        wait: Callable[[float], object] = time.sleep,
        *,
        tells: bool = False,
    ) -> None:
        self.tells = tells
        """Changes of cases are kept for who listens elsewhere."""
        self._client = client
        self._table = table
        self._now = now
        self._wait = wait

    @property
    def table(self) -> str:
        return self._table

    def get(self, pk: str, sk: str) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=typed({"pk": pk, "sk": sk}), ConsistentRead=True)
        return next(self._there([answer["Item"]] if "Item" in answer else []), None)

    def get_all(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """As `by_key`, in the order asked."""
        found = self.by_key(keys)
        return [found[key] for key in keys if key in found]

    def by_key(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Read items, 100 in one call; those that are not there are left out. Raises LeftUnread."""
        found: dict[tuple[str, str], Item] = {}
        for part in batched(keys, 100, strict=False):
            wanted = [typed({"pk": pk, "sk": sk}) for pk, sk in part]
            items = self._there(batch_get(self._client, self._table, wanted, self._wait))
            found |= {(item["pk"], item["sk"]): item for item in items}
        return found

    def query(
        self,
        pk: str,
        prefix: str = "",
        *,
        newest_first: bool = False,
        limit: int | None = None,
        even_expired: bool = False,
    ) -> list[Item]:
        """Read the items of one partition whose sort key begins with `prefix`, in the order of that key."""
        return self._query(
            {
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk",
                "ExpressionAttributeValues": typed({":pk": pk} | ({":prefix": prefix} if prefix else {})),
                "ScanIndexForward": not newest_first,
                "ConsistentRead": True,
            },
            limit,
            even_expired=even_expired,
        )

    def newest(self, pk: str, prefix: str, start: str | None = None) -> Iterator[Item]:
        """Read items whose sort keys begin with `prefix`, newest first, from `start` on.

        What is not asked for is not read.
        """
        values = {":pk": pk, ":prefix": prefix, ":start": start or f"{prefix}\U0010ffff"}
        request = {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :prefix AND :start",
            "ExpressionAttributeValues": typed(values),
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
        for page in self._pages(request):
            yield from self._there(page["Items"])

    def all(self) -> list[Item]:
        """Read every item. For a table as small as the local run's."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return [item for page in pages for item in self._there(page["Items"])]

    def line(self, name: str, limit: int, after: Item | None = None, *, latest_first: bool = False) -> list[Item]:
        """Return the keys of cases in a line of the index, earliest due first. May lag behind by a moment.

        `after` is a row of an earlier answer, all of it: what follows it is read.
        """
        return self._query(
            {
                "IndexName": "line",
                "KeyConditionExpression": "line = :line",
                "ExpressionAttributeValues": typed({":line": name}),
                "ScanIndexForward": not latest_first,
            }
            | ({"ExclusiveStartKey": typed(after)} if after else {}),
            limit,
        )

    def waiting(self, team: str, until: datetime | None = None, *, up_to: int | None = None) -> int:
        """Count the cases in a team's line, or those of them that are due by a time; no further than `up_to`."""
        values = {":team": team} | ({":until": stamp(until)} if until else {})
        pages = self._pages(
            {
                "IndexName": "line",
                "KeyConditionExpression": "line = :team" + (" AND due_at <= :until" if until else ""),
                "ExpressionAttributeValues": typed(values),
                "Select": "COUNT",
            }
            | ({"Limit": up_to} if up_to else {})
        )
        count = 0
        for page in pages:
            count += page["Count"]
            if up_to and count >= up_to:
                return up_to
        return count

    def due(self, clock: str, until: datetime, limit: int) -> list[Item]:
        """Return the keys of what a tick has to look at by a time, oldest first. May lag behind by a moment."""
        return self._query(_due(clock, until), limit)

    def all_due(self, clock: str, until: datetime) -> Iterator[Item]:
        """As `due`, without end: what is not asked for is not read."""
        for page in self._pages(_due(clock, until) | {"Limit": A_PAGE}):
            yield from self._there(page["Items"])

    def commit(self, writes: Sequence[Write]) -> None:
        """Write all or nothing. Raises Cancelled where somebody else wrote first."""
        requests = [write.request(self._table, self._now()) for write in writes]
        try:
            self._client.transact_write_items(TransactItems=requests)
        except ClientError as error:
            codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
            stood = {write.name: code for write, code in zip(writes, codes, strict=False) if code != "None"}
            if not stood or not set(stood.values()) <= CONTENTION:
                raise
            raise Cancelled(stood) from error

    def update(self, update: Update) -> bool:
        """Change one item outside any transaction; False where its condition does not hold or somebody is at it."""
        try:
            self._client.update_item(**update.request(self._table, self._now())["Update"])
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionConflictException"):
                return False
            raise
        return True

    def delete(self, pk: str, sk: str) -> None:
        """Delete an item; there may be none."""
        self._client.delete_item(TableName=self._table, Key=typed({"pk": pk, "sk": sk}))

    def delete_expired(self, pk: str, sk: str, now: datetime) -> None:
        """Delete an item whose time is over, unless it was written anew since."""
        self._delete_where(pk, sk, OVER, {":now": int(now.timestamp())})

    def delete_of(self, pk: str, sk: str, at: str) -> None:
        """Delete the item of a time, unless its key was given anew since."""
        self._delete_where(pk, sk, "#at = :at", {":at": at}, ExpressionAttributeNames={"#at": "at"})

    def _delete_where(self, pk: str, sk: str, condition: str, values: Item, **names: Item) -> None:
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=typed({"pk": pk, "sk": sk}),
                ConditionExpression=condition,
                ExpressionAttributeValues=typed(values),
                **names,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _there(self, items: Iterable[Item]) -> Iterator[Item]:
        """Read items, without those whose time is over. Those of an index have keys only."""
        now = self._now().timestamp()
        return (item for item in map(unmarshalled, items) if EXPIRES not in item or item[EXPIRES] > now)

    def _query(self, request: Item, limit: int | None, *, even_expired: bool = False) -> list[Item]:
        found: list[Item] = []
        for page in self._pages(request | ({"Limit": limit} if limit else {})):
            found += map(unmarshalled, page["Items"]) if even_expired else self._there(page["Items"])
            if limit and len(found) >= limit:
                return found[:limit]
        return found

    def _pages(self, request: Item) -> Iterator[Item]:
        """Ask until there is nothing more. DynamoDB ends an answer at a megabyte."""
        while True:
            page = self._client.query(TableName=self._table, **request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request = request | {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _expects(version: int | None, now: datetime) -> Item:
    """The condition on the version of what is stored; what is over is not there."""
    match version:
        case None:
            return {}
        case 0:
            holds, values = f"attribute_not_exists(pk) OR {OVER}", {":now": int(now.timestamp())}
        case _:
            holds, values = "version = :version", {":version": version}
    return {"ConditionExpression": holds, "ExpressionAttributeValues": typed(values)}


def _due(clock: str, until: datetime) -> Item:
    return {
        "IndexName": "clock",
        "KeyConditionExpression": "clock = :clock AND look_at <= :until",
        "ExpressionAttributeValues": typed({":clock": clock, ":until": stamp(until)}),
    }
