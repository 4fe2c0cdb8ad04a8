"""Known incidents: which one a customer writes about, by their words and where they are, and what they read of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from functions.commands.incoming import Heard
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
FAULT = Text(
    "notice.fault",
    "{hi}sorry, we know about this: {says} Next news by {next_at}.{in_danger}",
    needs=NEEDS,
)
PERSON = "notice.fault.person"
"""Its words stand beside those of every other case."""

type _Score = tuple[bool, bool]
"""Whether a message names a place that a notice touches, and whether it uses the notice's words."""


def fault(notice: Notice, now: datetime, brand: Brand) -> Reply:
    """Say what is known to who writes about it."""
    news = moment(notice.next_at, now, brand)
    said = FAULT.reply(says=notice.says, next_at=news, in_danger=emergency(notice, brand))
    return replace(said, notice=notice.id)


def emergency(notice: Notice, brand: Brand) -> str:
    """Say what still works, where calls or signal may not."""
    about = {word for said in (*notice.words, *notice.tags) for word in plain(said).words}
    return Country(brand)["in_danger"] if about & CALLS else ""


def known(heard: Heard, found: Match) -> Notice | None:
    """Return the notice that a message is about: the one that it says most of; None where two are as likely.

    Who was told of it, and writes again without a place that it touches, may be somewhere else.
    """
    question, words = heard.question, heard.as_written.words
    notices = [one for one in question.catalogue.notices() if one.told(question.now)]
    if not notices or not (found.kind == "fault" or (found.kind == "other" and rules.of_incident(heard.read.words))):
        return None
    near = places_in(words, question.catalogue)
    scored = [(_score(one, words, near, heard.brand), one) for one in notices]
    scored = [(score, one) for score, one in scored if score[0] or (found.kind == "fault" and score[1])]
    if not scored:
        return None
    best = max(score for score, _ in scored)
    about = [one for score, one in scored if score == best]
    newest = max(about, key=lambda one: one.started_at)
    may_be_elsewhere = not best[0] and bool(newest.areas)
    if may_be_elsewhere and (len(about) > 1 or question.customer.told_of == newest.id):
        return None
    return newest


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
    return bool(here and notice.areas), said
