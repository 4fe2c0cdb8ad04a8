"""DynamoDB as far as the service uses it, in memory. tests/shared/aws/test_engines.py holds it to the real engines.

It refuses what DynamoDB refuses, cuts answers into small pages so that whoever forgets to read on is seen, and
raises on any expression that the service does not use: what it would say to that has been held to nothing.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import eq, gt, le, lt
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from infra import layout

type Item = dict[str, Any]
type Key = tuple[str, str]
type Holds = Callable[[Item, Item], bool]

PAGE = 25
"""Items in one answer. DynamoDB cuts at a megabyte."""
WRITES = 100
KEYS = 100
LAST = chr(0x10FFFF)

_plain = TypeDeserializer().deserialize
_typed = TypeSerializer().serialize


def failure(code: str, operation: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(response, operation)


def cancelled(codes: list[str]) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    return failure("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)


class Table:
    """Items by key, and in the order of the table's key and of each index. What is stored is never changed in place."""

    def __init__(self, table: layout.Table) -> None:
        self.orders: dict[str | None, tuple[str, str]] = {None: (table.partition, table.sort)}
        self.orders |= {index.name: (index.partition, index.sort or table.sort) for index in table.indexes}
        self._items: dict[Key, Item] = {}
        self._views: dict[Key, Item] = {}
        self._sorted: defaultdict[tuple[str | None, str], list[tuple[str, Key]]] = defaultdict(list)

    def key(self, item: Item) -> Key:
        partition, sort = (item[name]["S"] for name in self.orders[None])
        return partition, sort

    def get(self, key: Key) -> Item | None:
        return self._items.get(key)

    def view(self, key: Key) -> Item:
        """An item in Python's own types, empty if it is not there."""
        if key not in self._views:
            self._views[key] = {name: _plain(value) for name, value in self._items.get(key, {}).items()}
        return self._views[key]

    def views(self) -> Iterator[Item]:
        return (dict(self.view(key)) for key in self._items)

    def remove(self, key: Key) -> None:
        for place, entry in self._entries(self._items.pop(key, {}), key):
            del self._sorted[place][bisect_left(self._sorted[place], entry)]
        self._views.pop(key, None)

    def put(self, item: Item) -> None:
        key = self.key(item)
        self.remove(key)
        for place, entry in self._entries(item, key):
            insort(self._sorted[place], entry)
        self._items[key] = item

    def sorted(self, index: str | None, partition: str) -> list[tuple[str, Key]]:
        return self._sorted[index, partition]

    def _entries(self, item: Item, key: Key) -> Iterable[tuple[tuple[str | None, str], tuple[str, Key]]]:
        for index, (partition, sort) in self.orders.items():
            if partition in item and sort in item:
                yield (index, item[partition]["S"]), (item[sort]["S"], key)


