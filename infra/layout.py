"""Tables, queues, functions and time-outs as plain data: CDK and the local run both build from this page.

It imports nothing of the project and no AWS library, so that anything may read it.
"""

from dataclasses import Field, fields
from importlib import import_module
from typing import Any, NamedTuple

TEAMS = ("urgent", "billing", "devices", "sales", "general")
SUPERVISOR = "supervisor"
"""Besides the teams the one group that staff may be in."""

DAY = 86_400


class Index(NamedTuple):
    name: str
    partition: str
    sort: str | None = None


class Table(NamedTuple):
    """A DynamoDB table, on demand. All keys are strings; indexes hold keys only."""

    name: str
    partition: str
    sort: str
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None


TABLES = (
    # The carrier's: read only to the service.
    Table("accounts", "account_id", "part", indexes=(Index("by_number", "number"),)),
    # The brand's content: read only to the service.
    Table("catalogue", "kind", "id"),
    # Ours: customers, replies, cases, budget, audit.
    Table(
        "service",
        "pk",
        "sk",
        indexes=(
            Index("line", "line", "due_at"),  # cases that somebody may take, by team
            Index("clock", "clock", "look_at"),  # replies and cases that the tick has to look at, by time
        ),
        ttl="expires_at",
    ),
)


class Function(NamedTuple):
    """One entry module with a `lambda_handler`: a role and a zip of its own. Times are seconds, memory is MB."""

    name: str
    module: str
    timeout: int
    memory: int = 512
    every: int | None = None  # called by the clock, in seconds
    reads: str | None = None  # the queue whose messages it gets, one at a time
    on_aws_only: bool = False
    kept_warm: bool = False  # somebody waits for it: the clock keeps a process of it


INBOUND_DEAD = "inbound-dead"
TICKETS_DEAD = "escalations-dead"

TICK = 5  # on AWS once a minute, which is the Scheduler's shortest

FUNCTIONS = (
    Function("webhook", "functions.webhook.handler", timeout=10, kept_warm=True),
    Function("webhook-tick", "functions.webhook.tick", timeout=50, every=60),
    Function("commands", "functions.commands.handler", timeout=20, reads="inbound", kept_warm=True),
    Function("commands-tick", "functions.commands.tick", timeout=50, every=TICK),
    Function("desk", "functions.escalate.handler", timeout=20, kept_warm=True),
    Function("desk-tick", "functions.escalate.tick", timeout=50, every=TICK),
    Function("dead-letters", "functions.escalate.dead_letters", timeout=20, reads=INBOUND_DEAD),
    # A whole core, and as long as Lambda lets it: a million accounts are a call or two. Here `accounts import` does it.
    Function("load", "functions.load.tick", timeout=900, memory=1769, every=60, on_aws_only=True),
)


def settings_of(function: Function) -> tuple[Field[Any], ...]:
    """Return the settings that a function reads: its own, or those of its folder's handler."""
    module = import_module(function.module)
    if not hasattr(module, "Settings"):
        module = import_module(f"{module.__package__}.handler")
    return fields(module.Settings)


# A message may be redelivered only after its function has certainly ended: six time-outs, as AWS advises.
VISIBILITY_FACTOR = 6


class Queue(NamedTuple):
    """An SQS FIFO queue (`<name>.fifo`) with its dead letters. Times are seconds."""

    name: str
    visibility: int
    receives: int  # deliveries before a message goes to the dead letters
    dead: str
    retention: int = 4 * DAY


QUEUES = (
    Queue("inbound", visibility=VISIBILITY_FACTOR * 20, receives=5, dead=INBOUND_DEAD),
    # A ticket is only held while one `next` runs; it is kept as long as SQS keeps anything.
    *(
        Queue(f"escalations-{team}", visibility=60, receives=20, dead=TICKETS_DEAD, retention=14 * DAY)
        for team in TEAMS
    ),
)

DEAD_QUEUES = (INBOUND_DEAD, TICKETS_DEAD)
