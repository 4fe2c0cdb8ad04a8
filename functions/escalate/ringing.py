"""Whether a customer can be rung back, at which number, and when."""

from datetime import datetime

from functions.escalate.contract import ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal
from functions.shared.aws.rows import slot_key
from functions.shared.aws.store import Put
from functions.shared.brand.catalogue import Brand
from functions.shared.conversation import calls
from functions.shared.conversation.calls import SlotTaken, capacity, slots
from functions.shared.conversation.cases import Call, Case
from functions.shared.conversation.conversations import Conversation

IN_WRITING = "No call in this case: it is to be in writing, or somebody else may answer."
NO_NUMBER = "There is no number to ring: that phone is lost, or the number on file makes no sense."


def number_of(desk: Desk, current: Conversation, case: Case) -> str:
    """Return the number at which a customer is rung. Raises Refusal where nobody may ring."""
    from functions.escalate.numbers import number_to_ring  # a first case does not wait for its library

    if not calls.may_be_called(case):
        raise _refused(403, IN_WRITING)
    number = number_to_ring(*desk.proven(current))
    if number is None:
        raise _refused(403, NO_NUMBER)
    return number


def free_slots(desk: Desk, case: Case) -> list[Call]:
    """Return the times at which the case's team can still promise a call."""
    now, brand = desk.sender.now(), desk.brand()
    every = list(slots(case.team, now, brand))
    taken = desk.sender.store.by_key([slot_key(case.team, call.at) for call in every])
    of = capacity(case.team, brand)
    return [call for call in every if SlotTaken.of(taken.get(slot_key(case.team, call.at))).left(of)]


def taken_slot(desk: Desk, case: Case, at: datetime, now: datetime, brand: Brand) -> tuple[Call, Put]:
    """Take one of the calls that a team makes at a time. Raises Refusal where there is none left."""
    call = next((call for call in slots(case.team, now, brand) if call.at == at), None)
    if case.call and case.call.at == at:
        raise _refused(400, "The call is promised for that time already.")
    if call is None:
        raise _refused(400, "The team makes no call at that time: choose one of its free times.")
    taken = SlotTaken.of(desk.sender.store.get(*slot_key(case.team, call.at)))
    if not taken.left(capacity(case.team, brand)):
        raise _refused(400, "Every call of that time is taken: choose another.")
    return call, taken.one_more(case.team, call)


def freed_slots(desk: Desk, case: Case, now: datetime) -> tuple[Put, ...]:
    """Give back the time of a call that is not to be made, as long as somebody else may want it."""
    call = case.call
    if call is None or call.at <= now:
        return ()
    return (SlotTaken.of(desk.sender.store.get(*slot_key(case.team, call.at))).one_less(case.team, call),)


def _refused(status: int, sentence: str) -> Refusal:
    return Refusal(status, ErrorAnswer(error=sentence))
