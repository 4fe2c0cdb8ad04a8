"""Goodwill credits: how much staff may give, and the books of what they gave. Pure.

A credit's id follows from who gave it under which request id: the same request is the same line of the books for good.
"""

import hashlib
from dataclasses import dataclass as plain_dataclass
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import Key, booked_key, credit_key, fields_in, id_in
from functions.shared.aws.store import Item, Put, stamp
from functions.shared.aws.stored import STRICT, UNREAD_AT, Stored, fields_of, read_as
from functions.shared.brand.catalogue import CreditLimits

OF_ACCOUNT = timedelta(days=30)
"""So long an account's credits are counted together."""

_LIMITS = ("per_case_minor", "per_account_minor", "per_day_minor", "ask")
NEEDS = (*(f"brand.credit.{role}.{limit}" for role in ("agent", "supervisor") for limit in _LIMITS),)
"""What the limits are (see docs/data.md)."""


@dataclass(frozen=True, config=STRICT)
class Credit(Stored):
    """A line of the books. Its id and its amount stay for good; whose it was goes with an erasure."""

    id: str
    minor: int
    currency: str
    at: datetime
    staff: str
    account_id: str | None = None
    case: str | None = None
    reason: str | None = field(default=None, repr=False)
    BLANK: ClassVar[Item] = {"id": "", "minor": 0, "currency": "", "at": UNREAD_AT, "staff": ""}

    def writes(self, x_id: str) -> tuple[Put, Put]:
        """The line, never written twice, and what tells whose it is."""
        fields = fields_of(self)
        return Put(booked_key(fields.pop("id")).row(fields), expected=0), Put(
            credit_key(x_id, self.id).row({"at": stamp(self.at)})
        )


BOOKED = ("pk", "sk", "minor", "currency", "at", "staff")
"""What stays of a line of the books when its customer is erased. What a newer release has written goes too."""


def without_person(row: Item) -> Item:
    return {name: row[name] for name in BOOKED if name in row}


def credit_in(row: Item) -> Credit:
    return read_as(Credit, fields_in(row) | {"id": id_in(row)})


def credit_id(staff: str, request_id: str) -> str:
    digest = hashlib.sha256(f"{staff}\x1f{request_id}".encode()).hexdigest()
    return f"CR-{digest[:16].upper()}"


@dataclass(frozen=True, config=STRICT)
class GivenLately(Stored):
    """What somebody has given, or an account was given, by the brand's days. Kept under a version of its own."""

    version: int = 0
    by_day: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Item | None) -> "GivenLately":
        return read_as(cls, fields_in(row or {}))

    def since(self, first: date) -> int:
        return sum(minor for day, minor in self.by_day.items() if day >= first.isoformat())

    def plus(self, minor: int, today: date) -> "GivenLately":
        """Return it with one more, under the next version: two that are given at one time cannot both hold."""
        kept = {day: given for day, given in self.by_day.items() if day > _before(today).isoformat()}
        by_day = kept | {today.isoformat(): kept.get(today.isoformat(), 0) + minor}
        return replace(self, version=self.version + 1, by_day=by_day)

    def put(self, key: Key, now: datetime) -> Put:
        return Put(key.row(fields_of(self), until=now + OF_ACCOUNT), expected=self.version - 1)


def _before(today: date) -> date:
    return today - OF_ACCOUNT


@plain_dataclass(frozen=True)
class TooMuch:
    """A limit that a credit would break, and what has been given of it."""

    limit: Literal["case", "account", "day"]
    of_minor: int
    given_minor: int


def too_much(
    minor: int, limits: CreditLimits, in_case: int, account: GivenLately, staff: GivenLately, today: date
) -> TooMuch | None:
    """Return the first limit that a credit would break. What is not understood of the sums counts as used up."""
    month = _before(today) + timedelta(days=1)
    looked_at: tuple[tuple[Literal["case", "account", "day"], int, int], ...] = (
        ("case", limits.per_case_minor, in_case),
        ("account", limits.per_account_minor, _known(account, account.since(month), limits.per_account_minor)),
        ("day", limits.per_day_minor, _known(staff, staff.since(today), limits.per_day_minor)),
    )
    return next((TooMuch(name, of, given) for name, of, given in looked_at if given + minor > of), None)


def _known(sums: GivenLately, given: int, limit: int) -> int:
    return max(given, limit) if sums.unread else given
