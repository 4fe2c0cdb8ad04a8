"""The phone number at which a customer is rung back."""

import phonenumbers

from functions.shared.carrier.accounts import Account, Line
from functions.shared.carrier.items import Unreadable


def number_to_ring(account: Account, line: Line) -> str | None:
    """Return the contact number of whoever holds the account; else, and for a line's user, the linked line's.

    None where that phone is lost, or the number can be nobody's.
    """
    try:
        number = (account.contact_number if line.role == "holder" else None) or line.number
        away = {other.number for other in account.lines if other.status in ("lost", "closed")}
    except Unreadable:
        return None
    return number if number not in away and _can_be_dialled(number) else None


def _can_be_dialled(number: str) -> bool:
    found = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number))
    return bool(found == phonenumbers.ValidationResult.IS_POSSIBLE)


def as_dialled(number: str, country: str) -> str:
    """Write a number as somebody in a country dials it: 07700 900111, +1 202-555-0143."""
    parsed = phonenumbers.parse(number)
    home = phonenumbers.country_code_for_region(country) == parsed.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
