"""Turns: what one of many fails at, or takes long for, is no reason to let the others wait."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

AT_ONCE = 8
"""Things that are done at the same time; fewer than a client of ours keeps connections."""


class Each(Protocol):
    """Does something with each thing, some at a time, in their order; raises the first failure when all had a turn."""

    def __call__[T](self, do: Callable[[T], object], things: Iterable[T], /) -> None: ...


def in_threads[T](do: Callable[[T], object], things: Iterable[T]) -> None:
    """As `Each` says. Who is free takes the next thing; it is asked for by one thread at a time."""
    coming, taking = iter(things), Lock()

    def following() -> Iterator[T]:
        while True:
            with taking:
                thing = next(((one,) for one in coming), None)
            if thing is None:
                return
            yield thing[0]

    def work(_: int) -> None:
        for thing in following():
            do(thing)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(work, range(AT_ONCE)))


@dataclass
class Turns:
    """Keeps failures apart, and what is done to its time. `over` raises the first failure, so that ops learn of it."""

    now: Callable[[], datetime]
    ends: datetime
    failures: list[Exception] = field(default_factory=list)

    @classmethod
    def within(cls, time: timedelta, now: Callable[[], datetime]) -> "Turns":
        return cls(now, now() + time)

    def share(self, part: float) -> "Turns":
        """A part of the time that is left from now on; what fails in it is kept here as well."""
        left = max(self.ends - self.now(), timedelta())
        return Turns(self.now, self.now() + left * part, self.failures)

    @property
    def time_is_up(self) -> bool:
        return self.now() >= self.ends

    def each[T](self, things: Iterable[T]) -> Iterator[T]:
        """Go through things while there is time; the first has its turn in any case."""
        for number, thing in enumerate(things):
            if number and self.time_is_up:
                return
            yield thing

    @contextmanager
    def one(self) -> Iterator[None]:
        try:
            yield
        except Exception as failure:
            self.failures.append(failure)

    def over(self) -> None:
        if self.failures:
            raise self.failures[0]
