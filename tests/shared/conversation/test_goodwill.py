"""What staff may give of goodwill, and what stands in the books for good."""

from datetime import date, timedelta

import pytest

from functions.shared.aws.rows import booked_key, credit_key, given_key
from functions.shared.aws.store import Cancelled, Item, Put
from functions.shared.brand.catalogue import CreditLimits
from functions.shared.conversation import goodwill
from functions.shared.conversation.goodwill import Credit, GivenLately, TooMuch, credit_id, credit_in, too_much
from tests.phones import NUMBER, STRANGER, Phone, account, world
from tests.proof.world import START

TODAY = date(2026, 11, 24)
LIMITS = CreditLimits(per_case_minor=1000, per_account_minor=2000, per_day_minor=3000, ask="a supervisor")
NOBODY = GivenLately()


def given(**days: int) -> GivenLately:
    """What was given so many days ago: `d1=500` yesterday."""
    return GivenLately(1, {str(TODAY - timedelta(days=int(day[1:]))): minor for day, minor in days.items()})


@pytest.mark.parametrize(
    ("minor", "in_case", "account_was", "staff_was", "limit"),
    [
        (1000, 0, NOBODY, NOBODY, None),
        (1001, 0, NOBODY, NOBODY, TooMuch("case", 1000, 0)),
        (500, 501, NOBODY, NOBODY, TooMuch("case", 1000, 501)),
        (500, 0, given(d29=1501), NOBODY, TooMuch("account", 2000, 1501)),
        (500, 0, given(d30=1501), NOBODY, None),
        (500, 0, NOBODY, given(d0=2501), TooMuch("day", 3000, 2501)),
        (500, 0, NOBODY, given(d1=2501), None),
    ],
)
def test_a_credit_stays_within_each_limit(
    minor: int, in_case: int, account_was: GivenLately, staff_was: GivenLately, limit: TooMuch | None
) -> None:
    assert too_much(minor, LIMITS, in_case, account_was, staff_was, TODAY) == limit


def test_what_a_newer_release_has_counted_in_its_own_way_counts_as_used_up() -> None:
    unread = GivenLately.of({"pk": "1", "sk": "given", "version": 3, "by_day": "weekly"})

    assert too_much(1, LIMITS, 0, unread, NOBODY, TODAY) == TooMuch("account", 2000, 2000)


def test_what_was_given_is_counted_by_day_as_long_as_it_counts() -> None:
    lately = given(d30=1, d29=2, d0=3).plus(4, TODAY)

    assert (lately.version, lately.by_day) == (2, {"2026-10-26": 2, "2026-11-24": 7})


def test_what_a_newer_release_keeps_beside_the_sums_stays() -> None:
    row = given(d0=3).put(given_key("agent-1"), START).item | {"later": {"by": "a newer release"}}

    more = GivenLately.of(row).plus(4, TODAY).put(given_key("agent-1"), START)

    assert more.item["later"] == {"by": "a newer release"}
    assert more.item["by_day"] == {"2026-11-24": 7}


def test_the_same_request_is_the_same_line_of_the_books_for_good() -> None:
    assert credit_id("agent-1", "one") == credit_id("agent-1", "one")
    assert len({credit_id("agent-1", "one"), credit_id("agent-1", "two"), credit_id("agent-2", "one")}) == 3


# ---- the books ----

CREDIT = Credit(
    credit_id("agent-1", "one"), 500, "GBP", START, "agent-1", account_id="account-1", case="7KD2MX", reason="sorry"
)


def booked(phone: Phone) -> Item:
    line = phone.world.store.get(*booked_key(CREDIT.id))
    assert line
    return line


def lived_in() -> Phone:
    phone = Phone(world(account("account-1", NUMBER)))
    phone.says("#data")
    phone.world.store.commit(CREDIT.writes(STRANGER))
    return phone


def test_a_line_of_the_books_is_read_as_it_was_written_and_never_written_twice() -> None:
    phone = lived_in()

    assert credit_in(booked(phone)) == CREDIT
    with pytest.raises(Cancelled):
        phone.world.store.commit(CREDIT.writes(STRANGER))


def test_an_erasure_leaves_id_and_amount_in_the_books_and_takes_the_person() -> None:
    phone = lived_in()
    key = booked_key(CREDIT.id)
    phone.world.store.commit([Put(booked(phone) | {"later": STRANGER})])

    phone.says("#delete")
    phone.says("#delete yes")
    phone.world.pass_time(timedelta(minutes=30))

    assert phone.world.store.get(*credit_key(STRANGER, CREDIT.id)) is None
    assert credit_in(booked(phone)) == Credit(CREDIT.id, 500, "GBP", START, "agent-1")
    assert booked(phone).keys() == {*key.row({}), "minor", "currency", "at", "staff"}


def test_a_credit_of_after_an_erasure_keeps_whose_it_is() -> None:
    phone = lived_in()
    phone.says("#delete")
    phone.says("#delete yes")
    later = Credit("CR-2", 500, "GBP", phone.world.now + timedelta(seconds=1), "agent-1", account_id="account-1")
    phone.world.store.commit(later.writes(STRANGER))

    phone.world.pass_time(timedelta(minutes=30))

    assert credit_in(phone.world.store.get(*booked_key("CR-2")) or {}) == later


def test_the_books_name_nobody_but_who_gave() -> None:
    assert set(goodwill.BOOKED) == {"pk", "sk", "minor", "currency", "at", "staff"}
