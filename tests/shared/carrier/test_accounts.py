"""The carrier's data: one query, what is sound is used, what is not is refused when it is asked for."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import boto3
import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from pydantic import ValidationError

from functions.load.checking import document_of, reason
from functions.load.planning import There, plan
from functions.load.reading import Row
from functions.shared.aws.typed import typed
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import PARTS, Account, Document, Unreadable
from ops.schemas import schemas
from tests.asking import with_change
from tests.places import DOCS

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SAMPLE = json.loads((DOCS / "samples" / "account.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((DOCS / "schemas" / "accounts.schema.json").read_text(encoding="utf-8"))

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["data", "used", "limit"]), inner),
    max_leaves=5,
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    with mock_aws():
        table = boto3.resource("dynamodb").create_table(
            TableName="accounts",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("account_id", "part")],
            KeySchema=[
                {"AttributeName": "account_id", "KeyType": "HASH"},
                {"AttributeName": "part", "KeyType": "RANGE"},
            ],
        )
        yield table


def account(path: str = "", value: Any = None) -> Account:
    """Return the first demo customer's account, with one thing changed."""
    found = accounts.of(accounts.items(with_change("linked_customer", path or "note", value)))
    assert found
    return found


# ---- reading ----


def test_an_account_comes_back_from_the_table_as_it_was_imported(table: Any) -> None:
    for item in accounts.items(SAMPLE):
        table.put_item(Item=item)

    found = accounts.read_account(boto3.client("dynamodb"), "accounts", "A-100200")

    assert found == accounts.of(accounts.items(SAMPLE))
    assert found
    assert (found.owed_minor, found.bills[0].due_on, found.lines[0].number) == (
        2345,
        date(2026, 11, 30),
        "+447700900111",
    )
    assert found.lines[0].allowance("data", TODAY) == accounts.Allowance(limit=30_000_000_000, used=17_560_000_000)


def test_an_account_that_is_not_there_is_none(table: Any) -> None:
    assert accounts.read_account(boto3.client("dynamodb"), table.name, "nobody") is None


def test_the_newest_bill_comes_last() -> None:
    bill = SAMPLE["bills"][0]
    older = [{**bill, "issued_on": day} for day in ("2026-10-14", "2026-11-14", "2026-09-14")]

    found = accounts.of(accounts.items({**SAMPLE, "bills": older}))

    assert found
    assert [bill.issued_on.month for bill in found.bills] == [9, 10, 11]


# ---- what is not sound ----


def test_a_line_is_found_by_its_id_or_gone_and_two_of_one_id_make_no_sense() -> None:
    one, twin = account(), accounts.items(SAMPLE)
    twin.append(twin[-1] | {"part": "line#2"})
    twins = accounts.of(twin)

    assert one.line("1") == one.lines[0]
    assert one.line("7") is None
    assert twins
    with pytest.raises(Unreadable, match="two lines have the same line_id"):
        twins.line("1")


def test_items_without_an_account_make_no_sense() -> None:
    with pytest.raises(Unreadable, match="the account item is not there"):
        accounts.of(accounts.items(SAMPLE)[1:])


@pytest.mark.parametrize("bad", [-5, "5", Decimal("1.5"), True, None, [], 10**16])
def test_a_bad_figure_is_refused_and_spoils_no_other(bad: Any) -> None:
    line = account("lines.0.allowances.data.used", bad).lines[0]

    with pytest.raises(Unreadable, match=r"^allowance.used is missing or makes no sense$|allowances.data"):
        line.allowance("data", TODAY).used  # type: ignore[union-attr]  # noqa: B018
    assert line.allowance("minutes", TODAY)


@pytest.mark.parametrize(
    "allowance",
    [{"limit": 0, "used": 0}, {"limit": 5, "unlimited": True, "used": 0}, {"used": 5}, {"unlimited": False, "used": 5}],
)
def test_an_allowance_is_limited_or_unlimited(allowance: dict[str, Any]) -> None:
    line = account("lines.0.allowances.data", allowance).lines[0]

    with pytest.raises(Unreadable):
        line.allowance("data", TODAY)


@pytest.mark.parametrize(
    "when", [{"then": "charged"}, {"then": "charged", "minor": 5, "per": "mile"}, {"then": "explodes"}]
)
def test_what_is_charged_has_a_price(when: dict[str, Any]) -> None:
    line = account("lines.0.when_used_up.data", when).lines[0]

    with pytest.raises(Unreadable):
        line.used_up("data")


@pytest.mark.parametrize("name", ["owed_minor", "next_bill_on", "kind", "status", "extras"])
def test_an_attribute_that_makes_no_sense_is_refused_by_its_name(name: str) -> None:
    found = account(f"account.{name}", "abc")

    with pytest.raises(Unreadable, match=f"^account.{name} is missing or makes no sense$"):
        getattr(found, name)
    assert found.lines[0].role == "holder"


def test_an_optional_attribute_is_none_only_when_it_is_left_out() -> None:
    assert account().bills[-1].paid_on is None
    with pytest.raises(Unreadable):
        account("bills.0.paid_on", "soon").bills[-1].paid_on  # noqa: B018


def test_a_message_names_the_attribute_and_never_its_value() -> None:
    with pytest.raises(Unreadable) as caught:
        account("account.owed_minor", "+447700900111").owed_minor  # noqa: B018

    assert "7700" not in str(caught.value)


@pytest.mark.parametrize("written", [1_764_000_000, "24.11.2026", "2026-11-24T00:00:00", "2026-13-01"])
def test_a_date_is_written_as_one(written: Any) -> None:
    with pytest.raises(Unreadable):
        account("lines.0.resets_on", written).lines[0].resets_on  # noqa: B018


