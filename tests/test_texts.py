"""The editor's rules for the texts that belong to no hashtag."""

import re

import pytest

from functions.commands import texts
from functions.commands.phrasing import assemble
from functions.commands.registry import Reply, registry
from functions.commands.rules import routing, rules
from functions.shared.cases import TEAM_NAMES

LONGEST = 280
HANDLE = "fifteen_letters"
FORBIDDEN = {
    "null", "none", "nan", "undefined", "utc", "error", "exception", "lease", "fence", "queue", "dlq", "token", "retry"
}  # fmt: skip
TEAM = max(TEAM_NAMES.values(), key=len)
VALUES = {
    "brand": "ExampleCare",
    "case": "7KD-2MX",
    "team": TEAM,
    "Team": TEAM.capitalize(),
    "eta": "by 10:00 on Mon 30 Nov",
    "choices": "#handsets or #charges",
    "care_phone": "0306 999 0150",
    "lost_phone": "0808 157 0150",
    "abroad_phone": "+44 306 999 0150",
    "adr_scheme": "the Communications Ombudsman",
}
TO_COME = {"delete"}  # erasing is a hashtag still to be written
URGENT = VALUES | {"eta": "in about 55 minutes"}  # day and night: never as far away as Monday
KINDS_OF_THE_URGENT = {rule.kind for rule in rules() if rule.team == "urgent"} | {"urgent"}


def longest(key: str) -> str:
    kind = key.removeprefix("ack.").removesuffix(".unstaffed")
    values = URGENT if kind in KINDS_OF_THE_URGENT else VALUES
    return assemble([texts.reply(key, **values)], handle=HANDLE)


@pytest.mark.parametrize("key", texts.texts())
def test_a_text_is_short_enough_with_the_longest_values(key: str) -> None:
    assert len(longest(key)) <= LONGEST


@pytest.mark.parametrize("key", texts.texts())
def test_a_text_greets_the_customer_by_handle(key: str) -> None:
    assert longest(key).startswith(f"Hi @{HANDLE}, ")
    assert "{" not in longest(key)


@pytest.mark.parametrize("key", texts.texts())
def test_a_text_has_at_most_three_hashtags_and_each_exists(key: str) -> None:
    tags = re.findall(r"#(\w+)", longest(key))

    assert len(tags) <= 3
    assert set(tags) <= registry().by_tag.keys() | TO_COME


@pytest.mark.parametrize("key", texts.texts())
def test_a_text_speaks_to_a_customer(key: str) -> None:
    said = longest(key)

    assert not FORBIDDEN & set(re.findall(r"[a-z]+", said.lower()))
    assert not re.search(r"\d{4}-\d\d-\d\d|£\d+\.\d(?!\d)|!|http", said)


def test_each_kind_of_urgent_question_has_words_of_its_own() -> None:
    assert {f"ack.{kind}" for kind in KINDS_OF_THE_URGENT} <= texts.texts().keys()


def test_no_words_for_a_kind_that_no_rule_finds() -> None:
    kinds = {rule.kind for rule in rules()} | {"urgent"}

    assert set(routing()["ack"]) <= kinds


@pytest.mark.parametrize("kind", sorted(KINDS_OF_THE_URGENT))
def test_nobody_is_said_to_be_reading_when_nobody_is(kind: str) -> None:
    key = texts.acknowledgement(kind, is_open=True, staffed=False)

    assert key
    assert "is reading" not in longest(key)


@pytest.mark.parametrize("kind", ["care_now", "quiet_contact"])
def test_two_kinds_of_words_name_no_case_and_no_hashtag(kind: str) -> None:
    for key in texts.texts():
        if key.startswith(f"ack.{kind}"):
            assert "{case}" not in texts.texts()[key]
            assert "#" not in texts.texts()[key]


def test_what_stands_beside_an_answer_is_one_sentence() -> None:
    beside = texts.TOO.format(**VALUES)

    assert assemble([Reply("x", "{hi}x", "y")], handle=None, too=beside) == f"Hi, x {beside}"


def test_the_privacy_notice_is_the_only_link() -> None:
    assert "{privacy_url}" in texts.FIRST_CONTACT
