"""#status: how the customer's question stands."""

from dataclasses import replace

from functions.commands import incidents
from functions.commands.registry import Command, Example, Question
from functions.shared.conversation.promises import told_next
from functions.shared.wording.country import team_name
from functions.shared.wording.saying import eta, moment
from functions.shared.wording.text import Reply, Text

WITH_US = Text(
    "status.with_us",
    "{hi}your question {case} is with {team}. A person will reply here {eta}. Anything to add? Just write it, and"
    " they'll see it.",
    needs=("case.id", "case.team", "case.due_at"),
)
WITH_YOU = Text(
    "status.with_you",
    "{hi}we answered {case} at {as_of} and are waiting to hear from you. Just write back here and the same team picks"
    " it up.",
    needs=("case.id", "case.state", "case.answered_at"),
)
NONE = Text(
    "status.none",
    "{hi}you have no open question with us. To ask one, just write it here and a person will read it.",
    needs=("case.id",),
)


def say(question: Question) -> Reply:
    case, brand = question.case, question.catalogue.brand
    if case is None:
        return incidents.news(question) or NONE.reply()
    if case.state == "WAITING_CUSTOMER" and case.answered_at:
        answered = moment(case.answered_at, question.now, brand)
        return WITH_YOU.reply(case=case.number, as_of=answered)
    told = told_next(case, question.now, brand, question.ahead)
    said = eta(told, question.now, brand)
    return replace(WITH_US.reply(case=case.number, team=team_name(case.team, brand), eta=said), promises=told)


command = Command(
    tag="status",
    help="your question, a person",
    answer=say,
    examples=(Example("#status", "status.none"), Example("status?", "status.none", by="new_customer")),
    home="general",
    menu=(6, 1),
    texts=(WITH_US, WITH_YOU, NONE, incidents.FAULT, incidents.AFTER_END),
    aliases=("case",),
    words=("status",),
)
