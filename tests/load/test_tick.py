"""What is put into the drop is loaded, however long it takes, and what becomes of it can be heard and looked up."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.load import loads, tick
from functions.load.tick import Drop, report
from functions.load.writing import Table
from functions.shared.aws import clock, telemetry
from functions.shared.aws.settings import client
from functions.shared.carrier import accounts
from infra.layout import FUNCTIONS
from ops.place import Place
from tests.at_terminal import place
from tests.buckets import bucket, s3
from tests.load.rows import document
from tests.ringing import rung

__all__ = ["bucket", "place", "s3"]  # fixtures

type Logged = Callable[[], list[dict[str, Any]]]

LATER = timedelta(minutes=10)


@pytest.fixture
def drop(place: Place, s3: Any, bucket: str) -> Drop:
    return Drop(s3, bucket, Table(client("dynamodb"), place.settings["accounts_table"], place.store))


def put(drop: Drop, key: str, *documents: Any) -> None:
    text = "".join(json.dumps(one) + "\n" for one in documents)
    drop.client.put_object(Bucket=drop.bucket, Key=key, Body=text.encode())


def there(drop: Drop) -> set[str]:
    return {one["Key"] for one in drop.client.list_objects_v2(Bucket=drop.bucket).get("Contents", [])}


def has(drop: Drop, number: int) -> bool:
    return accounts.read_account(drop.table.client, drop.table.name, f"A-{number}") is not None


def test_what_is_put_into_the_drop_is_loaded_once_and_moves(drop: Drop, logged: Logged) -> None:
    put(drop, "delta/a.jsonl", document(1), {}, document(2))

    drop.tick(clock.now() + LATER)
    drop.tick(clock.now() + LATER)

    assert there(drop) == {"loaded/delta/a.jsonl", "rejected/delta/a.jsonl.jsonl"}
    assert has(drop, 2)
    [came] = loads.newest_loads(drop.table.store, 5)
    assert (came.state, came.rows, came.rejected, came.full, came.by) == ("done", 3, 1, False, "drop")
    assert rung("load-failed", logged) is None


def test_what_is_put_where_whole_exports_belong_ends_what_it_lacks(drop: Drop) -> None:
    put(drop, "a", *map(document, range(1, 31)))
    drop.tick(clock.now() + LATER)
    put(drop, "full/b", *map(document, range(1, 30)))

    drop.tick(clock.now() + LATER)

    assert there(drop) == {"loaded/a", "loaded/full/b"}
    assert not has(drop, 30)
    assert has(drop, 29)


def test_what_cannot_be_loaded_is_heard_and_put_aside_and_the_next_one_comes_in(drop: Drop, logged: Logged) -> None:
    drop.client.put_object(Bucket=drop.bucket, Key="delta/bad", Body=b"<html>Please sign in</html>")
    put(drop, "delta/good", document(1))

    drop.tick(clock.now() + LATER)

    assert there(drop) == {"refused/delta/bad", "loaded/delta/good"}
    assert rung("load-failed", logged) == 1
    assert has(drop, 1)
    [refused] = [one for one in loads.newest_loads(drop.table.store, 5) if one.why]
    assert refused.why.startswith("bad has no columns like account.account_id")


def test_an_old_file_is_loaded_and_heard(drop: Drop, logged: Logged) -> None:
    put(drop, "today", document(1, as_of="2026-11-24T15:00:00Z"))
    drop.tick(clock.now() + LATER)
    assert rung("load-failed", logged) is None
    put(drop, "yesterday", document(1))

    drop.tick(clock.now() + LATER)

    assert rung("load-failed", logged) == 1


def test_a_load_that_is_larger_than_a_call_goes_on_where_it_stopped(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{} if number % 100 == 99 else document(number) for number in range(800)]
    put(drop, "large", *rows)
    at = clock.now()

    def passes() -> datetime:
        nonlocal at
        at += timedelta(seconds=1)
        return at

    monkeypatch.setattr(clock, "now", passes)
    calls = 0
    while "loaded/large" not in there(drop):
        calls += 1
        drop.tick(at + timedelta(seconds=300))

    assert calls > 1
    [came] = loads.newest_loads(drop.table.store, 5)
    assert (came.state, came.rows, came.rejected, came.written) == ("done", 800, 8, 3 * 792)
    rejects = drop.client.get_object(Bucket=drop.bucket, Key="rejected/large.jsonl")["Body"].read().splitlines()
    assert [json.loads(one)["row"] for one in rejects] == list(range(100, 801, 100))


def test_while_somebody_loads_by_hand_the_drop_waits(drop: Drop, logged: Logged) -> None:
    put(drop, "a", document(1))
    other = loads.Holder("elsewhere", 1)
    loads.take_lease(drop.table.store, other, clock.now())

    drop.tick(clock.now() + LATER)
    assert there(drop) == {"a"}
    assert rung("load-failed", logged) is None

    loads.give_back(drop.table.store, other)
    drop.tick(clock.now() + LATER)
    assert there(drop) == {"loaded/a"}


def test_a_call_stops_before_its_function_does() -> None:
    [function] = [one for one in FUNCTIONS if one.module == tick.__name__]

    assert timedelta(seconds=function.timeout) == tick.CALL_TAKES > tick.TAKES


def loaded(drop: Drop, as_of: str, ended_at: datetime) -> None:
    at = f"{ended_at:%Y-%m-%dT%H:%M:%SZ}"
    came = loads.Load(at, "export", "drop", state="done", newest=as_of, figures=2, ended_at=at)
    loads.save(drop.table.store, came, ended_at)


@pytest.mark.parametrize(
    ("hours", "old", "missing"), [(None, None, None), (1, None, None), (25, 1, None), (27, 1, 27 * 3600)]
)
def test_old_data_and_a_load_that_did_not_come_are_heard_but_not_before_the_first(
    drop: Drop, logged: Logged, hours: int | None, old: float | None, missing: float | None
) -> None:
    now = clock.now().replace(microsecond=0)
    if hours is not None:
        at = now - timedelta(hours=hours)
        loaded(drop, f"{at:%Y-%m-%dT%H:%M:%SZ}", at)

    report(drop.table.store, now)

    telemetry.publish()
    lines = logged()
    assert rung("old-account-data", lambda: lines) == old
    assert rung("load-missing", lambda: lines) == missing
