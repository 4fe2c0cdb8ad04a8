"""Known incidents: which one a customer writes about, by their words and where they are, and what they read of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from functions.commands.incoming import Heard
from functions.commands.registry import Question
from functions.shared.brand.catalogue import Brand, Catalogue, Notice
from functions.shared.wording import places, rules
from functions.shared.wording.country import Country
from functions.shared.wording.places import Spot
from functions.shared.wording.reading import plain
from functions.shared.wording.rules import Match
from functions.shared.wording.saying import moment
from functions.shared.wording.text import Reply, Text

CALLS = frozenset(
    ["call", "calls", "minutes", "signal", "network", "service", "coverage", "reception", "mast", "masts"]
)
"""Words and hashtags of a notice that touches emergency calls too."""
NEEDS = (
    "notice.says",
    "notice.next_at",
    "notice.words",
    "notice.areas",
    "brand.postcode",
    "brand.places",
    "brand.emergency.number",
    "brand.emergency.networks",
)
ASK_TO_HEAR = "Send #tellme and I'll write once, when it's fixed."
FAULT = Text(
    "notice.fault",
    "{hi}sorry, we know about this: {says} Next news by {next_at}.{in_danger}",
    next=ASK_TO_HEAR,
    needs=NEEDS,
)
AFTER_END = Text(
    "incident.over",
    "{hi}{fixed} If it still isn't right for you, restart your phone once.",
    next="No better? Reply #human and say where you are and since when.",
    needs=("notice.fixed", "notice.ended_at"),
)
PERSON = "notice.fault.person"
"""Its words stand beside those of every other case."""
AFTERWARDS = timedelta(hours=24)
"""So long is told that one has ended."""

type _Score = tuple[bool, bool]
"""Whether a message names a place that a notice touches, and whether it uses the notice's words."""


# ---- what is said ----


def fault(notice: Notice, now: datetime, brand: Brand) -> Reply:
    """Say what is known to who writes about it."""
    return replace(FAULT.reply(**latest(notice, now, brand)), notice=notice.id)


def latest(notice: Notice, now: datetime, brand: Brand) -> dict[str, str]:
    """Return what texts name of one that is on."""
    news = moment(notice.next_at, now, brand)
    return {"says": notice.says, "next_at": news, "in_danger": emergency(notice, brand)}


def over(notice: Notice) -> Reply:
    return replace(AFTER_END.reply(fixed=notice.fixed or ""), over=notice.id)


def emergency(notice: Notice, brand: Brand) -> str:
    """Say what still works, where calls or signal may not."""
    about = {word for said in (*notice.words, *notice.tags) for word in plain(said).words}
    return Country(brand)["in_danger"] if about & CALLS else ""


# ---- which one ----


def known(heard: Heard, found: Match) -> Notice | None:
    """Return the one that a message is about; None where two are as likely.

    Who was told of it, and writes again without a place that it touches, may be somewhere else.
    """
    notices = [one for one in heard.question.catalogue.notices() if one.told(heard.question.now)]
    best, placed = _most_about(heard, found, notices)
    told_of = next((one for one in notices if one.id == heard.question.customer.told_of), None)
    if told_of and not placed and not places_in(heard.as_written.words, heard.question.catalogue):
        asks = found.kind in ("fault", "other") and rules.asks_news(heard.read.words)
        return told_of if asks or not told_of.areas else None if best is told_of else best
    return best


def ended(heard: Heard, found: Match) -> Notice | None:
    """Return the one that a message is about and that has ended lately; not for who knows that, or needs a person."""
    customer = heard.question.customer
    notices = [one for one in lately_ended(heard.question) if one.id != customer.told_over]
    best, placed = _most_about(heard, found, notices)
    is_theirs = best and (placed or not best.areas or customer.told_of == best.id)
    return best if is_theirs and not needs_person(heard) else None


def lately_ended(question: Question) -> list[Notice]:
    now = question.now
    notices = question.catalogue.notices()
    return [one for one in notices if one.fixed and one.ended_at and one.ended_at <= now < one.ended_at + AFTERWARDS]


def of_customer(question: Question) -> Notice | None:
    """Return the one that touches a customer wherever they are: that they were told of, or that is everywhere."""
    notices = [one for one in question.catalogue.notices() if one.told(question.now)]
    touches = [
        one for one in (*notices, *lately_ended(question)) if one.id == question.customer.told_of or not one.areas
    ]
    return max(touches, key=lambda one: (one.told(question.now), one.id == question.customer.told_of), default=None)


def of_place(question: Question) -> Notice | None:
    """Return the newest one at a place that is named."""
    brand = question.catalogue.brand
    near = places_in(plain(question.dm.text).words, question.catalogue)
    notices = [one for one in question.catalogue.notices() if one.told(question.now) and one.areas]
    here = (one for one in notices if any(is_at(one, place, brand) for place in near))
    return max(here, key=lambda one: one.started_at, default=None)


def needs_person(heard: Heard) -> bool:
    """They ask for a person, or somebody depends on the phone."""
    return rules.asks_person(heard.read.words) or rules.depends(heard.read.words)


def news(question: Question) -> Reply | None:
    """Say how the one stands that touches a customer."""
    notice = of_customer(question)
    if notice is None:
        return None
    is_on = notice.told(question.now)
    return fault(notice, question.now, question.catalogue.brand) if is_on else over(notice)


def _most_about(heard: Heard, found: Match, notices: Sequence[Notice]) -> tuple[Notice | None, bool]:
    """Return the one of which a message says most, and whether it names a place that this one touches."""
    words = heard.as_written.words
    if not notices or not _is_about_one(heard, found):
        return None, False
    near = places_in(words, heard.question.catalogue)
    scored = [(_score(one, words, near, heard.brand), one) for one in notices]
    best = max(score for score, _ in scored)
    about = [one for score, one in scored if score == best]
    placed, said = best
    if not placed and (not said or found.kind == "other" or (len(about) > 1 and any(one.areas for one in about))):
        return None, False
    return max(about, key=lambda one: one.started_at), placed


def _is_about_one(heard: Heard, found: Match) -> bool:
    words = heard.read.words
    return found.kind == "fault" or (found.kind == "other" and (rules.of_incident(words) or rules.asks_news(words)))


def is_place(heard: Heard) -> bool:
    """Say whether a message says nothing but a place, as who was asked for one may."""
    words = heard.as_written.words
    near = places_in(words, heard.question.catalogue)
    names = {word for place in near for word in plain(place.name).words}
    rest = [word for word in words if word not in names | rules.filler() and not word[:1].isdecimal()]
    return len(near) == 1 and all(places.in_words((word,), heard.brand) for word in rest)


def places_in(words: Sequence[str], catalogue: Catalogue) -> list[Spot]:
    """Return the places that a text names, those that only a notice knows among them."""
    areas = (area for notice in catalogue.notices() for area in notice.areas)
    return places.in_words(words, catalogue.brand, tuple(dict.fromkeys(areas)))


def is_at(notice: Notice, place: Spot, brand: Brand) -> bool:
    """Say whether a notice touches a place; one that names no areas is everywhere."""
    return not notice.areas or any(places.spot_of(area, brand).touches(place) for area in notice.areas)


def _score(notice: Notice, words: Sequence[str], near: Sequence[Spot], brand: Brand) -> _Score:
    here = [place for place in near if is_at(notice, place, brand)]
    if near and not here:
        return False, False
    said = any(places.stand_in(plain(word).words, words) for word in notice.words)
    alike = {word for some in rules.alike() if some & {*notice.words} for word in some}
    return bool(here and notice.areas), said or not alike.isdisjoint(words)
