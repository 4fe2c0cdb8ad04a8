"""Everything side by side in one table: `uv run --group bench python -m benchmarks`, written into docs/performance.md.

Rounds are interleaved, so that what disturbs the machine disturbs all alike; times are the processor's, each the median
of its rounds. `--quick` prints a shorter table within a minute, of fewer rounds, and writes nothing.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import platform
import re
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import cast

import pygal

from benchmarks import answer, cold, costs, drain, lists, load
from benchmarks.rivals import servers
from benchmarks.runtime import is_optimised
from functions.shared.aws import queues
from functions.webhook import envelopes, handler, signature
from infra.layout import FUNCTIONS
from infra.packaging import BUILD
from tests.calls_from_x import BRAND, SECRET, account_activity, aws_of_the_webhook, dm, post, signed

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
CHART = DOCS / "performance.svg"
CALLS = Path(__file__).parents[1] / "tests" / "data" / "calls.toml"
BEGINS, ENDS = "<!-- table -->", "<!-- table end -->"
ROUNDS, QUICK = 15, 3
EACH = 200
"""Calls of one round, where a call takes microseconds."""
GOALS = {"webhook": 5.0, "commands": 10.0, "desk": 13.0}
"""Times the bare runtime that a cold start may take."""


@dataclass(frozen=True)
class Row:
    """One thing measured. `limit` is what nobody can go below; the others are for who does the same work."""

    what: str
    unit: str
    ours: float
    limit: float | None = None
    naive: float | None = None
    flask: float | None = None
    slack_bolt: float | None = None
    goal: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.limit if self.limit else None


def rows(times: int, *, quick: bool) -> Iterator[Row]:
    yield from webhook(times)
    yield from starts(times, quick=quick)
    yield from counted()
    yield from desk(times, waiting=500 if quick else 5_000)
    yield from kept()


def webhook(times: int) -> Iterator[Row]:
    """One signed DM, from the event to what the queue is given, without the queue."""
    body = account_activity(dm())
    raw, queue = json.dumps(body).encode(), list[str]()
    event, signed_by = post(body), signed(raw)

    def limit() -> None:
        digest = base64.b64encode(hmac.digest(SECRET.encode(), raw, hashlib.sha256)).decode()
        assert hmac.compare_digest(signed_by, f"sha256={digest}")  # noqa: S101
        queue.extend(json.dumps(one) for one in json.loads(raw)["direct_message_events"])

    def own_work() -> None:
        assert signature.is_from_x(signed_by, raw, [SECRET])  # noqa: S101
        for message in envelopes.read_events(json.loads(raw), brand_id=BRAND, now=0):
            queues.send_inbound(sqs, "", cast(envelopes.QueueMessage, message))

    with aws_of_the_webhook() as aws:
        sqs = aws.sqs
        taken = medians(
            times,
            {
                "limit": limit,
                "ours": own_work,
                "with log": partial(quietly, lambda: handler.lambda_handler(event, None)),
                "flask": servers.on_flask(raw, signed(raw, servers.SECRET), queue),
                "slack_bolt": servers.on_bolt("#data", queue),
            },
        )
    with_log = taken.pop("with log")
    yield Row("webhook, one DM: signature, envelope, message", "µs", goal="1.5 ×", **taken)
    yield Row("the same with its log line, its metric and its answer", "µs", with_log)


def quietly(call: Callable[[], object]) -> None:
    """Let what is logged be written, as it is in Lambda, but not here."""
    with redirect_stdout(StringIO()):
        call()


def medians(times: int, contenders: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return microseconds of processor time of one call of each."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for call in contenders.values():
        call()
    for _ in range(times):
        for name, call in contenders.items():
            begun = time.process_time_ns()
            for _ in range(EACH):
                call()
            found[name].append((time.process_time_ns() - begun) / EACH / 1000)
    return {name: statistics.median(taken) for name, taken in found.items()}


def starts(times: int, *, quick: bool) -> Iterator[Row]:
    """Cold starts of each function, and what those take next that somebody waits for."""
    unpacked = BUILD / "unpacked"
    places = cold.there(unpacked) if quick and unpacked.is_dir() else cold.folders()
    names = [one.name for one in FUNCTIONS if one.kept_warm or not quick]
    found = cold.medians(times, [cold.BARE, cold.NAIVE, *names], places)
    bare, naive = found[cold.BARE], found[cold.NAIVE]
    for name in names:
        same = naive.whole if name in ("webhook", "commands") else None
        goal = f"{GOALS[name]:g} ×" if name in GOALS else ""
        yield Row(f"cold start, {name}", "ms", found[name].whole, bare.whole, same, goal=goal)
    for name in GOALS:
        yield Row(
            f"first call after init, {name}: part of the whole", "", found[name].share, naive=naive.share, goal="0.3"
        )
    yield Row("warm call, commands: `#data` answered", "ms", found["commands"].warm, naive=naive.warm)
    yield Row("warm call, webhook with its queue", "ms", found["webhook"].warm)


def counted() -> Iterator[Row]:
    """What an answered `#data` and its echo take."""
    calls = {
        of: sum(number for name, number in one["calls"].items() if name.startswith("dynamodb"))
        for of, one in tomllib.loads(CALLS.read_text(encoding="utf-8")).items()
    }
    yield Row("`#data` answered: calls of DynamoDB", "", calls["data"], goal="6")
    yield Row("its echo: calls of DynamoDB", "", calls["echo"], goal="2")
    units = costs.count("#data")
    yield Row("`#data` and its echo: write units", "", units.writes, goal="25")
    yield Row("`#data` and its echo: read units", "", units.reads)


def desk(times: int, *, waiting: int) -> Iterator[Row]:
    """Taking the next of many cases, beside the next of few."""
    few, many = lists.next_case(lists.FEW, times), lists.next_case(waiting, times)
    what = f"`next` while {waiting:,} cases wait (limit: {lists.FEW})"
    yield Row(what, "ms", many.milliseconds, few.milliseconds)
    yield Row(f"{what}: calls of DynamoDB", "", many.calls, few.calls, goal="1 ×")
    yield Row(f"{what}: read units", "", many.reads, few.reads, goal="1 ×")


def kept() -> Iterator[Row]:
    """What takes longer is measured by commands of its own, which keep what they have printed last."""
    for night, speed in told(load, r"^(\w+ night): .*?([\d,]+) accounts a second and core"):
        yield Row(f"accounts loaded in a second of a core, {night}", "", plain(speed))
    for part, seconds in told(drain, r"^\| seconds until (\d+%) had left \| ([\d,]+) \|"):
        yield Row(f"10,000 DMs at once, X takes 1,000 a minute: {part} had left", "s", plain(seconds))
    for what, seconds in told(answer, r"^(first line|ready) .*?([\d.]+) s$"):
        yield Row(f"local run: {what}", "s", plain(seconds))
    for envelope, milliseconds in told(answer, r"^#data to X, (\w+) +envelope +(\d+) ms"):
        yield Row(f"local run: from a signed `#data` to X, {envelope} envelope", "ms", plain(milliseconds))


def told(benchmark: ModuleType, pattern: str) -> list[tuple[str, str]]:
    """Find figures in what a benchmark has printed last."""
    return re.findall(pattern, benchmark.MEASURED.read_text(encoding="utf-8"), re.MULTILINE)


def plain(figure: str) -> float:
    return float(figure.replace(",", ""))


def shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def table(measured: list[Row]) -> str:
    head = ["what", "unit", "limit", "ours", "naive", "Flask", "slack-bolt", "ours over limit", "goal"]
    lines = [
        [
            one.what,
            one.unit,
            *map(shown, (one.limit, one.ours, one.naive, one.flask, one.slack_bolt)),
            _times(one),
            one.goal,
        ]
        for one in measured
    ]
    rule = ["---", "---", *["---:"] * 7]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))


def _times(row: Row) -> str:
    return f"{row.ratio:.1f} ×" if row.ratio else ""


def machine() -> str:
    """Say what it was measured on. An interpreter that was built without optimisation is slower in everything."""
    built = "built with" if is_optimised() else "built without"
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("awslambdaric", "botocore", "pydantic", "flask", "slack-bolt")
    )
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; Python {platform.python_version()}, "
        f"{built} optimisation; {libraries}; {datetime.now(UTC):%d %B %Y}."
    )


def chart(measured: list[Row]) -> bytes:
    """Draw cold starts over the bare runtime, ours and the naive bot's."""
    begun = [row for row in measured if row.what.startswith("cold start") and row.limit]
    naive = next((row.naive / row.limit for row in begun if row.naive and row.limit), None)
    drawn = pygal.HorizontalBar(
        title="A cold start, times the bare runtime", show_legend=False, js=(), print_values=True, width=760, height=360
    )
    drawn.config.formatter = lambda value: f"{value:.1f}"
    drawn.x_labels = [row.what.removeprefix("cold start, ") for row in begun] + ["naive bot"]
    drawn.add("", [row.ratio for row in begun] + [naive])
    svg: bytes = drawn.render()
    return svg


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Everything side by side.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, within a minute; writes nothing")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which medians are taken, {ROUNDS} unless said")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    times = QUICK if options.quick else options.rounds
    measured = list(rows(times, quick=options.quick))
    where = f"{machine()} Medians of {times} rounds."
    if options.json:
        print(
            json.dumps({"machine": where, "rows": [asdict(row) | {"ratio": row.ratio} for row in measured]}, indent=2)
        )
    else:
        print(f"{where}\n\n{table(measured)}")
    if not options.quick:
        CHART.write_bytes(chart(measured))
        written(f"{where}\n\n{table(measured)}")


def written(measured: str) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAGE.write_text(f"{before}{BEGINS}\n{measured}\n{ENDS}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
