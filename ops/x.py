"""`tweetserve x`: the brand's account at X. Keys, the webhook, the subscription, and how they stand."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops import x_keys, x_webhook
from ops.place import Place, Trouble, at_place
from ops.times import minutes_until

NOT_WELL = 3

EXAMPLES = """
Examples:

  tweetserve x login --stage prod       put X's four keys there; they are asked for and not shown

  tweetserve x setup --stage prod       register the webhook and subscribe; again is harmless

  tweetserve x status --local           how all of it stands

Exit codes: 0 done, 1 not done, 2 asked wrongly, 3 X does not deliver to us, or does not answer.
"""

LOGIN = """
The keys come from X_CONSUMER_KEY, X_CONSUMER_SECRET, X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET, or with --stdin as a
JSON object of consumer_key, consumer_secret, access_token and access_token_secret; what is missing is asked for.

Examples:

  tweetserve x login --stage prod

  tweetserve x login --stage prod --stdin < x_keys.json

  tweetserve x login --local --dry-run   check the keys and change nothing
"""

ROTATE = """
Make a new consumer secret at X first. It comes from X_CONSUMER_SECRET or, with --stdin, as the first line; otherwise it
is asked for. For a time both are believed; `--finish` ends that.

Examples:

  tweetserve x rotate --stage prod

  tweetserve x rotate --stage prod --finish   a day later
"""

SETUP = """
Examples:

  tweetserve x setup --stage prod --dry-run   say what would be done

  tweetserve x setup --stage prod

  tweetserve x setup --stage prod --url https://care.example.com/webhook
"""

STATUS = """
Examples:

  tweetserve x status --stage prod

  tweetserve x status --local --json
"""

app = typer.Typer(
    add_completion=False,
    help="Look after the brand's account at X.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Stdin = Annotated[bool, typer.Option("--stdin", help="Read from standard input.")]


@app.command(epilog=LOGIN)
@at_place
def login(place: Place, stdin: Stdin = False, *, dry_run: bool, as_json: bool) -> None:
    """Check X's keys and put them where the service reads them."""
    said = _object_from_stdin() if stdin else {}
    given = {name: said.get(name) or os.environ.get(f"X_{name.upper()}") or "" for name in x_keys.NAMES}
    answer = x_keys.login(place, {name: given[name].strip() or _asked(name) for name in given}, dry_run=dry_run)
    _tell(answer, as_json, _put)


