"""`tweetserve local` as a process, for tests: starts it, reads its terminal, ends it, sees what is left of it.

And who uses it: customers on their phones, and staff.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from local.run import LOGS
from ops.place import Place, on_this_machine
from tests.places import ROOT

PATIENCE = 240
"""Seconds."""


class Running:
    def __init__(self, data: Path, *options: str, empty: bool = True, **environment: str) -> None:
        """Start on any free port, knowing nothing of the AWS or the X of this machine; nobody waits for a person."""
        where = options or ("--port", "0")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "X_"))}
        self.data = data
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ops.main",
                "local",
                "--data",
                str(data),
                "--no-browser",
                *(["--empty"] if empty else []),
                *where,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=inherited | environment,
        )
        self.terminal = ""

    def ready(self) -> Self:
        """Wait for the line with the URLs, or the end."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.terminal += line
            if line.startswith("Phone "):
                return self
        raise AssertionError(f"it did not start:\n{self.terminal}")

    @property
    def url(self) -> str:
        return self.terminal.split("Phone ")[1].split("/   Desk")[0]

    @property
    def place(self) -> Place:
        """As the commands for ops see it."""
        return on_this_machine(int(self.url.rpartition(":")[2]))

    @property
    def logs(self) -> str:
        """All that the parts of it have written by now, each into a file of its own."""
        return "\n".join(log.read_text() for log in sorted((self.data / LOGS).glob("*.log")))

    def interrupt(self) -> Self:
        self.process.send_signal(signal.SIGINT)
        return self

    def ended(self) -> int:
        """Wait for the end and return the exit code; the terminal is complete then."""
        assert self.process.stdout
        self.terminal += self.process.stdout.read()
        return self.process.wait()

    def children(self) -> dict[int, str]:
        """Return the processes that it has started: pid and command line."""
        found = {}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                found[int(pid)] = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return found


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def left(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if alive(pid)]


def listening(pid: int) -> list[tuple[str, int]]:
    """Return the addresses on which a process waits for connections."""
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                host = socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address
                found.append((host, int(port, 16)))
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait far longer than it takes on a busy machine: what has not come by then never will."""
    for _ in range(PATIENCE * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"it has not come within {PATIENCE} s")


class Phone:
    """One customer's phone."""

    def __init__(self, http: httpx.Client, customer: str) -> None:
        self._http = http
        self._customer = customer

    def sends(self, text: str) -> str:
        """Send a DM and return its id; the webhook has taken it then."""
        answer = self._http.post("/sim/dms", json={"user_id": self._customer, "text": text}).json()
        assert answer["status"] == 200
        return str(answer["id"])

    def chat(self) -> list[dict[str, Any]]:
        chat: list[dict[str, Any]] = self._http.get("/sim/dms", params={"user_id": self._customer}).json()
        return chat

    def answers_after(self, dm_id: str) -> list[str]:
        return [dm["text"] for dm in self.chat() if dm["from"] == "brand" and int(dm["id"]) > int(dm_id)]

    def asks(self, text: str) -> str:
        """Send a DM and return its answer."""
        dm_id = self.sends(text)
        wait_for(lambda: bool(self.answers_after(dm_id)))
        (answer,) = self.answers_after(dm_id)
        return answer


class Desk:
    """One person at the desk."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"}

    def next(self) -> dict[str, Any] | None:
        response = self._http.post("/desk/api/next", json={"request_id": str(uuid4())}, headers=self._headers)
        assert response.status_code in (200, 204)
        return response.json()["case"] if response.status_code == 200 else None

    def does(self, act: str, case: dict[str, Any], **fields: str) -> None:
        """Do something with a case that one has: `note`, `reply`, `release`, `resolve`."""
        body = {"request_id": str(uuid4()), "fence": case["fence"], **fields}
        self._http.post(f"/desk/api/cases/{case['id']}/{act}", json=body, headers=self._headers).raise_for_status()


def texted(http: httpx.Client, x_id: str, words: str) -> str:
    """Return the newest text message with these words. It leaves after the DM: first what was decided is written."""

    def found() -> list[str]:
        texts = (sms["text"] for sms in http.get("/sim/sms", params={"user_id": x_id}).json())
        return [text for text in texts if words in text]

    wait_for(lambda: bool(found()))
    return found()[-1]
