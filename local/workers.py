"""A function's workers: each takes one event at a time, and a new one takes the place of one that died."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from functions.shared.aws import clock
from infra.layout import Function
from local.children import Child, Trouble

TRY_AGAIN_SECONDS = 1


class Failed(Exception):
    """The function raised; the text is the class of its exception."""


class Died(Failed):
    """The worker ended in the middle of the event: killed, crashed or out of time."""


class Closed(Failed):
    """The pool takes no more events."""


class Pool:
    """Calls a function like Lambda, as many events at once as it has workers."""

    def __init__(self, function: Function, size: int, environment: Mapping[str, str], logs: Path) -> None:
        self.function = function
        self._size = size
        self._environment = environment
        self._log = logs / f"{function.name}.log"
        self._idle: asyncio.Queue[Child] = asyncio.Queue()
        self._children: set[Child] = set()
        self._busy: set[Child] = set()
        self._hiring: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[dict[str, Any] | None]] = set()

    async def start(self) -> None:
        """Return when the first worker is ready; the others follow."""
        await self._hire()
        for _ in range(self._size - 1):
            self._task(self._hire_until_it_works())

    async def call(self, event: object) -> Any:
        """Return what the handler returns. Raises Failed where it does not."""
        child = await self._take()
        work = asyncio.create_task(self._work(child, event))
        self._working.add(work)
        work.add_done_callback(self._working.discard)
        # Who asked may go away; the worker finishes its event all the same.
        answer = await asyncio.shield(work)
        if answer is None:
            raise Died(f"{self.function.name} ended before it answered")
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Begin no more events. Who waits for a worker is told so."""
        self._idle.shutdown(immediate=True)

    async def stop(self) -> None:
        """Finish the events that are being worked on and end every worker."""
        self.close()
        await asyncio.gather(*self._working, return_exceptions=True)
        for task in self._hiring:
            task.cancel()
        await asyncio.gather(*self._hiring, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in self._children))

    def kill(self) -> None:
        """End every worker at once."""
        for child in self._children:
            child.kill()

    def kill_one(self) -> int | None:
        """End one worker at once, one that is at an event if there is any; return its process id."""
        alive = sorted(self._children, key=lambda child: (child not in self._busy, child.pid))
        child = next((child for child in alive if not child.ended), None)
        if child is None:
            return None
        child.kill()
        return child.pid

    async def _take(self) -> Child:
        while True:
            try:
                child = await self._idle.get()
            except asyncio.QueueShutDown as closed:
                raise Closed("no more events") from closed
            if not child.ended:
                return child
            self._replace(child)

    async def _work(self, child: Child, event: object) -> dict[str, Any] | None:
        self._busy.add(child)
        answer = await child.ask({"id": str(uuid4()), "ahead": clock.ahead.total_seconds(), "event": event})
        self._busy.discard(child)
        if answer is None:
            child.kill()
            self._replace(child)
        else:
            self._offer(child)
        return answer

    def _offer(self, child: Child) -> None:
        with suppress(asyncio.QueueShutDown):
            self._idle.put_nowait(child)

    def _replace(self, child: Child) -> None:
        self._children.discard(child)
        self._task(self._hire_until_it_works())

    async def _hire_until_it_works(self) -> None:
        while True:
            with suppress(Trouble):
                return await self._hire()
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _hire(self) -> None:
        function = self.function
        child = await Child.start(
            "local.worker",
            function.name,
            function.module,
            str(function.timeout),
            str(function.memory),
            environment=self._environment,
            log=self._log,
        )
        self._children.add(child)
        if await child.read() is None:
            await child.wait()
            self._children.discard(child)
            raise Trouble(f"The function {function.name} does not start: {self._log} says why.")
        self._offer(child)

    def _task(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._hiring.add(task)
        task.add_done_callback(self._hiring.discard)
        return task
