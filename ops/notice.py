"""`tweetserve notice`: a known incident begins, changes and ends, and who asked is told of its end."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated, Any
from uuid import uuid4

import typer

from functions.commands import incidents
from functions.commands.end_of_incident import HAS_ENDED, TOLD_FOR
from functions.shared.aws import clock
from functions.shared.aws.rows import tellme_clock
from functions.shared.brand.catalogue import Brand, Notice
from functions.shared.delivery import budget
from functions.shared.delivery.budget import Budget
from functions.shared.wording import places
from functions.shared.wording.saying import moment
from functions.shared.wording.text import assemble
from ops.catalogue import Item, flaw, put, stored
from ops.place import Place, Trouble, at_place

EXAMPLES = """
What customers read stands after a colon: one sentence with a small first letter, 100 signs at most.

Examples:

  tweetserve notice start leeds-calls --says 'calls are failing in parts of Leeds; engineers are on site.' --next 16:30
  --area Leeds --word calls --word signal --stage prod

  tweetserve notice end leeds-calls --says 'calls in Leeds have been working again since 15:40.' --stage prod --dry-run
"""

app = typer.Typer(
    add_completion=False,
    help="Tell customers of a known incident, and of its end.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog=EXAMPLES,
)

New = Annotated[str, typer.Argument(metavar="[ID]", help="Its name among ours; without one it gets one.")]
Which = Annotated[str, typer.Argument(metavar="[ID]", help="Which; not needed while there is one.")]
Areas = Annotated[
    list[str] | None, typer.Option("--area", help="A town, or a first half of a postcode or how some begin: LS, LS6.")
]
Words = Annotated[list[str] | None, typer.Option("--word", help="A word of who writes about it: calls, signal.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A hashtag whose answer mentions it.")]
NEXT = "When there is news, or planned work is over: 16:30, 2h, 2026-11-24T16:30Z."
LISTS = ("areas", "words", "tags")
LATER = re.compile(r"([0-9]{1,3})([mhd])")
CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@app.command(epilog=EXAMPLES)
@at_place
def start(
    place: Place,
    notice_id: New = "",
    says: Annotated[str, typer.Option(help="What customers read.")] = "",
    next_at: Annotated[str, typer.Option("--next", help=NEXT)] = "",
    begins: Annotated[str, typer.Option("--from", help="When it begins, if not now.")] = "",
    areas: Areas = None,
    words: Words = None,
    tags: Tags = None,
    *,
    planned: Annotated[bool, typer.Option("--planned", help="It is planned work.")] = False,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Tell of an incident, or of planned work, whoever writes about it from now on."""
    there = Notices.at(place)
    if notice_id in there.items:
        raise Trouble(f"There is a notice {notice_id}: change it with `tweetserve notice update {notice_id}`.")
    began = there.moment(begins) if begins else there.now
    item = begun(there.brand, notice_id, says, began, there.moment(next_at or _missing("--next")))
    item |= {"planned": True} if planned else {}
    item |= lists(there.brand, areas, words, tags)
    _done(place, there, item, "start", dry_run=dry_run, as_json=as_json)


