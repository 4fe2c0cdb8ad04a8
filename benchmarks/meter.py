"""A DynamoDB client that measures what passes: calls, and units as AWS counts them."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.layout import TABLES

KB, READ_KB = 1024, 4096

type _Typed = Mapping[str, Mapping[str, Any]]

_TABLES = {table.name: table for table in TABLES}


@dataclass
class Meter:
    inner: Any
    reads: float = 0
    writes: float = 0
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self.inner, operation)

        def measured(**request: Any) -> Any:
            self.calls[operation] += 1
            writes = _writes(operation, request)
            before = [self._item(write) for write in writes]
            answer = call(**request)
            twice = 2 if operation == "transact_write_items" else 1
            for write, was in zip(writes, before, strict=True):
                self.writes += self._written(write, was, twice)
            self.reads += _read(operation, request, answer)
            return answer

        return measured

    def _item(self, write: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is there under the key of a write."""
        table = _TABLES[write["TableName"]]
        named = write.get("Key") or write["Item"]
        key = {name: named[name] for name in (table.partition, table.sort)}
        found: dict[str, Any] = self.inner.get_item(TableName=table.name, Key=key).get("Item", {})
        return found

    def _written(self, write: Mapping[str, Any], was: _Typed, twice: int) -> int:
        """Units of one write: the larger of the item before and after, and what changes in each index.

        A transaction writes the item twice, the indexes once. What an index has of an item is keys: a unit to put it
        there, one to take it away.
        """
        table, is_now = _TABLES[write["TableName"]], self._item(write)
        units = twice * max(units_of(was, KB), units_of(is_now, KB))
        for index in table.indexes:
            keys = [(item.get(index.partition), item.get(index.sort or table.sort)) for item in (was, is_now)]
            if keys[0] != keys[1]:
                units += sum(None not in key for key in keys)
        return units


def _writes(operation: str, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if operation == "transact_write_items":
        return [next(iter(one.values())) for one in request["TransactItems"]]
    return [request] if operation in ("put_item", "update_item", "delete_item") else []


def _read(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    match operation:
        case "get_item":
            return _consistency(request) * units_of(answer.get("Item", {}), READ_KB)
        case "batch_get_item":
            return sum(
                _consistency(request["RequestItems"][table]) * units_of(item, READ_KB)
                for table, items in answer["Responses"].items()
                for item in items
            )
        case "query":
            whole = sum(size(item) for item in answer.get("Items", ()))
            return _consistency(request) * max(1, math.ceil(whole / READ_KB))
    return 0


def _consistency(request: Mapping[str, Any]) -> float:
    return 1 if request.get("ConsistentRead") else 0.5


def units_of(item: _Typed, of: int) -> int:
    """Return how many units an item is; what is not there is one as well."""
    return max(1, math.ceil(size(item) / of))


def size(item: _Typed) -> int:
    """Return the bytes of an item as AWS counts them: names and values, three for each list or map."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    [(kind, inner)] = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return math.ceil(len(inner.strip("-0.")) / 2) + 1
        case "L":
            return 3 + sum(1 + _size(one) for one in inner)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in inner.items())
        case _:
            return 1  # true, false and nothing; sets and binaries are not used
