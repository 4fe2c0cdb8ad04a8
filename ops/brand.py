"""`tweetserve brand`: a brand's folder, and everything that is missing or contradictory in it."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import phonenumbers
import typer
from babel.numbers import get_currency_symbol
from pydantic import ValidationError

from functions.commands.registry import registry
from functions.load.checking import reason
from functions.shared.aws import clock
from functions.shared.carrier.accounts import document
from local import demo
from ops import facts
from ops.catalogue import flaw
from ops.options import AsJson
from ops.place import Trouble

FILES = ("facts.toml", "content.toml", "people.json")
SIGNS = "$£€¥₹"
"""Signs of money: one that is not the brand's tells that two brands' files were mixed up."""

app = typer.Typer(
    add_completion=False, help="Look at a brand's folder.", no_args_is_help=True, rich_markup_mode="markdown"
)
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Like brands/example-uk.")]


@app.callback()
def brand() -> None:
    """Look at a brand's folder."""


@app.command(
    epilog="docs/brands.md says what stands in a folder.\n\nExamples:\n\n  tweetserve brand check brands/example-us"
)
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Say everything that is missing or contradictory, before a customer meets it."""
    found = list(faults(folder))
    if as_json:
        typer.echo(json.dumps({"faults": found}, indent=2))
    else:
        typer.echo("\n".join(found or [f"Nothing is missing in {folder}."]))
    raise typer.Exit(bool(found))


def checked(folder: Path) -> Path:
    """Return a folder that may be used. Raises Trouble that says everything that is wrong with it."""
    if found := list(faults(folder)):
        raise Trouble("\n".join(found))
    return folder


def faults(folder: Path) -> Iterator[str]:
    """Yield everything that is wrong with a brand's folder, a sentence each."""
    root = folder.resolve()
    outside = [file for file in sorted(folder.rglob("*")) if not file.resolve().is_relative_to(root)]
    missing = [name for name in FILES if not (folder / name).is_file()]
    unreadable = [said for name in FILES if name not in missing and (said := _unreadable(folder / name))]
    yield from (f"{file.relative_to(folder)} is a link out of the folder." for file in outside)
    yield from (f"The file {name} is missing." for name in missing)
    yield from unreadable
    if not (outside or missing or unreadable):
        known = {"kind": "brand", "id": "facts", **demo.facts(folder)}
        wrong_facts = facts.faults(known)
        yield from wrong_facts
        if not wrong_facts:
            yield from _content(folder, known)
            yield from _people(folder, known)


def _unreadable(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
        json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:  # UnicodeDecodeError is one, and so are those of both formats
        return f"{file.name} cannot be read: {error}."
    return ""


def _content(folder: Path, known: dict[str, Any]) -> Iterator[str]:
    own = get_currency_symbol(known["currency"], f"en_{known['country']}")
    for item in demo.catalogue(clock.now(), folder):
        named = f"The {item['kind']} {item['id']}"
        if item["kind"] != "brand" and (why := flaw(item)):
            yield f"{named} makes no sense: {why}."
        other = {sign for value in item.values() if isinstance(value, str) for sign in value if sign in SIGNS} - {own}
        if other and item["kind"] != "brand":
            yield f"{named} says {', '.join(sorted(other))}, and the brand's currency is {known['currency']}."


def _people(folder: Path, known: dict[str, Any]) -> Iterator[str]:
    code = f"+{phonenumbers.country_code_for_region(known['country'])}"
    model = document(registry().fields)
    for one in demo.people(clock.now(), folder):
        if one["main"]:
            try:
                model.model_validate({name: one[name] for name in ("account", "bills", "lines")})
            except ValidationError as error:
                yield f"The account of {one['handle']} makes no sense: {reason(error)}."
        for line in one["lines"]:
            if not line["number"].startswith(code):
                yield f"The number {line['number']} of {one['handle']} is none of {known['country']}."
