"""What the service asks of DynamoDB and SQS, asked of our models and of the engines: all have to say the same."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws import queues, settings
from functions.shared.aws.rows import BUDGET
from functions.shared.aws.store import Cancelled, Item, Put, Store, Update, Write, stamp
from functions.shared.aws.stored import fields_of
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.conversation.tickets import TeamLines
from functions.shared.delivery import budget
from functions.shared.delivery.budget import Budget
from functions.shared.x import arrivals
from functions.shared.x.dms import Blocked, Limits, Outcome, Sent, Unknown
from functions.shared.x.messages import Ticket
from infra.layout import TABLES, Queue
from local import resources
from tests.engines import Database, aws_at, database
from tests.proof import dynamo as model
from tests.proof import world
from tests.proof.queues import Fifo, Sqs
from tests.proof.worlds import WORLDS, run

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
NO_MINISTACK = ("model", pytest.param("dynamodb_local", marks=pytest.mark.service))
EVERY = ("model", "ministack", pytest.param("dynamodb_local", marks=pytest.mark.service))


@pytest.fixture
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    if request.param == "model":
        yield Database("model", model.Dynamo(*TABLES), {table.name: table.name for table in TABLES})
        return
    url = request.getfixturevalue("engine" if request.param == "ministack" else "dynamodb_local").url
    with aws_at(url, monkeypatch):
        yield database(request.param, url)


@pytest.fixture
def store(tables: Database) -> Store:
    return tables.store


on_each = pytest.mark.parametrize("tables", EVERY, indirect=True)
where_refused = pytest.mark.parametrize("tables", NO_MINISTACK, indirect=True)
"""ministack takes what DynamoDB refuses here."""


def put(sk: str, expected: int | None = None, **more: Any) -> Put:
    return Put({"pk": "p", "sk": sk, "version": 1} | more, expected)


def stands_in_the_way(store: Store, write: Write) -> set[str]:
    try:
        store.commit([write])
    except Cancelled as cancelled:
        return set(cancelled.by)
    return set()


def refusal(do: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as refused:
        do()
    return str(refused.value.response["Error"]["Code"])


# ---- one item ----


@on_each
def test_what_is_written_is_read_again(store: Store) -> None:
    item = {
        "pk": "p",
        "sk": "a",
        "text": "£5 – ‘fine’ 😀",
        "empty": "",
        "count": 10**18,
        "yes": True,
        "list": ["a", {"b": 1}],
        "none": [],
    }

    store.commit([Put(item)])

    assert store.get("p", "a") == item
    assert store.get("p", "b") is None


@on_each
@pytest.mark.parametrize(
    ("there", "expected", "written"),
    [
        (None, None, True),
        (None, 0, True),
        (None, 1, False),
        (1, None, True),
        (1, 0, False),
        (1, 1, True),
        (1, 2, False),
    ],
)
def test_an_item_is_written_where_its_version_is_expected(
    store: Store, there: int | None, expected: int | None, written: bool
) -> None:
    if there:
        store.commit([put("a", version=there)])

    stood = stands_in_the_way(store, put("a", expected, version=9))

    assert stood == (set() if written else {"a"})
    stored = store.get("p", "a")
    assert (stored["version"] if stored else None) == (9 if written else there)


# ---- transactions ----


@on_each
def test_a_transaction_says_which_writes_stood_in_its_way_and_writes_nothing(tables: Database) -> None:
    store = tables.store
    store.commit([put("there")])
    writes: list[Write] = [
        put("there", 0),
        put("new"),
        Update("p", "gone", "SET a = :a", "a > :a", {"a": 1}),
        put("other", 0),
    ]
    requests = [write.request(tables.names["service"], NOW) for write in writes]

    with pytest.raises(ClientError) as refused:
        tables.client.transact_write_items(TransactItems=requests)
    with pytest.raises(Cancelled) as cancelled:
        store.commit(writes)

    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    reasons: Any = refused.value.response
    codes = [reason["Code"] for reason in reasons["CancellationReasons"]]
    assert codes == ["ConditionalCheckFailed", "None", "ConditionalCheckFailed", "None"]
    assert cancelled.value.by == {"there", "gone"}
    assert [item["sk"] for item in store.query("p")] == ["there"]


@on_each
def test_one_item_may_not_be_written_twice_in_a_transaction(store: Store) -> None:
    assert refusal(lambda: store.commit([put("a"), put("a")])) == "ValidationException"
    update = Update("p", "b", "SET a = :a", "attribute_not_exists(a)", {"a": 1})
    assert refusal(lambda: store.commit([put("b"), update])) == "ValidationException"
    assert store.query("p") == []


@on_each
def test_a_transaction_has_a_hundred_writes_at_most(store: Store) -> None:
    hundred = [put(f"{number:03}") for number in range(100)]

    assert refusal(lambda: store.commit([*hundred, put("one more")])) == "ValidationException"
    store.commit(hundred)

    assert len(store.query("p")) == 100


# ---- updates ----


@on_each
@pytest.mark.parametrize(
    ("row", "condition", "holds"),
    [
        ({}, "n > :n", False),
        ({}, "n = :n", False),
        ({}, "attribute_not_exists(n)", True),
        ({}, "(attribute_not_exists(n) OR n = :n)", True),
        ({}, "attribute_not_exists(n) OR n < :n", True),
        ({"n": 5}, "n > :n", False),
        ({"n": 6}, "n > :n", True),
        ({"n": 5}, "n = :n", True),
        ({"n": "5"}, "n = :n", False),
        ({"n": 6}, "attribute_not_exists(n)", False),
        ({"n": 6}, "(attribute_not_exists(n) OR n = :n)", False),
        ({"n": 5}, "(attribute_not_exists(n) OR n = :n)", True),
        ({"n": 4}, "attribute_not_exists(n) OR n < :n", True),
        ({"n": 5}, "attribute_not_exists(n) OR n < :n", False),
        ({"n": 6, "m": 5}, "n > :n AND m = :n", True),
        ({"n": 6}, "n > :n AND m = :n", False),
        ({"m": 5}, "m = :n AND (attribute_not_exists(n) OR n = :n)", True),
    ],
)
def test_a_condition_holds_or_not(store: Store, row: Item, condition: str, holds: bool) -> None:
    if row:
        store.commit([Put({"pk": "p", "sk": "a"} | row)])
    values = {"n": 5, "done": True} if ":n" in condition else {"done": True}

    written = store.update(Update("p", "a", "SET done = :done", condition, values))

    assert written is holds
    assert (store.get("p", "a") or {}) == (
        {"pk": "p", "sk": "a"} | row | ({"done": True} if holds else {}) if row or holds else {}
    )


@on_each
def test_figures_are_counted_and_attributes_removed(store: Store) -> None:
    store.commit([Put({"pk": "p", "sk": "a", "left": 5, "late": 0, "why": "402", "gone": 1})])
    change = "SET #left = #left - :one, late = late + :one, #new = :one REMOVE #why, #gone, #never"
    names = ("left", "new", "why", "gone", "never")

    store.update(Update("p", "a", change, "#left > :one", {"one": 1}, names))

    assert store.get("p", "a") == {"pk": "p", "sk": "a", "left": 4, "late": 1, "new": 1}


@on_each
def test_what_is_not_there_cannot_be_counted(store: Store) -> None:
    counting = Update("p", "a", "SET n = n - :one", "attribute_not_exists(n)", {"one": 1})

    assert refusal(lambda: store.update(counting)) == "ValidationException"


@where_refused
@pytest.mark.parametrize("given", [{"values": {"one": 1, "two": 2}}, {"names": ("m",)}])
def test_a_value_or_name_that_is_not_used_is_refused(store: Store, given: Any) -> None:
    update = replace(Update("p", "a", "SET n = :one", "attribute_not_exists(n)", {"one": 1}), **given)

    assert refusal(lambda: store.update(update)) == "ValidationException"


@where_refused
def test_one_attribute_is_not_set_twice(store: Store) -> None:
    twice = Update("p", "a", "SET n = :one, n = :one", "attribute_not_exists(n)", {"one": 1})

    assert refusal(lambda: store.update(twice)) == "ValidationException"


# ---- reading many ----


@on_each
def test_items_come_in_the_order_asked_without_those_that_are_not_there(store: Store) -> None:
    for hundred in (range(100), range(100, 130)):
        store.commit([put(f"{number:03}") for number in hundred])
    asked = [("p", f"{number:03}") for number in reversed(range(140))]

    found = store.get_all(asked)

    assert [item["sk"] for item in found] == [f"{number:03}" for number in reversed(range(130))]
    assert store.get_all([]) == []


@on_each
def test_an_item_may_not_be_asked_for_twice(store: Store) -> None:
    assert refusal(lambda: store.get_all([("p", "a"), ("p", "a")])) == "ValidationException"


@on_each
def test_a_partition_is_read_to_its_end_in_either_order_or_to_a_limit(store: Store) -> None:
    large = "x" * 40_000  # DynamoDB's page is a megabyte
    for number in range(60):
        store.commit([put(f"entry#{number:02}", text=large)])
    store.commit([put("case"), put("entrz"), Put({"pk": "q", "sk": "entry#99"})])
    names = [f"entry#{number:02}" for number in range(60)]

    def asked(prefix: str, **how: Any) -> list[str]:
        return [item["sk"] for item in store.query("p", prefix, **how)]

    assert asked("entry#") == names
    assert asked("") == ["case", *names, "entrz"]
    assert asked("entry#", newest_first=True) == names[::-1]
    assert asked("entry#", limit=40) == names[:40]
    assert asked("entry#", newest_first=True, limit=2) == ["entry#59", "entry#58"]
    assert asked("entry#", limit=60) == names
    assert asked("nothing") == []
    assert [item["sk"] for item in store.newest("p", "entry#")] == names[::-1]
    assert [item["sk"] for item in store.newest("p", "entry#", "entry#41")] == names[41::-1]
    assert [item["sk"] for item in store.newest("p", "entry#", "entry#")] == []


@on_each
def test_an_item_of_a_time_is_deleted_unless_its_key_was_given_anew(store: Store) -> None:
    store.commit([put("same", at="now"), put("anew", at="later")])

    for sk in ("same", "anew", "gone"):
        store.delete_of("p", sk, "now")

    assert [row["sk"] for row in store.query("p")] == ["anew"]


# ---- what expires ----


@on_each
def test_a_row_whose_time_is_over_is_not_there_to_be_read_until_it_is_deleted(tables: Database) -> None:
    store = Store(tables.client, tables.names["service"], lambda: NOW)
    seconds = int(NOW.timestamp())
    store.commit([put("a", expires_at=seconds), put("b", expires_at=seconds + 1), put("c"), put("d", expires_at=1)])

    assert [store.get("p", sk) is None for sk in "abcd"] == [True, False, False, True]
    assert [row["sk"] for row in store.get_all([("p", sk) for sk in "abcd"])] == ["b", "c"]
    assert [row["sk"] for row in store.query("p")] == ["b", "c"]
    assert [row["sk"] for row in store.query("p", limit=1)] == ["b"]
    assert [row["sk"] for row in store.query("p", newest_first=True, limit=2)] == ["c", "b"]
    assert [row["sk"] for row in store.query("p", even_expired=True)] == ["a", "b", "c", "d"]


@on_each
def test_a_new_row_takes_the_place_of_one_whose_time_is_over(tables: Database) -> None:
    store = Store(tables.client, tables.names["service"], lambda: NOW)
    seconds = int(NOW.timestamp())
    store.commit([put("over", expires_at=seconds), put("there", expires_at=seconds + 1)])

    stood = [stands_in_the_way(store, put(sk, 0, expires_at=seconds + 60)) for sk in ("over", "there")]

    assert stood == [set(), {"there"}]
    assert store.get("p", "over") == put("over", expires_at=seconds + 60).item


# ---- indexes ----


def case(number: int, due: int, **more: Any) -> Put:
    row = {"pk": f"case#{number}", "sk": "case", "line": "billing", "due_at": stamp(NOW + timedelta(minutes=due))}
    return Put(row | {"text": "not in the index"} | more)


@on_each
def test_a_line_has_the_keys_of_its_cases_earliest_due_first(store: Store) -> None:
    store.commit([case(1, 30), case(2, 10), case(3, 20), case(4, 5, line="sales")])

    line = store.line("billing", 10)

    assert [row["pk"] for row in line] == ["case#2", "case#3", "case#1"]
    assert set(line[0]) == {"pk", "sk", "line", "due_at"}
    assert [row["pk"] for row in store.line("billing", 2)] == ["case#2", "case#3"]
    assert (store.waiting("billing"), store.waiting("general")) == (3, 0)
    assert store.waiting("billing", until=NOW + timedelta(minutes=20)) == 2


@on_each
def test_a_case_leaves_the_line_with_its_attribute_and_moves_with_its_time(store: Store) -> None:
    store.commit([case(1, 10), case(2, 20), case(3, 30)])

    taken = case(1, 10).item
    del taken["line"]
    store.commit([Put(taken), case(3, 5)])

    assert [row["pk"] for row in store.line("billing", 10)] == ["case#3", "case#2"]


@on_each
def test_a_long_line_is_counted_to_its_end(store: Store) -> None:
    for start in range(0, 200, 100):
        store.commit([case(start + number, number) for number in range(100)])

    assert store.waiting("billing") == 200
    assert store.waiting("billing", up_to=150) == 150
    assert store.waiting("billing", up_to=500) == 200
    assert len(store.line("billing", 150)) == 150


@on_each
def test_what_is_due_comes_oldest_first_up_to_now(store: Store) -> None:
    def row(name: str, seconds: int, clock: str = "settle") -> Put:
        return Put(
            {
                "pk": f"customer#{name}",
                "sk": "reply",
                "clock": clock,
                "look_at": stamp(NOW + timedelta(seconds=seconds)),
            }
        )

    store.commit(
        [row("now", 0), row("before", -1), row("after", 1), row("long ago", -99999), row("other", -1, "cases")]
    )

    due = store.due("settle", NOW, 50)

    assert [item["pk"] for item in due] == ["customer#long ago", "customer#before", "customer#now"]
    assert [item["pk"] for item in store.due("settle", NOW, 1)] == ["customer#long ago"]
    assert set(due[0]) == {"pk", "sk", "clock", "look_at"}


# ---- the budget and the newest arrival: every change that can be made of them ----

SECONDS = int(NOW.timestamp())
STATES = [
    Budget(),
    Budget(left=9, ends=SECONDS + 600),
    Budget(left=1, ends=SECONDS + 600),
    Budget(left=9, ends=SECONDS + 5, late=2),
    Budget(left=9, ends=SECONDS - 5, late=2),
    Budget(left=9, ends=SECONDS + 600, day_left=20, day_ends=SECONDS + 9000),
    Budget(ends=SECONDS - 5, day_left=20, day_ends=SECONDS + 9000),
    Budget(left=9, ends=SECONDS + 600, blocked="402", probe_at=SECONDS - 1),
    Budget(ends=SECONDS - 5, day_left=20, day_ends=SECONDS + 9000, blocked="402", probe_at=SECONDS - 1),
]


def stored(store: Store, state: Budget) -> Budget:
    """Put a budget's row there, the first one excepted: no row is how everything begins."""
    if state != Budget():
        store.commit([Put(BUDGET.row(fields_of(state)))])
    return state


