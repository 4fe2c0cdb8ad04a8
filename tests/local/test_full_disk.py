"""A disk that is full is said at once: what cannot be saved must not seem to be."""

import json
from pathlib import Path

import pytest

from local.engine import FILE
from tests.engines import Engine
from tests.running import Running


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder in which the next snapshot finds no room."""
    (tmp_path / FILE).with_suffix(".new").symlink_to("/dev/full")
    return tmp_path


def sentence(data: Path) -> str:
    return f"Cannot save to {data} (No space left on device): make room, or choose another folder with --data."


def test_the_engine_says_that_it_cannot_save_and_ends(full: Path) -> None:
    engine = Engine(full)

    assert engine.process.stdout
    assert json.loads(engine.process.stdout.readline() or b"{}") == {"trouble": sentence(full)}
    engine.stop()


@pytest.mark.service
def test_the_run_ends_with_an_error_and_the_engines_sentence(full: Path) -> None:
    running = Running(full)

    assert running.ended() == 1
    assert running.terminal.splitlines()[-1] == sentence(full)
