"""#switch: how to leave, at once and without a person."""

from functions.commands.registry import Command, Example, Question
from functions.commands.texts import texts
from functions.shared.wording.text import Reply, Text

# The words stand beside the rule that leads here too.
LEAVE = Text("answer.switch", texts()["answer.switch"], needs=("brand.number_move",))


def say(question: Question) -> Reply:
    return LEAVE.reply(number_move=question.catalogue.brand.number_move)


command = Command(
    tag="switch",
    help="leaving, or moving your number",
    answer=say,
    examples=(Example("#switch", "answer.switch"), Example("#switch", "answer.switch", by="new_customer")),
    home="sales",
    menu=(15, 1),
    texts=(LEAVE,),
)
