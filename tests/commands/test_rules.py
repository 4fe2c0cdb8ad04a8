"""The rules and the stop words against every sentence that has to come out right."""

import tomllib
from itertools import combinations

import pytest

from functions.commands.rules import filler, look_first, match, rules, trouble, urgent
from functions.shared.wording.phrases import phrases
from functions.shared.wording.stop_words import beside_stop, plain_start, plain_stop, stop_tag
from tests.places import DATA

SENTENCES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
STOPS = tomllib.loads((DATA / "stops.toml").read_text(encoding="utf-8"))
KINDS = [*SENTENCES["examples"], *SENTENCES["near_misses"], *SENTENCES["plainly_urgent"]]


@pytest.mark.parametrize(("text", "goes_to", "kind"), KINDS)
def test_a_sentence_comes_out_as_stated(text: str, goes_to: str, kind: str) -> None:
    found = match(text)

    assert (found.outcome or found.team, found.kind) == (goes_to, kind)


@pytest.mark.parametrize(("text", "goes_to"), SENTENCES["hard"])
def test_a_hard_sentence_comes_out_as_stated(text: str, goes_to: str) -> None:
    found = match(text)

    assert (found.outcome or found.team) == goes_to


@pytest.mark.parametrize("text", [row[0] for row in KINDS + SENTENCES["hard"]])
def test_no_such_sentence_is_taken_for_a_stop(text: str) -> None:
    assert plain_stop(text, unless=urgent) is None


@pytest.mark.parametrize("text", STOPS["stops"])
def test_plain_words_stop(text: str) -> None:
    assert plain_stop(text, unless=urgent)


@pytest.mark.parametrize("text", STOPS["tags"])
def test_a_hashtag_stops_however_it_is_written(text: str) -> None:
    assert stop_tag(text)


@pytest.mark.parametrize("text", STOPS["goes_on"])
def test_other_words_do_not_stop(text: str) -> None:
    assert plain_stop(text, unless=urgent) is None
    assert stop_tag(text) is None


def test_the_tables_of_stops_stay_on_their_side() -> None:
    for one, other in combinations(STOPS.values(), 2):
        assert not set(one) & set(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#stop", ""),
        ("#ѕtop messaging mе", ""),
        ("please #stop this", ""),
        ("#stop #data", ""),
        ("#stop charging me twice", "charging me twice"),
        ("#stop my phone was stolen", "my phone was stolen"),
    ],
)
def test_what_people_have_to_read_beside_a_stop(text: str, words: str) -> None:
    assert " ".join(beside_stop(text, filler())) == words


def test_start_alone_asks_for_the_helper_back() -> None:
    assert plain_start("START")
    assert not plain_start("when does my contract start")


def test_every_rule_and_phrase_was_read() -> None:
    assert len(rules()) == 29
    assert sum(len(rule.phrases) for rule in rules()) == 415


def test_a_hashtag_of_a_rule_is_enough() -> None:
    assert match("#simswap").kind == "account_guard"
    assert match("help", ["stolen"]).kind == "line_block"


@pytest.mark.parametrize(
    ("phrase", "text", "is_in"),
    [
        ("lost my phone", "i lost my phone", True),
        ("lost my phone", "lost the phone", False),
        ("lost ~ phone", "lost phone", True),
        ("lost ~ phone", "lost my old blue phone", True),
        ("lost ~ phone", "lost my very old blue phone", False),
        ("lost/stolen sim", "stolen sim", True),
        ("phone* & lost", "lost both phones", True),
        ("phone* & lost", "lost", False),
        ("call ~", "call", True),
    ],
)
def test_the_grammar_of_a_phrase(phrase: str, text: str, *, is_in: bool) -> None:
    words = text.split()

    assert phrases([phrase])[0].is_in(words, frozenset(words)) is is_in


def test_only_the_rules_of_the_urgent_team_are_urgent() -> None:
    assert urgent(["my", "bill", "is", "wrong"]) is None
    assert urgent(["my", "sim", "was", "stolen"]) is not None


def test_words_of_trouble_and_words_to_look_at_first() -> None:
    assert trouble(["it", "has", "not", "been", "working"])
    assert not trouble(["how", "much", "is", "left", "please"])
    assert look_first(["this", "is", "urgently", "needed"])
    assert not look_first(["when", "does", "the", "shop", "open"])
