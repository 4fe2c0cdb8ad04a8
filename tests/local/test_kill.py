"""kill -9 at any moment: of workers, and nobody notices; of everything, and it goes on from a moment ago."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from local.run import ago
from tests.running import Running, left, wait_for

pytestmark = pytest.mark.service

CUSTOMERS = ["2000000000000000002", *(str(2_400_000_000_000_000_000 + number) for number in range(5))]
TEXTS = ("#data", "#charges", "hello", "my bill is wrong and I am furious", "#help", "what about last week", "#stop")
LATER = 600
"""Seconds that cover a lease, a redelivery and the last look-up."""


class Service:
    """A local run, as customers and whoever counts see it."""

    def __init__(self, data: Path) -> None:
        self.running = Running(data).ready()
        self._http = httpx.Client(base_url=self.running.url, timeout=30)
        self._ahead = self._http.get("/local/clock").json()["ahead_seconds"]
        self.asked = self.counted()["asked"]
        """How many DMs there were when it started: the demo has one."""

    def write(self, customer: str, text: str) -> str:
        """Send a DM, again and again until the webhook has taken it."""
        dm = self._http.post("/sim/dms", json={"user_id": customer, "text": text}).json()
        while dm["status"] != 200:
            dm = self._http.post("/sim/dms", json={"user_id": customer, "text": text, "id": dm["id"]}).json()
        return str(dm["id"])

    def counted(self) -> dict[str, int]:
        answer = self._http.get("/local/counter")
        return dict(answer.json()) if answer.status_code == 200 else {"waiting": -1}

    def time_passes(self) -> None:
        self._ahead += LATER
        assert self._http.put("/local/clock", json={"ahead_seconds": self._ahead}).status_code == 200

    def settled(self) -> dict[str, int]:
        """Let time pass until nothing is on its way, and count."""
        for _ in range(4):
            self.time_passes()
            wait_for(self._quiet())
        return self.counted()

    def _quiet(self) -> Callable[[], bool]:
        """Whether the same has been counted for a while."""
        seen: list[Any] = []

        def quiet() -> bool:
            seen.append(self.counted())
            return len(seen) > 20 and all(count == seen[-1] for count in seen[-20:])

        return quiet

    def workers(self) -> list[int]:
        return [pid for pid, command in self.running.children().items() if "local.worker " in command]

    def kill(self, *pids: int) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def test_workers_are_killed_at_any_moment_and_nothing_is_lost_or_said_twice(tmp_path: Path) -> None:
    service, random = Service(tmp_path), Random(9)

    for number in range(30):
        service.write(random.choice(CUSTOMERS), random.choice(TEXTS))
        if number % 3 == 0 and (workers := service.workers()):
            service.kill(*random.sample(workers, min(4, len(workers))))
    counted = service.settled()

    assert service.running.interrupt().ended() == 0
    assert counted | {"asked": service.asked + 30, "waiting": 0, "lost": 0, "twice": 0} == counted


def test_everything_is_killed_and_goes_on_from_a_moment_ago(tmp_path: Path) -> None:
    before, random = Service(tmp_path), Random(9)
    for _ in range(12):
        before.write(random.choice(CUSTOMERS), random.choice(TEXTS))
    wait_for(lambda: before.counted().get("asked") == before.asked + 12 and (tmp_path / "engine.json").exists())
    children = before.running.children()

    before.kill(before.running.process.pid, *children)
    before.running.ended()
    wait_for(lambda: not left(children))
    after = Service(tmp_path)
    after.write(CUSTOMERS[0], "#help")
    counted = after.settled()

    assert after.running.interrupt().ended() == 0
    assert "Goes on from what was saved" in after.running.terminal
    assert "Goes on" not in before.running.terminal
    assert counted | {"waiting": 0, "lost": 0, "twice": 0} == counted
    assert counted["asked"] == after.asked + 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second ago"),
        (3.4, "3 seconds ago"),
        (60, "1 minute ago"),
        (7300, "2 hours ago"),
        (86_400 * 9, "9 days ago"),
    ],
)
def test_how_old_it_is_is_said_in_the_largest_unit(seconds: float, said: str) -> None:
    assert ago(seconds) == said