@on_each
@pytest.mark.parametrize("state", STATES, ids=range(len(STATES)))
def test_budget_is_taken_as_often_as_there_is_room(store: Store, state: Budget) -> None:
    stored(store, state)
    taken = 0

    while (now := budget.load(store)) and taken < 20 and (take := budget.take(now, "answer", NOW)):
        store.commit([take])
        taken += 1

    assert taken == state.room("answer", NOW)
    assert budget.load(store).room("answer", NOW) == 0


@on_each
@pytest.mark.parametrize("state", STATES, ids=range(len(STATES)))
def test_whoever_takes_budget_that_has_gone_meanwhile_gets_none(store: Store, state: Budget) -> None:
    stored(store, state)
    take = budget.take(state, "staff", NOW)
    assert take

    stood = set[str]()
    while not stood:
        stood = stands_in_the_way(store, take)

    assert stood == {"dms"}
    assert budget.load(store).left >= 0


@on_each
@pytest.mark.parametrize(
    ("state", "limits"),
    list(product(STATES, [Limits(15, 3, SECONDS + 700), Limits(15, 3, SECONDS + 700, 100, SECONDS + 8000)])),
)
def test_headers_are_taken_over_and_the_breaker_fed(store: Store, state: Budget, limits: Limits) -> None:
    stored(store, state)

    sent = Sent("1", limits)
    budget.heard(store, sent, NOW, NOW)

    assert replace(budget.load(store), table=None) == budget.fed(budget.learnt(state, sent, NOW, NOW), sent, NOW)


