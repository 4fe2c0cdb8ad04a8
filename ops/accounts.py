"""`tweetserve accounts`: what the carrier hands in, and how old it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from functions.shared.aws import clock
from functions.shared.carrier.items import plain
from ops import loading
from ops.place import Place, at_place

REJECTED = 3
INTERRUPTED = 130
LOOKED_AT = 1000

EXAMPLES = """
JSON Lines: one account a line, as docs/data.md has it. CSV: columns account.kind, lines.0.number, ...

A row that makes no sense goes to FILE.rejected.jsonl with the reason. What the table has newer stays. After Ctrl-C the
same command goes on where it stopped. Links to lines that are closed end.

Examples:

  tweetserve accounts import accounts.jsonl --stage prod --dry-run   check every row, write nothing

  tweetserve accounts import accounts.jsonl --stage prod

  tweetserve accounts import accounts.csv --local

Exit codes: 0 done, 1 not done, 3 done but for rejected rows, 130 stopped by Ctrl-C.
"""

app = typer.Typer(help="Load the carrier's account data.", no_args_is_help=True, rich_markup_mode="markdown")


@app.command("import", epilog=EXAMPLES)
@at_place
def import_(
    place: Place,
    file: loading.File,
    again: Annotated[bool, typer.Option("--again", help="Begin anew after a stop, from the first row.")] = False,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load accounts, checked row by row."""
    loader = None if dry_run else loading.Loader(place.client("dynamodb"), place.settings["accounts_table"])
    try:
        with bar(file) as heard:
            came = loading.load(file, loader, heard, resume=not again)
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on where this one has come to.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    ended = 0
    if not dry_run:
        ended = loading.end_links(place.store, place.client("dynamodb"), came.closed, clock.now())
        loading.finished(file)
    _tell_import(file, came, ended, as_json=as_json, dry_run=dry_run)
    if came.rejected:
        raise typer.Exit(REJECTED)


@app.command()
@at_place
def status(place: Place, *, as_json: bool) -> None:
    """Say how old the account data is, from a sample."""
    answer = ages(place, clock.now())
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    for part, age in answer.items():
        said = f"newest {age['newest']}, oldest {age['oldest']}, {age['older_than_a_day']} older than a day"
        typer.echo(f"{part}: {age['looked_at']} looked at" + (f"; {said}" if age["looked_at"] else ""))


def ages(place: Place, now: datetime) -> dict[str, dict[str, Any]]:
    """Return how old figures are, of the first accounts that the table gives."""
    found = place.client("dynamodb").scan(TableName=place.settings["accounts_table"], Limit=LOOKED_AT)["Items"]
    times: dict[str, list[str]] = {"account": [], "line": []}
    for item in map(plain, found):
        kind = str(item["part"]).partition("#")[0]
        if kind in times:
            times[kind].append(str(item.get("as_of", "")))
    day_ago = f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%S}Z"
    return {
        kind: {
            "looked_at": len(known),
            "newest": max(known, default=None),
            "oldest": min(known, default=None),
            "older_than_a_day": sum(1 for at in known if at < day_ago),
        }
        for kind, known in times.items()
    }


@contextmanager
def bar(file: Path) -> Iterator[Any]:
    """Show how much of a file is done."""
    columns = (TextColumn("{task.fields[said]}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=file.stat().st_size, said="0 rows")

        def heard(came: loading.Progress) -> None:
            progress.update(task, completed=came.read, said=f"{came.rows:,} rows")

        yield heard


def _tell_import(file: Path, came: loading.Progress, ended: int, *, as_json: bool, dry_run: bool) -> None:
    answer = {
        "dry_run": dry_run,
        "rows": came.rows,
        "items_written": 0 if dry_run else came.written,
        "items_older": came.older,
        "rejected": came.rejected,
        "links_ended": ended,
    }
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    typer.echo(f"{came.rows:,} rows: {came.rows - came.rejected:,} right, {came.rejected:,} rejected.")
    if came.rejected:
        typer.echo(f"The rejected ones, with the reason of each: {loading.rejects_of(file, dry_run=dry_run)}")
    if not dry_run:
        typer.echo(f"{came.written:,} items written, {came.older:,} left alone as the table's are newer.")
        typer.echo(f"{ended:,} links ended." if ended else "No link ended.")
