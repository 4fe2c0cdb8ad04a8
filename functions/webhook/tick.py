"""The clock calls this: is our webhook alive, and has anything been written to us that did not arrive?

X delivers usually once, sometimes never, and nothing at all while it holds the webhook for invalid. Two nets are under
that: DMs are looked up, within minutes; and what X tried to deliver is asked for again as soon as its rules allow,
because a look-up does not show what is encrypted. Whatever comes twice is decided once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clock, queues, settings, start, telemetry
from functions.shared.aws.rows import Key, dm_key, sent_key
from functions.shared.aws.store import Store
from functions.shared.x import arrivals
from functions.shared.x.account import REPLAY_TO, Rejected, Unanswered, Webhook, XAccount, replay_window
from functions.webhook import envelopes
from functions.webhook import state as states
from functions.webhook.look_up import Look
from functions.webhook.state import WebhookState

MINUTE = timedelta(minutes=1)
LOOK_EVERY = timedelta(minutes=5)
LOOK_WHILE_INVALID = timedelta(minutes=2)
type LookUps = Literal["certain", "cheap"]
"""Whether each DM that X lists is looked up, or only the newest for as long as it has come. X charges what it gives."""
API_GATEWAY = "AWS/ApiGateway"
"""Where it counts, in CloudWatch."""
COUNTED_BY = timedelta(minutes=5)
"""CloudWatch may know of a request that much later."""
JOB_TAKES = timedelta(minutes=15)
"""One replay at a time: the next is not asked for earlier."""
SILENCE = 2
"""Missing in a row. A single one gets lost now and then, and the look-up has brought it."""


@dataclass(frozen=True)
class Settings:
    service_table: str
    inbound_queue_url: str
    x_user_secret_name: str
    brand_id: str
    webhook_url: str
    x_api_url: str = "https://api.x.com"
    look_ups: LookUps = "certain"
    api_id: str = ""
    """Of API Gateway, which counts what we did not take in; here there is none."""

    def __post_init__(self) -> None:
        if self.look_ups not in get_args(LookUps.__value__):
            raise settings.MissingSettings('set LOOK_UPS to "certain" or "cheap"')


@telemetry.on_the_clock
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    _watch().tick(clock.now())


def _watch() -> "Watch":
    ours = settings.read(Settings)
    credentials = settings.secret(ours.x_user_secret_name)
    sqs = settings.client("sqs")
    return Watch(
        store=Store(settings.client("dynamodb"), ours.service_table),
        account=our_account(tuple(sorted(credentials.items())), ours.x_api_url),
        queue=lambda message: queues.send_inbound(sqs, ours.inbound_queue_url, message),
        backlog=lambda: waiting(sqs, ours.inbound_queue_url),
        brand_id=ours.brand_id,
        url=ours.webhook_url,
        look_ups=ours.look_ups,
        failed=lambda since, now: bool(ours.api_id) and failed(settings.client("cloudwatch"), ours.api_id, since, now),
    )


@cache
def our_account(credentials: tuple[tuple[str, str], ...], api_url: str) -> XAccount:
    """Keep the connection, until the keys are changed."""
    return XAccount(dict(credentials), api_url)


def waiting(sqs: Any, queue_url: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name])


def failed(cloudwatch: Any, api_id: str, since: datetime, now: datetime) -> bool:
    """Whether X was answered a 5xx between two moments: it may not send again what it got that for.

    Also where CloudWatch does not tell: then nothing is believed.
    """
    try:
        points = cloudwatch.get_metric_statistics(
            Namespace=API_GATEWAY,
            MetricName="5xx",
            Dimensions=[{"Name": name, "Value": value} for name, value in posts_of(api_id).items()],
            StartTime=since,
            EndTime=now,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
    except (BotoCoreError, ClientError) as failure:
        telemetry.error("CloudWatch does not tell whether we failed to take something in", failure)
        return True
    return any(point["Sum"] for point in points)


def posts_of(api_id: str) -> dict[str, str]:
    """Name what API Gateway counts of X's events."""
    return {"ApiId": api_id, "Stage": "$default", "Method": "POST", "Resource": "/webhook"}


