"""Answer a DM in a terminal, as a customer of the demo would read it: `python -m functions.commands "#data #minutes"`.

Nothing is sent or stored: neither AWS nor X is needed.
"""

from datetime import datetime
from typing import Annotated

import typer

from functions.commands.decide import decide
from functions.commands.decisions import Decision, Join, Open
from functions.commands.registry import Question
from functions.shared.aws import clock
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.conversation import cases
from functions.shared.conversation.customers import Customer, Link
from functions.shared.wording.saying import case_number, eta
from functions.shared.x.messages import DirectMessage
from local import demo

STOPPED_BY = "1"
DM_ID = "2"


def main(
    text: Annotated[list[str], typer.Argument(help='What the customer sends, in quotes: "#data #minutes".')],
    customer: Annotated[str, typer.Option("--as", help="A demo customer's handle.")] = "linked_customer",
    why: Annotated[bool, typer.Option("--why", help="Say which step and which rule decided.")] = False,
) -> None:
    """Print what a demo customer reads."""
    now = clock.now()
    question = asked(" ".join(text), customer, now)
    decision = decide(question, case_id=cases.new_id(), waiting=lambda _team: 0)
    typer.echo(read_by_customer(decision))
    if decision.case:
        typer.echo(seen_by_people(decision.case, now, question.catalogue.brand.timezone))
    if why:
        typer.echo(f"[step {decision.step}; rule {decision.rule}; text {decision.say.key if decision.say else 'none'}]")


def asked(text: str, handle: str, now: datetime) -> Question:
    """Return the question of a demo customer. Bad handles get one sentence."""
    people = {one["handle"]: one for one in demo.people(now)}
    if handle not in people:
        raise typer.BadParameter(f"there is no demo customer {handle}; choose one of {', '.join(people)}")
    one = people[handle]
    account = accounts.of(accounts.items(one))
    link = Link(one["account"]["account_id"], one["lines"][0]["line_id"], now) if one["linked"] else None
    stopped_by = STOPPED_BY if one["stopped"] else None
    known = Customer(one["x_user_id"], handle=handle, link=link, stopped_by=stopped_by, told_privacy=True)
    dm = DirectMessage(id=DM_ID, customer=known.x_id, handle=handle, text=text, sent_at=int(now.timestamp() * 1000))
    return Question(dm, known, now, lambda: account, Catalogue.of(demo.catalogue(now)))


def read_by_customer(decision: Decision) -> str:
    return decision.say.text if decision.say else f"(nothing is sent: {decision.disposition})"


def seen_by_people(case: Open | Join, now: datetime, timezone: str) -> str:
    """Name the case as the desk would: its number, its team's line and when it is due."""
    if isinstance(case, Join):
        return f"(joins case {case_number(case.id)})"
    return f"(case {case_number(case.id)} for {case.team}: {case.kind}, due {eta(case.due_at, now, timezone)})"


if __name__ == "__main__":
    typer.run(main)
