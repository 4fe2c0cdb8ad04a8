"""What can become of a DM of ours, and who brings it: nothing here knows a library."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Limits:
    """What X's headers say of its limit, as far as they are numbers. `reset` and `day_reset`: seconds since 1970."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    day_limit: int | None = None
    day_remaining: int | None = None
    day_reset: int | None = None


@dataclass(frozen=True)
class Sent:
    """X has the DM."""

    dm_id: str
    limits: Limits | None = None


@dataclass(frozen=True)
class NotSent:
    """Certainly not sent; it may be sent later. `retry_at` is what X asks for, None where it does not say."""

    retry_at: datetime | None
    reason: str
    limits: Limits | None = None
    used_up: bool = False
    """X's limit is; else X has not heard of it."""


@dataclass(frozen=True)
class Refused:
    """Not sent, and X would say the same again."""

    reason: str
    ours: bool = False
    """A mistake of ours, not the customer's choice: somebody has to answer in another way."""
    limits: Limits | None = None


@dataclass(frozen=True)
class Declined:
    """Not sent, for a reason that X leaves open: most likely this customer or this text, not the brand."""

    reason: str
    limits: Limits | None = None


@dataclass(frozen=True)
class Blocked:
    """Not sent, and nothing else would be: stop, wake somebody, try one now and then."""

    reason: str
    limits: Limits | None = None


@dataclass(frozen=True)
class Unknown:
    """It may have been sent: never send it again blindly."""

    reason: str
    limits: Limits | None = None


type Outcome = Sent | NotSent | Refused | Declined | Blocked | Unknown


@dataclass(frozen=True)
class SentDM:
    """A DM of ours as X lists it. `text` is unescaped, its links are X's short ones."""

    dm_id: str
    text: str
    at: datetime


@dataclass(frozen=True)
class LookUpsUsedUp:
    """X takes no look-up for now. `until` is what it says, None where it does not."""

    until: datetime | None = None


class Messenger(Protocol):
    """Whoever brings our DMs to customers."""

    def send(self, customer: str, text: str) -> Outcome:
        """Send one DM, once. Never raises."""
        ...

    def look_up(self, customer: str) -> list[SentDM] | LookUpsUsedUp | None:
        """Return our DMs of the last minutes to a customer; None = X did not tell, which proves nothing."""
        ...