@dataclass(frozen=True)
class Watch:
    """Watches over one webhook.

    `queue` puts a message on `inbound.fifo`, `backlog` counts what waits there, `failed` says whether we failed to take
    in events of X between two moments.
    """

    store: Store
    account: XAccount
    queue: Callable[[envelopes.QueueMessage], None]
    backlog: Callable[[], int]
    brand_id: str
    url: str
    look_ups: LookUps = "certain"
    failed: Callable[[datetime, datetime], bool] = lambda _since, _now: False

    def tick(self, now: datetime) -> None:
        before = states.load(self.store)
        after = self._asked_again(self._looked(self._checked(before, now), now), now)
        if after != before and not states.save(self.store, after):
            telemetry.info("another call of the clock was faster")
        arrived = arrivals.newest_arrival(self.store)
        if arrived:
            telemetry.measure("MinutesSinceEvent", int((now - arrived) / timedelta(minutes=1)), "Count")

    # ---- is it valid? ----

    def _checked(self, state: WebhookState, now: datetime) -> WebhookState:
        try:
            ours = [webhook for webhook in self.account.webhooks() if webhook.url == self.url]
            valid = next((webhook for webhook in ours if webhook.valid), None)
            if valid:
                return states.valid(state, valid.id, now)
            if not (ours or state.set_up):
                telemetry.info("X does not know our webhook yet")
                return state
            telemetry.count("WebhookInvalid")
            telemetry.warning("X delivers nothing to our webhook", reason="invalid" if ours else "unregistered")
            state = states.invalid(state, now)
            return self._validated(state, ours, now)
        except (Unanswered, Rejected) as failure:
            telemetry.warning("X does not tell whether our webhook is valid", error=type(failure).__name__)
            return state

    def _validated(self, state: WebhookState, ours: list[Webhook], now: datetime) -> WebhookState:
        found = next((webhook for webhook in ours if self.account.validate(webhook.id)), None)
        if found is None:
            return state
        telemetry.info("X holds our webhook for valid again")
        return states.valid(state, found.id, now)

    # ---- the first net: look up ----

    def _looked(self, state: WebhookState, now: datetime) -> WebhookState:
        """Read X's list of DMs down to the newest that is known to have come, and queue what has not."""
        every = LOOK_EVERY if state.valid else LOOK_WHILE_INVALID
        waits = state.looked_at and now < state.looked_at + every and not state.page
        # What waits in the queue has reached us, though no record of it says so yet.
        if waits or not state.set_up or not states.has_room(state, now) or self.backlog():
            return state
        if state.unread:
            telemetry.warning("nothing is looked up: a newer release has written how far")
            return state
        look = Look(state, now)
        try:
            look.begin(self.account)
            if self._believes(look, state, now):
                look.believe()
            look.read_on(self.account)
            telemetry.x_down(False)
        except Unanswered as failure:
            telemetry.x_down(not failure.limited)
            telemetry.warning("X does not list our DMs", error=type(failure).__name__)
            look.refused(failure)
        except Rejected as failure:
            telemetry.count("LookUpRefused")
            telemetry.warning("X does not list our DMs", error=type(failure).__name__, status=failure.status)
            look.start_over()
        missing = self._missing(look.messages(self.brand_id))
        for message in missing:
            self.queue(message)
            telemetry.info("queued, looked up", kind=message["kind"], customer=message["customer"], dm=message["id"])
        if missing:
            telemetry.count("LookedUp", len(missing))
        return self._with_gap(look.done(), missing)

    def _believes(self, look: Look, state: WebhookState, now: datetime) -> bool:
        """Whether the newest DM stands for all before it: it has come, and nothing has failed since we last looked."""
        if self.look_ups == "certain" or not state.valid or state.gap_from or state.page:
            return False
        newest = look.messages(self.brand_id, even_unsettled=True)
        if not newest or self._missing(newest):
            return False
        return not self.failed((state.looked_at or now) - COUNTED_BY, now)

    def _missing(self, messages: list[envelopes.QueueMessage]) -> list[envelopes.QueueMessage]:
        """Keep what was neither decided about nor sent by us."""
        known = {(row["pk"], row["sk"]) for row in self.store.get_all([_record(message) for message in messages])}
        missing = [message for message in messages if _record(message) not in known]
        return sorted(missing, key=lambda message: (message["sent_at"], int(message["id"])))

    def _with_gap(self, state: WebhookState, missing: list[envelopes.QueueMessage]) -> WebhookState:
        """Nothing has come since, though X says that it delivers: somebody has to look, and X has to deliver again."""
        arrived = arrivals.newest_arrival(self.store)
        since = [at for at in map(_written, missing) if arrived is None or at > arrived + timedelta(minutes=1)]
        if not state.valid or len(since) < SILENCE:
            return state
        telemetry.count("Silence", len(since))
        telemetry.warning("DMs reach X and their events do not reach us", count=len(since))
        return replace(state, gap_from=min(since[0], state.gap_from or since[0]), gap_to=since[-1])

    # ---- the second net: let X deliver again ----

    def _asked_again(self, state: WebhookState, now: datetime) -> WebhookState:
        if not (state.webhook and state.gap_from and state.gap_to) or now < state.gap_to + REPLAY_TO + MINUTE:
            return state
        if state.job_at and now < state.job_at + JOB_TAKES:
            return state
        window = replay_window(state.gap_from, state.gap_to, now)
        filled = replace(state, gap_from=None, gap_to=None)
        if window is None:
            return filled
        try:
            job = self.account.replay(state.webhook, *window)
        except Unanswered as failure:
            telemetry.warning("X does not deliver again yet", error=type(failure).__name__)
            return state
        except Rejected as failure:
            telemetry.warning("X does not deliver again", status=failure.status)
            return filled
        telemetry.info("X delivers again what was missed")
        return replace(filled, job=job, job_at=now)


def _written(message: envelopes.QueueMessage) -> datetime:
    return datetime.fromtimestamp(message["sent_at"] / 1000, UTC)


def _record(message: envelopes.QueueMessage) -> Key:
    """The key of the row that says that a message has reached us."""
    key = sent_key if message["kind"] == "echo" else dm_key
    return key(message["customer"], message["id"])


start.prepare(_watch)
