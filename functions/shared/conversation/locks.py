"""Which chats see a line, and what locks it: one row for each line that somebody has proven, under a keyed hash.

A report of loss or fraud locks the line that the reporter has proven, for every X id that has proven it or tries to.
Only a person frees it, having checked who asks; no clock does. A number that is merely written locks nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import fields_in, line_key
from functions.shared.aws.store import Check, Item, Put
from functions.shared.aws.stored import STRICT, Stored, fields_of, read_as
from functions.shared.conversation.customers import Customer


@dataclass(frozen=True, config=STRICT)
class ProvenLine(Stored):
    """`linked` are X ids, `locked_by` cases: the line is free when there are none."""

    digest: str
    version: int = 0
    linked: tuple[str, ...] = ()
    locked_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, digest: str, row: Item | None) -> "ProvenLine":
        return read_as(cls, fields_in(row or {}) | {"digest": digest})

    @property
    def locked(self) -> bool:
        """What is not understood of it locks it, too."""
        return bool(self.locked_by or self.unread)

    def after(self, before: Customer, now: Customer) -> "ProvenLine":
        """Return the line as a change of one customer leaves it."""
        linked = {*self.linked} - {now.x_id} | ({now.x_id} if now.link and now.link.digest == self.digest else set())
        locks = {*self.locked_by} - _lock(before, self.digest) | _lock(now, self.digest)
        return replace(self, linked=tuple(sorted(linked)), locked_by=tuple(sorted(locks)))

    def put(self) -> Put:
        """The row under its next version: two changes at one time cannot both hold."""
        fields = fields_of(replace(self, version=self.version + 1))
        return Put(line_key(fields.pop("digest")).row(fields), expected=self.version)

    def unchanged(self) -> Check:
        """What a claim that quotes figures depends on."""
        return Check(*line_key(self.digest), expected=self.version)


def digests(customer: Customer) -> list[str]:
    """The lines that a customer's next change may touch: the one they see, and the one that their report locks."""
    link = customer.link.digest if customer.link else None
    return [digest for digest in dict.fromkeys((link, customer.locked_line)) if digest]


def is_of_before(customer: Customer) -> bool:
    """Whether a release before lines had rows has linked this customer, or locked what they see."""
    link = customer.link
    return link is not None and (link.digest is None or bool(customer.locked_by and not customer.locked_line))


def named(customer: Customer, of_line: Callable[[str, str], str]) -> Customer:
    """Give a link of before its line's name; a report of before locks that line from now on."""
    link = customer.link
    if link is None or not is_of_before(customer):
        return customer
    digest = link.digest or of_line(link.account_id, link.line_id)
    locks = customer.locked_line or (digest if customer.locked_by else None)
    return replace(customer, link=replace(link, digest=digest), locked_line=locks)


def reported(customer: Customer, case_id: str) -> Customer:
    """The customer has reported loss or fraud in a case: their chat is locked, and the line that they have proven."""
    if customer.locked_by:
        return customer
    return replace(customer, locked_by=case_id, locked_line=customer.link.digest if customer.link else None)


def unlocked(customer: Customer) -> Customer:
    """A person has checked who asks."""
    return replace(customer, locked_by=None, locked_line=None, told_of_lock=False)


def _lock(customer: Customer, digest: str) -> set[str]:
    return {customer.locked_by} if customer.locked_by and customer.locked_line == digest else set()
