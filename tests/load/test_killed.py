"""A load is killed three times and goes on; then every row is in the table as the file has it."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.load import loads
from functions.load.loading import How, load
from functions.load.loads import Load
from functions.load.planning import mark
from functions.load.sources import File
from functions.load.writing import QUICK, Table
from functions.shared.aws.store import Store
from functions.shared.aws.typed import typed
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import MARK, PARTS
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
    client = boto3.client("dynamodb", config=QUICK, **where.aws)  # type: ignore[call-overload]
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


def stored(where: Place) -> Iterator[dict[str, Any]]:
    """Read all that is in the table, as DynamoDB writes it."""
    client, table = where.client("dynamodb"), where.settings["accounts_table"]
    for page in client.get_paginator("scan").paginate(TableName=table):
        yield from page["Items"]


def is_as_handed_in(item: dict[str, Any]) -> bool:
    """Whether an item is what the first night's file has said, and its mark too."""
    return item == first_night(item["account_id"]["S"]).get(item["part"]["S"])


@lru_cache(maxsize=1_000)
def first_night(account_id: str) -> dict[str, dict[str, Any]]:
    items = accounts.items(document(int(account_id.removeprefix("A-")), night=0))
    marks = {item["part"]: mark(item) for item in items}
    account, *others = items
    return {
        item["part"]: typed(item)
        for item in (account | {PARTS: marks}, *(other | {MARK: marks[other["part"]]} for other in others))
    }


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(50_000, marks=pytest.mark.proof),
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
    right = Counter(item["account_id"]["S"] for item in stored(place) if is_as_handed_in(item))
    assert right == {f"A-{number}": 3 for number in range(rows)}

    again = bring(place, export(file, rows, night=1))

    assert (again.written, again.unchanged) == (rows // CHANGED, 3 * rows - rows // CHANGED)
    account = accounts.read_account(place.client("dynamodb"), place.settings["accounts_table"], "A-0")
    assert account == accounts.of(accounts.items(document(0, night=1)))
    # At its end the engine saves what it holds.
    place.client("dynamodb").delete_table(TableName=place.settings["accounts_table"])
