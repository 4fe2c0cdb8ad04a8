"""Ten thousand DMs, and X is away for ten minutes: `uv run --all-groups python -m benchmarks.burst`.

On the proof's clock, where calls of AWS take no time, with ticks each minute, a limit of 1,000 DMs a minute, and one
customer who writes one DM in twenty. `--each-ms` is how long the tick needs for each DM that it sends.

`--local` sends them through the real local run instead: HTTP, signatures, queues, tables and processes are real, and X
is the simulator, which delivers one event in ten twice and one in ten in the wrong order.
"""

import argparse
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import httpx

from functions.shared.aws.rows import DM
from local.proof.invariants import Chat, Trace, broken
from ops.place import on_this_machine
from tests.running import Running
from tests.shared.delivery.test_burst import LIFTED, TEXTS, Failing, Outage, customers, outage

A_MINUTE = 1_000
PHONES = 16
"""Customers who press "send" at the same moment."""
LOOK_EVERY = 10
STEADY = 3
"""So many looks in a row at which nothing has changed and nothing waits: it is over."""
FAILINGS: Mapping[Failing, str] = {"is_away": "cannot be reached", "is_down": "answers 503"}
LINES = ("asked", "answered", "with_people", "silent", "waiting", "lost", "twice")


def main() -> None:
    options = arguments().parse_args()
    if options.local:
        through_the_local_run(options)
        return
    for fails in FAILINGS:
        began = time.monotonic()
        with redirect_stdout(StringIO()):  # a tick's metrics
            left = outage(options.dms, options.customers, options.seed, fails, timedelta(milliseconds=options.each_ms))
        took = {"seconds that this took": f"{time.monotonic() - began:,.0f}"}
        print(table(figures_of(left, options.each_ms, fails) | took))
        print("\n".join(broken(left.world.trace)) or "\nEvery invariant holds.\n", flush=True)


def figures_of(left: Outage, each_ms: int, fails: Failing) -> dict[str, str]:
    """What became of the DMs, and how soon after X's return everybody else had the answers that waited."""
    trace, waited = left.world.trace, left.waited()
    ended = Counter(row["disposition"] for row in trace.of(DM))
    flood = sum(customer == left.flooder for customer in trace.asked.values())
    return {
        "X for ten minutes": FAILINGS[fails],
        "asked, of these by one customer": f"{len(trace.asked):,}, {flood:,}",
        "decided: " + ", ".join(sorted(ended)): ", ".join(f"{ended[name]:,}" for name in sorted(ended)),
        "beyond X's limit": f"{trace.over_limit:,}",
        "replies that waited when X came back": f"{left.waiting:,}",
        "milliseconds that a tick needs for a DM": f"{each_ms}",
        **{
            f"seconds until {part:.0%} of everybody else's had left": f"{_at(waited, part):,.0f}"
            for part in (0.5, 0.9, 1)
        },
    }


def _at(waited: list[timedelta], part: float) -> float:
    return waited[int(len(waited) * part) - 1].total_seconds()


def through_the_local_run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as data, local_run(Path(data)) as http:
        http.put("/sim/settings", json=limit()).raise_for_status()
        http.put("/sim/faults", json=faults(options.seed)).raise_for_status()
        began = time.monotonic()
        refused = write(http, options.dms, options.customers, options.seed)
        written = time.monotonic() - began
        counted, ended = settled(http)
        took = ended - began
        trace = traced(http)
    print(table(figures(counted, trace.over_limit, refused, written, took)))
    print("\n".join(broken(trace)) or "\nEvery invariant holds.")


@contextmanager
def local_run(data: Path) -> Iterator[httpx.Client]:
    running = Running(data).ready()
    try:
        with httpx.Client(base_url=running.url, timeout=120, limits=httpx.Limits(max_connections=PHONES)) as http:
            yield http
    finally:
        running.interrupt().ended()


def limit() -> dict[str, Any]:
    return {"limited": True, "sends": LIFTED, "reads": 1_000, "day": A_MINUTE * 60 * 24}


def faults(seed: int) -> dict[str, Any]:
    among = ["deliver twice", "deliver in the wrong order"]
    return {"random": {"seed": seed, "share": 0.2, "among": among}}


def write(http: httpx.Client, dms: int, people: int, seed: int) -> int:
    """Let customers write; return how often the webhook did not take a DM, which is then delivered again."""
    random, known = Random(seed), customers(people)  # noqa: S311 - who writes what
    texts = random.choices(list(TEXTS), list(TEXTS.values()), k=dms)

    def send(text: str, customer: str) -> int:
        dm: dict[str, Any] = {"user_id": customer, "text": text}
        refused = 0
        while (answer := http.post("/sim/dms", json=dm).json())["status"] != 200:
            dm["id"] = answer["id"]
            refused += 1
            time.sleep(0.5)
        return refused

    with ThreadPoolExecutor(PHONES) as phones:
        return sum(phones.map(send, texts, random.choices(known, k=dms)))


def settled(http: httpx.Client) -> tuple[dict[str, int], float]:
    """Wait until nothing waits and nothing changes any more; return since when, too."""
    seen: list[dict[str, int]] = []
    ended = time.monotonic()
    while True:
        time.sleep(LOOK_EVERY)
        answer = http.get("/local/counter")
        if answer.status_code == 200:
            seen.append(answer.json())
            ended = time.monotonic() if seen[-1] not in seen[:-1] else ended
            if not seen[-1]["waiting"] and len(seen) >= STEADY and all(count == seen[-1] for count in seen[-STEADY:]):
                return seen[-1], ended


def traced(http: httpx.Client) -> Trace:
    """Return what X has seen and what is stored, for the invariants' checkers."""
    seen = http.get("/sim/trace").json()
    return Trace(
        asked={one["id"]: one["customer"] for one in seen["asked"]},
        by_staff={},
        delivered=tuple(Chat(one["customer"], one["text"], one["id"]) for one in seen["delivered"]),
        over_limit=seen["over_limit"],
        rows=tuple(on_this_machine(http.base_url.port or 0).store.all()),
    )


def figures(counted: dict[str, int], over_limit: int, refused: int, written: float, took: float) -> dict[str, str]:
    return {
        **{name.replace("_", " "): f"{counted[name]:,}" for name in LINES},
        "beyond X's limit": f"{over_limit:,}",
        "webhook calls refused, then repeated": f"{refused:,}",
        "seconds until all had written": f"{written:,.0f}",
        "seconds until all was settled": f"{took:,.0f}",
    }


def table(found: Mapping[str, str]) -> str:
    names = ("Python", "ministack", "boto3", "pydantic")
    versions = [platform.python_version(), *(version(name) for name in names[1:])]
    rows = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}",
        "versions": ", ".join(f"{name} {number}" for name, number in zip(names, versions, strict=True)),
        **found,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.burst", description="A burst of DMs, with X away in the middle."
    )
    parser.add_argument("--local", action="store_true", help="through the real local run, without an outage")
    parser.add_argument("--each-ms", type=int, default=0, help="what the tick needs for a DM that it sends")
    parser.add_argument("--dms", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=11)
    return parser


if __name__ == "__main__":
    main()
