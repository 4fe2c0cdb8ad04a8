"""Who listens elsewhere is told each change of a case: signed, in order, and again until they have it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.session import Session
from moto import mock_aws
from standardwebhooks import Webhook, WebhookVerificationError

from functions.escalate import events
from functions.escalate.events import Listener, by_bus, by_url, saying_words
from functions.escalate.tick import tick
from functions.shared.aws.rows import EVENTS
from functions.shared.aws.store import Item
from functions.shared.conversation.erasure import Marks, erase, sweep
from functions.shared.conversation.linking import Keyed
from functions.shared.turns import Turns
from local.resources import LOCAL_EVENTS_KEY
from local.run import LOCAL_AWS
from tests.at_desk import Office
from tests.ringing import rung
from tests.running import Phone, Running, wait_for

KEY = "A" * 64
A_MINUTE = timedelta(minutes=1)


@dataclass
class Receiver:
    """A help desk's URL, and what it has heard: ids and events."""

    url: str
    answers: list[int] = field(default_factory=list)
    """The statuses of the next answers; afterwards 204."""
    slow: threading.Event = field(default_factory=threading.Event)
    """Set = it answers at once."""
    heard: list[tuple[str, Any]] = field(default_factory=list)

    signed: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    """The same with their headers."""

    @property
    def types(self) -> list[str]:
        return [said["type"] for _, said in self.heard]

    @property
    def ids(self) -> list[str]:
        return [event_id for event_id, _ in self.heard]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            one.signed.append((body, {name.lower(): value for name, value in self.headers.items()}))
            one.heard.append((self.headers["webhook-id"], json.loads(body)))
            one.slow.wait(30)
            self.send_response(one.answers.pop(0) if one.answers else 204)
            self.send_header("location", one.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        one = Receiver(f"http://127.0.0.1:{web.server_port}")
        one.slow.set()
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield one
        one.slow.set()
        web.shutdown()


@pytest.fixture
def told(office: Office) -> Office:
    """A desk whose changes are told elsewhere."""
    office.store.tells = True
    return office


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def tells(office: Office, *receivers: Receiver, more: dict[str, Listener] | None = None) -> None:
    """Let a minute pass, and the tick come."""
    office.now += A_MINUTE
    tick(office.desk.sender, {one.url: by_url(one.url, lambda: KEY) for one in receivers} | (more or {}))


def waiting(office: Office) -> int:
    return len(list(office.store.all_due(EVENTS, office.now + timedelta(days=1))))


def test_a_change_leaves_with_its_id_and_sequence_and_nobody_s_words(told: Office, receiver: Receiver) -> None:
    case = told.writes("7", "my bill is wrong")
    tells(told, receiver)

    [(event_id, said)] = receiver.heard
    sequence = said["data"]["sequence"]
    assert event_id == f"{case.id}-{sequence}"
    assert said["type"] == "case.opened"
    assert said["timestamp"] == "2026-11-24T14:00:00.000000Z"
    assert {name: said["data"]["case"][name] for name in ("id", "number", "customer", "team", "state")} == {
        "id": case.id,
        "number": case.number,
        "customer": "7",
        "team": "billing",
        "state": "NEW",
    }
    assert [entry["who"] for entry in said["data"]["entries"]] == ["customer"]
    assert "wrong" not in json.dumps(said)
    assert waiting(told) == 0


def test_nothing_is_kept_while_nobody_listens(office: Office) -> None:
    office.writes("7")

    assert waiting(office) == 0


def test_words_are_told_where_a_setting_says_so_unless_they_are_gone(told: Office, receiver: Receiver) -> None:
    listener = saying_words(told.store, by_url(receiver.url, lambda: KEY))
    told.writes("7", "my bill is wrong")
    told.later(seconds=1)
    gone = told.writes("8", "so is mine")
    for row in told.store.query(f"case#{gone.id}", "entry#"):
        told.store.delete(row["pk"], row["sk"])

    tells(told, more={"words": listener})

    assert [entry.get("text") for _, said in receiver.heard for entry in said["data"]["entries"]] == [
        "my bill is wrong",
        None,
    ]


def test_all_that_becomes_of_a_case_is_told_in_its_order(told: Office, receiver: Receiver) -> None:
    case = told.writes("7")
    taken = told.next("agent-1")
    told.act("agent-1", taken, "reply", text="We have looked at it.")
    told.act("agent-1", taken, "resolve", wrap_up="explained")
    told.now += A_MINUTE
    told.writes("7", "it is still wrong")

    tells(told, receiver)

    sequences = [said["data"]["sequence"] for _, said in receiver.heard]
    assert receiver.types[0] == "case.opened"
    assert [kind for kind in receiver.types if kind != "case.changed"] == [
        "case.opened",
        "case.resolved",
        "case.reopened",
    ]
    assert sequences == sorted(set(sequences))
    assert {said["data"]["case"]["id"] for _, said in receiver.heard} == {case.id}


@pytest.mark.parametrize("status", [500, 429, 400, 302])
def test_who_fails_is_told_again_under_the_same_id_and_in_order(told: Office, receiver: Receiver, status: int) -> None:
    told.writes("7")
    told.next("agent-1")
    receiver.answers = [status]

    tells(told, receiver)
    first = list(receiver.ids)
    tells(told, receiver)

    assert len(first) == 1
    assert receiver.ids[:2] == first * 2
    assert receiver.types[1:] == ["case.opened", "case.changed"]
    assert waiting(told) == 0


def test_who_is_slow_is_told_again_and_holds_up_nothing(
    told: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_TIME_OUTS", (1, 0.2))
    told.writes("7")
    receiver.slow.clear()

    tells(told, receiver)
    receiver.slow.set()
    tells(told, receiver)

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert waiting(told) == 0


def test_one_that_is_never_taken_holds_up_no_other_case(told: Office, receiver: Receiver) -> None:
    refused = told.writes("7")
    told.later(seconds=1)
    taken = told.writes("8")
    receiver.answers = [400]
    tells(told, receiver)
    for _ in range(8):
        receiver.answers = [400]
        told.now += timedelta(minutes=4)
        tells(told, receiver)

    heard = [said["data"]["case"]["id"] for _, said in receiver.heard]
    assert heard == [refused.id, taken.id, *[refused.id] * 8]


def test_who_is_away_is_asked_three_times_in_a_tick_and_loses_nothing(
    told: Office, receiver: Receiver, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    for customer in range(5):
        told.writes(str(customer))
    receiver.answers = [503] * 3

    tells(told, receiver)
    rang = rung("events-not-taken", logged)
    tells(told, receiver)

    assert len(receiver.heard[:3]) == 3
    assert rang == 3
    assert rung("events-not-taken", logged) is None
    assert len(set(receiver.ids)) == 5
    assert waiting(told) == 0


def test_of_a_long_backlog_no_more_is_read_than_is_told(told: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for customer in range(5):
        told.writes(str(customer))
    all_due, read = told.store.all_due, list[str]()

    def counted(clock: str, until: datetime) -> Iterator[Item]:
        for row in all_due(clock, until):
            read.append(row["pk"])
            yield row

    monkeypatch.setattr(told.store, "all_due", counted)
    now = told.now + A_MINUTE
    events.tell_waiting(told.store, {"deaf": lambda *_: False}, Turns.within(A_MINUTE, lambda: now))

    assert len(read) == 3


def test_who_dies_after_telling_tells_again_under_the_same_id(
    told: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.writes("7")

    def die(*_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(told.store, "delete", die)
        with pytest.raises(KeyboardInterrupt):
            tells(told, receiver)
    tells(told, receiver)

    assert receiver.ids == receiver.ids[:1] * 2
    assert waiting(told) == 0


def test_a_case_of_which_much_waits_takes_no_more_than_the_tick_s_time(told: Office) -> None:
    case = told.writes("7")
    for number in range(6):
        told.writes("7", f"and {number}")
    heard: list[str] = []

    def slow(event_id: str, _event: dict[str, Any], _now: datetime) -> bool:
        told.later(seconds=10)
        heard.append(event_id)
        return True

    tells(told, more={"slow": slow})
    first = len(heard)
    for _ in range(3):
        tells(told, more={"slow": slow})

    assert first == 3
    assert len(heard) == len(set(heard)) == 7
    assert all(event_id.startswith(case.id) for event_id in heard)
    assert waiting(told) == 0


def test_who_has_it_is_not_told_again_because_another_has_not(told: Office, receiver: Receiver) -> None:
    told.writes("7")
    with receiving() as other:
        other.answers = [500]
        tells(told, receiver, other)
        tells(told, receiver, other)

        assert len(receiver.heard) == 1
        assert len(other.heard) == 2


def test_a_bus_gets_each_event_too(told: Office) -> None:
    put: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, int]:  # noqa: N803 - AWS's name
            put.extend(Entries)
            return {"FailedEntryCount": 1 if len(put) == 1 else 0}

    case = told.writes("7")
    tells(told, more={"care": by_bus("care", Bus())})
    tells(told, more={"care": by_bus("care", Bus())})

    assert [(one["EventBusName"], one["Source"], one["DetailType"]) for one in put] == [
        ("care", "tweetserve", "case.opened")
    ] * 2
    assert json.loads(put[1]["Detail"])["id"].startswith(f"{case.id}-")


@mock_aws
def test_aws_takes_what_is_put_on_a_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOCAL_AWS.items():
        monkeypatch.setenv(name, value)

    bus = by_bus("default", Session().create_client("events"))

    assert bus("1-1", {"type": "case.opened"}, datetime(2026, 11, 27, tzinfo=UTC))


@pytest.mark.service
def test_the_local_run_tells_a_url_what_becomes_of_a_case(receiver: Receiver, tmp_path: Path) -> None:
    running = Running(tmp_path, "--port", "0", "--events", receiver.url).ready()
    with httpx.Client(base_url=running.url) as http:
        Phone(http, "2000000000000000003").sends("my bill is wrong and I want a person")
        wait_for(lambda: "case.opened" in receiver.types)

    assert running.interrupt().ended() == 0
    Webhook(LOCAL_EVENTS_KEY).verify(*receiver.signed[0], json_parse=False)


def test_a_case_that_is_erased_is_told_of_and_what_had_not_left_never_leaves(told: Office, receiver: Receiver) -> None:
    case = told.writes("7", "my bill is wrong")
    marks = Marks(told.store, Keyed(b"told"))

    erase(marks, "7", told.now)
    sweep(marks, "7", told.now)
    tells(told, receiver)

    assert [(said["type"], said["data"]["case"]) for _, said in receiver.heard] == [("case.erased", {"id": case.id})]


def test_the_signature_is_what_standard_webhooks_verifies(receiver: Receiver) -> None:
    tell = by_url(receiver.url, lambda: KEY)

    assert tell("1-1", {"type": "case.opened"}, datetime.now(UTC))
    [(body, headers)] = receiver.signed
    assert Webhook(KEY).verify(body, headers) == {"type": "case.opened"}
    with pytest.raises(WebhookVerificationError):
        Webhook("B" * 64).verify(body, headers)
