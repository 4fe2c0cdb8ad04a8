"""`tweetserve dead-letters`: messages that failed five times, and what waits to be made a case of."""

import json
from typing import Any
from uuid import uuid4

import typer

from functions.shared.aws.rows import DEAD_PK, dead_in
from ops.place import Place, at_place

DEAD = {"inbound-dead": "inbound", "escalations-dead": "general"}
"""Queues of dead letters, and a queue whose messages die there."""
LATEST = 50

LIST = """
Examples:

  tweetserve dead-letters list --stage prod

  tweetserve dead-letters list --local --json
"""

REDRIVE = """
What waits among the dead letters of `inbound` is tried again; what was answered meanwhile is not answered twice.
Tickets that nobody could use are dropped: the desk finds their cases without them.

Examples:

  tweetserve dead-letters redrive --stage prod --dry-run

  tweetserve dead-letters redrive --stage prod
"""

app = typer.Typer(
    add_completion=False, help="Messages that failed five times.", no_args_is_help=True, rich_markup_mode="markdown"
)


@app.command("list", epilog=LIST)
@at_place
def list_(place: Place, *, as_json: bool) -> None:
    """Say what failed for good, which case each became, and what still waits."""
    still, rows = waiting(place), failed(place)
    if as_json:
        typer.echo(json.dumps({"waiting": still, "failed": rows}, indent=2))
        return
    for name, number in still.items():
        typer.echo(f"{name}: {number} wait")
    for row in rows:
        typer.echo(f"{row['at']}  {row['kind']} {row['id']}  {'case ' + row['case'] if row['case'] else 'no case'}")


@app.command(epilog=REDRIVE)
@at_place
def redrive(place: Place, *, dry_run: bool, as_json: bool) -> None:
    """Let messages be tried again."""
    there = waiting(place)
    moved = {name: 0 if dry_run else drain(place, name) for name in there}
    answer = {"dry_run": dry_run, "waiting": there, "moved": moved}
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    elif dry_run:
        typer.echo(f"Would try {there['inbound-dead']} again and drop {there['escalations-dead']} tickets.")
    else:
        typer.echo(f"{moved['inbound-dead']} are tried again, {moved['escalations-dead']} tickets dropped.")


def waiting(place: Place) -> dict[str, int]:
    urls = {name: dead_queue(place, name) for name in DEAD}
    return {name: waiting_in(place.client("sqs"), url) if url else 0 for name, url in urls.items()}


def failed(place: Place) -> list[dict[str, Any]]:
    """Return the latest messages that became cases."""
    rows = place.store.query(DEAD_PK, newest_first=True, limit=LATEST)
    return [
        {"at": at, "id": dm, "kind": row["kind"], "case": row.get("case")} for row in rows for at, dm in [dead_in(row)]
    ]


def dead_queue(place: Place, name: str) -> str | None:
    """Return the URL of a queue of dead letters, as the queue before it names it."""
    sqs = place.client("sqs")
    url = place.settings[f"{DEAD[name]}_queue_url"]
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
    if "RedrivePolicy" not in policy:
        return None
    arn = json.loads(policy["RedrivePolicy"])["deadLetterTargetArn"]
    return str(sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])


def waiting_in(sqs: Any, url: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def drain(place: Place, name: str) -> int:
    """Put dead messages back before those that come, and drop dead tickets; return how many."""
    url = dead_queue(place, name)
    if url is None:
        return 0
    sqs, moved = place.client("sqs"), 0
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"], VisibilityTimeout=60
    ).get("Messages"):
        for message in messages:
            if name == "inbound-dead":
                sqs.send_message(
                    QueueUrl=place.settings["inbound_queue_url"],
                    MessageBody=message["Body"],
                    MessageGroupId=message["Attributes"]["MessageGroupId"],
                    MessageDeduplicationId=str(uuid4()),
                )
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved
