"""What to do about one DM: answer, hand over to people, or stay silent. Pure: nothing is sent or written here."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from functions.commands import flood, incidents, our_words, switches, texts
from functions.commands.answering import OTHER, Answers, answer, answered_too, answered_with, changed, said
from functions.commands.compose import said_alone
from functions.commands.decisions import Decision, Join, Open, Why
from functions.commands.handover import acknowledgement, to_people, with_person
from functions.commands.hashtags import delete, link
from functions.commands.hashtags.stop import say as confirmation
from functions.commands.incoming import Heard, each_once
from functions.commands.registry import Changed, Question, registry
from functions.commands.sms import Sms
from functions.shared.brand.catalogue import Catalogue
from functions.shared.brand.hours import today
from functions.shared.conversation.cases import Case, Team, case_number
from functions.shared.conversation.customers import Consent, Customer, OurQuestion, seen, stopped
from functions.shared.conversation.linking import unlinked
from functions.shared.conversation.promises import due_at
from functions.shared.wording import ours, rules
from functions.shared.wording.rules import Match
from functions.shared.wording.saying import full_date, time_of_day
from functions.shared.wording.stop_words import beside_stop, foreign_stop, plain_start, plain_stop, stop_tag
from functions.shared.wording.text import Reply
from functions.shared.x.ids import is_older

YES = frozenset(
    ["yes", "yeah", "yep", "yup", "y", "ok", "okay", "sure", "correct", "right", "please", "that", "one", "thats", "it"]
)
NO = frozenset(["no", "nope", "nah", "neither", "none", "n"])
ASKED_FOR = timedelta(minutes=30)
"""How long a question of ours waits for its answer."""
IN_DISTRESS = frozenset({"bereavement", "payment_plan"})
"""Who writes about these reads no figures first."""
FLOOD = Match("flood", "general", None, "")


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
    before = question.customer
    dm = question.dm
    written = ours.without(dm.text, our_words.with_facts(question.catalogue.facts))
    question = replace(question, dm=dm.model_copy(update={"text": written}))
    if before.link and before.link.unused(question.now):
        question = replace(question, customer=unlinked(before))
    question = replace(question, customer=flood.dm_counted(question))
    heard = Heard(question, case_id, waiting, staffed)
    decision = stop(heard) or unread(heard) or stale(heard) or in_time(heard)
    if decision.customer.delete_asked_until == before.delete_asked_until:
        decision = replace(decision, customer=replace(decision.customer, delete_asked_until=None))
    if decision.disposition == "answered" and _is_silent(question.customer, decision.customer):
        decision = replace(decision, say=None, disposition="ignored", step="3 limits", rule="said a moment ago")
    decision = switches.confirmed_or_put_off(question.customer, decision, question.now)
    consents = (*decision.consents, *_switched(before, decision.customer))
    return replace(decision, consents=consents, sms=(*decision.sms, *_unlinked(question, before, decision.customer)))


def _is_silent(customer: Customer, after: Customer) -> bool:
    """#stop and #start count each time; what they did not change was confirmed."""
    return flood.said_before(customer) and customer.stopped == after.stopped


def _switched(before: Customer, after: Customer) -> Iterator[Consent]:
    """For the ledger: automatic replies were switched off, or on."""
    if before.stopped_by != after.stopped_by or before.started_by != after.started_by:
        yield Consent("automatic replies", given=not after.stopped, wording="")


def _unlinked(question: Question, before: Customer, after: Customer) -> Iterator[Sms]:
    """A number that is no longer linked is told so, however that came about."""
    if before.line != after.line and before.link:
        told = link.unlinked_notice(before, question.case, question.proofs, question.catalogue.brand, question.now)
        yield from (told,) if told else ()


