"""`tweetserve accounts`: load what the carrier hands in, and say how old it is."""

import getpass
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console

from functions.load import loads
from functions.load.loading import Ears, How, load
from functions.load.loads import DataAge, Load
from functions.load.sources import File, Object, Piped, Source, Unloadable
from functions.load.writing import QUICK, RowContended, Table
from functions.shared.aws import clock
from functions.shared.aws.stored import fields_of
from ops.place import Place, Trouble, at_place
from ops.times import times_of

REJECTED = 3
INTERRUPTED = 130
SHOWN = 10
OLD_NAMES = "Names that end in _pence are taken for _minor by this release and by no later one: docs/data.md."

IMPORT = """
FILE is JSON Lines, a JSON array, documents over many lines, or CSV with columns account.kind, lines.0.number, ...; in
UTF-8, UTF-16 or Windows-1252; packed with gzip or not; a path, - for what is piped in, or s3://bucket/key. docs/data.md
says what stands in it.

What the table has newer stays; what is the same is not written again. A line that is no longer in its account's
document ends, and the links to it. With --full the file is complete: accounts that it lacks end, too.
A row that makes no sense goes to FILE.rejected.jsonl with the reason: mend the rows there, and load that file.
One load runs at a time. After Ctrl-C, or whatever else, the same command goes on where it stopped.

Examples:

  tweetserve accounts import accounts.jsonl --stage prod --dry-run   check every row, write nothing

  tweetserve accounts import s3://exports/2026-11-24.csv.gz --stage prod --full

  zcat accounts.gz | tweetserve accounts import - --local

Exit codes: 0 done, 1 not done, or over 1 % is older than what is there, 3 done but for rejected rows, 130 stopped by
Ctrl-C.
"""

app = typer.Typer(
    add_completion=False, help="Load the carrier's account data.", no_args_is_help=True, rich_markup_mode="markdown"
)

From = Annotated[str, typer.Argument(metavar="FILE", help="What to load: a path, -, or s3://bucket/key.")]
Full = Annotated[bool, typer.Option("--full/--delta", help="The file holds every account: what it lacks ends.")]
Shrink = Annotated[float, typer.Option(min=0, max=100, help="With --full: per cent of the accounts that may end.")]
Again = Annotated[bool, typer.Option("--again", help="Begin anew after a stop, from the first row.")]


