"""Hashtags are asked, and what they say becomes a decision: an answer, a case, or both in one DM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from functions.commands import incidents
from functions.commands.compose import compose
from functions.commands.decisions import Decision, Join, Open, Why
from functions.commands.gate import TOO_OLD
from functions.commands.handover import acknowledgement, in_silence, passed_on, to_people, with_person
from functions.commands.incoming import Heard
from functions.commands.registry import Changed, Command, Escalate, Question
from functions.shared.aws import telemetry
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Team
from functions.shared.conversation.customers import Customer, OurQuestion, started
from functions.shared.conversation.linking import unlinked
from functions.shared.wording import rules
from functions.shared.wording.rules import Match
from functions.shared.wording.text import Reply

OTHER = Match("other", "general", None, "")
WAITS_FOR_LINK = timedelta(minutes=30)
"""So long after it was asked the success of a code answers it."""


def answer(
    heard: Heard,
    step: str,
    commands: Sequence[Command],
    found: Match | None = None,
    replies: Sequence[Reply] = (),
    *,
    beside: Match | None = None,
) -> Decision:
    """Answer hashtags, or the rule that counts as one; what people have to see goes to them as well.

    `beside` is what else is asked, of people.
    """
    why = Why(step, said(found) if found else " ".join(f"#{command.tag}" for command in commands))
    after = heard.customer
    if any(command.resumes for command in commands):
        after = started(after, heard.question.dm.id, heard.question.now)
        if after.stopped:
            return Decision("ignored", step, "older than the stop", after)
    if after.stopped:
        return _unheard(heard, why, commands, own_words=found)
    if alone := next((command for command in commands if command.alone), None):
        return _alone(heard, why, alone, after)
    answers = Answers.of(heard.question, commands, replies)
    if answers.end_link and after.link:
        after = unlinked(after)
    handover = _handover(heard, commands, answers, found or beside)
    if handover and not answers.handovers and _is_told(heard, answers, _what(handover)):
        handover = None
    after = replace(after, waits_for=tuple(dict.fromkeys((*after.waits_for, *answers.told_later))))
    if answers.need_link:
        after = replace(after, unanswered=OurQuestion(answers.need_link, heard.question.now + WAITS_FOR_LINK))
    decision = _answered_or_not(heard, why, answers, handover, after)
    return replace(decision, account_error=answers.account_error)


@dataclass(frozen=True)
class Answers:
    """What several commands have said: `replies`, `by` whom, and what they hand over to people."""

    replies: tuple[Reply, ...]
    by: tuple[Command, ...]
    handovers: tuple[Escalate, ...]
    need_link: tuple[str, ...] = ()
    """The hashtags that first have to know that it is they."""
    told_later: tuple[str, ...] = ()
    """The known incidents of which they want to be told the end; nothing is said of that now."""

    @classmethod
    def of(cls, question: Question, commands: Sequence[Command], before: Sequence[Reply]) -> "Answers":
        results = [(command, _run(command, question)) for command in commands]
        said = [(command, result) for command, result in results if isinstance(result, Reply) and not result.tells]
        return cls(
            replies=(*before, *(result for _, result in said)),
            by=tuple(command for command, _ in said),
            handovers=tuple(result for _, result in results if isinstance(result, Escalate)),
            need_link=tuple(command.tag for command, result in said if command.shows_account and result.wording),
            told_later=tuple(result.tells for _, result in results if isinstance(result, Reply) and result.tells),
        )

    @property
    def end_link(self) -> bool:
        return any(reply.ends_link for reply in self.replies)

    @property
    def answered(self) -> str:
        """The kind of trouble that is answered."""
        return next((reply.answers for reply in self.replies if reply.answers), "")

    @property
    def account_error(self) -> bool:
        by_data = any(isinstance(result, Broken) and result.account for result in self.handovers)
        return by_data or any(reply.spoilt for reply in self.replies)


def _answered_or_not(heard: Heard, why: Why, answers: Answers, handover: Escalate | None, after: Customer) -> Decision:
    """Answer, hand over to people, or both in one DM."""
    if answers.replies and heard.open_case and (handover or heard.adds):
        joins = heard.open_case
        decision = answered_with(heard, why, answers.replies, after=after, commands=answers.by, joins=joins)
        return replace(decision, case=Join(joins))
    if handover is None and not answers.replies:
        return _told_later(heard, why, after)
    if handover is None:
        return answered_with(heard, why, answers.replies, after=after, commands=answers.by)
    found = _what(handover)
    if answers.replies:
        replies = [*answers.replies, *in_short(handover)]
        return answered_too(heard, why, replies, found, after, commands=answers.by)
    if heard.open_case and handover.if_open:
        decision = answered_with(heard, why, [handover.if_open], after=after)
        return replace(decision, case=Join(heard.open_case)) if handover.adds else decision
    if notice := incidents.known(heard, found):
        return with_person(heard, why, found, notice, after)
    return passed_on(heard, why, handover, after)


def in_short(handover: Escalate) -> Iterator[Reply]:
    """Say what a command hands over in one line among other answers."""
    if handover.text:
        line = handover.text.short.format_map(handover.told)
        yield Reply(handover.key, line, short=line, quotes=handover.quotes)


def _is_told(heard: Heard, answers: Answers, found: Match) -> bool:
    """Say whether what stands beside hashtags is the trouble that their answers are about: then nobody has to look."""
    if heard.question.dm.attachment or incidents.needs_person(heard):
        return False
    notice = incidents.known(heard, found)
    told = notice is not None and any(reply.notice == notice.id for reply in answers.replies)
    about_it = found.kind == "fault" or (found.kind == "other" and rules.of_news(heard.rest))
    return told or (bool(answers.told_later) and about_it)


def _told_later(heard: Heard, why: Why, after: Customer) -> Decision:
    """Say nothing now; what stands beside it is for who has the case."""
    if heard.open_case and heard.adds:
        return Decision("joined", why.step, why.rule, after, case=Join(heard.open_case))
    return Decision("ignored", "5 told later", why.rule, after)


def _what(handover: Escalate) -> Match:
    return Match(handover.kind, handover.team, None, "")


def answered_with(
    heard: Heard,
    why: Why,
    replies: Sequence[Reply],
    *,
    after: Customer | None = None,
    commands: Sequence[Command] = (),
    beside: Open | None = None,
    joins: str | None = None,
    unasked: bool = False,
) -> Decision:
    """Say replies in one DM, and no more."""
    slip = heard.took_for in commands
    after, say = compose(heard, after or heard.customer, replies, "answer", beside=beside, joins=joins, slip=slip)
    say = replace(say, tags=tuple(command.tag for command in commands), unasked=unasked)
    return Decision("answered", why.step, why.rule, after, say)


def answered_too(
    heard: Heard,
    why: Why,
    replies: Sequence[Reply],
    found: Match,
    after: Customer,
    *,
    commands: Sequence[Command] = (),
) -> Decision:
    """Answer and open a case, in one DM; a case that is open is joined in silence."""
    passed_on = to_people(heard, why, found, key=None, after=after)
    opened = passed_on.case if isinstance(passed_on.case, Open) else None
    both = answered_with(heard, why, replies, after=passed_on.customer, commands=commands, beside=opened)
    return replace(passed_on, customer=both.customer, say=both.say)


def _alone(heard: Heard, why: Why, command: Command, after: Customer) -> Decision:
    """Answer a command that changes something, and nothing else beside it; words of trouble still reach people."""
    result = _run(command, replace(heard.question, customer=after))
    if isinstance(result, Escalate):
        return to_people(heard, why, Match(result.kind, result.team, None, ""), key=result.key, after=after)
    return changed(heard, why, result)


def changed(heard: Heard, why: Why, result: Reply | Changed) -> Decision:
    """Say what has changed. What a person has to look at goes to people in silence."""
    if isinstance(result, Reply):
        result = Changed(result, heard.customer)
    if heard.trouble() and not result.erases:
        found = heard.team_match(heard.rest)
        decision = answered_too(heard, why, [result.reply], found, result.customer)
    else:
        decision = answered_with(heard, why, [result.reply], after=result.customer)
    if result.refused and decision.case is None:
        decision = replace(decision, case=in_silence(heard))
    return replace(
        decision,
        note=result.refused,
        consents=(result.consent,) if result.consent else (),
        asked=result.asked,
        sms=result.sms,
        erases=result.erases,
    )


def _unheard(heard: Heard, why: Why, commands: Sequence[Command], *, own_words: Match | None) -> Decision:
    """After #stop, silence; but who asks for a person, in whatever way, has one."""
    if by_hand := next((command for command in commands if command.kind_if_stopped), None):
        return to_people(heard, why, Match(by_hand.kind_if_stopped, by_hand.home, None, ""), key=None)
    if own_words or heard.trouble() or any(command.for_people for command in commands):
        found = heard.team_match(heard.rest, _home(commands))
        kind = own_words.kind if own_words and found.kind == "other" else found.kind
        return to_people(heard, why, replace(found, kind=kind), key=None)
    return Decision("suppressed", why.step, why.rule, heard.customer)


