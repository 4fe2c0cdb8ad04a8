"""X gives a text out in another form than it took it: it is the same all the same."""

import html

import pytest

from functions.shared.wording.normal import same
from local.x.envelopes import as_listed
from tests.hearing import match


@pytest.mark.parametrize(
    "text",
    [
        "See example.co.uk/contract for it.",
        "(example.com/a(b)), then",
        "https://example.com/a?b=1&c=2 www.example.org",
        "Tom & Jerry <3 > 2",
        "it says &amp; there",
        "cafe\u0301",
        "Ask help@example.co.uk. Or EXAMPLE.COM!",
        "done.My plan is 12.4 GB",
    ],
)
def test_what_x_makes_of_a_text_is_the_same_text(text: str) -> None:
    assert same(html.unescape(as_listed(text, "1")[0]), text)


@pytest.mark.parametrize("given", ["Two\nlines  of it", "Two lines\u200b of it", "Two\u00a0lines of it "])
def test_white_space_and_invisible_signs_make_no_other_text(given: str) -> None:
    assert same(given, "Two lines of it")


@pytest.mark.parametrize(
    ("one", "other"),
    [("12.4 GB", "12.5 GB"), ("See example.com", "See it"), ("You're set.", "You're not set."), ("Yes", "yes")],
)
def test_other_words_are_another_text(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_bare_domain_is_a_link_of_xs() -> None:
    text, links = as_listed("See example.co.uk/contract.", "1")

    assert text.startswith("See https://t.co/")
    assert text.endswith(".")
    assert links[0]["expanded_url"] == "http://example.co.uk/contract"


def test_a_capital_i_with_a_dot_hides_no_despair() -> None:
    assert match("\u0130 want to k\u0130ll myself") == match("i want to kill myself")
    assert match("i want to kill myself").team == "urgent"
