"""What the bot itself says on a subject, and when that was last checked: from the brand's content and facts. Pure."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from functions.shared.brand.catalogue import Brand, Catalogue, Handset, Offer, Zone
from functions.shared.brand.hours import today
from functions.shared.carrier.items import Unreadable
from functions.shared.wording.country import Country
from functions.shared.wording.reading import folded, plain
from functions.shared.wording.saying import data_left, moment, money, on_day
from functions.shared.wording.territories import territories_in, territory

MOST_FOUND = 10
_SHORTEST = 3
"""A word of so many letters also finds longer ones: "roam" finds roaming."""
NEEDS = (
    *(f"guide.{name}" for name in ("platform", "topic", "words", "text", "checked_on", "checked_with")),
    *(f"notice.{name}" for name in ("tags", "words", "areas", "says", "started_at", "next_at", "ended_at", "planned")),
    "notices.as_of",
    *(f"offer.{name}" for name in ("title", "line", "small_print", "from_on", "until_on", "rank")),
    *(f"handset.{name}" for name in ("name", "monthly_minor", "months", "upfront_minor", "in_stock", "small_print")),
    *(f"handset.{name}" for name in ("from_on", "until_on", "rank")),
    *(f"zone.{name}" for name in ("countries", "plans", "included", "per_day_minor", "fair_bytes")),
    *(f"zone.{name}" for name in ("data_minor_per_mb", "call_minor", "answer_minor", "text_minor")),
    "pause.says",
    *(f"brand.{name}" for name in ("abroad_phone", "care_phone", "lost_phone", "privacy_url", "unlock_how")),
    *(f"brand.{name}" for name in ("topup_how", "leaving_how", "notice_period", "number_move", "join_code")),
    *(f"brand.{name}" for name in ("join_where", "spam_report", "fraud_report", "debt_advice", "crisis_line")),
    *(f"brand.{name}" for name in ("bank_phone", "adr_scheme", "adr_days", "direct_debit", "move_code")),
    *(f"brand.words.{name}" for name in ("move_code", "emergency", "regulator", "hardship", "direct_debit")),
    *(f"brand.emergency.{name}" for name in ("number", "also", "networks", "silent", "in_writing")),
)
"""What may be found (see docs/data.md)."""


@dataclass(frozen=True)
class Known:
    """Something that the bot says."""

    subject: str
    says: str
    words: frozenset[str]
    checked_on: date | None = None
    """None = nobody has said when."""
    checked_with: str | None = None


def look(asked: str, catalogue: Catalogue, now: datetime) -> list[Known]:
    """Return what is known of what somebody asks, what names most of their words first."""
    words = [folded(word) for word in plain(asked).words]
    found = [(_fit(words, known.words), known) for known in (*_content(catalogue, now), *_facts(catalogue.brand))]
    best = sorted((one for one in found if one[0]), key=lambda one: -one[0])
    zones = _zones(asked, catalogue) if words else ()
    return [*zones, *(known for _, known in best)][:MOST_FOUND]


def _fit(words: list[str], names: frozenset[str]) -> int:
    """Count the words that name something. A whole word counts for more than the beginning of one."""
    begun = (any(len(word) >= _SHORTEST and name.startswith(word) for name in names) for word in words)
    return sum(2 if word in names else int(is_begun) for word, is_begun in zip(words, begun, strict=True))


def _named(*texts: str) -> frozenset[str]:
    return frozenset(folded(word) for text in texts for word in plain(text).words)


# ---- what the brand hands in ----


def _content(catalogue: Catalogue, now: datetime) -> Iterator[Known]:
    brand = catalogue.brand
    day = today(now, brand)
    yield from _notices(catalogue, now, brand)
    for guide in catalogue.guides():
        named = _named(guide.platform, guide.topic, *guide.words)
        yield Known(f"#{guide.platform} {guide.topic}", guide.text, named, guide.checked_on, guide.checked_with)
    yield from (_offered(offer, day, brand) for offer in catalogue.offers() if offer.on(day))
    yield from (_sold(handset, brand) for handset in catalogue.handsets() if handset.on(day))
    for pause in catalogue.pauses():
        with suppress(Unreadable):
            yield Known(f"#{pause.id} is paused", pause.says, _named(pause.id, "pause paused"))


def _notices(catalogue: Catalogue, now: datetime, brand: Brand) -> Iterator[Known]:
    whole = catalogue.notices_checked()
    checked_on = today(whole.as_of, brand) if whole else None
    for notice in catalogue.notices():
        if notice.on(now):
            says = f"{notice.says} Next news by {moment(notice.next_at, now, brand)}."
            named = _named("outage incident fault", *notice.tags, *notice.words, *notice.areas, notice.says)
            yield Known("Known trouble", says, named, checked_on)


def _offered(offer: Offer, day: date, brand: Brand) -> Known:
    until = f"Until {on_day(offer.until_on, day, brand).removeprefix('on ')}."
    says = _several(f"{offer.title}: {offer.line}", offer.small_print, until)
    return Known("#offers", says, _named("offer offers deal deals", offer.title, offer.line))


def _sold(handset: Handset, brand: Brand) -> Known:
    upfront = f", {money(handset.upfront_minor, brand)} upfront" if handset.upfront_minor else ""
    price = f"{handset.name}: {money(handset.monthly_minor, brand)} a month for {handset.months} months{upfront}."
    says = _several(price, handset.small_print, None if handset.in_stock else "Out of stock.")
    return Known("#handsets", says, _named("handset handsets phone phones", handset.name))


def _zones(asked: str, catalogue: Catalogue) -> Iterator[Known]:
    """Say what use costs in the countries that somebody names."""
    brand = catalogue.brand
    for code in sorted(territories_in(plain(asked).words, brand)):
        for zone in catalogue.zones():
            if code in zone.countries:
                plans = f" ({', '.join(zone.plans)})" if zone.plans else ""
                yield Known(f"#roaming {territory(code, brand)}{plans}", _costs(zone, brand), frozenset())


def _costs(zone: Zone, brand: Brand) -> str:
    fair = f", up to {data_left(zone.fair_bytes, brand)} of data" if zone.fair_bytes else ""
    if zone.included:
        return f"The own plan at no extra cost{fair}."
    if zone.per_day_minor is not None:
        return f"The own plan for {money(zone.per_day_minor, brand)} on each day of use{fair}."
    prices = {
        "data {} per MB": zone.data_minor_per_mb,
        "calls {} a minute": zone.call_minor,
        "answering {} a minute": zone.answer_minor,
        "texts {}": zone.text_minor,
    }
    said = [what.format(money(minor, brand)) for what, minor in prices.items() if minor is not None]
    return f"Not in the plan: {', '.join(said)}."


# ---- what the brand's facts say ----

type _Fact = tuple[str, str, Callable[[Brand], str | None]]
"""A subject, the words that find it, and what is said of it."""

_FACTS: tuple[_Fact, ...] = (
    ("Our phone", "phone call ring line care number hours open opening closed", lambda b: f"{b.care_phone}, {b.hours}"),
    ("Lost or stolen", "lost stolen theft block", lambda b: f"{b.lost_phone}, day and night."),
    ("From abroad", "abroad roaming travel ring", lambda b: b.abroad_phone),
    ("Leaving with the number", "leave leaving move port number switch", lambda b: b.number_move),
    (
        "Leaving early",
        "leave leaving early cancel end contract cost fee",
        lambda b: _several(b.leaving_how, b.notice_period),
    ),
    ("Coming with a number", "join joining coming bring keep number", lambda b: f"{b.join_where}: {b.join_code}"),
    ("Adding credit", "topup top credit voucher prepaid", lambda b: b.topup_how),
    ("Another network's SIM", "unlock unlocked locked sim", lambda b: b.unlock_how or "Our phones aren't locked."),
    ("Paying by itself", "pay payment automatic", lambda b: b.direct_debit),
    ("Complaints", "complaint complain complaints adr", lambda b: f"{b.adr_scheme}, after {b.adr_days} days."),
    ("In danger", "danger emergency ambulance police fire", lambda b: _emergency(b)),
    ("In despair", "suicide crisis despair", lambda b: b.crisis_line),
    ("The bank", "bank scam fraud", lambda b: b.bank_phone),
    ("Cannot pay", "debt pay afford hardship arrears", lambda b: b.debt_advice),
    ("A fraudulent message", "spam scam phishing text", lambda b: b.spam_report),
    ("Fraud", "fraud scam", lambda b: b.fraud_report),
    ("Privacy", "privacy data gdpr", lambda b: b.privacy_url),
)
_COUNTRYS_WORDS = {
    "Leaving with the number": "move_code",
    "In danger": "emergency",
    "Complaints": "regulator",
    "Cannot pay": "hardship",
    "Paying by itself": "direct_debit",
}
"""What customers call the institutions of the brand's country finds them too."""


def _facts(brand: Brand) -> Iterator[Known]:
    for subject, words, say in _FACTS:
        with suppress(Unreadable):
            if says := say(brand):
                yield Known(subject, says, _named(words, *_called(subject, brand)))


def _called(subject: str, brand: Brand) -> tuple[str, ...]:
    with suppress(Unreadable):
        return tuple(getattr(brand.words, _COUNTRYS_WORDS.get(subject, ""), ()))
    return ()


def _several(*sentences: str | None) -> str:
    return " ".join(filter(None, sentences))


def _emergency(brand: Brand) -> str:
    country = Country(brand)
    in_writing = f" In writing: {brand.emergency.in_writing}." if brand.emergency.in_writing else ""
    return f"{country['emergency']}{country['also']}, on {country['networks']}{country['silent']}.{in_writing}"
