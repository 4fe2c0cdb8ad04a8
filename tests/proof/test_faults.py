"""No single fault, and no pair of faults in the small worlds, breaks an invariant.

What is too much for every run is tried as a sample; the marker `long` tries all of it.

A schedule that fails is printed as it is written here: put it into REGRESSIONS to replay it.
"""

from collections.abc import Iterable
from itertools import islice

import pytest

from tests.proof.world import Fault
from tests.proof.worlds import IN_PAIRS, WORLDS, Schedule, at_every_run, combined, run, singles, wrong
from tests.rows_before import before

type Strike = tuple[Fault, str, int]
"""What befalls a call, and how often that call has been made by then."""

REGRESSIONS: tuple[tuple[str, tuple[Strike, ...]], ...] = (
    # The claim is committed, and its sender wakes eight minutes later.
    ("answer and stop", ((Fault.PAUSE_AFTER, "transact_write_items", 0),)),
    # An erasure goes on deleting while its customer begins anew.
    ("erased and back", ((Fault.PAUSE, "delete_item", 1),)),
    # Sent into a new window by a sender that dies.
    ("two and one unit", ((Fault.CRASH_AFTER, "send to 5", 0),)),
    # While a function waits with all its threads, another one opens a window that ends later than they know of.
    ("contradictory headers", ((Fault.PAUSE, "transact_write_items", 11),)),
    # Two replies as one DM, which X refuses at first.
    ("escalation and staff", ((Fault.ERROR, "send to 2", 0), (Fault.ERROR, "send to 2", 1))),
)
"""The world, and what has broken an invariant in it once."""


AT_ONCE = ("answer and stop", "two and one unit")
"""The worlds whose single faults everybody's tests try; the marker `proof` has the others."""

ONE_IN = 50
"""So many threes of faults go by for each that is tried: a long evening has an end."""


def hold(terminal: pytest.CaptureFixture[str], name: str, schedules: Iterable[Schedule], what: str) -> None:
    """Run the schedules, print how many there were, and fail with every one that breaks an invariant."""
    every = list(schedules)
    violations = [f"{strikes(name, schedule)}: {found}" for schedule in every if (found := wrong(name, schedule))]
    points = len(run(name, {}).points)
    with terminal.disabled():
        print(f"\n{name}: {points} points, {len(every)} schedules of {what}, {len(violations)} violations", end=" ")
    assert every
    assert not violations, "\n".join(violations[:20])


@pytest.mark.parametrize("name", WORLDS)
def test_without_faults_every_invariant_holds(name: str) -> None:
    assert wrong(name, {}) == []


@pytest.mark.parametrize(
    "name", [name if name in AT_ONCE else pytest.param(name, marks=pytest.mark.proof) for name in WORLDS]
)
def test_every_invariant_holds_from_rows_of_before_on(name: str) -> None:
    assert wrong(name, {}, tuple(before())) == []


@pytest.mark.proof
def test_no_single_fault_breaks_an_invariant_from_rows_of_before_on() -> None:
    rows = tuple(before())
    world = run(AT_ONCE[0], {}, rows)
    schedules = at_every_run(world, singles(world))

    assert schedules
    assert [(schedule, found) for schedule in schedules if (found := wrong(AT_ONCE[0], schedule, rows))] == []


@pytest.mark.parametrize(
    "name", [name if name in AT_ONCE else pytest.param(name, marks=pytest.mark.proof) for name in WORLDS]
)
def test_no_single_fault_breaks_an_invariant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    world = run(name, {})
    hold(capsys, name, at_every_run(world, singles(world)), "one fault")


@pytest.mark.proof
@pytest.mark.parametrize("name", IN_PAIRS)
def test_no_pair_of_faults_breaks_an_invariant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    hold(capsys, name, at_every_run(run(name, {}), list(combined(name, 2))), "two faults")


@pytest.mark.long
@pytest.mark.parametrize("name", WORLDS)
def test_not_one_single_fault_breaks_an_invariant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    hold(capsys, name, singles(run(name, {})), "one fault")


@pytest.mark.long
@pytest.mark.parametrize("name", WORLDS)
def test_not_one_pair_of_faults_breaks_an_invariant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    hold(capsys, name, combined(name, 2), "two faults")


@pytest.mark.long
@pytest.mark.parametrize("name", IN_PAIRS)
def test_no_three_faults_break_an_invariant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    hold(capsys, name, islice(combined(name, 3), 0, None, ONE_IN), f"three faults, one in {ONE_IN} of all,")


@pytest.mark.parametrize(("name", "struck"), REGRESSIONS)
def test_what_has_failed_once_stays_mended(name: str, struck: tuple[Strike, ...]) -> None:
    schedule: dict[int, Fault] = {}
    for fault, call, before_it in struck:
        made = [at for at, (_, what) in enumerate(run(name, schedule).points) if what == call]
        schedule[made[before_it]] = fault

    assert strikes(name, schedule) == (name, struck)
    assert wrong(name, schedule) == []


def strikes(name: str, schedule: Schedule) -> tuple[str, tuple[Strike, ...]]:
    """Write a schedule so that it says the same when other calls come in between."""
    found: list[Strike] = []
    so_far: dict[int, Fault] = {}
    for at, fault in sorted(schedule.items()):
        calls = [what for _, what in run(name, so_far).points]
        found.append((fault, calls[at], calls[:at].count(calls[at])))
        so_far[at] = fault
    return name, tuple(found)
