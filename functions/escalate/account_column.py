"""What staff see of an account: the linked line, and the bill where the customer is its holder. Nothing unproven."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, get_args

from functions.escalate.contract import Figure, ShownAccount
from functions.shared.brand import hours
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account, Bill, Line, Tag
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.customers import Link
from functions.shared.wording import saying

NOT_VERIFIED = ShownAccount(verified=False)
NEEDS = (
    "account.status",
    "account.owed_minor",
    "account.credit_minor",
    "account.contact_number",
    "account.extras.what",
    "account.extras.minor",
    "bill.issued_on",
    "bill.due_on",
    "bill.amount_minor",
    "bill.payment",
    "bill.paid_on",
    "brand.direct_debit",
    "line.number",
    "line.role",
    "line.status",
    "line.as_of",
    "line.plan_name",
    "line.plan_minor",
    "line.contract_ends_on",
    "line.renewed_on",
    "line.resets_on",
    "line.renews",
    *(f"line.allowances.{tag}.{name}" for tag in get_args(Tag) for name in ("limit", "used")),
)
"""What is shown (see docs/data.md)."""
UNREADABLE = "cannot be read"
NOT_THEIRS = "the holder's: not for this customer"


def reader(
    dynamodb: Any, table: str, brand: Callable[[], Brand], now: Callable[[], datetime]
) -> Callable[[Link], ShownAccount]:
    def read(link: Link) -> ShownAccount:
        try:
            account = accounts.read_account(dynamodb, table, link.account_id)
            return shown_account(account, link, brand, now()) if account else NOT_VERIFIED
        except Unreadable:
            return NOT_VERIFIED

    return read


def reader_of_proven(dynamodb: Any, table: str) -> Callable[[Link], tuple[Account, Line] | None]:
    """Return what reads the account and the line that a link proves; None where it proves nothing now."""

    def read(link: Link) -> tuple[Account, Line] | None:
        try:
            account = accounts.read_account(dynamodb, table, link.account_id)
            line = _proven_line(account, link) if account else None
        except Unreadable:
            return None
        return (account, line) if account and line else None

    return read


def _proven_line(account: Account, link: Link) -> Line | None:
    """A line that is gone or lost proves nothing any more. Raises Unreadable where that cannot be told."""
    line = account.line(link.line_id)
    return line if line and line.status not in ("lost", "closed") else None


def shown_account(account: Account, link: Link, brand: Callable[[], Brand], now: datetime) -> ShownAccount:
    """Raises Unreadable where it cannot be told what the line proves."""
    line = _proven_line(account, link)
    if line is None:
        return NOT_VERIFIED
    said = _Column(account, line, brand, now).figures()
    figures = (Figure(name=name, value=_readable(say)) for name, say in said.items())
    return ShownAccount(verified=True, as_of=_as_of(line), figures=tuple(figures))


@dataclass(frozen=True)
class _Column:
    """An account as staff read it, with the brand's facts read only where one is needed."""

    account: Account
    line: Line
    brand: Callable[[], Brand]
    now: datetime

    def figures(self) -> dict[str, Callable[[], str]]:
        """What is shown, each by the function that says it: one that makes no sense spoils no other."""
        return {
            "Number": lambda: f"…{self.line.number[-3:]}, {self.line.status}",
            "Plan": lambda: ", ".join(self._plan()),
            **{tag.capitalize(): partial(self._left, tag) for tag in get_args(Tag)},
            **(self._holders() if self.line.role == "holder" else {"Bill": lambda: NOT_THEIRS}),
        }

    def _holders(self) -> dict[str, Callable[[], str]]:
        account = self.account
        return {
            "Bill": lambda: self._bill(account.bills[-1] if account.bills else None),
            "Account": lambda: ", ".join(self._standing()),
            "Contact number": lambda: f"…{account.contact_number[-3:]}" if account.contact_number else "none on file",
            "Extra": lambda: (
                ", ".join(f"{self._money(extra.minor)} {extra.what}" for extra in account.extras) or "none"
            ),
        }

    def _plan(self) -> Iterator[str]:
        yield self.line.plan_name
        yield self._money(self.line.plan_minor)
        if self.line.contract_ends_on:
            yield f"until {self._day(self.line.contract_ends_on)}"

    def _left(self, tag: Tag) -> str:
        allowance = self.line.allowance(tag, hours.today(self.now, self.brand()))
        if allowance is None:
            return "not in the plan"
        if allowance.limit is None:
            return f"unlimited, {_amount(tag, allowance.used)} used"
        left = max(0, allowance.limit - allowance.used)
        ends = f"{'renews' if self.line.renews else 'ends'} {self._day(self.line.resets_on)}"
        return f"{_amount(tag, left)} of {_amount(tag, allowance.limit)} left, {ends}"

    def _bill(self, bill: Bill | None) -> str:
        if bill is None:
            return "none yet"
        paid = f"paid {self._day(bill.paid_on)}" if bill.paid_on else f"due {self._day(bill.due_on)}"
        payment = self.brand().direct_debit if bill.payment == "direct_debit" else bill.payment
        return f"{self._money(bill.amount_minor)} of {self._day(bill.issued_on)}, {payment}, {paid}"

    def _standing(self) -> Iterator[str]:
        account = self.account
        yield account.status
        if account.owed_minor:
            yield f"{self._money(account.owed_minor)} {'owed' if account.owed_minor > 0 else 'in credit'}"
        if account.credit_minor is not None:
            yield f"{self._money(account.credit_minor)} prepaid"

    def _extras(self) -> Iterator[str]:
        for extra in self.account.extras:
            yield f"{self._money(extra.minor)} {extra.what}"

    def _money(self, minor: int) -> str:
        return saying.money(minor, self.brand())

    def _day(self, on: date) -> str:
        return saying.full_date(on, self.brand())


def _as_of(line: Line) -> datetime | None:
    try:
        return line.as_of
    except Unreadable:
        return None


def _readable(say: Callable[[], str]) -> str:
    try:
        return say()
    except Unreadable:
        return UNREADABLE


def _amount(tag: Tag, amount: int) -> str:
    match tag:
        case "data":
            return f"{amount // 100_000_000 / 10:g} GB"
        case "minutes":
            return f"{amount // 60}"
        case "text":
            return f"{amount}"
