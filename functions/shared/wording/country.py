"""The institutions of the brand's country, as texts and cards name them."""

from collections.abc import Callable, Iterator, Mapping

from functions.shared.brand.catalogue import Brand

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
    "brand.adr_scheme",
    "brand.adr_days",
)
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
    "crisis_line": lambda brand: brand.crisis_line,
    "bank": lambda brand: f" on {brand.bank_phone}" if brand.bank_phone else "",
    "debt_advice": lambda brand: brand.debt_advice,
    "spam_report": lambda brand: brand.spam_report,
    "fraud_report": lambda brand: brand.fraud_report,
    "number_move": lambda brand: brand.number_move,
    "move_code": lambda brand: brand.move_code,
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


def _span(days: int) -> str:
    """Say how long something takes: six weeks, 30 days."""
    weeks, rest = divmod(days, 7)
    if rest or weeks > len(_NUMBERS):
        return f"{days} days"
    return f"{_NUMBERS[weeks - 1]} week{'' if weeks == 1 else 's'}"
