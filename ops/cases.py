"""`tweetserve cases`: who waits for a person, and since when; never what was written."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from functions.shared.aws import clock
from functions.shared.aws.rows import CASES, case_id_in, lines_of
from functions.shared.aws.store import Store
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import TEAMS, Case, CaseState
from ops.place import Place, at_place
from ops.times import times_of

MOST = 200
SOME_DAY = timedelta(days=366)

EXAMPLES = """
Examples:

  tweetserve cases --stage prod                     every open case, the latest first

  tweetserve cases --state NEW --stage prod         those that nobody has

  tweetserve cases --owner elsewhere --stage prod   those that somebody answered without the desk
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EXAMPLES)
@at_place
def cases(
    place: Place,
    state: Annotated[CaseState | None, typer.Option(help="Only these.", case_sensitive=False)] = None,
    owner: Annotated[str, typer.Option(help="Only this person's; `elsewhere` is who answers without the desk.")] = "",
    *,
    as_json: bool,
) -> None:
    """List the open cases by the time that was promised."""
    found = [one for one in waiting(place.store) if state in (None, one.state) and owner in ("", one.owner)]
    if as_json:
        shown = [{"number": one.number, "due_at": one.due_at.isoformat(), **_said(one)} for one in found]
        typer.echo(json.dumps({"cases": shown}, indent=2))
        return
    times = times_of(place)
    for one in found:
        late = "  LATE" if one.state == "NEW" and one.due_at < clock.now() else ""
        typer.echo(f"{one.number}  due {times.said(one.due_at)}  {'  '.join(filter(None, _said(one).values()))}{late}")
    if not found:
        typer.echo("None.")


def waiting(store: Store) -> list[Case]:
    """Return the open cases, the earliest due first."""
    return sorted(conversations.cases_of(store, _ids(store)), key=lambda case: case.due_at)


def _ids(store: Store) -> Iterator[str]:
    rows = [row for line in lines_of(*TEAMS) for row in store.line(line, MOST)]
    rows += store.due(CASES, clock.now() + SOME_DAY, MOST)
    yield from (case_id_in(row) for row in rows)


def _said(case: Case) -> dict[str, str | None]:
    return {"team": case.team, "kind": case.kind, "state": case.state, "owner": case.owner}
