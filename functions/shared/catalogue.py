"""The brand's content, read only: facts, offers, handsets, guides, notices, canned answers, what is switched off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from boto3.dynamodb.types import TypeDeserializer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

KEPT = timedelta(minutes=1)
SHOWN = 3
"""Offers or handsets in one answer."""

KINDS = ("brand", "offer", "handset", "guide", "notice", "canned", "pause")

Pence = Annotated[int, Field(ge=0)]


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str


class Brand(Entry):
    """The brand's facts (id `facts`). `hours` is written "Mon-Sat 08:00-20:00", `holidays` is a country code."""

    name: str
    handle: str
    care_phone: str
    lost_phone: str
    abroad_phone: str
    privacy_url: str
    adr_scheme: str
    hours: str
    timezone: str
    holidays: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Dated(Entry):
    """Shown from one day until another, both included; in the order of `rank`."""

    from_on: date | None = None
    until_on: date | None = None
    rank: int

    def on(self, today: date) -> bool:
        return (self.from_on or today) <= today <= (self.until_on or today)


class Offer(Dated):
    title: str = Field(max_length=40)
    line: str = Field(max_length=60)
    audience: Literal["everyone", "monthly", "prepaid"]
    small_print: str | None = Field(default=None, max_length=60)


class Handset(Dated):
    """A phone on instalments. `small_print` holds the legal words of a credit advertisement."""

    name: str = Field(max_length=24)
    platform: Literal["ios", "android", "windows"]
    monthly_pence: Pence
    months: int = Field(gt=0)
    upfront_pence: Pence
    in_stock: bool
    small_print: str = Field(max_length=60)


class Guide(Entry):
    """Help for a platform; `words` in a message choose it. The one with the topic `internet` is the default."""

    platform: Literal["ios", "android", "windows"]
    topic: str
    words: tuple[str, ...] = ()
    text: str = Field(max_length=220)
    checked_on: date | None = None
    checked_with: str | None = None


class Notice(Entry):
    """A known incident, with the hashtags and words that it touches."""

    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    says: str = Field(max_length=100)
    started_at: AwareDatetime
    next_at: AwareDatetime
    ended_at: AwareDatetime | None = None

    def on(self, now: datetime) -> bool:
        return self.started_at <= now and (self.ended_at is None or now < self.ended_at)


class Canned(Entry):
    """An answer that staff call by its shortcut (`;hi`), of one team or `all`."""

    team: str
    text: str


class Pause(Entry):
    """What ops have switched off: a hashtag (its id, without the sign) or `all`."""

    says: str = Field(max_length=80)
    since: AwareDatetime
    by: str


MODELS: Mapping[str, type[Entry]] = {
    "brand": Brand,
    "offer": Offer,
    "handset": Handset,
    "guide": Guide,
    "notice": Notice,
    "canned": Canned,
    "pause": Pause,
}


@dataclass(frozen=True)
class Catalogue:
    """The items as they are stored, each kind checked when it is asked for."""

    items: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, dynamodb: Any, table: str, now: datetime) -> "Catalogue":
        """Read the catalogue, one query for each kind, or return what was read within the last minute."""
        read_at, kept = _kept.get(table, (None, None))
        if read_at is None or kept is None or not timedelta(0) <= now - read_at < KEPT:
            kept = cls(tuple(item for kind in KINDS for item in _query(dynamodb, table, kind)))
            _kept[table] = (now, kept)
        return kept

    @cached_property
    def brand(self) -> Brand:
        return self._all(Brand)[0]

    def offers(self, audience: str, today: date) -> list[Offer]:
        """Today's offers for a customer: `monthly`, `prepaid`, or `everyone` where that is not known."""
        fits = [offer for offer in self._all(Offer) if offer.on(today) and offer.audience in ("everyone", audience)]
        return sorted(fits, key=lambda offer: offer.rank)[:SHOWN]

    def handsets(self, today: date) -> list[Handset]:
        there = [handset for handset in self._all(Handset) if handset.on(today) and handset.in_stock]
        return sorted(there, key=lambda handset: handset.rank)[:SHOWN]

    def guides(self, platform: str) -> list[Guide]:
        """A platform's guides, the default first."""
        found = [guide for guide in self._all(Guide) if guide.platform == platform]
        return sorted(found, key=lambda guide: (bool(guide.words), guide.id))

    def notice(self, tag: str, now: datetime) -> Notice | None:
        """The newest incident that touches a hashtag."""
        found = [notice for notice in self._all(Notice) if tag in notice.tags and notice.on(now)]
        return max(found, key=lambda notice: notice.started_at, default=None)

    def pause(self, tag: str) -> Pause | None:
        """What ops say about a hashtag that they have switched off."""
        return next((pause for pause in self._all(Pause) if pause.id == tag), None)

    def canned(self, team: str) -> list[Canned]:
        return [canned for canned in self._all(Canned) if canned.team in ("all", team)]

    def _all[E: Entry](self, model: type[E]) -> list[E]:
        return [model.model_validate(item) for item in self.items if MODELS[item["kind"]] is model]


_kept: dict[str, tuple[datetime, Catalogue]] = {}


def forget() -> None:
    """Read anew at the next call."""
    _kept.clear()


def _query(dynamodb: Any, table: str, kind: str) -> Iterable[dict[str, Any]]:
    from_dynamo = TypeDeserializer().deserialize
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": {"S": kind}},
    )
    return [{name: from_dynamo(value) for name, value in item.items()} for page in pages for item in page["Items"]]
