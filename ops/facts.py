"""What is missing or contradictory in a brand's facts: for `brand check`, `catalogue import` and `doctor`."""

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies, is_currency
from pydantic import ValidationError

from functions.commands.phone_numbers import number_in
from functions.commands.registry import registry
from functions.commands.texts import texts
from functions.load.checking import reasons
from functions.shared.brand import hours
from functions.shared.brand.catalogue import Brand
from functions.shared.brand.locale import CountryWords
from functions.shared.conversation.cases import TEAMS
from functions.shared.wording.country import Country, team_name
from functions.shared.wording.rules import rules
from functions.shared.wording.text import USUAL

LONGEST = {
    "hi": f"Hi @{'m' * 15}, ",
    "case": "7KD-2MX",
    "says": "m" * 100,
    "choices": "#charges or #handsets or #minutes",
}
"""What a text may hold beside the brand's facts, as long as it can be."""

TIMES = {"12h": "10:00 AM", "24h": "10:00"}
DAYS = {"month-day": "Mon, Nov 30", "day-month": "Mon 30 Nov"}


def faults(facts: Mapping[str, Any]) -> list[str]:
    """Return everything that is wrong with the brand's facts, in sentences; none if nothing is."""
    try:
        brand = Brand.model_validate(facts)
    except ValidationError as error:
        return [f"The fact {said}." for said in reasons(error)]
    return [sentence for check in CHECKS for sentence in check(brand)]


def _country(brand: Brand) -> Iterator[str]:
    if brand.country not in phonenumbers.SUPPORTED_REGIONS:
        yield f'The country "{brand.country}" has no phone numbers that are known: write it as ISO 3166 does, like GB.'
    if brand.holidays and brand.holidays.partition("-")[0] != brand.country:
        yield f"The holidays are those of {brand.holidays}, the country is {brand.country}."


def _money(brand: Brand) -> Iterator[str]:
    if not is_currency(brand.currency):
        yield f'There is no currency "{brand.currency}": write it as ISO 4217 does, like GBP.'
        return
    if (used := get_territory_currencies(brand.country)) and brand.currency not in used:
        yield f"The currency {brand.currency} is not one of {brand.country}, which has {', '.join(used)}."
    if brand.minor_sign and get_currency_precision(brand.currency) == 0:
        yield f"{brand.currency} has no minor units, so minor_sign can follow none: leave it out."


def _time(brand: Brand) -> Iterator[str]:
    try:
        ZoneInfo(brand.timezone)
    except (LookupError, ValueError, OSError):
        yield f'There is no time zone "{brand.timezone}": write it like Europe/London.'
        return
    there = get_global("zone_territories").get(brand.timezone, brand.country)
    if there not in (brand.country, "001"):
        yield f"The time zone {brand.timezone} is in {there}, the country is {brand.country}."
    try:
        hours.check(brand)
    except hours.UnclearHours as error:
        yield f"No time can be promised: {error}."


def _phones(brand: Brand) -> Iterator[str]:
    if brand.country not in phonenumbers.SUPPORTED_REGIONS:
        return
    for fact in ("care_phone", "lost_phone", "abroad_phone"):
        number = getattr(brand, fact)
        if not _is_of(number, brand.country):
            yield f'{fact} is no phone number of {brand.country}: "{number}".'
    if not brand.abroad_phone.startswith("+"):
        yield "abroad_phone begins with no +, so it cannot be called from abroad."
    if number_in(brand.example_number, brand.country) is None or not _is_of(brand.example_number, brand.country):
        yield f'example_number is no mobile number of {brand.country}: "{brand.example_number}".'


def _is_of(number: str, country: str) -> bool:
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(found) and found.country_code == phonenumbers.country_code_for_region(
        country
    )


def _emergency(brand: Brand) -> Iterator[str]:
    if brand.country not in phonenumbers.SUPPORTED_REGIONS:
        return
    for number in (brand.emergency.number, brand.emergency.also):
        if number and not phonenumbers.is_emergency_number(number, brand.country):
            yield f"{number} is no emergency number of {brand.country}."


def _words(brand: Brand) -> Iterator[str]:
    for name in CountryWords.model_fields:
        for said in getattr(brand.words, name):
            command = registry().by_tag.get(said) or registry().by_word.get(said)
            if command:
                yield f"The word {said} of words.{name} belongs to #{command.tag}."


def _lengths(brand: Brand) -> Iterator[str]:
    country = Country(brand)
    promised = f"{TIMES[brand.clock]} on {DAYS[brand.date_order]}"
    team = max((team_name(team, brand) for team in TEAMS), key=len)
    longest = LONGEST | {"promised": promised, "eta": f"by {promised}", "team": team, "Team": team}
    soon = {f"ack.{rule.kind}" for rule in rules() if rule.team == "urgent"}
    for key, text in texts().items():
        hurried = {"eta": "in about 55 minutes"} if key.removesuffix(".unstaffed") in soon else {}
        said = text.format_map(ChainMap(hurried, longest, cast(dict[str, str], country)))
        if len(said) > USUAL:
            yield f"The text {key} would have {len(said)} signs with these facts, {len(said) - USUAL} too many."


def _places(brand: Brand) -> Iterator[str]:
    """A first half of a postcode may stand for all that begin so: LS for LS6."""
    listed = ((town, code) for town, places in brand.places.items() for codes in places for code in codes.split())
    for town, code in listed if brand.postcode else ():
        if not (re.fullmatch(str(brand.postcode), code) or code.isalpha()):
            yield f'"{code}", where {town} is, is no first half of a postcode.'
    if brand.postcode and brand.example_postcode and not re.fullmatch(brand.postcode, brand.example_postcode):
        yield "example_postcode is no first half of a postcode."


CHECKS: tuple[Callable[[Brand], Iterator[str]], ...] = (
    _country,
    _money,
    _time,
    _phones,
    _emergency,
    _words,
    _lengths,
    _places,
)
