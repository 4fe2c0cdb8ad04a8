"""What people really write, by kinds, on both sides of each: it comes to a place that is right."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.commands.decide import decide
from functions.commands.decisions import Decision, Join, Open
from functions.commands.registry import Command
from functions.shared.conversation.cases import Case
from ops.ask import row
from tests.asking import NOW, decided, item, question, read
from tests.beside import SAID, count, reading
from tests.brands import FACTS
from tests.places import DATA

HEARD: list[dict[str, Any]] = tomllib.loads((DATA / "heard.toml").read_text(encoding="utf-8"))["kind"]


def became(says: str) -> str:
    """Say what becomes of a message, as heard.toml writes it."""
    told = row(says, decided(says))
    match told["outcome"]:
        case "urgent":
            return f"urgent:{told['kind']}"
        case "case":
            return f"case:{told['team']}/{told['kind']}"
        case "answer+case":
            return f"answer+{told['team']}:{told['kind']}"
        case "answer":
            return f"answer:{' '.join(f'#{tag}' for tag in told['tags']) or told['key']}"
    return str(told["outcome"])


@pytest.mark.parametrize("kind", HEARD, ids=lambda kind: kind["name"])
def test_each_sentence_of_a_kind_comes_to_a_place_that_is_right(kind: dict[str, Any]) -> None:
    heard = {says: became(says) for says in kind["says"]}

    assert {says: place for says, place in heard.items() if not place.startswith(tuple(kind["want"]))} == {}


def test_no_sentence_stands_in_two_kinds() -> None:
    every = [says for kind in HEARD for says in kind["says"]]

    assert {says for says in every if every.count(says) > 1} == set()


# ---- what they read ----

CASE = Case("7KD2MX", "2000000000000000002", "billing", "bill", NOW, NOW + timedelta(hours=1), state="NEW")


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        (
            "been on hold for an hour",
            "sorry you can't get through. You don't need to keep holding: you're in the line here now, and our"
            " care team will reply by 15:15. Your case is 7KD-2MX. Tell me in a sentence what it's about, so"
            " nobody asks you twice.",
        ),
        (
            "on hold for an hour about my bill",
            "sorry you can't get through. You don't need to keep holding: I've passed what you wrote to our"
            " billing team, and a person will reply here by 15:15. Your case is 7KD-2MX.",
        ),
        (
            "I have a PAC from my old network",
            "with your PAC you're nearly there. Type the PAC into our app under Move my number, and your number"
            " moves by the end of the next working day. Please don't send the code in this chat. I've also"
            " passed what you wrote to our care team: a person will reply here by 15:15 (case 7KD-2MX).",
        ),
        (
            "I'm joining you from another network, can I keep my number",
            "to bring your number, text PAC to 65075 from that phone, free. Type the PAC into our app under"
            " Move my number, and it moves by the end of the next working day. Please don't send the code in"
            " this chat. Rather do it with a person? Reply #human.",
        ),
        (
            "asked for my PAC on Monday and nothing came",
            "sorry your number hasn't moved as it should. Keep both SIMs until it's done. Our care team will"
            " find out where it's stuck and reply here by 15:15. Your case is 7KD-2MX. Nobody asked for this"
            " move? Send #urgent.",
        ),
    ],
)
def test_what_they_read(says: str, reads: str) -> None:
    assert read(says) == f"Hi @linked_customer, {reads}"


def with_case(says: str) -> Decision:
    """Decide about a message of a customer whose case is open."""
    asked = question(says, case=CASE)
    asked = replace(asked, customer=replace(asked.customer, case=CASE.id))
    return decide(asked, case_id="8KD2MX", waiting=lambda _: 0)


def test_words_beside_a_hashtag_are_added_to_the_open_case_and_that_is_said() -> None:
    decision = with_case("#data it was much more yesterday??")

    assert isinstance(decision.case, Join)
    assert decision.say
    assert decision.say.text.endswith(" I've added what you wrote to your case 7KD-2MX; the people on it will see it.")


def test_a_question_beside_a_hashtag_is_nothing_for_the_open_case() -> None:
    decision = with_case("#data how much is left until the weekend please mate")

    assert decision.case is None
    assert decision.say
    assert "added" not in decision.say.text


@pytest.mark.parametrize(
    ("staffed", "reads"),
    [(True, "A person is reading this now and replies here, in writing, in"), (False, "A person will read this in")],
)
def test_who_cannot_speak_or_hear_reads_how_to_call_for_help_in_writing(staffed: bool, reads: str) -> None:
    says = "my charger is smoking and I'm deaf"

    decision = decide(question(says), case_id="7KD2MX", waiting=lambda _: 0, staffed=lambda _: staffed)

    assert decision.say
    assert "text 999 if you've registered for it, or use 999 BSL or the Relay UK app." in decision.say.text
    assert reads in decision.say.text


def test_a_brand_that_names_no_way_in_writing_says_the_usual_words() -> None:
    facts = {name: fact for name, fact in FACTS["emergency"].items() if name != "in_writing"}

    says = read("my charger is smoking and I'm deaf", content=item("brand", emergency=facts))

    assert "call 999 from any phone that works" in says


def test_what_is_urgent_in_another_language_hurries_and_locks_nothing() -> None:
    decision = decided("me han robado el móvil")

    assert isinstance(decision.case, Open)
    assert decision.case.team == "urgent"
    assert decision.customer.locked_by is None


@pytest.mark.parametrize("says", ["me han robado el móvil", "basta"])
def test_a_language_that_a_brand_does_not_name_is_not_heard(says: str) -> None:
    decision = decided(says, content=item("brand", languages=["de"]))

    assert isinstance(decision.case, Open)
    assert decision.case.team == "general"


def test_several_questions_are_answered_and_passed_on_in_one_dm() -> None:
    says = read("how much data is left and when does my contract finish")

    assert says.startswith("Hi @linked_customer, you have 12.4 GB of your 30 GB of data left")
    assert says.endswith(
        " I've also passed what you wrote to our sales team: a person will reply here by 15:15 (case 7KD-2MX)."
    )


@pytest.mark.parametrize(
    "says",
    [
        "a" * 10_000,
        "fury! " * 1_600,
        "wtf " * 2_500,
        "🛑" * 5_000,
        "дata数据 " * 300,
        "how much data? what's my bill? any offers? " * 10,
        "#" + "unsubstop" * 500,
        "stop, " * 2_000 + "wrong number",
        "thanks " * 2_000,
    ],
    ids=lambda says: says[:20],
)
def test_whatever_is_sent_is_decided(says: str) -> None:
    assert became(says)


# ---- beside a hashtag ----


@pytest.mark.parametrize("command", reading(), ids=lambda command: command.tag)
def test_trouble_beside_a_hashtag_reaches_a_person_and_a_question_needs_none(command: Command) -> None:
    found = count(command, len(SAID["harmless"]))

    assert (found.swallowed, found.needless) == ([], [])