@app.command("import", epilog=IMPORT)
@at_place
def import_(
    place: Place,
    file: From,
    full: Full = False,
    shrink: Shrink = How.shrink,
    again: Again = False,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load accounts, checked row by row."""
    how = How(full=full, shrink=shrink, again=again, by=f"{getpass.getuser()}@{socket.gethostname()}")
    came, rejects = _loaded(place, file, how, dry_run=dry_run, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"dry_run": dry_run, **fields_of(came)}, indent=2))
    else:
        _tell(came, rejects, dry_run=dry_run)
    if came.is_older:
        typer.echo("More than 1 % of the file is older than what is there: is it the right one?", err=True)
        raise typer.Exit(1)
    if came.rejected:
        raise typer.Exit(REJECTED)


def _loaded(place: Place, file: str, how: How, *, dry_run: bool, as_json: bool) -> tuple[Load, Path]:
    table = Table(place.client("dynamodb", config=QUICK), place.settings["accounts_table"], place.store, dry=dry_run)
    rejects = rejects_of(file, dry_run=dry_run)
    with ExitStack() as stack:
        try:
            source = _source(place, file)
            rejected = stack.enter_context(_opened(rejects))
            return load(source, table, how, rejected, stack.enter_context(_ears(quiet=as_json))), rejects
        except KeyboardInterrupt:
            raise Trouble("Stopped. The same command goes on where this one has come to.", INTERRUPTED) from None
        except RowContended:
            raise Trouble("The table takes no more for now. The same command goes on where it stopped.") from None
        except Unloadable as error:
            raise Trouble(str(error)) from None
        except OSError as error:
            raise Trouble(f"{error.filename or file} cannot be used: {error.strerror or 'it went away'}.") from None


def _source(place: Place, file: str) -> Source:
    if file == "-":
        return Piped()
    if file.startswith("s3://"):
        bucket, _, key = file.removeprefix("s3://").partition("/")
        return Object(place.client("s3"), bucket, key)
    return File(Path(file))


def rejects_of(file: str, *, dry_run: bool = False) -> Path:
    """Return where a file's rejects go: beside it, or here where it has no place on this machine."""
    path = Path("piped-in") if file == "-" else Path(Path(file).name) if file.startswith("s3://") else Path(file)
    return path.with_name(f"{path.name}{'.dry-run' if dry_run else ''}.rejected.jsonl")


@contextmanager
def _opened(rejects: Path) -> Iterator[IO[bytes]]:
    """Open the file of rejects for this user only, and leave none where nothing is rejected."""
    if rejects.name.removesuffix(".rejected.jsonl") == "":
        raise Trouble("What is to be loaded has no name.")
    rejects.touch(mode=0o600)
    rejects.chmod(0o600)
    try:
        with rejects.open("r+b") as file:
            yield file
    finally:
        if not rejects.stat().st_size:
            rejects.unlink()


@contextmanager
def _ears(*, quiet: bool) -> Iterator[Ears]:
    """Say on standard error how far a load has come."""
    console = Console(stderr=True)

    def says(sentence: str) -> None:
        console.print(sentence, highlight=False, markup=False)

    if quiet:
        yield Ears(says=says)
        return
    with console.status("0 rows") as status:
        yield Ears(lambda came: status.update(f"{came.rows:,} rows, {came.rejected:,} rejected"), says)


def _tell(came: Load, rejects: Path, *, dry_run: bool) -> None:
    typer.echo(f"{came.rows:,} rows: {came.rows - came.rejected:,} right, {came.rejected:,} rejected.")
    for why, count in sorted(came.reasons.items(), key=lambda one: -one[1])[:SHOWN]:
        typer.echo(f"  {count:,} times {why}")
    if came.rejected:
        typer.echo(f"They are in {rejects} with the reason of each: mend them there, and load that file.")
    would = "would be written" if dry_run else "written"
    stayed = f"{came.unchanged:,} unchanged, {came.older:,} older than what is there"
    typer.echo(f"{came.written:,} items {would}, {stayed}.")
    ended = f"{came.accounts_ended:,} accounts, {came.lines_ended:,} lines and {came.links_ended:,} links"
    if came.accounts_ended or came.lines_ended or came.links_ended:
        typer.echo(f"{ended} {'would end' if dry_run else 'ended'}.")
    if came.old_names:
        typer.echo(OLD_NAMES)


@app.command("loads")
@at_place
def loads_(place: Place, *, as_json: bool) -> None:
    """List the last loads: when, from what, what came of it, and by whom."""
    found = loads.newest_loads(place.store, SHOWN)
    if as_json:
        typer.echo(json.dumps([fields_of(one) for one in found], indent=2))
        return
    times = times_of(place)
    for one in found:
        ended = f"{one.accounts_ended:,} accounts and {one.lines_ended:,} lines ended"
        did = f"{one.rows:,} rows, {one.rejected:,} rejected, {one.written:,} items written, {ended}"
        kind = f"{one.state}, {'full' if one.full else 'delta'}"
        why = f" {one.why}" if one.why else ""
        started = times.said(datetime.fromisoformat(one.started_at))
        typer.echo(f"{started}, {kind}: {did}. From {one.source}, by {one.by}.{why}")
    if not found:
        typer.echo("Nothing has been loaded yet.")


@app.command()
@at_place
def status(place: Place, *, as_json: bool) -> None:
    """Say how old the account data is: what the last whole load brought."""
    last = loads.last_done(place.store)
    if last is None:
        typer.echo("{}" if as_json else "Nothing has been loaded yet.")
        return
    age = DataAge.of(last, clock.now())
    if as_json:
        typer.echo(json.dumps(asdict(age) | {"load": fields_of(last)}, indent=2, default=str))
        return
    ended = times_of(place).said(datetime.fromisoformat(last.ended_at))
    typer.echo(
        f"The last load, of {last.rows:,} rows, ended at {ended}. Its newest figures are {age.hours:,}"
        f" hours old now; {last.older_than_a_day:,} of {last.figures:,} were older than a day then."
    )
    typer.echo(f"Newest {last.newest}, oldest {last.oldest}.")


def there_are(place: Place) -> dict[str, bool]:
    """Say whether the table has an account, and a line: the first few items tell."""
    found: list[dict[str, Any]] = place.client("dynamodb").scan(
        TableName=place.settings["accounts_table"], Limit=100, ProjectionExpression="part"
    )["Items"]
    parts = {item["part"]["S"].partition("#")[0] for item in found}
    return {kind: kind in parts for kind in ("account", "line")}