@app.command()
@at_place
def update(
    place: Place,
    notice_id: Which = "",
    says: Annotated[str, typer.Option(help="What customers read from now on.")] = "",
    next_at: Annotated[str, typer.Option("--next", help=NEXT)] = "",
    areas: Areas = None,
    words: Words = None,
    tags: Tags = None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Say something newer of one that is on; what is not named stays. Nobody is written to."""
    there = Notices.at(place)
    before = there.one(notice_id)
    item = before | ({"says": sentence(says)} if says else {}) | lists(there.brand, areas, words, tags)
    item |= {"next_at": _written(there.moment(next_at))} if next_at else {}
    if item == before:
        raise Trouble("Say what changes: --says, --next, --area, --word or --tag.")
    _done(place, there, item, "update", dry_run=dry_run, as_json=as_json)


@app.command()
@at_place
def end(
    place: Place,
    notice_id: Which = "",
    says: Annotated[str, typer.Option(help="What customers read of it from now on.")] = "",
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """End one: who sent #tellme is told once, who asked first first, for two hours at most."""
    there = Notices.at(place)
    _done(place, there, ended(there.one(notice_id), says, there.now), "end", dry_run=dry_run, as_json=as_json)


@app.command("list")
@at_place
def list_(place: Place, *, as_json: bool) -> None:
    """List what is on, what is planned and what ended lately, and who waits for its end."""
    there = Notices.at(place)
    shown = [_shown(place, there, item) for item in there.items.values() if not flaw(item)]
    if as_json:
        typer.echo(json.dumps({"notices": shown}, indent=2))
        return
    for one in shown:
        where = ", ".join(one["areas"]) or "everywhere"
        typer.echo(f"{one['id']}: {one['state']}, {where}: {one['says']} {one['waiting']} wait for its end.")
    if not shown:
        typer.echo("None.")


@app.command()
@at_place
def checked(place: Place, *, dry_run: bool, as_json: bool) -> None:
    """Say that nothing else is known right now: #network tells that a place is clear for a day from then on."""
    if not dry_run:
        put(place, [whole(clock.now())])
    typer.echo(
        json.dumps({"dry_run": dry_run, "as_of": _written(clock.now())}) if as_json else "Nothing else is known."
    )


# ---- items ----


def begun(brand: Brand, notice_id: str, says: str, started_at: datetime, next_at: datetime) -> Item:
    return {
        "kind": "notice",
        "id": notice_id or f"{started_at.astimezone(brand.zone):%Y-%m-%d}-{uuid4().hex[:4]}",
        "says": sentence(says or _missing("--says")),
        "started_at": _written(started_at),
        "next_at": _written(next_at),
    }


def lists(brand: Brand, areas: list[str] | None, words: list[str] | None, tags: list[str] | None) -> Item:
    """Return what is named of whom it touches. Raises Trouble for a postcode that is none."""
    given = {"areas": [_area(area, brand) for area in areas or ()], "words": words, "tags": tags}
    tidy = {name: [one.strip().lower().removeprefix("#") for one in some or ()] for name, some in given.items()}
    tidy["areas"] = given["areas"] or []
    return {name: some for name, some in tidy.items() if some}


def _area(area: str, brand: Brand) -> str:
    spot = places.spot_of(area.strip(), brand)
    if any(map(str.isdigit, area)) and not spot.where[0]:
        raise Trouble(f"{area} is no first half of a postcode.")
    if not any(spot.where):
        typer.echo(f"{spot.name} is no town of the brand's `places`: only who spells it so is told.", err=True)
    return spot.name


def sentence(says: str) -> str:
    """Return words as they stand after a colon, with their full stop."""
    words = " ".join(says.split())
    if words[:1].isupper():
        typer.echo("It stands after a colon: unless it is a name, begin with a small letter.", err=True)
    return words if words.endswith((".", "?")) else f"{words}."


def ended(item: Item, says: str, now: datetime) -> Item:
    return item | {"ended_at": _written(now), "fixed": sentence(says or _missing("--says"))}


def whole(now: datetime) -> Item:
    """The item that says that the list of notices is complete."""
    return {"kind": "notices", "id": "checked", "as_of": _written(now)}


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _missing(option: str) -> str:
    raise Trouble(f"Say it with {option}.", 2)


# ---- what there is ----


@dataclass(frozen=True)
class Notices:
    """The notices at a place, by id."""

    brand: Brand
    items: dict[str, Item]
    now: datetime

    @classmethod
    def at(cls, place: Place) -> "Notices":
        items = stored(place)
        if ("brand", "facts") not in items:
            raise Trouble("The catalogue has no brand facts: `tweetserve catalogue import` brings them.")
        ours = {id_: item for (kind, id_), item in items.items() if kind == "notice"}
        return cls(Brand.of(items["brand", "facts"]), ours, clock.now())

    def one(self, notice_id: str) -> Item:
        """Return the one that is meant and not over."""
        if notice_id and notice_id not in self.items:
            raise Trouble(f"There is no notice {notice_id}. {self._named()}")
        not_over = {id_: item for id_, item in self.items.items() if "ended_at" not in item}
        if notice_id and notice_id not in not_over:
            raise Trouble(f"{notice_id} has ended already, at {self.items[notice_id]['ended_at']}.")
        if not notice_id and len(not_over) != 1:
            raise Trouble(f"Which? {self._named()}")
        return self.items[notice_id or next(iter(not_over))]

    def _named(self) -> str:
        ids = [id_ for id_, item in self.items.items() if "ended_at" not in item]
        return f"Not over: {', '.join(ids)}." if ids else "None is on or planned."

    def moment(self, said: str) -> datetime:
        """Read a time that is ahead, or of today where the brand is."""
        if ahead := LATER.fullmatch(said):
            return self.now + timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[ahead[2]]: int(ahead[1])})
        if time := CLOCK.fullmatch(said):
            local = self.now.astimezone(self.brand.zone)
            at = local.replace(hour=int(time[1]), minute=int(time[2]), second=0, microsecond=0)
            return at if at > local else at + timedelta(days=1)
        with suppress(ValueError):
            at = datetime.fromisoformat(said)
            if at.tzinfo:
                return at
        raise Trouble(f"Write the time like 16:30, 2h or 2026-11-24T16:30Z, not {said}.")


