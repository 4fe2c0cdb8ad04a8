from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.brand.hours import UnclearHours, check, is_open
from functions.shared.brand.locale import SpecialHours
from functions.shared.conversation.cases import Team
from functions.shared.conversation.promises import due_at


@dataclass(frozen=True)
class Brand:
    hours: str = "Mon-Sat 08:00-20:00"
    timezone: str = "Europe/London"
    holidays: str | None = "GB"
    special_hours: tuple[SpecialHours, ...] = ()


BRAND = Brand()
TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (TUESDAY, at(24, 15, 15)),
        (at(24, 19, 30), at(25, 8, 30)),  # half an hour tonight, half an hour tomorrow
        (at(24, 20), at(25, 9)),
        (at(24, 3), at(24, 9)),
        (at(28, 19, 30), at(30, 8, 30)),  # over a Sunday
        (at(24, 21, month=12), at(29, 9, month=12)),  # over Christmas, Boxing Day, a Sunday and the day in lieu
    ],
)
def test_an_ordinary_team_answers_within_sixty_open_minutes(now: datetime, due: datetime) -> None:
    assert due_at("billing", now, BRAND, waiting=0) == due


def test_hours_are_local_in_summer_too() -> None:
    july = at(24, 6, month=7)

    due = due_at("billing", july, BRAND, waiting=0)

    assert due == at(24, 8, month=7)  # 09:00 in London


def test_hours_are_local_on_the_day_the_clocks_change() -> None:
    saturday_evening = at(28, 20, month=3)

    due = due_at("sales", saturday_evening, Brand(hours="Sun 10:00-16:00"), waiting=0)

    assert due == at(29, 10, month=3)  # 11:00 in London, which has gone over to summer time


@pytest.mark.parametrize("now", [TUESDAY, at(29, 3), at(25, 12, month=12)])
def test_the_urgent_team_answers_within_fifteen_minutes_day_and_night(now: datetime) -> None:
    assert due_at("urgent", now, BRAND, waiting=0) == now + timedelta(minutes=15)


def test_what_is_to_be_looked_at_first_is_answered_within_fifteen_open_minutes() -> None:
    assert due_at("devices", TUESDAY, BRAND, waiting=0, look_first=True) == at(24, 14, 30)
    assert due_at("devices", at(24, 22), BRAND, waiting=0, look_first=True) == at(25, 8, 15)


def test_a_longer_line_takes_longer() -> None:
    assert due_at("billing", TUESDAY, BRAND, waiting=8) == at(24, 15, 15)
    assert due_at("billing", TUESDAY, BRAND, waiting=20) == at(24, 16, 35)
    assert due_at("urgent", TUESDAY, BRAND, waiting=4) == TUESDAY + timedelta(minutes=30)


def test_what_is_to_be_looked_at_first_passes_the_line() -> None:
    assert due_at("billing", TUESDAY, BRAND, waiting=20, look_first=True) == at(24, 14, 30)


def test_a_very_long_line_lasts_for_days() -> None:
    assert due_at("billing", TUESDAY, BRAND, waiting=199) > at(25, 20)


@pytest.mark.parametrize("waiting", [200, 4_884, 1_000_000])
@pytest.mark.parametrize("team", ["billing", "urgent"])
def test_behind_a_line_too_long_for_a_time_a_case_is_due_when_the_next_open_day_ends(team: Team, waiting: int) -> None:
    assert due_at(team, TUESDAY, BRAND, waiting=waiting) == at(25, 20)
    assert due_at(team, at(28, 19), BRAND, waiting=waiting) == at(30, 20)  # over a Sunday


def test_the_longest_line_for_which_a_time_is_told_has_one_however_short_the_hours_are() -> None:
    assert due_at("billing", TUESDAY, Brand(hours="Sun 10:00-10:30"), waiting=199) > TUESDAY


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(["urgent", "general"]),
    st.integers(0, 60),
)
def test_a_time_is_one_that_people_say(now: datetime, team: Team, waiting: int) -> None:
    due = due_at(team, now, BRAND, waiting)

    minutes = due - now
    if minutes < timedelta(hours=1):
        assert minutes % timedelta(minutes=5) == timedelta(0)
    else:
        assert (due.minute % 5, due.second, due.microsecond) == (0, 0, 0)
    assert minutes >= timedelta(minutes=15 if team == "urgent" else 60)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (TUESDAY, True),
        (at(24, 8), True),
        (at(24, 7, 59), False),
        (at(24, 20), False),
        (at(29, 12), False),
        (at(25, 12, month=12), False),
        (at(31, 12, month=8), True),
    ],
)
def test_knows_when_people_are_there(now: datetime, *, expected: bool) -> None:
    assert is_open(now, BRAND) is expected


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    assert not is_open(at(31, 12, month=8), Brand(holidays="GB-ENG"))


def test_each_day_may_have_its_own_hours() -> None:
    brand = Brand(hours="Mon-Fri 08:00-12:00, Mon-Fri 13:00-18:00, Sat-Sun 10:00-24:00")

    assert not is_open(at(24, 12, 30), brand)
    assert is_open(at(29, 23, 59), brand)
    assert due_at("general", at(24, 11, 30), brand, waiting=0) == at(24, 13, 30)


@pytest.mark.parametrize(
    ("brand", "says"),
    [
        (Brand(hours="weekdays 8 to 8"), "like"),
        (Brand(hours="Mon-Fry 08:00-20:00"), "like"),
        (Brand(hours="Mon 20:00-08:00"), "open before they close"),
        (Brand(holidays="Atlantis"), "country code"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_in_one_sentence(brand: Brand, says: str) -> None:
    with pytest.raises(UnclearHours, match=says):
        check(brand)


def test_a_date_with_hours_of_its_own_has_those_whatever_day_it_is() -> None:
    short, closed = SpecialHours(on=date(2026, 11, 29), hours="12:00-14:00"), SpecialHours(on=date(2026, 11, 30))
    brand = Brand(special_hours=(short, closed))

    assert is_open(at(29, 13), brand)  # a Sunday
    assert not is_open(at(30, 13), brand)
    assert is_open(at(1, 13, month=12), brand)


def test_a_brand_may_keep_no_public_holidays() -> None:
    assert is_open(at(25, 13, month=12), Brand(holidays=None))


def test_hours_of_a_date_that_make_no_sense_are_refused_at_the_check() -> None:
    with pytest.raises(UnclearHours, match="open before they close"):
        check(Brand(special_hours=(SpecialHours(on=date(2026, 11, 29), hours="14:00-12:00"),)))
