"""`tweetserve local` as a process, for tests: starts it, reads its terminal, ends it, sees what is left of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 240
"""Seconds."""


class Running:
    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        """Start on any free port, knowing nothing of the AWS or the X of this machine."""
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


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait far longer than it takes on a busy machine: what has not come by then never will."""
    for _ in range(PATIENCE * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"it has not come within {PATIENCE} s")
