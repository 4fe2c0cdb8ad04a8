"""The demo's first customer with other data of theirs."""

from typing import Any

from local.demo import Person
from tests.asking import PEOPLE, with_change


def with_order(**changes: Any) -> Person:
    """Return them with other facts of their one order; None leaves one out."""
    order = {**PEOPLE["linked_customer"]["account"]["orders"]["listed"][0], **changes}
    known = {name: value for name, value in order.items() if value is not None}
    return with_change("linked_customer", "account.orders.listed", [known])


def with_line(**changes: Any) -> Person:
    """Return them with other facts of their one line; None leaves one out."""
    line = {**PEOPLE["linked_customer"]["lines"][0], **changes}
    return with_change("linked_customer", "lines", [{name: value for name, value in line.items() if value is not None}])
