"""What a month costs, X's part and AWS's: `python -m benchmarks.costs` writes docs/costs.md.

Calls are counted and items measured while the real code answers customers in the small world of the proof. Prices stand
in one table with their date; what is assumed about customers stands beside them.
"""

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from benchmarks.load import MEASURED
from benchmarks.meter import KB, READ_KB, Meter
from functions.load.planning import There, plan
from functions.shared.aws.rows import FORGET
from functions.shared.aws.typed import typed
from functions.shared.carrier.accounts import PARTS, Document
from functions.webhook.envelopes import Dropped
from functions.webhook.handler import SEEN
from infra.alarms import REPORTED, of_aws
from infra.entry import WARM_UP_EVERY
from infra.layout import DEAD_QUEUES, FUNCTIONS, settings_of
from ops.prices import VOLUMES, X_READ, limit_in_cases, looked_up
from tests.proof.demo import LINKED_A
from tests.proof.world import World
from tests.proof.worlds import staff_answer

PAGE = Path(__file__).parents[1] / "docs" / "costs.md"

MONTHS = (0, *VOLUMES)
"""DMs from customers: an idle month stands first."""
TO_PEOPLE = 0.15
"""How many of a hundred DMs a person answers."""
MINUTES = 30 * 24 * 60
NIGHTS = (0.01, 0.1, 1.0)
"""Parts of the accounts that have new figures."""
SAMPLE = Path(__file__).parents[1] / "docs" / "samples" / "account.json"
TICKS_A_MINUTE = 1
"""On AWS the Scheduler calls no oftener."""

X_PRICES_OF = "August 2026"
X_RECEIVED, X_SENT = 0.010, 0.015
X_PRICES = {"X, a DM received": X_RECEIVED, "X, a DM sent": X_SENT, "X, a DM looked up": X_READ}

AWS_PRICES_OF = "2025, for us-east-1 on demand, without free tiers"
PRICES = {
    "Lambda, million calls": 0.20,
    "Lambda, million GB-seconds": 13.33,
    "DynamoDB, million write units": 0.625,
    "DynamoDB, million read units": 0.125,
    "SQS FIFO, million requests": 0.50,
    "API Gateway, million requests": 1.00,
    "Scheduler, million calls": 1.00,
    "CloudWatch, GB of logs": 0.50,
    "S3, million lists": 5.00,
}
BY_THE_MONTH = {"customer-managed key": 1.00, "secret": 0.40, "alarm": 0.10, "metric": 0.30}
"""Whatever happens, for each that there is."""
PRICE_PAGES = {
    "X": "docs.x.com, X API, Pricing",
    "Lambda": "aws.amazon.com/lambda/pricing",
    "DynamoDB": "aws.amazon.com/dynamodb/pricing/on-demand",
    "SQS": "aws.amazon.com/sqs/pricing",
    "API Gateway": "aws.amazon.com/api-gateway/pricing",
    "Scheduler": "aws.amazon.com/eventbridge/pricing",
    "CloudWatch": "aws.amazon.com/cloudwatch/pricing",
    "S3": "aws.amazon.com/s3/pricing",
    "customer-managed key": "aws.amazon.com/kms/pricing",
    "secret": "aws.amazon.com/secrets-manager/pricing",
    "alarm": "aws.amazon.com/cloudwatch/pricing",
    "metric": "aws.amazon.com/cloudwatch/pricing",
}
"""Where each price is to be looked up."""

GB = 0.5
SECONDS = {"webhook": 0.05, "commands": 0.5, "tick": 0.3, "desk": 0.2}
"""Billed for one call when warm: assumed, as the proof's clock does not run. A send to X is most of `commands`."""
LOADED, LOAD_GB = 400, 1.769
"""Accounts a second, fewer than `benchmarks/load.py` prints on a busy machine, and the memory that goes with a core."""
FORGET_UNITS = 2
"""Write units of a row that the clock deletes: itself, and its key in the index."""
LOG_BYTES = 700
"""Of one call, as Lambda and the logger write."""
DESK_CALLS = 8
"""Of one case: next, show, renew, reply, resolve, the page's own polls."""
OTHER_POSTS = 2
"""Of X for each DM of a customer that bring none: that somebody types, that something was read."""
WARM_UP_SECONDS = 0.002
ACCOUNTS, CHANGED = 100_000, 0.1
"""What the carrier loads each night, and the part of it that has new figures."""
POLLS = 15
"""Empty receives a minute of one event source, while nobody writes: Lambda asks five times and waits 20 s each."""