def waiting(place: Place, notice_id: str, now: datetime) -> int:
    """Count who wants to be told of an end."""
    return sum(1 for _ in place.store.all_due(tellme_clock(notice_id), now))


@dataclass(frozen=True)
class Forecast:
    """How many are told of an end, in how many minutes, if nothing else leaves meanwhile."""

    asked: int
    dms: int
    minutes: int

    @classmethod
    def of(cls, asked: int, limits: Budget, now: datetime) -> "Forecast":
        first = min(asked, limits.room("news", now))
        each = max(1, limits.limit - limits.floor("news"))
        opens = limits.next_room("news", now) if not first else _window_ends(limits, now)
        windows = max(0, ceil((now + TOLD_FOR - opens) / budget.WINDOW))
        told = min(asked, first + windows * each)
        last = opens + (ceil((told - first) / each) - 1) * budget.WINDOW if told > first else now
        return cls(asked, told, ceil((last - now) / timedelta(minutes=1)) if told else 0)

    def __str__(self) -> str:
        if not self.asked:
            return "nobody is written to (0 DMs, 0 minutes)."
        if self.dms < self.asked:
            late = self.asked - self.dms
            return f"{self.dms} DMs in two hours; {late} of {self.asked} who asked are not reached by then."
        return f"{self.dms} DM{'' if self.dms == 1 else 's'} in about {max(1, self.minutes)} minutes."


def _window_ends(limits: Budget, now: datetime) -> datetime:
    return datetime.fromtimestamp(limits.ends, now.tzinfo) if limits.is_open(now) else now + budget.WINDOW


def _done(place: Place, there: Notices, item: Item, verb: str, *, dry_run: bool, as_json: bool) -> None:
    """Write what is right, and say what customers read and how many are written to."""
    if why := flaw(item):
        raise Trouble(f"The notice makes no sense: {why}.")
    if not any(item.get(name) for name in LISTS):
        raise Trouble("Say whom it touches: --area, --word or --tag.", 2)
    notice = Notice.model_validate(item)
    if verb != "end" and notice.next_at <= there.now:
        raise Trouble("Its next news is in the past: say a later --next.")
    asked = waiting(place, notice.id, there.now) if verb == "end" else 0
    told = Forecast.of(asked, budget.load(place.store), there.now) if asked else Forecast(0, 0, 0)
    if not dry_run:
        put(place, [item, whole(there.now)])
    reads = reads_of(notice, there)
    if as_json:
        answer = {"dry_run": dry_run, verb: item, "reads": reads, "asked": asked, "dms": told.dms}
        typer.echo(json.dumps(answer | {"minutes": told.minutes}, indent=2))
        return
    typer.echo(f"{'Would ' if dry_run else ''}{verb} {notice.id} at {place.name}: {told}")
    typer.echo(f"They read: {reads}")


def reads_of(notice: Notice, there: Notices) -> str:
    """Return what customers read: of its end who asked, of one that is on whoever writes about it."""
    said = HAS_ENDED.reply(fixed=notice.fixed) if notice.fixed else incidents.fault(notice, there.now, there.brand)
    return assemble([said], handle=None)


def _shown(place: Place, there: Notices, item: Item) -> dict[str, Any]:
    notice = Notice.model_validate(item)
    return {
        "id": notice.id,
        "state": " ".join(_state(notice, there)),
        "says": notice.fixed or notice.says,
        **{name: list(getattr(notice, name)) for name in LISTS},
        "waiting": waiting(place, notice.id, there.now),
    }


def _state(notice: Notice, there: Notices) -> Iterator[str]:
    def at(time: datetime) -> str:
        return moment(time, there.now, there.brand)

    if notice.planned:
        yield "planned,"
    if notice.over_at and notice.over_at <= there.now:
        yield f"over since {at(notice.over_at)}"
    elif notice.started_at > there.now:
        yield f"from {at(notice.started_at)} on"
    elif notice.told(there.now):
        yield f"on, next news by {at(notice.next_at)}"
    else:
        yield f"on, and its news is overdue since {at(notice.next_at)}: nobody is told of it"
