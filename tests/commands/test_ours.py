"""What we said comes back pasted: it is nobody's trouble, and what stands beside it still is."""

import re
import tomllib

import pytest

from functions.commands import our_words, texts
from functions.commands.registry import registry
from functions.escalate.acts import park, resolve
from functions.shared.wording import ours, rules
from functions.shared.wording.reading import plain
from functions.shared.wording.safety import SAFETY
from functions.shared.wording.stop_words import stop_tag
from tests.places import DATA

OURS = [*SAFETY, resolve.RESOLVED, park.PARKED.text, texts.TOO, *texts.texts().values()]
OURS += [text.text + " " + text.next for command in registry().commands for text in command.texts]


def without(text: str) -> str:
    return ours.without(text, our_words.every())


@pytest.mark.parametrize("said", OURS)
def test_what_we_say_is_no_trouble_of_the_customers_whoever_reads_it(said: str) -> None:
    pasted = re.sub(r"\{\w*\}", "7", said)

    for left in (plain(without(pasted)), plain(ours.without(pasted))):
        assert rules.urgent(left.words, left.tags) is None


def test_what_stands_beside_it_is_heard() -> None:
    text = without("You said: " + texts.texts()["ack.human"] + " But my phone was stolen! #stop")

    assert rules.urgent(plain(text).words) == rules.urgent(("my", "phone", "was", "stolen"))
    assert stop_tag(text)


def test_no_sentence_of_a_customers_is_taken_for_ours() -> None:
    sentences = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
    said = [str(line[0]) for lines in sentences.values() for line in lines]

    assert [text for text in said if without(text) != text] == []
