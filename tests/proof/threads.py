"""Threads of the proof: one goes on at a time and hands over at each point, so that every run is like the last.

They are greenlets on a clock that they move: who waits for a while lets others go on until then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from greenlet import getcurrent, greenlet

from functions.shared.turns import AT_ONCE

NOTHING = timedelta(0)


@dataclass
class Threads:
    """`now` tells the time, `go_on` moves it: what that raises ends all of them, as a time-out does."""

    now: Callable[[], datetime]
    go_on: Callable[[datetime], None]
    _line: list[tuple[datetime, int, greenlet]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _started: list[greenlet] = field(default_factory=list)

    def run(self, work: Callable[[], object]) -> None:
        """Run a function with all threads that it starts; what kills one of them kills all."""
        self._hub = getcurrent()
        self.start(work)
        try:
            while self._line:
                at, _, thread = heappop(self._line)
                self.go_on(at)
                thread.switch()
        finally:
            for thread in self._started:
                if thread and thread is not getcurrent():
                    thread.throw()

    def wait(self, time: timedelta = NOTHING) -> None:
        """Let others go on, for a while or until each had its turn."""
        self._put(getcurrent(), time)
        self._hub.switch()

    def each[T](self, do: Callable[[T], object], things: Iterable[T]) -> None:
        """As `turns.in_threads`: do something with each thing, some at a time; raise the first failure."""
        waits, taking, left = getcurrent(), Alone(self), [AT_ONCE]
        coming = iter(things)
        failures: list[Exception] = []

        def work() -> None:
            try:
                while thing := self._next(coming, taking):
                    do(*thing)
            except Exception as failure:
                failures.append(failure)
            left[0] -= 1
            if not left[0]:
                self._put(waits, NOTHING)

        for _ in range(AT_ONCE):
            self.start(work)
        self._hub.switch()
        if failures:
            raise failures[0]

    def _next[T](self, coming: Iterable[T], taking: "Alone") -> tuple[T] | None:
        """Take the next thing; one thread at a time asks for it, which may itself take its time."""
        taking.begin()
        try:
            return next(((thing,) for thing in coming), None)
        finally:
            taking.end()

    def start(self, work: Callable[[], object]) -> None:
        """Start one more thread of what runs."""
        thread = greenlet(work, parent=self._hub)
        self._started.append(thread)
        self._put(thread, NOTHING)

    def _put(self, thread: greenlet, time: timedelta) -> None:
        heappush(self._line, (self.now() + time, next(self._numbers), thread))


@dataclass
class Alone:
    """What one thread does at a time."""

    threads: Threads
    _taken: bool = False
    _waiting: list[greenlet] = field(default_factory=list)

    def begin(self) -> None:
        while self._taken:
            self._waiting.append(getcurrent())
            self.threads._hub.switch()
        self._taken = True

    def end(self) -> None:
        self._taken = False
        if self._waiting:
            self.threads._put(self._waiting.pop(0), NOTHING)
