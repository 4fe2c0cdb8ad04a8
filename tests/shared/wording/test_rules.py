"""The rules and the stop words against every sentence that has to come out right."""

import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain, combinations, islice, permutations, product

import pytest

from functions.commands.registry import Escalate, registry
from functions.commands.texts import texts
from functions.shared.wording.phrases import Phrase, first_of, phrases
from functions.shared.wording.reading import plain
from functions.shared.wording.rules import Rule, filler, look_first, match_words, routing, rules, trouble, urgent
from functions.shared.wording.stop_words import beside_stop, plain_start, plain_stop, stop_tag
from tests.asking import question
from tests.brands import AMERICAN
from tests.hearing import heard, match
from tests.places import DATA, ROOT

SENTENCES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
STOPS = tomllib.loads((DATA / "stops.toml").read_text(encoding="utf-8"))
HEARD = tomllib.loads((DATA / "heard.toml").read_text(encoding="utf-8"))["kind"]
KINDS = [*SENTENCES["examples"], *SENTENCES["near_misses"], *SENTENCES["plainly_urgent"]]


@pytest.mark.parametrize(("text", "goes_to", "kind"), KINDS)
def test_a_sentence_comes_out_as_stated(text: str, goes_to: str, kind: str) -> None:
    found = match(text)

    assert (found.outcome or found.team, found.kind) == (goes_to, kind)


def test_what_names_nothing_of_a_country_comes_out_alike_for_every_brand() -> None:
    alike = [row for row in KINDS if heard(row[0]).words == plain(row[0]).words]

    def comes_out(text: str) -> tuple[str | None, str]:
        found = match(text, AMERICAN)
        return found.outcome or found.team, found.kind

    assert len(alike) > 100
    assert [(text, comes_out(text)) for text, goes_to, kind in alike if comes_out(text) != (goes_to, kind)] == []


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


# ---- nothing stands there that can never fire ----

RULES = pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rules().index(rule)}-{rule.kind}")


@cache
def fired(text: str) -> Rule | None:
    """Return the rule that decides about a text."""
    read = heard(text)
    return next((rule for rule in rules() if rule.match(read.words, read.tags)), None)


@RULES
def test_each_rule_has_a_sentence_that_fires_it(rule: Rule) -> None:
    says = [*(text for text, *_ in KINDS), *(text for kind in HEARD for text in kind["says"])]

    assert any(fired(text) is rule for text in says), f"no sentence for {rule.kind}: {rule.phrases[:3]}"


@RULES
def test_each_hashtag_of_a_rule_is_enough(rule: Rule) -> None:
    assert [tag for tag in rule.tags if match_words([tag], [tag]).kind != rule.kind] == []


@RULES
def test_each_phrase_of_a_rule_can_decide(rule: Rule) -> None:
    def decides(words: tuple[str, ...], source: str) -> bool:
        found = match_words(words)
        return (found.kind, found.phrase) == (rule.kind, source)

    assert [phrase.source for phrase in rule.phrases if not some_instance(phrase, decides)] == []


@pytest.mark.parametrize(
    "listed",
    [
        *(
            phrases(routing()[name], routing()["named"])
            for name in ("trouble", "not_bare", "asks", "asks_for", "in_writing")
        ),
        phrases(routing()["look_first"].split()),
        *(phrases(listed) for kinds in routing()["language"].values() for listed in kinds.values()),
        *(listed for rule in rules() for listed in (rule.unless, rule.needs)),
    ],
    ids=lambda listed: " ".join(phrase.source for phrase in listed[:2]),
)
def test_no_phrase_of_a_list_says_what_one_before_it_has_said(listed: tuple[Phrase, ...]) -> None:
    def decides(words: tuple[str, ...], source: str) -> bool:
        return first_of(listed, words) == source

    assert [phrase.source for phrase in listed if not some_instance(phrase, decides)] == []


INSTANCES = 20_000


def some_instance(phrase: Phrase, decides: Callable[[tuple[str, ...], str], bool]) -> bool:
    """Say whether there are words that are a phrase, and no more, for which it decides."""
    return any(decides(words, phrase.source) for words in islice(instances(phrase), INSTANCES))


def instances(phrase: Phrase) -> Iterator[tuple[str, ...]]:
    for ways in product(*phrase.sides):
        sides = [[[*sorted(place.words), *place.beginnings] for place in way] for way in ways]
        for order in permutations(sides):
            yield from product(*chain(*order))


def test_each_acknowledgement_belongs_to_a_rule_or_to_a_hashtag() -> None:
    escalated = (command.answer(question(f"#{command.tag}")) for command in registry().commands)
    opened = {rule.ack or rule.kind for rule in rules()} | {one.kind for one in escalated if isinstance(one, Escalate)}

    assert routing()["ack"].keys() - opened == set()


def test_each_answer_without_a_person_belongs_to_a_rule() -> None:
    assert {f"answer:{name}" for name in routing()["answer"]} <= {rule.outcome for rule in rules()}


def test_each_text_without_a_hashtag_is_said_somewhere() -> None:
    folder = ROOT / "functions"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "texts.py")
    said_by_default = {"ack.open", "ack.closed"}

    of_a_rule = routing()["ack"].keys() | routing()["answer"].keys()  # the two tests above have these
    keys = {key for key in texts() if (key + ".").split(".")[1] not in of_a_rule}

    assert {key for key in keys if f'"{key}"' not in code} <= said_by_default


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


LOCKS = tomllib.loads((DATA / "locks.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", LOCKS["locks"])
def test_loss_theft_and_what_was_given_away_lock(text: str) -> None:
    assert match(text).locks


@pytest.mark.parametrize("text", LOCKS["locks_nothing"])
def test_anger_signal_repairs_and_codes_lock_nothing(text: str) -> None:
    assert not match(text).locks
