"""What the alarms ring on is published: by whom, and with which figures."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from functions.commands import tick as commands_tick
from functions.escalate import tick as escalate_tick
from functions.shared import telemetry
from infra.alarms import OURS, REPORTED, Alarm
from infra.layout import TEAMS
from tests.at_desk import Office

type Logged = Callable[[], list[dict[str, Any]]]

FUNCTIONS = Path(__file__).parents[1] / "functions"


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


def metrics(logged: Logged) -> dict[str, Any]:
    telemetry.publish()
    return [line for line in logged() if "_aws" in line][-1]


def test_a_case_in_the_line_is_late_when_its_promise_is_broken(office: Office, logged: Logged) -> None:
    office.writes("2000000000000000002", team="billing", due=60)
    office.writes("2000000000000000003", team="sales", due=90)
    office.later(minutes=65)

    escalate_tick.report(office.desk.sender)

    published = metrics(logged)
    assert {team: published[f"OverdueCase{team.title()}"] for team in TEAMS} == {
        "urgent": [0],
        "billing": [300],
        "devices": [0],
        "sales": [0],
        "general": [0],
    }


def test_customers_who_wait_for_the_budget_are_counted(office: Office, logged: Logged) -> None:
    office.x.limit_used_up = True
    office.writes("2000000000000000002")
    office.act("agent-1", office.next("agent-1"), "reply", text="Your bill is right.")
    office.later(minutes=1)

    commands_tick.report(office.desk.sender)

    published = metrics(logged)
    assert published["WaitingForBudget"] == [1]
    assert published["UnknownReplyOverdue"] == [0]
