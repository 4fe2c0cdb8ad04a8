"""No single fault, and no pair of faults in the small worlds, breaks an invariant."""

import pytest

from tests.faults.worlds import WORLDS, faults_of, run, wrong


@pytest.mark.parametrize("name", WORLDS)
def test_without_faults_every_invariant_holds(name: str) -> None:
    assert wrong(name, {}) == []


@pytest.mark.parametrize("name", WORLDS)
def test_no_single_fault_breaks_an_invariant(name: str) -> None:
    schedules = [{at: fault} for at, fault in faults_of(run(name, {}))]

    found = {f"{name} {schedule}": what for schedule in schedules if (what := wrong(name, schedule))}

    print(f"{name}: {len(schedules)} schedules of one fault, {len(found)} violations")
    assert found == {}
