"""`tweetserve catalogue`: what the brand hands in, what is there, and what a file would change."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from functions.commands.registry import registry
from functions.load.checking import reason
from functions.shared.aws.typed import typed, unmarshalled
from functions.shared.brand.catalogue import MODELS, Guide, Notice, OnShow, Zone
from functions.shared.carrier.items import Part
from functions.shared.wording import territories
from ops import facts
from ops.place import Place, Trouble, at_place

EXAMPLES = """
A JSON list, or JSON Lines, of items as docs/data.md has them. All are right or none is written.

Examples:

  tweetserve catalogue diff catalogue.json --stage prod   say what would change

  tweetserve catalogue import offers.json --local

  tweetserve catalogue show notice --stage prod
"""
SAYS = {
    "brand": ("name", "handle", "care_phone", "hours"),
    "offer": ("title", "line", "small_print"),
    "handset": ("name", "small_print"),
    "guide": ("text",),
    "notice": ("says", "fixed"),
    "canned": ("text",),
    "pause": ("says",),
}
"""What customers read of each kind."""

app = typer.Typer(
    add_completion=False,
    help="Load the brand's content, and look at it.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="What to load.")]
OfKind = Annotated[str, typer.Argument(help=f"Of which kind: {', '.join(MODELS)}.")]
OfId = Annotated[str, typer.Argument(help="Which item; without it, all of the kind.")]

type Item = dict[str, Any]
type Key = tuple[str, str]


@app.command("import", epilog=EXAMPLES)
@at_place
def import_(place: Place, file: File, *, dry_run: bool, as_json: bool) -> None:
    """Put items into the catalogue; what the file does not name stays."""
    items = checked(file)
    if not dry_run:
        put(place, items)
    there = dict(Counter(item["kind"] for item in items))
    said = ", ".join(f"{number} {kind}" for kind, number in there.items()) or "nothing"
    typer.echo(
        json.dumps({"dry_run": dry_run, "items": there}, indent=2)
        if as_json
        else f"{'Right' if dry_run else 'Loaded'}: {said}."
    )


@app.command("list")
@at_place
def list_(place: Place, *, as_json: bool) -> None:
    """List what is there, in the words that customers read."""
    items = list(stored(place).values())
    if as_json:
        typer.echo(json.dumps(items, indent=2))
        return
    for item in items:
        typer.echo(f"{item['kind']} {item['id']}: {words_of(item)}")


@app.command()
@at_place
def show(place: Place, kind: OfKind, id_: OfId = "", *, as_json: bool) -> None:
    """Show items whole."""
    found = [item for item in stored(place).values() if item["kind"] == kind and id_ in ("", item["id"])]
    if not found:
        raise Trouble(f"There is no {' '.join((kind, id_)).strip()} in the catalogue.")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for item in found:
        typer.echo(f"{item['kind']} {item['id']}: {words_of(item)}")
        for name in sorted(item.keys() - {"kind", "id", *SAYS.get(kind, ())}):
            typer.echo(f"  {name}: {_said(item[name])}")


@app.command()
@at_place
def diff(place: Place, file: File, *, as_json: bool) -> None:
    """Say what a file would change, in the words that customers read."""
    there = stored(place)
    changes = [change for item in checked(file) if (change := _change(there.get(_key(item)), item))]
    if as_json:
        typer.echo(json.dumps(changes, indent=2))
        return
    for change in changes:
        typer.echo(f"{change['did']} {change['kind']} {change['id']}")
        for name, (before, after) in change["fields"].items():
            typer.echo(f"  {name}: {_said(before)} -> {_said(after)}")
    if not changes:
        typer.echo("The file changes nothing.")


def _change(before: Item | None, after: Item) -> Item:
    """Return how an item changes, empty where it does not."""
    old = before or {}
    fields = {name: (old.get(name), after.get(name)) for name in sorted(old.keys() | after.keys())}
    fields = {name: both for name, both in fields.items() if both[0] != both[1] and name not in ("kind", "id")}
    did = "changed" if before else "new"
    return {"did": did, "kind": after["kind"], "id": after["id"], "fields": fields} if fields else {}


def stored(place: Place) -> dict[Key, Item]:
    """Return the catalogue by kind and id, in the order of both."""
    pages = place.client("dynamodb").get_paginator("scan").paginate(TableName=place.settings["catalogue_table"])
    items = [unmarshalled(item) for page in pages for item in page["Items"]]
    return {_key(item): item for item in sorted(items, key=_key)}


def _key(item: Item) -> Key:
    return str(item["kind"]), str(item["id"])


def words_of(item: Item) -> str:
    """Return what customers read of an item."""
    return " | ".join(str(item[name]) for name in SAYS.get(item["kind"], ()) if name in item)


def _said(value: Any) -> str:
    if value is None:
        return "(not there)"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# ---- checking ----


def checked(file: Path) -> list[Item]:
    """Return a file's items. Raises Trouble that names every one that makes no sense."""
    given = _given(file)
    wrong = [f"item {number}{_named(item)}: {why}" for number, item in enumerate(given, 1) if (why := flaw(item))]
    keys = Counter(_key(item) for item in given if isinstance(item, dict) and {"kind", "id"} <= item.keys())
    wrong += [f"{kind} {id_}: stands in the file {times} times" for (kind, id_), times in keys.items() if times > 1]
    if wrong:
        raise Trouble("\n".join((*wrong, "Nothing was written.")))
    return given


