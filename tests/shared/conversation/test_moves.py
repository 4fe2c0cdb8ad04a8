"""What becomes of a case that staff move."""

from dataclasses import replace
from datetime import timedelta

from functions.shared.conversation import cases, moves
from functions.shared.conversation.cases import Case, Promise
from tests.at_desk import START

LATER = START + timedelta(minutes=5)
DUE = START + timedelta(hours=1)


def taken() -> Case:
    case = Case("7KD2MX", "2000000000000000011", "billing", "bill", opened_at=START, due_at=DUE)
    return cases.claimed(replace(case, promise=Promise(DUE, told_at=START)), "agent-1", START)


def test_a_transferred_case_keeps_its_place_and_what_the_customer_was_told() -> None:
    there = moves.transferred(taken(), "devices")

    assert (there.state, there.team, there.owner, there.due_at) == ("NEW", "devices", None, DUE)
    assert there.promise == taken().promise
    assert there.needs_ticket
    assert there.fence > taken().fence


def test_an_answered_case_does_not_come_to_another_team_as_new() -> None:
    there = moves.transferred(cases.answered(taken(), LATER), "devices")

    assert (there.state, there.team) == ("WAITING_CUSTOMER", "devices")


def test_a_case_whose_told_time_is_near_stays_in_the_line_though_its_claim_runs_out() -> None:
    told = LATER + timedelta(hours=3)
    rests = cases.released(moves.answered_until(taken(), told, LATER))
    assert (rests.state, rests.parked_until) == ("WAITING_CUSTOMER", told - moves.BACK_BEFORE)
    near = told - timedelta(minutes=20)
    back = cases.claimed(moves.back_from_rest(rests, near), "agent-2", near)

    assert cases.released(back).state == "NEW"
    assert cases.released(cases.broken(back)).state == "NEW"
    assert cases.released(cases.answered(back, near)).state == "WAITING_CUSTOMER"


def test_who_gave_a_case_away_is_not_asked_first_when_its_customer_writes() -> None:
    there = moves.transferred(cases.answered(taken(), LATER), "devices")

    assert cases.joined(there, LATER + timedelta(hours=1), DUE).last_owner is None


def test_what_staff_raise_comes_to_the_front_for_everybody_and_never_later() -> None:
    waiting = cases.released(taken())

    raised = moves.made_urgent(waiting, LATER)

    assert (raised.team, raised.state, raised.due_at, raised.needs_ticket) == ("urgent", "NEW", LATER, True)
    assert moves.made_urgent(waiting, DUE + timedelta(hours=1)).due_at == DUE


def test_whoever_has_a_case_open_keeps_it_when_staff_raise_or_lower_it() -> None:
    raised = moves.made_urgent(taken(), LATER)
    lowered = moves.made_less_urgent(raised, "devices", DUE)

    assert [(case.owner, case.state, case.fence) for case in (raised, lowered)] == [
        ("agent-1", "CLAIMED", taken().fence)
    ] * 2


def test_a_lowered_case_is_due_with_its_team_but_not_after_what_the_customer_was_told() -> None:
    lowered = moves.made_less_urgent(taken(), "devices", DUE + timedelta(hours=2))

    assert (lowered.team, lowered.due_at) == ("devices", DUE)
    kept = cases.answered(taken(), LATER)
    assert moves.made_less_urgent(kept, "devices", DUE + timedelta(hours=2)).due_at == DUE + timedelta(hours=2)


TOMORROW = START + timedelta(days=1)


def test_a_parked_case_rests_and_what_the_customer_is_told_is_a_promise() -> None:
    parked = moves.parked(taken(), TOMORROW, LATER, told=True)

    assert (parked.state, parked.owner, parked.promise) == ("WAITING_CUSTOMER", None, Promise(TOMORROW, told_at=LATER))
    assert cases.look_at(parked) == TOMORROW - moves.BACK_BEFORE
    assert parked.fence > taken().fence


def test_who_is_told_nothing_is_promised_nothing_new() -> None:
    assert moves.parked(taken(), TOMORROW, LATER, told=False).promise == taken().promise


def test_a_parked_case_comes_back_to_who_had_it_in_time_to_keep_what_was_told() -> None:
    back = moves.back_from_rest(moves.parked(taken(), TOMORROW, LATER, told=True), TOMORROW - moves.BACK_BEFORE)

    assert (back.state, back.last_owner, back.due_at, back.parked_until) == ("NEW", "agent-1", TOMORROW, None)
    assert back.back_until
    assert back.promise
    assert back.promise.kept is None


def test_a_short_rest_leaves_time_to_keep_it() -> None:
    parked = moves.parked(taken(), LATER + timedelta(minutes=15), LATER, told=True)

    assert parked.parked_until == LATER + timedelta(minutes=10)


def test_who_acts_on_a_parked_case_ends_its_rest() -> None:
    parked = moves.parked(taken(), TOMORROW, LATER, told=True)
    now = LATER + timedelta(minutes=1)
    acts = [cases.joined(parked, now, DUE), cases.raised(parked, "danger", now, DUE), cases.elsewhere(parked, now)]
    claimed = cases.claimed(parked, "agent-2", now)
    acts += [moves.made_urgent(parked, DUE), cases.answered(claimed, now), cases.resolved(claimed, "sorted", now)]

    assert [case.parked_until for case in acts] == [None] * 6
    assert cases.released(replace(claimed, answered_at=now)).parked_until == parked.parked_until
