"""A person takes over: a case is opened, or the open one is joined, and the customer learns of it."""

from dataclasses import replace
from datetime import datetime

from functions.commands import incidents, texts
from functions.commands.compose import compose
from functions.commands.decisions import Decision, Join, Open, Say, Why
from functions.commands.incoming import Heard
from functions.commands.registry import Escalate
from functions.shared.brand.catalogue import Notice
from functions.shared.brand.hours import is_open
from functions.shared.conversation.cases import UNPROMISED, Case, Team
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.intake import knows
from functions.shared.conversation.locks import reported
from functions.shared.conversation.replies import Kind
from functions.shared.wording.rules import Match


def to_people(
    heard: Heard, why: Why, found: Match, *, key: str | None, after: Customer | None = None, **told: str
) -> Decision:
    """Open a case, or add to the one that is open.

    `key` is the acknowledgement's text, None for silence; `told` is what it says beside the case.
    """
    team = found.team or "general"
    after = after or heard.customer
    if found.locks:
        after = reported(after, heard.open_case or heard.case_id)
    if heard.open_case:
        return _joined(heard, heard.open_case, why, found, key=key, after=after)
    opened = Open(heard.case_id, team, found.kind, heard.due(team))
    say = None
    if key and not after.stopped:
        after, say = _acknowledged(heard, after, key, found.kind, team, opened.id, opened.due_at, **told)
    return Decision("escalated", why.step, why.rule, after, say, opened)


def with_person(heard: Heard, why: Why, found: Match, notice: Notice, after: Customer | None = None) -> Decision:
    """Tell of a known incident who needs a person as well, who looks at it before the rest of the line."""
    told = incidents.latest(notice, heard.question.now, heard.brand)
    after = replace(after or heard.customer, told_of=notice.id)
    return to_people(replace(heard, hurries=True), why, found, key=incidents.PERSON, after=after, **told)


def passed_on(heard: Heard, why: Why, handover: Escalate, after: Customer) -> Decision:
    """Open a case for what a command hands over, or add to the one that is open: then how that stands is said."""
    found = Match(handover.kind, handover.team, None, "")
    if handover.text is None or heard.open_case or after.stopped:
        return to_people(heard, why, found, key=handover.key or None, after=after, **handover.told)
    decision = to_people(heard, why, found, key=None, after=after)
    due = heard.due(handover.team)
    reply = handover.text.reply(**heard.values(heard.case_id, handover.team, due), **handover.told)
    reply = replace(reply, promises=heard.told(handover.team, due), quotes=handover.quotes)
    after, say = compose(heard, after, [reply], "acknowledgement")
    return replace(decision, customer=after, say=say)


def in_silence(heard: Heard) -> Open | Join:
    """A case for people of which the chat gives nothing away: neither by words nor by the time that this takes."""
    if heard.customer.case:
        return Join(heard.customer.case, note_only=True)
    return Open(heard.case_id, "general", "link_refused", heard.question.now + UNPROMISED, silent=True)


def acknowledgement(heard: Heard, found: Match) -> str | None:
    """Return the key of what the customer reads at once about a question of this kind."""
    kind = found.ack or found.kind
    if kind == "danger" and heard.in_writing and heard.brand.emergency.in_writing:
        kind = "danger.in_writing"
    is_there = is_open(heard.question.now, heard.question.catalogue.brand)
    team = found.team or "general"
    return texts.acknowledgement_of(kind, is_open=is_there, staffed=lambda: heard.staffed(team))


def _joined(heard: Heard, case_id: str, why: Why, found: Match, *, key: str | None, after: Customer) -> Decision:
    """Add to the open case. Urgent words raise it, once for each kind; everything else joins in silence."""
    case = heard.question.case
    if found.team != "urgent" or (case and knows(case, found.kind)):
        return Decision("joined", why.step, why.rule, after, case=Join(case_id))
    due = heard.due("urgent")
    due = min([due, *(told for told in _told(case) if told > heard.question.now)])
    join = Join(case_id, urgent=True, kind=found.kind, due_at=due)
    has_it_open = case is not None and case.state == "CLAIMED"
    say = None
    if key and not (after.stopped or has_it_open or (case and case.had_last_word)):
        after, say = _acknowledged(heard, after, key, found.kind, "urgent", case_id, due)
    return Decision("joined", why.step, why.rule, after, say, join)


def _told(case: Case | None) -> list[datetime]:
    """What the customer was told must not become later."""
    return [case.due_at, *([case.promise.by] if case.promise else [])] if case else []


def _acknowledged(
    heard: Heard, after: Customer, key: str, kind: str, team: Team, case_id: str, due: datetime, **told: str
) -> tuple[Customer, Say]:
    reply = texts.promising(key, heard.brand, heard.told(team, due), **heard.values(case_id, team, due), **told)
    urgency: Kind = "urgent" if team == "urgent" else "acknowledgement"
    return compose(heard, after, [reply], urgency, notice=team != "urgent" and kind not in texts.NO_NOTICE)
