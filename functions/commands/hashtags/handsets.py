"""#handsets: phones in stock, and when the customer may upgrade."""

from dataclasses import replace

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Example, Question
from functions.shared.brand.catalogue import Brand, Handset
from functions.shared.carrier.items import Unreadable
from functions.shared.wording.saying import day, money
from functions.shared.wording.text import LONGEST_REPLY, Reply, Text, fits

SHOWN = 3

LIST = Text(
    "handsets.list",
    "{hi}phones people like this week:\n{handsets}\n{upgrade}Want one? Reply #human and its number.",
    short="Phones: {names} (#handsets has the prices)",
    needs=(
        "handset.name",
        "handset.monthly_minor",
        "handset.months",
        "handset.upfront_minor",
        "handset.in_stock",
        "handset.rank",
        "handset.from_on",
        "handset.until_on",
        "handset.small_print",
        "line.upgrade_from",
        *gate.FOUND,
    ),
)
NONE = Text(
    "handsets.none",
    "{hi}there are no phones to show today. Looking for something particular? Reply #human and say what.",
    short="Phones: none to show today",
)


def say(question: Question) -> Reply:
    phones = [phone for phone in question.catalogue.handsets() if phone.in_stock and phone.on(question.today)]
    found = gate.figures_if_any(question)
    upgrade = _upgrade(found) if found else ""
    brand = question.catalogue.brand
    lists = (_listed(phones[:count], upgrade, brand) for count in range(SHOWN, 0, -1) if phones)
    reply = next((reply for reply in lists if fits(reply, LONGEST_REPLY)), NONE.reply())
    return replace(reply, quotes=found.account.account_id) if found and upgrade else reply


def _listed(phones: list[Handset], upgrade: str, brand: Brand) -> Reply:
    lines = [f"{number} {_priced(phone, brand)}" for number, phone in enumerate(phones, 1)]
    small = dict.fromkeys(phone.small_print for phone in phones)
    names = ", ".join(phone.name for phone in phones)
    return LIST.reply(handsets="\n".join([*lines, *small]), upgrade=upgrade, names=names)


def _priced(phone: Handset, brand: Brand) -> str:
    monthly, today = money(phone.monthly_minor, brand), money(phone.upfront_minor, brand)
    return f"{phone.name}: {monthly} a month for {phone.months} months, {today} today"


def _upgrade(found: Figures) -> str:
    try:
        upgrade_from = found.line.upgrade_from
    except Unreadable:
        return ""  # the phones can be shown without it
    if upgrade_from is None:
        return ""
    when = "now" if upgrade_from <= found.today else f"from {day(upgrade_from, found.today, found.brand)}"
    return f"You can upgrade {when}.\n"


command = Command(
    tag="handsets",
    help="what's on",
    answer=gate.content("handsets", say),
    examples=(Example("#handsets", "handsets.list"), Example("any phones?", "handsets.list", by="new_customer")),
    home="sales",
    menu=(11, 2),
    texts=(LIST, NONE, *gate.CONTENT),
    aliases=("handset", "phones", "phone"),
    words=("handsets", "handset", "phones"),
)
