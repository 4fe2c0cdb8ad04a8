"""Whether our webhook is alive, and what was written to us and did not arrive: against the simulator of X."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.session import Session
from moto import mock_aws

from functions.shared.aws import clock, settings, telemetry
from functions.shared.aws.store import Put, Store
from functions.shared.x import arrivals
from functions.shared.x.account import Page, Rejected, Unanswered, Unreached, XAccount
from functions.shared.x.ids import id_at
from functions.shared.x.messages import DirectMessage, Echo, inbound
from functions.webhook import state as states
from functions.webhook import tick as ticks
from functions.webhook.envelopes import QueueMessage
from functions.webhook.state import WebhookState
from functions.webhook.tick import LookUps, Watch
from infra.layout import TABLES
from local import resources
from local.x.faults import Fault
from tests.ringing import rung
from tests.simulated_x import BRAND, LINKED, NEW, Hook, SimulatedX, hook, simulated, user_tokens, wait_for

__all__ = ["hook", "simulated"]  # fixtures


@pytest.fixture
def store(aws: None) -> Store:
    layout = next(table for table in TABLES if table.name == "service")
    name = f"service-{uuid4()}"
    resources.create_table(layout._replace(name=name, ttl=None))
    return Store(settings.client("dynamodb"), name)


@dataclass
class Guard:
    """A watch over the simulator's webhook, and what it queues. Time passes when it is told to."""

    store: Store
    x: SimulatedX
    hook: Hook
    account: XAccount
    queued: list[QueueMessage] = field(default_factory=list)
    backlog: int = 0
    look_ups: LookUps = "certain"
    failed: Callable[[datetime, datetime], bool] = lambda _since, _now: False

    def tick(self) -> WebhookState:
        watch = Watch(self.store, self.account, self.queued.append, lambda: self.backlog, BRAND.id, self.hook.url)
        replace(watch, look_ups=self.look_ups, failed=self.failed).tick(clock.now())
        return states.load(self.store)

    def later(self, **time: float) -> None:
        self.x.set(ahead_seconds=(clock.ahead + timedelta(**time)).total_seconds())

    def arrives(self, message_id: str, customer: str = LINKED.id) -> None:
        """A DM is decided about, as the commands do."""
        self.store.commit([Put({"pk": f"customer#{customer}", "sk": f"dm#{message_id}"})])
        arrivals.note(self.store, clock.now(), clock.now())

    def breaks(self) -> None:
        """X holds the webhook for invalid."""
        self.hook.secret = "another"
        self.account.validate(self.account.webhooks()[0].id)

    def texts(self) -> list[str]:
        return [message["text"] for message in self.queued]


@pytest.fixture
def guard(store: Store, simulated: SimulatedX, hook: Hook) -> Guard:
    return Guard(store, simulated, hook, XAccount(user_tokens(), simulated.url))


@pytest.fixture
def watching(guard: Guard) -> Guard:
    """One that has looked once, an hour ago."""
    guard.tick()
    guard.later(hours=1)
    return guard


type Logged = Callable[[], list[dict[str, Any]]]


def metrics(logged: Logged) -> dict[str, float]:
    telemetry.publish()
    found: dict[str, float] = {}
    for line in logged():
        for metric in line.get("_aws", {}).get("CloudWatchMetrics", []):
            found |= {one["Name"]: sum(line[one["Name"]]) for one in metric["Metrics"]}
    return found


# ---- is it valid? ----


def test_a_valid_webhook_is_left_alone(guard: Guard, logged: Logged) -> None:
    state = guard.tick()

    assert state.valid
    assert state.valid_at
    assert "WebhookInvalid" not in metrics(logged)


def test_an_invalid_webhook_is_reported_and_tested_again(watching: Guard, logged: Logged) -> None:
    watching.breaks()

    state = watching.tick()

    assert not state.valid
    assert rung("webhook-invalid", logged) == 1


