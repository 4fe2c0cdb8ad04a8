"""What deciding comes to: an answer, a case, both in one DM, more for the case that is open, or silence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from functions.commands import rules, texts
from functions.commands.decisions import Decision, Join, Kind, Open, Say
from functions.commands.gate import AGED, ENDED, TOO_OLD
from functions.commands.incoming import Heard, each_once
from functions.commands.registry import Changed, Command, Escalate, Question, registry
from functions.commands.rules import Match
from functions.shared.aws import telemetry
from functions.shared.brand.hours import is_open
from functions.shared.carrier.items import Unreadable
from functions.shared.carrier.linking import unlinked
from functions.shared.conversation.cases import UNPROMISED, Case, Team
from functions.shared.conversation.customers import Asked, Customer
from functions.shared.wording.text import Reply, assemble

ASKED_FOR = timedelta(minutes=30)
"""How long a question of ours waits for its answer."""
LOCKS = frozenset({"line_block", "account_guard", "wrong_person"})
"""Reports after which no account figure is said until a person has resolved the case."""
FOR_PEOPLE = frozenset({"human", "urgent"})
"""Hashtags that ask for a person, not for an answer."""
PRIVACY = Match("privacy_request", "general", None, "")
OTHER = Match("other", "general", None, "")


@dataclass(frozen=True)
class Why:
    """The step of the order of decisions, and the rule, phrase or hashtag that decided there."""

    step: str
    rule: str


def answer(
    heard: Heard,
    step: str,
    commands: Sequence[Command],
    found: Match | None = None,
    replies: Sequence[Reply] = (),
) -> Decision:
    """Answer hashtags, or the rule that counts as one; what people have to see goes to them as well."""
    why = Why(step, said(found) if found else " ".join(f"#{command.tag}" for command in commands))
    after = heard.customer
    if any(command.tag == "start" for command in commands):
        if older(heard.question.dm.id, after.stopped_by):
            return Decision("ignored", why.step, "older than the stop", after)
        after = replace(after, stopped_by=None, started_by=newest(heard.question.dm.id, after.started_by))
    if after.stopped:
        return _unheard(heard, why, commands, own_words=found)
    if alone := next((command for command in commands if command.alone), None):
        return _alone(heard, why, alone, after)
    results = [(command, _run(command, heard.question)) for command in commands]
    replies = [*replies, *(result for _, result in results if isinstance(result, Reply))]
    broken = any(isinstance(result, Broken) and result.account for _, result in results)
    broken = broken or any(reply.spoilt for reply in replies)
    if after.link and any(reply.key == ENDED.key for reply in replies):
        after = unlinked(after)
    handover = _handover(heard, commands, [result for _, result in results if isinstance(result, Escalate)], found)
    commands = [command for command, result in results if isinstance(result, Reply)]
    if handover is None or (replies and heard.open_case):
        decision = answered(heard, why, replies, after=after, commands=commands)
        joined = Join(heard.open_case) if handover and heard.open_case else None
        return replace(decision, case=joined, account_error=broken)
    if replies:
        return replace(_answered_too(heard, why, replies, handover, after, commands), account_error=broken)
    if heard.open_case and handover.key == "ack.human":
        return answer(heard, step, [registry().by_tag["status"]])  # a person has it already: say how it stands
    match = Match(handover.kind, cast(Team, handover.team), None, "")
    decision = to_people(heard, why, match, key=handover.key or None, after=after)
    return replace(decision, account_error=broken)


def _alone(heard: Heard, why: Why, command: Command, after: Customer) -> Decision:
    """Answer a command that changes something, and nothing else beside it; words of trouble still reach people."""
    result = _run(command, replace(heard.question, customer=after))
    if isinstance(result, Escalate):
        match = Match(result.kind, cast(Team, result.team), None, "")
        return to_people(heard, why, match, key=result.key, after=after)
    return changed(heard, why, result)


def changed(heard: Heard, why: Why, result: Reply | Changed) -> Decision:
    """Say what has changed. What a person has to look at goes to people in silence."""
    if isinstance(result, Reply):
        result = Changed(result, heard.customer)
    decision = answered(heard, why, [result.reply], after=result.customer)
    if heard.trouble() and not result.erases:
        found = heard.team_match(heard.rest)
        decision = to_people(heard, why, found, key=None, after=decision.customer)
        decision = _with_words(heard, decision, result)
    if result.refused and decision.case is None:
        decision = replace(decision, case=_in_silence(heard))
    consents = (result.consent,) if result.consent else ()
    return replace(decision, changed=result, note=result.refused, consents=consents, sms=result.sms)


def _with_words(heard: Heard, passed_on: Decision, result: Changed) -> Decision:
    """Say a command's answer and that the rest was passed on, in one DM."""
    opened = passed_on.case if isinstance(passed_on.case, Open) else None
    after, say = _say(heard, passed_on.customer, [result.reply], "answer", beside=opened)
    return replace(passed_on, customer=after, say=say)


