"""#human: a person takes over."""

from functions.commands.registry import Command, Escalate, Example, Question


def say(_question: Question) -> Escalate:
    return Escalate("other", "general", "ack.human")


command = Command(
    tag="human",
    help="a person",
    answer=say,
    examples=(Example("#human", "ack.human"), Example("#human", "ack.human", by="new_customer")),
    home="general",
    menu=(6, 1),
    aliases=("agent", "person", "speak"),
    words=("human", "agent", "person"),
)
