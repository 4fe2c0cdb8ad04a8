"""The carrier's data about an account: its bills and its lines. Read only; docs/data.md describes it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Literal, Self

from annotated_types import Ge
from pydantic import ConfigDict, Field, StrictBool, StringConstraints, ValidationInfo, create_model, model_validator

from functions.shared.aws.typed import unmarshalled
from functions.shared.carrier import declared
from functions.shared.carrier.items import Day, Minor, Moment, Name, Owed, Part, Whole
from functions.shared.carrier.items import Unreadable as Unreadable  # whoever reads an account should find it here

Tag = Literal["data", "text", "minutes"]
Unit = Literal["GB", "text", "minute"]
Age = Literal["fresh", "old", "too_old"]

PER: Mapping[Tag, Unit] = {"data": "GB", "text": "text", "minutes": "minute"}

FRESH = timedelta(hours=24)
USABLE = timedelta(days=7)
AHEAD = timedelta(minutes=5)
"""How far the carrier's clock may be before ours."""

PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""As E.164 writes it: +447700900123."""

HAVE_A_NUMBER = 3
"""Accounts at most: one that has moved may still stand in those that it left."""
NOBODY = "nobody"
"""An account id that no account has."""


PARTS, MARK = "parts", "mark"
"""What a load adds: the account item names the mark of each part, so that no reader takes two loads for one."""


class Dated(Part):
    """Figures, with the time at which they were true at the carrier."""

    as_of: Moment

    def age(self, now: datetime) -> Age:
        """Say whether these figures may be said. A missing time, or one in the future, is as bad as an old one."""
        as_of = self.__dict__.get("as_of")
        if as_of is None or not -AHEAD <= now - as_of <= USABLE:
            return "too_old"
        return "old" if now - as_of > FRESH else "fresh"


class Extra(Part):
    """Something outside the plan, in the customer's words."""

    what: Annotated[Name, StringConstraints(max_length=40)]
    minor: Minor


class Order(Part):
    """Something that the customer has ordered."""

    what: Annotated[Name, StringConstraints(max_length=30)]
    """In the customer's words: "Kestrel 9"."""
    state: Literal["placed", "packed", "sent", "delayed", "delivered", "returned", "cancelled"]
    ordered_on: Day
    sends_on: Day | None = None
    """When it leaves the carrier."""
    expected_on: Day | None = None
    """When it arrives."""
    courier: Annotated[Name, StringConstraints(max_length=25)] | None = None
    tracking: Annotated[Name, StringConstraints(max_length=30)] | None = None
    delivered_on: Day | None = None
    refund_minor: Minor | None = None
    refund_on: Day | None = None

    @property
    def ended_on(self) -> date | None:
        """The day on which it was over; None while it is under way, or where that is not known."""
        return {"delivered": self.delivered_on, "returned": self.refund_on, "cancelled": self.refund_on}.get(self.state)

    @property
    def under_way(self) -> bool:
        return self.state in ("placed", "packed", "sent", "delayed")


class Orders(Dated):
    """What the carrier knows of an account's orders: none at all is known too."""

    listed: Annotated[tuple[Order, ...], Field(max_length=20)]


class Facts(Dated):
    """The `account` item."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"kind": {"const": "monthly"}}},
            "then": {"required": ["owed_minor", "extra_charges_minor", "next_bill_on"]},
            "else": {"required": ["credit_minor"]},
        }
    )

    account_id: Name
    kind: Literal["monthly", "prepaid"]
    status: Literal["active", "suspended", "closed"]
    opened_on: Day | None = None
    owed_minor: Owed | None = None
    credit_minor: Minor | None = None
    extra_charges_minor: Minor | None = None
    extras: Annotated[tuple[Extra, ...], Field(max_length=3)] = ()
    bill_limit_minor: Minor | None = None
    next_bill_on: Day | None = None
    abroad_cap_minor: Minor | None = None
    """The customer's limit on charges abroad, for a month."""
    abroad_minor: Minor | None = None
    """What use abroad has cost this month."""
    last_topup_minor: Minor | None = None
    last_topup_at: Moment | None = None
    contact_number: PhoneNumber | None = None
    orders: Orders | None = None


class BillPart(Part):
    """What a bill is made of, in the customer's words; what was taken off is negative."""

    what: Annotated[Name, StringConstraints(max_length=40)]
    minor: Owed


class Bill(Part):
    """A `bill#...` item."""

    issued_on: Day
    due_on: Day
    amount_minor: Minor
    payment: Literal["direct_debit", "card", "other"]
    paid_on: Day | None = None
    made_of: Annotated[tuple[BillPart, ...], Field(max_length=20)] = ()

    @property
    def by_part(self) -> Mapping[str, int] | None:
        """Its parts with their amounts; None where they do not add up to it."""
        found: dict[str, int] = {}
        for part in self.made_of:
            found[part.what] = found.get(part.what, 0) + part.minor
        return found if sum(found.values()) == self.amount_minor else None


