"""`tweetserve doctor` names what is wrong, and what to do about it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions.load import loads
from functions.load.loads import Load
from functions.shared.aws import clock
from functions.shared.aws.rows import BUDGET
from functions.shared.aws.settings import client
from functions.shared.aws.store import Update
from functions.shared.carrier import accounts
from functions.shared.delivery import budget
from functions.shared.x.account import Page, Rejected, Unanswered, XAccount
from functions.shared.x.dms import Unknown
from infra.layout import DEAD_QUEUES, QUEUES
from local.resources import attributes, create_queue
from local.x.faults import Fault as XFault
from ops import checks
from ops.checks import Fault
from ops.dead_letters import dead_queue
from ops.place import Place
from tests.at_terminal import Terminal, place, tweetserve
from tests.places import DOCS
from tests.simulated_x import BRAND, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "place", "simulated", "tweetserve"]  # fixtures

SAMPLES = DOCS / "samples"


@pytest.fixture
def healthy(place: Place, hook: Hook, simulated: SimulatedX, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A service with everything that it needs."""
    mark = uuid4().hex[:8]
    dead = {name: create_queue(f"{name}-{mark}", {})[1] for name in DEAD_QUEUES}
    urls = {
        f"{queue.name.removeprefix('escalations-')}_queue_url": create_queue(
            f"{queue.name}-{mark}", attributes(queue, dead[queue.dead])
        )[0]
        for queue in QUEUES
    }
    names = {setting: f"{setting}-{mark}" for setting in checks.SECRETS}
    more = {"brand_id": BRAND.id, "webhook_url": hook.url, "x_api_url": simulated.url}
    made = replace(place, settings={**place.settings, **urls, **names, **more})
    made.put_secret("x_consumer_secrets_name", {"current": hook.secret})
    made.put_secret("x_user_secret_name", user_tokens())
    made.put_secret("code_key_secret_name", {"key": "k"})
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: made)
    terminal = Terminal(made)
    assert terminal("x", "setup").exit_code == 0
    fresh(made)
    items = [item for item in json.loads((SAMPLES / "catalogue.json").read_text())["items"] if item["kind"] != "pause"]
    put(made, "catalogue", *items)
    return terminal


def put(place: Place, table: str, *items: dict[str, Any]) -> None:
    import boto3

    there = boto3.resource("dynamodb", **place.aws).Table(place.settings[f"{table}_table"])  # type: ignore[call-overload]
    for item in items:
        there.put_item(Item=item)


def fresh(place: Place, **ago: float) -> None:
    sample = json.loads((SAMPLES / "account.json").read_text())
    as_of = f"{clock.now() - timedelta(**ago):%Y-%m-%dT%H:%M:%SZ}"
    sample["account"]["as_of"] = sample["lines"][0]["as_of"] = as_of
    put(place, "accounts", *accounts.items(sample))


def faults(terminal: Terminal) -> list[dict[str, str]]:
    return list(terminal.json("doctor")["faults"])


def test_nothing_is_wrong_with_what_is_right(healthy: Terminal) -> None:
    said = healthy("doctor")

    assert "Nothing is wrong." in said.stdout, said.stdout
    assert said.exit_code == 0


def test_says_what_look_ups_cost_and_what_the_limit_means_though_nothing_is_wrong_with_it(healthy: Terminal) -> None:
    certain, cheap, limit = healthy.json("doctor")["notes"]

    assert certain.startswith("Look-ups that are certain, as here: $22 for 1,000, $933 for 43,200,")
    assert cheap.startswith("Look-ups that are cheap: $22 for 1,000, $86 for 43,200,")
    assert limit == "At 1,440 DMs a day this brand can end about 720 cases at 2 DMs each."


def test_a_dozen_different_faults_are_all_named_with_their_remedies(
    healthy: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = healthy.place
    sqs = client("sqs")
    place.put_secret("x_consumer_secrets_name", {"current": "another secret"})
    place.put_secret("code_key_secret_name", {})
    sqs.delete_queue(QueueUrl=place.settings["sales_queue_url"])
    dead = dead_queue(place, "inbound-dead")
    sqs.send_message(QueueUrl=dead, MessageBody="{}", MessageGroupId="1", MessageDeduplicationId="1")
    old = f"{clock.now() - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    loads.save(healthy.store, Load(old, "export", "agent", state="done", newest=old, figures=2), clock.now())
    brand = next(i for i in json.loads((SAMPLES / "catalogue.json").read_text())["items"] if i["kind"] == "brand")
    put(place, "catalogue", brand | {"hours": "always"}, {"kind": "offer", "id": "half", "title": "Half an offer"})
    overdue = {"kind": "notice", "id": "leeds", "says": "calls fail.", "started_at": old, "next_at": old}
    put(place, "catalogue", overdue, {"kind": "notices", "id": "checked", "as_of": old})
    budget.pause(healthy.store, "We are putting something right.")
    healthy.store.update(
        Update(*BUDGET, "SET blocked = :why", "attribute_not_exists(blocked)", {"why": "X's credits are used up"})
    )
    settings = {name: value for name, value in place.settings.items() if name != "billing_queue_url"}
    broken = replace(place, settings=settings | {"webhook_url": "https://care.example.com:8443/webhook"})
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: broken)

    found = faults(healthy)

    said = {fault["what"].split(" is not there")[0].split(": ")[0]: fault["remedy"] for fault in found}
    expected = {
        "The setting billing_queue_url is missing; commands needs it.": "Start `tweetserve local` again.",
        "There is no queue escalations-sales.fifo.": "Start `tweetserve local` again.",
        f"The secret {place.settings['code_key_secret_name']}": "Start `tweetserve local` again.",
        "The consumer secret that we sign with is none of those that we believe.": "x rotate",
        "X takes no port and no password in a URL": "[domain]",
        "X does not know our webhook, so nothing comes in.": "x setup",
        "Nothing is sent": "x status",
        "All automated replies are paused": "tweetserve resume --local",
        "The newest account data is 72 hours old.": "accounts import",
        "No time can be promised": "catalogue import",
        "The offer half makes no sense": "catalogue import",
        "The news of notice leeds is overdue": "notice update leeds",
        "The list of notices was not looked at for a day": "notice checked",
        "1 dead letters wait in inbound-dead.": "dead-letters redrive",
    }
    for what, remedy in expected.items():
        assert any(known.startswith(what) and remedy in said[known] for known in said), (what, said)