def _handover(heard: Heard, commands: Sequence[Command], answers: Answers, found: Match | None) -> Escalate | None:
    """Return what of a DM with hashtags goes to people: what a command hands over, or words of trouble."""
    home = _home(commands)
    if by_words := next((escalate for escalate in answers.handovers if escalate.by_words), None):
        return _by_words(heard, home, by_words)
    if answers.handovers:
        return answers.handovers[0]
    if found and found.team:
        return Escalate(found.kind, found.team)
    if not heard.trouble(found.kind if found else answers.answered):
        return None
    to = heard.team_match(heard.rest, home)
    return Escalate(to.kind, to.team or home)


def _by_words(heard: Heard, home: Team, asked: Escalate) -> Escalate:
    """A person is asked for: whom, the words beside the hashtag say; alone, they are asked for."""
    politely = rules.match_words(heard.rest).outcome
    if not heard.says_more or politely in ("silent", "answer:greeting"):
        return Escalate("other", home, "ack.picture") if heard.question.dm.attachment else replace(asked, team=home)
    if all(word.isdigit() for word in heard.rest):
        return Escalate("order", "sales", acknowledgement(heard, OTHER) or "")  # "#human 2": an offer by its number
    found = heard.team_match(heard.rest, home)
    asked = replace(asked, kind=found.kind, team=found.team or home)
    key = acknowledgement(heard, found)
    return replace(asked, key=key, if_open=None) if key else asked


def _home(commands: Sequence[Command]) -> Team:
    return commands[0].home if commands else "general"


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


def said(found: Match) -> str:
    """Name a rule and the phrase of it that decided."""
    return f"{found.kind}: {found.phrase}"
