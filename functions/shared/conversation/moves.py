"""Cases that staff move: to another team, to who works on, up or down, to a later time. Pure.

What the customer was told, what they wrote and what was answered goes along.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.shared.conversation.cases import (
    BACK_TO_OWNER,
    Case,
    Promise,
    Team,
    answered,
    in_line,
    promise_judged,
    released,
)

WITHOUT_A_REASON = frozenset({"care_now", "staff_safety"})
"""Kinds of cases that anybody may give away without saying why."""

BACK_BEFORE = timedelta(minutes=30)
"""So long before the time that was told a parked case is back, so that it can be kept; of a short one, a third."""


def transferred(case: Case, team: Team) -> Case:
    """Give a case to another team, by its due time. One that was answered waits for its customer there."""
    return released(replace(case, team=team, last_owner=None, back_until=None))


def handed_on(case: Case, team: Team | None, person: str | None, now: datetime) -> Case:
    """Give a case to who works on: to a person first, to a team, or to its own line. What is urgent stays everybody's.

    It is the customer's turn where it was, and what rests goes on resting.
    """
    team = case.team if team is None or case.team == "urgent" else team
    given = replace(case, team=team, last_owner=person, back_until=None)
    if case.state == "WAITING_CUSTOMER":
        return replace(given, fence=case.fence + 1)
    free = released(given)
    return replace(free, back_until=now + BACK_TO_OWNER) if person and free.state == "NEW" else free


def made_urgent(case: Case, due_at: datetime) -> Case:
    """Staff have seen that it cannot wait: to the front, for everybody. Whoever has it open keeps it."""
    due_at = min(due_at, case.due_at)
    case = replace(case, team="urgent", due_at=due_at)
    return case if case.state == "CLAIMED" else in_line(replace(case, back_until=None), due_at)


def made_less_urgent(case: Case, team: Team, due_at: datetime) -> Case:
    """It can wait in a team's line, though not longer than the customer was told. Whoever has it open keeps it."""
    told = case.promise.by if case.promise and case.promise.kept is None else due_at
    return replace(case, team=team, due_at=min(told, due_at))


def parked(case: Case, until: datetime, now: datetime, *, told: bool) -> Case:
    """Let a case rest while somebody of ours is waited for. What the customer is `told` of it is a promise."""
    rests = replace(
        case,
        state="WAITING_CUSTOMER",
        fence=case.fence + 1,
        owner=None,
        lease_until=None,
        back_until=None,
        parked_until=_back_at(until, now),
    )
    return replace(promise_judged(rests, now), promise=Promise(until, told_at=now)) if told else rests


def answered_until(case: Case, by: datetime, now: datetime) -> Case:
    """Staff answer and say by when they write again: whoever has the case then, it is back in the line before that."""
    answer = answered(case, now)
    return replace(answer, promise=Promise(by, told_at=now), parked_until=_back_at(by, now))


def _back_at(told: datetime, now: datetime) -> datetime:
    return told - min(BACK_BEFORE, (told - now) / 3)


def back_from_rest(case: Case, now: datetime) -> Case:
    """Its time has come: back into the line, to who had the case first, before what its customer was told is over."""
    told = case.promise.by if case.promise and case.promise.kept is None else now
    return replace(in_line(case, told), back_until=now + BACK_TO_OWNER)