CODE = Path(__file__).parents[1] / "functions"
PUBLISHES = {"telemetry.count", "telemetry.measure", "measure", "_Refused"}
UNITS = {"Count", "Seconds"}


def _units(thing: Any, size: int) -> int:
    return max(1, math.ceil(len(json.dumps(thing)) / size))


@dataclass(frozen=True)
class Counted:
    """What one customer's DM takes, from the webhook to the settled reply."""

    reads: float
    writes: float
    queue: int
    sent: int
    commands: int


@cache
def count(text: str, *, by_staff: bool = False) -> Counted:
    """Let the real code answer a DM, and count."""
    world = World()
    meter = Meter(world.dynamo)
    for store in {world.sender.store, world.bot.sender.store}:
        store._client._inner = meter
    world.write(LINKED_A, text)
    world.work()
    if by_staff:
        staff_answer(world)
    world.pass_time(timedelta(minutes=1))
    calls = Counter(what for _, what in world.points)
    queue = sum(calls[name] for name in ("webhook", "send_message", "receive_message", "delete_message", "inbound"))
    echoes = len(world.x.delivered)
    inbound = 1 + echoes
    # Each message is also put on `inbound`, received and deleted there.
    return Counted(
        reads=meter.reads,
        writes=meter.writes,
        queue=queue + 3 * echoes + 1,
        sent=len(world.x.delivered),
        commands=inbound,
    )


def aws(dms: int) -> dict[str, float]:
    """Return AWS's bill by service."""
    answer, case = count("#data"), count("my bill is wrong and I am furious", by_staff=True)

    def mean(name: str) -> float:
        return (1 - TO_PEOPLE) * float(getattr(answer, name)) + TO_PEOPLE * float(getattr(case, name))

    ticks = MINUTES * TICKS_A_MINUTE * sum(1 for function in FUNCTIONS if function.every)
    warm_ups = MINUTES // (WARM_UP_EVERY // 60) * sum(function.kept_warm for function in FUNCTIONS)
    events, desk, others = dms * mean("commands"), dms * TO_PEOPLE * DESK_CALLS, dms * OTHER_POSTS
    calls = 2 * events + others + desk + ticks + warm_ups
    seconds = (
        events * (SECONDS["webhook"] + SECONDS["commands"])
        + others * SECONDS["webhook"]
        + desk * SECONDS["desk"]
        + ticks * SECONDS["tick"]
        + warm_ups * WARM_UP_SECONDS
    )
    readers = sum(1 for function in FUNCTIONS if function.reads)
    million = 1_000_000
    return {
        "Lambda": calls / million * PRICES["Lambda, million calls"]
        + seconds * GB / million * PRICES["Lambda, million GB-seconds"],
        "DynamoDB": dms * mean("writes") / million * PRICES["DynamoDB, million write units"]
        + (dms * mean("reads") + ticks * idle_reads()) / million * PRICES["DynamoDB, million read units"],
        "SQS": (dms * mean("queue") + readers * POLLS * MINUTES) / million * PRICES["SQS FIFO, million requests"],
        "Expiries": dms * forgotten() * FORGET_UNITS / million * PRICES["DynamoDB, million write units"],
        "API Gateway": (events + others + desk) / million * PRICES["API Gateway, million requests"],
        "Scheduler": (ticks + warm_ups) / million * PRICES["Scheduler, million calls"],
        "Accounts": 30 * sum(night(ACCOUNTS, CHANGED).values()),
        "The drop": MINUTES * TICKS_A_MINUTE / million * PRICES["S3, million lists"],
        "Logs": calls * LOG_BYTES / 1e9 * PRICES["CloudWatch, GB of logs"],
        "By the month": sum(by_the_month().values()),
    }


def by_the_month() -> dict[str, float]:
    """Return what is paid for being there, by how many there are of it."""
    return {name: how_many * BY_THE_MONTH[name] for name, how_many in there().items()}


@cache
def there() -> dict[str, int]:
    """Count what is paid by the month. A metric is only paid for while it is published: these are all that may be."""
    named = {setting.name for function in FUNCTIONS for setting in settings_of(function)}
    secrets = [name for name in named if re.search("_secrets?_name$", name)]
    alarms = (*REPORTED, *of_aws(inbound="", dead=dict.fromkeys(DEAD_QUEUES, ""), api="", functions=_functions()))
    return {"customer-managed key": 1, "secret": len(secrets), "alarm": len(alarms), "metric": len(metrics())}


def _functions() -> dict[str, str]:
    return {function.name: "" for function in FUNCTIONS}


