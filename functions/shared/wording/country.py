"""The institutions of the brand's country, as texts and cards name them, and as customers do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from functions.shared.brand.catalogue import Brand
from functions.shared.brand.locale import CountryWords
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import TEAM_NAMES, Team
from functions.shared.wording.reading import Plain, plain
from functions.shared.wording.rules import as_meant

CARDS = ("brand.emergency.number", "brand.fraud_report", "brand.move_code")
"""What the cards of the desk name."""
NEEDS = (
    "brand.emergency.number",
    "brand.emergency.also",
    "brand.emergency.networks",
    "brand.emergency.silent",
    "brand.crisis_line",
    "brand.bank_phone",
    "brand.debt_advice",
    "brand.spam_report",
    "brand.number_move",
    "brand.join_code",
    "brand.join_where",
    "brand.emergency.in_writing",
    "brand.adr_scheme",
    "brand.adr_days",
)
HEARD = ("brand.name", "brand.handle", *(f"brand.words.{name}" for name in CountryWords.model_fields))
"""What is heard in a message."""
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLACES: dict[str, Callable[[Brand], str]] = {
    "brand": lambda brand: brand.name,
    "care_phone": lambda brand: brand.care_phone,
    "lost_phone": lambda brand: brand.lost_phone,
    "abroad_phone": lambda brand: brand.abroad_phone,
    "emergency": lambda brand: brand.emergency.number,
    "also": lambda brand: f" ({brand.emergency.also} does the same)" if brand.emergency.also else "",
    "silent": lambda brand: f"; {brand.emergency.silent}" if brand.emergency.silent else "",
    "networks": lambda brand: brand.emergency.networks,
    "in_danger": lambda brand: f" {brand.emergency.number} can use {brand.emergency.networks} in range.",
    "crisis_line": lambda brand: brand.crisis_line,
    "bank": lambda brand: f" on {brand.bank_phone}" if brand.bank_phone else "",
    "debt_advice": lambda brand: brand.debt_advice,
    "spam_report": lambda brand: brand.spam_report,
    "fraud_report": lambda brand: brand.fraud_report,
    "number_move": lambda brand: brand.number_move,
    "leaving_how": lambda brand: brand.leaving_how,
    "notice_period": lambda brand: f" {brand.notice_period}" if brand.notice_period else "",
    "move_code": lambda brand: brand.move_code,
    "join_code": lambda brand: brand.join_code,
    "join_where": lambda brand: brand.join_where,
    "in_writing": lambda brand: brand.emergency.in_writing or "",
    "adr_scheme": lambda brand: brand.adr_scheme,
    "adr_after": lambda brand: _span(brand.adr_days),
}


class Country(Mapping[str, str]):
    """What a text may name of a brand. A fact is read when a text names it: one that is missing spoils no other."""

    def __init__(self, brand: Brand) -> None:
        self._brand = brand

    def __getitem__(self, place: str) -> str:
        return _PLACES[place](self._brand)

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


def team_name(team: Team, brand: Brand) -> str:
    """Name a team to customers, as the brand calls it."""
    with suppress(Unreadable):
        if brand.teams and (named := getattr(brand.teams, team)):
            return str(named)
    return TEAM_NAMES[team]


def _span(days: int) -> str:
    """Say how long something takes: six weeks, 30 days."""
    weeks, rest = divmod(days, 7)
    if rest or weeks > len(_NUMBERS):
        return f"{days} days"
    return f"{_NUMBERS[weeks - 1]} week{'' if weeks == 1 else 's'}"


# ---- what customers write ----

type Named = Mapping[tuple[str, ...], str]
"""The place of a rule for each of the brand's words."""


def placed(read: Plain, brand: Brand) -> Plain:
    """Read in the words of the rules: spelled as they are, with places for the brand's words, {emergency} for 999."""
    known = _known(brand)
    whole = {"".join(words): place for words, place in known.items()}
    tags = (whole.get(tag, tag) for tag in read.tags)
    return replace(
        read,
        words=_named(as_meant(read.words), known),
        beside=_named(as_meant(read.beside), known),
        clauses=tuple(_named(as_meant(clause), known) for clause in read.clauses),
        tags=tuple(dict.fromkeys(tags)),
    )


def placed_anywhere(read: Plain) -> Plain:
    """Put {emergency} for every number of three digits, where it is not known whose customer writes."""
    numbers: Named = {(word,): "{emergency}" for word in read.words if word.isdecimal() and len(word) == 3}
    return replace(read, words=_named(read.words, numbers))


def _known(brand: Brand) -> Named:
    found: dict[tuple[str, ...], str] = {}
    with suppress(Unreadable):
        found |= {plain(name).words: "{brand}" for name in (brand.name, brand.handle) if name}
    for name in CountryWords.model_fields:
        with suppress(Unreadable):  # what the brand does not say is not heard
            found |= {tuple(words.split()): f"{{{name}}}" for words in getattr(brand.words, name)}
    return found


def _named(words: Sequence[str], known: Named) -> tuple[str, ...]:
    longest = max(map(len, known), default=0)
    found: list[str] = []
    at = 0
    while at < len(words):
        lengths = (length for length in range(longest, 0, -1) if tuple(words[at : at + length]) in known)
        length = next(lengths, 0)
        found.append(known[tuple(words[at : at + length])] if length else words[at])
        at += length or 1
    return tuple(found)
