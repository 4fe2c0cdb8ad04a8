"""What a customer would read, in a terminal. Nothing is sent or stored: neither AWS nor X is needed."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from functions.commands.decide import decide
from functions.commands.decisions import Decision, Join, Open
from functions.commands.registry import Question
from functions.shared.aws import clock
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.carrier import accounts
from functions.shared.conversation import cases
from functions.shared.conversation.cases import case_number
from functions.shared.conversation.customers import Customer, Link
from functions.shared.wording.saying import eta
from functions.shared.x.messages import DirectMessage
from local import demo
from local.demo import EXAMPLE_UK
from ops.options import AsJson

STOPPED_BY = "1"
DM_ID = "2"

type Outcome = Literal["stop", "silent", "suppressed", "answer", "answer+case", "case", "urgent"]

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False, rich_markup_mode="markdown")

EXAMPLES = """
Examples:

  tweetserve ask "#data #minutes" --why                    the answer, and what decided

  tweetserve ask --file messages.txt --json                one message a line, one line of JSON for each
"""


@app.command(epilog=EXAMPLES)
def ask(
    text: Annotated[list[str] | None, typer.Argument(help='What is sent, in quotes: "#data #minutes".')] = None,
    customer: Annotated[str, typer.Option("--as", help="A demo customer's handle.")] = "linked_customer",
    file: Annotated[
        typer.FileText | None,
        typer.Option("--file", encoding="utf-8", errors="replace", help="Messages, one a line; - reads the input."),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Say which step and which rule decided.")] = False,
    brand: Annotated[
        Path, typer.Option(exists=True, file_okay=False, show_default=EXAMPLE_UK.name, help="A brand's folder.")
    ] = EXAMPLE_UK,
    as_json: AsJson = False,
) -> None:
    """Say what a demo customer would read, each message as their first. Nothing is sent."""
    if bool(text) == bool(file):
        raise typer.BadParameter("say what is sent, or give a --file of it")
    now = clock.now()
    content = Catalogue.of(demo.catalogue(now, brand))
    answer = bot(customer, content, now, brand)
    if file:
        _file(filter(str.strip, file), answer, as_json)
    elif as_json:
        said = " ".join(text or ())
        _json(row(said, answer(said)))
    else:
        typer.echo("\n".join(_lines(answer(" ".join(text or ())), now, content.brand, why)))


def bot(handle: str, content: Catalogue, now: datetime, brand: Path = EXAMPLE_UK) -> Callable[[str], Decision]:
    """Return what decides about a demo customer's message, whatever was said before. Bad handles get one sentence."""
    people = {one["handle"]: one for one in demo.people(now, brand)}
    if handle not in people:
        raise typer.BadParameter(f"there is no demo customer {handle}; choose one of {', '.join(people)}")
    one = people[handle]
    link = Link(one["account"]["account_id"], one["lines"][0]["line_id"], now) if one["linked"] else None
    stopped_by = STOPPED_BY if one["stopped"] else None
    known = Customer(one["x_user_id"], handle=handle, link=link, stopped_by=stopped_by, told_privacy=True)

    def answer(text: str) -> Decision:
        sent_at = int(now.timestamp() * 1000)
        dm = DirectMessage(id=DM_ID, customer=known.x_id, handle=handle, text=text, sent_at=sent_at)
        question = Question(dm, known, now, lambda: accounts.of(accounts.items(one)), content)
        return decide(question, case_id=cases.new_id(), waiting=lambda _team: 0)

    return answer


# ---- for people ----


def _lines(decision: Decision, now: datetime, brand: Brand, why: bool) -> Iterator[str]:
    say = decision.say
    yield say.text if say else f"(nothing is sent: {decision.disposition})"
    if isinstance(decision.case, Join):
        yield f"(joins case {case_number(decision.case.id)})"
    elif case := decision.case:
        yield f"(case {case_number(case.id)} for {case.team}: {case.kind}, due {eta(case.due_at, now, brand)})"
    if why:
        yield f"[step {decision.step}; rule {decision.rule}; text {say.key if say else 'none'}]"


# ---- for programs, and for many messages at once ----


def _file(lines: Iterable[str], answer: Callable[[str], Decision], as_json: bool) -> None:
    counts: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        said = line.strip()
        told = row(said, answer(said))
        rule, _, _phrase = told["rule"].partition(": ")
        counts[told["outcome"], told["team"] or "", rule] += 1
        if as_json:
            _json(told)
    Console(stderr=as_json).print(_table(counts))


def _json(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))


def row(text: str, decision: Decision) -> dict[str, Any]:
    """Tell what became of a message: `tags` are the hashtags that it was taken for, `key` names the reply's text."""
    say = decision.say
    case = decision.case if isinstance(decision.case, Open) else None
    return {
        "text": text,
        "outcome": outcome(decision),
        "step": decision.step,
        "rule": decision.rule,
        "tags": say.tags if say else (),
        "team": case.team if case else None,
        "kind": case.kind if case else None,
        "key": say.key if say else None,
        "reply": say.text if say else None,
    }


def outcome(decision: Decision) -> Outcome:
    """Say in one word what becomes of a message. A stop wins over a case beside it, as for the customer."""
    said = decision.say.kind if decision.say else None
    match decision.case:
        case _ if said == "stop":
            return "stop"
        case Open(team="urgent"):
            return "urgent"
        case Open() | Join():
            return "answer+case" if said == "answer" else "case"
    if said:
        return "answer"
    return "suppressed" if decision.disposition == "suppressed" else "silent"


def _table(counts: Counter[tuple[str, ...]]) -> Table:
    table = Table("outcome", "team", "rule", box=None, header_style="")
    table.add_column("messages", justify="right")
    for (became, team, rule), count in counts.most_common():
        table.add_row(became, team, rule, str(count))
    table.add_row("all", "", "", str(counts.total()))
    return table
