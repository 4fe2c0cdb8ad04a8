"""Everybody writes at once and X takes them all: nobody waits for more than a few ticks, in order and once."""

from datetime import timedelta

import pytest

from local.proof.invariants import broken
from tests.proof.aws_clock import all_at_once
from tests.proof.world import START
from tests.shared.delivery.test_burst import LIFTED, TEXTS


@pytest.mark.proof
def test_what_loses_races_on_awss_clock_leaves_with_the_next_ticks() -> None:
    world = all_at_once(dms=600, people=200, functions=50, texts=TEXTS, limit=LIFTED, seed=11)

    trace = world.trace
    assert broken(trace) == []
    assert world.held.refused["budget"] > 100
    assert {row["state"] for row in trace.replies} <= {"SENT", "SUPPRESSED"}
    assert max(dm.at for dm in world.x.delivered) - START < timedelta(minutes=3)
