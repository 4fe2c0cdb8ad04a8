"""Proving that a phone number is a customer's: codes, how many there may be, and which lines one may be sent for.

Nothing here reads or writes: what was found under a number comes in, what may be done goes out. docs/security.md has
the arithmetic of guessing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic.dataclasses import dataclass as pydantic_dataclass

from functions.shared.aws.rows import codes_key, fields_in, line_key
from functions.shared.aws.store import Item, Put
from functions.shared.aws.stored import STRICT, Stored, fields_of, read_as
from functions.shared.carrier.accounts import NOBODY, Account, Line
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.customers import A_DAY, Code, Customer, Link
from functions.shared.conversation.locks import ProvenLine

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 3
CODES_PER_NUMBER = 3
CODES_PER_CUSTOMER = 6
"""In 24 hours, like those per number."""
COOL_DOWN = timedelta(hours=1)
"""After the last wrong try."""
FRESH_SIM = timedelta(days=7)
"""Whoever has talked a shop into a new SIM also gets its text messages: so long a SIM proves nothing."""


@dataclass(frozen=True)
class Keyed:
    """Hashes under the deployment's own key: a stolen table does not tell which number or code it was."""

    key: bytes

    def digest(self, *parts: str) -> str:
        return hmac.new(self.key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()

    def of_line(self, account_id: str, line_id: str) -> str:
        """A line's name in our own rows."""
        return self.digest("line", account_id, line_id)

    def is_code(self, typed: str, code: Code) -> bool:
        """Compare in a time that does not depend on what was typed. A code for no line is never right."""
        same = hmac.compare_digest(self.digest("code", code.salt, typed), code.digest)
        return same and code.account_id is not None


@dataclass(frozen=True)
class Found:
    """What stands under a number: the account and line that a code may prove, or why staff have to look."""

    account: Account | None = None
    line: Line | None = None
    refused: str | None = None
    """Words for staff; {at} stands for the time below, which is said by the brand's clock."""
    at: datetime | None = None


@pydantic_dataclass(frozen=True, config=STRICT)
class CodesAsked(Stored):
    """How often codes were asked for a number in the last 24 hours, and the row that says so."""

    digest: str
    version: int = 0
    at: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, digest: str, item: Item | None, now: datetime) -> "CodesAsked":
        asked = read_as(cls, fields_in(item or {}) | {"digest": digest})
        return replace(asked, at=_lately(asked.at, now))

    def paused_until(self) -> datetime | None:
        return self.at[-CODES_PER_NUMBER] + A_DAY if len(self.at) >= CODES_PER_NUMBER else None

    def again(self, now: datetime) -> "CodesAsked":
        return replace(self, at=(*self.at, now))

    def write(self) -> Put:
        """The row, to be written with the code: two at one time cannot both be the third."""
        fields = fields_of(replace(self, version=self.version + 1))
        return Put(codes_key(fields.pop("digest")).row(fields, until=self.at[-1] + A_DAY), expected=self.version)


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


@dataclass(frozen=True)
class Proofs:
    """What linking may look at: the accounts that have a number, an account by its id, a number's row."""

    keyed: Keyed
    having_number: Callable[[str], tuple[Account | Unreadable, ...]]
    account: Callable[[str], Account | None]
    row: Callable[[str, str], Item | None]
    new_code: Callable[[], str] = new_code

    def find(self, number: str, now: datetime) -> Found:
        return self._unlocked(found(number, self.having_number(number), now))

    def link(self, account: Account, line: Line, now: datetime) -> Link:
        return Link(account.account_id, line.line_id, now, self.keyed.of_line(account.account_id, line.line_id))

    def _unlocked(self, found: Found) -> Found:
        """Look whether a report locks the line. For a number that is nobody's as much is read."""
        line = (found.account.account_id, found.line.line_id) if found.account and found.line else (NOBODY, "")
        digest = self.keyed.of_line(*line)
        locked = ProvenLine.of(digest, self.row(*line_key(digest))).locked
        return Found(refused="The line is locked by a report of loss or fraud.") if locked else found

    def asked(self, number: str, now: datetime) -> CodesAsked:
        digest = self.keyed.digest("number", number)
        return CodesAsked.of(digest, self.row(*codes_key(digest)), now)

    def still(self, code: Code, now: datetime) -> Found:
        """Look again at what a code was sent for: in ten minutes a line can be reported lost."""
        if code.account_id is None:
            return Found()
        try:
            account = self.account(code.account_id)
            line = account.line(code.line_id or "") if account else None
        except Unreadable:
            return Found(refused="The account's data cannot be read.")
        return self._unlocked(_checked(account, line, now) if account and line else Found())


NO_PROOFS = Proofs(Keyed(b"nobody"), lambda _: (), lambda _: None, lambda _pk, _sk: None, lambda: "000000")
"""Where nothing is stored: every number is nobody's."""


def found(number: str, accounts: tuple[Account | Unreadable, ...], now: datetime) -> Found:
    """Choose the line of a number. One that moved may still stand, closed, in its old account."""
    checked = [_under(number, account, now) for account in accounts]
    proven = [one for one in checked if one.line and not one.refused]
    if len(proven) > 1:
        return Found(refused="More than one account has this number.")
    return next(iter(proven or [one for one in checked if one.refused]), Found())


def _under(number: str, account: Account | Unreadable, now: datetime) -> Found:
    try:
        if isinstance(account, Unreadable):
            raise account
        line = next((line for line in account.lines if line.number == number), None)
        return _checked(account, line, now) if line else Found()
    except Unreadable:
        return Found(refused="The account's data cannot be read.")


def _checked(account: Account, line: Line, now: datetime) -> Found:
    """Say whether a line may be linked. Raises Unreadable."""
    try:
        if account.status == "closed":
            return Found(refused="The account is closed.")
        if line.status in ("lost", "closed"):
            return Found(refused=f"The line is {line.status}.")
        if line.sim_changed_at and now - line.sim_changed_at < FRESH_SIM:
            return Found(refused="Its SIM was changed at {at}.", at=line.sim_changed_at)
    except Unreadable:
        return Found(refused="The account's data cannot be read.")
    return Found(account, line)


def paused_until(customer: Customer, now: datetime) -> datetime | None:
    """Until when a customer is sent no code: after too many tries, or too many codes in a day."""
    tries = customer.linking_paused_until
    lately = _lately(customer.codes_at, now)
    codes = lately[-CODES_PER_CUSTOMER] + A_DAY if len(lately) >= CODES_PER_CUSTOMER else None
    return max((until for until in (tries, codes) if until and until > now), default=None)


def expecting(customer: Customer, code: Code, now: datetime) -> Customer:
    """A code was asked for; it takes the place of an earlier one."""
    return replace(customer, code=code, codes_at=(*_lately(customer.codes_at, now), now), linking_paused_until=None)


def tried(customer: Customer, code: Code, now: datetime) -> Customer:
    """A wrong code was typed."""
    if code.tries_left > 1:
        return replace(customer, code=replace(code, tries_left=code.tries_left - 1))
    return replace(customer, code=None, linking_paused_until=now + COOL_DOWN)


def linked(customer: Customer, link: Link) -> Customer:
    """The line is proven: from now on the customer sees it, and no other.

    What was asked a moment ago has another answer now: it may be asked again.
    """
    unheard = tuple(replace(noted, digest=None) for noted in customer.noted)
    return replace(customer, link=link, link_ended=False, code=None, noted=unheard)


def unlinked(customer: Customer) -> Customer:
    return replace(customer, link=None, link_ended=True, code=None)


def _lately(times: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in times if at > now - A_DAY)
