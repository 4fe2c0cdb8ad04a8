"""What to do about one DM: answer, hand over to people, or stay silent. Pure: nothing is sent or written here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from functions.commands import rules, texts
from functions.commands.decisions import Decision, Join, Kind, Open, Say
from functions.commands.phrasing import assemble, case_number, eta
from functions.commands.plain import Plain, plain, typo_of
from functions.commands.registry import Command, Escalate, Question, Reply, registry
from functions.commands.rules import Match
from functions.commands.stop_words import beside_stop, plain_start, plain_stop, stop_tag
from functions.shared import telemetry
from functions.shared.accounts import Unreadable
from functions.shared.cases import TEAM_NAMES, Case, Team
from functions.shared.catalogue import Catalogue
from functions.shared.customers import Asked, Customer, seen
from functions.shared.promises import due_at, is_open

ASKED_FOR = timedelta(minutes=30)
"""How long a question of ours waits for its answer."""
LOCKS = frozenset({"line_block", "account_guard", "wrong_person"})
"""Reports after which no account figure is said until a person has resolved the case."""

YES = frozenset(
    ["yes", "yeah", "yep", "yup", "y", "ok", "okay", "sure", "correct", "right", "please", "that", "one", "thats", "it"]
)
NO = frozenset(["no", "nope", "nah", "neither", "none", "n"])
FOR_PEOPLE = frozenset({"human", "urgent"})
"""Hashtags that ask for a person, not for an answer."""


OTHER = Match("other", "general", None, "")


def nobody(_team: Team) -> bool:
    return False


def decide(
    question: Question,
    *,
    case_id: str,
    waiting: Callable[[Team], int],
    staffed: Callable[[Team], bool] = nobody,
) -> Decision:
    """Decide about a DM. `case_id` is for a case that is opened, `waiting` counts the cases in a team's line,
    `staffed` says whether somebody of a team has the desk open.

    Raises only what AWS raises when the account is read: then the DM comes again.
    """
    heard = Heard(question, case_id, waiting, staffed)
    return (
        stop(heard)
        or question_of_ours(heard)
        or urgent(heard)
        or hashtags(heard)
        or with_a_person(heard)
        or picture(heard)
        or rule(heard)
        or unknown_hashtag(heard)
        or general(heard)
    )


def decide_encrypted(
    customer: Customer,
    *,
    case: Case | None,
    now: datetime,
    catalogue: Catalogue,
    case_id: str,
    waiting: Callable[[Team], int],
) -> Decision:
    """Decide about a message that nobody here can read: a person has to know of it."""
    step = "1 encrypted"
    if customer.case:
        return Decision("joined", step, "a person has it", customer, case=Join(customer.case))
    brand = catalogue.brand
    due = due_at("general", now, brand, waiting("general"))
    opened = Open(case_id, "general", "encrypted", due)
    if customer.stopped:
        return Decision("escalated", step, "encrypted", customer, case=opened)
    reply = texts.reply("ack.encrypted", case=case_number(case_id), care_phone=brand.care_phone)
    text = assemble([reply], handle=customer.handle)
    return Decision("escalated", step, "encrypted", customer, Say(reply.key, text, "acknowledgement"), opened)


@dataclass(frozen=True)
class Heard:
    """A DM with what is read from it."""

    question: Question
    case_id: str
    waiting: Callable[[Team], int]
    staffed: Callable[[Team], bool]

    @cached_property
    def read(self) -> Plain:
        return plain(self.question.dm.text)

    @cached_property
    def customer(self) -> Customer:
        """The customer after a DM that was understood."""
        before = seen(self.question.customer, self.question.dm.handle)
        return replace(before, asked=None, not_understood=0)

    @property
    def open_case(self) -> str | None:
        return self.customer.case

    @cached_property
    def slips(self) -> dict[str, tuple[Command, ...]]:
        """The hashtags that nobody knows, each with the commands that are one slip away."""
        known, others = registry().by_tag, rules.rule_tags()
        return {
            tag: _each_once([known[word] for word in typo_of(tag, known) if known[word].tag != "stop"])
            for tag in self.read.tags
            if tag not in known and tag not in others
        }

    @cached_property
    def took_for(self) -> Command | None:
        """The one command that an unknown hashtag is surely meant to be: one slip away, and it only reads."""
        sure = [near[0] for near in self.slips.values() if len(near) == 1 and not near[0].changes]
        return sure[0] if sure else None

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands asked for, in the order of the DM: by hashtag, or by the bare words it consists of."""
        known = registry().by_tag
        tagged = [known[tag] for tag in self.read.tags if tag in known]
        if self.took_for:
            tagged.append(self.took_for)
        if not self.read.tags and not tagged:
            tagged = _by_bare_words(self.read.words)
        return _each_once(command for command in tagged if command.tag != "stop")

    @cached_property
    def rest(self) -> tuple[str, ...]:
        """The words beside the hashtags that are answered."""
        known = registry().by_tag
        return self.read.beside + tuple(tag for tag in self.read.tags if tag not in known and self._unclear(tag))

    def _unclear(self, tag: str) -> bool:
        return self.took_for is None or self.took_for not in self.slips.get(tag, ())

    @cached_property
    def says_more(self) -> bool:
        """There are words beside the hashtags that mean something."""
        return not rules.filler() >= set(self.rest)

    def trouble(self, kind: str = "") -> bool:
        """Say whether people should look at what stands beside a hashtag, or beside what a rule answers."""
        return self.question.dm.attachment or rules.trouble(self.rest, kind) is not None

    def team_match(self, words: Sequence[str], home: str = "general") -> Match:
        """Return the team for these words; where no rule knows one, the home of the hashtag beside them."""
        found = rules.match_words(words, self.read.tags, teams_only=True)
        return replace(found, team=cast(Team, home)) if found.kind == "other" else found

    def due(self, team: Team) -> datetime:
        look_first = rules.look_first(self.read.words)
        brand = self.question.catalogue.brand
        return due_at(team, self.question.now, brand, self.waiting(team), look_first=look_first)

    def values(self, case: str, team: Team, due: datetime) -> dict[str, str]:
        """Return what the acknowledgements' texts name."""
        brand = self.question.catalogue.brand
        name = TEAM_NAMES[team]
        return {
            "case": case_number(case),
            "team": name,
            "Team": name[0].upper() + name[1:],
            "eta": eta(due, self.question.now, brand.timezone),
            "lost_phone": brand.lost_phone,
            "abroad_phone": brand.abroad_phone,
            "care_phone": brand.care_phone,
            "adr_scheme": brand.adr_scheme,
        }