@app.command(epilog=ROTATE)
@at_place
def rotate(
    place: Place,
    stdin: Stdin = False,
    finish: Annotated[bool, typer.Option("--finish", help="Believe the new one alone from now on.")] = False,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Change the consumer secret without losing an event."""
    if finish:
        answer = x_keys.finish(place, dry_run=dry_run)
    else:
        given = sys.stdin.readline() if stdin else os.environ.get("X_CONSUMER_SECRET", "")
        answer = x_keys.rotate(place, given.strip() or _asked("consumer_secret"), dry_run=dry_run)
    _tell(answer, as_json, _put)


@app.command(epilog=SETUP)
@at_place
def setup(
    place: Place,
    url: Annotated[str, typer.Option(help="The webhook's URL, if it is not the deployed one's own.")] = "",
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Register the webhook, subscribe to the brand's DMs and let X test it. What is there already stays."""
    answer = x_webhook.set_up(place, url, dry_run=dry_run)
    _tell(answer, as_json, _set_up)
    if not dry_run and not answer["webhook"]["valid"]:
        raise typer.Exit(NOT_WELL)


@app.command(epilog=STATUS)
@at_place
def status(place: Place, *, as_json: bool) -> None:
    """Say whose keys these are, whether X delivers to us, and what is left of X's limits."""
    answer = x_webhook.status(place)
    _tell(answer, as_json, _standing)
    if not (x_webhook.is_well(answer) and x_webhook.answers(answer)):
        raise typer.Exit(NOT_WELL)


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise Trouble(f"There is no {name.replace('_', ' ')}: set X_{name.upper()}, or give it with --stdin.")
    return str(typer.prompt(f"X's {name.replace('_', ' ')}", hide_input=True)).strip()


def _object_from_stdin() -> dict[str, str]:
    try:
        said = json.load(sys.stdin)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise Trouble("Standard input is no JSON object of keys.")
    return said


# ---- what is said ----

type Lines = Iterator[str | Text | Table]


def _tell(answer: dict[str, Any], as_json: bool, lines: Callable[[dict[str, Any]], Lines]) -> None:
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    console = Console()
    for line in lines(answer):
        console.print(line, markup=False, highlight=False)


def _put(answer: dict[str, Any]) -> Lines:
    if "account" in answer:
        yield f"X accepts these keys: @{answer['account']['handle']} ({answer['account']['id']})."
    if not answer["changed"]:
        yield "Nothing to change."
        return
    how = "would be changed" if answer["dry_run"] else "is changed; the functions see it within five minutes"
    yield from (f"{name} {how}." for name in answer["changed"])


def _set_up(answer: dict[str, Any]) -> Lines:
    would = "Would " if answer["dry_run"] else "Done: "
    yield from (f"{would}{step}." for step in answer["done"])
    webhook = answer["webhook"]
    if webhook["valid"]:
        yield Text(f"X holds {webhook['url']} for valid.", "green")
    elif not answer["dry_run"]:
        yield Text(
            f"X does not hold {webhook['url']} for valid: it got the wrong answer or none. "
            "Is the consumer secret the one at X (`tweetserve x login`)?",
            "bold red",
        )
    if "subscription" in answer:
        yield f"Delivered: {_delivered(answer['subscription'])}."


def _delivered(heard: dict[str, Any] | None) -> str:
    if heard is None:
        return "unknown"
    ways = [f"X Activity ({', '.join(heard['activity'])})"] if heard["activity"] else []
    ways += ["Account Activity"] if heard["account"] else []
    return " and ".join(ways) or "nothing; `tweetserve x setup` subscribes"


def _standing(answer: dict[str, Any]) -> Lines:
    account, limits, events = answer["account"], answer["limits"], answer["events"]
    if "trouble" in answer:
        yield Text(answer["trouble"], "bold red")
    table = Table.grid(padding=(0, 2))
    rows = {
        "keys": f"@{account['handle']} ({account['id']})" if account else "not accepted, or not asked",
        "consumer secrets": " and ".join(answer["consumer_secrets"]) or "none",
        "webhook": f"{answer['webhook']['url']}  {_state(answer['webhook'])}",
        "delivered": _delivered(answer["subscription"]),
        "last event": f"{events['minutes_since']} min ago" if events["last"] else "none yet",
        "DMs left": _left(limits["dms_left"], limits["dms_until"], limits["dms_left_today"]),
        "look-ups left": _left(limits["look_ups_left"], limits["look_ups_until"], None),
        "look-ups": answer["look_up"]["said"],
        "replies": _replies(limits),
    }
    for name, said in rows.items():
        table.add_row(Text(name, "dim"), Text(said))
    yield table


def _replies(limits: dict[str, Any]) -> str:
    """Say what holds replies back: X, ourselves, or X's limit."""
    holds = []
    if limits["blocked"]:
        holds.append(
            f"{limits['blocked']}; one is tried in {minutes_until(datetime.fromisoformat(limits['tried_again']))} min"
        )
    if limits["paused"]:
        holds.append(f"paused: {limits['paused']}")
    return "; ".join(holds) or ("wait for X's limit" if limits["replies_wait"] else "none wait")


def _state(webhook: dict[str, Any]) -> str:
    if webhook["valid"] is None:
        return "unknown"
    if not webhook["registered"]:
        return "not registered; `tweetserve x setup` does that"
    return "valid" if webhook["valid"] else "INVALID; `tweetserve x setup` tests it again"


def _left(left: int, until: str | None, today: int | None) -> str:
    said = (
        f"{left} in the next {minutes_until(datetime.fromisoformat(until))} min"
        if until
        else f"{left} in the next 15 min"
    )
    return said + (f"; {today} today" if today is not None else "")
