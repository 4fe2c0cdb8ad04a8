"""Counts stay as benchmarks/counts.toml has them. Whoever moves one writes it there, with the reason."""

from benchmarks import counts
from infra.layout import FUNCTIONS


def test_an_answered_dm_takes_what_is_written_down() -> None:
    assert counts.of_a_dm() == counts.kept()["dm"]


def test_every_function_is_written_down() -> None:
    assert list(counts.kept()["start"]) == [function.name for function in FUNCTIONS]


def test_each_change_has_its_reason() -> None:
    assert all(change["why"] for change in counts.kept()["changed"])