def _given(file: Path) -> list[Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        if text.lstrip().startswith("["):
            return list(json.loads(text))
        if (whole := _whole(text)) is not None:
            return whole
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise Trouble(f"{file} is not in UTF-8: save it so.") from None
    except ValueError as error:
        raise Trouble(f"{file} is neither a JSON list nor JSON Lines: {error}") from None


def _whole(text: str) -> list[Any] | None:
    """Return the items of a file that says where its schema is: `{"$schema": ..., "items": [...]}`."""
    with suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict) and isinstance(found.get("items"), list):
            return list(found["items"])
    return None


def _named(item: Any) -> str:
    return f" ({item['kind']} {item['id']})" if isinstance(item, dict) and {"kind", "id"} <= item.keys() else ""


def flaw(item: Any) -> str:
    """Say what is wrong with an item; nothing if it is right."""
    kind = item.get("kind") if isinstance(item, dict) else None
    if kind not in MODELS:
        return f"its kind is none of {', '.join(MODELS)}"
    if kind == "pause":
        return "hashtags are switched off with `tweetserve pause`"
    if kind == "brand":
        return " ".join(facts.faults(item))
    try:
        return "; ".join(_nonsense(MODELS[kind].model_validate(item)))
    except ValidationError as error:
        return f"{kind}, {reason(error)}"


def _nonsense(found: Part) -> Iterator[str]:
    """Say what a sound item gets wrong: a model reads an item by itself, and bit by bit."""
    if isinstance(found, OnShow) and found.until_on < found.from_on:
        yield "until_on comes before from_on"
    if isinstance(found, Guide) and found.id != f"{found.platform}#{found.topic}":
        yield f"its id should be {found.platform}#{found.topic}"
    if isinstance(found, Zone) and (unknown := [code for code in found.countries if code not in territories.names()]):
        yield f"there is no country {', '.join(unknown)}"
    if isinstance(found, Notice):
        if unknown := [tag for tag in found.tags if tag not in registry().by_tag]:
            yield f"there is no hashtag {', '.join(f'#{tag}' for tag in unknown)}"
        if found.next_at < found.started_at:
            yield "next_at comes before started_at"
        if found.ended_at and found.ended_at < found.started_at:
            yield "ended_at comes before started_at"


def put(place: Place, items: list[Item]) -> None:
    for item in items:
        place.client("dynamodb").put_item(TableName=place.settings["catalogue_table"], Item=typed(item))
