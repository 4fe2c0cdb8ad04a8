"""`tweetserve doctor`: everything that can be wrong with a configuration, each with its remedy."""

import typer
from rich.console import Console
from rich.text import Text

from ops import checks, prices
from ops.place import Place, at_place

FAULTS = 3

EXAMPLES = """
Reads everything, changes nothing.

Examples:

  tweetserve doctor --stage prod

  tweetserve doctor --local --json

Exit codes: 0 nothing found, 1 it could not look, 3 something is wrong.
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EXAMPLES)
@at_place
def doctor(place: Place, *, as_json: bool) -> None:
    """Say what is wrong with the configuration, and what to do about it."""
    with Console(stderr=True).status("looking") as status:
        found = checks.examine(place, heard=lambda part: status.update(f"looking at {part}"))
    faults = [fault for several in found.values() for fault in several]
    told = list(prices.notes(place)) if not found["tables"] else []
    if as_json:
        typer.echo(checks.shown(found, told))
    else:
        console = Console()
        for part, several in found.items():
            console.print(Text("✗ " if several else "✓ ", "red" if several else "green").append(part, "bold"))
            for fault in several:
                console.print(Text(f"    {fault.what}\n    → {fault.remedy}"))
        many = "1 fault." if len(faults) == 1 else f"{len(faults)} faults."
        for note in told:
            console.print(Text(f"· {note}"))
        console.print(many if faults else "Nothing is wrong.", highlight=False)
    if faults:
        raise typer.Exit(FAULTS)