# ---- the steps, in their order ----


def stop(heard: Heard) -> Decision | None:
    """#stop, or plain words that mean it: one confirmation. Words beside it still reach people."""
    text = heard.question.dm.text
    tag = stop_tag(text)
    because = f"#{tag}" if tag else plain_stop(text)
    if because is None:
        return None
    before = heard.customer
    stopped = replace(before, stopped_by=_newest(heard.question.dm.id, before.stopped_by))
    if _older(heard.question.dm.id, before.started_by):
        decision = Decision("ignored", "2 stop", "older than the start", before)
    else:
        decision = Decision("suppressed" if before.stopped else "answered", "2 stop", because, stopped)
    if (tag and beside_stop(text)) or heard.question.dm.attachment or any(c.tag in FOR_PEOPLE for c in heard.commands):
        decision = _to_people(heard, "2 stop", because, _beside_stop(heard), key=None, after=decision.customer)
    if before.stopped or not decision.customer.stopped:
        return decision
    reply = _confirmation(heard, decision.case)
    return replace(decision, say=Say(reply.key, assemble([reply], handle=before.handle), "stop"))


def question_of_ours(heard: Heard) -> Decision | None:
    """The answer to "did you mean": yes, no, or the one that was meant."""
    before = heard.question.customer
    if before.asked is None or heard.question.now >= before.asked.until or heard.open_case or heard.commands:
        return None
    choices = before.asked.choices
    words = set(heard.read.words) - rules.filler()
    meant = [tag for tag in choices if tag in words] or (list(choices) if words and words <= YES else [])
    if len(meant) == 1 and words <= YES | {meant[0]}:
        return _answer(heard, "3 our question", [registry().by_tag[meant[0]]])
    if not words or not words <= NO:
        return None
    if before.not_understood:
        return _not_understood(heard, "3 our question", "no")
    return Decision("ignored", "3 our question", "no", heard.customer)


