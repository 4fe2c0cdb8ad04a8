"""The line of a fresh demo: six customers wait, of different teams, and each of them came through the webhook."""

from pathlib import Path

import httpx
import pytest

from functions.shared.conversation import conversations
from ops.cases import waiting
from tests.running import Running, wait_for

pytestmark = pytest.mark.service


def test_six_wait_at_the_first_start_and_a_second_start_adds_nobody(tmp_path: Path) -> None:
    first = Running(tmp_path, empty=False).ready()
    store = first.place.store

    def stopped() -> int:
        return sum(conversations.load(store, case.customer).customer.stopped for case in waiting(store))

    wait_for(lambda: len(waiting(store)) == 6 and stopped() == 1)
    cases = waiting(store)
    written = httpx.get(f"{first.url}/sim/trace").json()["asked"]
    first.interrupt().ended()

    assert {case.team for case in cases} == {"urgent", "billing", "devices", "sales", "general"}
    assert len({case.kind for case in cases}) == 6
    assert [case.team for case in cases if case.answered_at] == ["general"]

    second = Running(tmp_path, empty=False).ready()
    again = httpx.get(f"{second.url}/sim/trace").json()["asked"]
    second.interrupt().ended()
    assert again == written
