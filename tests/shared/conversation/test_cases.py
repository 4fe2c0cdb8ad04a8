"""A case's life, step by step."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.shared.conversation import cases
from functions.shared.conversation.cases import BACK_TO_OWNER, ELSEWHERE, LEASE, Case, NotYours
from tests.at_desk import START

LATER = START + timedelta(minutes=5)
DUE = START + timedelta(hours=1)


def a_case() -> Case:
    return Case("7KD2MX", "2000000000000000011", "billing", "bill", opened_at=START, due_at=DUE)


def test_a_number_is_said_in_two_parts_without_vowels_or_look_alikes() -> None:
    assert a_case().number == "7KD-2MX"
    assert not set(cases.new_id()) & set("AEIOU01")


def test_a_claim_has_an_owner_a_higher_fence_and_a_lease() -> None:
    claimed = cases.claimed(a_case(), "agent-1", LATER)

    assert (claimed.state, claimed.owner, claimed.lease_until) == ("CLAIMED", "agent-1", LATER + LEASE)
    assert claimed.fence > a_case().fence


@pytest.mark.parametrize(
    ("staff", "fence", "late"),
    [("agent-2", 2, timedelta(0)), ("agent-1", 1, timedelta(0)), ("agent-1", 3, timedelta(0)), ("agent-1", 2, LEASE)],
)
def test_a_claim_holds_for_its_owner_and_fence_until_the_lease_is_over(staff: str, fence: int, late: timedelta) -> None:
    claimed = cases.claimed(a_case(), "agent-1", LATER)

    assert cases.owned(claimed, "agent-1", 2, LATER) == claimed
    with pytest.raises(NotYours):
        cases.owned(claimed, staff, fence, LATER + late)


def test_no_claim_outlives_a_release() -> None:
    released = cases.released(cases.claimed(a_case(), "agent-1", LATER))

    with pytest.raises(NotYours):
        cases.owned(replace(released, state="CLAIMED", owner="agent-1", lease_until=DUE), "agent-1", 2, LATER)


def test_a_case_number_can_be_read_out() -> None:
    assert cases.case_number("7KD2MX") == "7KD-2MX"


def test_an_unanswered_case_returns_to_the_line_with_the_time_that_was_promised() -> None:
    released = cases.released(cases.claimed(a_case(), "agent-1", LATER))

    assert (released.state, released.due_at, released.needs_ticket) == ("NEW", DUE, True)


def test_an_answered_case_waits_for_the_customer() -> None:
    answered = cases.answered(cases.claimed(a_case(), "agent-1", LATER), LATER)

    assert cases.released(answered).state == "WAITING_CUSTOMER"


def test_what_the_customer_wrote_after_the_answer_is_not_left_waiting_for_the_customer() -> None:
    answered = cases.answered(cases.claimed(a_case(), "agent-1", LATER), LATER)

    joined = cases.joined(answered, LATER + timedelta(seconds=1), DUE)

    assert joined.state == "CLAIMED"
    assert cases.released(joined).state == "NEW"


def test_a_customer_who_answers_is_kept_for_the_last_owner_for_ten_minutes() -> None:
    waiting = cases.released(cases.answered(cases.claimed(a_case(), "agent-1", START), START))

    joined = cases.joined(waiting, LATER, DUE)

    assert (joined.state, joined.last_owner, joined.back_until) == ("NEW", "agent-1", LATER + BACK_TO_OWNER)


def test_an_urgent_word_brings_a_case_to_the_front_for_everybody() -> None:
    raised = cases.raised(a_case(), "danger", LATER, LATER + timedelta(minutes=15))

    assert (raised.team, raised.kind, raised.state) == ("urgent", "danger", "NEW")
    assert raised.due_at == LATER + timedelta(minutes=15)
    assert raised.needs_ticket


def test_an_urgent_word_never_makes_a_promise_later() -> None:
    soon = replace(a_case(), due_at=LATER)

    assert cases.raised(soon, "danger", LATER, DUE).due_at == LATER


def test_whoever_has_a_case_open_keeps_it_when_it_becomes_urgent() -> None:
    claimed = cases.claimed(a_case(), "agent-1", START)

    raised = cases.raised(claimed, "danger", LATER, DUE)

    assert cases.owned(raised, "agent-1", claimed.fence, LATER).team == "urgent"


def test_a_resolved_case_has_no_owner_and_its_claim_is_over() -> None:
    claimed = cases.claimed(a_case(), "agent-1", START)

    resolved = cases.resolved(claimed, "sorted", LATER)

    assert (resolved.open, resolved.owner, resolved.wrap_up) == (False, None, "sorted")
    with pytest.raises(NotYours):
        cases.owned(resolved, "agent-1", claimed.fence, LATER)


def test_a_reopened_case_keeps_its_number_and_begins_again() -> None:
    answered = cases.answered(cases.claimed(a_case(), "agent-1", START), START)
    resolved = cases.resolved(answered, "sorted", START)

    again = cases.reopened(resolved, "devices", "fault", LATER, DUE)

    assert (again.id, again.team, again.state, again.wrap_up) == ("7KD2MX", "devices", "NEW", None)
    assert again.open
    assert cases.released(cases.claimed(again, "agent-2", LATER)).state == "NEW"


def test_the_clock_looks_at_a_case_when_something_is_due() -> None:
    claimed = cases.claimed(a_case(), "agent-1", START)
    waiting = cases.released(cases.answered(claimed, LATER))

    assert cases.look_at(a_case()) == START
    assert cases.look_at(replace(a_case(), ticketed_fence=1)) is None
    assert cases.look_at(claimed) == START + LEASE
    assert cases.look_at(waiting) == LATER + timedelta(days=3)
    assert cases.look_at(replace(waiting, owner=ELSEWHERE)) == LATER + timedelta(hours=24)
    assert cases.look_at(cases.resolved(claimed, "sorted", LATER)) is None