def _in_silence(heard: Heard) -> Open | Join:
    """A case for people of which the chat gives nothing away: neither by words nor by the time that this takes."""
    if heard.customer.case:
        return Join(heard.customer.case, note_only=True)
    return Open(heard.case_id, "general", "link_refused", heard.question.now + UNPROMISED, silent=True)


def _unheard(heard: Heard, why: Why, commands: Sequence[Command], *, own_words: Match | None) -> Decision:
    """After #stop, silence; but who asks for a person, in whatever way, has one."""
    if any(command.tag == "delete" for command in commands):
        return to_people(heard, why, PRIVACY, key=None)  # nothing automated may ask whether it is meant
    if own_words or heard.trouble() or any(command.tag in FOR_PEOPLE for command in commands):
        found = heard.team_match(heard.rest, commands[0].home if commands else "general")
        kind = own_words.kind if own_words and found.kind == "other" else found.kind
        return to_people(heard, why, replace(found, kind=kind), key=None)
    return Decision("suppressed", why.step, why.rule, heard.customer)


def _handover(
    heard: Heard, commands: Sequence[Command], wanted: Sequence[Escalate], found: Match | None
) -> Escalate | None:
    """Return what of a DM with hashtags goes to people: what a command hands over, or words of trouble."""
    home = commands[0].home if commands else "general"
    if any(escalate.key == "ack.human" for escalate in wanted):
        return _to_a_human(heard, home)
    if wanted:
        return wanted[0]
    if not heard.trouble(found.kind if found else ""):
        return None
    to = heard.team_match(heard.rest, home)
    return Escalate(to.kind, to.team or home)


def _to_a_human(heard: Heard, home: str) -> Escalate:
    """#human: by the words beside it; alone, they are asked for."""
    politely = rules.match_words(heard.rest).outcome
    if not heard.says_more or politely in ("silent", "answer:greeting"):
        return Escalate("other", home, "ack.picture" if heard.question.dm.attachment else "ack.human")
    if all(word.isdigit() for word in heard.rest):
        return Escalate("order", "sales", acknowledgement(heard, OTHER) or "")  # "#human 2": an offer by its number
    found = heard.team_match(heard.rest, home)
    return Escalate(found.kind, found.team or home, acknowledgement(heard, found) or "ack.human")


def answered(
    heard: Heard,
    why: Why,
    replies: Sequence[Reply],
    *,
    after: Customer | None = None,
    commands: Sequence[Command] = (),
    beside: Open | None = None,
    unasked: bool = False,
) -> Decision:
    """Say replies in one DM, and no more."""
    after, say = _say(heard, after or heard.customer, replies, "answer", beside=beside, slip=heard.took_for in commands)
    say = replace(say, tags=tuple(command.tag for command in commands), unasked=unasked)
    return Decision("answered", why.step, why.rule, after, say)


def _answered_too(
    heard: Heard,
    why: Why,
    replies: Sequence[Reply],
    handover: Escalate,
    after: Customer,
    commands: Sequence[Command],
) -> Decision:
    """Answer and open a case, in one DM."""
    found = Match(handover.kind, cast(Team, handover.team), None, "")
    passed_on = to_people(heard, why, found, key=None, after=after)
    opened = cast(Open, passed_on.case)
    both = answered(heard, why, replies, after=passed_on.customer, commands=commands, beside=opened)
    return replace(passed_on, customer=both.customer, say=both.say)


def to_people(heard: Heard, why: Why, found: Match, *, key: str | None, after: Customer | None = None) -> Decision:
    """Open a case, or add to the one that is open. `key` is the acknowledgement's text, None for silence."""
    team = found.team or "general"
    after = after or heard.customer
    if found.kind in LOCKS:
        after = replace(after, locked_by=after.locked_by or heard.open_case or heard.case_id)
    if heard.open_case:
        return _joined(heard, heard.open_case, why, found, key=key, after=after)
    opened = Open(heard.case_id, team, found.kind, heard.due(team))
    say = None
    if key and not after.stopped:
        after, say = _acknowledged(heard, after, key, found.kind, team, opened.id, opened.due_at)
    return Decision("escalated", why.step, why.rule, after, say, opened)


def _joined(heard: Heard, case_id: str, why: Why, found: Match, *, key: str | None, after: Customer) -> Decision:
    """Add to the open case. Urgent words raise it, once for each kind; everything else joins in silence."""
    case = heard.question.case
    if found.team != "urgent" or (case and _knows(case, found.kind)):
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