class Allowance(Part):
    """What a period includes: bytes, messages or seconds."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["limit"]}, {"required": ["unlimited"]}]})

    limit: Annotated[Whole | None, Ge(1)] = None
    unlimited: Literal[True] | None = None
    used: Whole

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.limit is None) == (self.unlimited is None):
            raise ValueError("give either limit or unlimited")
        return self


class WhenUsedUp(Part):
    """What happens when an allowance is used up, or if there is none."""

    model_config = ConfigDict(
        json_schema_extra={"if": {"properties": {"then": {"const": "charged"}}}, "then": {"required": ["minor", "per"]}}
    )

    then: Literal["stops", "charged"]
    minor: Minor | None = None
    per: Unit | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.then == "charged" and (self.minor is None or self.per is None):
            raise ValueError("what is charged needs minor and per")
        return self


class Allowances(Part):
    """Absent = not in the plan."""

    data: Allowance | None = None
    text: Allowance | None = None
    minutes: Allowance | None = None


class UsedUp(Part):
    data: WhenUsedUp | None = None
    text: WhenUsedUp | None = None
    minutes: WhenUsedUp | None = None


class Line(Dated):
    """A `line#...` item."""

    line_id: Name
    number: PhoneNumber
    role: Literal["holder", "user"]
    """`holder` pays and sees the bill, `user` sees only this line."""
    status: Literal["active", "barred", "lost", "closed"]
    sim_changed_at: Moment | None = None
    plan_name: Name
    plan_minor: Minor
    contract_ends_on: Day | None = None
    leaving_minor: Minor | None = None
    """What leaving costs on the day of `as_of`."""
    upgrade_from: Day | None = None
    upgrade_minor: Minor | None = None
    """What upgrading before then costs on the day of `as_of`."""
    abroad_today_minor: Minor | None = None
    """What use abroad has cost on the day of `as_of`."""
    locked: StrictBool | None = None
    """Its phone takes no other network's SIM."""
    platform: Literal["ios", "android", "windows"] | None = None
    renewed_on: Day
    resets_on: Day
    """The first day of the next period."""
    renews: StrictBool
    """False: a pack that ends."""
    allowances: Allowances
    when_used_up: UsedUp

    def allowance(self, tag: Tag, today: date) -> Allowance | None:
        """Return what the plan includes, None if it does not. Raises Unreadable where it makes no sense today."""
        if not self.renewed_on <= today <= self.resets_on:
            raise Unreadable("today is not between line.renewed_on and line.resets_on")
        allowance: Allowance | None = getattr(self.allowances, tag)
        return allowance

    def used_up(self, tag: Tag) -> WhenUsedUp | None:
        when: WhenUsedUp | None = getattr(self.when_used_up, tag)
        return when

    def is_charged_by(self, tag: Tag) -> Unit | None:
        when = self.used_up(tag)
        return when.per if when else None


class Account(Facts):
    """Everything that one query brings: the account, its bills with the newest last, its lines."""

    bills: tuple[Bill, ...] = ()
    lines: tuple[Line, ...] = ()
    others: Mapping[str, Any] = Field(default_factory=dict)
    """Attributes that only a hashtag knows, as they came."""

    def own(self, field: declared.Field) -> Any:
        """Return what a hashtag has declared for itself, None if it is not known. Raises Unreadable."""
        if field.name not in self.others:
            return None
        try:
            return field.read(self.others[field.name])
        except ValueError:
            raise Unreadable(f"account.{field.name} makes no sense") from None

    def line(self, line_id: str) -> Line | None:
        """Return a line of the account, None if it is gone. Raises Unreadable where that cannot be told."""
        found = [line for line in self.lines if line.line_id == line_id]
        if len(found) > 1:
            raise Unreadable("two lines have the same line_id")
        return found[0] if found else None


class Document(Part):
    """An account as it is imported."""

    schema_at: Annotated[str | None, Field(alias="$schema", exclude=True)] = None
    """Where its schema is: for an editor, and for nobody else."""
    account: Facts
    bills: tuple[Bill, ...] = ()
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self, info: ValidationInfo) -> Self:
        monthly = ("owed_minor", "extra_charges_minor", "next_bill_on")
        needed = monthly if self.account.kind == "monthly" else ("credit_minor",)
        if missing := [name for name in needed if getattr(self.account, name) is None]:
            raise ValueError(f"a {self.account.kind} account needs {', '.join(missing)}")
        for is_so, why in NONSENSE:
            if is_so(self):
                raise ValueError(why)
        return self


@cache
def document(fields: tuple[declared.Field, ...]) -> type[Document]:
    """Return the model of an account as it is imported, with what hashtags have declared."""
    if not fields:
        return Document
    own: dict[str, Any] = {field.name: field.definition for field in fields}
    return create_model("Document", __base__=Document, account=(create_model("Facts", __base__=Facts, **own), ...))


def _twice(values: Iterable[Any]) -> bool:
    every = list(values)
    return len(set(every)) < len(every)


