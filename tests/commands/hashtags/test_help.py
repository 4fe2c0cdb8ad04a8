"""#help and #more: the menu."""

from tests.asking import read


def test_help_is_the_first_page_of_the_menu() -> None:
    assert read("#help").splitlines() == [
        "Hi @linked_customer, here's what you can send:",
        "#charges - your bill, and why it changed",
        "#data #text #minutes - what you have left",
        "#network - trouble near you",
        "#order #contract #upgrade - how yours stand",
        "#ios #android #windows - phone help",
        "#status #human - your question, a person",
        "#urgent - phone stolen, or someone unsafe",
        "#more - everything else",
        "#stop - no more automatic replies",
        "How we use your messages: https://example.com/privacy",
    ]


def test_more_is_the_rest() -> None:
    assert read("#more").splitlines() == [
        "Hi @linked_customer, and the rest:",
        "#offers #handsets - what's on",
        "#roaming - prices abroad",
        "#topup - adding credit",
        "#unlock - other networks' SIMs",
        "#switch - leaving, or moving your number",
        "#link #delete - connect or remove your account",
        "Or just say it in your own words, and a person will read it.",
    ]
    assert read("#help more") == read("#more")
