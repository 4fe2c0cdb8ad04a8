"""A backup is restored: nothing is said twice, and nobody is lost. Rehearsed against the simulated X."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import boto3
import pytest

from functions.shared.aws import clock
from functions.shared.aws.rows import dm_key
from functions.shared.aws.store import Put, Store
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget
from functions.shared.x.dms import Sent
from infra.layout import QUEUES, TABLES
from local.resources import create_queue, create_table
from ops.place import Place
from ops.settle import sender_of
from tests.at_terminal import Terminal, place, tweetserve
from tests.simulated_x import BRAND, LINKED, NEW, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "place", "simulated", "tweetserve"]  # fixtures


@pytest.fixture
def service(place: Place, simulated: SimulatedX, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    mark = uuid4().hex[:8]
    urls = {
        f"{queue.name.removeprefix('escalations-')}_queue_url": create_queue(f"{queue.name}-{mark}", {})[0]
        for queue in QUEUES
    }
    more = {"brand_id": BRAND.id, "x_api_url": simulated.url, "x_user_secret_name": f"user-{mark}"}
    made = replace(place, settings={**place.settings, **urls, **more})
    made.put_secret("x_user_secret_name", user_tokens())
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: made)
    return Terminal(made)


def waits(store: Store, customer: str, dm_id: str, text: str) -> None:
    """A DM has been decided about, and its answer waits."""
    now = clock.now()
    reply = Outgoing(f"{dm_id}#reply", customer, dm_id, text, "k", "answer", created_at=now)
    stranger = Conversation(Customer(customer))
    record = Put(dm_key(customer, dm_id).row({"disposition": "answered"}), expected=0)
    decided = replace(stranger.having(reply), writes=(record,))
    conversations.save(store, stranger, decided, by="test", did="answered", now=now)


def restore(service: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Bring the service table as it is now back under another name, as AWS does."""
    name = f"service-{uuid4()}"
    create_table(next(table for table in TABLES if table.name == "service")._replace(name=name))
    resource = boto3.resource("dynamodb", **service.place.aws)  # type: ignore[call-overload]
    for item in resource.Table(service.place.settings["service_table"]).scan()["Items"]:
        resource.Table(name).put_item(Item=item)
    place = replace(service.place, settings={**service.place.settings, "service_table": name})
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: place)
    return Terminal(place)


def send_what_waits(service: Terminal) -> None:
    for customer in (LINKED.id, NEW.id):
        sender_of(service.place).resume(customer, only=lambda _: True)