def test_a_webhook_that_answers_again_is_valid_in_the_same_minute(watching: Guard) -> None:
    before = watching.tick()
    watching.breaks()
    watching.later(minutes=20)
    watching.tick()
    watching.hook.secret = Hook().secret
    watching.later(minutes=20)

    state = watching.tick()

    assert state.valid
    assert watching.account.webhooks()[0].valid
    assert state.gap_from == before.valid_at
    assert state.gap_to == state.valid_at


def test_a_webhook_that_x_does_not_know_is_reported(watching: Guard, logged: Logged) -> None:
    watching.hook.url = "https://care.example.com/webhook"

    watching.tick()

    assert metrics(logged)["WebhookInvalid"] == 1


def test_before_x_knows_the_webhook_nothing_rings_and_nothing_is_looked_for(guard: Guard, logged: Logged) -> None:
    registered, guard.hook.url = guard.hook.url, "https://care.example.com/webhook"
    guard.x.types(LINKED.id, "#data")
    for _ in range(3):
        guard.later(minutes=6)
        guard.tick()

    assert metrics(logged) == {}
    guard.hook.url = registered
    for _ in range(2):
        guard.later(minutes=6)
        guard.tick()
    assert guard.queued == []  # it was written before the service was there
    assert states.load(guard.store).newest


def test_a_webhook_that_has_never_been_valid_though_x_knows_it_is_reported(guard: Guard, logged: Logged) -> None:
    guard.breaks()

    guard.tick()

    assert rung("webhook-invalid", logged) == 1


