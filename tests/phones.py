"""Customers with phones, around the real bot in the world of tests/proof: what they write, and what they read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account
from functions.shared.conversation.conversations import load
from functions.shared.conversation.customers import Customer
from tests.proof.world import World

NUMBER, OTHER_NUMBER, NOBODYS = "+447700900123", "+447700900144", "+447700900199"
STRANGER, CUSTOMER = "2000000000000000003", "2000000000000000008"
REFUSED: dict[str, dict[str, Any]] = {
    "lost": {"status": "lost"},
    "closed line": {"status": "closed"},
    "closed account": {"account_status": "closed"},
    "new SIM": {"sim_changed_at": "2026-11-23T18:00:00Z"},
}
"""Lines that prove nothing: people have to look."""


def account(account_id: str, number: str, *, used: int = 1_830_000_000, owed: int = 2345, **line: Any) -> Account:
    """Return an account with one line. `used` bytes of ten GB and `owed` minor units are its figures."""
    status = line.pop("account_status", "active")
    document = {
        "account": {
            "account_id": account_id,
            "kind": "monthly",
            "status": status,
            "opened_on": "2025-01-01",
            "owed_minor": owed,
            "extra_charges_minor": 0,
            "extras": [],
            "next_bill_on": "2026-12-14",
            "as_of": "2026-11-24T14:03:00Z",
        },
        "bills": [{"issued_on": "2026-11-14", "amount_minor": owed, "due_on": "2026-11-30", "payment": "direct_debit"}],
        "lines": [
            {
                "line_id": "1",
                "number": number,
                "role": "holder",
                "status": "active",
                "plan_name": "10 GB SIM only",
                "plan_minor": 1200,
                "renewed_on": "2026-11-04",
                "resets_on": "2026-12-04",
                "renews": True,
                "as_of": "2026-11-24T14:03:00Z",
                "allowances": {"data": {"limit": 10_000_000_000, "used": used}},
                "when_used_up": {"data": {"then": "stops"}},
                **line,
            }
        ],
    }
    found = accounts.of(accounts.items(document))
    assert found
    return found


def world(*known: Account, **more: Any) -> World:
    """Return a world in which these accounts are on file."""
    by_id: Mapping[str, Account] = {one.account_id: one for one in known}
    numbers = {line.number: one.account_id for one in known for line in one.lines}
    return World(accounts=by_id.get, numbers=numbers, limit=10_000, **more)


@dataclass(frozen=True)
class Phone:
    """One customer's chat with the brand."""

    world: World
    x_id: str = STRANGER

    def says(self, text: str) -> list[str]:
        """Write to the brand and return what comes back."""
        before = len(self.read)
        self.world.write(self.x_id, text)
        self.world.work()
        self.world.now += timedelta(seconds=1)
        return self.read[before:]

    def asks(self, text: str) -> str:
        (answer,) = self.says(text)
        return answer

    @property
    def read(self) -> list[str]:
        return [dm.text for dm in self.world.x.delivered if dm.customer == self.x_id]

    @property
    def customer(self) -> Customer:
        return load(self.world.store, self.x_id).customer

    def links(self, number: str) -> str:
        """Link a number whose text messages this customer can read."""
        self.says(f"#link {number}")
        return self.asks(code_for(self.world, number))


def code_for(world: World, number: str) -> str:
    """Return the code of the newest text message to a number that brought one."""
    texts = [sms.text for sms in world.texted if sms.number == number and "is your code" in sms.text]
    return texts[-1].split(": ")[1][:6]
