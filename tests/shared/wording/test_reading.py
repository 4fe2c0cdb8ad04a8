import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.wording.reading import is_slip, plain, typo_of
from functions.shared.wording.stop_words import plain_stop, stop_tag
from tests.hearing import match


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I CAN'T pay", "i cant pay"),
        ("can’t", "cant"),
        ("£600 bill", "¤ 600 bill"),
        ("see https://example.com/#data now", "see now"),
        ("@ExampleCare my f***ing bill", "my f ing bill"),
        ("lo\u200bst\u202e ph\u00adone", "lost phone"),
        ("ｐｈｏｎｅ", "phone"),
        ("k\u0130ll myself", "kill myself"),
        ("lo\u0336s\u0336t\u0336 phone", "lost phone"),
        ("cafe\u200b\u0301", "café"),
        ("9\ufe0f\u20e39\ufe0f\u20e39\ufe0f\u20e3", "999"),
        ("مرحبا data", "مرحبا data"),
        ("", ""),
    ],
)
def test_a_text_is_made_plain(text: str, words: str) -> None:
    assert " ".join(plain(text).words) == words


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#data", ("data",)),
        ("＃ＤＡＴＡ", ("data",)),
        ("(#Data).", ("data",)),
        ("#data#stop", ("data", "stop")),
        ("#data #minutes #DATA", ("data", "minutes")),
        ("#da\u200bta", ("data",)),
        ("\u202e#data\u202c", ("data",)),
        ("#M\u0130NUTES", ("minutes",)),
        ("#1 fan, # data", ()),
        ("https://example.com/#data", ()),
        ("#\ud800data", ()),
    ],
)
def test_finds_hashtags_however_they_are_written(text: str, tags: tuple[str, ...]) -> None:
    assert plain(text).tags == tags


def test_what_stands_beside_hashtags_is_kept_apart() -> None:
    read = plain("#human my bill is wrong")

    assert read.beside == ("my", "bill", "is", "wrong")


@pytest.mark.parametrize("text", ["👍", "👍🏽 🙏", "❤️", "🎉🎉"])
def test_a_thumbs_up_is_cheerful(text: str) -> None:
    assert plain(text).cheerful


@pytest.mark.parametrize("text", ["😡", "👍😡", "👍 ok", "", "?"])
def test_other_signs_are_not_cheerful(text: str) -> None:
    assert not plain(text).cheerful


@pytest.mark.parametrize("typed", ["dtaa", "dat", "dataa", "dqta", "adta"])
def test_one_slip_is_a_typo(typed: str) -> None:
    assert is_slip(typed, "data")


@pytest.mark.parametrize("typed", ["data", "daat1", "taad", "dt", "date1", ""])
def test_two_slips_or_none_are_not(typed: str) -> None:
    assert not is_slip(typed, "data")


def test_short_words_have_no_typos() -> None:
    assert typo_of("go", ["gb", "gone"]) == []


AWKWARD = [
    "#" * 10_000,
    "a" * 10_000,
    "phone " * 2_000,
    "phone lost " * 1_000,
    "#data" * 2_500,
    "https://" * 1_250,
    "@" * 10_000,
    "\ufdfa" * 10_000,
    "a" + "\u0301\u0316" * 5_000,
    "😡" * 5_000,
    "\u200b" * 10_000,
    "\ud800\udfff\ud83d",
    "مرحبا بالعالم #data",
    "\x00\x01\n\t",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_nothing_that_is_sent_raises(text: str) -> None:
    plain(text)
    match(text)
    plain_stop(text)
    stop_tag(text)


@given(st.text(st.characters(codec=None), max_size=200))
def test_no_text_at_all_raises(text: str) -> None:
    plain(text)
    match(text)
    plain_stop(text)
    stop_tag(text)


def test_what_is_said_at_the_end_of_a_very_long_message_is_read() -> None:
    assert match("word " * 1_950 + "my phone was stolen").kind == "line_block"
