"""Strings that must never be seen go through everything, and are then looked for in all that operations can see."""

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from functions.commands import handler
from functions.commands.decisions import Say
from functions.commands.sms import Sms
from functions.escalate.dead_letters import letter_in
from functions.shared.aws import telemetry
from functions.shared.aws.store import Store
from functions.shared.carrier import accounts
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording.text import Reply
from functions.shared.x.dms import NotSent, Unknown
from functions.shared.x.keyed_messenger import KeyedMessenger
from functions.shared.x.messages import DirectMessage, Echo, inbound
from functions.webhook import handler as webhook
from infra.alarms import REPORTED
from infra.layout import DEAD_QUEUES, QUEUES
from local.demo import people
from ops.main import app
from ops.place import Place
from tests.calls_from_x import SECRET, account_activity, aws_of_the_webhook, dm, post
from tests.phones import CUSTOMER, NUMBER, STRANGER, account
from tests.proof.queues import Queued
from tests.proof.world import FAULTS, Fault, World
from tests.proof.worlds import Schedule, at_every_run, faults_of
from tests.running import Desk, Phone, Running, texted, wait_for

type Logged = Callable[[], list[dict[str, Any]]]

LINKED = "2000000000000000002"
TEXT = "kumquat"
HANDLE = "customer_3"
CODE = "918273"
OWED = 75_318_642
TOKEN = "t0ken-of-canary"
CANARIES = (TEXT, HANDLE, str(OWED), "753,186.42", NUMBER, "7700900123", "07700 900123", TOKEN, SECRET)
AT_ONCE = ("write", "x")
"""The sorts of calls whose faults everybody's tests try; the marker `proof` has the others."""
EVERY_SORT = [
    pytest.param(sort, fault, marks=[] if sort in AT_ONCE else [pytest.mark.proof])
    for sort, faults in FAULTS.items()
    for fault in faults
]


def seen_in(haystack: object) -> list[str]:
    """Return what of a customer's own is in it. Six digits inside a longer number, as of a time, are nobody's code."""
    written = str(haystack)
    seen = [canary for canary in CANARIES if canary in written]
    return [*seen, *re.findall(rf"(?<!\d){CODE}(?!\d)", written)]


class Observed(World):
    """A world whose messages go through the function itself, with all that the runtime would write of it."""

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written: list[str] = []
        self.codes = (str(number) for number in count(int(CODE)))
        monkeypatch.setattr(handler, "bot", lambda: self.bot)
        monkeypatch.setattr(handler, "come_again", lambda _: None)
        monkeypatch.setattr("functions.shared.aws.clock.now", lambda: self.now)

    def _invoke(self, message: Queued) -> None:
        attributes = {"SentTimestamp": "0", "ApproximateReceiveCount": str(message.receives)}
        record = {"body": message.body, "attributes": attributes, "receiptHandle": message.id}
        try:
            handler.lambda_handler({"Records": [record]}, None)
        except Exception as failure:
            self.written.append("".join(traceback.format_exception(failure)))
            return
        except BaseException:
            return
        self.survives(lambda: self.queues["inbound"].delete(message.id))


def live(world: Observed) -> None:
    """A customer links a number and asks what they owe; they complain, somebody answers, and one message is broken."""
    for says in (f"#link {NUMBER}", CODE, "#charges", f"my bill is wrong, {TEXT} {NUMBER}", f"#data {TEXT}"):
        world.write(STRANGER, says)
        world.work()
        world.now += timedelta(seconds=5)
    world.queues["inbound"].send(json.dumps({"kind": "dm", "id": 1, "text": TEXT}), CUSTOMER, "broken", world.now)
    if case := world.next_case("taken"):
        world.reply_to(case, "answered", f"About {TEXT}: you owe {OWED}.")
    world.write(STRANGER, "#stop")
    world.pass_time(timedelta(minutes=30))


def a_world(schedule: Schedule, monkeypatch: pytest.MonkeyPatch, *, echoes: bool = True) -> Observed:
    known = account("account-1", NUMBER, owed=OWED)
    numbers = {NUMBER: "account-1"}
    world = Observed(schedule, echoes, accounts={"account-1": known}.get, numbers=numbers, limit=10_000)
    world.watch(monkeypatch)
    live(world)
    return world