NONSENSE: tuple[tuple[Callable[[Document], bool], str], ...] = (
    (lambda it: it.account.account_id == NOBODY, f"account_id: {NOBODY!r} is kept for no account"),
    (lambda it: _twice(line.line_id for line in it.lines), "two lines have the same line_id"),
    (
        lambda it: (
            it.account.status != "closed" and _twice(line.number for line in it.lines if line.status != "closed")
        ),
        "two lines have the same number",
    ),
    (lambda it: all(line.role != "holder" for line in it.lines), "no line is the holder's"),
    (lambda it: any(line.resets_on < line.renewed_on for line in it.lines), "a period ends before it begins"),
    (
        lambda it: any(line.leaving_minor and line.contract_ends_on is None for line in it.lines),
        "leaving costs something, and no contract_ends_on says until when",
    ),
    (
        lambda it: any(line.upgrade_minor and line.upgrade_from is None for line in it.lines),
        "upgrading costs something, and no upgrade_from says until when",
    ),
    (
        lambda it: any(line.is_charged_by(tag) not in (None, PER[tag]) for line in it.lines for tag in PER),
        "an allowance is charged by the unit of another",
    ),
    (lambda it: _twice(bill.issued_on for bill in it.bills), "two bills of one day"),
    (
        lambda it: any(
            day < order.ordered_on
            for order in (it.account.orders.listed if it.account.orders else ())
            for day in (order.sends_on, order.expected_on, order.delivered_on, order.refund_on)
            if day
        ),
        "something of an order comes before it was made",
    ),
    (lambda it: any(bill.due_on < bill.issued_on for bill in it.bills), "a bill is due before it is issued"),
    (
        lambda it: sum(extra.minor for extra in it.account.extras) > (it.account.extra_charges_minor or 0),
        "the extras are more than extra_charges_minor, their sum",
    ),
)
"""What would make every customer of the account fall to a person, or read what cannot be. Only a whole document has it:
what is read from the table is refused bit by bit."""


class Torn(Unreadable):
    """Some of an account's items are of one load and some of another."""


def read_account(client: Any, table: str, account_id: str) -> Account | None:
    """Read an account with one query, with boto3's plain client. None if there is no such account.

    A query may meet a load in the middle of its transaction: then it is asked again, which is soon whole.
    Raises Unreadable if it cannot be an account at all. Single figures that make no sense raise it when asked for.
    """
    for consistent in (False, True, True):
        answer = client.query(
            TableName=table,
            KeyConditionExpression="account_id = :account_id",
            ExpressionAttributeValues={":account_id": {"S": account_id}},
            ConsistentRead=consistent,
        )
        with suppress(Torn):
            return of(unmarshalled(item) for item in answer["Items"])
    raise Torn("the account is being loaded")


def having_number(client: Any, table: str, number: str) -> tuple[Account | Unreadable, ...]:
    """Read the accounts whose lines have a number, three at most, and what cannot be read as what it is.

    Three are looked for, however many there are: the time that it takes tells nothing of a number.
    """
    answer = client.query(
        TableName=table,
        IndexName="by_number",
        KeyConditionExpression="#number = :number",
        ExpressionAttributeNames={"#number": "number"},
        ExpressionAttributeValues={":number": {"S": number}},
    )
    ids = dict.fromkeys(item["account_id"]["S"] for item in answer["Items"])
    looked_for = [*ids, *[NOBODY] * HAVE_A_NUMBER][:HAVE_A_NUMBER]
    read_ones = (_read_or_not(client, table, account_id) for account_id in looked_for)
    return tuple(account for account in read_ones if account is not None)


def _read_or_not(client: Any, table: str, account_id: str) -> Account | Unreadable | None:
    try:
        return read_account(client, table, account_id)
    except Unreadable as error:
        return error


NOT_OTHERS = Facts.model_fields.keys() | {"part", PARTS, MARK}


def of(items: Iterable[Mapping[str, Any]]) -> Account | None:
    """Put an account together from its items."""
    by_part = {str(item["part"]): item for item in items}
    if not by_part:
        return None
    if "account" not in by_part:
        raise Unreadable("the account item is not there")
    if PARTS in by_part["account"] and by_part["account"][PARTS] != {part: _mark(by_part[part]) for part in by_part}:
        raise Torn("the account's items are of two loads")
    return Account.of(
        {
            **by_part["account"],
            "others": {name: by_part["account"][name] for name in by_part["account"].keys() - NOT_OTHERS},
            "bills": [by_part[part] for part in sorted(by_part) if part.startswith("bill#")],
            "lines": [by_part[part] for part in sorted(by_part) if part.startswith("line#")],
        }
    )


def _mark(item: Mapping[str, Any]) -> Any:
    """Return what an item is marked with; the account item names its own among the others."""
    return item[PARTS]["account"] if PARTS in item else item.get(MARK)


def items(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of an account as it is imported, ready for the table."""
    account_id = document["account"]["account_id"]
    return [
        {"part": "account", **document["account"]},
        *({"account_id": account_id, "part": f"bill#{bill['issued_on']}", **bill} for bill in document["bills"]),
        *({"account_id": account_id, "part": f"line#{line['line_id']}", **line} for line in document["lines"]),
    ]
