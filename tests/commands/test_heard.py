"""What people really write, by kinds, on both sides of each: it comes to a place that is right."""

import tomllib
from typing import Any

import pytest

from ops.ask import row
from tests.asking import decided
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
