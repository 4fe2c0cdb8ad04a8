"""Processes that the local run starts. Each ends when its standard input does, so none outlives its parent."""

import asyncio
import json
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LONGEST_LINE = 16 * 1024 * 1024
PATIENCE = 60
"""Seconds that a process has for its last work: more than the longest time-out of a function."""


HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Listen on this machine only; port 0 takes one that is free."""
    listener = socket.create_server((HOST, port))
    # asyncio does this only for sockets that it made itself; without, each answer waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class Trouble(Exception):
    """The local run cannot start or go on. Its sentence is for the terminal and says what to do."""


class Child:
    """A Python module of ours as a process. It speaks JSON lines; what it prints otherwise is in its log."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls,
        *arguments: str,
        environment: Mapping[str, str],
        log: Path,
        answers: bool = True,
        keeps: tuple[int, ...] = (),
    ) -> "Child":
        """Run `python -m ARGUMENTS`, in a session of its own: Ctrl-C is for the parent, who ends it in order."""
        try:
            with log.open("ab") as errors:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    *arguments,
                    stdin=PIPE,
                    stdout=PIPE if answers else errors,
                    stderr=errors,
                    env=environment,
                    limit=LONGEST_LINE,
                    pass_fds=keeps,
                    start_new_session=True,
                )
        except (FileNotFoundError, PermissionError) as error:
            raise Trouble(f"There is no Python at {sys.executable}: run `uv sync` and start again.") from error
        return cls(process)

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def read(self) -> dict[str, Any] | None:
        """Return the next line, None when the process has ended."""
        assert self._process.stdout is not None  # noqa: S101 - for the type: it is a pipe
        line = await self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """Write a line and return the answer, None when the process has ended instead."""
        assert self._process.stdin is not None  # noqa: S101 - for the type: it is a pipe
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            return None
        return await self.read()

    async def wait(self) -> None:
        await self._process.wait()

    async def stop(self) -> None:
        """Let it finish what it does."""
        assert self._process.stdin is not None  # noqa: S101 - for the type: it is a pipe
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        if not self.ended:
            self._process.kill()
