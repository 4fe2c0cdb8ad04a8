"""Who wrote: a customer's link to an account, consent, stop, and what is open between us. Keyed on the X id."""

from dataclasses import replace
from datetime import datetime

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Link:
    """The line that a customer has proven to be theirs."""

    account_id: str
    line_id: str
    linked_at: datetime


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Asked:
    """A question of ours that waits for an answer: `choices` are hashtags without the sign."""

    choices: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Customer:
    """Everything that deciding about a customer's next DM may depend on. Stored as one item, under one version."""

    x_id: str
    version: int = 0
    handle: str | None = None
    link: Link | None = None
    link_ended: bool = False
    stopped_by: str | None = None
    """The DM id of the stop in force."""
    started_by: str | None = None
    """The DM id of the newest start: an older stop does nothing."""
    locked_by: str | None = None
    """The case whose report of loss or fraud pauses account figures."""
    case: str | None = None
    """The one case that is not resolved: a person owns the conversation."""
    past_case: str | None = None
    """The newest resolved case: what comes within seven days reopens it."""
    past_case_until: datetime | None = None
    asked: Asked | None = None
    not_understood: int = 0
    """Messages in a row that were not understood."""
    told_privacy: bool = False
    """The privacy notice has been sent."""
    sent_lately: tuple[datetime, ...] = ()
    """When automated DMs left in the last window, as many as one customer's share."""
    outbox: tuple[str, ...] = ()
    """Ids of replies that are not settled, in the order of their causes."""

    @property
    def stopped(self) -> bool:
        return self.stopped_by is not None


customer_type = TypeAdapter(Customer)


def seen(customer: Customer, handle: str | None) -> Customer:
    """Take over the handle that came with the newest DM: handles change, the X id does not."""
    return replace(customer, handle=handle or customer.handle)
