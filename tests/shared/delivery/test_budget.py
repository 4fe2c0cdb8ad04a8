"""How many DMs may still leave: X's headers, whatever they say, the reserve, and the breaker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.store import Store
from functions.shared.conversation.replies import Kind
from functions.shared.delivery import budget
from functions.shared.delivery.budget import Budget
from functions.shared.x.dms import Blocked, Limits, NotSent, Sent, Unknown
from tests.proof.world import World

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
IN_WINDOW = Budget(limit=15, left=10, ends=SECONDS + 600)


@pytest.fixture
def store() -> Store:
    return World().store


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        pytest.param(Limits(15, 9, SECONDS + 600), 9, id="fewer left than we thought"),
        pytest.param(Limits(15, 14, SECONDS + 600), 10, id="an older header came late"),
        pytest.param(Limits(None, None, SECONDS + 600), 10, id="only the reset"),
        pytest.param(Limits(15, 2, None), 10, id="no reset: nobody knows of which window"),
        pytest.param(Limits(15, 2, SECONDS - 5), 10, id="a window that is over"),
        pytest.param(Limits(15, 2, SECONDS + 86_400), 10, id="a window that ends tomorrow"),
        pytest.param(Limits(15, 400, SECONDS + 600), 10, id="more left than allowed"),
        pytest.param(Limits(0, 0, SECONDS + 600), 10, id="a limit of nothing"),
    ],
)
def test_within_a_window_headers_only_lower_what_is_left(limits: Limits, left: int) -> None:
    learnt = budget.learnt(IN_WINDOW, limits, NOW)

    assert learnt.left == left


def test_a_later_reset_opens_a_window_with_xs_figures() -> None:
    over = replace(IN_WINDOW, left=0, ends=SECONDS - 1)

    learnt = budget.learnt(over, Limits(50, 49, SECONDS + 900), NOW)

    assert (learnt.limit, learnt.left, learnt.ends) == (50, 49, SECONDS + 900)


def test_what_was_taken_late_is_charged_to_the_next_window_too() -> None:
    over = replace(IN_WINDOW, left=0, ends=SECONDS - 1, late=3)

    assert over.room("staff", NOW) == 12


def test_a_window_that_passed_unseen_is_followed_by_one_with_the_last_seen_limit() -> None:
    over = replace(IN_WINDOW, limit=50, left=0, ends=SECONDS - 1)

    assert over.room("stop", NOW) == 50


def test_the_days_limit_holds_as_well() -> None:
    used_up = budget.learnt(IN_WINDOW, Limits(15, 9, SECONDS + 600, None, 0, SECONDS + 3600), NOW)

    assert used_up.room("stop", NOW) == 0
    assert used_up.room("stop", NOW + timedelta(hours=2)) > 0


@pytest.mark.parametrize(
    ("kind", "room"), [("stop", 4), ("urgent", 4), ("staff", 4), ("acknowledgement", 0), ("answer", 0)]
)
def test_four_in_fifteen_are_kept_for_stops_urgent_words_and_staff(kind: Kind, room: int) -> None:
    almost = replace(IN_WINDOW, left=4)

    assert almost.room(kind, NOW) == room


def test_a_header_never_gives_back_what_was_taken_since_it_was_read(store: Store) -> None:
    budget.heard(store, Limits(15, 10, SECONDS + 600), NOW)
    stale = budget.load(store)
    take = budget.take(stale, "staff", NOW)
    assert take
    store.commit([take])

    written = budget._write(store, stale, {"left": stale.left})

    assert not written
    assert budget.load(store).left == 9


@pytest.mark.parametrize("reason", ["X does not accept our tokens", "X's credits are used up", "not permitted"])
def test_who_blocks_us_is_asked_once_a_minute(store: Store, reason: str) -> None:
    budget.outcome(store, Blocked(reason), NOW)

    assert budget.load(store).room("stop", NOW) == 0
    assert budget.load(store).room("stop", NOW + timedelta(seconds=60)) == 1


def test_one_probe_at_a_time(store: Store) -> None:
    budget.outcome(store, Blocked("401"), NOW)
    minute_later = NOW + timedelta(seconds=60)
    probe = budget.take(budget.load(store), "answer", minute_later)
    assert probe

    store.commit([probe])

    assert budget.load(store).room("answer", minute_later) == 0


def test_an_accepted_probe_closes_the_breaker(store: Store) -> None:
    budget.outcome(store, Blocked("401"), NOW)

    budget.outcome(store, Sent("1"), NOW)

    assert budget.load(store).room("stop", NOW) == 15


def test_five_unknown_outcomes_in_a_row_open_the_breaker_and_four_do_not(store: Store) -> None:
    for _ in range(4):
        budget.outcome(store, Unknown("read time-out"), NOW)
    four = budget.load(store)
    budget.outcome(store, Unknown("read time-out"), NOW)

    assert four.blocked is None
    assert budget.load(store).blocked == "unknown"


def test_a_limit_that_is_used_up_is_no_reason_to_break(store: Store) -> None:
    budget.outcome(store, NotSent(None, "429"), NOW)

    assert budget.load(store).blocked is None