def urgent(heard: Heard) -> Decision | None:
    """Harm that grows by the minute, whether or not hashtags are there."""
    found = _urgent(heard)
    if found is None:
        return None
    return _to_people(heard, "4 urgent rule", _said(found), found, key=_acknowledgement(heard, found))


def hashtags(heard: Heard) -> Decision | None:
    """Known hashtags are answered; words of trouble beside them open a case as well, in one DM."""
    commands = list(heard.commands)
    if not commands and heard.customer.stopped and plain_start(heard.question.dm.text):
        commands = [registry().by_tag["start"]]
    if not commands or _had_last_word(heard.question.case):
        return None
    return _answer(heard, "5 hashtag", commands)


def with_a_person(heard: Heard) -> Decision | None:
    """While a person owns the conversation, everything else is for that person."""
    if heard.open_case is None:
        return None
    return Decision("joined", "5 with a person", "open case", heard.customer, case=Join(heard.open_case))


def picture(heard: Heard) -> Decision | None:
    """A picture, video or voice message: a person can look at it."""
    if not heard.question.dm.attachment:
        return None
    return _to_people(heard, "6 rule", "attachment", heard.team_match(heard.read.words), key="ack.picture")


def rule(heard: Heard) -> Decision | None:
    """All other rules, in their order."""
    found = rules.match_words(heard.read.words, heard.read.tags)
    if heard.read.cheerful:
        found = Match("courtesy", None, "silent", "cheerful")
    match found.outcome:
        case "silent":
            return Decision("ignored", "6 rule", _said(found), heard.customer)
        case "answer:greeting" if heard.customer.stopped:
            return Decision("suppressed", "6 rule", _said(found), heard.customer)
        case "answer:greeting":
            reply = texts.reply("greeting", brand=heard.question.catalogue.brand.name)
            return _answered(heard, "6 rule", _said(found), [reply], unasked=True)
        case "answer:switch":
            return _answer(heard, "6 rule", [registry().by_tag["switch"]], found)
        case "answer:scam":
            return _answer(heard, "6 rule", [], found, [texts.reply("answer.scam")])
    if found.kind == "other":
        return None
    return _to_people(heard, "6 rule", _said(found), found, key=_acknowledgement(heard, found))


def unknown_hashtag(heard: Heard) -> Decision | None:
    """An unknown hashtag and nothing else. It is never repeated back."""
    if not heard.slips or not rules.filler() >= {word for word in heard.read.beside if not word.isdigit()}:
        return None
    if heard.customer.stopped:
        return Decision("suppressed", "7 unknown", "unknown hashtag", heard.customer)
    return _not_understood(heard, "7 unknown", "unknown hashtag")


def general(heard: Heard) -> Decision:
    """Nothing matched: a person reads it."""
    return _to_people(heard, "8 general", "other", OTHER, key=_acknowledgement(heard, OTHER))


# ---- what the steps come to ----


def _answer(
    heard: Heard,
    step: str,
    commands: Sequence[Command],
    found: Match | None = None,
    replies: Sequence[Reply] = (),
) -> Decision:
    """Answer hashtags, or the rule that counts as one; what people have to see goes to them as well."""
    because = _said(found) if found else " ".join(f"#{command.tag}" for command in commands)
    after = heard.customer
    if any(command.tag == "start" for command in commands):
        if _older(heard.question.dm.id, after.stopped_by):
            return Decision("ignored", step, "older than the stop", after)
        after = replace(after, stopped_by=None, started_by=_newest(heard.question.dm.id, after.started_by))
    if after.stopped:
        return _unheard(heard, step, because, commands, own_words=found)
    results = [_run(command, heard.question) for command in commands]
    replies = [*replies, *(result for result in results if isinstance(result, Reply))]
    broken = any(isinstance(result, Broken) and result.account for result in results)
    handover = _handover(heard, commands, [result for result in results if isinstance(result, Escalate)], found)
    if handover is None or (replies and heard.open_case):
        decision = _answered(heard, step, because, replies, after=after, commands=commands)
        joined = Join(heard.open_case) if handover and heard.open_case else None
        return replace(decision, case=joined, account_error=broken)
    if replies:
        return replace(_answered_too(heard, step, because, replies, handover, after, commands), account_error=broken)
    match = Match(handover.kind, cast(Team, handover.team), None, "")
    decision = _to_people(heard, step, because, match, key=handover.key or None, after=after)
    return replace(decision, account_error=broken)


