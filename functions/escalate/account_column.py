"""What staff see of an account: the linked line, and the bill where the customer is its holder. Nothing unproven."""

from collections.abc import Callable, Iterator
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
PAYMENTS = {"direct_debit": "Direct Debit", "card": "card", "other": "other"}
UNREADABLE = "cannot be read"


def reader(
    dynamodb: Any, table: str, brand: Callable[[], Brand], now: Callable[[], datetime]
) -> Callable[[Link], ShownAccount]:
    def today() -> date:
        return hours.today(now(), brand())

    def read(link: Link) -> ShownAccount:
        try:
            account = accounts.read(dynamodb, table, link.account_id)
            return shown(account, link, today) if account else NOT_VERIFIED
        except Unreadable:
            return NOT_VERIFIED

    return read


def shown(account: Account, link: Link, today: Callable[[], date]) -> ShownAccount:
    """A line that is gone or lost proves nothing any more. Raises Unreadable where that cannot be told."""
    line = account.line(link.line_id)
    if line is None or line.status in ("lost", "closed"):
        return NOT_VERIFIED
    figures = (Figure(name=name, value=_readable(say)) for name, say in _figures(account, line, today).items())
    return ShownAccount(verified=True, as_of=_as_of(line), figures=tuple(figures))


def _figures(account: Account, line: Line, today: Callable[[], date]) -> dict[str, Callable[[], str]]:
    """What is shown, each by the function that says it: one that makes no sense spoils no other."""
    return {
        "Number": lambda: f"…{line.number[-3:]}, {line.status}",
        "Plan": lambda: ", ".join(_plan(line)),
        **{tag.capitalize(): partial(_left, line, tag, today) for tag in get_args(Tag)},
        **(_holders(account) if line.role == "holder" else {"Bill": lambda: "the holder's: not for this customer"}),
    }


def _holders(account: Account) -> dict[str, Callable[[], str]]:
    return {
        "Bill": lambda: _bill(account.bills[-1] if account.bills else None),
        "Account": lambda: ", ".join(_money(account)),
        "Contact number": lambda: account.contact_number or "none on file",
        "Extra": lambda: ", ".join(f"{_pounds(extra.minor)} {extra.what}" for extra in account.extras) or "none",
    }


def _as_of(line: Line) -> datetime | None:
    try:
        return line.as_of
    except Unreadable:
        return None


def _plan(line: Line) -> Iterator[str]:
    yield line.plan_name
    yield _pounds(line.plan_minor)
    if line.contract_ends_on:
        yield f"until {_day(line.contract_ends_on)}"


def _left(line: Line, tag: Tag, today: Callable[[], date]) -> str:
    allowance = line.allowance(tag, today())
    if allowance is None:
        return "not in the plan"
    if allowance.limit is None:
        return f"unlimited, {_amount(tag, allowance.used)} used"
    left = max(0, allowance.limit - allowance.used)
    return f"{_amount(tag, left)} of {_amount(tag, allowance.limit)} left, {_end(line)}"


def _end(line: Line) -> str:
    return f"{'renews' if line.renews else 'ends'} {_day(line.resets_on)}"


def _bill(bill: Bill | None) -> str:
    if bill is None:
        return "none yet"
    paid = f"paid {_day(bill.paid_on)}" if bill.paid_on else f"due {_day(bill.due_on)}"
    return f"{_pounds(bill.amount_minor)} of {_day(bill.issued_on)}, {PAYMENTS[bill.payment]}, {paid}"


def _money(account: Account) -> Iterator[str]:
    yield account.status
    if account.owed_minor:
        yield f"{_pounds(abs(account.owed_minor))} {'owed' if account.owed_minor > 0 else 'in credit'}"
    if account.credit_minor is not None:
        yield f"{_pounds(account.credit_minor)} prepaid"


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


def _pounds(minor: int) -> str:
    return f"£{minor / 100:,.2f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
