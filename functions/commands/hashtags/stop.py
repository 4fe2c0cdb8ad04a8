"""#stop: one confirmation, then silence."""

from functions.commands.registry import Command, Example, Question
from functions.shared.conversation.cases import Case
from functions.shared.wording.text import Reply, Text

DONE = Text(
    "stop.done",
    "Done{name}: no more automatic replies, hashtags included.{open_case} If you write in your own words, a person may"
    " answer. #start switches me back on.",
    needs=("customer.case",),
)
OPEN_CASE = Text("stop.open_case", " Your question {case} stays with our team.", needs=("case.id",))


def done(case: Case | None) -> Reply:
    return DONE.reply(open_case=OPEN_CASE.reply(case=case.number).text if case else "")


def say(question: Question) -> Reply:
    return done(question.case)


command = Command(
    tag="stop",
    help="no more automatic replies",
    answer=say,
    examples=(Example("#stop", "stop.done"), Example("#stop", "stop.done", by="new_customer")),
    home="general",
    menu=(9, 1),
    texts=(DONE, OPEN_CASE),
    changes=True,
    stops=True,
)
