"""What bounds it at 1, 10 and 1,000 DMs a second: `python -m benchmarks.scale` writes the table of docs/scale.md.

What one DM takes is counted while the real code answers it; what AWS allows stands here as its pages had it in 2025. A
bound is the one divided by the other.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.costs import SECONDS, count, forgotten, table
from functions.shared.aws.rows import FORGET
from infra.stage import file_of

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
BEGINS, ENDS = "<!-- table -->", "<!-- table end -->"
RATES = (1, 10, 1_000)
"""DMs of customers in a second."""
A_DAY = 24 * 60 * 60
X_A_DAY = 1_440
LEAD = 0.015
"""Seconds that a transaction holds a row, assumed: one after the other can write it."""
KEY_A_SECOND = 1_000
"""Write units that DynamoDB takes for one key of a partition, of a table or an index."""
TABLE_AT_FIRST, TABLE = 4_000, 40_000
"""Write units a second of a new table on demand, and of the account's largest."""
CONCURRENCY = 1_000
"""Functions at a time, of an account as it is at first."""
FIFO_BY_GROUP = 2_400
"""Sends a second to a FIFO queue with high throughput, in the regions that have least; 300 without, or of one group."""
DOOR = 10_000
"""Requests a second that API Gateway takes of an account."""


@dataclass(frozen=True)
class Bound:
    what: str
    most: float
    """DMs a second."""
    moved_by: str


def bounds() -> Iterator[Bound]:
    """What ends first, in the order of a DM's way."""
    answer = count("#data")
    at_once = tomllib.loads(file_of("prod").read_text())["customers_at_once"]
    functions = answer.commands * SECONDS["commands"]
    yield Bound("API Gateway and the webhook", DOOR / answer.commands, "a quota of AWS")
    yield Bound("`inbound.fifo`, with high throughput", FIFO_BY_GROUP / answer.commands, "a quota of AWS, by region")
    yield Bound("`customers_at_once` of prod", at_once / functions, "the stage's file, 1,000 at most")
    yield Bound("Lambda's concurrency", CONCURRENCY / functions, "a quota of AWS")
    yield Bound("DynamoDB, a new table", TABLE_AT_FIRST / answer.writes, "warm throughput, or use that grows")
    yield Bound("DynamoDB, the account's quota", TABLE / answer.writes, "a quota of AWS")
    yield Bound(f"the clock `{FORGET}`, one key of an index", KEY_A_SECOND / forgotten(), "more keys")
    yield Bound(
        "the budget's row, claims one after the other", 1 / LEAD / answer.sent, "several rows, each with a share"
    )
    yield Bound("X, without a contract", X_A_DAY / A_DAY / answer.sent, "a contract with X")


def lines() -> str:
    head = ["bound", "DMs a second", *(f"at {rate:,}" for rate in RATES), "moved by"]
    rows = [
        [one.what, f"{one.most:,.3g}" if one.most < 1 else f"{one.most:,.0f}", *_used(one), one.moved_by]
        for one in bounds()
    ]
    return table(head, rows)


def _used(bound: Bound) -> list[str]:
    return [f"{rate / bound.most:.0%}" if rate <= bound.most else f"**{rate / bound.most:,.1f} ×**" for rate in RATES]


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAGE.write_text(f"{before}{BEGINS}\n{lines()}\n{ENDS}{after}", encoding="utf-8")
    print(lines())


if __name__ == "__main__":
    main()
