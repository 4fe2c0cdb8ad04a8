"""Turns: what one of many fails at is no reason to let the others wait."""

from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Keeps failures apart. `over` raises the first of them, so that the function fails and ops learn of it."""

    def __init__(self) -> None:
        self._failures: list[Exception] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        try:
            yield
        except Exception as failure:
            self._failures.append(failure)

    def over(self) -> None:
        if self._failures:
            raise self._failures[0]