class Dynamo:
    """boto3's DynamoDB client, with tables as the layout has them."""

    def __init__(self, *tables: layout.Table) -> None:
        self._tables = {table.name: Table(table) for table in tables}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        table = self._tables[TableName]
        item = table.get(table.key(Key))
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: Item) -> Item:
        """Read up to 100 items of one table, or parts of them, a page of them at once, in an order of its own."""
        [(name, request)] = RequestItems.items()
        table, wanted = self._tables[name], request["Keys"]
        keys = [table.key(key) for key in wanted]
        if not 0 < len(set(keys)) == len(keys) <= KEYS:
            raise failure("ValidationException", "BatchGetItem")
        only = set(request["ProjectionExpression"].split(", ")) if "ProjectionExpression" in request else None
        found = [_only(item, only) for key in reversed(keys[:PAGE]) if (item := table.get(key))]
        rest = {name: request | {"Keys": wanted[PAGE:]}} if wanted[PAGE:] else {}
        return {"Responses": {name: found}, "UnprocessedKeys": rest}

    def put_item(self, *, TableName: str, Item: Item) -> Item:
        self._tables[TableName].put(Item)
        return {}

    def update_item(self, **update: Any) -> Item:
        self._check(update, "UpdateItem")
        if not self._holds(update):
            raise failure("ConditionalCheckFailedException", "UpdateItem")
        self._tables[update["TableName"]].put(self._written(update, "UpdateItem"))
        return {}

    def delete_item(self, **delete: Any) -> Item:
        self._check(delete, "DeleteItem")
        if not self._holds(delete):
            raise failure("ConditionalCheckFailedException", "DeleteItem")
        self._tables[delete["TableName"]].remove(self._key(delete))
        return {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        writes = [next(iter(write.values())) for write in TransactItems]
        targets = {(write["TableName"], self._key(write)) for write in writes}
        if not 0 < len(targets) == len(writes) <= WRITES:
            raise failure("ValidationException", "TransactWriteItems")
        for write in writes:
            self._check(write, "TransactWriteItems")
        codes = ["None" if self._holds(write) else "ConditionalCheckFailed" for write in writes]
        if set(codes) != {"None"}:
            raise cancelled(codes)
        written = [(write["TableName"], self._written(write, "TransactWriteItems")) for write in writes]
        for asked, write, (table, item) in zip(TransactItems, writes, written, strict=True):
            if "ConditionCheck" in asked:
                continue
            if item:
                self._tables[table].put(item)
            else:
                self._tables[table].remove(self._key(write))
        return {}

    def query(self, *, TableName: str, IndexName: str | None = None, **request: Any) -> Item:
        table = self._tables[TableName]
        if IndexName and request.get("ConsistentRead"):
            raise failure("ValidationException", "Query")
        partition, sort = table.orders[IndexName]
        found = _asked(table, IndexName, _named(request["KeyConditionExpression"], request), request, partition, sort)
        forward = request.get("ScanIndexForward", True)
        if start := request.get("ExclusiveStartKey"):  # which may be gone meanwhile
            last = start[sort]["S"], table.key(start)
            found = found[bisect_right(found, last) :] if forward else found[: bisect_left(found, last)]
        if not forward:
            found.reverse()
        size = min(request.get("Limit", PAGE), PAGE)
        page = found[:size]
        shown = {name for order in (None, IndexName) for name in table.orders[order]} if IndexName else None
        items = [_only(table.get(key) or {}, shown) for _, key in page]
        answer: Item = {"Count": len(page)}
        if request.get("Select") != "COUNT":
            answer["Items"] = items
        if len(page) == size:
            keys = {name for order in (None, IndexName) for name in table.orders[order]}
            answer["LastEvaluatedKey"] = _only(table.get(page[-1][1]) or {}, keys)
        return answer

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(getattr(self, operation))

    def plain(self, table: str) -> Iterator[Item]:
        return self._tables[table].views()

    def first(self, table: str, index: str) -> dict[str, str]:
        """Return the lowest sort key of each partition of an index."""
        entries = self._tables[table]._sorted.items()
        return {partition: found[0][0] for (name, partition), found in entries if name == index and found}

    def _key(self, write: Item) -> Key:
        return self._tables[write["TableName"]].key(write.get("Key") or write["Item"])

    def _check(self, write: Item, operation: str) -> None:
        """A value or a name that no expression uses is a mistake, and DynamoDB says so."""
        said = write.get("UpdateExpression", "") + " " + write.get("ConditionExpression", "")
        given = {*write.get("ExpressionAttributeValues", {}), *write.get("ExpressionAttributeNames", {})}
        if set(re.findall(r"[:#]\w+", said)) != given:
            raise failure("ValidationException", operation)

    def _holds(self, write: Item) -> bool:
        if "ConditionExpression" not in write:
            return True
        item = self._tables[write["TableName"]].view(self._key(write))
        return _condition(_named(write["ConditionExpression"], write))(item, _values(write))

    def _written(self, write: Item, operation: str) -> Item:
        """Return what is there after a write, nothing after a deletion."""
        if "Item" in write:
            item: Item = write["Item"]
            return item
        if "UpdateExpression" not in write:
            return {}
        table = self._tables[write["TableName"]]
        before = table.get(self._key(write)) or write["Key"]
        old = {name: _plain(value) for name, value in before.items()}
        try:
            changed = _changed(_named(write["UpdateExpression"], write), old, _values(write))
        except KeyError as missing:
            raise failure("ValidationException", operation) from missing
        return {name: _typed(value) for name, value in changed.items()}


class Pages:
    """boto3's paginator: the same question until there is no next page."""

    def __init__(self, ask: Callable[..., Item]) -> None:
        self._ask = ask

    def paginate(self, **request: Any) -> Iterator[Item]:
        start: Item = {}
        while True:
            answer = self._ask(**request, **start)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _asked(
    table: Table, index: str | None, expression: str, request: Item, partition: str, sort: str
) -> list[tuple[str, Key]]:
    """`partition = :p`, alone or with `begins_with(sort, :s)`, `sort BETWEEN :s AND :t` or `sort <= :s`."""
    values = _values(request)
    first, _, rest = expression.partition(" AND ")
    name, _, placeholder = first.partition(" = ")
    assert name == partition, f"{expression} does not ask for one {partition}"
    found = table.sorted(index, values[placeholder])
    if not rest:
        return found[:]
    if begins := re.fullmatch(rf"begins_with\({sort}, (:\w+)\)", rest):
        prefix = values[begins[1]]
        return found[bisect_left(found, prefix, key=_sort) : bisect_right(found, prefix + LAST, key=_sort)]
    if between := re.fullmatch(rf"{sort} BETWEEN (:\w+) AND (:\w+)", rest):
        lowest, highest = values[between[1]], values[between[2]]
        return found[bisect_left(found, lowest, key=_sort) : bisect_right(found, highest, key=_sort)]
    upto = re.fullmatch(rf"{sort} <= (:\w+)", rest)
    assert upto, f"{rest} is not known here"
    return found[: bisect_right(found, values[upto[1]], key=_sort)]


def _sort(entry: tuple[str, Key]) -> str:
    return entry[0]


def _only(item: Item, names: set[str] | None) -> Item:
    return dict(item) if names is None else {name: value for name, value in item.items() if name in names}


def _values(request: Item) -> Item:
    return {name: _plain(value) for name, value in request.get("ExpressionAttributeValues", {}).items()}


def _named(expression: str, request: Item) -> str:
    for placeholder, name in request.get("ExpressionAttributeNames", {}).items():
        expression = re.sub(rf"{placeholder}\b", name, expression)
    return expression


@cache
def _condition(expression: str) -> Holds:
    """Conditions of the form `a AND b`, `a OR b` and either in brackets; nothing compares with what is not there."""
    for word, together in ((" OR ", any), (" AND ", all)):
        parts = re.split(rf"{word}(?![^(]*\))", expression)
        if len(parts) > 1:
            every = [_condition(part) for part in parts]
            return lambda item, values: together(part(item, values) for part in every)
    if expression.startswith("("):
        return _condition(expression[1:-1])
    if call := re.fullmatch(r"attribute_not_exists\((\w+)\)", expression):
        absent = call[1]
        return lambda item, values: absent not in item
    name, sign, value = expression.split(" ")
    compare = COMPARE[sign]
    return lambda item, values: name in item and bool(compare(item[name], values[value]))


COMPARE = {"=": eq, "<": lt, "<=": le, ">": gt}


def _changed(expression: str, item: Item, values: Item) -> Item:
    """`SET a = x, b = y + z REMOVE c, d`, where every right side is the item as it was."""
    changed = dict(item)
    sets, _, removes = expression.removeprefix("SET ").partition(" REMOVE ")
    paths = [part.partition(" = ")[0] for part in sets.split(", ")] + list(filter(None, removes.split(", ")))
    if len(set(paths)) < len(paths):
        raise KeyError("one path twice")
    for part in sets.split(", "):
        name, _, value = part.partition(" = ")
        operand, sign, other = [*value.split(" "), "", ""][:3]
        changed[name] = _value(operand, item, values)
        if sign:
            number = _value(other, item, values)
            changed[name] += number if sign == "+" else -number
    for name in filter(None, removes.split(", ")):
        changed.pop(name, None)
    return changed


def _value(operand: str, item: Item, values: Item) -> Any:
    return values[operand] if operand.startswith(":") else item[operand]
