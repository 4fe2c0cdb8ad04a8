"""#urgent: a person, at once."""

from functions.commands.registry import Command, Escalate, Example, Question
from functions.shared.wording import rules


def say(_question: Question) -> Escalate:
    return Escalate("urgent", "urgent", "ack.urgent")


command = Command(
    tag="urgent",
    help="phone stolen, or someone unsafe",
    answer=say,
    examples=(Example("#urgent", "ack.urgent"), Example("#sos", "ack.urgent", by="new_customer")),
    home="urgent",
    menu=(7, 1),
    aliases=rules.urgent_hashtags()[1:],
    for_people=True,
    beats_others=True,
)
