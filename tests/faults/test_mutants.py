"""Each deliberate break is caught by its checker: what survives would be a hole in the proof."""

import pytest

from tests.faults.mutants import MUTANTS, Mutant
from tests.faults.worlds import faults_of, run, wrong


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_break_is_caught(mutant: Mutant) -> None:
    schedules = [{}, *({at: fault} for at, fault in faults_of(run(mutant.world, {})))]

    with mutant.applied():
        caught = next(
            (s for s in schedules if any(w.startswith(mutant.invariant) for w in wrong(mutant.world, s))), None
        )

    print(f"{mutant.name}: {mutant.invariant} breaks in '{mutant.world}' with {caught}")
    assert caught is not None
