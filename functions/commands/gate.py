"""What stands between a hashtag and its answer: who may see account figures, what is switched off, what is known."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from functions.commands.hashtags import status
from functions.commands.registry import Escalate, Question
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.accounts import Account, Dated, Line
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Team
from functions.shared.wording import saying
from functions.shared.wording.country import team_name
from functions.shared.wording.safety import LOCKED
from functions.shared.wording.text import Reply, Text

AGED = 1
"""How serious it is that figures are old: more than a next step, less than a known incident."""

FOUND = ("account.status", "line.status")
"""What is looked at before anything of an account is shown."""

FIRST = Text(
    "link.first",
    "{hi}I'll need to know it's you first. Reply #link and your mobile number, like #link {number}, and I'll text"
    " you a code. By doing so you agree that we match your X account to that number; #delete undoes it.",
    needs=("brand.example_number",),
    asks_consent=True,
)
LINK_ENDED = Text(
    "link.ended",
    "{hi}your X account isn't linked to a number with us any more. To link it again, reply #link and your mobile"
    " number, like #link {number}. By doing so you agree that we match your X account to that number.",
    needs=("customer.link_ended", *FOUND, "brand.example_number"),
    asks_consent=True,
    ends_link=True,
)
WHY = Text(
    "locked.why",
    "{hi}account details are off in this chat, because a message here said that a phone, SIM or account may not be"
    " safe. Was it meant differently? Reply #human: a person checks that it's you and switches them on again.",
    needs=("customer.locked_by",),
    explains_lock=True,
)
"""Once, where the report came from this chat; then LOCKED."""
NOT_HOLDER = Text(
    "holder.only",
    "{hi}that belongs to the account holder, so I can't show it here. They can ask me from their own number.",
    next="I can show what you have left: #data, #text or #minutes.",
    needs=("line.role",),
)
PAUSED = Text(
    "figures.paused",
    "{hi}#{tag} is off while we put something right. {says} Please try again later, or reply #human.",
    needs=("pause.says",),
)
SUSPENDED = Text(
    "figures.suspended",
    "{hi}I can't show your account here just now. Reply #human and a person from {team} will explain and help.",
    needs=FOUND,
)
TOO_OLD = Text(
    "figures.too_old",
    "{hi}I don't have up-to-date figures for you right now, and I'd rather not guess. Please try again in a few hours."
    " If it can't wait, reply #human.",
)
OLD = Text(
    "figures.old",
    "",
    next="These are the newest figures I have; later use doesn't show yet.",
)
BESIDE = Text(
    "notice.beside",
    "",
    next="We know about this: {says} Next news by {next_at}.",
    needs=("notice.tags", "notice.says", "notice.started_at", "notice.next_at", "notice.ended_at"),
)
FIGURES = (FIRST, LINK_ENDED, WHY, LOCKED, PAUSED, SUSPENDED, TOO_OLD, OLD, BESIDE)
"""What any hashtag that shows account figures may say."""
CONTENT = (PAUSED, BESIDE)
"""What any hashtag that shows the brand's content may say."""

type AnswerTo = Callable[[Question], Reply | Escalate]


@dataclass(frozen=True)
class Figures:
    """An account that may be shown to the customer who asks, and their line."""

    question: Question
    account: Account
    line: Line

    @property
    def now(self) -> datetime:
        return self.question.now

    @property
    def brand(self) -> Brand:
        return self.question.catalogue.brand

    @property
    def today(self) -> date:
        return self.question.today

    def as_of(self, part: Dated) -> str:
        return saying.as_of(part.as_of, self.now, self.brand)

    @property
    def which_line(self) -> str:
        """Say which line is meant, where there are several."""
        return saying.line_ending(self.line.number) if len(self.account.lines) > 1 else ""


def content(tag: str, say: AnswerTo) -> AnswerTo:
    """Let a hashtag answer from the brand's content unless it is switched off."""

    def answer(question: Question) -> Reply | Escalate:
        return _paused(tag, question) or _with_notice(tag, question, say(question))

    return answer