def in_time(heard: Heard) -> Decision:
    """Decide what is no stop, in the order of these steps."""
    return (
        limited(heard)
        or code(heard)
        or erasing(heard)
        or question_of_ours(heard)
        or to_urgent(heard)
        or hashtags(heard)
        or with_a_person(heard)
        or picture(heard)
        or several(heard)
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
    reply = texts.reply("ack.encrypted", brand, case=case_number(case_id))
    say = said_alone(reply, "acknowledgement", customer.handle)
    return Decision("escalated", step, "encrypted", customer, say, opened)


# ---- the steps, in their order ----


def stop(heard: Heard) -> Decision | None:
    """#stop, or plain words that mean it: one confirmation. Words beside it still reach people."""
    text = heard.question.dm.text
    tag = stop_tag(text)
    because = f"#{tag}" if tag else plain_stop(text, unless=rules.urgent) or foreign_stop(text, heard.languages)
    if because is None:
        return None
    before = heard.customer
    after = stopped(before, heard.question.dm.id, heard.question.now)
    if is_older(heard.question.dm.id, before.started_by, heard.question.now):
        decision = Decision("ignored", "2 stop", "older than the start", before)
    else:
        decision = Decision("suppressed" if before.stopped else "answered", "2 stop", because, after)
    says_more = tag and beside_stop(text, rules.filler())
    if says_more or heard.question.dm.attachment or any(command.for_people for command in heard.commands):
        decision = to_people(heard, Why("2 stop", because), _beside_stop(heard), key=None, after=decision.customer)
    if before.stopped or not decision.customer.stopped:
        return decision
    reply = confirmation(replace(heard.question, case=_left_with_people(heard, decision.case)))
    return replace(decision, say=said_alone(reply, "stop", before.handle))


def _left_with_people(heard: Heard, case: Open | Join | None) -> Case | None:
    """The case that a stop leaves as it is."""
    if not isinstance(case, Open):
        return heard.question.case
    return Case(case.id, heard.customer.x_id, case.team, case.kind, heard.question.now, case.due_at)


def unread(heard: Heard) -> Decision | None:
    """A newer release has written what is not understood here: whatever the bot would say or do is for people."""
    if not heard.question.unread:
        return None
    decision = stale(heard) or in_time(heard)
    if decision.disposition == "answered" or (decision.say and decision.say.kind == "answer"):
        decision = _for_people(heard, Why("2 unread", decision.rule))
    what = f"This release does not understand {', '.join(heard.question.unread)}: a newer one has written that."
    return replace(decision, note=what) if decision.case else decision


def _for_people(heard: Heard, why: Why) -> Decision:
    """Give to people, in silence, what would have been answered."""
    home = heard.commands[0].home if heard.commands else "general"
    return to_people(heard, why, heard.team_match(heard.read.words, home), key=None)


def stale(heard: Heard) -> Decision | None:
    """Written over 30 minutes ago: an answer now would puzzle, so what the bot would answer goes to people."""
    if not heard.stale:
        return None
    decision = in_time(heard)
    if decision.say and decision.say.kind == "answer":
        decision = _for_people(heard, Why("2 stale", decision.rule))
    at = heard.question.dm.at
    written = full_date(today(at, heard.brand), heard.brand)
    note = f"Written on {written} at {time_of_day(at, heard.brand)}, and reached us late."
    return replace(decision, note=note) if decision.case else decision


def limited(heard: Heard) -> Decision | None:
    """Right after stop, and beside what is urgent, which both always count: what was said a moment ago, or a flood.

    A flood is one case, told once; then silence until a person has answered. After #stop nothing is said anyway.
    """
    customer = seen(heard.question.customer, heard.question.dm.handle)
    if customer.stopped or _urgent(heard):
        return None
    if flood.said_before(customer):
        return Decision("ignored", "3 limits", "said a moment ago", customer)
    if customer.flooded_at is None or _counts_always(heard):
        return None
    if heard.open_case:
        return Decision("joined", "3 limits", "flood", heard.customer, case=Join(heard.open_case))
    return to_people(heard, Why("3 limits", "flood"), FLOOD, key="ack.flood")


def _counts_always(heard: Heard) -> bool:
    """Whether a DM says nothing but a hashtag that is answered in a flood too, or yes to what that one asks."""
    known = {command.tag for command in heard.commands if command.in_a_flood}
    return bool(known) and set(heard.read.words) <= known | YES


def code(heard: Heard) -> Decision | None:
    """The six digits that were sent as a text message; without any that is expected, only if nothing else is said."""
    expected = heard.question.customer.code is not None
    typed = link.code_in(heard.as_written, expected=expected)
    if typed is None or heard.customer.stopped or (heard.open_case and not expected) or _harm(heard):
        return None
    question = replace(heard.question, customer=heard.customer)
    result = _with_what_waited(question, link.check(question, typed))
    return changed(heard, Why("3 our question", "code"), result)


def _with_what_waited(question: Question, result: Reply | Changed) -> Reply | Changed:
    """A code that matches answers in the same DM what had to wait for it."""
    waited = question.customer.unanswered
    if not isinstance(result, link.Linked) or waited is None:
        return result
    result = replace(result, customer=replace(result.customer, unanswered=None))
    if question.now >= waited.until:
        return result
    commands = [registry().by_tag[tag] for tag in waited.choices if tag in registry().by_tag]
    asked = replace(question, customer=result.customer, account=lambda: result.account)
    return result.answering(Answers.of(asked, commands, ()).replies)


def erasing(heard: Heard) -> Decision | None:
    """A bare yes or no to #delete: only "#delete yes" erases, so yes is asked again and no needs no words."""
    until = heard.question.customer.delete_asked_until
    words = set(heard.read.words)
    if until is None or heard.question.now >= until or heard.commands or not words or not words <= YES | NO:
        return None
    if words & NO:
        return Decision("ignored", "3 our question", "no", heard.customer)
    return answer(heard, "3 our question", [delete.command])


def question_of_ours(heard: Heard) -> Decision | None:
    """The answer to "did you mean": yes, no, or the one that was meant."""
    before = heard.question.customer
    if before.asked is None or heard.question.now >= before.asked.until or heard.open_case or heard.commands:
        return None
    choices = before.asked.choices
    words = set(heard.read.words) - rules.filler()
    meant = [tag for tag in choices if tag in words] or (list(choices) if words and words <= YES else [])
    if len(meant) == 1 and words <= YES | {meant[0]}:
        return answer(heard, "3 our question", [registry().by_tag[meant[0]]])
    if not words or not words <= NO:
        return None
    if before.not_understood:
        return not_understood(heard, Why("3 our question", "no"))
    return Decision("ignored", "3 our question", "no", heard.customer)


def to_urgent(heard: Heard) -> Decision | None:
    """Harm that grows by the minute, whether or not hashtags are there."""
    found = _urgent(heard)
    if found is None:
        return None
    return to_people(heard, Why("4 urgent rule", said(found)), found, key=acknowledgement(heard, found))


def hashtags(heard: Heard) -> Decision | None:
    """Known hashtags are answered; words of trouble beside them open a case as well, in one DM."""
    commands = list(heard.commands)
    if not commands and heard.customer.stopped and plain_start(heard.question.dm.text):
        commands = [command for command in registry().commands if command.resumes]
    resumes = any(command.resumes for command in commands)
    case = heard.question.case
    if not commands or (case and case.had_last_word and not resumes):
        return None
    return answer(heard, "5 hashtag", commands)


def with_a_person(heard: Heard) -> Decision | None:
    """While a person owns the conversation, everything else is for that person."""
    if heard.open_case is None:
        return None
    return Decision("joined", "5 with a person", "open case", heard.customer, case=Join(heard.open_case))


def picture(heard: Heard) -> Decision | None:
    """A picture, video or voice message: a person can look at it."""
    if not heard.question.dm.attachment:
        return None
    return to_people(heard, Why("6 rule", "attachment"), heard.team_match(heard.read.words), key="ack.picture")


def several(heard: Heard) -> Decision | None:
    """Several questions in one message: what is known is answered, the rest goes to a person, in one DM."""
    commands, rest = heard.parts
    if heard.read.tags or not commands or heard.customer.stopped:
        return None
    if rules.match_words(heard.read.words).kind in IN_DISTRESS:
        return None
    asked = rules.match_words(rest).outcome not in ("silent", "answer:greeting") and not rules.filler() >= set(rest)
    return answer(heard, "6 rule", commands, beside=heard.team_match(rest) if asked else None)


def rule(heard: Heard) -> Decision | None:
    """All other rules, in their order."""
    found = rules.match_words(heard.read.words, heard.read.tags)
    if found.outcome == "silent" and heard.read.asks:
        return None
    if heard.read.cheerful:
        found = Match("courtesy", None, "silent", "cheerful")
    match found.outcome:
        case "silent":
            return Decision("ignored", "6 rule", said(found), heard.customer)
        case "answer:greeting" if heard.customer.stopped:
            return Decision("suppressed", "6 rule", said(found), heard.customer)
        case "answer:greeting":
            reply = texts.reply("greeting", heard.brand)
            return answered_with(heard, Why("6 rule", said(found)), [reply], unasked=True)
    if found.ack == "line":
        found = _line(heard, found)
    if found.outcome:
        return _answers(heard, found, found.outcome.removeprefix("answer:"))
    if decision := known_incident(heard, found):
        return decision
    if found.kind == "other" and incidents.is_place(heard):
        return answer(heard, "6 rule", [command for command in registry().commands if command.by_place])
    if found.kind == "other":
        return None
    return to_people(heard, Why("6 rule", said(found)), found, key=acknowledgement(heard, found))


def known_incident(heard: Heard, found: Match) -> Decision | None:
    """Trouble that is known is told at once, without a case unless somebody needs a person as well."""
    if heard.customer.stopped:
        return None
    notice = incidents.known(heard, found)
    if notice and incidents.needs_person(heard):
        return with_person(heard, Why("6 rule", f"notice {notice.id}, {said(found)}"), found, notice)
    if notice:
        reply, why = incidents.fault(notice, heard.question.now, heard.brand), Why("6 rule", f"notice {notice.id}")
        beside = rules.of_kinds(heard.read.words, ("bill", "order"))
        return (
            answered_too(heard, why, [reply], beside, heard.customer) if beside else answered_with(heard, why, [reply])
        )
    if ended := incidents.ended(heard, found):
        return answered_with(heard, Why("6 rule", f"notice {ended.id} over"), [incidents.over(ended)])
    return None


def _line(heard: Heard, found: Match) -> Match:
    """Who cannot get through is in the line here, with the team of what else they say."""
    about = [word for word in heard.read.words if word not in rules.contact()]
    topic = rules.match_words(about, heard.read.tags, teams_only=True, but=("line",))
    return found if topic.kind == "other" else replace(topic, ack="line.known")


def _answers(heard: Heard, found: Match, by: str) -> Decision:
    """A rule's words are answered as a hashtag is: by one, or by words of the rule's own."""
    command = registry().by_tag.get(by)
    if command:
        return answer(heard, "6 rule", [command], found)
    return answer(heard, "6 rule", [], found, [texts.reply(f"answer.{by}", heard.brand)])


def unknown_hashtag(heard: Heard) -> Decision | None:
    """An unknown hashtag and nothing else. It is never repeated back."""
    if not heard.slips or not rules.filler() >= {word for word in heard.read.beside if not word.isdigit()}:
        return None
    if heard.customer.stopped:
        return Decision("suppressed", "7 unknown", "unknown hashtag", heard.customer)
    return not_understood(heard, Why("7 unknown", "unknown hashtag"))


def not_understood(heard: Heard, why: Why) -> Decision:
    """Ask, or say so; the second time in a row a person is better."""
    count = heard.question.customer.not_understood + 1
    if count > 1:
        return to_people(heard, replace(why, rule=f"{why.rule}, again"), OTHER, key="again")
    near = each_once(command for commands in heard.slips.values() for command in commands)[:3]
    after = replace(heard.customer, not_understood=count)
    if not near:
        return answered_with(heard, why, [texts.reply("unknown", heard.brand)], after=after, unasked=True)
    tags = tuple(command.tag for command in near)
    after = replace(after, asked=OurQuestion(tags, heard.question.now + ASKED_FOR))
    reply = texts.reply("typo.ask", heard.brand, choices=" or ".join(f"#{tag}" for tag in tags))
    return answered_with(heard, replace(why, rule="near " + " ".join(tags)), [reply], after=after, unasked=True)


def general(heard: Heard) -> Decision:
    """Nothing matched: a person reads it."""
    return to_people(heard, Why("8 general", "other"), OTHER, key=acknowledgement(heard, OTHER))


def _urgent(heard: Heard) -> Match | None:
    hashtag = next((command for command in heard.commands if command.beats_others), None)
    by_hashtag = Match(hashtag.tag, hashtag.home, None, f"#{hashtag.tag}") if hashtag else None
    found = rules.urgent(heard.read.words, heard.read.tags)
    return found or by_hashtag or rules.foreign(heard.as_written.words, heard.languages)


def _harm(heard: Heard) -> bool:
    """Say whether there is more beside a code than words about it, like "you sent me the code"."""
    found = _urgent(heard)
    return found is not None and "code" not in found.phrase


def _beside_stop(heard: Heard) -> Match:
    return _urgent(heard) or heard.team_match(heard.read.words)
