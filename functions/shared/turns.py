"""Turns: what one of many fails at, or takes long for, is no reason to let the others wait."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta


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
