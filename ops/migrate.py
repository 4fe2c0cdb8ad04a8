"""`tweetserve migrate`: write what has to be there before it is read, of what an older release has written."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import typer
from rich.console import Console

from functions.shared.aws import clock
from functions.shared.aws.rows import CASE, ENTRY, HOLDERS, LATER, PROFILE, REPLY, kind_in
from functions.shared.aws.store import Item
from functions.shared.aws.stored import Stored
from functions.shared.aws.typed import unmarshalled
from functions.shared.conversation import conversations, locks
from functions.shared.conversation.conversations import Contended, Conversation
from functions.shared.conversation.linking import Keyed
from ops.customer import marks
from ops.place import Place, at_place

MOST = 200
"""Pages of a megabyte that `doctor` looks at: a large table is not read through for a glance."""

EXAMPLES = """
After a deployment: customers who were linked before lines had rows of their own get theirs, and a report of theft that
is older than these rows locks its line. Each customer is one transaction, so that the bot goes on meanwhile. What is
done is not found again, so that after a break it goes on where it was. `tweetserve doctor` counts what there is.

Examples:

  tweetserve migrate --stage prod --dry-run

  tweetserve migrate --stage prod
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EXAMPLES)
@at_place
def migrate(place: Place, *, dry_run: bool, as_json: bool) -> None:
    """Write what an older release has not written yet."""
    with Console(stderr=True).status("reading") as status:
        done = written(place, dry_run=dry_run, heard=status.update)
    if as_json:
        typer.echo(json.dumps({"dry_run": dry_run} | done, indent=2))
    elif dry_run:
        typer.echo(f"Customers as an older release wrote them: {done['of_before']}. Nothing was written.")
    else:
        typer.echo(f"Customers as an older release wrote them: {done['of_before']}, written: {done['written']}.")
    if done["left"]:
        typer.echo(f"{done['left']} were being written by others: run it once more.", err=True)
        raise typer.Exit(1)


def written(place: Place, *, dry_run: bool, heard: Callable[[str], None] = lambda _: None) -> dict[str, int]:
    """Go through all customers, a page at a time."""
    done = {"of_before": 0, "written": 0, "left": 0}
    keyed = marks(place).keyed
    for page in pages(place, only=PROFILE):
        for x_id in [row["x_id"] for row in page if is_of_before(row)]:
            done["of_before"] += 1
            if not dry_run:
                done["written" if named(place, x_id, keyed) else "left"] += 1
        heard(f"found {done['of_before']}")
    return done


def named(place: Place, x_id: str, keyed: Keyed) -> bool:
    """Give a customer's link its line. False where others keep writing."""
    store = place.store

    def with_line(current: Conversation) -> Conversation:
        customer = locks.named(current.customer, keyed.of_line)
        return conversations.with_lines(store, replace(current, customer=customer))

    try:
        conversations.change(store, x_id, with_line, by="migrate", did="named the line", now=clock.now())
    except Contended:
        return False
    return True


# ---- what there is ----


@dataclass
class Seen:
    """Rows that other releases have written, by kind. Not `whole` = there is more than was looked at."""

    of_before: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    later: int = 0
    whole: bool = True


def look(place: Place) -> Seen:
    """Look through the service table, as far as a glance goes."""
    seen, through = Seen(), pages(place)
    for page in islice(through, MOST):
        seen.of_before += sum(map(is_of_before, page))
        seen.unread.update(kind_in(row) for row in page if is_unread(row))
        seen.later += sum(kind_in(row) == LATER for row in page)
    seen.whole = next(through, None) is None
    return seen


def pages(place: Place, only: str | None = None) -> Iterator[list[Item]]:
    """Read the service table page by page, or the rows of one kind of which each partition has one."""
    kind = {"FilterExpression": "sk = :kind", "ExpressionAttributeValues": {":kind": {"S": only}}} if only else {}
    scan = place.client("dynamodb").get_paginator("scan")
    for page in scan.paginate(TableName=place.settings["service_table"], **kind):
        yield list(map(unmarshalled, page["Items"]))


def is_of_before(row: Item) -> bool:
    return kind_in(row) == PROFILE and locks.is_of_before(conversations.customer_in(row))


def is_unread(row: Item) -> bool:
    read = READ.get(kind_in(row))
    return bool(read and read(row).unread)


READ: dict[str, Callable[[Item], Stored]] = {
    PROFILE: conversations.customer_in,
    REPLY: conversations.reply_in,
    CASE: conversations.case_in,
    ENTRY: conversations.entry_in,
    HOLDERS: lambda row: locks.ProvenLine.of("", row),
}
