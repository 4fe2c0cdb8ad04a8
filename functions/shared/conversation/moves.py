"""Cases that staff move: to another team, up or down. Pure.

What the customer was told, what they wrote and what was answered goes along.
"""

from dataclasses import replace
from datetime import datetime

from functions.shared.conversation.cases import Case, Team, in_line, released

WITHOUT_A_REASON = frozenset({"care_now", "staff_safety"})
"""Kinds of cases that anybody may give away without saying why."""


def transferred(case: Case, team: Team) -> Case:
    """Give a case to another team, by its due time. One that was answered waits for its customer there."""
    return released(replace(case, team=team, last_owner=None, back_until=None))


def made_urgent(case: Case, due_at: datetime) -> Case:
    """Staff have seen that it cannot wait: to the front, for everybody. Whoever has it open keeps it."""
    due_at = min(due_at, case.due_at)
    case = replace(case, team="urgent", due_at=due_at)
    return case if case.state == "CLAIMED" else in_line(replace(case, back_until=None), due_at)


def made_less_urgent(case: Case, team: Team, due_at: datetime) -> Case:
    """It can wait in a team's line, though not longer than the customer was told. Whoever has it open keeps it."""
    told = case.promise.by if case.promise and case.promise.kept is None else due_at
    return replace(case, team=team, due_at=min(told, due_at))
