"""#text: what is left of the text messages in the plan."""

from functions.commands import allowances
from functions.commands.registry import Command, Example
from functions.shared.wording.saying import texts_left, texts_used

TEXT = allowances.AllowanceKind(
    tag="text",
    left=texts_left,
    used=texts_used,
    noun="texts",
    what="texts",
    are="texts are",
    renew="They renew",
    end="They end",
    paused="Texts are paused",
)

command = Command(
    tag="text",
    help="what you have left",
    answer=allowances.answer(TEXT),
    examples=(Example("#text", "allowance.unlimited"),),
    home="billing",
    menu=(2, 2),
    texts=allowances.TEXTS,
    aliases=("texts", "sms", "messages"),
    words=("texts", "text", "sms"),
    shows_account=True,
)