def test_the_webhook_has_to_prove_the_secret_that_is_set(healthy: Terminal, hook: Hook) -> None:
    hook.secret = "what the function has read before"

    assert [fault["part"] for fault in faults(healthy)] == ["webhook"]


def test_keys_that_x_refuses_are_told_from_a_webhook_that_is_not_there(healthy: Terminal) -> None:
    healthy.place.put_secret("x_user_secret_name", user_tokens() | {"access_token_secret": "wrong"})

    [fault] = faults(healthy)

    assert fault["part"] == "X"
    assert "x login --local" in fault["remedy"]


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (Rejected(400, "no such field"), "no such field"),
        (Unanswered("X answered 503."), "just now"),
        (None, "does not tell who has written"),
    ],
)
def test_look_ups_that_x_does_not_answer_are_a_fault(
    healthy: Terminal, monkeypatch: pytest.MonkeyPatch, failure: Exception | None, says: str
) -> None:
    def dms(*_: object, **__: object) -> Page:
        if failure:
            raise failure
        return Page(({"id": "5"},), {}, None, None)

    monkeypatch.setattr(XAccount, "dms", dms)

    [fault] = faults(healthy)

    assert says in fault["what"]


def test_an_x_that_is_down_is_a_fault_with_its_section(healthy: Terminal, simulated: SimulatedX) -> None:
    for _ in range(budget.UNKNOWNS_OPEN_BREAKER):
        budget.heard(healthy.store, Unknown("X answered 503"), clock.now(), clock.now())
    simulated.ok(simulated.http.post("/sim/faults/script", json={"look_up": [XFault.DOWN]}))

    found = {fault["part"]: fault for fault in faults(healthy)}

    assert found["sending"]["what"] == "Nothing is sent: X is in trouble, and says of no DM whether it took it."
    assert found["X"]["what"] == "X does not list the brand's DMs just now. X answered 503."
    assert "*X down*" in found["X"]["remedy"]


def test_keys_are_not_blamed_where_x_cannot_be_reached(healthy: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    away = replace(healthy.place, settings={**healthy.place.settings, "x_api_url": "http://127.0.0.1:9"})
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: away)

    [fault] = faults(healthy)

    assert (fault["what"], "*X down*" in fault["remedy"]) == ("X cannot be reached.", True)


def test_empty_tables_are_named(place: Place, tweetserve: Terminal) -> None:
    whats = [fault["what"] for fault in faults(tweetserve)]

    assert "There is no account in the account data." in whats
    assert "The brand's facts are missing: nothing can be said or promised." in whats


def test_a_table_of_another_shape_is_named(healthy: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(healthy.place, settings={**healthy.place.settings, "service_table": "nowhere"})

    found = list(checks.tables(other))
    swapped = replace(other, settings={**other.settings, "service_table": healthy.place.settings["catalogue_table"]})

    assert found == [Fault("There is no table nowhere.", "Start `tweetserve local` again.")]
    assert [fault.what.partition(" has ")[2] for fault in checks.tables(swapped)][:2] == [
        "the keys kind, id.",
        "no index clock.",
    ]


def test_what_failed_can_be_tried_again(healthy: Terminal) -> None:
    sqs, dead = client("sqs"), dead_queue(healthy.place, "inbound-dead")
    sqs.send_message(QueueUrl=dead, MessageBody="{}", MessageGroupId="7", MessageDeduplicationId="1")

    assert healthy.json("dead-letters", "redrive", "--dry-run")["moved"] == {"inbound-dead": 0, "escalations-dead": 0}
    assert healthy.json("dead-letters", "redrive")["moved"] == {"inbound-dead": 1, "escalations-dead": 0}

    [again] = sqs.receive_message(
        QueueUrl=healthy.place.settings["inbound_queue_url"], AttributeNames=["MessageGroupId"]
    )["Messages"]
    assert (again["Body"], again["Attributes"]["MessageGroupId"]) == ("{}", "7")
    assert healthy.json("dead-letters", "list")["waiting"]["inbound-dead"] == 0


def test_the_demo_staff_are_listed_and_stay_as_they_are(tweetserve: Terminal) -> None:
    found = tweetserve.json("staff", "list")["staff"]
    refused = tweetserve("staff", "add", "kim@example.com", "--team", "billing")

    assert [(one["name"], one["role"]) for one in found] == [
        ("agent-1", "agent"),
        ("agent-2", "agent"),
        ("supervisor-1", "supervisor"),
    ]
    assert refused.exit_code == 1
    assert "always the same" in refused.stderr
