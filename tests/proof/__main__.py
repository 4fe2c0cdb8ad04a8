"""Print the table of the worlds for docs/reliability.md: `uv run --all-groups python -m tests.proof`."""

from contextlib import redirect_stdout
from io import StringIO

from tests.proof.world import World
from tests.proof.worlds import IN_PAIRS, WORLDS, Schedule, at_every_run, combined, run, singles


def row(name: str) -> str:
    script, limit = WORLDS[name]
    said = (script.__doc__ or "").partition("\n")[0].rstrip(".")
    with redirect_stdout(StringIO()):  # a tick's metrics
        world = run(name, {})
        found = [_of(world, singles(world)), _of(world, list(combined(name, 2))) if name in IN_PAIRS else "`-m long`"]
    return f"| {name}{': ' if said else ''}{said} | {limit:,} | {len(world.points):,} | {' | '.join(found)} |"


def _of(world: World, schedules: list[Schedule]) -> str:
    tried = len(at_every_run(world, schedules))
    return f"{tried:,} of {len(schedules):,}" if tried < len(schedules) else f"{tried:,}"


if __name__ == "__main__":
    print("| world | X takes | points | single faults | pairs of faults |\n|---|---|---|---|---|")
    for world_name in WORLDS:
        print(row(world_name), flush=True)
