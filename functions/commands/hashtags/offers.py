"""#offers: what the brand offers today."""

from contextlib import suppress

from functions.commands import gate
from functions.commands.registry import Command, Example, Question
from functions.shared.brand.catalogue import Offer
from functions.shared.carrier.items import Unreadable
from functions.shared.wording.text import Reply, Text, fits

SHOWN = 3

LIST = Text(
    "offers.list",
    "{hi}here's what's on today:\n{offers}\nWant one? Reply #human and its number.",
    short="Offers: {titles} (#offers has more)",
    needs=(
        "offer.title",
        "offer.line",
        "offer.small_print",
        "offer.audience",
        "offer.rank",
        "offer.from_on",
        "offer.until_on",
        "account.kind",
        *gate.FOUND,
    ),
)
NONE = Text(
    "offers.none",
    "{hi}there's nothing on that fits your plan today. Looking for something particular? Reply #human and say what.",
    short="Offers: nothing that fits your plan today",
)


def say(question: Question) -> Reply:
    audiences = _audiences(question)
    on = (offer for offer in question.catalogue.offers() if offer.on(question.today))
    offers = [offer for offer in on if offer.audience in audiences]
    lists = (_listed(offers[:count]) for count in range(SHOWN, 0, -1) if offers)
    return next(filter(fits, lists), NONE.reply())


def _audiences(question: Question) -> set[str]:
    with suppress(Unreadable):
        found = gate.figures_if_any(question)
        if found:
            return {"everyone", found.account.kind}
    return {"everyone"}


def _listed(offers: list[Offer]) -> Reply:
    lines = [f"{number} {offer.title}: {offer.line}" for number, offer in enumerate(offers, 1)]
    small = dict.fromkeys(offer.small_print for offer in offers if offer.small_print)
    return LIST.reply(offers="\n".join([*lines, *small]), titles=", ".join(offer.title for offer in offers))


command = Command(
    tag="offers",
    help="what's on",
    answer=gate.content("offers", say),
    examples=(Example("#offers", "offers.list"), Example("any offers?", "offers.list", by="new_customer")),
    home="sales",
    menu=(11, 1),
    texts=(LIST, NONE, *gate.CONTENT),
    aliases=("offer", "deals", "deal"),
    words=("offers", "offer", "deals", "deal"),
)
