"""DynamoDB as far as the service uses it, in memory. The contract tests hold it against the real engine."""

import copy
import re
from collections.abc import Iterator
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

type Item = dict[str, Any]
type Key = tuple[str, ...]

_plain = TypeDeserializer().deserialize
_typed = TypeSerializer().serialize


def failure(code: str, operation: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(response, operation)


class Dynamo:
    """`tables` gives each table's key attributes, `indexes` each index's."""

    def __init__(self, tables: dict[str, Key], indexes: dict[str, Key]) -> None:
        self.keys = tables
        self.indexes = indexes
        self.items: dict[str, dict[Key, Item]] = {table: {} for table in tables}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        item = self.items[TableName].get(self._key(TableName, Key))
        return {"Item": copy.deepcopy(item)} if item else {}

    def batch_get_item(self, *, RequestItems: Item) -> Item:
        found = {
            table: [
                copy.deepcopy(self.items[table][key])
                for key in (self._key(table, wanted) for wanted in request["Keys"])
                if key in self.items[table]
            ]
            for table, request in RequestItems.items()
        }
        return {"Responses": found}

    def put_item(self, *, TableName: str, Item: Item) -> Item:
        self.items[TableName][self._key(TableName, Item)] = copy.deepcopy(Item)
        return {}

    def update_item(self, **update: Any) -> Item:
        if not self._holds(update):
            raise failure("ConditionalCheckFailedException", "UpdateItem")
        self._apply(update)
        return {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        writes = [next(iter(write.values())) for write in TransactItems]
        targets = [
            (write["TableName"], self._key(write["TableName"], write.get("Key") or write["Item"])) for write in writes
        ]
        if len(set(targets)) < len(targets):
            raise failure("ValidationException", "TransactWriteItems")
        codes = ["None" if self._holds(write) else "ConditionalCheckFailed" for write in writes]
        if set(codes) != {"None"}:
            raise cancelled(codes)
        for write in writes:
            self._apply(write)
        return {}

    def query(self, *, TableName: str, KeyConditionExpression: str, **request: Any) -> Item:
        index = request.get("IndexName")
        names = self.indexes[index] if index else self.keys[TableName]
        values = {name: _plain(value) for name, value in request["ExpressionAttributeValues"].items()}
        found = [
            item for item in self.items[TableName].values() if all(name in item for name in names)
            and _true(KeyConditionExpression, _view(item), values)
        ]  # fmt: skip
        found.sort(key=lambda item: tuple(_plain(item[name]) for name in names))
        if not request.get("ScanIndexForward", True):
            found.reverse()
        found = found[: request.get("Limit")]
        if request.get("Select") == "COUNT":
            return {"Count": len(found)}
        return {"Items": copy.deepcopy(found), "Count": len(found)}

    def plain(self, table: str) -> Iterator[Item]:
        for item in self.items[table].values():
            yield _view(item)

    def _key(self, table: str, item: Item) -> Key:
        return tuple(item[name]["S"] for name in self.keys[table])

    def _holds(self, write: Item) -> bool:
        if "ConditionExpression" not in write:
            return True
        key = self._key(write["TableName"], write.get("Key") or write["Item"])
        item = self.items[write["TableName"]].get(key, {})
        values = {name: _plain(value) for name, value in write.get("ExpressionAttributeValues", {}).items()}
        return _true(_named(write["ConditionExpression"], write), _view(item), values)

    def _apply(self, write: Item) -> None:
        table = self.items[write["TableName"]]
        if "Item" in write:
            table[self._key(write["TableName"], write["Item"])] = copy.deepcopy(write["Item"])
            return
        item = _view(table.setdefault(self._key(write["TableName"], write["Key"]), copy.deepcopy(write["Key"])))
        values = {name: _plain(value) for name, value in write["ExpressionAttributeValues"].items()}
        changed = _changed(_named(write["UpdateExpression"], write), item, values)
        table[self._key(write["TableName"], write["Key"])] = {name: _typed(value) for name, value in changed.items()}


def cancelled(codes: list[str]) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    return failure("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)


def _view(item: Item) -> Item:
    return {name: _plain(value) for name, value in item.items()}


def _named(expression: str, write: Item) -> str:
    for placeholder, name in write.get("ExpressionAttributeNames", {}).items():
        expression = re.sub(rf"{placeholder}\b", name, expression)
    return expression


def _true(expression: str, item: Item, values: Item) -> bool:
    """Conditions of the form `a AND b AND (c OR d)`; a comparison with a missing attribute does not hold."""
    terms = re.split(r" AND (?![^(]*\))", expression)
    return all(_term(term, item, values) for term in terms)


def _term(term: str, item: Item, values: Item) -> bool:
    if term.startswith("("):
        return any(_true(part, item, values) for part in term[1:-1].split(" OR "))
    if call := re.fullmatch(r"(attribute_not_exists|begins_with)\((\w+)(?:, (:\w+))?\)", term):
        function, name, value = call.groups()
        if function == "begins_with":
            return str(item.get(name, "")).startswith(values[value])
        return name not in item
    name, sign, value = term.split(" ")
    if name not in item:
        return False
    return bool(COMPARE[sign](item[name], values[value]))


COMPARE = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def _changed(expression: str, item: Item, values: Item) -> Item:
    changed = dict(item)
    sets, _, removes = expression.removeprefix("SET ").partition(" REMOVE ")
    for part in sets.split(", "):
        name, _, value = part.partition(" = ")
        operands = value.split(" ")
        changed[name] = _value(operands[0], item, values)
        if len(operands) == 3:
            other = _value(operands[2], item, values)
            changed[name] += other if operands[1] == "+" else -other
    for name in filter(None, removes.split(", ")):
        changed.pop(name, None)
    return changed


def _value(operand: str, item: Item, values: Item) -> Any:
    return values[operand] if operand.startswith(":") else item[operand]
