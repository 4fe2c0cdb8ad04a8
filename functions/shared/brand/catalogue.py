"""The brand's content: who it is, what it offers, how phones are set up, what is wrong today. Read only."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from annotated_types import Ge, Le
from pydantic import Field, Strict, StrictBool, StringConstraints, ValidationError, model_validator

from functions.shared.aws import telemetry
from functions.shared.aws.typed import unmarshalled
from functions.shared.brand.locale import Locale
from functions.shared.carrier.accounts import Dated
from functions.shared.carrier.items import Day, Minor, Moment, Part, Unreadable, Whole, Word

_KEPT = timedelta(minutes=1)
_KEPT_OF = {"notice": timedelta(seconds=5)}
"""What has to be known at once is read more often."""

CannedTeam = Literal["all", "urgent", "billing", "devices", "sales", "general"]
Platform = Literal["ios", "android", "windows"]


def _up_to(signs: int) -> StringConstraints:
    return StringConstraints(max_length=signs)


class CreditLimits(Part):
    """How much goodwill credit somebody may give, in minor units."""

    per_case_minor: Minor
    per_account_minor: Minor
    """In 30 days, whoever gives it."""
    per_day_minor: Minor
    """Of one person."""
    ask: Word
    """Whom to ask for more: "a supervisor"."""


class StaffCredit(Part):
    """Goodwill credit by role. A role that is left out gives none."""

    agent: CreditLimits | None = None
    supervisor: CreditLimits | None = None


class CallsPerSlot(Part):
    """How many calls a team can make at one time. One that is left out makes none."""

    urgent: Whole | None = None
    billing: Whole | None = None
    devices: Whole | None = None
    sales: Whole | None = None
    general: Whole | None = None


class CallBacks(Part):
    """When staff ring customers back: the open hours, in slots."""

    minutes: Annotated[int, Strict(), Ge(10), Le(120)]
    """How long a slot is."""
    per_slot: CallsPerSlot


class Brand(Locale):
    """Who and where we are; `facts` is the one item."""

    kind: Literal["brand"]
    id: Literal["facts"]
    name: Word
    handle: Word | None = None
    care_phone: Word
    lost_phone: Word
    abroad_phone: Word
    privacy_url: Word
    calls: CallBacks | None = None
    """None = nobody is rung back."""
    credit: StaffCredit | None = None
    """What staff may take off a bill, or add to a prepaid account; None = nothing."""


class OnShow(Part):
    """Shown between two dates, both included; the lowest rank first."""

    rank: Whole
    from_on: Day
    until_on: Day

    def on(self, today: date) -> bool:
        return self.from_on <= today <= self.until_on


class Offer(OnShow):
    kind: Literal["offer"]
    id: Word
    title: Annotated[Word, _up_to(40)]
    line: Annotated[Word, _up_to(60)]
    audience: Literal["everyone", "monthly", "prepaid"]
    small_print: Annotated[Word, _up_to(60)] | None = None


class Handset(OnShow):
    kind: Literal["handset"]
    id: Word
    name: Annotated[Word, _up_to(24)]
    platform: Platform | None = None
    monthly_minor: Minor
    months: Whole
    upfront_minor: Minor
    in_stock: StrictBool
    small_print: Annotated[Word, _up_to(60)]
    """The law's words for a phone on instalments."""


class Guide(Part):
    """Steps for one platform and topic; the topic `internet` is for who names none."""

    kind: Literal["guide"]
    id: Annotated[str, StringConstraints(pattern=r"^(ios|android|windows)#[a-z]+$")]
    platform: Platform
    topic: Word
    words: tuple[Word, ...] = ()
    """Words in a message that choose this guide."""
    text: Annotated[Word, _up_to(220)]
    checked_on: Day | None = None
    checked_with: Word | None = None


class Notice(Part):
    """A known incident or planned work, from its start to its end."""

    kind: Literal["notice"]
    id: Word
    tags: tuple[Word, ...] = ()
    """Hashtags whose answers mention it."""
    words: tuple[Word, ...] = ()
    """Words of who writes about it: "calls", "signal"."""
    areas: tuple[Word, ...] = ()
    """Where it is: towns, first halves of postcodes or how they begin; none = everywhere."""
    planned: StrictBool = False
    says: Annotated[Word, _up_to(100)]
    started_at: Moment
    next_at: Moment
    """When there will be news; of planned work, when it is over."""
    ended_at: Moment | None = None
    fixed: Annotated[Word, _up_to(100)] | None = None
    """What is said once it has ended."""

    @property
    def over_at(self) -> datetime | None:
        return self.ended_at or (self.next_at if self.planned else None)

    def on(self, now: datetime) -> bool:
        return self.started_at <= now and (self.over_at is None or now < self.over_at)

    def told(self, now: datetime) -> bool:
        """Whether it is on, and what it says of its next news is still to come."""
        return self.on(now) and now < self.next_at


class Notices(Dated):
    """Says of the list of notices that it was whole at a time: nothing else was known then. There is one such item."""

    kind: Literal["notices"]
    id: Literal["checked"]


