"""A new hashtag is one new file, with a field of the account that it alone reads; all else that knows it is written."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

import functions.commands.hashtags as package
from functions.commands.registry import Registry, TakenTwice, registry
from functions.load import reading
from functions.load.checking import document_of
from functions.load.planning import items_of
from functions.load.reading import Row
from functions.shared.carrier import accounts, declared
from functions.shared.carrier.declared import Field
from ops import handed_in
from ops.schemas import DATA, DOCS, README, commands, written
from tests.asking import ask, read, with_change

PARCEL = """
from functions.commands import gate
from functions.commands.registry import Command, Example, Field, Text
from functions.shared.wording.saying import on_day

ON = Field("parcel_on", "day", "the day on which a parcel comes")
COMES = Text("parcel.comes", "{hi}your parcel comes {when}.", needs=("account.parcel_on",))
NONE = Text("parcel.none", "{hi}no parcel is on its way to you.", needs=("account.parcel_on",))

def say(figures):
    on = figures.account.own(ON)
    return COMES.reply(when=on_day(on, figures.today, figures.brand)) if on else NONE.reply()

command = Command(
    tag="parcel",
    help="when it comes",
    answer=gate.from_account("parcel", say, dated=lambda _: None),
    examples=(Example("#parcel", "parcel.none"), Example("#parcel", "link.first", by="new_customer")),
    home="sales",
    menu=(4, 5),
    texts=(COMES, NONE, *gate.FIGURES),
    fields=(ON,),
    shows_account=True,
)
"""
SAMPLE = json.loads((DOCS / "samples" / "account.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "parcel.py").write_text(PARCEL)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.setattr(declared, "LIST", tmp_path / "declared.json")
    known = (registry, declared.listed, reading._schema)
    for cached in known:
        cached.cache_clear()
    listed = next(text for path, text in written().items() if path.name == "declared.json")
    declared.LIST.write_text(listed)
    yield
    for cached in known:
        cached.cache_clear()
    sys.modules.pop(f"{package.__name__}.parcel", None)
    vars(package).pop("parcel", None)


def delivered(value: Any) -> dict[str, Any]:
    return {**SAMPLE, "account": {**SAMPLE["account"], "parcel_on": value}}


def test_it_answers_from_its_own_field() -> None:
    assert read("#parcel", with_change("linked_customer", "account.parcel_on", "2026-11-25")) == (
        "Hi @linked_customer, your parcel comes tomorrow."
    )
    assert read("#parcel") == "Hi @linked_customer, no parcel is on its way to you."


def test_its_field_that_makes_no_sense_goes_to_people_and_spoils_no_other() -> None:
    odd = with_change("linked_customer", "account.parcel_on", "soon")

    with pytest.raises(accounts.Unreadable, match=r"account\.parcel_on makes no sense"):
        ask("#parcel", odd)
    assert ask("#charges", odd).key == "charges.bill"


def test_its_examples_get_the_answers_they_name() -> None:
    for example in registry().by_tag["parcel"].examples:
        assert ask(example.says, example.by).key == example.key


def test_the_menu_and_the_readme_list_it() -> None:
    assert "#order #contract #upgrade #parcel - how yours stand" in read("#help")
    assert "| `#parcel` | when it comes |\n" in commands()
    assert commands() in written()[README]


def test_the_schema_and_the_page_on_data_say_who_reads_its_field() -> None:
    facts = json.loads(written()[DOCS / "schemas" / "accounts.schema.json"])["$defs"]["Facts"]

    assert facts["properties"]["parcel_on"]["usedBy"] == ["#parcel"]
    assert "parcel_on" not in facts["required"]
    assert "| | `parcel_on` | optional: the day on which a parcel comes | #parcel |\n| `bill#…`" in written()[DATA]
    assert all(list(handed_in.steps(need)) for need in handed_in.needs()["#parcel"])


def test_the_carrier_may_deliver_its_field_but_no_nonsense_in_it() -> None:
    schema = json.loads(written()[DOCS / "schemas" / "accounts.schema.json"])
    jsonschema.validate(delivered("2026-11-25"), schema, jsonschema.Draft202012Validator)

    document = document_of(Row(1, delivered("2026-11-25")), NOW)
    refused = document_of(Row(1, delivered("soon")), NOW)

    assert isinstance(document, accounts.Document)
    assert items_of(document)[0]["parcel_on"] == "2026-11-25"
    assert "parcel_on" in str(refused)
    assert reading._is_known("account.parcel_on")


@pytest.mark.parametrize("name", ["kind", "lines", "parcel_on"])
def test_a_field_that_is_there_already_is_nobodys_to_declare(name: str) -> None:
    from dataclasses import replace

    data, parcel = registry().by_tag["data"], registry().by_tag["parcel"]
    claims = replace(data, fields=(Field(name, "name", "another"),))

    with pytest.raises(TakenTwice, match=rf"account\.{name} is there already"):
        Registry((claims, parcel))
