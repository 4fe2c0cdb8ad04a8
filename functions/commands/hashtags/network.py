"""#network: known trouble, planned work or nothing at a place."""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.commands import gate, incidents
from functions.commands.registry import Command, Escalate, Example, Question
from functions.shared.brand.catalogue import Brand, Notice
from functions.shared.wording.places import Spot
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import as_of, moment
from functions.shared.wording.text import Reply, Text

AHEAD = timedelta(hours=48)
"""So long before it begins planned work is told."""

KNOWN = Text(
    "network.known",
    "{hi}known trouble at {place}: {says} Next news by {next_at}.{in_danger}",
    next=incidents.ASK_TO_HEAR,
    needs=incidents.NEEDS,
)
PLANNED = Text(
    "network.planned",
    "{hi}planned work at {place}, {start} to {end}: {says}{in_danger}",
    next="Can't be without it then? Reply #human.",
    needs=(*incidents.NEEDS, "notice.planned", "notice.started_at"),
)
CLEAR = Text(
    "network.clear",
    "{hi}I know of no trouble at {place} (as of {as_of}). Try aeroplane mode on for ten seconds, then off, then restart"
    " the phone.",
    next="No better? Reply #human and say since when, and indoors or out.",
    needs=("notices.as_of", "notice.areas", "brand.postcode", "brand.places"),
)
WHERE = Text(
    "network.where",
    "{hi}which place is it? {example}Or say what's wrong in your own words, and a person will look.",
    needs=("brand.postcode", "brand.places", "brand.example_postcode"),
)


def say(question: Question) -> Reply | Escalate:
    brand = question.catalogue.brand
    words = plain(question.dm.text).words
    near = [place for place in incidents.places_in(words, question.catalogue) if not place.is_twice]
    if len(near) == 1:
        return _at(near[0], question)
    return incidents.news(question) or WHERE.reply(example=_example(brand))


def _example(brand: Brand) -> str:
    postcode = brand.example_postcode
    return f"The first half of the postcode works best, like #network {postcode}. " if postcode else ""


def _at(place: Spot, question: Question) -> Reply | Escalate:
    """Say what is known of a place: what is wrong there comes before what is planned or over."""
    now, brand = question.now, question.catalogue.brand
    here = [one for one in question.catalogue.notices() if incidents.is_at(one, place, brand)]
    trouble = [one for one in here if one.on(now) and not one.planned]
    if told := [one for one in trouble if one.told(now)]:
        return _known(max(told, key=_began), place, question)
    if trouble:
        return NOT_SEEN  # what it says of its next news has passed
    if planned := [one for one in here if one.planned and one.started_at - AHEAD <= now < _over(one)]:
        return _planned(min(planned, key=_began), place, question)
    if over := [one for one in incidents.lately_ended(question) if one in here]:
        return incidents.over(max(over, key=_began))
    return _clear(place, question)


NOT_SEEN = Escalate("fault", "devices", "person.looks")


def _began(notice: Notice) -> datetime:
    return notice.started_at


def _over(planned: Notice) -> datetime:
    return planned.over_at or planned.next_at


def _known(notice: Notice, place: Spot, question: Question) -> Reply:
    told = incidents.latest(notice, question.now, question.catalogue.brand)
    return replace(KNOWN.reply(place=place.name, **told), notice=notice.id)


def _planned(notice: Notice, place: Spot, question: Question) -> Reply:
    now, brand = question.now, question.catalogue.brand
    start, end = (moment(at, now, brand) for at in (notice.started_at, _over(notice)))
    said = PLANNED.reply(
        place=place.name, start=start, end=end, says=notice.says, in_danger=incidents.emergency(notice, brand)
    )
    return replace(said, notice=notice.id)


def _clear(place: Spot, question: Question) -> Reply | Escalate:
    """Nothing known is said only while the list of what is known is kept."""
    checked = question.catalogue.notices_checked()
    if checked is None or checked.age(question.now) != "fresh":
        return NOT_SEEN
    return CLEAR.reply(place=place.name, as_of=as_of(checked.as_of, question.now, question.catalogue.brand))


command = Command(
    tag="network",
    help="trouble near you",
    answer=gate.content("network", say),
    examples=(
        Example("#network LS6", "network.clear"),
        Example("#network", "network.where"),
        Example("#network Newport", "network.where", by="new_customer"),
    ),
    home="devices",
    menu=(3, 1),
    texts=(KNOWN, PLANNED, CLEAR, WHERE, incidents.FAULT, incidents.AFTER_END, *gate.CONTENT),
    words=("network",),
    by_place=True,
)
