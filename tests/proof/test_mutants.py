"""Each deliberate break is caught by its checker: what survives would be a hole in the proof."""

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from local.proof.invariants import INVARIANTS
from tests.places import DOCS
from tests.proof.mutants import MUTANTS, Mutant, caught_by
from tests.proof.worlds import Schedule

RELIABILITY = DOCS / "reliability.md"


@pytest.fixture(scope="module")
def caught(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Schedule | None]]]:
    """What catches each break of this run: they are looked for in a process that no other test sees."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    names = [call.params["mutant"].name for call in calls if call and "mutant" in call.params]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        yield {name: processes.submit(caught_by, name) for name in names}


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_break_is_caught(mutant: Mutant, caught: dict[str, Future[Schedule | None]]) -> None:
    schedule = caught[mutant.name].result()

    print(f"{mutant.name}: {mutant.invariant} breaks in '{mutant.world}' with {schedule}")
    assert schedule is not None


def test_the_document_lists_every_break() -> None:
    rows = "".join(f"| {mutant.name} | {mutant.invariant} |\n" for mutant in MUTANTS)

    assert f"test_mutants.py -->\n{rows}<!-- mutants end -->" in RELIABILITY.read_text()


def test_every_invariant_has_a_break() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == set(INVARIANTS)
