"""What is missing or contradictory in a brand is said before a customer meets it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.shared.brand.catalogue import Brand
from functions.shared.conversation.cases import TEAMS
from ops import facts
from ops.brand import faults
from ops.main import app
from tests.brands import AMERICAN, BRANDS, FACTS, UK, US

EVERY = sorted(folder for folder in BRANDS.iterdir() if folder.is_dir())
NOT_NEEDED = {"handle", "minor_sign", "holidays", "special_hours", "bank_phone", "emergency.also", "emergency.silent"}
NOT_NEEDED |= {
    "teams",
    "notice_period",
    "unlock_how",
    "postcode",
    "example_postcode",
    "places",
    "languages",
    "emergency.in_writing",
    "calls",
    *(f"calls.per_slot.{team}" for team in TEAMS),
    "credit",
    *(f"credit.{role}" for role in ("agent", "supervisor")),
}


@pytest.mark.parametrize("folder", EVERY, ids=lambda folder: folder.name)
def test_nothing_is_wrong_with_our_own_brands(folder: Path) -> None:
    assert list(faults(folder)) == []


def each_fact(brand: dict[str, Any], above: str = "") -> list[str]:
    names = [name for name in brand if name not in ("kind", "id")]
    groups = [name for name in names if isinstance(brand[name], dict) and name != "places"]
    inner = [below for name in groups for below in each_fact(brand[name], f"{above}{name}.")]
    return [f"{above}{name}" for name in names] + inner


def without(brand: dict[str, Any], fact: str) -> dict[str, Any]:
    first, _, rest = fact.partition(".")
    kept = {name: value for name, value in brand.items() if name != first}
    return kept | {first: without(brand[first], rest)} if rest else kept


@pytest.mark.parametrize("fact", each_fact(FACTS))
def test_a_fact_that_is_missing_is_named(fact: str) -> None:
    said = [] if fact in NOT_NEEDED else [f"The fact {fact} is missing."]

    assert facts.faults(without(FACTS, fact)) == said


def test_what_may_be_left_out_is_what_the_model_says() -> None:
    optional = {name for name, field in Brand.model_fields.items() if not field.is_required()}

    assert {name for name in NOT_NEEDED if "." not in name} == optional


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"country": "ZZ"}, 'The country "ZZ" has no phone numbers that are known'),
        ({"country": "gb"}, "The fact country"),
        ({"currency": "XYZ"}, 'There is no currency "XYZ"'),
        ({"currency": "USD"}, "The currency USD is not one of GB, which has GBP."),
        ({"currency": "JPY"}, "JPY has no minor units, so minor_sign can follow none: leave it out."),
        ({"timezone": "Europe/Atlantis"}, 'There is no time zone "Europe/Atlantis"'),
        ({"timezone": "../London"}, 'There is no time zone "../London"'),
        ({"timezone": "America/New_York"}, "The time zone America/New_York is in US, the country is GB."),
        ({"holidays": "US"}, "The holidays are those of US, the country is GB."),
        ({"postcode": "["}, "The fact postcode is no pattern"),
        ({"postcode": "LS6"}, "The fact postcode needs one group, the first half of a postcode"),
        ({"places": {"Leeds": ["LS LS0X"]}}, '"LS0X", where Leeds is, is no first half of a postcode.'),
        ({"hours": "always"}, "No time can be promised: write opening hours like"),
        ({"special_hours": [{"on": "2026-12-24", "hours": "16:00-10:00"}]}, "No time can be promised: opening hours"),
        ({"special_hours": [{"on": "Christmas"}]}, "The fact special_hours.0.on"),
        ({"care_phone": "call us"}, "care_phone is no phone number of GB"),
        ({"abroad_phone": "0306 999 0150"}, "abroad_phone begins with no +"),
        ({"abroad_phone": "+1 212 555 0150"}, "abroad_phone is no phone number of GB"),
        ({"example_number": "a number"}, "example_number is no mobile number of GB"),
        ({"emergency": FACTS["emergency"] | {"number": "911"}}, "911 is no emergency number of GB."),
        ({"number_move": "to keep your number, " + "go on " * 40}, "The text answer.switch would have"),
        ({"words": FACTS["words"] | {"regulator": []}}, "The fact words.regulator"),
        ({"words": FACTS["words"] | {"move_code": ["P.A.C."]}}, "The fact words.move_code"),
        ({"words": FACTS["words"] | {"move_code": ["data"]}}, "The word data of words.move_code belongs to #data."),
        ({"teams": {"devices": "our " * 10}}, "The fact teams.devices"),
        ({"teams": {"night": "our night team"}}, "The fact teams.night"),
        ({"clock": "13h"}, "The fact clock is none of '12h' or '24h'."),
        ({"shoe_size": "44"}, "The fact shoe_size is no attribute."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_fact_that_cannot_be_is_said_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    found = facts.faults(FACTS | changes)

    assert any(sentence.startswith(said) for sentence in found), found


@pytest.mark.parametrize(
    "units", [("JP", "JPY", "Asia/Tokyo"), ("KW", "KWD", "Asia/Kuwait")], ids=lambda units: units[1]
)
def test_a_currency_may_have_no_minor_units_or_three(units: tuple[str, str, str]) -> None:
    country, currency, timezone = units
    brand = without(FACTS, "minor_sign") | {"country": country, "currency": currency, "timezone": timezone}

    assert not [sentence for sentence in facts.faults(brand) if currency in sentence]


# ---- a folder ----


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(UK, tmp_path / "mine"))


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("")
    (folder / "words.toml").symlink_to(tmp_path / "elsewhere.toml")

    assert list(faults(folder)) == ["words.toml is a link out of the folder."]


@pytest.mark.parametrize("name", ["facts.toml", "content.toml", "people.json"])
def test_a_file_that_is_missing_or_cannot_be_read_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text("[")
    assert [sentence.partition(":")[0] for sentence in faults(folder)] == [f"{name} cannot be read"]

    (folder / name).unlink()
    assert list(faults(folder)) == [f"The file {name} is missing."]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("facts.toml", r"The number \+447700900111 of linked_customer is none of US\."),
        ("content.toml", r"The offer double-data says \$, and the brand's currency is GBP\."),
        ("people.json", r"The number \+12125550111 of linked_customer is none of GB\."),
    ],
)
def test_two_brands_that_are_mixed_up_are_told_apart(folder: Path, name: str, said: str) -> None:
    shutil.copy(US / name, folder / name)

    assert any(re.fullmatch(said, sentence) for sentence in faults(folder))


def test_facts_of_two_countries_are_told_apart() -> None:
    assert facts.faults(AMERICAN | {"country": "GB"}) != []


# ---- at a terminal ----


def checked(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["brand", "check", str(folder), *options])


def test_the_command_says_it_and_fails(folder: Path) -> None:
    (folder / "people.json").unlink()

    assert checked(UK).exit_code == 0
    found = checked(folder)
    assert (found.exit_code, found.output) == (1, "The file people.json is missing.\n")
    told = checked(folder, "--json")
    assert json.loads(told.stdout) == {"faults": ["The file people.json is missing."]}
