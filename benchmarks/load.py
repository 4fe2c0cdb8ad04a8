"""How fast accounts are loaded, and in how much memory: `python -m benchmarks.load [ACCOUNTS]`, printed and kept.

The first night brings every account, the next night one in a hundred is another. Time is that of the processor for our
own process, as the database is another machine's; each night runs in a process of its own, which tells its peak memory.
"""

import json
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import boto3

from functions.load.loading import How, load
from functions.load.sources import File
from functions.load.writing import QUICK, Table
from functions.shared.aws.store import Store
from infra.layout import TABLES
from tests.engines import PLACE, DynamoDBLocal, Engine

MEASURED = Path(__file__).with_suffix(".txt")
"""What was printed last; docs/costs.md has it."""
ACCOUNTS = 20_000
CHANGED = 100
"""One account in so many is another the next night."""
BEGUN = datetime.now(UTC) - timedelta(hours=2)
SAMPLE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs" / "samples" / "account.json").read_text())


@dataclass(frozen=True)
class Night:
    accounts: int
    written: int
    processor: float
    passed: float
    peak: int
    """Megabytes."""

    def __str__(self) -> str:
        of_all = f"{self.accounts:,} accounts, {self.written:,} items written"
        speed = f"{self.accounts / self.processor:,.0f} accounts a second and core"
        return f"{of_all}: {speed}, {self.accounts / self.passed:,.0f} a second here; at most {self.peak} MB"


def export(file: Path, accounts: int, night: int) -> Path:
    """Write what the carrier hands in: an account, a bill and a line in each row."""
    with file.open("w") as lines:
        for number in range(accounts):
            changes = night if number % CHANGED == 0 else 0
            at = f"{BEGUN + timedelta(minutes=changes):%Y-%m-%dT%H:%M:%SZ}"
            account = SAMPLE["account"] | {"account_id": f"A-{number}", "as_of": at, "owed_minor": number + changes}
            line = SAMPLE["lines"][0] | {"number": f"+4477{number:08}", "as_of": at}
            lines.write(json.dumps(SAMPLE | {"account": account, "lines": [line]}) + "\n")
    return file


def bring(file: Path, url: str, names: dict[str, str]) -> Night:
    client = boto3.client("dynamodb", endpoint_url=url, config=QUICK, **KEYS)  # type: ignore[call-overload]
    table = Table(client, names["accounts"], Store(client, names["service"]))
    with file.with_suffix(".rejected").open("w+b") as rejects:
        begun, used = time.monotonic(), time.process_time()
        came = load(File(file), table, How(by="benchmark"), rejects)
        passed, processor = time.monotonic() - begun, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Night(came.accounts, came.written, processor, passed, peak)


KEYS = {"region_name": "eu-west-2", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Run Amazon's DynamoDB for one's own machine where it is installed, else the embedded engine."""
    jar = next(PLACE.glob("*/DynamoDBLocal.jar"), None)
    running = DynamoDBLocal(jar) if jar else Engine(folder)
    yield running.url
    running.stop()


def tables(url: str) -> dict[str, str]:
    client = boto3.client("dynamodb", endpoint_url=url, **KEYS)  # type: ignore[call-overload]
    names = {table.name: f"{table.name}-{uuid4()}" for table in TABLES}
    for table in TABLES:
        keys = [(table.partition, "HASH"), (table.sort, "RANGE")]
        client.create_table(
            TableName=names[table.name],
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        )
    return names


def machine() -> str:
    """Say on what this was measured, and when."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(f"{name} {version(name)}" for name in ("boto3", "pydantic"))
    of_it = f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}"
    return f"{of_it}; Python {platform.python_version()}, {versions}; {datetime.now(UTC):%d %B %Y}"


def main(accounts: int = ACCOUNTS) -> None:
    told = [machine()]
    alone = get_context("spawn").Pool(1, maxtasksperchild=1)
    with TemporaryDirectory() as folder, database(Path(folder)) as url, alone as process:
        names = tables(url)
        for night, said in enumerate(("first night", "next night")):
            file = export(Path(folder) / f"{night}.jsonl", accounts, night)
            told.append(f"{said}: {process.apply(bring, (file, url, names))}")
            print(told[-1], flush=True)
    MEASURED.write_text("\n".join(told) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
