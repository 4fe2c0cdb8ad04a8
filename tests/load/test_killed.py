"""A load is killed three times and goes on; then every row is in the table as the file has it."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import batched
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.load import loads
from functions.load.loading import How, load
from functions.load.loads import Load
from functions.load.sources import File
from functions.load.writing import Table
from functions.shared.aws.store import Store, batch_get
from functions.shared.aws.typed import unmarshalled
from functions.shared.carrier import accounts
from ops.place import Place
from tests.at_terminal import place
from tests.places import DOCS

__all__ = ["place"]  # a fixture

SAMPLE: dict[str, Any] = json.loads((DOCS / "samples" / "account.json").read_text())
CHANGED = 100
"""One account in so many is another the next night."""


def document(number: int, night: int) -> dict[str, Any]:
    now = 24 + (night if number % CHANGED == 0 else 0)
    fresh = {"account_id": f"A-{number}", "owed_minor": number, "as_of": f"2026-11-{now}T14:03:00Z"}
    account = SAMPLE["account"] | fresh
    return SAMPLE | {"account": account, "lines": [SAMPLE["lines"][0] | {"number": f"+447700{number:07}"}]}


def export(file: Path, rows: int, night: int) -> Path:
    with file.open("w") as lines:
        lines.writelines(json.dumps(document(number, night)) + "\n" for number in range(rows))
    return file


def bring(where: Place, file: Path) -> Load:
    client = boto3.client("dynamodb", **where.aws)  # type: ignore[call-overload]
    table = Table(client, where.settings["accounts_table"], Store(client, where.settings["service_table"]))
    with file.with_suffix(".rejected").open("w+b") as rejects:
        return load(File(file), table, How(by="test"), rejects)


def killed(where: Place, file: Path) -> int:
    """Load in a process that is killed once some rows more are in the table; return how many are."""
    store = where.store
    before = sum(one.rows for one in loads.newest_loads(store, 1))
    process = get_context("spawn").Process(target=bring, args=(where, file))
    process.start()
    while process.is_alive():
        rows = sum(one.rows for one in loads.newest_loads(store, 1))
        if rows > before:
            break
        time.sleep(0.02)
    process.kill()
    process.join()
    return sum(one.rows for one in loads.newest_loads(store, 1))


def stored(where: Place, rows: int) -> Iterator[tuple[int, accounts.Account | None]]:
    client, table = where.client("dynamodb"), where.settings["accounts_table"]
    parts = [item["part"] for item in accounts.items(document(0, night=0))]
    for numbers in batched(range(rows), 100 // len(parts), strict=False):
        keys = [{"account_id": {"S": f"A-{one}"}, "part": {"S": part}} for one in numbers for part in parts]
        found = defaultdict(list)
        for item in map(unmarshalled, batch_get(client, table, keys)):
            found[item["account_id"]].append(item)
        yield from ((one, accounts.of(found[f"A-{one}"])) for one in numbers)


def counted(where: Place) -> int:
    client, table = where.client("dynamodb"), where.settings["accounts_table"]
    return sum(page["Count"] for page in client.get_paginator("scan").paginate(TableName=table, Select="COUNT"))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(1_000, marks=pytest.mark.proof),
        pytest.param(10_000, marks=pytest.mark.service),
        pytest.param(50_000, marks=pytest.mark.long),
        pytest.param(100_000, marks=pytest.mark.long),
    ],
)
def test_what_was_killed_three_times_is_whole_and_the_next_night_writes_what_changed(
    place: Place, tmp_path: Path, rows: int
) -> None:
    file = export(tmp_path / "accounts.jsonl", rows, night=0)
    came = [killed(place, file) for _ in range(3)]

    last = bring(place, file)

    assert 0 < came[0] < came[1] < came[2] < rows
    assert (last.state, last.rows, last.accounts, last.rejected) == ("done", rows, rows, 0)
    for number, found in stored(place, rows):
        assert found == accounts.of(accounts.items(document(number, night=0)))
    assert counted(place) == 3 * rows

    again = bring(place, export(file, rows, night=1))

    assert (again.written, again.unchanged) == (rows // CHANGED, 3 * rows - rows // CHANGED)
    assert next(stored(place, 1))[1] == accounts.of(accounts.items(document(0, night=1)))
