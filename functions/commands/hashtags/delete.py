"""#delete: unlink the number and erase what is kept of the chat."""

from dataclasses import replace
from datetime import timedelta

from functions.commands.registry import Changed, Command, Example, Question
from functions.shared.conversation.linking import unlinked
from functions.shared.wording.reading import plain
from functions.shared.wording.safety import LOCKED
from functions.shared.wording.text import Reply, Text

ASK = Text(
    "delete.ask",
    "{hi}this unlinks your number and erases what we keep of this chat, open questions included. It can't be undone."
    " Reply #delete yes to go ahead; anything else leaves things as they are.",
    needs=("customer.case",),
)
DONE = Text(
    "delete.done",
    "Done{name}: your number is unlinked and what we kept of this chat is erased. The chat you see here is X's copy;"
    " only you can remove that. To come back one day, send #start.",
)

ASKED_FOR = timedelta(minutes=30)


def say(question: Question) -> Reply | Changed:
    customer, now = question.customer, question.now
    if question.locked:
        # Else a thief could erase the report of the theft and link the stolen phone.
        reply = LOCKED.reply(lost_phone=question.catalogue.brand.lost_phone)
        return Changed(reply, customer, refused="The customer asks to be erased. Not while figures are paused.")
    until = customer.delete_asked_until
    if until and now < until and set(plain(question.dm.text).words) == {"delete", "yes"}:
        return Changed(DONE.reply(), unlinked(customer), erases=True)
    return Changed(ASK.reply(), replace(customer, delete_asked_until=now + ASKED_FOR))


command = Command(
    tag="delete",
    help="connect or remove your account",
    answer=say,
    examples=(Example("#delete", "delete.ask"), Example("#delete", "delete.ask", by="new_customer")),
    home="general",
    menu=(17, 2),
    texts=(ASK, DONE, LOCKED),
    changes=True,
    alone=True,
    in_a_flood=True,
    kind_if_stopped="privacy_request",
)
