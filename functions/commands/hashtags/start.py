"""#start, or #tweetserve: automatic replies are on."""

from functions.commands.registry import Command, Example, Question
from functions.shared.brand.catalogue import Brand
from functions.shared.wording.text import Reply, Text

NEW = Text(
    "start.new",
    "{hi}good to have you. I'm {brand}'s automatic helper. To answer about your account I match your X account to your"
    " mobile number and keep that match, nothing else. If that's fine, reply #link and your number, like #link"
    " {number}.",
    needs=("brand.name", "brand.example_number"),
    asks_consent=True,
)
LINKED = Text(
    "start.linked",
    "{hi}you're all set up. Send #data for what you have left, #charges for your bill, or #help for everything I know.",
    needs=("customer.link",),
)
BACK = Text(
    "start.back",
    "Welcome back{name}: automatic replies are on again. Send #help to see what I know, #stop to switch them off.",
    needs=("customer.stopped_by",),
)


def say(question: Question) -> Reply:
    if question.customer.stopped:
        return BACK.reply()
    return LINKED.reply() if question.customer.link else _new(question.catalogue.brand)


def _new(brand: Brand) -> Reply:
    return NEW.reply(brand=brand.name, number=brand.example_number)


command = Command(
    tag="start",
    help="switch automatic replies on",
    answer=say,
    examples=(
        Example("#tweetserve", "start.linked"),
        Example("#start", "start.new", by="new_customer"),
        Example("#start", "start.back", by="stopped_customer"),
    ),
    home="general",
    texts=(NEW, LINKED, BACK),
    aliases=("tweetserve",),
    changes=True,
    resumes=True,
)
