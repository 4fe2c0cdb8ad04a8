"""#human: a person takes over."""

from functions.commands.hashtags import status
from functions.commands.registry import Command, Escalate, Example, Question


def say(question: Question) -> Escalate:
    stands = status.say(question) if question.case else None
    return Escalate("other", "general", "ack.human", by_words=True, if_open=stands)


command = Command(
    tag="human",
    help="a person",
    answer=say,
    examples=(Example("#human", "ack.human"), Example("#human", "ack.human", by="new_customer")),
    home="general",
    menu=(6, 2),
    aliases=("agent", "person", "speak"),
    words=("human", "agent", "person"),
    for_people=True,
)
