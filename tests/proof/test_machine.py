"""Customers, staff, time and faults in any order: what nobody thought of. Behind the marker `long`."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from local.proof.invariants import broken
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import Fault, World
from tests.proof.worlds import AFTERWARDS

TEXTS = (
    "#data",
    "#charges",
    "#data #minutes",
    "#stop",
    "#start",
    "hello",
    "thanks",
    "#human",
    "my bill is wrong and I am furious",
    "#charges this is wrong",
    "my phone was stolen last night, please block it",
)


class Anything(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.schedule: dict[int, Fault] = {}
        self.world = World(self.schedule)
        self.requests = 0

    @rule(customer=st.sampled_from([LINKED_A, LINKED_B]), text=st.sampled_from(TEXTS))
    def write(self, customer: str, text: str) -> None:
        self.world.write(customer, text)

    @rule()
    def work(self) -> None:
        self.world.work()

    @rule(ahead=st.integers(0, 40), fault=st.sampled_from(list(Fault)))
    def strike(self, ahead: int, fault: Fault) -> None:
        self.schedule[len(self.world.points) + ahead] = fault

    @rule()
    def staff_answer(self) -> None:
        self.requests += 1
        case = self.world.next_case(f"next-{self.requests}")
        if case:
            self.world.reply_to(case, f"reply-{self.requests}", f"Answer {self.requests}: it is credited.")

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.world.pass_time(timedelta(minutes=minutes))

    def teardown(self) -> None:
        self.schedule.clear()
        self.world.work()
        self.world.pass_time(AFTERWARDS)
        assert broken(self.world.trace) == []


@pytest.mark.long
def test_no_order_of_events_and_faults_breaks_an_invariant() -> None:
    Anything.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
    Anything.TestCase().runTest()