def _unheard(
    heard: Heard, step: str, because: str, commands: Sequence[Command], *, own_words: Match | None
) -> Decision:
    """After #stop, silence; but who asks for a person, in whatever way, has one."""
    if own_words or heard.trouble() or any(command.tag in FOR_PEOPLE for command in commands):
        found = heard.team_match(heard.rest, commands[0].home if commands else "general")
        return _to_people(heard, step, because, found, key=None)
    return Decision("suppressed", step, because, heard.customer)


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
    said = rules.match_words(heard.rest)
    if not heard.says_more or said.outcome in ("silent", "answer:greeting"):
        return Escalate("other", home, "ack.picture" if heard.question.dm.attachment else "ack.human")
    if all(word.isdigit() for word in heard.rest):
        return Escalate("order", "sales", _acknowledgement(heard, OTHER) or "")  # "#human 2": an offer by its number
    found = heard.team_match(heard.rest, home)
    return Escalate(found.kind, found.team or home, _acknowledgement(heard, found) or "ack.human")


def _answered(
    heard: Heard,
    step: str,
    because: str,
    replies: Sequence[Reply],
    *,
    after: Customer | None = None,
    commands: Sequence[Command] = (),
    too: str | None = None,
    unasked: bool = False,
) -> Decision:
    after, say = _say(heard, after or heard.customer, replies, "answer", too=too, slip=heard.took_for in commands)
    say = replace(say, tags=tuple(command.tag for command in commands), unasked=unasked)
    return Decision("answered", step, because, after, say)


def _answered_too(
    heard: Heard,
    step: str,
    because: str,
    replies: Sequence[Reply],
    handover: Escalate,
    after: Customer,
    commands: Sequence[Command],
) -> Decision:
    """Answer and open a case, in one DM."""
    found = Match(handover.kind, cast(Team, handover.team), None, "")
    passed_on = _to_people(heard, step, because, found, key=None, after=after)
    opened = cast(Open, passed_on.case)
    too = texts.TOO.format(**heard.values(opened.id, opened.team, opened.due_at))
    said = _answered(heard, step, because, replies, after=passed_on.customer, commands=commands, too=too)
    return replace(passed_on, customer=said.customer, say=said.say)


def _to_people(
    heard: Heard, step: str, because: str, found: Match, *, key: str | None, after: Customer | None = None
) -> Decision:
    """Open a case, or add to the one that is open. `key` is the acknowledgement's text, None for silence."""
    team = found.team or "general"
    after = after or heard.customer
    if found.kind in LOCKS:
        after = replace(after, locked_by=after.locked_by or heard.open_case or heard.case_id)
    if heard.open_case:
        return _joined(heard, heard.open_case, step, because, found, key=key, after=after)
    opened = Open(heard.case_id, team, found.kind, heard.due(team))
    say = None
    if key and not after.stopped:
        after, say = _acknowledged(heard, after, key, found.kind, team, opened.id, opened.due_at)
    return Decision("escalated", step, because, after, say, opened)


def _joined(
    heard: Heard, case_id: str, step: str, because: str, found: Match, *, key: str | None, after: Customer
) -> Decision:
    """Add to the open case. Urgent words raise it, once for each kind; everything else joins in silence."""
    case = heard.question.case
    if found.team != "urgent" or (case and _knows(case, found.kind)):
        return Decision("joined", step, because, after, case=Join(case_id))
    due = heard.due("urgent")
    if case and heard.question.now < case.due_at:
        due = min(due, case.due_at)
    join = Join(case_id, urgent=True, kind=found.kind, due_at=due)
    has_it_open = case is not None and case.state == "CLAIMED"
    say = None
    if key and not (after.stopped or has_it_open or _had_last_word(case)):
        after, say = _acknowledged(heard, after, key, found.kind, "urgent", case_id, due)
    return Decision("joined", step, because, after, say, join)


