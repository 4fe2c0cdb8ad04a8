"""A case: what people answer. NEW -> CLAIMED -> WAITING_CUSTOMER -> RESOLVED -> CLOSED."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

State = Literal["NEW", "CLAIMED", "WAITING_CUSTOMER", "RESOLVED", "CLOSED"]
Team = Literal["urgent", "billing", "devices", "sales", "general"]

TEAM_NAMES: dict[Team, str] = {
    "urgent": "our care team",
    "billing": "our billing team",
    "devices": "our devices and network team",
    "sales": "our sales team",
    "general": "our care team",
}
"""A team in words to the customer."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Case:
    id: str
    """Six signs of `23456789BCDFGHJKMNPQRSTVWXZ`, said as 7KD-2MX."""
    customer: str
    team: Team
    kind: str
    """What staff do (`line_block`, `bill`), never what the customer is."""
    opened_at: datetime
    due_at: datetime
    """The time that the customer was told."""
    state: State = "NEW"
    owner: str | None = None
    fence: int = 0
    acknowledged: tuple[str, ...] = ()
    """Urgent kinds whose acknowledgement has been sent in this case."""
    answered_at: datetime | None = None
    """When staff last answered."""