@pytest.mark.parametrize(("sort", "fault"), EVERY_SORT)
def test_no_fault_brings_a_customer_s_own_into_what_operations_see(
    sort: str, fault: Fault, monkeypatch: pytest.MonkeyPatch, logged: Logged, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sorts = [its for its, _ in a_world({}, monkeypatch).points]
    lost = {sorts.index("x"): Fault.LOST} if sort == "look up" else {}
    before = a_world(lost, monkeypatch, echoes=not lost)
    points = [at for at, (its, _) in enumerate(before.points) if its == sort]

    for at in {points[len(points) // 3], points[-len(points) // 3]}:
        world = a_world({**lost, at: fault}, monkeypatch, echoes=not lost)
        assert world.struck
        assert seen_in([*world.shown(), *world.written]) == []

    telemetry.publish()
    assert seen_in(logged()) == []
    assert seen_in(caplog.text) == []


@pytest.mark.proof
def test_wherever_something_fails_what_is_said_of_it_has_nothing_of_a_customer_s_own(
    monkeypatch: pytest.MonkeyPatch, logged: Logged, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls that can fail or lose their answer do, one at a time. Who is killed or paused says nothing then."""
    caplog.set_level(logging.DEBUG)
    told = (Fault.ERROR, Fault.LOST, Fault.CONFLICT, Fault.LATE)
    whole = a_world({}, monkeypatch)
    schedules: list[Schedule] = [{at: fault} for at, fault in faults_of(whole) if fault in told]

    for schedule in at_every_run(whole, schedules):
        world = a_world(schedule, monkeypatch)
        telemetry.publish()
        assert seen_in([*world.shown(), *world.written, *logged(), caplog.text]) == [], schedule
        caplog.clear()

    assert len(schedules) > 300


def test_the_canaries_do_go_through(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world({}, monkeypatch)

    said = str([sms.text for sms in world.texted]) + str(world.x.delivered) + str(world.dynamo.plain("service"))
    assert {CODE, "753,186.42", TEXT, HANDLE} <= set(seen_in(said))
    assert any(row["pk"] == "dead" for row in world.dynamo.plain("service"))


def test_a_webhook_writes_nothing_of_what_it_takes_in_or_refuses(
    logged: Logged, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = account_activity(dm(f"{TEXT} {NUMBER}"), {"type": "typing", "text": TEXT}, dm(7), dm(TEXT, id=TEXT))
    with aws_of_the_webhook() as aws:
        webhook.lambda_handler(post(body), None)
        queued = list(aws.sqs.sent)
        webhook.lambda_handler(post(body, signature=f"sha256={TOKEN}"), None)
        aws.sqs.down = ClientError({"Error": {"Code": "Throttling", "Message": f"{TEXT} {TOKEN}"}}, "SendMessage")
        webhook.lambda_handler(post(body), None)

    assert seen_in([value for one in queued for name, value in one.items() if name != "MessageBody"]) == []
    assert seen_in(logged()) == []
    assert seen_in(caplog.text) == []


def test_a_token_is_not_in_what_becomes_of_a_send(logged: Logged, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    messenger = KeyedMessenger(lambda: dict.fromkeys(names, TOKEN), "http://127.0.0.1:9")

    outcome = messenger.send("2000000000000000002", TEXT)

    assert isinstance(outcome, NotSent | Unknown)
    assert seen_in([outcome, *logged(), caplog.text]) == []


def test_a_function_that_fails_says_where_and_not_what(logged: Logged) -> None:
    @telemetry.observed
    def fails(event: str, _context: object) -> None:
        raise ValueError(event)

    with pytest.raises(telemetry.Failed, match=r"^ValueError$") as failed:
        fails(f"{TEXT} {NUMBER}", None)

    assert seen_in("".join(traceback.format_exception(failed.value))) == []
    (line,) = logged()
    assert line["error"] == "ValueError"
    assert seen_in(line) == []


def test_an_alarm_s_text_is_fixed() -> None:
    assert seen_in(REPORTED) == []


AT = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
DM = DirectMessage(id="1", customer=STRANGER, handle=HANDLE, text=TEXT, sent_at=1)


@pytest.mark.parametrize(
    "thing",
    [
        DM,
        Echo(id="1", customer=STRANGER, text=TEXT, sent_at=1),
        Customer(STRANGER, handle=HANDLE),
        Entry("1", "customer", TEXT, AT),
        Outgoing("1#reply", STRANGER, "1", TEXT, "text", "answer", AT, too=TEXT),
        Say("text", TEXT, "answer", too=TEXT),
        Reply("text", TEXT, TEXT, TEXT),
        Sms(NUMBER, TEXT),
        account("account-1", NUMBER, owed=OWED),
        account("account-1", NUMBER, owed=OWED).lines[0],
        letter_in(
            {
                "messageId": "1",
                "body": DM.model_dump_json(),
                "attributes": {"SentTimestamp": "1", "MessageGroupId": STRANGER},
            }
        ),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_a_customer_s_own_is_not_printed_by_accident(thing: object) -> None:
    assert seen_in([repr(thing), str(thing), f"{thing}"]) == []


def test_what_does_not_fit_a_model_is_not_quoted() -> None:
    for bad in ({"kind": "dm", "text": TEXT}, {"text": TEXT}, TEXT, {"kind": "echo", "sent_at": NUMBER}):
        with pytest.raises(ValueError) as refused:  # noqa: PT011, what it says is looked at below
            inbound.validate_json(json.dumps(bad))

        assert seen_in(refused.value) == []


# ---- the whole of it, on this machine ----

DEMO = ("new_customer", "900123")
TROUBLE = ("cut the line after sending", "answer with a web page after sending", "hang after sending", "X is down")


def owing(running: Running, x_id: str) -> str:
    """Let a demo customer owe what is looked for; return their number as they would write it."""
    now = datetime.now(UTC)
    everybody = {one["x_user_id"]: one for one in people(now)}
    bill = everybody[LINKED]["bills"][0] | {"amount_minor": OWED}
    place = running.place
    table = boto3.resource("dynamodb", **place.aws).Table(place.settings["accounts_table"])  # type: ignore[call-overload]
    for item in accounts.items(everybody[x_id] | {"bills": [bill]}):
        table.put_item(Item=item)
    return str(everybody[x_id]["lines"][0]["number"]).replace("+44", "0")


def code_on(http: httpx.Client) -> str:
    return texted(http, STRANGER, "is your code").partition(": ")[2][:6]


def lived_through(running: Running, http: httpx.Client) -> str:
    """A customer links, asks, complains and is answered, X misbehaves and a worker dies; return the code they got."""
    phone, agent = Phone(http, STRANGER), Desk(http, "agent-1")
    phone.asks(f"#link {owing(running, STRANGER)}")
    code = code_on(http)
    phone.asks(code)
    assert "£753,186.42" in phone.asks("#charges")

    phone.asks(f"my bill is wrong, {TEXT}, call me on {NUMBER}")
    case = agent.next()
    assert case
    agent.does("note", case, text=f"They say {TEXT}.")
    agent.does("reply", case, text=f"About {TEXT}: you owe £753,186.42.")

    http.post("/sim/faults/script", json={"send": TROUBLE, "event": ["deliver twice"]}).raise_for_status()
    for at in range(len(TROUBLE)):
        Phone(http, f"200000000000000010{at + 1}").sends(f"#help {TEXT} {TOKEN}")
    http.post("/local/kill", json={"function": "commands"}).raise_for_status()
    http.post("/webhook", content=f"{TEXT} {TOKEN}", headers={"x-twitter-webhooks-signature": f"sha256={TOKEN}"})
    put_what_nobody_can_read(running.place)

    def is_over() -> bool:
        ahead = http.get("/local/clock").json()["ahead_seconds"]
        http.put("/local/clock", json={"ahead_seconds": ahead + 180}).raise_for_status()
        return bool(store(running.place).query("dead")) and http.get("/local/counter").json()["waiting"] == 0

    wait_for(is_over)
    return code


def put_what_nobody_can_read(place: Place) -> None:
    """A message on the queue as another version might have left it there."""
    body = json.dumps({"kind": "dm", "id": 1, "text": TEXT, "handle": TOKEN})
    place.client("sqs").send_message(
        QueueUrl=place.settings["inbound_queue_url"],
        MessageBody=body,
        MessageGroupId=STRANGER,
        MessageDeduplicationId="unreadable",
    )


def store(place: Place) -> Store:
    return Store(place.client("dynamodb"), place.settings["service_table"])


def queued(place: Place) -> Iterator[dict[str, Any]]:
    """Take what is left on any queue, with every attribute."""
    sqs = place.client("sqs")
    for queue in (*(queue.name for queue in QUEUES), *DEAD_QUEUES):
        url = sqs.get_queue_url(QueueName=f"{queue}.fifo")["QueueUrl"]
        asked = {"QueueUrl": url, "AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        while messages := sqs.receive_message(**asked, MaxNumberOfMessages=10).get("Messages"):
            yield from messages


def kept_beside_chats(place: Place) -> list[dict[str, Any]]:
    """What is stored that is no text of a customer or to them: the audit, records, dead letters, marks, the budget."""
    return [row for row in store(place).all() if not str(row["sk"]).startswith(("profile", "reply#", "entry#"))]


@dataclass(frozen=True)
class Seen:
    """What could be looked at of a run: while it ran, after a customer was erased, and when it had ended."""

    running: Running
    code: str
    own: tuple[str, ...]
    """Tokens of ours."""
    told: list[Any]
    messages: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    removed: str
    left: list[dict[str, Any]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    running = Running(tmp_path_factory.mktemp("canaries"), X_CONSUMER_SECRET=SECRET).ready()
    with httpx.Client(base_url=running.url, timeout=30) as http:
        code = lived_through(running, http)
        told = [http.get("/local/what-happened").json(), http.get("/local/counter").json()]
        place = running.place
        messages, rows = list(queued(place)), kept_beside_chats(place)
        user = place.secret("x_user_secret_name")
        removed = erased(running)
        wait_for(lambda: not any(STRANGER in str(row) for row in store(place).all()))
        texted(http, STRANGER, "no longer linked")
        left = [*store(place).all(), *queued(place)]
    assert running.interrupt().ended() == 0
    return Seen(running, code, tuple(user.values()), told, messages, rows, removed, left)


def erased(running: Running) -> str:
    where = ["--local", "--port", running.url.rpartition(":")[2]]
    done = CliRunner().invoke(app, ["customer", "erase", STRANGER, "--yes", *where])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.service
def test_nothing_of_a_customer_s_own_is_in_what_the_local_run_writes(seen: Seen) -> None:
    logs = seen.running.logs
    written = str([logs, seen.running.terminal, seen.told, seen.messages, seen.rows, seen.removed])

    assert [canary for canary in (*CANARIES, *DEMO, *seen.own) if canary in written] == []
    assert not re.search(rf"(?<!\d){seen.code}(?!\d)", written)
    # There is something to look at.
    assert {"decided", "worked on a case", "a message failed for good", "a function failed"} <= sentences(logs)
    assert '"CloudWatchMetrics"' in logs
    assert {"case", "team", "fence"} <= set(json.loads(seen.messages[0]["Body"]))


@pytest.mark.service
def test_after_an_erasure_no_table_no_queue_and_no_file_has_the_number_the_name_or_a_text(seen: Seen) -> None:
    files = [file for file in seen.running.data.rglob("*") if file.is_file() and not file.name.startswith("x.")]
    found = [file.name for file in files for own in (TEXT, DEMO[0]) if own.encode() in file.read_bytes()]

    # X keeps its own copy of the chat, and the carrier the number.
    assert found == []
    assert [own for own in (*CANARIES, CODE, *DEMO, STRANGER) if own in str(seen.left)] == []
    saved = (seen.running.data / "engine.json").read_text()
    assert STRANGER not in saved
    assert "erased#" in saved


def sentences(logs: str) -> set[str]:
    lines = (json.loads(line) for line in logs.splitlines() if line.startswith('{"level"'))
    return {line["message"] for line in lines}
