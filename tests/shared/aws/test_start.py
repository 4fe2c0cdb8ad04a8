"""In Lambda's init what a first event needs is made, as far as it can be."""

import gc
from collections.abc import Iterator

import pytest

from functions.shared.aws import start


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
