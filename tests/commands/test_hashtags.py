"""What runs over all hashtags: the demo people's questions, examples, several in one DM, and whose a word is."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest

from functions.commands.decide import nobody
from functions.commands.incoming import Heard
from functions.commands.registry import Command, Example, Registry, TakenTwice, registry
from functions.shared.wording import rules
from functions.shared.wording.stop_words import plain_stop, stop_tag
from tests.asking import decided, question, read, with_change
from tests.places import DATA

ROWS = tomllib.loads((DATA / "replies.toml").read_text(encoding="utf-8"))["rows"]
EXAMPLES = [(command, example) for command in registry().commands for example in command.examples]


# ---- what the demo people read ----


@pytest.mark.parametrize(("who", "says", "key", "reads"), ROWS)
def test_a_demo_customer_reads_what_is_promised(who: str, says: str, key: str, reads: str) -> None:
    decision = decided(says, who)

    assert decision.say
    assert (decision.say.key, decision.say.text) == (key, reads)


def test_who_comes_back_after_a_stop_is_answered_again() -> None:
    text = read("#data", "stopped_customer", stopped_by=None)

    assert text == (
        "Hi @stopped_customer, you have 2.9 GB of your 5 GB of data left (as of 14:03). It renews on Fri 4 Dec: about"
        " 299 MB a day until then. #text and #minutes show the rest."
    )


@pytest.mark.parametrize(
    ("command", "example"), EXAMPLES, ids=[f"{command.tag}-{example.by}" for command, example in EXAMPLES]
)
def test_each_example_gets_the_answer_it_names(command: Command, example: Example) -> None:
    result = command.answer(question(example.says, example.by))

    assert result.key == example.key


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_each_hashtag_has_a_help_line_and_examples(command: Command) -> None:
    assert command.help
    assert command.help[0].islower()
    assert command.examples


# ---- several in one DM ----


def test_figures_of_two_ages_each_carry_their_own() -> None:
    text = read("#charges #data", with_change("prepaid", "account.as_of", "2026-11-24T09:00:00Z"))

    assert text == (
        "Hi @prepaid, here you are:\nCredit: £7.40 (as of 09:00)\nData: 8.2 GB of 10 GB left (as of 14:03)\n"
        "Ends on Fri 4 Dec."
    )


def test_a_stranger_is_asked_for_a_link_once() -> None:
    assert read("#data #minutes", "new_customer") == read("#data", "new_customer")


def test_what_does_not_fit_into_one_dm_is_asked_for_again() -> None:
    text = read("#ios #android #windows #data")

    assert text.endswith("For the rest, please send one hashtag at a time.")
    assert len(text) <= 500


def test_old_figures_are_said_to_be_old_beside_others_too() -> None:
    text = read("#data #minutes", "old_figures")

    assert text.endswith(
        "As of 07:15 yesterday; both renew on Fri 4 Dec.\n"
        "These are the newest figures I have; later use doesn't show yet."
    )


# ---- whose is a word ----


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"tag": "data"}, "#data belongs to #data; choose another word for #data"),
        ({"aliases": ("gb",)}, "#gb belongs to #data; choose another word for #parcel"),
        ({"words": ("gigs",)}, "gigs belongs to #data; choose another word for #parcel"),
        ({"aliases": ("gigs",)}, "#gigs belongs to #data; choose another word for #parcel"),
        ({"tag": "leave"}, "#leave belongs to the rule order in routing.toml; choose another word for #leave"),
        (
            {"aliases": ("stolen",)},
            "#stolen belongs to the rule line_block in routing.toml; choose another",
        ),
        ({"words": ("suicidal",)}, "suicidal belongs to the rule care_now in routing.toml; choose another word for"),
        ({"words": ("today",)}, "today belongs to the filler in routing.toml; choose another word for #parcel"),
    ],
)
def test_a_command_may_not_claim_what_is_anothers(claims: dict[str, Any], says: str) -> None:
    data = registry().by_tag["data"]
    parcel = replace(data, tag="parcel", aliases=(), words=())

    with pytest.raises(TakenTwice, match=says):
        Registry((data, replace(parcel, **claims)))


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_each_word_of_a_hashtag_leads_to_it(command: Command) -> None:
    says = [f"#{tag}" for tag in (command.tag, *command.aliases)] + list(command.words)

    assert {said: heard(said) for said in says} == dict.fromkeys(says, command.tag)


def heard(says: str) -> str:
    """Return the tag of the one command that a message leads to."""
    if stop_tag(says) or plain_stop(says, unless=rules.urgent):
        return "stop"
    found = Heard(question(says), "7KD2MX", lambda _: 0, nobody)
    assert not rules.urgent(found.read.words, [tag for tag in found.read.tags if tag not in registry().by_tag])
    return " ".join(command.tag for command in found.commands)