def _not_understood(heard: Heard, step: str, because: str) -> Decision:
    """Ask, or say so; the second time in a row a person is better."""
    count = heard.question.customer.not_understood + 1
    if count > 1:
        return _to_people(heard, step, f"{because}, again", OTHER, key="again")
    near = _each_once(command for commands in heard.slips.values() for command in commands)[:3]
    after = replace(heard.customer, not_understood=count)
    if not near:
        return _answered(heard, step, because, [texts.reply("unknown")], after=after, unasked=True)
    tags = tuple(command.tag for command in near)
    after = replace(after, asked=Asked(tags, heard.question.now + ASKED_FOR))
    reply = texts.reply("typo.ask", choices=" or ".join(f"#{tag}" for tag in tags))
    return _answered(heard, step, "near " + " ".join(tags), [reply], after=after, unasked=True)


# ---- words ----


def _acknowledgement(heard: Heard, found: Match) -> str | None:
    is_there = is_open(heard.question.now, heard.question.catalogue.brand)
    return texts.acknowledgement(found.kind, is_open=is_there, staffed=heard.staffed(found.team or "general"))


def _acknowledged(
    heard: Heard, after: Customer, key: str, kind: str, team: Team, case_id: str, due: datetime
) -> tuple[Customer, Say]:
    reply = texts.reply(key, **heard.values(case_id, team, due))
    urgency: Kind = "urgent" if team == "urgent" else "acknowledgement"
    return _say(heard, after, [reply], urgency, notice=team != "urgent" and kind not in texts.NO_NOTICE)


def _say(
    heard: Heard,
    after: Customer,
    replies: Sequence[Reply],
    kind: Kind,
    *,
    too: str | None = None,
    slip: bool = False,
    notice: bool = True,
) -> tuple[Customer, Say]:
    """Put replies into one text; the first one to a new customer carries the privacy notice."""
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
    return replace(after, told_privacy=after.told_privacy or first), Say(key, text, kind, quotes)


def _confirmation(heard: Heard, case: Open | Join | None) -> Reply:
    """The one answer to a stop; it names the case that stays with people."""
    question = heard.question
    if isinstance(case, Open):
        opened = Case(case.id, question.dm.customer, case.team, case.kind, question.now, case.due_at)
        question = replace(question, case=opened)
    return cast(Reply, registry().by_tag["stop"].answer(question))


# ---- what is known ----


@dataclass(frozen=True)
class Broken(Escalate):
    """A command that failed. `account`: because the account's data makes no sense."""

    account: bool = False


def _run(command: Command, question: Question) -> Reply | Escalate:
    """Ask a command; what goes wrong in it is a case at once, but AWS's errors rise: the DM comes again."""
    try:
        return command.answer(question)
    except (BotoCoreError, ClientError):
        raise
    except Unreadable as error:
        telemetry.warning("an account makes no sense", command=command.tag, error=type(error).__name__)
        return Broken("figures", command.home, "figures.failed", account=True)
    except Exception as error:
        telemetry.error("a command failed", error, command=command.tag)
        return Broken("figures", command.home, "figures.failed" if command.shows_account else "ack.open")


def _urgent(heard: Heard) -> Match | None:
    if any(command.tag == "urgent" for command in heard.commands):
        return rules.urgent(heard.read.words, heard.read.tags) or Match("urgent", "urgent", None, "#urgent")
    return rules.urgent(heard.read.words, heard.read.tags)


def _beside_stop(heard: Heard) -> Match:
    return _urgent(heard) or heard.team_match(heard.read.words)


def _knows(case: Case, kind: str) -> bool:
    return kind in case.acknowledged or (case.team == "urgent" and case.kind == kind)


def _had_last_word(case: Case | None) -> bool:
    """After the words for somebody in despair no second automatic message follows."""
    return case is not None and "care_now" in (case.kind, *case.acknowledged)


def _by_bare_words(words: Sequence[str]) -> list[Command]:
    """Return the commands whose words make up a whole message, together with filler."""
    by_word = {word: command for command in registry().commands for word in command.words}
    if rules.not_bare(words) or not rules.filler() | by_word.keys() >= set(words):
        return []
    return [by_word[word] for word in words if word in by_word]


def _each_once(commands: Iterable[Command]) -> tuple[Command, ...]:
    return tuple({command.tag: command for command in commands}.values())


def _older(dm_id: str, other: str | None) -> bool:
    return other is not None and int(dm_id) < int(other)


def _newest(dm_id: str, other: str | None) -> str:
    return max(dm_id, other or "0", key=int)


def _said(found: Match) -> str:
    return f"{found.kind}: {found.phrase}"
