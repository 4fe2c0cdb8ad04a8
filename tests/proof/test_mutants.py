"""Each deliberate break is caught by its checker: what survives would be a hole in the proof."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from local.proof.invariants import INVARIANTS
from tests.places import DOCS
from tests.proof.mutants import MUTANTS, Mutant, caught_by

RELIABILITY = DOCS / "reliability.md"


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """A process that no other test sees: a break is made in it and taken back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        yield one


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_break_is_caught(mutant: Mutant, process: ProcessPoolExecutor) -> None:
    schedule = process.submit(caught_by, mutant.name).result()

    print(f"{mutant.name}: {mutant.invariant} breaks in '{mutant.world}' with {schedule}")
    assert schedule is not None


def test_the_document_lists_every_break() -> None:
    rows = "".join(f"| {mutant.name} | {mutant.invariant} |\n" for mutant in MUTANTS)

    assert f"test_mutants.py -->\n{rows}<!-- mutants end -->" in RELIABILITY.read_text()


def test_every_invariant_has_a_break() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == set(INVARIANTS)
