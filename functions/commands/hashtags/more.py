"""#more: the second page of the menu."""

from functions.commands.hashtags import help as menu
from functions.commands.registry import Command, Example, Question
from functions.shared.wording.text import Reply


def say(_question: Question) -> Reply:
    return menu.rest()


command = Command(
    tag="more",
    help="everything else",
    answer=say,
    examples=(Example("#more", "help.more"), Example("#more", "help.more", by="new_customer")),
    home="general",
    menu=(8, 1),
    texts=(menu.MORE,),
)
