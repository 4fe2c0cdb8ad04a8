"""Items in DynamoDB's types and in Python's own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

type Item = dict[str, Any]


def typed(item: Mapping[str, Any]) -> Item:
    """Return an item as DynamoDB's client wants it."""
    return {name: {"S": value} if type(value) is str else _typed(value) for name, value in item.items()}


def unmarshalled(item: Mapping[str, Any]) -> Item:
    """Return an item as DynamoDB's client gave it in Python's own types, whole numbers as int."""
    return {name: value["S"] if "S" in value else _plain(value) for name, value in item.items()}


def _typed(value: Any) -> Item:
    """Say a value's type. boto3 tries one after the other: of what JSON has we know it at once."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is dict:
        return {"M": typed(value)}
    if kind is bool:
        return {"BOOL": value}
    if kind is int:
        return {"N": str(value)}
    if kind is list or kind is tuple:
        return {"L": [_typed(one) for one in value]}
    if value is None:
        return {"NULL": True}
    # What is seldom is left to boto3, which takes 60 modules to start.
    from boto3.dynamodb.types import TypeSerializer

    return cast(Item, TypeSerializer().serialize(value))


def _plain(value: Mapping[str, Any]) -> Any:
    [(kind, inner)] = value.items()
    match kind:
        case "S" | "BOOL":
            return inner
        case "N":
            number = Decimal(inner)
            return int(number) if number == number.to_integral_value() else number
        case "M":
            return unmarshalled(inner)
        case "L":
            return [_plain(one) for one in inner]
        case "NULL":
            return None
    from boto3.dynamodb.types import TypeDeserializer

    return TypeDeserializer().deserialize(cast(Any, value))
