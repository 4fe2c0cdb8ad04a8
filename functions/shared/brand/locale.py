"""The facts of the brand's country: its money, its time, its phone numbers. How they are said is `wording/saying`."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from functions.shared.carrier.items import Day, Part, Word


class SpecialHours(Part):
    """A date with hours of its own, whatever weekday or holiday it is."""

    on: Day
    hours: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] | None = None
    """"10:00-16:00"; None = nobody is there."""


class Locale(Part):
    """Where the brand is. It stands in the brand's facts."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """As ISO 3166 writes it; a number without a country's code is one of this country."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    """As ISO 4217 writes it; how many minor units it has is for the currency to say."""
    minor_sign: Word | None = None
    """What follows an amount of minor units alone: "p" makes 65p, without one it is £0.65."""
    timezone: Word
    clock: Literal["12h", "24h"]
    date_order: Literal["day-month", "month-day"]
    hours: Word
    holidays: Word | None = None
    """The country whose public holidays are kept, or a part of it; None = none are."""
    special_hours: Annotated[tuple[SpecialHours, ...], Field(max_length=60)] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
