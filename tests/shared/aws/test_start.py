"""In Lambda's init what a first event needs is made, as far as it can be."""

import gc
from collections.abc import Iterator
from importlib import import_module

import pytest

from functions.shared.aws import start
from infra.layout import FUNCTIONS, Function


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(start, "IN_LAMBDA", True)
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_elsewhere_nothing_is_made() -> None:
    made: list[str] = []

    start.prepare(lambda: made.append("it"))

    assert made == []


@pytest.mark.usefixtures("in_lambda")
def test_in_lambda_everything_is_made_in_its_order_and_garbage_is_collected_again() -> None:
    made: list[str] = []

    start.prepare(lambda: made.append("one"), lambda: made.append("two"))

    assert made == ["one", "two"]
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("in_lambda")
def test_what_cannot_be_made_now_is_left_to_the_first_event() -> None:
    def fails() -> None:
        raise KeyError("a secret that nobody should read")

    start.prepare(fails)

    assert gc.isenabled()


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if one.kept_warm], ids=lambda one: one.name)
def test_what_only_keeps_a_function_warm_is_looked_at_by_nobody(function: Function) -> None:
    """There are no settings here: whoever looked at anything would miss them."""
    assert import_module(function.module).lambda_handler(dict(start.WARM_UP), None) is None


def test_whoever_is_not_kept_warm_is_called_often_enough_or_waited_for_by_nobody() -> None:
    cold = {one.name for one in FUNCTIONS if not one.kept_warm and not (one.every and one.every <= 60)}

    assert cold <= {"dead-letters", "load"}
