"""`tweetserve customer`: what is kept of one person, as they may ask for it; and erasing it."""

import json
from typing import Annotated, Any

import typer

from functions.shared.aws import clock
from functions.shared.aws.rows import (
    AUDIT,
    BACK,
    CASE,
    CONSENT,
    CREDIT,
    DM,
    ENTRY,
    INTERNAL,
    PROFILE,
    REPLY,
    SENT,
    TELLME,
    case_pk,
    customer_pk,
    id_in,
    kind_in,
)
from functions.shared.aws.store import Item
from functions.shared.conversation import erasure
from functions.shared.conversation.erasure import Marks
from functions.shared.conversation.linking import Keyed
from ops.place import Place, Trouble, at_place

EXAMPLES = """
Examples:

  tweetserve customer show 2000000000000000002 --local

  tweetserve customer export 2000000000000000002 --stage prod > for-the-customer.json

  tweetserve customer erase 2000000000000000002 --stage prod

Exit codes: 0 done, 1 not done, 2 asked wrongly.
"""

KINDS = {
    PROFILE: "what the bot remembers",
    CONSENT: "consents, given and taken back",
    DM: "DMs that were decided about; their words are in cases only",
    REPLY: "our answers, for 90 days",
    SENT: "ids of our DMs",
    CREDIT: "credits that staff have given them",
    TELLME: "a known trouble whose end they want to be told",
    AUDIT: "changes, for 13 months",
    CASE: "questions that went to people",
    ENTRY: "what was said in them, for 90 days",
    BACK: "a person's way back to a case",
}
"""The kinds of rows that may be kept, in the words of a letter to the customer."""

UNDER_WAY = "Erased, but for what has still to leave: a reply, or the text message to their number. It goes in minutes."

app = typer.Typer(
    add_completion=False,
    help="Show, hand out or erase what is kept of a customer.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

XId = Annotated[str, typer.Argument(metavar="X_ID", help="The customer's numeric X id, not the handle.")]


@app.command()
@at_place
def show(place: Place, x_id: XId, *, as_json: bool) -> None:
    """Say how much is kept of a customer, and none of it."""
    rows = kept(place, x_id)
    counts = {kind: len(found) for kind, found in by_kind(rows).items()}
    linked = any("link" in row for row in rows if kind_in(row) == PROFILE)
    stopped = any("stopped_by" in row for row in rows if kind_in(row) == PROFILE)
    if as_json:
        typer.echo(json.dumps({"x_id": x_id, "linked": linked, "stopped": stopped, "rows": counts}, indent=2))
        return
    typer.echo(f"{x_id}: {'linked' if linked else 'not linked'}, {'has sent #stop' if stopped else 'no #stop'}")
    for kind, count in counts.items():
        typer.echo(f"{count:6}  {KINDS.get(kind, kind)}")


@app.command()
@at_place
def export(place: Place, x_id: XId, *, as_json: bool) -> None:
    """Print everything that is kept of a customer as one JSON, to be handed to them."""
    rows = kept(place, x_id)
    told = {KINDS.get(kind, kind): [readable(row) for row in found] for kind, found in by_kind(rows).items()}
    typer.echo(json.dumps({"x_id": x_id, "exported_at": clock.now().isoformat(), **told}, indent=2, default=str))


@app.command()
@at_place
def erase(
    place: Place,
    x_id: XId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    *,
    as_json: bool,
) -> None:
    """Erase a customer: link, texts, cases and audit. What stays is a mark that tells nobody who it was."""
    rows = kept(place, x_id)
    if not yes:
        typer.confirm(f"Erase {len(rows)} rows of {x_id}? It cannot be undone.", abort=True, err=True)
    removed = erasure.erase(marks(place), x_id, clock.now())
    if removed is None:
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps({"x_id": x_id, "removed": removed.rows, "done": removed.done}, indent=2))
        return
    for kind, count in removed.rows.items():
        typer.echo(f"{count:6}  {KINDS.get(kind, kind)}")
    typer.echo("Erased." if removed.done else UNDER_WAY)


def marks(place: Place) -> Marks:
    key = place.secret("code_key_secret_name").get("key")
    if not key:
        raise Trouble("The key that marks are hashed under cannot be read: nothing was erased.")
    return Marks(place.store, Keyed(key.encode()))


def kept(place: Place, x_id: str) -> list[Item]:
    """Read every row of a customer and of their cases. Raises Trouble where there is none."""
    if not x_id.isdecimal():
        raise Trouble(f"{x_id} is no numeric X id: `tweetserve explain` and the desk show it.")
    ours = place.store
    rows = ours.query(customer_pk(x_id))
    if not rows:
        raise Trouble(f"Nothing is kept of {x_id}.")
    return [*rows, *(row for case_id in erasure.case_ids(rows) for row in ours.query(case_pk(case_id)))]


def by_kind(rows: list[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for row in rows:
        found.setdefault(kind_in(row), []).append(row)
    return found


def readable(row: Item) -> dict[str, Any]:
    """Keep what says something to a customer: no keys and clocks of ours."""
    told = {name: value for name, value in row.items() if name not in INTERNAL and name != "version"}
    return {"id": id_in(row) or kind_in(row), **told}
