"""A known incident begins, changes and ends from the terminal; a dry run says how many are written to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.shared.aws.clock import now
from functions.shared.aws.rows import tellme_row
from functions.shared.aws.settings import client
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.delivery.budget import Budget
from ops.catalogue import put
from ops.notice import Forecast, Notices
from ops.place import Trouble
from tests.at_terminal import Terminal, place, tweetserve
from tests.brands import FACTS

__all__ = ["place", "tweetserve"]  # fixtures

START = (
    "notice",
    "start",
    "leeds",
    "--says",
    "calls are failing in parts of Leeds",
    "--next",
    "2h",
    "--area",
    "Leeds",
    "--area",
    "ls",
    "--word",
    "Calls",
    "--tag",
    "#data",
)
AT = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
FIXED = "calls in Leeds work again."


@pytest.fixture(autouse=True)
def _brand(tweetserve: Terminal) -> None:
    put(tweetserve.place, [FACTS])


def read(tweetserve: Terminal) -> Catalogue:
    Catalogue._kept.clear()
    return Catalogue.read(client("dynamodb"), tweetserve.place.settings["catalogue_table"], now())


def test_one_begins_changes_and_ends(tweetserve: Terminal) -> None:
    began = tweetserve(*START)
    [notice] = read(tweetserve).notices()

    assert "nobody is written to (0 DMs, 0 minutes)." in began.stdout
    assert "They read: Hi, sorry, we know about this: calls are failing in parts of Leeds." in began.stdout
    assert (notice.areas, notice.words, notice.tags) == (("Leeds", "LS"), ("calls",), ("data",))
    assert notice.says.endswith("Leeds.")
    assert notice.told(now())
    assert read(tweetserve).notices_checked()

    tweetserve(
        "notice", "update", "--says", "calls are failing in Leeds and Hull.", "--area", "Leeds", "--area", "Hull"
    )
    [notice] = read(tweetserve).notices()
    assert (notice.areas, notice.words) == (("Leeds", "Hull"), ("calls",))

    assert tweetserve("notice", "end", "--says", FIXED).exit_code == 0
    [notice] = read(tweetserve).notices()
    assert (notice.on(now()), notice.fixed) == (False, FIXED)
    assert "leeds: over since" in tweetserve("notice", "list").stdout


def test_a_dry_run_says_how_many_are_written_to_and_changes_nothing(tweetserve: Terminal) -> None:
    tweetserve(*START)
    for one in range(3):
        tweetserve.store.commit([tellme_row(f"22{one}", "1000", "leeds", now())])

    said = tweetserve("notice", "end", "leeds", "--says", FIXED, "--dry-run")

    assert "Would end leeds at here: 3 DMs in about 1 minutes." in said.stdout
    assert "They read: Hi, you asked me to tell you: calls in Leeds work again." in said.stdout
    assert tweetserve.json("notice", "list")["notices"][0]["waiting"] == 3
    assert read(tweetserve).notices()[0].on(now())


def test_planned_work_may_begin_later(tweetserve: Terminal) -> None:
    tweetserve(
        "notice",
        "start",
        "masts",
        "--says",
        "masts are renewed.",
        "--from",
        "3h",
        "--next",
        "9h",
        "--area",
        "HU",
        "--planned",
    )

    [notice] = read(tweetserve).notices()
    assert notice.planned
    assert not notice.on(now())
    assert "masts: planned, from " in tweetserve("notice", "list").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (START, "There is a notice leeds: change it with `tweetserve notice update leeds`."),
        (("notice", "start", "x", "--next", "2h", "--area", "Leeds"), "Say it with --says."),
        (("notice", "start", "x", "--says", "it fails.", "--area", "Leeds"), "Say it with --next."),
        (("notice", "start", "x", "--says", "it fails.", "--next", "2h"), "Say whom it touches"),
        (
            ("notice", "start", "x", "--says", "it fails.", "--next", "soon", "--area", "Leeds"),
            "Write the time like 16:30",
        ),
        (
            ("notice", "start", "x", "--says", "it fails.", "--next", "2020-01-01T00:00Z", "--area", "LS"),
            "next_at comes before",
        ),
        (("notice", "start", "x", "--says", "it fails.", "--next", "2h", "--area", "LS99X"), "LS99X is no first half"),
        (("notice", "start", "x", "--says", "it fails.", "--next", "2h", "--tag", "nonsense"), "there is no hashtag"),
        (("notice", "start", "x", "--says", "x" * 101, "--next", "2h", "--area", "LS"), "The notice makes no sense"),
        (("notice", "update"), "Say what changes"),
        (("notice", "end"), "Say it with --says."),
        (("notice", "end", "hull", "--says", FIXED), "There is no notice hull. Not over: leeds."),
    ],
)
def test_what_cannot_be_gets_a_sentence(tweetserve: Terminal, words: tuple[str, ...], sentence: str) -> None:
    tweetserve(*START)

    said = tweetserve(*words)

    assert said.exit_code in (1, 2)
    assert sentence in said.stderr


def test_a_second_end_is_refused(tweetserve: Terminal) -> None:
    tweetserve(*START)
    tweetserve("notice", "end", "--says", FIXED)

    assert "leeds has ended already, at " in tweetserve("notice", "end", "leeds", "--says", FIXED).stderr
    assert "Which? None is on or planned." in tweetserve("notice", "end", "--says", FIXED).stderr


def test_where_two_are_on_it_is_asked_which(tweetserve: Terminal) -> None:
    tweetserve(*START)
    tweetserve(*("hull" if word == "leeds" else word for word in START))

    assert "Which? Not over: hull, leeds." in tweetserve("notice", "end", "--says", FIXED).stderr


@pytest.mark.parametrize(
    ("asked", "known", "dms", "minutes"),
    [
        (0, {}, 0, 0),
        (8, {}, 8, 0),
        (9, {}, 9, 15),
        (64, {}, 64, 105),
        (100, {}, 64, 105),
        (3, {"left": 0, "ends": 600}, 3, 10),
        (1000, {"limit": 900}, 1000, 30),
    ],
)
def test_it_is_known_before_how_many_two_hours_reach(asked: int, known: dict[str, Any], dms: int, minutes: int) -> None:
    known = known | ({"ends": int(AT.timestamp()) + known["ends"]} if "ends" in known else {})

    forecast = Forecast.of(asked, Budget(**known), AT)

    assert (forecast.dms, forecast.minutes) == (dms, minutes)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("16:30", datetime(2026, 11, 24, 16, 30, tzinfo=UTC)),
        ("9:05", datetime(2026, 11, 25, 9, 5, tzinfo=UTC)),
        ("90m", AT + timedelta(minutes=90)),
        ("2026-11-24T16:30Z", datetime(2026, 11, 24, 16, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_where_the_brand_is(said: str, at: datetime) -> None:
    assert Notices(Brand.of(FACTS), {}, AT).moment(said) == at


@pytest.mark.parametrize("said", ["", "soon", "25:00", "2026-11-24T16:30", "99999d", "16.30"])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(Trouble, match="Write the time like 16:30"):
        Notices(Brand.of(FACTS), {}, AT).moment(said)
