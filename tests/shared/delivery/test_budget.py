"""How many DMs may still leave: X's headers, whatever they say, the reserve, and the breaker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.store import Store
from functions.shared.conversation.replies import Kind
from functions.shared.delivery import budget
from functions.shared.delivery.budget import Budget
from functions.shared.x.dms import Blocked, Declined, Limits, NotSent, Sent, Unknown
from tests.proof.world import World

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
IN_WINDOW = Budget(limit=15, left=10, ends=SECONDS + 600, named=True)
GUESSED = Budget(limit=15, left=10, ends=SECONDS + 840)
"""Opened by our own clock a minute ago, and five were taken."""
LAST_YEAR_2286 = 9_999_999_999
REFUSED = NotSent(None, "429", used_up=True)
UNREACHED = NotSent(None, "connection refused")


def after(budget_before: Budget, limits: Limits, *, claimed: datetime = NOW) -> Budget:
    return budget.learnt(budget_before, Sent("1", limits), claimed, NOW)


def refused(budget_before: Budget, limits: Limits | None = None) -> Budget:
    return budget.learnt(budget_before, replace(REFUSED, limits=limits), NOW, NOW)


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
        pytest.param(Limits(9_999_999_999, 5, SECONDS + 600), 10, id="a limit beyond all contracts"),
        pytest.param(Limits(15, 14, SECONDS + 300), 10, id="another end of the same window"),
    ],
)
def test_within_a_window_headers_only_lower_what_is_left(limits: Limits, left: int) -> None:
    assert after(IN_WINDOW, limits).left == left


def test_a_later_reset_opens_a_window_with_xs_figures() -> None:
    over = replace(IN_WINDOW, left=0, ends=SECONDS - 1)

    learnt = after(over, Limits(50, 49, SECONDS + 900))

    assert (learnt.limit, learnt.left, learnt.ends) == (50, 49, SECONDS + 900)


@pytest.mark.parametrize("ends", [12, 300, 880])
def test_a_window_that_x_names_replaces_the_one_that_we_assumed(ends: int) -> None:
    learnt = after(GUESSED, Limits(15, 9, SECONDS + ends))

    assert (learnt.left, learnt.ends) == (9, SECONDS + ends)


def test_what_is_on_its_way_when_x_names_a_window_is_not_given_back() -> None:
    assert after(GUESSED, Limits(15, 14, SECONDS + 300)).left == 10


def test_what_x_has_not_counted_yet_when_its_window_ends_is_charged_to_the_next() -> None:
    learnt = after(GUESSED, Limits(15, 13, SECONDS + 12))

    assert learnt.room("staff", NOW + timedelta(seconds=12)) == 12


def test_a_refusal_is_obeyed_for_as_long_as_x_says_and_no_longer() -> None:
    learnt = refused(GUESSED, Limits(15, 0, SECONDS + 12))

    assert learnt.room("staff", NOW + timedelta(seconds=11)) == 0
    assert learnt.room("staff", NOW + timedelta(seconds=12)) == 15


def test_the_newest_answer_tells_when_the_window_ends() -> None:
    learnt = refused(IN_WINDOW, Limits(15, 0, SECONDS + 12))

    assert (learnt.left, learnt.ends) == (0, SECONDS + 12)


def test_where_our_clock_is_slow_the_next_window_is_xs() -> None:
    almost_over = replace(IN_WINDOW, left=0, ends=SECONDS + 3, late=2)

    learnt = after(almost_over, Limits(15, 14, SECONDS + 901))

    assert (learnt.left, learnt.ends, learnt.late) == (13, SECONDS + 901, 0)


@pytest.mark.parametrize("outcome", [Sent("1", Limits(15, 0, SECONDS + 12)), REFUSED])
@pytest.mark.parametrize("known", [replace(IN_WINDOW, heard=SECONDS * 1000 - 4000), GUESSED])
def test_the_answer_to_an_older_send_is_late(known: Budget, outcome: Sent | NotSent) -> None:
    before_that = NOW - timedelta(seconds=70)

    assert budget.learnt(known, outcome, before_that, NOW) == known


def test_the_late_answer_of_the_same_window_still_lowers_what_is_left() -> None:
    known = replace(IN_WINDOW, heard=SECONDS * 1000)

    learnt = after(known, Limits(15, 7, SECONDS + 600), claimed=NOW - timedelta(seconds=5))

    assert (learnt.left, learnt.heard) == (7, known.heard)


UNCLEAR = [
    pytest.param(None, id="nothing"),
    pytest.param(Limits(15, 0, SECONDS - 5), id="a time that has passed"),
    pytest.param(Limits(15, 0, LAST_YEAR_2286), id="a time in the year 2286"),
    pytest.param(Limits(15, 0, None), id="no time"),
    pytest.param(Limits(0, 0, SECONDS + 600), id="a limit of nothing"),
    pytest.param(Limits(15, 3, SECONDS + 900), id="that something is left"),
    pytest.param(Limits(day_remaining=0, day_reset=LAST_YEAR_2286), id="the day until 2286"),
]


@pytest.mark.parametrize("limits", UNCLEAR)
@pytest.mark.parametrize("known", [Budget(), IN_WINDOW, GUESSED, replace(IN_WINDOW, ends=SECONDS - 100)])
def test_a_refusal_leaves_nothing_until_a_window_is_over(known: Budget, limits: Limits | None) -> None:
    learnt = refused(known, limits)

    assert learnt.room("staff", NOW) == 0
    assert learnt.room("staff", NOW + timedelta(minutes=15)) > 0


def test_a_refusal_whose_window_ended_on_the_way_is_probed_in_a_minute() -> None:
    slow = NOW - timedelta(seconds=5)

    learnt = budget.learnt(GUESSED, replace(REFUSED, limits=Limits(15, 0, SECONDS - 1)), slow, NOW)

    assert learnt.room("staff", NOW) == 0
    assert learnt.room("staff", NOW + timedelta(seconds=60)) == 15


@pytest.mark.parametrize("reset", [LAST_YEAR_2286, SECONDS + 100_000, SECONDS + 86_430, SECONDS - 1])
def test_no_header_of_the_day_stops_us_for_longer_than_a_day(reset: int) -> None:
    learnt = after(IN_WINDOW, Limits(15, 9, SECONDS + 600, 1440, 0, reset))

    assert learnt.room("staff", NOW + timedelta(days=1)) > 0


def test_a_day_that_was_once_believed_until_2286_stops_nothing() -> None:
    assert replace(IN_WINDOW, day_left=0, day_ends=LAST_YEAR_2286).room("staff", NOW) == 10


def test_a_day_beyond_its_limit_is_a_header_gone_wrong() -> None:
    assert after(IN_WINDOW, Limits(day_limit=100, day_remaining=200, day_reset=SECONDS + 60)).day_left is None


def test_a_refused_connection_takes_nothing(store: Store) -> None:
    take = budget.take(budget.load(store), "staff", NOW)
    assert take
    store.commit([take])

    budget.heard(store, UNREACHED, NOW, NOW)

    assert budget.load(store).left == 15


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(replace(IN_WINDOW, heard=SECONDS * 1000), id="X has counted since"),
        pytest.param(replace(GUESSED, ends=SECONDS + 910), id="of the window before"),
        pytest.param(replace(IN_WINDOW, ends=SECONDS), id="the window is over"),
        pytest.param(replace(IN_WINDOW, left=15), id="a whole window is left"),
    ],
)
def test_a_refused_connection_gives_nothing_back_that_x_may_have_counted(known: Budget) -> None:
    assert budget.learnt(known, UNREACHED, NOW, NOW) == known


def test_what_was_taken_late_is_charged_to_the_next_window_too() -> None:
    over = replace(IN_WINDOW, left=0, ends=SECONDS - 1, late=3)

    assert over.room("staff", NOW) == 12


def test_a_window_that_passed_unseen_is_followed_by_one_with_the_last_seen_limit() -> None:
    over = replace(IN_WINDOW, limit=50, left=0, ends=SECONDS - 1)

    assert over.room("staff", NOW) == 50


def test_the_days_limit_holds_as_well() -> None:
    used_up = after(IN_WINDOW, Limits(15, 9, SECONDS + 600, None, 0, SECONDS + 3600))

    assert used_up.room("staff", NOW) == 0
    assert used_up.room("staff", NOW + timedelta(hours=2)) > 0


@pytest.mark.parametrize(
    ("kind", "room"), [("stop", 2), ("urgent", 2), ("staff", 4), ("acknowledgement", 0), ("answer", 0)]
)
def test_four_in_fifteen_are_kept_for_stops_urgent_words_and_staff_and_half_of_them_for_staff_alone(
    kind: Kind, room: int
) -> None:
    almost = replace(IN_WINDOW, left=4)

    assert almost.room(kind, NOW) == room


@pytest.mark.parametrize(
    ("limit", "staff", "stop", "answer"), [(1, 1, 1, 1), (2, 2, 2, 1), (5, 5, 5, 4), (15, 15, 13, 11), (30, 30, 26, 22)]
)
def test_something_is_kept_wherever_there_is_more_than_one(limit: int, staff: int, stop: int, answer: int) -> None:
    whole = replace(IN_WINDOW, limit=limit, left=limit)

    assert [whole.room(kind, NOW) for kind in ("staff", "stop", "answer")] == [staff, stop, answer]


def test_what_x_declines_is_about_us_once_three_recipients_agree(store: Store) -> None:
    declined = Declined("no")
    same = [budget.judged(store, declined, "one", NOW) for _ in range(5)]
    second = budget.judged(store, declined, "two", NOW)

    third = budget.judged(store, declined, "three", NOW)

    assert [*same, second] == [declined] * 6
    assert isinstance(third, Blocked)


def test_whom_x_takes_between_them_or_a_window_keeps_refusals_apart(store: Store) -> None:
    declined = Declined("no")
    for recipient in ("one", "two"):
        budget.judged(store, declined, recipient, NOW)
    later = budget.judged(store, declined, "three", NOW + budget.WINDOW)
    budget.judged(store, declined, "four", NOW + budget.WINDOW)
    budget.heard(store, Sent("1"), NOW + budget.WINDOW, NOW + budget.WINDOW)

    assert later == declined
    assert budget.judged(store, declined, "five", NOW + budget.WINDOW) == declined


def test_a_breaker_remembers_whom_x_turned_away_last(store: Store) -> None:
    budget.heard(store, Blocked("401"), NOW, NOW, "one")
    opened = budget.load(store).opened_by
    budget.heard(store, Sent("1"), NOW, NOW, "two")

    assert opened == "one"
    assert budget.load(store).opened_by is None


def test_a_header_never_gives_back_what_was_taken_since_it_was_read(store: Store) -> None:
    budget.heard(store, Sent("1", Limits(15, 10, SECONDS + 600)), NOW, NOW)
    stale = budget.load(store)
    take = budget.take(stale, "staff", NOW)
    assert take
    store.commit([take])

    written = budget._write(store, stale, {"left": stale.left})

    assert not written
    assert budget.load(store).left == 9


@pytest.mark.parametrize("reason", ["X does not accept our tokens", "X's credits are used up", "not permitted"])
def test_who_blocks_us_is_asked_once_a_minute(store: Store, reason: str) -> None:
    budget.heard(store, Blocked(reason), NOW, NOW)

    assert budget.load(store).room("staff", NOW) == 0
    assert budget.load(store).room("staff", NOW + timedelta(seconds=60)) == 1


def test_a_probe_that_one_tick_was_late_with_takes_none_from_the_next(store: Store) -> None:
    late, next_tick = NOW + timedelta(seconds=10), NOW + timedelta(seconds=60)

    budget.heard(store, Blocked("401"), late, late)

    assert budget.load(store).room("answer", next_tick) == 1


def test_one_probe_at_a_time(store: Store) -> None:
    budget.heard(store, Blocked("401"), NOW, NOW)
    minute_later = NOW + timedelta(seconds=60)
    probe = budget.take(budget.load(store), "answer", minute_later)
    assert probe

    store.commit([probe])

    assert budget.load(store).room("answer", minute_later) == 0


def test_an_accepted_probe_closes_the_breaker(store: Store) -> None:
    budget.heard(store, Blocked("401"), NOW, NOW)

    budget.heard(store, Sent("1"), NOW, NOW)

    assert budget.load(store).room("staff", NOW) == 15


def test_five_unknown_outcomes_in_a_row_open_the_breaker_and_four_do_not(store: Store) -> None:
    for _ in range(4):
        budget.heard(store, Unknown("read time-out"), NOW, NOW)
    four = budget.load(store)
    budget.heard(store, Unknown("read time-out"), NOW, NOW)

    assert four.blocked is None
    assert budget.load(store).blocked == "unknown"


def test_a_limit_that_is_used_up_is_no_reason_to_break(store: Store) -> None:
    budget.heard(store, NotSent(None, "429"), NOW, NOW)

    assert budget.load(store).blocked is None


@pytest.mark.parametrize(
    ("left", "kind", "minutes"),
    [(10, "answer", 1), (4, "answer", 13), (4, "staff", 1), (0, "staff", 13)],
)
def test_a_probe_is_not_said_to_wait_for_a_window_that_has_room(left: int, kind: Kind, minutes: int) -> None:
    ends, probe_at = (int((NOW + timedelta(minutes=after)).timestamp()) for after in (13, 1))
    known = Budget(left=left, ends=ends, blocked="X's credits are used up", probe_at=probe_at)

    assert known.next_room(kind, NOW) == NOW + timedelta(minutes=minutes)
