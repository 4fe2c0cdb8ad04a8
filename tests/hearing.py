"""Reads a message as the bot does, and finds the rule for it, as customers of a demo brand write."""

from typing import Any

from functions.shared.brand.catalogue import Brand
from functions.shared.wording import country, rules
from functions.shared.wording.reading import Plain, plain
from functions.shared.wording.rules import Match
from tests.brands import FACTS


def heard(text: str, facts: dict[str, Any] = FACTS) -> Plain:
    return country.placed(plain(text), Brand.of(facts))


def match(text: str, facts: dict[str, Any] = FACTS) -> Match:
    """Return the first rule that matches a text."""
    read = heard(text, facts)
    return rules.match_words(read.words, read.tags)