@on_each
def test_the_breaker_and_the_mark_are_written_and_taken_back(store: Store) -> None:
    def after(*outcomes: Outcome) -> tuple[str | None, int]:
        for outcome in outcomes:
            budget.heard(store, outcome, NOW, NOW)
        found = budget.load(store)
        return found.blocked, found.unknowns

    assert after(Unknown("time-out")) == (None, 1)
    assert after(*[Unknown("time-out")] * 4) == ("unknown", 5)
    assert after(Sent("1")) == (None, 0)
    assert after(Blocked("402")) == ("402", 0)
    assert after(Sent("1")) == (None, 0)
    budget.mark_waiting(store, True)
    assert budget.load(store).waiting
    budget.mark_waiting(store, False)
    assert not budget.load(store).waiting


@on_each
def test_only_a_newer_arrival_is_noted(store: Store) -> None:
    for minutes in (0, 1, -1):
        arrivals.note(store, NOW + timedelta(minutes=minutes), NOW)

    assert arrivals.newest_arrival(store) == NOW + timedelta(minutes=1)


# ---- the carrier's and the brand's tables ----


@on_each
def test_accounts_and_catalogue_are_read(tables: Database) -> None:
    account = {"account_id": "1", "kind": "monthly", "status": "active", "as_of": "2026-11-24T14:03:00Z"}
    rows: dict[str, list[Item]] = {
        "accounts": [
            account
            | {
                "part": "account",
                "owed_minor": 5,
                "extra_charges_minor": 0,
                "extras": [],
                "next_bill_on": "2026-12-14",
            },
            {"account_id": "1", "part": "line#1", "line_id": "1", "number": "+447700900111", "status": "active"},
        ],
        "catalogue": [
            {"kind": "pause", "id": "#data", "say": "soon"},
            {"kind": "pause", "id": "#text", "say": "soon"},
            {"kind": "brand", "id": "facts", "name": "ExampleCare"},
        ],
    }
    for table, items in rows.items():
        for item in items:
            typed = Put(item).request(table, NOW)["Put"]["Item"]
            tables.client.put_item(TableName=tables.names[table], Item=typed)
    number = {":number": {"S": "+447700900111"}}
    name = {"#number": "number"}

    found = tables.client.query(
        TableName=tables.names["accounts"],
        KeyConditionExpression="account_id = :account_id",
        ExpressionAttributeValues={":account_id": {"S": "1"}},
    )
    by_number = tables.client.query(
        TableName=tables.names["accounts"],
        IndexName="by_number",
        KeyConditionExpression="#number = :number",
        ExpressionAttributeNames=name,
        ExpressionAttributeValues=number,
    )
    catalogue = Catalogue.read(tables.client, tables.names["catalogue"], NOW)
    pauses = catalogue._items("pause")

    assert [item["part"]["S"] for item in found["Items"]] == ["account", "line#1"]
    assert [item["account_id"]["S"] for item in by_number["Items"]] == ["1"]
    assert set(by_number["Items"][0]) == {"account_id", "part", "number"}
    assert [item["id"] for item in pauses] == ["#data", "#text"]
    assert catalogue._items("notice") == []
    assert accounts.read_account(tables.client, tables.names["accounts"], "nobody") is None


