"""A case in a glance: what is asked, what was promised and how the time was reckoned, what was before."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from functions.escalate.contract import Brief, EarlierCase
from functions.shared.aws.rows import AUDIT, all_of, customer_pk
from functions.shared.aws.store import Store
from functions.shared.brand import hours
from functions.shared.brand.catalogue import Brand
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.erasure import case_ids
from functions.shared.wording import saying

FIRST_SIGNS = 200
LOOKED_BACK = 60
"""Changes of the conversation in which earlier cases are looked for."""
EARLIER = 5


def brief(store: Store, case: Case, entries: Sequence[Entry], now: datetime, brand: Callable[[], Brand]) -> Brief:
    """Sum up a case from its newest page."""
    since = [entry for entry in entries if entry.at >= case.opened_at]
    asked = next((entry.text for entry in since if entry.who == "customer"), None)
    said = next((entry.text for entry in reversed(entries) if entry.who == "bot"), None)
    return Brief(
        asks=_first(asked),
        bot_said=_first(said),
        promised_at=case.promise.by if case.promise else None,
        due=reckoned(case, now, brand),
        exchange=exchanges(since),
        earlier=tuple(_earlier(store, case)),
    )


def exchanges(entries: Sequence[Entry]) -> int:
    """Count how often the customer wrote and staff answered."""
    turns = [entry.who for entry in entries if entry.who in ("customer", "staff")]
    return sum(before == "customer" and who == "staff" for before, who in itertools.pairwise(turns))


def reckoned(case: Case, now: datetime, brand: Callable[[], Brand]) -> str | None:
    """Say how a case's time was reckoned: 09:10 + 60 open minutes = 10:10."""
    try:
        facts = brand()
        since = case.newest if case.answered_at else case.opened_at
        begun, due = (at.replace(second=0, microsecond=0) for at in (since, case.due_at))  # as they are read
        if case.team == "urgent":
            counted, closed = f"{(due - begun) // timedelta(minutes=1)} minutes, day and night", ""
        else:
            minutes = hours.open_between(begun, due, facts) // timedelta(minutes=1)
            days = [saying.on_day(day, hours.today(now, facts), facts) for day in hours.closed_days(begun, due, facts)]
            counted = f"{minutes} open minutes"
            closed = f"; closed {saying.series(days, facts)}" if days else ""
        return f"{saying.moment(begun, now, facts)} + {counted} = {saying.moment(due, now, facts)}{closed}"
    except saying.NO_CLOCK:
        return None


def _first(text: str | None) -> str | None:
    return " ".join(text.split())[:FIRST_SIGNS] if text else None


def _earlier(store: Store, case: Case) -> list[EarlierCase]:
    changes = store.query(customer_pk(case.customer), all_of(AUDIT), newest_first=True, limit=LOOKED_BACK)
    found = conversations.cases_of(store, case_ids(changes, but=case.id)[:EARLIER])
    before = [
        EarlierCase(number=one.number, team=one.team, kind=one.kind, resolved_at=one.resolved_at, wrap_up=one.wrap_up)
        for one in found
        if one.customer == case.customer
    ]
    return sorted(before, key=lambda one: one.resolved_at.isoformat() if one.resolved_at else "", reverse=True)
