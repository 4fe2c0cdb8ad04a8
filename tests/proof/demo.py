"""What the small world knows: one brand, and one sound account for each linked customer."""

from functools import cache
from typing import Any

from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account
from tests.brands import FACTS as BRAND

LINKED_A, LINKED_B = "2000000000000000002", "2000000000000000005"

FACTS = [BRAND | {"privacy_url": "example.co.uk/privacy"}]
CATALOGUE = Catalogue.of(FACTS)


@cache
def account(account_id: str) -> Account | None:
    return accounts.of(accounts.items(document(account_id)))


def document(account_id: str) -> dict[str, Any]:
    """Return the account as its carrier hands it in."""
    return {
        "account": {
            "account_id": account_id,
            "kind": "monthly",
            "status": "active",
            "opened_on": "2025-01-01",
            "owed_minor": 2345,
            "extra_charges_minor": 0,
            "extras": [],
            "next_bill_on": "2026-12-14",
            "as_of": "2026-11-24T14:03:00Z",
        },
        "bills": [{"issued_on": "2026-11-14", "amount_minor": 2345, "due_on": "2026-11-30", "payment": "direct_debit"}],
        "lines": [
            {
                "line_id": "1",
                "number": "+447700900111",
                "role": "holder",
                "status": "active",
                "plan_name": "30 GB SIM only",
                "plan_minor": 2000,
                "renewed_on": "2026-11-04",
                "resets_on": "2026-12-04",
                "renews": True,
                "as_of": "2026-11-24T14:03:00Z",
                "allowances": {"data": {"limit": 30_000_000_000, "used": 17_560_000_000}},
                "when_used_up": {"data": {"then": "stops"}},
            }
        ],
    }
