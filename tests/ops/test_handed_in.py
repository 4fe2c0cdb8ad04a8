"""What carriers and brands have to deliver somebody reads, and who reads it says so."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from functions.commands.registry import Command, registry
from functions.escalate import account_column
from functions.shared.brand import hours
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account, Unreadable
from functions.shared.carrier.items import Part
from ops import handed_in
from ops.handed_in import Attribute
from tests.asking import CONTENT, NOW, PEOPLE, customer, question
from tests.brands import FACTS
from tests.places import DATA

KEYS = {"account_id", "line_id", "id", "kind"}
ROWS = tomllib.loads((DATA / "replies.toml").read_text(encoding="utf-8"))["rows"]


def every_model() -> Iterator[type[Part]]:
    waiting, found = list(handed_in.models().values()), dict[type[Part], None]()
    while waiting:
        model = waiting.pop()
        found[model] = None
        inner = (handed_in.model_in(field.annotation) for field in model.model_fields.values())
        waiting += [part for part in inner if part]
    yield from found


@pytest.mark.parametrize("model", list(every_model()), ids=lambda model: model.__name__)
def test_what_is_required_is_read_by_somebody(model: type[Part]) -> None:
    required = {name for name, field in model.model_fields.items() if field.is_required()} - KEYS
    read = {name for owner, name in handed_in.readers() if owner == model.__name__}

    assert not required - read


@pytest.mark.parametrize(
    ("reader", "need"), [(reader, need) for reader, said in handed_in.needs().items() for need in sorted({*said})]
)
def test_who_reads_something_names_what_is_there(reader: str, need: str) -> None:
    assert list(handed_in.steps(need)), f"{reader} reads {need}"


# ---- what is read in truth ----


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[Attribute]:
    """The attributes that are read from here on."""
    found: set[Attribute] = set()
    plainly = Part.__getattribute__

    def noted(part: Part, name: str) -> Any:
        if name in type(part).model_fields:
            found.add(("Facts" if isinstance(part, accounts.Facts) else type(part).__name__, name))
        return plainly(part, name)

    monkeypatch.setattr(Part, "__getattribute__", noted)
    return found


def of(reader: str) -> set[Attribute]:
    return {attribute for need in handed_in.needs()[reader] for attribute in handed_in.steps(need)}


PUT_TOGETHER = {
    ("Facts", "account_id"),
    ("Facts", "bills"),
    ("Facts", "lines"),
    ("Line", "line_id"),
    ("Pause", "id"),
    ("Brand", "teams"),
}


def asked(tag: str) -> list[tuple[str, str]]:
    """Return what demo people ask a hashtag, and who."""
    examples = ((example.says, example.by) for example in registry().by_tag[tag].examples)
    return [*examples, *((says, who) for who, says, _, _ in ROWS if says == f"#{tag}")]


def once(account: Account | None) -> Callable[[], Account | None]:
    return lambda: account


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_a_hashtag_reads_nothing_but_what_it_says(command: Command, read: set[Attribute]) -> None:
    every: set[Attribute] = set()
    for says, who in asked(command.tag):
        one = question(says, who)
        ready = replace(one, account=once(one.account()))  # models look at themselves when they are made
        read.clear()
        with suppress(Unreadable):
            command.answer(ready)
        every |= read

    assert every - of(f"#{command.tag}") - of("promises") - of("amounts and times") - PUT_TOGETHER == set()
    assert ("Line", "status") in every or not command.shows_account


def test_the_desk_reads_what_it_says(read: set[Attribute]) -> None:
    for one in PEOPLE.values():
        link, account = customer({**one, "linked": True}).link, accounts.of(accounts.items(one))
        assert link
        assert account
        read.clear()
        account_column.shown_account(account, link, lambda: Catalogue.of(CONTENT).brand, NOW)

        assert read - of("desk") - of("promises") - of("amounts and times") - PUT_TOGETHER == set()


def test_promises_are_made_from_what_they_say(read: set[Attribute]) -> None:
    hours.is_open(NOW, Catalogue.of([FACTS | {"special_hours": [{"on": "2026-11-24", "hours": "10:00-16:00"}]}]).brand)
    hours.is_open(NOW, Catalogue.of([FACTS]).brand)

    assert read == of("promises")
