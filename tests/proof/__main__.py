"""Print the table of the worlds for docs/reliability.md: `uv run --all-groups python -m tests.proof`."""

from contextlib import redirect_stdout
from io import StringIO

from tests.proof.worlds import IN_PAIRS, WORLDS, combined, faults_of, run, singles


def row(name: str) -> str:
    script, limit = WORLDS[name]
    said = (script.__doc__ or "").partition("\n")[0].rstrip(".")
    with redirect_stdout(StringIO()):  # a tick's metrics
        world = run(name, {})
        tried = sum(1 for _ in singles(name))
        every = len(faults_of(world))
        pairs = sum(1 for _ in combined(name, 2)) if name in IN_PAIRS else 0
    figures = [f"{len(world.points):,}", f"{tried:,} of {every:,}" if tried < every else f"{tried:,}"]
    one_in = IN_PAIRS.get(name, 1)
    figures += [f"{-(-pairs // one_in):,} of {pairs:,}" if one_in > 1 else f"{pairs:,}" if pairs else "`-m long`"]
    return f"| {name}{': ' if said else ''}{said} | {limit:,} | {' | '.join(figures)} |"


if __name__ == "__main__":
    print("| world | X takes | points | single faults | pairs of faults |\n|---|---|---|---|---|")
    for world_name in WORLDS:
        print(row(world_name), flush=True)
