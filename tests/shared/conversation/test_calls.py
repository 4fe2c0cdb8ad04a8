"""A call that staff promise: when there is one, and what becomes of its case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.rows import slot_key
from functions.shared.aws.store import Cancelled
from functions.shared.brand.catalogue import Brand
from functions.shared.conversation import calls, cases, promises
from functions.shared.conversation.calls import SOONEST, SlotTaken, slots
from functions.shared.conversation.cases import Call, Case
from functions.shared.conversation.customers import Customer
from tests.at_desk import START
from tests.brands import FACTS
from tests.proof.world import World

BRAND = Brand.of(FACTS)
CALL = Call(START + timedelta(hours=1), START + timedelta(hours=1, minutes=30))
TAKEN = cases.claimed(Case("7KD2MX", "1", "billing", "bill", opened_at=START, due_at=START), "agent-1", START)
BOOKED = calls.booked(TAKEN, CALL, START)


# ---- when ----


def test_calls_are_made_in_the_open_hours_of_two_days_and_not_at_once() -> None:
    found = list(slots("billing", START + timedelta(minutes=20), BRAND))

    assert found[0] == Call(START + timedelta(minutes=60), START + timedelta(minutes=90))
    assert found[0].at >= START + timedelta(minutes=20) + SOONEST
    assert found[-1].until == datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
    assert len({call.at.date() for call in found}) == 2


def test_on_a_saturday_evening_the_next_calls_are_on_monday() -> None:
    saturday = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)

    assert next(slots("billing", saturday, BRAND)).at == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def test_a_team_that_makes_no_calls_has_no_times() -> None:
    assert list(slots("urgent", START, BRAND)) == []
    assert (
        list(slots("billing", START, Brand.of({name: fact for name, fact in FACTS.items() if name != "calls"}))) == []
    )


def test_of_two_who_take_the_last_one_of_a_time_the_second_is_too_late() -> None:
    store = World().store
    taken = SlotTaken.of(store.get(*slot_key("billing", CALL.at)))
    store.commit([taken.one_more("billing", CALL)])

    with pytest.raises(Cancelled):
        store.commit([taken.one_more("billing", CALL)])

    assert SlotTaken.of(store.get(*slot_key("billing", CALL.at))).left(of=2) == 1


def test_what_a_newer_release_keeps_beside_a_time_stays() -> None:
    taken = SlotTaken.of({"pk": "1", "sk": "1", "calls": 1, "version": 1, "later": "x"}).one_more("billing", CALL)

    assert (taken.item["later"], taken.item["calls"], taken.expected) == ("x", 2, 1)


def test_a_time_that_is_not_understood_is_full() -> None:
    assert SlotTaken.of({"pk": "1", "sk": "1", "calls": "two", "version": 1}).left(of=5) == 0


# ---- what becomes of the case ----


def test_a_case_with_a_call_waits_and_is_back_when_it_is_time_for_who_had_it() -> None:
    back = calls.time_to_ring(BOOKED, CALL.at)

    assert (BOOKED.state, cases.look_at(BOOKED), BOOKED.owner) == ("WAITING_CUSTOMER", CALL.at, None)
    assert (back.state, back.due_at, back.last_owner, back.needs_ticket) == ("NEW", CALL.at, "agent-1", True)
    assert back.back_until
    assert BOOKED.fence > TAKEN.fence


def test_a_call_that_is_made_in_time_is_a_kept_promise_and_a_late_one_a_broken_one() -> None:
    in_time, late = calls.rung(BOOKED, CALL.at), calls.rung(BOOKED, CALL.until)

    assert (promises.verdict(BOOKED, in_time), promises.verdict(BOOKED, late)) == (True, False)
    assert in_time.call is None


def test_who_tries_a_second_time_has_kept_the_first_promise_if_they_rang_in_time() -> None:
    later = Call(CALL.at + timedelta(days=1), CALL.until + timedelta(days=1), again=True)

    in_time = calls.booked(calls.rung(BOOKED, CALL.at), later, CALL.at)
    late = calls.booked(calls.rung(BOOKED, CALL.until), later, CALL.until + timedelta(minutes=1))

    assert (promises.verdict(BOOKED, in_time), promises.verdict(BOOKED, late)) == (True, False)
    assert promises.newly_told(BOOKED, in_time) == later.until


def test_an_answer_in_writing_does_not_keep_a_call_and_the_end_of_the_case_does() -> None:
    answered = cases.answered(cases.claimed(BOOKED, "agent-1", START), START)

    assert promises.verdict(BOOKED, answered) is None
    assert answered.call == CALL
    assert promises.verdict(BOOKED, cases.resolved(BOOKED, "sorted", START)) is True


def test_a_call_that_nobody_makes_is_broken_at_its_end_without_a_word_before() -> None:
    assert promises.look_at(Customer("1"), BOOKED) == CALL.until


def test_a_customer_who_writes_before_the_call_is_read_and_still_called() -> None:
    wrote = cases.joined(BOOKED, START + timedelta(minutes=5), START + timedelta(hours=2))

    assert (wrote.state, wrote.call) == ("NEW", CALL)
    assert cases.look_at(cases.released(cases.answered(cases.claimed(wrote, "a", START), CALL.at))) == CALL.at


@pytest.mark.parametrize("kind", ["access", "quiet_contact"])
def test_who_needs_it_in_writing_or_is_not_alone_is_never_rung(kind: str) -> None:
    assert not calls.may_be_called(replace(TAKEN, kind=kind))
    assert not calls.may_be_called(replace(TAKEN, acknowledged=(kind,)))
    assert calls.may_be_called(TAKEN)
