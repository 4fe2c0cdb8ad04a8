"""The brand's content: one query for each kind, kept a minute; a slip in one item silences nothing else."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import jsonschema  # type: ignore[import-untyped]
import pytest
from moto import mock_aws

from functions.shared.brand.catalogue import MODELS, Catalogue
from functions.shared.brand.hours import check
from functions.shared.carrier.accounts import Unreadable
from local.demo import catalogue
from tests.places import DOCS

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
CONTENT = catalogue(NOW)
SAMPLE = json.loads((DOCS / "samples" / "catalogue.json").read_text(encoding="utf-8"))["items"]


class Table:
    """The catalogue's table, and how often it was asked."""

    def __init__(self) -> None:
        self.queries = 0
        self.table = boto3.resource("dynamodb").create_table(
            TableName="catalogue",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "id")],
            KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        )
        self.client = boto3.client("dynamodb")
        self.client.meta.events.register("before-call.dynamodb.Query", self._asked)

    def _asked(self, **_: Any) -> None:
        self.queries += 1

    def holds(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.table.put_item(Item=item)

    def read(self, now: datetime) -> Catalogue:
        return Catalogue.read(self.client, "catalogue", now)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setattr(Catalogue, "_kept", {})
    with mock_aws():
        yield Table()


def test_content_comes_back_from_the_table(table: Table) -> None:
    table.holds(*CONTENT)

    found = table.read(NOW)

    assert found.brand.lost_phone == "0808 157 0150"
    assert [offer.title for offer in found.offers()] == ["Double data", "Data pack", "Europe pass"]
    assert [phone.name for phone in found.handsets()] == ["Kestrel 9", "Kestrel 9 mini", "Heron Fold"]
    assert len(found.guides()) == 8
    assert {reply.id for reply in found.canned()} == {
        ";hi", ";verify", ";one", ";billok", ";credit", ";call", ";network", ";done"
    }  # fmt: skip
    assert (found.notices(), found.pauses()) == ([], [])


def test_each_kind_is_asked_for_once_a_minute(table: Table) -> None:
    table.holds(*CONTENT)

    for seconds in (0, 30, 59):
        table.read(NOW + timedelta(seconds=seconds)).offers()
        table.read(NOW + timedelta(seconds=seconds)).guides()
    assert table.queries == 2

    table.holds({**CONTENT[1], "title": "New name"})
    assert table.read(NOW + timedelta(seconds=60)).offers()[0].title == "New name"
    assert table.queries == 3


def test_a_clock_that_was_put_back_reads_anew(table: Table) -> None:
    table.read(NOW + timedelta(days=1)).offers()
    table.read(NOW).offers()

    assert table.queries == 2


def test_an_item_that_makes_no_sense_is_left_out_and_logged(logged: Callable[[], list[dict[str, Any]]]) -> None:
    wrong = [{**item, "title": "x" * 41} if item["id"] == "data-pack" else item for item in CONTENT]

    offers = Catalogue.of(wrong).offers()

    assert [offer.id for offer in offers] == ["double-data", "europe-pass"]
    assert [(line["message"], line["kind"]) for line in logged()] == [("a catalogue item makes no sense", "offer")]


def test_a_brand_fact_that_is_missing_is_missed_only_where_it_is_needed() -> None:
    brand = Catalogue.of([{name: fact for name, fact in CONTENT[0].items() if name != "lost_phone"}]).brand

    assert brand.name == "ExampleCare"
    with pytest.raises(Unreadable, match=r"brand.lost_phone"):
        brand.lost_phone  # noqa: B018


def test_without_a_brand_nothing_can_be_said() -> None:
    with pytest.raises(Unreadable, match="the catalogue has no brand facts"):
        Catalogue.of([]).brand  # noqa: B018


def test_promises_can_be_made_from_the_demo_brand() -> None:
    check(Catalogue.of(CONTENT).brand)


def test_attributes_we_do_not_know_are_left_alone() -> None:
    assert len(Catalogue.of([{**item, "colour": "red"} for item in CONTENT]).offers()) == 3


@pytest.mark.parametrize("item", SAMPLE, ids=lambda item: item["kind"])
def test_the_sample_is_what_the_models_accept(item: dict[str, Any]) -> None:
    assert MODELS[item["kind"]].model_validate(item)


def test_the_sample_is_what_the_schema_accepts_and_holds_every_kind() -> None:
    schema = json.loads((DOCS / "schemas" / "catalogue.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(SAMPLE, schema, jsonschema.Draft202012Validator)

    # `tweetserve pause` switches a hashtag off and `tweetserve notice` keeps the list of notices: no file does.
    assert [item["kind"] for item in SAMPLE] == [kind for kind in MODELS if kind not in ("pause", "notices")]
