"""How many DMs of one customer are answered: what is said twice is answered once, and a flood is one case. Pure.

A flood is many DMs in a minute or a day, or more answers than X has taken from us.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.commands.hashtags.link import code_in
from functions.commands.registry import Question, registry
from functions.shared.conversation.cases import Case
from functions.shared.conversation.customers import A_DAY, Customer, Noted
from functions.shared.wording.reading import plain, visible

A_MOMENT = timedelta(seconds=60)
A_MINUTE = 10
"""DMs of one customer."""
EACH_DAY = 200
WAITING = 20
"""Replies to one customer that are not settled: what they write then goes to people as one case."""


def dm_counted(question: Question) -> Customer:
    """Return the customer with this DM counted.

    X's time of a DM counts, not ours: what has waited in a queue comes all at once, and is no flood.
    """
    dm = question.dm
    at = min(dm.at, question.now)
    customer = _answered(question.customer, question.case, at)
    lately = tuple(noted for noted in customer.noted if abs(at - noted.at) < A_MOMENT)
    # What got no answer because of a stop may be said again right after the start.
    unheard = customer.stopped and not _switches(dm.text)
    digest = None if unheard or _answers_us(question) else _digest(question)
    again = digest is not None and any(noted.digest == digest for noted in lately)
    lately = (*lately, Noted(at, None if again else digest, again))[-A_MINUTE - 1 :]
    today = customer.day_began is not None and at - customer.day_began < A_DAY
    customer = replace(
        customer,
        noted=lately,
        day_began=customer.day_began if today else at,
        in_day=customer.in_day + 1 if today else 1,
    )
    return replace(customer, flooded_at=customer.flooded_at or (at if _too_many(customer) else None))


def _switches(text: str) -> bool:
    known = registry().by_tag
    return any(known[tag].stops or known[tag].resumes for tag in plain(text).tags if tag in known)


def said_before(customer: Customer) -> bool:
    """Say whether the DM that was counted last says what was said, and dealt with, a moment ago."""
    return bool(customer.noted) and customer.noted[-1].again


def _too_many(customer: Customer) -> bool:
    return len(customer.noted) > A_MINUTE or customer.in_day > EACH_DAY or len(customer.outbox) >= WAITING


def _answered(customer: Customer, case: Case | None, at: datetime) -> Customer:
    """After a flood a person has to have the next word, or where none was asked for it has to be over.

    Then the counting begins anew.
    """
    if customer.flooded_at is None:
        return customer
    if case and case.id == customer.case and not _since(case.answered_at, customer.flooded_at):
        return customer
    if customer.case is None and customer.noted and at - customer.noted[-1].at < A_MOMENT:
        return customer
    return replace(customer, flooded_at=None, noted=(), in_day=0, day_began=None)


def _since(answered_at: datetime | None, flooded_at: datetime) -> bool:
    return answered_at is not None and answered_at >= flooded_at


def _answers_us(question: Question) -> bool:
    """Whether it may answer a question of ours: a second "yes" says something else, a second code is a second try."""
    read = plain(question.dm.text)
    waits = question.customer.asked or question.customer.delete_asked_until
    code = code_in(read, expected=question.customer.code is not None)
    return (waits is not None and not read.tags) or code is not None


def _digest(question: Question) -> str | None:
    """Tell texts apart without keeping them: under the deployment's key nobody can guess a short one either."""
    seen = " ".join(visible(question.dm.text).split()).encode(errors="replace").decode()
    if question.dm.attachment or not seen:
        return None
    return question.proofs.keyed.digest("said", question.customer.x_id, seen)[:32]