# ---- whole conversations ----


class Recording(model.Dynamo):
    """Keeps what was asked of it and what it said."""

    said: ClassVar[list[tuple[str, Item, Any]]] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return partial(_recorded, name, found) if name in OPERATIONS else found


OPERATIONS = ("get_item", "batch_get_item", "update_item", "delete_item", "transact_write_items", "query")


def _recorded(operation: str, call: Callable[..., Item], **request: Any) -> Item:
    try:
        answer = call(**request)
    except ClientError as error:
        Recording.said.append((operation, request, error))
        raise
    Recording.said.append((operation, request, answer))
    return answer


AT_ONCE = ("answer and stop", "erased", "everything", "stolen")
"""The worlds that everybody's tests ask of an engine; the marker `proof` has the others."""
MINUTE_LONG = "slow X"
"""It asks thousands of times what "a hundred waiting" asks as well."""


def _marks(name: str) -> list[pytest.MarkDecorator]:
    if name in AT_ONCE:
        return []
    return [pytest.mark.long if name == MINUTE_LONG else pytest.mark.proof]


@pytest.mark.parametrize("tables", EVERY[1:], indirect=True)
@pytest.mark.parametrize(
    ("name", "paused"),
    [
        *(pytest.param(name, None, marks=_marks(name)) for name in WORLDS),
        *(("everything", at) for at in (1, 4, 9)),
    ],
)
def test_all_that_a_world_asks_is_answered_alike(
    tables: Database, name: str, paused: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a function is paused before a transaction, others write first and its conditions fail."""
    transactions = [at for at, (sort, _) in enumerate(run(name, {}).points) if sort == "transaction"]
    monkeypatch.setattr(model, "PAGE", 1_000)  # its own pages are small on purpose; an engine cuts at a megabyte
    monkeypatch.setattr(world, "Dynamo", Recording)
    monkeypatch.setattr(Recording, "said", [])
    run(name, {} if paused is None else {transactions[paused]: world.Fault.PAUSE})

    cursors: dict[str, Any] = {}
    for number, (operation, request, answer) in enumerate(Recording.said):
        asked = _renamed(request, tables.names)
        start = asked.get("ExclusiveStartKey")
        if start:
            asked["ExclusiveStartKey"] = cursors[repr(start)]
        try:
            real = getattr(tables.client, operation)(**asked)
        except ClientError as error:
            real = error

        if asked.get("ExclusiveStartKey") == start:  # else one of the same time may have been on the page before
            assert _essence(real, asked) == _essence(answer, asked), f"{operation} {number} of '{name}'"
        if isinstance(answer, dict) and (end := answer.get("LastEvaluatedKey")):
            cursors[repr(end)] = real.get("LastEvaluatedKey")
    assert Recording.said


def _renamed(request: Any, names: dict[str, str]) -> Any:
    """Ask for the tables of this test, which stand beside `TableName` or as a key."""
    match request:
        case {"TableName": name, **rest}:
            return {"TableName": names[name], **_renamed(rest, names)}
        case dict():
            return {names.get(key, key): _renamed(value, names) for key, value in request.items()}
        case list():
            return [_renamed(value, names) for value in request]
    return request


def _essence(answer: Any, asked: Mapping[str, Any]) -> Any:
    """What counts in an answer. DynamoDB gives a batch, and what has the same time in an index, in any order.

    So where a page begins or ends between items of one time, any of them may stand on it, and each engine goes on from
    where its own page ended.
    """
    if isinstance(answer, ClientError):
        response: Any = answer.response
        reasons = response.get("CancellationReasons", [])
        return response["Error"]["Code"], [reason["Code"] for reason in reasons]
    if "Responses" in answer:
        [items] = answer["Responses"].values()
        return sorted(items, key=lambda item: repr(sorted(item.items())))
    items = answer.get("Items")
    if "IndexName" not in asked or not items:
        return answer.get("Item"), items, answer.get("Count")
    clock = "look_at" if "look_at" in items[0] else "due_at"
    cut = [key[clock] for key in (asked.get("ExclusiveStartKey"), answer.get("LastEvaluatedKey")) if key]
    whole = sorted((item for item in items if item[clock] not in cut), key=lambda item: repr(sorted(item.items())))
    return whole, [item[clock] for item in items], answer.get("Count")


# ---- queues ----

NORMALLY = 30


@dataclass(frozen=True)
class Waiting:
    """Queues, and a way to let time pass: a clock of their own, or ours."""

    client: Any
    make: Callable[[int, int], tuple[str, str]]
    """Of a visibility time-out and a number of receives: the URLs of a new queue and of its dead letters."""
    later: Callable[[int], object]

    def queue(self, visibility: int = NORMALLY) -> str:
        return self.make(visibility, 100)[0]

    def take(self, url: str) -> tuple[str, str] | None:
        """Receive one message: its text and its receipt."""
        answer = self.client.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=0)
        messages = answer.get("Messages", [])
        return (json.loads(messages[0]["Body"])["text"], messages[0]["ReceiptHandle"]) if messages else None

    def taken(self, url: str) -> tuple[str, str]:
        found = self.take(url)
        assert found
        return found

    def drain(self, url: str) -> list[str]:
        """Receive and delete until nothing comes."""
        texts = []
        while found := self.take(url):
            texts.append(found[0])
            self.client.delete_message(QueueUrl=url, ReceiptHandle=found[1])
        return texts

    def send(self, url: str, text: str, group: str = "A", again: str | None = None) -> None:
        queues.send(self.client, url, {"text": text}, group=group, deduplication_id=again or text)


@pytest.fixture
def sqs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    if request.param == "model":
        yield _modelled()
        return
    with aws_at(request.getfixturevalue("engine").url, monkeypatch):

        def make(visibility: int, receives: int) -> tuple[str, str]:
            name = uuid4().hex
            dead, arn = resources.create_queue(f"dead-{name}", {})
            layout = Queue(name, visibility, receives, dead)
            return resources.create_queue(name, resources.attributes(layout, arn))[0], dead

        yield Waiting(settings.client("sqs"), make, time.sleep)


def _modelled() -> Waiting:
    now = [NOW]
    fifos: dict[str, Fifo] = {}

    def make(visibility: int, receives: int) -> tuple[str, str]:
        dead = Fifo(timedelta(seconds=NORMALLY), 100)
        fifos.update(q=Fifo(timedelta(seconds=visibility), receives, dead), dead=dead)
        return "q", "dead"

    def later(seconds: int) -> None:
        now[0] += timedelta(seconds=seconds)

    return Waiting(Sqs(fifos, lambda: now[0]), make, later)


on_both = pytest.mark.parametrize("sqs", ["model", "ministack"], indirect=True)


@on_both
def test_messages_of_a_group_come_in_their_order(sqs: Waiting) -> None:
    url = sqs.queue()
    for text in ("1", "2", "3"):
        sqs.send(url, text)

    assert sqs.drain(url) == ["1", "2", "3"]


@on_both
def test_a_message_that_is_held_holds_up_its_group_and_no_other(sqs: Waiting) -> None:
    url = sqs.queue()
    for text, group in (("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B")):
        sqs.send(url, text, group)

    first = sqs.taken(url)
    others = [sqs.take(url), sqs.take(url)]
    sqs.client.delete_message(QueueUrl=url, ReceiptHandle=first[1])

    assert first[0] == "a1"
    assert [found and found[0] for found in others] == ["b1", None]
    assert sqs.drain(url) == ["a2"]


@on_both
def test_a_message_that_is_not_deleted_comes_again_before_what_is_behind_it(sqs: Waiting) -> None:
    url = sqs.queue(visibility=1)
    sqs.send(url, "1")
    sqs.send(url, "2")

    taken = sqs.taken(url)
    sqs.later(2)

    assert [taken[0], *sqs.drain(url)] == ["1", "1", "2"]


@on_both
def test_a_message_given_back_comes_again_at_once(sqs: Waiting) -> None:
    url = sqs.queue()
    sqs.send(url, "1")
    sqs.send(url, "2")

    taken = sqs.taken(url)
    sqs.client.change_message_visibility(QueueUrl=url, ReceiptHandle=taken[1], VisibilityTimeout=0)

    assert sqs.drain(url) == ["1", "2"]


@on_both
def test_a_message_is_held_as_long_as_it_was_said_last(sqs: Waiting) -> None:
    url = sqs.queue(visibility=1)
    sqs.send(url, "1")

    taken = sqs.taken(url)
    sqs.client.change_message_visibility(QueueUrl=url, ReceiptHandle=taken[1], VisibilityTimeout=NORMALLY)
    sqs.later(2)

    assert sqs.take(url) is None


@on_both
def test_the_same_id_is_dropped_for_five_minutes_even_after_the_message_is_deleted(sqs: Waiting) -> None:
    url = sqs.queue()
    sqs.send(url, "1")
    sqs.send(url, "the same", again="1")
    first = sqs.drain(url)

    sqs.send(url, "the same again", again="1")
    sqs.send(url, "of another group", "B", again="1")
    sqs.send(url, "new")

    assert [*first, *sqs.drain(url)] == ["1", "new"]


@pytest.mark.parametrize("sqs", ["model"], indirect=True)
def test_after_five_minutes_the_same_id_is_another_message(sqs: Waiting) -> None:
    url = sqs.queue()
    sqs.send(url, "1")
    sqs.later(299)
    sqs.send(url, "too early", again="1")
    sqs.later(1)

    sqs.send(url, "later", again="1")

    assert sqs.drain(url) == ["1", "later"]


@on_both
def test_what_fails_too_often_goes_to_the_dead_letters_and_the_rest_goes_on(sqs: Waiting) -> None:
    url, dead = sqs.make(NORMALLY, 2)
    sqs.send(url, "1")
    sqs.send(url, "2")

    for _ in range(2):
        receipt = sqs.taken(url)[1]
        sqs.client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)

    assert sqs.drain(url) == ["2"]
    assert sqs.drain(dead) == ["1"]


@on_both
def test_a_message_says_how_often_it_came_and_of_whom_it_is(sqs: Waiting) -> None:
    url = sqs.queue()
    sqs.send(url, "1", "customer")
    receipt = sqs.taken(url)[1]
    sqs.client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)

    [again] = sqs.client.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]

    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["Attributes"]["MessageGroupId"] == "customer"
    assert again["Attributes"]["SentTimestamp"].isdecimal()


@on_both
def test_any_text_travels(sqs: Waiting) -> None:
    url = sqs.queue()
    text = "£5 \x00 \ud800 \uffff \N{GRINNING FACE} " + "x" * 10_000

    queues.send(sqs.client, url, {"text": text}, group="A", deduplication_id="1")

    assert sqs.drain(url) == [text]


@on_both
def test_tickets_are_taken_given_back_and_spent(sqs: Waiting) -> None:
    url = sqs.queue()
    line = TeamLines(sqs.client, {"billing": url})
    for case_id in ("ABC", "DEF"):
        ticket = Ticket(case=case_id, team="billing", reason="bill", fence=0, at=NOW)
        queues.send(sqs.client, url, ticket.model_dump(mode="json"), group=case_id, deduplication_id=f"{case_id}-0")

    taken = line.take_ticket("billing")
    assert taken
    line.spend("billing")
    line.done(taken)

    assert taken.case == "ABC"
    assert line.take_ticket("billing") is None
