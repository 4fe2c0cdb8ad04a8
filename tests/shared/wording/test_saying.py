"""How values are said and replies are put together."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.numbers import get_currency_precision, list_currencies
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.brand.locale import Locale
from functions.shared.wording import saying
from functions.shared.wording.text import LONGEST_REPLY, Reply, assemble
from tests.brands import FACTS

UK = Locale.of(FACTS)
NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def as_bytes(said: str) -> float:
    number, unit = said.replace(",", "").split()
    return float(number) * SIZES[unit]


# ---- values ----


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (2345, "£23.45"),
        (2000, "£20"),
        (65, "65p"),
        (120450, "£1,204.50"),
        (-500, "£5"),
        (0, "£0"),
        (5, "5p"),
        (105, "£1.05"),
    ],
)
def test_money(minor: int, said: str) -> None:
    assert saying.money(minor, UK) == said


def test_a_stretch_of_a_day_is_said_with_its_day() -> None:
    at, monday = NOW.replace(hour=15, minute=0), NOW.replace(day=30, hour=9, minute=0)
    half = timedelta(minutes=30)

    assert saying.between(at, at + half, NOW, UK) == "today between 15:00 and 15:30"
    assert saying.between(monday, monday + half, NOW, UK) == "on Mon 30 Nov between 09:00 and 09:30"


def of(country: str, currency: str, **facts: str) -> Locale:
    neutral = {name: fact for name, fact in FACTS.items() if name != "minor_sign"}
    return Locale.of(neutral | {"country": country, "currency": currency} | facts)


@pytest.mark.parametrize(
    ("brand", "minor", "said"),
    [
        (of("US", "USD"), 120450, "$1,204.50"),
        (of("US", "USD"), 65, "$0.65"),
        (of("US", "USD", minor_sign="¢"), 65, "65¢"),
        (of("AU", "AUD"), 2000, "$20"),
        (of("JP", "JPY"), 1204, "¥1,204"),
        (of("KW", "KWD"), 1204, "KWD 1.204"),
        (of("KW", "KWD"), 12000, "KWD 12"),
        (of("IN", "INR"), 12345600, "₹1,23,456"),
    ],
)
def test_money_is_said_as_the_country_says_it(brand: Locale, minor: int, said: str) -> None:
    assert saying.money(minor, brand) == said


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(list_currencies())), st.sampled_from(["GB", "US", "ZZ"]))
def test_money_of_every_currency_is_said_in_full(minor: int, currency: str, country: str) -> None:
    said = saying.money(minor, of(country, currency))

    figures = "".join(sign for sign in said if sign.isdecimal() or sign == ".").strip(".")
    assert Decimal(figures) == Decimal(abs(minor)).scaleb(-get_currency_precision(currency))
    assert "-" not in said
    assert said.isprintable()


ZONES = sorted(available_timezones())


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from(ZONES), st.sampled_from(["12h", "24h"])
)
def test_a_time_is_told_in_every_zone(at: datetime, zone: str, clock: str) -> None:
    brand, pattern = of("GB", "GBP", timezone=zone, clock=clock), {"12h": "%I:%M %p", "24h": "%H:%M"}[clock]

    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))

    told = saying.time_of_day(at.replace(tzinfo=UTC), brand)
    assert datetime.strptime(told.upper(), pattern).time() == local.time().replace(second=0, microsecond=0)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(["day-month", "month-day"]))
def test_a_date_is_said_in_both_orders(on: date, order: str) -> None:
    said = saying.day(on, date(2019, 1, 1), of("US", "USD", date_order=order))

    assert datetime.strptime(said, {"day-month": "%a %d %b %Y", "month-day": "%a, %b %d, %Y"}[order]).date() == on


def test_the_american_way() -> None:
    brand = of("US", "USD", timezone="America/New_York", clock="12h", date_order="month-day")

    assert saying.eta(NOW + timedelta(days=6), NOW, brand) == "by 9:15 AM on Mon, Nov 30"
    assert saying.series(["#data", "#text", "#minutes"], brand) == "#data, #text, and #minutes"
    assert saying.full_date(date(2027, 3, 3), brand) == "Mar 3, 2027"


@pytest.mark.parametrize(
    ("amount", "left", "used"),
    [
        (12_440_000_000, "12.4 GB", "12.5 GB"),
        (30_000_000_000, "30 GB", "30 GB"),
        (640_000_000, "640 MB", "640 MB"),
        (400_000, "less than 1 MB", "1 MB"),
        (10**12, "1 TB", "1 TB"),
        (999_999_999, "999 MB", "1 GB"),
        (99_960_000_000, "99.9 GB", "100 GB"),
        (999_999_999_999, "999 GB", "1 TB"),
        (10**15, "1,000 TB", "1,000 TB"),
    ],
)
def test_data_is_rounded_down_when_left_and_up_when_used(amount: int, left: str, used: str) -> None:
    assert (saying.data_left(amount, UK), saying.data_used(amount, UK)) == (left, used)


@given(st.integers(10**6, 10**15))
def test_data_is_never_said_to_be_more_than_is_left_or_less_than_is_used(amount: int) -> None:
    assert as_bytes(saying.data_left(amount, UK)) <= amount * (1 + 1e-12)
    assert as_bytes(saying.data_used(amount, UK)) >= amount * (1 - 1e-12)
    assert as_bytes(saying.data_used(amount, UK)) <= amount * 1.1 + 10**6


@pytest.mark.parametrize(
    ("seconds", "left", "used"),
    [
        (9605, "160", "161 minutes"),
        (59, "less than one", "1 minute"),
        (60, "1", "1 minute"),
        (0, "less than one", "no minutes"),
        (90_000, "1,500", "1,500 minutes"),
    ],
)
def test_minutes(seconds: int, left: str, used: str) -> None:
    assert (saying.minutes_left(seconds, UK), saying.minutes_used(seconds, UK)) == (left, used)


@pytest.mark.parametrize(("count", "used"), [(0, "no texts"), (1, "1 text"), (1200, "1,200 texts")])
def test_texts(count: int, used: str) -> None:
    assert saying.texts_used(count, UK) == used


@pytest.mark.parametrize(
    ("on", "said", "in_sentence"),
    [
        (date(2026, 11, 24), "today", "today"),
        (date(2026, 11, 25), "tomorrow", "tomorrow"),
        (date(2026, 11, 23), "yesterday", "yesterday"),
        (date(2026, 12, 4), "Fri 4 Dec", "on Fri 4 Dec"),
        (date(2027, 3, 3), "Wed 3 Mar 2027", "on Wed 3 Mar 2027"),
    ],
)
def test_a_day(on: date, said: str, in_sentence: str) -> None:
    assert (saying.day(on, TODAY, UK), saying.on_day(on, TODAY, UK)) == (said, in_sentence)


@pytest.mark.parametrize(
    ("at", "now", "said"),
    [
        (datetime(2026, 11, 24, 14, 3, tzinfo=UTC), NOW, "14:03"),
        (datetime(2026, 11, 23, 22, 10, tzinfo=UTC), NOW, "22:10 yesterday"),
        (datetime(2026, 11, 20, 22, 10, tzinfo=UTC), NOW, "Fri 20 Nov"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), datetime(2026, 7, 1, 9, 0, tzinfo=UTC), "00:30"),
        (datetime(2026, 11, 25, 0, 1, tzinfo=UTC), datetime(2026, 11, 24, 23, 58, tzinfo=UTC), "23:58"),
    ],
)
def test_the_age_of_figures_in_the_brands_time(at: datetime, now: datetime, said: str) -> None:
    assert saying.as_of(at, now, UK) == said


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (NOW + timedelta(minutes=25), "in about 25 minutes"),
        (NOW + timedelta(minutes=21), "in about 25 minutes"),
        (NOW + timedelta(minutes=1), "in about 5 minutes"),
        (NOW - timedelta(minutes=9), "in about 5 minutes"),
        (NOW + timedelta(minutes=55), "in about 55 minutes"),
        (NOW + timedelta(minutes=75), "by 15:30"),
        (NOW + timedelta(minutes=73), "by 15:30"),
        (datetime(2026, 11, 25, 10, 0, tzinfo=UTC), "by 10:00 tomorrow"),
        (datetime(2026, 11, 30, 10, 0, tzinfo=UTC), "by 10:00 on Mon 30 Nov"),
        (datetime(2026, 11, 24, 23, 58, tzinfo=UTC), "by 00:00 tomorrow"),
    ],
)
def test_a_promise(due_at: datetime, said: str) -> None:
    assert saying.eta(due_at, NOW, UK) == said


def test_a_promise_in_summer_is_in_the_brands_time() -> None:
    now = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

    assert saying.eta(now + timedelta(hours=2), now, UK) == "by 12:00"


@pytest.mark.parametrize(
    ("left", "resets_on", "said"),
    [
        (12_440_000_000, date(2026, 12, 4), ": about 1.2 GB a day until then"),
        (999_999_999, date(2026, 12, 4), ""),
        (12_440_000_000, date(2026, 11, 25), ""),
        (12_440_000_000, TODAY, ""),
    ],
)
def test_the_pace_is_said_where_it_helps(left: int, resets_on: date, said: str) -> None:
    assert saying.pace(left, resets_on, TODAY, UK) == said


# ---- one text ----

BILL = Reply("bill", "{hi}your bill is £1.", "Wrong? Reply #human.", "Bill: £1")
DATA = Reply(
    "data", "{hi}you have 1 GB left.", "#text shows the rest.", "Data: 1 GB left", "14:03", "renews on Fri 4 Dec"
)
TEXT = Reply("text", "{hi}you have 2 texts left.", "", "Text: 2 left", "14:03", "renews on Fri 4 Dec")
MINUTES = Reply("minutes", "{hi}you have 3 left.", "", "Minutes: 3 left", "14:03", "renews on Fri 4 Dec")
OLD = Reply("old", "{hi}it was so.", "These are old.", "Old: so", "Fri 20 Nov", serious=1)
KNOWN = Reply("known", "{hi}it is so.", "We know.", "Known: so", "14:03", serious=2)


def test_a_reply_is_its_text_and_its_next_step() -> None:
    assert assemble([BILL], handle="ann") == "Hi @ann, your bill is £1. Wrong? Reply #human."


@pytest.mark.parametrize("handle", [None, "", "a b", "<script>", "x" * 21, "ann\n"])
def test_a_handle_that_is_none_is_not_said(handle: str | None) -> None:
    assert assemble([BILL], handle=handle) == "Hi, your bill is £1. Wrong? Reply #human."
    assert assemble([Reply("done", "Done{name}: bye.")], handle=handle) == "Done: bye."


def test_words_from_elsewhere_are_not_filled_in() -> None:
    assert assemble([Reply("guide", "{hi}press {x} and {0}.")], handle="ann") == "Hi @ann, press {x} and {0}."


def test_what_was_passed_on_takes_the_place_of_any_next_step() -> None:
    assert assemble([KNOWN], handle="ann", too="Passed on.") == "Hi @ann, it is so. Passed on."


def test_a_slip_is_said_before_its_answer() -> None:
    text = assemble([BILL], handle="ann", typo="charges")

    assert text == "Hi @ann, I took that as #charges: your bill is £1. Wrong? Reply #human."


def test_an_apology_replaces_the_greeting() -> None:
    assert assemble([TEXT], handle="ann", late=True) == "Sorry for the wait, @ann: you have 2 texts left."
    assert assemble([TEXT], handle=None, late=True) == "Sorry for the wait: you have 2 texts left."


def test_the_privacy_notice_comes_last() -> None:
    assert assemble([BILL], handle="ann", first_contact=" (Automatic.)").endswith("Reply #human. (Automatic.)")


@pytest.mark.parametrize(
    ("replies", "lines"),
    [
        ([DATA, BILL], ["Data: 1 GB left", "Bill: £1", "As of 14:03; renews on Fri 4 Dec."]),
        ([DATA, MINUTES], ["Data: 1 GB left", "Minutes: 3 left", "As of 14:03; both renew on Fri 4 Dec."]),
        (
            [MINUTES, TEXT, DATA],
            ["Minutes: 3 left", "Text: 2 left", "Data: 1 GB left", "As of 14:03; all renew on Fri 4 Dec."],
        ),
        ([BILL, Reply("menu", "{hi}here's more.")], ["Bill: £1", "Here's more."]),
        ([BILL, OLD], ["Bill: £1", "Old: so", "As of Fri 20 Nov.", "These are old."]),
        ([OLD, KNOWN], ["Old: so (as of Fri 20 Nov)", "Known: so (as of 14:03)", "We know."]),
    ],
)
def test_several_answers_get_a_line_each(replies: list[Reply], lines: list[str]) -> None:
    assert assemble(replies, handle="ann") == "\n".join(["Hi @ann, here you are:", *lines])


def test_the_same_answer_twice_is_said_once() -> None:
    assert assemble([BILL, BILL], handle="ann") == assemble([BILL], handle="ann")


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.sampled_from(["", "Passed on to our care team."]))
def test_however_much_is_asked_one_dm_stays_short(lengths: list[int], too: str) -> None:
    replies = [Reply(str(at), "{hi}x", short="x" * length) for at, length in enumerate(lengths)]

    text = assemble(replies, handle="x" * 15, too=too, first_contact=" (Automatic.)")

    assert len(text) <= LONGEST_REPLY
    assert re.match(r"Hi @x{15}, (here you are:|x)", text)
