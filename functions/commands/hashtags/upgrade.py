"""#upgrade: from when a new phone or plan costs nothing on the old contract."""

from dataclasses import replace

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.carrier.accounts import Dated
from functions.shared.wording.saying import day, money
from functions.shared.wording.text import Reply, Text

NOW = Text(
    "upgrade.now",
    "{hi}you can upgrade{line} now, with nothing to pay on your old contract (as of {as_of}).",
    next="#handsets shows phones in stock.",
    short="Upgrade: now",
    needs=("line.role", "line.upgrade_from", "line.as_of", "line.number"),
)
LATER = Text(
    "upgrade.later",
    "{hi}you can upgrade{line} from {start} with nothing to pay on your old contract.{today}",
    next="#handsets shows phones in stock.",
    short="Upgrade: from {start}",
    needs=("line.upgrade_from", "line.as_of"),
)
TODAY = Text(
    "upgrade.today",  # at the end of the one before, while the figure is fresh
    " Today it would cost {cost} (as of {as_of}).",
    needs=("line.upgrade_minor", "line.as_of"),
)
PREPAID = Text(
    "upgrade.prepaid",
    "{hi}you pay as you go, so there's nothing to wait for: you can take a new phone or plan at any time.",
    next="#handsets and #offers show what there is.",
    short="Upgrade: any time, you pay as you go",
    needs=("account.kind",),
)


def say(figures: Figures) -> Reply | Escalate:
    if figures.account.kind == "prepaid":
        return PREPAID.reply()
    start, as_of = figures.line.upgrade_from, figures.as_of(figures.line)
    if start is None:
        return gate.unseen(figures, "order", "sales")
    if start <= figures.today:
        return replace(NOW.reply(line=figures.which_line, as_of=as_of), as_of=as_of)
    said = day(start, figures.today, figures.brand)
    return LATER.reply(line=figures.which_line, start=said, today=_today(figures, as_of))


def _today(figures: Figures, as_of: str) -> str:
    cost = figures.line.upgrade_minor
    if cost is None or figures.line.age(figures.now) != "fresh":
        return ""
    return TODAY.reply(cost=money(cost, figures.brand), as_of=as_of).text


def _dated(figures: Figures) -> Dated | None:
    return figures.line if gate.holds(figures) and figures.account.kind != "prepaid" else None


command = Command(
    tag="upgrade",
    help="how yours stand",
    answer=gate.from_account("upgrade", gate.to_holder(say), dated=_dated),
    examples=(
        Example("#upgrade", "upgrade.later"),
        Example("can I upgrade", "upgrade.later"),
        Example("#upgrade", "upgrade.prepaid", by="prepaid"),
        Example("#upgrade", "holder.only", by="line_user"),
        Example("#upgrade", "link.first", by="new_customer"),
    ),
    home="sales",
    menu=(4, 3),
    texts=(NOW, LATER, TODAY, PREPAID, gate.NOT_HOLDER, *gate.FIGURES),
    aliases=("upgrades", "upgrading"),
    words=("upgrade", "upgrades", "upgrading"),
    shows_account=True,
)
