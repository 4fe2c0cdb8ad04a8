"""The one way into a case: whoever brings something for people opens, joins, raises or reopens it here. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case, Entry, Team
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.locks import reported


@dataclass(frozen=True)
class Concern:
    """What people have to look at, and by when."""

    team: Team
    kind: str
    due_at: datetime
    silent: bool = False
    """The customer is told nothing of it."""
    locks: bool = False
    """No account figure is said until a person has checked who asks."""


def number(current: Conversation, now: datetime, new_id: Callable[[], str]) -> str:
    """Return the number of the case that comes next: the open one's, this week's, or a new one."""
    case = current.open_case or current.past_case(now)
    return case.id if case else new_id()


def taken(
    current: Conversation, concern: Concern, now: datetime, *entries: Entry, new_id: Callable[[], str] = cases.new_id
) -> Conversation:
    """The customer has written: the open case is joined, or raised by what is urgent, else one is (re)opened."""
    case = current.open_case
    case = _more(case, concern, now) if case else _fresh(current, concern, now, new_id)
    customer = reported(current.customer, case.id) if concern.locks else current.customer
    return replace(current, customer=customer).with_case(case, *entries)


def noted(
    current: Conversation, concern: Concern, now: datetime, *entries: Entry, new_id: Callable[[], str] = cases.new_id
) -> Conversation:
    """Staff have to know of something that the customer did not write: the open case stays as it is."""
    case = current.open_case or _fresh(current, concern, now, new_id)
    return current.with_case(case, *entries)


def answered_elsewhere(current: Conversation, now: datetime, new_id: Callable[[], str] = cases.new_id) -> Conversation:
    """A person has answered without the desk: a case waits for the customer in their name."""
    elsewhere = Concern("general", cases.ELSEWHERE, due_at=now)
    return current.with_case(cases.elsewhere(current.open_case or _fresh(current, elsewhere, now, new_id), now))


def knows(case: Case, kind: str) -> bool:
    """Say whether something as urgent was said in a case before."""
    return kind in case.acknowledged or (case.team == "urgent" and case.kind == kind)


def _more(case: Case, concern: Concern, now: datetime) -> Case:
    if case.silent and not concern.silent:
        return _acknowledged(cases.made_known(case, concern.team, concern.kind, now, concern.due_at), concern)
    if concern.team == "urgent" and not knows(case, concern.kind):
        return _acknowledged(cases.raised(case, concern.kind, now, concern.due_at), concern)
    return cases.joined(case, now, concern.due_at)


def _fresh(current: Conversation, concern: Concern, now: datetime, new_id: Callable[[], str]) -> Case:
    past = current.past_case(now)
    if past:
        case = cases.reopened(past, concern.team, concern.kind, now, concern.due_at)
    else:
        x_id = current.customer.x_id
        case = Case(new_id(), x_id, concern.team, concern.kind, opened_at=now, due_at=concern.due_at)
    return _acknowledged(replace(case, silent=concern.silent), concern)


def _acknowledged(case: Case, concern: Concern) -> Case:
    """What is urgent is acknowledged once for each kind."""
    return replace(case, acknowledged=(*case.acknowledged, concern.kind)) if concern.team == "urgent" else case