@pytest.mark.parametrize("today", [date(2026, 11, 3), date(2026, 12, 5)])
def test_a_period_holds_today(today: date) -> None:
    with pytest.raises(Unreadable):
        account().lines[0].allowance("data", today)


def test_attributes_we_do_not_know_are_left_alone() -> None:
    assert account("lines.0.colour", "red") == account()
    assert account("lines.0.allowances.roaming", {"used": 1}) == account()


@given(st.sampled_from(["account", "bills.0", "lines.0", "lines.0.allowances", "lines.0.when_used_up"]), st.data())
def test_whatever_a_table_holds_nothing_but_unreadable_is_raised(where: str, data: st.DataObject) -> None:
    there: Any = with_change("linked_customer", "note", None)
    for step in where.split("."):
        there = there[int(step) if step.isdigit() else step]
    name = data.draw(
        st.sampled_from(sorted(there)).filter(lambda name: name not in ("account_id", "line_id", "issued_on"))
    )

    found = account(f"{where}.{name}", data.draw(ANYTHING))

    for part in (found, *found.bills, *found.lines):
        for attribute in type(part).model_fields:
            with suppress(Unreadable):
                getattr(part, attribute)


# ---- importing ----


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("account.owed_minor", None, "a monthly account needs owed_minor"),
        ("account.kind", "prepaid", "a prepaid account needs credit_minor"),
        ("lines.0.as_of", None, "Field required"),
        ("account.colour", "red", "Extra inputs are not permitted"),
        ("account.contact_number", "", "leave out what is not known"),
        ("account.as_of", "2026-11-24T14:03:00+00:00", "write it like 2026-11-24T14:03:00Z"),
        ("bills.0.amount_minor", 20.5, "valid integer"),
        ("lines.0.number", "07700 900111", "match pattern"),
    ],
)
def test_an_import_is_right_in_full(path: str, value: Any, says: str) -> None:
    changed = with_change("linked_customer", path, value)
    document = {name: changed[name] for name in ("account", "bills", "lines")}

    with pytest.raises(ValidationError, match=says):
        Document.model_validate(document)


def test_nothing_is_null() -> None:
    with pytest.raises(ValidationError, match="leave out what is not known"):
        Document.model_validate({**SAMPLE, "account": {**SAMPLE["account"], "owed_minor": None}})


@given(st.sampled_from(["account", "bills.0", "lines.0", "lines.0.allowances.data", "lines.0.when_used_up"]), st.data())
def test_what_is_read_fast_is_what_is_read_in_full(where: str, data: st.DataObject) -> None:
    given = deepcopy(SAMPLE)
    there: Any = given
    for step in where.split("."):
        there = there[int(step) if step.isdigit() else step]
    there[data.draw(st.sampled_from(sorted(there)))] = data.draw(ANYTHING)

    found = document_of(Row(1, json.loads(json.dumps(given, default=float))), NOW)

    if isinstance(found, Document):
        assert found == Document.model_validate(given)
    elif ":" in found:
        with pytest.raises(ValidationError) as refused:
            Document.model_validate(given)
        assert found == reason(refused.value)


# ---- schema, sample, page ----


def test_the_sample_is_what_schema_and_models_accept() -> None:
    jsonschema.validate(SAMPLE, SCHEMA, jsonschema.Draft202012Validator)

    assert Document.model_validate(SAMPLE)


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("account", "owed_minor", None),
        ("account", "contact_number", None),
        ("account", "kind", "prepaid"),
        ("lines", "allowances", {"data": {"limit": 1, "unlimited": True, "used": 0}}),
        ("lines", "when_used_up", {"data": {"then": "charged"}}),
    ],
)
def test_the_schema_refuses_what_the_models_refuse(where: str, name: str, value: Any) -> None:
    wrong = json.loads(json.dumps(SAMPLE))
    (wrong["lines"][0] if where == "lines" else wrong[where])[name] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA, jsonschema.Draft202012Validator)


def test_the_page_on_data_names_every_attribute() -> None:
    page = (DOCS / "data.md").read_text(encoding="utf-8")

    for path in schemas():
        for model, definition in json.loads(path.read_text(encoding="utf-8"))["$defs"].items():
            for name in set(definition.get("properties", ())) - {"kind", "id"}:
                assert name in page, f"{name} of {model}"


class Half:
    """A table that a load is writing: queries meet it in the middle before they meet the end."""

    def __init__(self, *answers: dict[str, dict[str, Any]]) -> None:
        self.answers = list(answers)

    def query(self, **_: Any) -> dict[str, Any]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return {"Items": [typed(item) for item in answer.values()]}


def by_part(document: dict[str, Any], there: There) -> dict[str, dict[str, Any]]:
    planned = plan(Document.model_validate(document), there, NOW)
    return {item["part"]: item for item in planned.puts}


def test_no_answer_mixes_two_loads_wherever_a_query_meets_the_second() -> None:
    first = by_part(SAMPLE, There())
    account = SAMPLE["account"] | {"owed_minor": 9999, "as_of": "2026-11-24T14:10:00Z"}
    line = SAMPLE["lines"][0] | {"plan_name": "40 GB", "as_of": "2026-11-24T14:10:00Z"}
    changed = SAMPLE | {"account": account, "lines": [line]}
    second = first | by_part(changed, There(first["account"][PARTS]))
    whole = [accounts.of(first.values()), accounts.of(second.values())]

    for met in product((first, second), repeat=len(first)):
        half = {part: load[part] for part, load in zip(first, met, strict=True)}
        assert accounts.read_account(Half(half, second), "accounts", "A-100200") in whole
    with pytest.raises(Unreadable):
        accounts.read_account(Half({"account": first["account"], "line#1": second["line#1"]}), "accounts", "A-100200")