def test_the_clock_waits_for_keys_without_a_word_to_anybody(
    store: Store, simulated: SimulatedX, hook: Hook, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    environment = {
        "SERVICE_TABLE": store.table,
        "INBOUND_QUEUE_URL": resources.create_queue(f"inbound-{uuid4()}", {})[0],
        "X_USER_SECRET_NAME": f"user-{uuid4()}",
        "BRAND_ID": BRAND.id,
        "WEBHOOK_URL": hook.url,
        "X_API_URL": simulated.url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    ticks.lambda_handler({}, None)

    [line] = logged()
    assert line["level"] == "INFO"
    assert "x login" in line["message"]
    put = settings.client("secretsmanager").create_secret
    put(Name=environment["X_USER_SECRET_NAME"], SecretString=json.dumps(user_tokens()))
    ticks.lambda_handler({}, None)
    assert states.load(store).valid_at


def test_an_x_that_is_away_says_nothing_about_the_webhook(
    store: Store, simulated: SimulatedX, hook: Hook, logged: Logged
) -> None:
    away = Guard(store, simulated, hook, XAccount(user_tokens(), "http://127.0.0.1:9"))

    state = away.tick()

    assert state.valid
    assert "WebhookInvalid" not in metrics(logged)


# ---- what did not arrive ----


def test_an_x_that_lists_nothing_is_down(watching: Guard, logged: Logged) -> None:
    watching.x.ok(watching.x.http.post("/sim/faults/script", json={"look_up": [Fault.DOWN]}))

    watching.tick()

    assert rung("x-down", logged) == 1


def test_what_was_written_before_the_first_look_is_not_answered(guard: Guard) -> None:
    guard.x.types(LINKED.id, "#data")
    guard.later(hours=1)

    for _ in range(3):
        guard.tick()
        guard.later(minutes=6)

    assert guard.queued == []


def test_a_dm_that_did_not_arrive_is_queued_once_as_the_webhook_would_queue_it(watching: Guard) -> None:
    written = watching.x.types(LINKED.id, "Bed & <breakfast> #data")
    watching.later(minutes=3)

    for _ in range(3):
        watching.tick()
        watching.later(minutes=6)

    [message] = watching.queued
    read = inbound.validate_json(json.dumps(message))
    assert isinstance(read, DirectMessage)
    assert (read.id, read.customer, read.text) == (written["id"], LINKED.id, "Bed & <breakfast> #data")
    assert (read.handle, read.attachment) == (LINKED.handle, False)
    assert abs(read.at - watching.x.world.chat(LINKED.id)[0].at) < timedelta(milliseconds=2)


def test_a_picture_that_did_not_arrive_is_known_for_one(watching: Guard) -> None:
    watching.x.types(LINKED.id, "look", attachment=True)
    watching.later(minutes=6)

    watching.tick()

    assert [message["attachment"] for message in watching.queued] == [True]


def test_what_has_arrived_is_not_queued_again(watching: Guard) -> None:
    written = watching.x.types(LINKED.id, "#data")
    watching.arrives(written["id"])
    watching.later(minutes=6)

    watching.tick()

    assert watching.queued == []


# ---- cheap: the newest stands for all before it ----


def lost_before_one_that_arrives(guard: Guard) -> None:
    guard.x.types(LINKED.id, "lost")
    guard.arrives(guard.x.types(LINKED.id, "#data")["id"])
    guard.later(minutes=6)


def test_cheap_look_ups_believe_the_newest_that_has_come(watching: Guard) -> None:
    watching.look_ups = "cheap"
    lost_before_one_that_arrives(watching)

    after = watching.tick()

    assert watching.queued == []
    assert after.page is None


def test_certain_look_ups_believe_none(watching: Guard) -> None:
    lost_before_one_that_arrives(watching)

    watching.tick()

    assert watching.texts() == ["lost"]


def test_cheap_look_ups_read_on_where_the_newest_has_not_come(watching: Guard) -> None:
    watching.look_ups = "cheap"
    lost_before_one_that_arrives(watching)
    watching.x.types(LINKED.id, "lost, too")
    watching.later(minutes=6)

    watching.tick()

    assert watching.texts() == ["lost", "lost, too"]


def test_cheap_look_ups_read_on_after_a_gap(watching: Guard) -> None:
    watching.look_ups = "cheap"
    watching.breaks()
    watching.tick()
    lost_before_one_that_arrives(watching)

    watching.tick()

    assert watching.texts() == ["lost"]


def test_cheap_look_ups_read_on_after_a_5xx_of_ours(watching: Guard) -> None:
    asked = list[datetime]()

    def failed(since: datetime, _now: datetime) -> bool:
        asked.append(since)
        return True

    watching.look_ups, watching.failed = "cheap", failed
    lost_before_one_that_arrives(watching)
    looked_at = states.load(watching.store).looked_at

    watching.tick()

    assert watching.texts() == ["lost"]
    assert looked_at
    assert asked == [looked_at - ticks.COUNTED_BY]


@pytest.mark.parametrize(("counted", "has_failed"), [(0, False), (1, True)])
def test_a_5xx_is_what_api_gateway_counts(monkeypatch: pytest.MonkeyPatch, counted: int, has_failed: bool) -> None:
    monkeypatch.setattr(ticks, "API_GATEWAY", "Gateway")  # nobody but AWS writes where it counts
    now = datetime.now(UTC)
    dimensions = [{"Name": name, "Value": value} for name, value in ticks.posts_of("our-api").items()]
    point = {"MetricName": "5xx", "Dimensions": dimensions, "Timestamp": now - timedelta(minutes=2), "Value": counted}
    with mock_aws():
        cloudwatch: Any = Session().create_client("cloudwatch", region_name="eu-west-2")
        cloudwatch.put_metric_data(Namespace=ticks.API_GATEWAY, MetricData=[point])

        assert ticks.failed(cloudwatch, "our-api", now - timedelta(minutes=5), now) is has_failed
        assert not ticks.failed(cloudwatch, "another's", now - timedelta(minutes=5), now)


def test_nothing_is_believed_where_cloudwatch_does_not_tell(aws: None) -> None:
    nowhere = Session().create_client("cloudwatch", endpoint_url="http://127.0.0.1:9", region_name="eu-west-2")
    now = datetime.now(UTC)

    assert ticks.failed(nowhere, "our-api", now - timedelta(minutes=5), now)


# ---- what is missing ----


def test_what_may_still_be_on_its_way_is_waited_for(watching: Guard) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=1)

    watching.tick()

    assert watching.queued == []
    watching.later(minutes=6)
    watching.tick()
    assert watching.texts() == ["#data"]


def test_what_waits_in_the_queue_is_not_missing(watching: Guard) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)
    watching.backlog = 1

    watching.tick()

    assert watching.queued == []