def test_after_a_backup_is_restored_nothing_is_said_twice_and_nobody_is_lost(
    service: Terminal, simulated: SimulatedX, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {customer.id: simulated.types(customer.id, "#data")["id"] for customer in (LINKED, NEW)}
    budget.mark_waiting(service.store, True)
    waits(service.store, LINKED.id, asked[LINKED.id], "You have 12.4 GB left & more.")
    waits(service.store, NEW.id, asked[NEW.id], "Reply #link first.")
    backup = restore(service, monkeypatch)
    # Life goes on after the backup, until the table is lost.
    sender_of(service.place).resume(LINKED.id, only=lambda _: True)
    question = simulated.types(LINKED.id, "why is my bill so high")["id"]
    assert isinstance(simulated.messenger().send(LINKED.id, "A person will answer."), Sent)
    unanswered = simulated.types(NEW.id, "hello?")["id"]

    # Everything starts on the restored table: nothing automated leaves by itself.
    sent = len(simulated.chat(LINKED.id)) + len(simulated.chat(NEW.id))
    send_what_waits(backup)
    assert len(simulated.chat(LINKED.id)) + len(simulated.chat(NEW.id)) == sent
    said = backup.json("settle", "--since", "1h")

    assert (said["replies_marked_sent"], said["dms_answered_before"], said["cases_opened"]) == (1, 1, 1)
    send_what_waits(backup)
    assert [dm["text"] for dm in simulated.chat(LINKED.id) if dm["from"] == "brand"].count(
        "You have 12.4 GB left & more."
    ) == 1
    assert [dm["text"] for dm in simulated.chat(NEW.id) if dm["from"] == "brand"] == ["Reply #link first."]
    known = conversations.load(backup.store, LINKED.id)
    assert known.open_case
    texts = [entry.text for entry in conversations.entries_of(backup.store, known.open_case.id)]
    assert "why is my bill so high" in texts
    assert backup.store.get(*dm_key(LINKED.id, question))
    assert backup.store.get(*dm_key(NEW.id, unanswered)) is None
    assert backup.limits.paused is None


def test_settling_twice_changes_nothing(service: Terminal, simulated: SimulatedX) -> None:
    simulated.types(LINKED.id, "why is my bill so high")
    simulated.messenger().send(LINKED.id, "A person will answer.")
    service.json("settle", "--since", "1h")

    again = service.json("settle", "--since", "1h")

    assert (again["replies_marked_sent"], again["dms_answered_before"], again["cases_opened"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("said", "stopped", "opened"),
    [
        (("#stop",), True, 0),
        (("Please stop messaging me",), True, 0),
        (("#stop my bill is wrong",), True, 1),
        (("#stop", "#start"), False, 0),
        (("#start", "#stop"), True, 0),
        (("#charges",), False, 0),
        (("#human",), False, 1),
        (("#delete yes",), False, 1),
    ],
)
def test_a_stop_that_was_confirmed_stands_and_who_asked_for_a_person_gets_one(
    service: Terminal, simulated: SimulatedX, said: tuple[str, ...], stopped: bool, opened: int
) -> None:
    for text in said:
        simulated.types(LINKED.id, text)
    simulated.messenger().send(LINKED.id, "Done.")

    counted = service.json("settle", "--since", "1h")

    known = conversations.load(service.store, LINKED.id)
    assert (known.customer.stopped, counted["cases_opened"]) == (stopped, opened)
    assert counted["dms_answered_before"] == len(said)


def test_a_dry_run_says_what_would_be_and_changes_nothing(service: Terminal, simulated: SimulatedX) -> None:
    question = simulated.types(LINKED.id, "why is my bill so high")["id"]
    simulated.messenger().send(LINKED.id, "A person will answer.")

    said = service.json("settle", "--since", "1h", "--dry-run")

    assert said["cases_opened"] == 1
    assert service.store.get(*dm_key(LINKED.id, question)) is None
    assert service.limits.paused is None


def test_what_x_does_not_tell_leaves_it_paused(service: Terminal, simulated: SimulatedX) -> None:
    service.place.put_secret("x_user_secret_name", user_tokens() | {"access_token_secret": "wrong"})

    said = service("settle", "--since", "1h")

    assert said.exit_code == 1
    assert service.limits.paused


@pytest.mark.parametrize("words", [(), ("--since", "1h")])
@pytest.mark.parametrize(("keys", "sentence"), [({}, "x login"), ({"consumer_key": "1"}, "consumer_secret")])
def test_without_keys_ops_are_told_to_log_in(
    service: Terminal, words: tuple[str, ...], keys: dict[str, str], sentence: str
) -> None:
    service.place.put_secret("x_user_secret_name", keys)

    said = service("settle", *words)

    assert (said.exit_code, said.stderr.count("\n")) == (1, 1)
    assert sentence in said.stderr
    assert service.limits.paused is None


@pytest.mark.parametrize(
    ("since", "sentence"),
    [("yesterday", "Write the time like"), ("2026-11-24T14:00", "in UTC"), ("31d", "the last 30 days")],
)
def test_a_time_that_makes_no_sense_gets_a_sentence(service: Terminal, since: str, sentence: str) -> None:
    said = service("settle", "--since", since)

    assert said.exit_code == 1
    assert sentence in said.stderr


def test_without_a_time_it_looks_once_for_what_is_unknown(service: Terminal, simulated: SimulatedX) -> None:
    dm = simulated.types(LINKED.id, "#data")["id"]
    waits(service.store, LINKED.id, dm, "You have 12.4 GB left.")
    simulated.messenger().send(LINKED.id, "You have 12.4 GB left.")
    lost(service.store, clock.now() - timedelta(minutes=3))

    said = service.json("settle")

    assert said == {"unknown": 1, "settled": 1, "still_unknown": 0}
    assert conversations.load(service.store, LINKED.id).replies == ()


def lost(store: Store, since: datetime) -> None:
    """The answer to a send was lost."""

    def unknown(current: Conversation) -> Conversation:
        [reply] = current.replies
        gone = replace(reply, state="UNKNOWN", fence=1, unknown_since=since, look_up_at=since)
        return current.having(gone)

    conversations.change(store, LINKED.id, unknown, by="test", did="lost", now=since)
