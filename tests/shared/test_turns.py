"""Side by side: some at a time, in their order, and what one fails at lets the others go on."""

from collections.abc import Iterator
from threading import Barrier

import pytest

from functions.shared.turns import AT_ONCE, in_threads


def test_as_many_as_there_are_threads_are_done_at_the_same_time() -> None:
    all_are_there = Barrier(AT_ONCE)

    in_threads(lambda _: all_are_there.wait(timeout=10), range(2 * AT_ONCE))

    assert not all_are_there.broken


def test_things_are_asked_for_in_their_order_and_no_more_than_can_be_begun() -> None:
    asked: list[int] = []
    begun: list[int] = []

    def things() -> Iterator[int]:
        for number in range(100):
            if len(begun) >= 3:
                return
            asked.append(number)
            yield number

    in_threads(begun.append, things())

    assert asked == sorted(begun)
    assert 3 <= len(begun) < 3 + AT_ONCE


def test_the_first_failure_is_raised_once_all_others_are_done() -> None:
    done: list[int] = []

    def do(number: int) -> None:
        if number == 0:
            raise ZeroDivisionError
        done.append(number)

    with pytest.raises(ZeroDivisionError):
        in_threads(do, range(50))
    assert sorted(done) == list(range(1, 50))