def test_the_oldest_comes_first_over_all_pages(watching: Guard) -> None:
    said = [f"#data {number}" for number in range(230)]
    for text in said:
        watching.x.world.write(LINKED.id, text, "customer")
    watching.later(minutes=6)

    watching.tick()

    assert watching.texts() == said


def test_a_list_that_is_too_long_for_one_call_is_read_on_in_the_next(watching: Guard) -> None:
    said = [f"#data {number}" for number in range(730)]
    for text in said:
        watching.x.world.write(LINKED.id, text, "customer")
    watching.later(minutes=6)

    first = watching.tick()
    last = watching.tick()

    assert first.page
    assert last.page is None
    assert sorted(watching.texts()) == sorted(said)
    watching.later(minutes=6)
    watching.tick()
    assert len(watching.queued) == len(said)


def test_a_dm_of_ours_that_nobody_heard_of_is_an_echo(watching: Guard) -> None:
    ours = watching.x.world.write(NEW.id, "I have looked into it", "person")
    watching.later(minutes=6)

    watching.tick()

    [message] = watching.queued
    assert inbound.validate_json(json.dumps(message)) == Echo(
        id=ours.id, customer=NEW.id, text="I have looked into it", sent_at=int(ours.at.timestamp() * 1000)
    )


def test_a_dm_that_we_know_we_sent_is_no_news(watching: Guard) -> None:
    ours = watching.x.world.write(NEW.id, "12.4 GB", "api")
    watching.store.commit([Put({"pk": f"customer#{NEW.id}", "sk": f"sent#{ours.id}", "reply": "1#reply"})])
    watching.later(minutes=6)

    watching.tick()

    assert watching.queued == []


@pytest.mark.parametrize(
    "conversation", ["1582838499983564806", None, f"{LINKED.id}-{NEW.id}", f"{LINKED.id}-{NEW.id}-{BRAND.id}", 7]
)
def test_what_was_not_said_to_us_alone_is_not_queued(
    watching: Guard, conversation: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)
    listed = watching.account.dms()
    monkeypatch.setitem(listed.dms[0], "dm_conversation_id", conversation)
    monkeypatch.setattr(watching.account, "dms", lambda *_, **__: listed)

    watching.tick()

    assert watching.queued == []


# ---- the limit ----


