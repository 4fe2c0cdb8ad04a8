"""#contract and #upgrade: until when, and what it costs before, never by an old figure and never guessed."""

from typing import Any

import pytest

from functions.commands.registry import Escalate
from tests.asking import ask, read, said, with_change
from tests.at_account import with_line

YESTERDAY = "2026-11-23T07:15:00Z"


@pytest.mark.parametrize(
    ("changes", "key", "reads"),
    [
        ({"contract_ends_on": "2026-11-24"}, "contract.running", "your minimum term ends today. Leaving today would"),
        (
            {"leaving_minor": None},
            "contract.running_unpriced",
            "your minimum term ends on Wed 3 Mar 2027. For what leaving before then would cost today, text INFO to"
            " 85075 from that phone, free; it comes in about a minute. #switch says how to leave or move your number.",
        ),
        ({"as_of": YESTERDAY}, "contract.running_unpriced", "your minimum term ends on Wed 3 Mar 2027. For what"),
        (
            {"contract_ends_on": "2026-11-23"},
            "contract.over",
            "your minimum term ended yesterday, so there's no charge for leaving or changing. #switch says",
        ),
    ],
)
def test_a_contract_is_told_as_it_stands(changes: dict[str, Any], key: str, reads: str) -> None:
    one = with_line(**changes)

    assert said(ask("#contract", one)).key == key
    assert read("#contract", one).startswith(f"Hi @linked_customer, {reads}")


def test_which_line_is_meant_is_said_where_there_are_several() -> None:
    assert "your minimum term on the number ending " in read("#contract", "two_lines")


@pytest.mark.parametrize(
    ("changes", "key", "reads"),
    [
        (
            {"upgrade_from": "2026-11-24"},
            "upgrade.now",
            "you can upgrade now, with nothing to pay on your old contract (as of 14:03). #handsets shows phones in",
        ),
        (
            {"upgrade_minor": None},
            "upgrade.later",
            "you can upgrade from Mon 1 Feb 2027 with nothing to pay on your old contract. #handsets shows phones",
        ),
        (
            {"as_of": YESTERDAY},
            "upgrade.later",
            "you can upgrade from Mon 1 Feb 2027 with nothing to pay on your old contract. These are the newest",
        ),
        ({"as_of": "2026-11-01T00:00:00Z"}, "figures.too_old", "I don't have up-to-date figures"),
    ],
)
def test_an_upgrade_is_told_as_it_stands(changes: dict[str, Any], key: str, reads: str) -> None:
    one = with_line(**changes)

    assert said(ask("#upgrade", one)).key == key
    assert read("#upgrade", one).startswith(f"Hi @linked_customer, {reads}")


@pytest.mark.parametrize(("says", "missing"), [("#contract", "contract_ends_on"), ("#upgrade", "upgrade_from")])
def test_what_is_not_known_is_looked_at_by_a_person(says: str, missing: str) -> None:
    answer = ask(says, with_line(**{missing: None}))

    assert isinstance(answer, Escalate)
    assert answer.key == "person.looks"


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        ("#contract", "you pay as you go, so there's no contract and nothing to pay for leaving. #switch says how"),
        (
            "#upgrade",
            "you pay as you go, so there's nothing to wait for: you can take a new phone or plan at any time.",
        ),
    ],
)
def test_who_pays_as_they_go_has_neither(says: str, reads: str) -> None:
    assert reads in read(says, "prepaid")


@pytest.mark.parametrize("says", ["#contract", "#upgrade"])
def test_only_the_holder_reads_it_however_old_the_figures_are(says: str) -> None:
    user = with_change("line_user", "lines.0.as_of", "2026-11-01T00:00:00Z")

    assert said(ask(says, user)).key == "holder.only"


def test_several_are_said_a_line_each() -> None:
    assert read("#contract #upgrade").splitlines()[1:] == [
        "Contract: until Wed 3 Mar 2027",
        "Upgrade: from Mon 1 Feb 2027",
    ]