def metrics() -> set[str]:
    """Name the metrics that functions may publish: by a name, by what the webhook refuses or drops, or for an alarm."""
    nodes = [node for file in CODE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    calls = (node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in PUBLISHES)
    said = (one for call in calls for one in call.args if not isinstance(one, ast.JoinedStr))
    words = {node.value for one in said for node in ast.walk(one) if isinstance(node, ast.Constant)}
    named = {word for word in words if isinstance(word, str) and re.fullmatch("([A-Z][a-z]*)+", word)}
    of_webhook = {*get_args(get_type_hints(Dropped)["reason"]), *SEEN.values()}
    return (named - UNITS) | of_webhook | {alarm.metric for alarm in REPORTED}


def idle_reads() -> float:
    """Return the read units of one look of the clock when nothing is due."""
    world = World()
    meter = Meter(world.dynamo)
    world.sender.store._client._inner = meter
    world.work()
    return meter.reads / 2


def at_x(dms: int) -> dict[str, float]:
    """Return X's bill by what is charged."""
    answer, case = count("#data"), count("my bill is wrong and I am furious", by_staff=True)
    sent = (1 - TO_PEOPLE) * answer.sent + TO_PEOPLE * case.sent
    charged = looked_up(dms * (1 + sent), "certain")
    return {"DMs received": dms * X_RECEIVED, "DMs sent": dms * sent * X_SENT, "DMs looked up": charged * X_READ}


def cheap(dms: int) -> float:
    """Return what X takes for look-ups that believe the newest DM."""
    answer, case = count("#data"), count("my bill is wrong and I am furious", by_staff=True)
    return looked_up(dms * (1 + (1 - TO_PEOPLE) * answer.sent + TO_PEOPLE * case.sent), "cheap") * X_READ


@cache
def forgotten() -> int:
    """Count the rows of one answered DM that the clock deletes some day; TTL deletes the others for nothing."""
    world = World()
    world.write(LINKED_A, "#data")
    before = _on_clock(world)
    world.work()
    world.pass_time(timedelta(minutes=1))
    return _on_clock(world) - before


def _on_clock(world: World) -> int:
    return sum(row.get("clock") == FORGET for row in world.dynamo.plain("service"))


def night(accounts: int, changed: float) -> dict[str, float]:
    """Return what loading a complete export costs in which a part of the accounts has new figures and a new time."""
    before, after = (json.loads(SAMPLE.read_text()) for _ in range(2))
    for part in (after["account"], after["lines"][0]):
        part["as_of"] = "2026-11-25T14:03:00Z"
    now = datetime(2026, 11, 26, tzinfo=UTC)
    [account, *_] = there = plan(Document.model_validate(before), There(), now).puts
    puts = plan(Document.model_validate(after), There(account[PARTS]), now).puts
    # Each account item is read to compare, consistently; a full load looks at everything twice at its end.
    reads = accounts * (
        _units(typed(account), READ_KB) + 2 * 0.5 * len(json.dumps([typed(item) for item in there])) / READ_KB
    )
    writes = accounts * changed * sum(2 * _units(typed(item), KB) for item in puts)
    return {
        "written": writes / 1_000_000 * PRICES["DynamoDB, million write units"],
        "read": reads / 1_000_000 * PRICES["DynamoDB, million read units"],
        "Lambda": accounts / LOADED * LOAD_GB / 1_000_000 * PRICES["Lambda, million GB-seconds"],
    }


def page() -> Iterator[str]:
    answer, case = count("#data"), count("my bill is wrong and I am furious", by_staff=True)
    yield "# What a month costs"
    yield (
        "Written by `python -m benchmarks.costs`: calls are counted and items measured while the real code answers in\n"
        "the small world of the proof. Dollars a month. **The prices are those known at the time of writing**\n"
        f"(X's of {X_PRICES_OF}; AWS's of {AWS_PRICES_OF}) and nobody keeps\n"
        "them up: before you rely on a sum, compare them with the pages named below and change the script's table."
    )
    yield table(
        ["DMs from customers", *(f"{dms:,}" if dms else "an idle month" for dms in MONTHS)],
        [[name, *(_dollars(at_x(dms)[name]) for dms in MONTHS)] for name in at_x(1)],
        [["**X**", *(f"**{_dollars(sum(at_x(dms).values()))}**" for dms in MONTHS)]],
        [["*DMs looked up, where* `look_ups` *is cheap*", *(_dollars(cheap(dms)) for dms in MONTHS)]],
        [[name, *(_dollars(aws(dms)[name]) for dms in MONTHS)] for name in aws(1)],
        [["**AWS**", *(f"**{_dollars(sum(aws(dms).values()))}**" for dms in MONTHS)]],
    )
    yield (
        "X is nearly all of it. Without a contract X takes 1,440 DMs a day from the brand, 43,200 a month: a million\n"
        "needs a contract, whose prices are its own. What is looked up is the net under the webhook. X charges what\n"
        "it gives once a day, so that certainty is each DM once more; cheap is the newest of every five minutes.\n"
        "Text messages for linking come on top, at the price of your country."
    )
    yield (
        f"{limit_in_cases(1_440)} That is X's limit\n"
        "without a contract; `tweetserve doctor` says it for the limit that X has named, and what look-ups cost."
    )
    added = sum(aws(1_000_000).values()) - sum(aws(0).values())
    by_people = f"{TO_PEOPLE:.0%} of them answered by people"
    yield f"On AWS a million DMs add {_dollars(added)} dollars to an idle month, {by_people}."
    yield "## What is counted"
    yield table(
        ["for one DM", "a hashtag's answer", "a case that staff answer"],
        [
            ["DMs that we send", str(answer.sent), str(case.sent)],
            ["DynamoDB write units", f"{answer.writes:.0f}", f"{case.writes:.0f}"],
            ["DynamoDB read units", f"{answer.reads:.0f}", f"{case.reads:.0f}"],
            ["SQS requests", str(answer.queue), str(case.queue)],
            ["messages that `commands` gets, echoes too", str(answer.commands), str(case.commands)],
        ],
    )
    yield "## A night's load of a million accounts"
    yield table(
        ["dollars a night", *(f"{part:.0%} changed" for part in NIGHTS)],
        [[name, *(_dollars(night(1_000_000, part)[name]) for part in NIGHTS)] for name in night(1, 1)],
    )
    yield (
        "Loaded with `--full`. Each account is read and compared; what is the same is not written. New figures are\n"
        "an account item and a line, in a transaction, which counts twice. A bill is written once."
    )
    yield (
        "How fast that goes `python -m benchmarks.load` prints, by the time of the processor for our own\n"
        "process; where others use the machine it is less. The last time:"
    )
    yield f"```\n{MEASURED.read_text().strip()}\n```"
    yield "## The prices, and where to look them up"
    yield table(
        ["what", "dollars", "page"],
        [[what, f"{dollars:.3f}", page_of(what)] for what, dollars in (X_PRICES | PRICES | BY_THE_MONTH).items()],
    )
    pings = 3 * MINUTES / 5
    warm = pings / 1_000_000 * (PRICES["Scheduler, million calls"] + PRICES["Lambda, million calls"])
    yield "## What is assumed"
    yield "\n".join(
        (
            f"- {TO_PEOPLE:.0%} of DMs go to people, and a case takes {DESK_CALLS} calls of the desk.",
            f"- Billed for a warm call at {GB} GB: {', '.join(f'{name} {took} s' for name, took in SECONDS.items())}.",
            "- X charges each DM of a customer as received, each of ours as sent, and an echo as nothing.",
            "- X charges a DM that it gives out once for each day (UTC), as its pricing page says softly, and nothing",
            "  for the sender that comes with it; as a read of its own it would be up to as much again.",
            "- DMs come evenly over the month; where they come in bursts, cheap look-ups are cheaper.",
            f"- X posts {OTHER_POSTS} more events for each DM of a customer: somebody types, something was read.",
            f"- The carrier loads {ACCOUNTS:,} accounts each night, of which {CHANGED:.0%} have new figures.",
            f"- A ping every five minutes keeps three functions warm: {_dollars(warm)} of Scheduler and Lambda.",
            f"- What a customer said is deleted by the clock, {FORGET_UNITS} write units; all else by TTL, free.",
            f"- Whatever happens: {whatever_happens()}.",
            f"- The drop's function loads {LOADED} accounts a second at {LOAD_GB} GB, whatever has changed.",
            "- Tables are small: a gigabyte more is 0.25 a month, its backup 0.20.",
        )
    )


def whatever_happens() -> str:
    every = ((name, how_many, by_the_month()[name]) for name, how_many in there().items())
    return ", ".join(f"{many} {name}{'s' * (many > 1)} {_dollars(price)}" for name, many, price in every)


def page_of(price: str) -> str:
    [page] = [page for name, page in PRICE_PAGES.items() if price.startswith(name) or price.endswith(f" {name}")]
    return page


def table(head: list[str], *parts: list[list[str]]) -> str:
    rows = [row for part in parts for row in part]
    rule = ["---", *("---" if name == "page" else "---:" for name in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}"


if __name__ == "__main__":
    PAGE.write_text("\n\n".join(page()) + "\n", encoding="utf-8")