class Zone(Part):
    """Countries in which use costs the same. One that names the customer's plan comes before one for every plan."""

    kind: Literal["zone"]
    id: Word
    countries: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...], Field(min_length=1)]
    """As ISO 3166 writes them."""
    plans: tuple[Word, ...] = ()
    """The names of the plans that it holds for; none = all."""
    included: Literal[True] | None = None
    per_day_minor: Minor | None = None
    """For each day of use."""
    fair_bytes: Whole | None = None
    """What is included, or comes with a day, at most."""
    data_minor_per_mb: Minor | None = None
    call_minor: Minor | None = None
    """A minute, as the next."""
    answer_minor: Minor | None = None
    text_minor: Minor | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.__dict__.get(name) for name in ("included", "per_day_minor", "data_minor_per_mb"))
        if sum(way is not None for way in ways) != 1:
            raise ValueError("give one of included, per_day_minor and data_minor_per_mb")
        return self

    def holds(self, country: str, plan: str) -> bool:
        return country in self.countries and (not self.plans or plan in self.plans)


class Canned(Part):
    """A reply that staff begin with; the id is its shortcut."""

    kind: Literal["canned"]
    id: Annotated[str, StringConstraints(pattern=r"^;[a-z]+$")]
    team: CannedTeam
    text: Word


class Pause(Part):
    """A hashtag, or `all`, that operations have switched off."""

    kind: Literal["pause"]
    id: Word
    says: Annotated[Word, _up_to(80)]
    since: Moment | None = None
    by: Word | None = None


MODELS: dict[str, type[Part]] = {
    "brand": Brand,
    "offer": Offer,
    "handset": Handset,
    "guide": Guide,
    "notice": Notice,
    "notices": Notices,
    "zone": Zone,
    "canned": Canned,
    "pause": Pause,
}
"""The model of each kind of item."""

type Items = Callable[[str], list[dict[str, Any]]]
"""Returns the items of a kind."""


class Catalogue:
    """What the brand says today. Each kind is read with one query, when it is first asked for, and kept a minute."""

    _kept: ClassVar[dict[tuple[str, str], tuple[datetime, list[dict[str, Any]]]]] = {}

    def __init__(self, items: Items) -> None:
        self._items = items

    @classmethod
    def read(cls, client: Any, table: str, now: datetime) -> Self:
        """Return the catalogue in a table, read with boto3's plain client."""

        def items(kind: str) -> list[dict[str, Any]]:
            read_at, kept = cls._kept.get((table, kind), (None, []))
            if read_at is None or not timedelta(0) <= now - read_at < _KEPT_OF.get(kind, _KEPT):
                kept = _query(client, table, kind)
                cls._kept[table, kind] = now, kept
            return kept

        return cls(items)

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Any]]) -> Self:
        """Return a catalogue of items at hand."""
        by_kind: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in items:
            by_kind[str(item["kind"])].append(dict(item))
        return cls(lambda kind: by_kind[kind])

    @property
    def brand(self) -> Brand:
        """Return who we are. A fact that is missing raises Unreadable only where it is needed."""
        facts = next((item for item in self._items("brand") if item["id"] == "facts"), None)
        if facts is None:
            raise Unreadable("the catalogue has no brand facts")
        return Brand.of(facts)

    @property
    def facts(self) -> Brand:
        """Return who we are as far as that is known: for what goes without, like hearing a stop."""
        with suppress(Unreadable):
            return self.brand
        return Brand.of({})

    def offers(self) -> list[Offer]:
        return sorted(self._sound(Offer, "offer"), key=lambda offer: offer.rank)

    def handsets(self) -> list[Handset]:
        return sorted(self._sound(Handset, "handset"), key=lambda handset: handset.rank)

    def guides(self) -> list[Guide]:
        return self._sound(Guide, "guide")

    def notices(self) -> list[Notice]:
        return self._sound(Notice, "notice")

    def notices_checked(self) -> Notices | None:
        return next(iter(self._sound(Notices, "notices")), None)

    def zone(self, country: str, plan: str) -> Zone | None:
        """Return what holds in a country for who has a plan."""
        zones = [zone for zone in self.zones() if zone.holds(country, plan)]
        return max(zones, key=lambda zone: bool(zone.plans), default=None)

    def zones(self) -> list[Zone]:
        return self._sound(Zone, "zone")

    def canned(self) -> list[Canned]:
        return self._sound(Canned, "canned")

    def pauses(self) -> list[Pause]:
        return [Pause.of(item) for item in self._items("pause")]  # whatever else it says, it is off

    def _sound[P: Part](self, model: type[P], kind: str) -> list[P]:
        return [entry for item in self._items(kind) if (entry := _entry(model, item))]


def _entry[P: Part](model: type[P], item: Mapping[str, Any]) -> P | None:
    """Read an item. One that makes no sense is left out: the brand's slip must not silence its hashtag."""
    try:
        return model.model_validate(item, extra="ignore")
    except ValidationError:
        telemetry.warning("a catalogue item makes no sense", kind=item["kind"])
        return None


def _query(client: Any, table: str, kind: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": {"S": kind}},
    )
    return [unmarshalled(item) for page in pages for item in page["Items"]]
