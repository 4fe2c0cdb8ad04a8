"""#help: the menu."""

from functions.commands.registry import registry
from tests.asking import read


def test_help_is_the_menu() -> None:
    registered = {command.tag for command in registry().commands}

    lines = read("#help").splitlines()

    assert [line for line in lines if not line.startswith(("#link", "#delete"))] == [
        "Hi @linked_customer, here's what you can send:",
        "#charges - your bill",
        "#data #text #minutes - what you have left",
        "#network - trouble near you",
        "#offers #handsets - what's on",
        "#ios #android #windows - phone help",
        "#status #human - your question, a person",
        "#urgent - phone stolen, or someone unsafe",
        "#stop - no more automatic replies",
        "How we use your messages: https://example.com/privacy",
    ]
    assert any(line.startswith("#link") for line in lines) is ("link" in registered)
