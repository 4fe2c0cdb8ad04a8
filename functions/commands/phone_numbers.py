"""The phone number that a customer writes, in whatever way it is written."""

import phonenumbers

from functions.shared.wording.reading import visible


def number_in(text: str, country: str) -> str | None:
    """Return the phone number of a text as E.164 has it, however it is written: a mobile's first, then one that may
    be dialled. None also where two could be meant."""
    written = visible(text).replace("#link", " ")
    found = phonenumbers.PhoneNumberMatcher(written, country, leniency=phonenumbers.Leniency.POSSIBLE)
    numbers = {_e164(match.number): match.number for match in found}
    long = {number: _unlikely(parsed, country) for number, parsed in numbers.items() if len(number) > SHORTEST}
    best = [number for number, unlikely in long.items() if unlikely == min(long.values())]
    return best[0] if len(best) == 1 else None


SHORTEST = 9
"""Signs of a number that somebody may be reached at from abroad."""
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _unlikely(number: phonenumbers.PhoneNumber, country: str) -> int:
    """Say how far a number is from being a customer's: 0 for a mobile's, 2 for one that nobody has."""
    if phonenumbers.number_type(number) in _MOBILE or _looks_mobile(number, country):
        return 0
    return 1 if phonenumbers.is_valid_number(number) else 2


def _looks_mobile(number: phonenumbers.PhoneNumber, country: str) -> bool:
    """Say whether a number begins, and is as long, as the country's mobile numbers: those kept for drama do."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return False
    one, other = _e164(number), _e164(example)
    begins = len(f"+{example.country_code}") + 1
    return len(one) == len(other) and one[:begins] == other[:begins]
