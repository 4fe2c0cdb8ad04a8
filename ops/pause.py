"""`tweetserve pause`: hold automated replies back, all of them or one hashtag's figures."""

import getpass
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from functions.shared.aws import clock
from functions.shared.brand.catalogue import Pause
from functions.shared.delivery import budget
from ops.place import Place, Trouble, at_place

ALL = "all"
SAYS = "We are putting something right."
LONGEST = 80

EXAMPLES = """
Everything: from the next claim on nothing automated leaves, confirmations of #stop apart. DMs are still received, cases
open, staff answer; what is held back leaves after `tweetserve resume`, unless a person has answered meanwhile.

One hashtag: it says the sentence instead of its figures, within a minute.

Examples:

  tweetserve pause --stage prod                      everything

  tweetserve pause '#charges' --says 'Bills are shown again from 18:00.' --stage prod

  tweetserve pause --local --dry-run                 say what would be done
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")

What = Annotated[str, typer.Argument(metavar="[all|#TAG]", help="Everything, or one hashtag.")]


@app.command(epilog=EXAMPLES)
@at_place
def pause(
    place: Place,
    what: What = ALL,
    says: Annotated[str, typer.Option(help="What customers read; for everything, what staff and ops read.")] = SAYS,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Hold automated replies back; people go on."""
    tag = tag_of(what)
    if not 0 < len(says) <= LONGEST:
        raise Trouble(f"Say it in 1 to {LONGEST} characters; these are {len(says)}.")
    if not dry_run:
        hold(place, tag, says)
    tell(place, tag, as_json=as_json, dry_run=dry_run, verb="pause")


def tag_of(what: str) -> str:
    """Return a hashtag without its sign, or `all`. Raises Trouble for what is no hashtag of ours."""
    from functions.commands.registry import registry

    tag = what.strip().lower().removeprefix("#")
    if tag != ALL and tag not in pausable(registry().by_tag):
        known = ", ".join(f"#{name}" for name in pausable(registry().by_tag))
        raise Trouble(f"{what} cannot be paused alone: choose all or one of {known}.")
    return tag


def pausable(by_tag: Mapping[str, Any]) -> list[str]:
    """Hashtags that say the sentence instead of what they would show."""
    texts = {command.tag: {text.key for text in command.texts} for command in by_tag.values()}
    return sorted(tag for tag, keys in texts.items() if "figures.paused" in keys)


def hold(place: Place, tag: str, says: str) -> None:
    if tag == ALL:
        budget.pause(place.store, says)
        return
    item = {"kind": "pause", "id": tag, "says": says, "since": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", "by": _who()}
    Pause.model_validate(item)
    text = {name: {"S": value} for name, value in item.items()}
    place.client("dynamodb").put_item(TableName=place.settings["catalogue_table"], Item=text)


def let_go(place: Place, tag: str) -> None:
    if tag == ALL:
        budget.resume(place.store)
        return
    key = {"kind": {"S": "pause"}, "id": {"S": tag}}
    place.client("dynamodb").delete_item(TableName=place.settings["catalogue_table"], Key=key)


def paused(place: Place) -> dict[str, str]:
    """Return what is paused now, `all` or hashtags, with what is said of it."""
    everything = budget.load(place.store).paused
    pages = (
        place.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=place.settings["catalogue_table"],
            KeyConditionExpression="kind = :pause",
            ExpressionAttributeValues={":pause": {"S": "pause"}},
        )
    )
    tags = {item["id"]["S"]: item.get("says", {}).get("S", "") for page in pages for item in page["Items"]}
    return ({ALL: everything} if everything else {}) | tags


def _who() -> str:
    return re.sub(r"\W", "-", getpass.getuser()) or "ops"


def tell(place: Place, tag: str, *, as_json: bool, dry_run: bool, verb: str) -> None:
    now = paused(place)
    if as_json:
        typer.echo(json.dumps({"dry_run": dry_run, verb: tag, "paused": now}, indent=2))
        return
    if dry_run:
        typer.echo(f"Would {verb} {_named(tag)} at {place.name}.")
    typer.echo(f"Paused at {place.name}: {', '.join(map(_named, now)) or 'nothing'}.")


def _named(tag: str) -> str:
    return "everything automated" if tag == ALL else f"#{tag}"
