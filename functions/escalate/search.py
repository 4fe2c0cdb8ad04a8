"""Look for a customer's cases: by a case's number, a handle or an X id. That somebody looked is in the audit."""

from collections.abc import Iterable, Iterator
from typing import Literal

from functions.escalate.desk_api import Desk, Staff
from functions.escalate.lists import CasesAnswer, shown_in_list
from functions.shared.aws.rows import AUDIT_KEPT, profile_key, search_key
from functions.shared.aws.store import Put
from functions.shared.conversation import cases, conversations
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import customer_in

AT_MOST = 5
"""Customers who are found under one handle: on X it is one's own, but may be somebody else's tomorrow."""


def cases_found(desk: Desk, staff: Staff, asked: str, request_id: str) -> CasesAnswer:
    """Return the cases that this person may see of whoever was looked for: the open one, or the one that may reopen."""
    by, there = _looked_for(desk, asked.strip())
    may_see = [case for case in there if staff.serves(case) or case.owner == staff.id]
    # Never what was looked for: it names somebody, who may be erased one day.
    row = {"by": by, "cases": [case.id for case in may_see]}
    now = desk.sender.now()
    desk.sender.store.commit([Put(search_key(staff.id, now, request_id).row(row, until=now + AUDIT_KEPT))])
    return CasesAnswer(cases=tuple(shown_in_list(desk, may_see)), cursor=None)


def _looked_for(desk: Desk, asked: str) -> tuple[Literal["number", "x_id", "handle"], list[Case]]:
    store, number = desk.sender.store, cases.id_of(asked)
    if number and (case := conversations.case_of(store, number)):
        return "number", [case]
    if asked.isascii() and asked.isdigit():
        return "x_id", list(_of_customers(desk, [asked]))
    return "handle", list(_of_customers(desk, conversations.called(store, asked.removeprefix("@"), AT_MOST)))


def _of_customers(desk: Desk, x_ids: Iterable[str]) -> Iterator[Case]:
    store = desk.sender.store
    profiles = store.get_all([profile_key(x_id) for x_id in x_ids])
    known = (customer for customer in map(customer_in, profiles))
    ids = [case for customer in known for case in (customer.case, customer.past_case) if case]
    yield from conversations.cases_of(store, ids)
