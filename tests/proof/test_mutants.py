"""Each deliberate break is caught by its checker: what survives would be a hole in the proof."""

import pytest

from local.proof.invariants import INVARIANTS
from tests.places import DOCS
from tests.proof.mutants import MUTANTS, Mutant
from tests.proof.worlds import faults_of, run, wrong

RELIABILITY = DOCS / "reliability.md"


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_break_is_caught(mutant: Mutant) -> None:
    schedules = [{}, *({at: fault} for at, fault in faults_of(run(mutant.world, {})))]

    with mutant.applied():
        caught = next(
            (s for s in schedules if any(w.startswith(mutant.invariant) for w in wrong(mutant.world, s))), None
        )

    print(f"{mutant.name}: {mutant.invariant} breaks in '{mutant.world}' with {caught}")
    assert caught is not None


def test_the_document_lists_every_break() -> None:
    rows = "".join(f"| {mutant.name} | {mutant.invariant} |\n" for mutant in MUTANTS)

    assert f"test_mutants.py -->\n{rows}<!-- mutants end -->" in RELIABILITY.read_text()


def test_every_invariant_has_a_break() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == set(INVARIANTS)
