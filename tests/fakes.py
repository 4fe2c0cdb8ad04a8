"""Stand-ins for the world outside. They record what was done; tests look at that."""

from collections.abc import Callable
from dataclasses import dataclass, field

from functions.shared.x.dms import LookUpsUsedUp, Outcome, Sent, SentDM


@dataclass
class FakeMessenger:
    """An X that takes every DM, unless `outcomes` says how the next sends end, one by one."""

    outcomes: list[Outcome] = field(default_factory=list)
    found: list[SentDM] | LookUpsUsedUp | None = field(default_factory=list)
    """What a look-up tells; None = it fails."""
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Customer and text of every DM that was tried."""
    looked_up: list[str] = field(default_factory=list)
    before_send: Callable[[str, str], None] | None = None
    """Called while a DM is on its way: what else happens meanwhile."""

    def send(self, customer: str, text: str) -> Outcome:
        self.sent.append((customer, text))
        if self.before_send:
            self.before_send(customer, text)
        return self.outcomes.pop(0) if self.outcomes else Sent(str(2_100_000_000_000_000_000 + len(self.sent)))

    def look_up(self, customer: str) -> list[SentDM] | LookUpsUsedUp | None:
        self.looked_up.append(customer)
        return self.found
