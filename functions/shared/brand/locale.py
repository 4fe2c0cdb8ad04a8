"""The facts of the brand's country: its money, its time, its phone numbers. How they are said is `wording/saying`."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, Strict, StringConstraints

from functions.shared.carrier.items import Day, Part, Word


def _reads_first_half(pattern: str) -> str:
    """Refuse what is no pattern with one group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from None
    if groups != 1:
        raise ValueError("needs one group, the first half of a postcode")
    return pattern


class SpecialHours(Part):
    """A date with hours of its own, whatever weekday or holiday it is."""

    on: Day
    hours: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] | None = None
    """"10:00-16:00"; None = nobody is there."""


class Emergency(Part):
    """Whom to call in danger, and how."""

    number: Word
    also: Word | None = None
    """Another number that does the same."""
    networks: Word
    """What a call may use: "any UK network"."""
    silent: Word | None = None
    """For who cannot speak, after a semicolon: "if you can't speak, press 55"."""
    in_writing: Word | None = None
    """How it is done in writing, for who cannot hear or speak: "text 999 if you've registered for it"."""


Spoken = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+( [a-z0-9]+)*$")]
"""Words as a message is read: lower case, without apostrophes and other signs."""
Several = Annotated[tuple[Spoken, ...], Field(min_length=1)]


class CountryWords(Part):
    """What customers write of the country's institutions: the rules on words know them by these names."""

    emergency: Several
    """Numbers that they call in danger, those of other countries that they may try included."""
    move_code: Several
    """Codes that move or end a number."""
    regulator: Several
    """Whom they complain to elsewhere."""
    hardship: Several
    """What they live on, or ask for, who struggle to pay."""
    direct_debit: Several
    post: Several
    """Who brings parcels."""
    rivals: Several
    """Other networks, by names that mean nothing else."""
    money: Several
    """The currency, spoken: "pounds", "quid"."""


TeamName = Annotated[Word, StringConstraints(max_length=30)]


class TeamNames(Part):
    """The five teams as customers read them: "our care team". One that is left out is called as everywhere."""

    urgent: TeamName | None = None
    billing: TeamName | None = None
    devices: TeamName | None = None
    sales: TeamName | None = None
    general: TeamName | None = None


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

    languages: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")], ...] = ()
    """In which languages beside English customers may say that a phone is stolen, or stop, as ISO 639 writes them."""
    teams: TeamNames | None = None
    words: CountryWords
    emergency: Emergency
    crisis_line: Word
    """Who listens to somebody in despair, after a colon: "Samaritans on 116 123, free, day or night"."""
    bank_phone: Word | None = None
    """Where any bank is reached in a hurry, if there is such a number."""
    debt_advice: Word
    """Who gives free, independent advice, with the number."""
    spam_report: Word
    """A sentence: how a fraudulent message is reported."""
    fraud_report: Word
    """For staff, a sentence: where customers report a fraud."""
    number_move: Word
    """A sentence with a small first letter: how one leaves and keeps the number."""
    leaving_how: Word
    """A sentence: where one asks what leaving before the end of a minimum term costs."""
    notice_period: Word | None = None
    """A sentence on how long before leaving one has to say so, if at all."""
    topup_how: Annotated[Word, StringConstraints(max_length=90)]
    """A sentence: how one adds credit."""
    unlock_how: Annotated[Word, StringConstraints(max_length=160)] | None = None
    """What one does to use another network's SIM; None = the brand sells no phone that is locked."""
    move_code: Word
    """The code that moves a number, as staff call it."""
    join_code: Word
    """A sentence with a small first letter: how one gets the code that brings a number to us."""
    join_where: Word
    """Where that code is told us, without a full stop: "Type the PAC into our app under Move my number"."""
    direct_debit: Word
    """How bills that pay themselves are called."""
    adr_scheme: Word
    """Who looks at complaints that stay unsettled, and from which day on."""
    adr_days: Annotated[int, Strict(), Ge(1), Le(365)]
    example_number: Word
    """A mobile number as customers write it, kept for drama."""
    postcode: Annotated[Word, AfterValidator(_reads_first_half)] | None = None
    """A pattern of postcodes in capitals without a space; its one group is the first half. None = none are read."""
    example_postcode: Word | None = None
    """A first half of one, as customers write it."""
    places: dict[Word, tuple[str, ...]] = Field(default_factory=dict, max_length=2_000)
    """Towns, in the brand's spelling: for each place of the name how its postcodes begin ("NP18 NP19")."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
