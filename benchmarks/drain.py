"""Ten thousand DMs in one moment, X takes 1,000 a minute: `uv run --all-groups python -m benchmarks.drain`.

A model, as no engine on one machine refuses what two transactions do to one row at once: the real code on AWS's clock,
where each call takes its time and a transaction holds its rows for 15 ms (tests/proof/aws_clock.py).
"""

import argparse
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from benchmarks.burst import table
from functions.shared.aws.rows import AUDIT, BUDGET
from local.proof.invariants import broken
from tests.proof.aws_clock import TAKES, X_TAKES, OnAwsClock, all_at_once
from tests.proof.world import START
from tests.shared.delivery.test_burst import LIFTED, TEXTS

MEASURED = Path(__file__).with_suffix(".txt")
"""What it has printed last."""
ASKED = {text: share for text, share in TEXTS.items() if text != "#start"}
"""Who switches replies off and on is told what holds when 15 minutes have passed: nobody is to wait for that here."""


def main() -> None:
    options = arguments().parse_args()
    with redirect_stdout(StringIO()):  # a tick's metrics
        world = all_at_once(options.dms, options.customers, options.functions, ASKED, LIFTED, options.seed)
    said = table({"functions side by side": f"{options.functions:,}"} | figures(world))
    print(said, flush=True)
    if options == arguments().parse_args([]):
        MEASURED.write_text(f"{said}\n")
    wrong = Counter(one.partition(":")[0] for one in broken(world.trace))
    print("\nBroken:", ", ".join(f"{name} {number:,} times" for name, number in wrong.items()) or "no invariant")


def figures(world: OnAwsClock) -> dict[str, str]:
    trace = world.trace
    left = sorted((dm.at - START).total_seconds() for dm in world.x.delivered)
    did = Counter(row["did"] for row in trace.of(AUDIT))
    states = Counter(row["state"] for row in trace.replies)
    return {
        "milliseconds of a read, a write, a transaction, a DM to X": ", ".join(
            f"{time.total_seconds() * 1000:.0f}" for time in (*list(TAKES.values())[:3], X_TAKES)
        ),
        "asked, by customers": f"{len(trace.asked):,}, {len(trace.customers):,}",
        "replies: " + ", ".join(state.lower() for state in sorted(states)): ", ".join(
            f"{states[state]:,}" for state in sorted(states)
        ),
        "DMs of ours, of these by the tick": f"{len(left):,}, {did['claimed']:,}",
        "lost races for the budget's row": f"{world.held.refused[BUDGET.pk]:,}",
        "beyond X's limit": f"{trace.over_limit:,}",
        **{f"seconds until {part:.0%} had left": f"{left[int(len(left) * part) - 1]:,.0f}" for part in (0.5, 0.9, 1)},
    }


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drain", description="Everybody writes at once.")
    parser.add_argument("--functions", type=int, default=100, help="how many of them Lambda runs at a time")
    parser.add_argument("--dms", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=11)
    return parser


if __name__ == "__main__":
    main()