def not_understood(heard: Heard, why: Why) -> Decision:
    """Ask, or say so; the second time in a row a person is better."""
    count = heard.question.customer.not_understood + 1
    if count > 1:
        return to_people(heard, replace(why, rule=f"{why.rule}, again"), OTHER, key="again")
    near = each_once(command for commands in heard.slips.values() for command in commands)[:3]
    after = replace(heard.customer, not_understood=count)
    if not near:
        return answered(heard, why, [texts.reply("unknown")], after=after, unasked=True)
    tags = tuple(command.tag for command in near)
    after = replace(after, asked=Asked(tags, heard.question.now + ASKED_FOR))
    reply = texts.reply("typo.ask", choices=" or ".join(f"#{tag}" for tag in tags))
    return answered(heard, replace(why, rule="near " + " ".join(tags)), [reply], after=after, unasked=True)


def acknowledgement(heard: Heard, found: Match) -> str | None:
    """Return the key of what the customer reads at once about a question of this kind."""
    is_there = is_open(heard.question.now, heard.question.catalogue.brand)
    team = found.team or "general"
    return texts.acknowledgement(found.kind, is_open=is_there, staffed=lambda: heard.staffed(team))


def _acknowledged(
    heard: Heard, after: Customer, key: str, kind: str, team: Team, case_id: str, due: datetime
) -> tuple[Customer, Say]:
    reply = texts.promising(key, due, **heard.values(case_id, team, due))
    urgency: Kind = "urgent" if team == "urgent" else "acknowledgement"
    return _say(heard, after, [reply], urgency, notice=team != "urgent" and kind not in texts.NO_NOTICE)


def _say(
    heard: Heard,
    after: Customer,
    replies: Sequence[Reply],
    kind: Kind,
    *,
    beside: Open | None = None,
    slip: bool = False,
    notice: bool = True,
) -> tuple[Customer, Say]:
    """Put replies into one text, `beside` a case; the first one to a new customer carries the privacy notice."""
    too = texts.TOO.format(**heard.values(beside.id, beside.team, beside.due_at)) if beside else None
    promises = beside.due_at if beside else next((reply.promises for reply in replies if reply.promises), None)
    url = heard.question.catalogue.brand.privacy_url
    first = notice and not after.told_privacy
    says_it = any(url in reply.text for reply in replies)
    text = assemble(
        replies,
        handle=after.handle,
        typo=heard.took_for.tag if slip and heard.took_for else None,
        too=too,
        first_contact=texts.FIRST_CONTACT.format(privacy_url=url) if first and not says_it else None,
    )
    quotes = next((reply.quotes for reply in replies if reply.quotes), None)
    key = replies[0].key if len(replies) == 1 else "several"
    asked = next((reply.wording for reply in replies if reply.wording), after.wording)
    link = after.link.used(heard.question.now) if quotes and after.link else after.link
    after = replace(after, told_privacy=after.told_privacy or first, wording=asked, link=link)
    old = any(reply.key == TOO_OLD.key or reply.serious == AGED for reply in replies)
    return after, Say(key, text, kind, quotes, too=too, promises=promises, old_figures=old)


def confirmation(heard: Heard, case: Open | Join | None) -> Reply:
    """The one answer to a stop; it names the case that stays with people."""
    question = heard.question
    if isinstance(case, Open):
        opened = Case(case.id, question.dm.customer, case.team, case.kind, question.now, case.due_at)
        question = replace(question, case=opened)
    return cast(Reply, registry().by_tag["stop"].answer(question))


@dataclass(frozen=True)
class Broken(Escalate):
    """A command that failed. `account`: because the account's data makes no sense."""

    account: bool = False


def _run(command: Command, question: Question) -> Reply | Escalate | Changed:
    """Ask a command; what goes wrong in it is a case at once, but AWS's errors rise: the DM comes again."""
    try:
        return command.answer(question)
    except (BotoCoreError, ClientError):
        raise
    except Unreadable as error:
        telemetry.warning("an account makes no sense", command=command.tag, error=type(error).__name__)
        if question.widespread():
            return replace(TOO_OLD.reply(), spoilt=True)
        return Broken("figures", command.home, "figures.failed", account=True)
    except Exception as error:
        telemetry.error("a command failed", error, command=command.tag)
        return Broken("figures", command.home, "figures.failed" if command.shows_account else "ack.open")


def _knows(case: Case, kind: str) -> bool:
    return kind in case.acknowledged or (case.team == "urgent" and case.kind == kind)


def older(dm_id: str, other: str | None) -> bool:
    """Compare ids as numbers: X gives a later DM a greater one."""
    return other is not None and int(dm_id) < int(other)


def newest(dm_id: str, other: str | None) -> str:
    """Return the greater of two ids."""
    return max(dm_id, other or "0", key=int)


def said(found: Match) -> str:
    """Name a rule and the phrase of it that decided."""
    return f"{found.kind}: {found.phrase}"
