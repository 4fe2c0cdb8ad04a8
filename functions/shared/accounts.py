"""The carrier's data about an account, read only. One query brings everything that an answer needs.

A part that makes no sense spoils the answers made from it and no others, so each is looked at when it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from boto3.dynamodb.types import TypeDeserializer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

FRESH = timedelta(hours=24)
STILL_SAID = timedelta(days=7)
AHEAD = timedelta(minutes=5)
"""How far the carrier's clock may be before ours."""

Pence = Annotated[int, Field(strict=True, ge=0)]
Amount = Annotated[int, Field(strict=True, ge=0)]

Tag = Literal["data", "text", "minutes"]
Age = Literal["fresh", "old", "too_old"]


class Unreadable(Exception):
    """A part of an account makes no sense: nothing is said from it."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Extra(Part):
    """A charge outside the plan, named in the customer's words."""

    what: str = Field(max_length=40)
    pence: Pence


class AccountPart(Part):
    """The item `account`: money in whole pence. `owed_pence` is negative where the customer is in credit."""

    kind: Literal["monthly", "prepaid"]
    status: Literal["active", "suspended", "closed"]
    as_of: AwareDatetime
    opened_on: date | None = None
    owed_pence: Annotated[int, Field(strict=True)] | None = None
    credit_pence: Pence | None = None
    extra_charges_pence: Pence = 0
    extras: tuple[Extra, ...] = Field(default=(), max_length=3)
    bill_limit_pence: Pence | None = None
    next_bill_on: date | None = None
    contact_number: str | None = None


class Bill(Part):
    """An item `bill#<issued_on>`."""

    issued_on: date
    due_on: date
    amount_pence: Pence
    payment: Literal["direct_debit", "card", "other"]
    paid_on: date | None = None


class Allowance(Part):
    """What a plan includes in a period: data in bytes, minutes in seconds, texts in messages."""

    limit: Annotated[int, Field(strict=True, gt=0)] | None = None
    unlimited: Literal[True] | None = None
    used: Amount

    @model_validator(mode="after")
    def _has_one_size(self) -> "Allowance":
        if (self.limit is None) == (self.unlimited is None):
            raise ValueError("an allowance has a limit or is unlimited")
        return self

    @property
    def left(self) -> int:
        return max(0, (self.limit or 0) - self.used)


class UsedUp(Part):
    """What happens when an allowance is used up. `per` is the unit that `pence` buys."""

    then: Literal["stops", "charged"]
    pence: Pence | None = None
    per: Literal["GB", "text", "minute"] | None = None

    @model_validator(mode="after")
    def _has_a_price(self) -> "UsedUp":
        if self.then == "charged" and (self.pence is None or self.per is None):
            raise ValueError("what is charged has a price and a unit")
        return self


class Line(Part):
    """An item `line#<line_id>`. `renewed_on` and `resets_on` are the first days of this and of the next period."""

    line_id: str
    number: str
    role: Literal["holder", "user"]
    status: Literal["active", "barred", "lost", "closed"]
    as_of: AwareDatetime
    sim_changed_at: AwareDatetime | None = None
    plan_name: str | None = None
    plan_pence: Pence | None = None
    contract_ends_on: date | None = None
    upgrade_from: date | None = None
    platform: Literal["ios", "android", "windows"] | None = None
    renewed_on: date
    resets_on: date
    renews: bool = True
    allowances: Mapping[str, Any] = Field(default_factory=dict)
    when_used_up: Mapping[str, Any] = Field(default_factory=dict)

    def allowance(self, tag: Tag, today: date) -> Allowance | None:
        """Return an allowance, None where the plan has none. Raises Unreadable."""
        if not self.renewed_on <= today <= self.resets_on:
            raise Unreadable
        return _read(Allowance, self.allowances[tag]) if tag in self.allowances else None

    def used_up(self, tag: Tag) -> UsedUp | None:
        """Return what happens when an allowance is used up. Raises Unreadable."""
        return _read(UsedUp, self.when_used_up[tag]) if tag in self.when_used_up else None


@dataclass(frozen=True)
class Account:
    """The items of one account as they are stored; what is asked for is checked."""

    account_id: str
    items: tuple[Mapping[str, Any], ...]

    @property
    def money(self) -> AccountPart:
        """Raises Unreadable."""
        found = [item for item in self.items if item["part"] == "account"]
        if len(found) != 1:
            raise Unreadable
        return _read(AccountPart, found[0])

    @property
    def status(self) -> str:
        """`active`, `suspended` or `closed`, even where figures beside it make no sense. Raises Unreadable."""
        found = [item.get("status") for item in self.items if item["part"] == "account"]
        if len(found) != 1 or found[0] not in ("active", "suspended", "closed"):
            raise Unreadable
        return str(found[0])

    @property
    def bill(self) -> Bill | None:
        """The newest bill. Raises Unreadable."""
        found = sorted((item for item in self.items if item["part"].startswith("bill#")), key=lambda item: item["part"])
        return _read(Bill, found[-1]) if found else None

    @property
    def several_lines(self) -> bool:
        return len([item for item in self.items if item["part"].startswith("line#")]) > 1

    def line(self, line_id: str) -> Line:
        """Raises Unreadable, also where there is no such line."""
        found = [item for item in self.items if item["part"] == f"line#{line_id}"]
        if not found:
            raise Unreadable
        return _read(Line, found[0])


def age(as_of: datetime, now: datetime) -> Age:
    """Say whether figures may be said: up to a day, with a warning up to a week, not at all beyond or from ahead."""
    if now - as_of > STILL_SAID or as_of - now > AHEAD:
        return "too_old"
    return "old" if now - as_of > FRESH else "fresh"


def read(dynamodb: Any, table: str, account_id: str) -> Account | None:
    """Read an account in one query; None if there is none. AWS's errors rise as they are."""
    answer = dynamodb.query(
        TableName=table,
        KeyConditionExpression="account_id = :account",
        ExpressionAttributeValues={":account": {"S": account_id}},
    )
    from_dynamo = TypeDeserializer().deserialize
    found = [{name: _plain(from_dynamo(value)) for name, value in item.items()} for item in answer["Items"]]
    return Account(account_id, tuple(found)) if found else None


def items(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Turn the carrier's document `{"account": ..., "bills": [...], "lines": [...]}` into the table's items."""
    account_id = document["account"]["account_id"]
    parts = [
        {"part": "account", **document["account"]},
        *({"part": f"bill#{bill['issued_on']}", **bill} for bill in document.get("bills", ())),
        *({"part": f"line#{line['line_id']}", **line} for line in document.get("lines", ())),
    ]
    return [{"account_id": account_id, **part} for part in parts]


def of(document: Mapping[str, Any]) -> Account:
    """Return a carrier's document as the account that would be read."""
    return Account(document["account"]["account_id"], tuple(items(document)))


def _read[P: Part](kind: type[P], item: Mapping[str, Any]) -> P:
    try:
        return kind.model_validate(item)
    except ValidationError:
        raise Unreadable from None  # the error would quote the figure


def _plain(value: Any) -> Any:
    """DynamoDB's numbers are Decimals; whole ones become int, others stay and are refused as figures."""
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bool() | str() | bytes():
            return value
        case _ if value is not None and value == value.to_integral_value():
            return int(value)
    return value
