"""#contract: until when the minimum term runs, and what leaving before costs."""

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.wording.saying import day, money, on_day
from functions.shared.wording.text import Reply, Text

RUNNING = Text(
    "contract.running",
    "{hi}your minimum term{line} ends {ends}. Leaving today would cost {leaving} (as of {as_of}); after that day,"
    " nothing.",
    next="#switch says how to leave or move your number. Questions? Reply #human.",
    short="Contract: until {until}",
    needs=("line.role", "line.contract_ends_on", "line.leaving_minor", "line.as_of", "line.number"),
)
RUNNING_UNPRICED = Text(
    "contract.running_unpriced",
    "{hi}your minimum term{line} ends {ends}. {leaving_how}",
    next="#switch says how to leave or move your number.",
    short="Contract: until {until}",
    needs=("line.contract_ends_on", "brand.leaving_how"),
)
OVER = Text(
    "contract.over",
    "{hi}your minimum term{line} ended {ended}, so there's no charge for leaving or changing.{notice_period}",
    next="#switch says how to leave or move your number.",
    short="Contract: minimum term over since {since}",
    needs=("line.contract_ends_on", "brand.notice_period"),
)
PREPAID = Text(
    "contract.prepaid",
    "{hi}you pay as you go, so there's no contract and nothing to pay for leaving.",
    next="#switch says how to move your number.",
    short="Contract: none, you pay as you go",
    needs=("account.kind",),
)


def say(figures: Figures) -> Reply | Escalate:
    if figures.account.kind == "prepaid":
        return PREPAID.reply()
    ends_on, today, brand = figures.line.contract_ends_on, figures.today, figures.brand
    if ends_on is None:
        return gate.unseen(figures, "order", "sales")
    said_on, said = on_day(ends_on, today, brand), day(ends_on, today, brand)
    line = figures.which_line
    if ends_on < today:
        period = f" {brand.notice_period}" if brand.notice_period else ""
        return OVER.reply(line=line, ended=said_on, since=said, notice_period=period)
    leaving = figures.line.leaving_minor
    if leaving is None or figures.line.age(figures.now) != "fresh":
        return RUNNING_UNPRICED.reply(line=line, ends=said_on, until=said, leaving_how=brand.leaving_how)
    costs = {"leaving": money(leaving, brand), "as_of": figures.as_of(figures.line)}
    return RUNNING.reply(line=line, ends=said_on, until=said, **costs)


command = Command(
    tag="contract",
    help="how yours stand",
    answer=gate.from_account("contract", gate.to_holder(say), dated=lambda _: None),
    examples=(
        Example("#contract", "contract.running"),
        Example("my contract please", "contract.running"),
        Example("#contract", "contract.prepaid", by="prepaid"),
        Example("#contract", "holder.only", by="line_user"),
        Example("#contract", "link.first", by="new_customer"),
    ),
    home="sales",
    menu=(4, 2),
    texts=(RUNNING, RUNNING_UNPRICED, OVER, PREPAID, gate.NOT_HOLDER, *gate.FIGURES),
    aliases=("contracts", "term"),
    words=("contract", "contracts"),
    shows_account=True,
)
