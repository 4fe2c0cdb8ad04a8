"""#unlock: whether another network's SIM works in the phone. No unlock code is ever said here."""

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example, Question
from functions.shared.wording.text import Reply, Text

OPEN = Text(
    "unlock.open",
    "{hi}the phones we sell aren't locked, so any network's SIM should work in yours.",
    next="It asks for a code? Reply #human and say the make and model.",
    needs=("line.locked", "brand.unlock_how"),
)
LOCKED = Text(
    "unlock.locked",
    "{hi}your phone is still locked to us. {unlock_how}",
    next="Stuck? Reply #human and say what the screen shows.",
    needs=("line.locked", "brand.unlock_how"),
)


def say(question: Question) -> Reply | Escalate:
    if question.catalogue.brand.unlock_how is None:
        return gate.content("unlock", lambda _: OPEN.reply())(question)
    return gate.from_account("unlock", _of_line, dated=lambda _: None)(question)


def _of_line(figures: Figures) -> Reply | Escalate:
    if figures.line.locked is None:
        return gate.unseen(figures, "device", "devices")
    return LOCKED.reply(unlock_how=figures.brand.unlock_how or "") if figures.line.locked else OPEN.reply()


command = Command(
    tag="unlock",
    help="other networks' SIMs",
    answer=say,
    examples=(Example("#unlock", "unlock.open"), Example("unlock please", "unlock.open")),
    home="devices",
    menu=(14, 1),
    texts=(OPEN, LOCKED, *gate.FIGURES),
    aliases=("unlocking", "unlocked"),
    words=("unlock",),
)
