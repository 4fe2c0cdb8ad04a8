"""`tweetserve credits`: the books of what staff have given of goodwill, for whoever puts it on bills."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from functions.shared.aws.rows import CREDIT, CREDITS_PK, all_of
from functions.shared.aws.stored import fields_of
from functions.shared.conversation.goodwill import Credit, credit_in
from ops.place import Place, at_place

EXAMPLES = """
Examples:

  tweetserve credits export --stage prod > credits.jsonl

  tweetserve credits export --since 2026-11-01 --stage prod

A credit has the same id each time: book what you have not booked. Export at least daily, for one whose customer was
erased since has no account any more.

Exit codes: 0 done, 1 not done, 2 asked wrongly.
"""

app = typer.Typer(
    add_completion=False,
    help="The books of what staff have given of goodwill.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.callback()
def books() -> None:
    """Keep the name of the one command that there is."""


@app.command()
@at_place
def export(
    place: Place,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="From this day on, in UTC.")
    ] = None,
    *,
    as_json: bool,
) -> None:
    """Print every credit, the oldest first, one JSON object a line."""
    first = (since or datetime.min).replace(tzinfo=UTC)
    credits_given = [_said(credit) for credit in in_books(place) if credit.at >= first]
    if as_json:
        typer.echo(json.dumps({"credits": credits_given}, indent=2))
        return
    for credit in credits_given:
        typer.echo(json.dumps(credit))


def in_books(place: Place) -> list[Credit]:
    rows = place.store.query(CREDITS_PK, all_of(CREDIT))
    return sorted(map(credit_in, rows), key=lambda credit: (credit.at, credit.id))


def _said(credit: Credit) -> dict[str, Any]:
    """Name every field: an account that is null was erased."""
    named = dict.fromkeys(("id", "at", "minor", "currency", "account_id", "case", "reason", "staff"))
    return named | {name: value for name, value in fields_of(credit).items() if name in named}
