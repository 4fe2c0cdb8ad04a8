"""`tweetserve catalogue`: what the brand hands in."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from functions.load.checking import reason
from functions.load.writing import typed
from functions.shared.brand import hours
from functions.shared.brand.catalogue import MODELS, Brand
from ops.place import Place, Trouble, at_place

EXAMPLES = """
A JSON list, or JSON Lines, of items as docs/data.md has them. All are right or none is written.

Examples:

  tweetserve catalogue import catalogue.json --stage prod --dry-run

  tweetserve catalogue import offers.json --local
"""

app = typer.Typer(help="Load the brand's content.", no_args_is_help=True, rich_markup_mode="markdown")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="What to load.")]


@app.callback()
def catalogue() -> None:
    """Load the brand's content."""


@app.command("import", epilog=EXAMPLES)
@at_place
def import_(place: Place, file: File, *, dry_run: bool, as_json: bool) -> None:
    """Put items into the catalogue; what the file does not name stays."""
    items = checked(file)
    if not dry_run:
        put(place, items)
    count = {kind: sum(1 for item in items if item["kind"] == kind) for kind in MODELS}
    there = {kind: number for kind, number in count.items() if number}
    said = ", ".join(f"{number} {kind}" for kind, number in there.items()) or "nothing"
    typer.echo(
        json.dumps({"dry_run": dry_run, "items": there}, indent=2)
        if as_json
        else f"{'Right' if dry_run else 'Loaded'}: {said}."
    )


def checked(file: Path) -> list[dict[str, Any]]:
    """Return a file's items. Raises Trouble that names every one that makes no sense."""
    text = file.read_text(encoding="utf-8")
    try:
        given = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    except ValueError as error:
        raise Trouble(f"{file} is neither a JSON list nor JSON Lines: {error}") from None
    wrong = [f"item {number}: {why}" for number, item in enumerate(given, 1) if (why := _wrong(item))]
    if wrong:
        raise Trouble("\n".join((*wrong, "Nothing was written.")))
    return list(given)


def _wrong(item: Any) -> str:
    kind = item.get("kind") if isinstance(item, dict) else None
    if kind not in MODELS:
        return f"its kind is none of {', '.join(MODELS)}"
    if kind == "pause":
        return "hashtags are switched off with `tweetserve pause`"
    try:
        found = MODELS[kind].model_validate(item)
        if isinstance(found, Brand):
            hours.check(found)
    except ValidationError as error:
        return f"{kind}, {reason(error)}"
    except (hours.UnclearHours, LookupError, ValueError) as error:
        return f"{kind}: {error}"
    return ""


def put(place: Place, items: list[dict[str, Any]]) -> None:
    for item in items:
        place.client("dynamodb").put_item(TableName=place.settings["catalogue_table"], Item=typed(item))