@pytest.fixture
def asked(watching: Guard, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many DMs each page was asked for."""
    counts: list[int] = []
    dms = watching.account.dms

    def counted(page: str | None, count: int) -> Page:
        counts.append(count)
        return dms(page, count)

    monkeypatch.setattr(watching.account, "dms", counted)
    return counts


def test_where_nothing_is_new_one_dm_is_read_and_no_more(watching: Guard, asked: list[int]) -> None:
    watching.tick()

    assert asked == [1]


def test_where_little_is_new_little_is_read(watching: Guard, asked: list[int]) -> None:
    for number in range(60):
        watching.x.types(LINKED.id, f"#data {number}")
    watching.later(minutes=5)
    watching.tick()
    asked.clear()

    for number in range(4):
        watching.x.types(LINKED.id, f"#charges {number}")
    watching.later(minutes=5)
    watching.tick()

    assert asked == [1, 4]


def test_x_is_asked_every_five_minutes_and_every_two_while_it_delivers_nothing(watching: Guard) -> None:
    def looks(minutes: int) -> int:
        looked = set()
        for _ in range(minutes):
            watching.later(minutes=1)
            looked.add(watching.tick().looked_at)
        return len(looked)

    watching.tick()

    assert looks(10) == 3
    watching.breaks()
    assert looks(10) in (5, 6)


def test_a_limit_that_is_used_up_is_waited_for(watching: Guard) -> None:
    watching.x.set(limited=True, reads=1)
    watching.x.types(LINKED.id, "#data")
    watching.x.types(LINKED.id, "#text")
    watching.later(minutes=6)

    for _ in range(3):
        assert watching.tick().looks == 0
        watching.later(minutes=1)
    watching.x.set(limited=False)
    watching.later(minutes=15)
    watching.tick()

    assert set(watching.texts()) == {"#data", "#text"}


def test_a_refused_connection_takes_nothing_from_the_limit(watching: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching.account, "dms", raising(Unreached("X cannot be reached.")))
    watching.later(minutes=20)

    assert watching.tick().looks == states.LOOKS


def test_of_two_calls_at_one_moment_the_second_overwrites_nothing(store: Store) -> None:
    states.save(store, WebhookState(webhook="1"))
    both = states.load(store)

    saved = [states.save(store, replace(both, webhook=webhook)) for webhook in ("2", "3")]

    assert saved == [True, False]
    assert states.load(store).webhook == "2"


def test_the_mark_never_passes_a_dm_whose_sender_is_not_told(watching: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)
    real = watching.account.dms

    def untold(page: str | None = None, count: int = 100) -> Page:
        found = real(page, count)
        return replace(found, dms=tuple({k: v for k, v in dm.items() if k != "sender_id"} for dm in found.dms))

    with monkeypatch.context() as patch:
        patch.setattr(watching.account, "dms", untold)
        watching.tick()
    untold_texts = watching.texts()
    watching.later(minutes=6)
    watching.tick()

    assert untold_texts == []
    assert watching.texts() == ["#data"]


def test_a_dm_whose_id_is_from_the_future_hides_no_other(
    watching: Guard, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ahead = watching.account.dms, id_at(clock.now() + timedelta(days=3650))
    watching.x.types(LINKED.id, "#charges")
    watching.later(minutes=6)

    def with_it_on_top(page: str | None = None, count: int = 100) -> Page:
        found = real(page, count)
        return found if page else replace(found, dms=({**found.dms[0], "id": ahead}, *found.dms[1:]))

    monkeypatch.setattr(watching.account, "dms", with_it_on_top)
    watching.tick()
    watching.x.types(LINKED.id, "hello")
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)
    watching.tick()

    assert "hello" in watching.texts()
    assert int(states.load(store).newest or 0) < int(id_at(clock.now()))


@pytest.mark.parametrize("failure", [Unanswered("X answered 503."), Rejected(403, "no"), Rejected(400, "bad token")])
def test_a_list_that_x_does_not_give_is_asked_for_again(
    watching: Guard, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)
    with monkeypatch.context() as patch:
        patch.setattr(watching.account, "dms", raising(failure))
        watching.tick()
    watching.later(minutes=6)

    watching.tick()

    assert watching.texts() == ["#data"]


def raising(failure: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise failure

    return fail


# ---- silence ----


def test_one_lost_dm_wakes_nobody(watching: Guard, logged: Logged) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.later(minutes=6)

    watching.tick()

    assert metrics(logged)["LookedUp"] == 1
    assert "Silence" not in metrics(logged)


def test_dms_in_a_row_that_do_not_arrive_are_silence_and_are_asked_for_again(watching: Guard, logged: Logged) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.x.types(NEW.id, "#text")
    watching.later(minutes=6)

    state = watching.tick()

    assert rung("silence", logged) == 2
    assert state.gap_from
    assert state.gap_to


def test_dms_that_got_lost_while_others_arrived_are_no_silence(watching: Guard, logged: Logged) -> None:
    watching.x.types(LINKED.id, "#data")
    watching.x.types(LINKED.id, "#text")
    watching.later(minutes=1)
    watching.arrives(watching.x.types(NEW.id, "hello")["id"], NEW.id)
    watching.later(minutes=6)

    watching.tick()

    assert watching.texts() == ["#data", "#text"]
    assert "Silence" not in metrics(logged)


def test_the_minutes_since_the_last_event_are_measured(watching: Guard, logged: Logged) -> None:
    watching.arrives("1")
    watching.later(minutes=12)

    watching.tick()

    assert metrics(logged)["MinutesSinceEvent"] in (12, 13)


def test_what_was_looked_up_is_no_sign_of_life(store: Store) -> None:
    now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    arrivals.note(store, now - timedelta(minutes=30), now)

    assert arrivals.newest_arrival(store) is None


def test_the_newest_event_counts_in_whatever_order_they_come(store: Store) -> None:
    now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    for minutes in (1, 0, 1):
        arrivals.note(store, now - timedelta(minutes=minutes), now)

    assert arrivals.newest_arrival(store) == now


# ---- replay ----


def missed(guard: Guard) -> None:
    """The webhook is invalid for 40 minutes, and an encrypted message is written in that time."""
    guard.tick()
    guard.breaks()
    guard.later(minutes=20)
    guard.tick()
    guard.x.world.write(LINKED.id, "?", "customer", "encrypted")
    guard.hook.secret = Hook().secret
    guard.later(minutes=20)
    guard.tick()
    guard.hook.bodies.clear()


def test_after_a_gap_x_is_asked_to_deliver_again_as_soon_as_it_takes_that(watching: Guard) -> None:
    missed(watching)

    watching.later(minutes=9)
    assert watching.tick().job is None
    watching.later(minutes=3)
    state = watching.tick()

    assert state.job
    assert state.gap_from is None
    wait_for(lambda: any("replay_job_status" in body for body in watching.hook.bodies))
    assert any(body.get("data", {}).get("event_type") == "chat.received" for body in watching.hook.bodies)


def test_a_replay_is_asked_for_once(watching: Guard) -> None:
    missed(watching)
    watching.later(minutes=12)
    first = watching.tick().job

    watching.later(minutes=20)

    assert watching.tick().job == first


def test_a_replay_that_x_cannot_start_now_is_asked_for_again(watching: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    missed(watching)
    watching.later(minutes=12)
    with monkeypatch.context() as patch:
        patch.setattr(watching.account, "replay", raising(Unanswered("X is busy with the same.")))
        assert watching.tick().gap_to
    watching.later(minutes=1)

    assert watching.tick().job


def test_an_account_that_may_not_replay_has_its_dms_looked_up_all_the_same(
    watching: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching.account, "replay", raising(Rejected(403, "not for you")))
    watching.tick()
    watching.breaks()
    watching.later(minutes=20)
    watching.x.types(LINKED.id, "#data")
    watching.hook.secret = Hook().secret
    watching.later(minutes=20)
    watching.tick()
    watching.later(minutes=12)

    state = watching.tick()

    assert (state.gap_from, state.job) == (None, None)
    assert watching.texts() == ["#data"]


# ---- as Lambda calls it ----


def test_the_function_reads_its_settings_and_queues_what_is_missing(
    store: Store, simulated: SimulatedX, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources.create_tables()
    made = resources.create_queues()
    secret = f"x-user-{uuid4()}"
    resources.put_secret(secret, user_tokens())
    for name, value in {
        "SERVICE_TABLE": store._table,
        "INBOUND_QUEUE_URL": made.urls["inbound"],
        "X_USER_SECRET_NAME": secret,
        "BRAND_ID": BRAND.id,
        "WEBHOOK_URL": hook.url,
        "X_API_URL": simulated.url,
    }.items():
        monkeypatch.setenv(name, value)
    ticks.lambda_handler({}, None)
    written = simulated.types(NEW.id, "#help")
    simulated.set(ahead_seconds=360)

    ticks.lambda_handler({}, None)

    assert dms_in(made.urls["inbound"]) == [written["id"]]


def dms_in(queue_url: str) -> list[str]:
    answer = settings.client("sqs").receive_message(QueueUrl=queue_url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
    return [json.loads(message["Body"])["id"] for message in answer.get("Messages", [])]
