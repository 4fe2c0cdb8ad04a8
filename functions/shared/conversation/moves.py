"""Cases that staff move: to another team. Pure.

What the customer was told, what they wrote and what was answered goes along.
"""

from dataclasses import replace

from functions.shared.conversation.cases import Case, Team, released

WITHOUT_A_REASON = frozenset({"care_now", "staff_safety"})
"""Kinds of cases that anybody may give away without saying why."""


def transferred(case: Case, team: Team) -> Case:
    """Give a case to another team, by its due time. One that was answered waits for its customer there."""
    return released(replace(case, team=team, last_owner=None, back_until=None))
