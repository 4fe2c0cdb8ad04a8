"""What the alarms ring on is published: by whom, and with which figures."""

import ast
import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from functions.commands import handler as commands
from functions.commands import tick as commands_tick
from functions.escalate import tick as escalate_tick
from functions.shared.aws import rows, telemetry
from functions.shared.aws.rows import Key
from functions.shared.aws.store import Put
from functions.shared.conversation import conversations
from functions.shared.delivery import budget
from functions.shared.x.dms import Blocked, Sent, Unknown
from functions.shared.x.messenger import XMessenger
from functions.webhook import handler as webhook
from infra.alarms import OURS, REPORTED, Alarm
from infra.layout import TEAMS
from local.x.faults import Fault
from tests.at_desk import Office
from tests.calls_from_x import aws_of_the_webhook, post
from tests.places import ROOT, X_SAMPLES
from tests.proof.demo import LINKED_A
from tests.proof.world import World
from tests.ringing import rung
from tests.simulated_x import LINKED, simulated_x, user_tokens

type Logged = Callable[[], list[dict[str, Any]]]

FUNCTIONS = ROOT / "functions"


@cache
def words() -> set[str]:
    """Every text in our functions, f-strings up to their first brace."""
    nodes = [node for file in FUNCTIONS.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("alarm", REPORTED, ids=lambda alarm: alarm.name)
def test_a_function_publishes_what_an_alarm_rings_on(alarm: Alarm) -> None:
    assert {alarm.metric, alarm.metric.removesuffix(alarm.about.title())} & words()


def test_alarms_look_where_functions_publish() -> None:
    assert OURS == telemetry.NAMESPACE


@cache
def asked_for() -> tuple[str, ...]:
    """The alarms that tests look for by `rung`; of an f-string what stands before its first brace."""
    nodes = [node for file in (ROOT / "tests").rglob("test_*.py") for node in ast.walk(ast.parse(file.read_text()))]
    called = [node.args[0] for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "rung"]
    firsts = [name.values[0] if isinstance(name, ast.JoinedStr) else name for name in called]
    return tuple(name.value for name in firsts if isinstance(name, ast.Constant) and isinstance(name.value, str))


@pytest.mark.parametrize("alarm", REPORTED, ids=lambda alarm: alarm.name)
def test_what_an_alarm_is_for_is_made_by_a_test_which_hears_it_ring(alarm: Alarm) -> None:
    assert alarm.name.startswith(asked_for())


def test_a_case_in_the_line_is_late_when_its_promise_is_broken(office: Office, logged: Logged) -> None:
    office.writes("2000000000000000002", team="billing", due=60)
    office.writes("2000000000000000003", team="sales", due=90)
    office.later(minutes=65)

    escalate_tick.report(office.desk.sender)

    telemetry.publish()
    lines = logged()
    assert {team: rung(f"oldest-new-case-{team}", lambda: lines) for team in TEAMS} == {
        "urgent": None,
        "billing": 300,
        "devices": None,
        "sales": None,
        "general": None,
    }


@pytest.fixture
def waiting(office: Office) -> Office:
    """A customer whose answer has waited for a minute for X's limit."""
    office.x.limit_used_up = True
    office.writes("2000000000000000002")
    office.act("agent-1", office.next("agent-1"), "reply", text="Your bill is right.")
    office.later(minutes=1)
    return office


def test_customers_who_wait_for_the_budget_are_counted(waiting: Office, logged: Logged) -> None:
    commands_tick.report(waiting.desk.sender)

    assert rung("budget-empty", logged) == 1


def test_what_operations_hold_back_is_no_empty_budget(logged: Logged) -> None:
    world = World()
    budget.pause(world.store, "We are putting something right.")
    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(timedelta(minutes=20))

    commands_tick.report(world.sender)

    assert unsettled(world)
    assert rung("budget-empty", logged) is None


def unsettled(world: World) -> bool:
    return bool(conversations.load(world.store, LINKED_A).replies)


def test_a_reply_that_nobody_can_settle_is_told(
    office: Office, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.x, "send", lambda _customer, _text: Unknown("the connection broke"))
    office.writes("2000000000000000002")
    office.act("agent-1", office.next("agent-1"), "reply", text="Your bill is right.")

    commands_tick.report(office.desk.sender)
    assert rung("unknown-replies", logged) is None
    office.later(minutes=10)
    commands_tick.report(office.desk.sender)

    assert rung("unknown-replies", logged)


REFUSALS = {"401": Fault.UNAUTHORISED, "402": Fault.NO_CREDITS, "403": Fault.RESTRICTED}


@pytest.mark.parametrize("status", REFUSALS)
def test_x_that_lets_us_send_nothing_rings(status: str, logged: Logged) -> None:
    with simulated_x() as x:
        x.ok(x.http.post("/sim/faults/script", json={"send": [REFUSALS[status]]}))

        outcome = x.messenger().send(LINKED.id, "You have 12.4 GB left.")

    assert isinstance(outcome, Blocked)
    assert rung(f"x-{status}", logged) == 1


def test_an_x_that_is_down_rings_and_one_bad_answer_among_good_ones_does_not(logged: Logged) -> None:
    with simulated_x() as x:
        x.ok(x.http.post("/sim/faults/script", json={"send": [None, Fault.DOWN], "look_up": [None]}))
        sends = [x.messenger().send(LINKED.id, f"You have {left} GB left.") for left in (12, 11)]
        x.messenger().look_up(LINKED.id)
        once = rung("x-down", logged)
        x.ok(x.http.post("/sim/faults/script", json={"send": [Fault.DOWN], "look_up": [Fault.DOWN]}))
        x.messenger().send(LINKED.id, "You have 10 GB left.")
        x.messenger().look_up(LINKED.id)
        XMessenger(user_tokens(), "http://127.0.0.1:9").send(LINKED.id, "You have 9 GB left.")

    assert [type(outcome) for outcome in sends] == [Sent, Unknown]
    assert once is None
    assert rung("x-down", logged) == 1


@pytest.mark.parametrize("fault", REFUSALS.values())
def test_look_ups_that_x_refuses_ring(fault: Fault, logged: Logged) -> None:
    with simulated_x() as x:
        x.ok(x.http.post("/sim/faults/script", json={"look_up": [fault]}))

        x.messenger().look_up(LINKED.id)

    assert rung("look-ups-refused", logged) == 1


def test_look_ups_that_tell_nothing_for_long_ring(logged: Logged) -> None:
    world = World(echoes=False)
    world.x.loses = {LINKED_A}
    world.write(LINKED_A, "#data")
    world.work()

    world.pass_time(timedelta(minutes=10))
    assert rung("look-ups-refused", logged) is None
    world.pass_time(timedelta(minutes=10))

    assert rung("look-ups-refused", logged) == 1


def test_one_customer_who_has_closed_their_messages_does_not_ring(logged: Logged) -> None:
    with simulated_x() as x:
        x.ok(x.http.post("/sim/faults/script", json={"send": [Fault.CLOSED]}))

        x.messenger().send(LINKED.id, "You have 12.4 GB left.")

    assert rung("x-403", logged) is None


def test_an_event_that_nobody_can_read_rings(logged: Logged) -> None:
    with aws_of_the_webhook():
        webhook.lambda_handler(post({"for_user_id": "1000000000000000001", "direct_message_events": "none"}), None)

    assert rung("unreadable", logged) == 1


@pytest.mark.parametrize("key", [rows.profile_key(LINKED_A), rows.BUDGET])
def test_a_row_that_is_not_understood_rings_whenever_it_is_read(key: Key, logged: Logged) -> None:
    world = World()
    row = {**(world.store.get(*key) or key.row({})), "stopped_by": {"rate": 3}, "limit": {"rate": 3}}
    world.store.commit([Put(row)])

    world.write(LINKED_A, "#data")
    world.work()

    assert rung("not-understood", logged)


@pytest.mark.parametrize("event", ["account_activity_revoke", "x_activity_oauth_revoke"])
def test_a_brand_that_takes_its_consent_back_rings(event: str, logged: Logged) -> None:
    body = json.loads((X_SAMPLES / f"{event}.json").read_text())
    with aws_of_the_webhook():
        webhook.lambda_handler(post(body), None)

    assert rung("brand-revoked", logged) == 1


@pytest.mark.parametrize(("ours", "figure"), [(True, None), (False, 1)])
def test_somebody_who_answers_without_the_desk_rings(
    ours: bool, figure: float | None, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.write(LINKED_A, "#data")
    world.work()
    (answer,) = world.x.delivered
    monkeypatch.setattr(commands, "bot", lambda: world.bot)
    dm_id, text = (answer.dm_id, answer.text) if ours else ("2100000000000000999", "I'll look into it. Kim")

    commands.lambda_handler(
        arrived({"kind": "echo", "id": dm_id, "customer": LINKED_A, "text": text, "sent_at": 1}), None
    )

    assert rung("foreign-echo", logged) == figure


def arrived(message: dict[str, Any]) -> dict[str, Any]:
    """A message as SQS brings it."""
    attributes = {"SentTimestamp": "1763300000101", "ApproximateReceiveCount": "1"}
    return {"Records": [{"messageId": "1", "body": json.dumps(message), "attributes": attributes}]}