def from_account(
    tag: str, say: Callable[[Figures], Reply | Escalate], *, dated: Callable[[Figures], Dated | None]
) -> AnswerTo:
    """Let a hashtag answer from the account, to whom it belongs. `dated` gives the figures whose age counts.

    The answer raises Unreadable where what it needs makes no sense.
    """

    def answer(question: Question) -> Reply | Escalate:
        shut = not_linked(question) or _locked(question) or _paused(tag, question)
        found = shut or figures(question)
        if isinstance(found, Reply):
            return found
        return _with_notice(tag, question, _aged(found, dated(found), say))

    return answer


def by_words(answer: AnswerTo) -> AnswerTo:
    """Mark what answers words beside a hashtag: nobody keeps them, so that it cannot be asked anew."""

    def marked(question: Question) -> Reply | Escalate:
        said = answer(question)
        return replace(said, by_words=True) if isinstance(said, Reply) else said

    return marked


def to_holder(say: Callable[[Figures], Reply | Escalate]) -> Callable[[Figures], Reply | Escalate]:
    """Let only the account's holder read an answer."""
    return lambda figures: say(figures) if holds(figures) else NOT_HOLDER.reply()


def holds(figures: Figures) -> bool:
    return figures.line.role == "holder"


def unseen(figures: Figures, kind: str, team: Team) -> Escalate:
    """Hand over to a person what the answer needs and the data does not say: it is never guessed."""
    question = figures.question
    stands = status.say(question) if question.case else None
    return Escalate(kind, team, "person.looks", if_open=stands, adds=True)


def not_linked(question: Question) -> Reply | None:
    """Tell a customer without a link how to make one."""
    customer = question.customer
    if customer.link:
        return None
    if customer.link_ended:
        return _ended(question)
    return FIRST.reply(number=question.catalogue.brand.example_number)


def _ended(question: Question) -> Reply:
    return LINK_ENDED.reply(number=question.catalogue.brand.example_number)


def figures(question: Question) -> Figures | Reply:
    """Return what a customer may see of their account, or what to say instead."""
    if shut := not_linked(question) or _locked(question):
        return shut
    account, link = question.account(), question.customer.link
    if account is None or link is None or account.status == "closed":
        return _ended(question)
    line = account.line(link.line_id)
    if line is None:
        return _ended(question)
    match line.status:
        case "lost":
            return LOCKED.reply(lost_phone=question.catalogue.brand.lost_phone)
        case "closed":
            return _ended(question)
    if account.status == "suspended":
        return replace(SUSPENDED.reply(team=team_name("billing", question.catalogue.brand)), quotes=account.account_id)
    return Figures(question, account, line)


def figures_if_any(question: Question) -> Figures | None:
    """Return what a customer may see of their account, for an answer that can do without."""
    if not question.customer.link:
        return None
    with suppress(Unreadable):
        found = figures(question)
        return found if isinstance(found, Figures) else None
    return None


def _locked(question: Question) -> Reply | None:
    if not question.locked:
        return None
    customer = question.customer
    if customer.locked_by and not customer.told_of_lock:
        return WHY.reply()
    return LOCKED.reply(lost_phone=question.catalogue.brand.lost_phone)


def _paused(tag: str, question: Question) -> Reply | None:
    """Say that operations have switched a hashtag off."""
    pauses = {pause.id.removeprefix("#"): pause for pause in question.catalogue.pauses()}
    pause = pauses.get(tag) or pauses.get("all")
    return PAUSED.reply(tag=tag, says=pause.says) if pause else None


def _aged(found: Figures, dated: Dated | None, say: Callable[[Figures], Reply | Escalate]) -> Reply | Escalate:
    """Say figures only while they are worth saying."""
    age = dated.age(found.now) if dated else "fresh"
    if age == "too_old":
        return TOO_OLD.reply()
    said = say(found)
    if isinstance(said, Escalate):
        return replace(said, quotes=found.account.account_id)
    reply = replace(said, quotes=found.account.account_id)
    return replace(reply, next=OLD.next, serious=AGED) if age == "old" else reply


def _with_notice(tag: str, question: Question, reply: Reply | Escalate) -> Reply | Escalate:
    """Add a known incident that touches a hashtag."""
    if isinstance(reply, Escalate):
        return reply
    brand = question.catalogue.brand
    for notice in question.catalogue.notices():
        if notice.told(question.now) and tag in {known.removeprefix("#") for known in notice.tags}:
            news = saying.moment(notice.next_at, question.now, brand)
            return replace(reply, next=BESIDE.reply(says=notice.says, next_at=news).next, serious=2, notice=notice.id)
    return reply
