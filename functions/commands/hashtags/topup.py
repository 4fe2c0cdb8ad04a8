"""#topup: the credit of who pays as they go, and how it is added to."""

from dataclasses import replace

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.brand import hours
from functions.shared.carrier.accounts import Dated
from functions.shared.wording.saying import money, on_day
from functions.shared.wording.text import Reply, Text

HOW = Text(
    "topup.how",
    "{hi}you have {credit} credit (as of {as_of}). {topup_how}{last}",
    next="It doesn't show? Reply #human. Never send card details here.",
    short="Credit: {credit}",
    needs=("account.kind", "account.credit_minor", "account.as_of", "line.role", "brand.topup_how"),
)
LAST = Text(
    "topup.last",  # at the end of the one before, if there was one
    " Your last top-up was {amount}, {on}.",
    needs=("account.last_topup_minor", "account.last_topup_at"),
)
MONTHLY = Text(
    "topup.monthly",
    "{hi}you pay monthly, so there's no credit to top up.",
    next="#data shows what's left; #offers has ways to get more.",
    short="Top-up: not needed, you pay monthly",
    needs=("account.kind",),
)


def say(figures: Figures) -> Reply | Escalate:
    if figures.account.kind == "monthly":
        return MONTHLY.reply()
    return gate.to_holder(_credit)(figures)


def _credit(figures: Figures) -> Reply | Escalate:
    credit, as_of = figures.account.credit_minor, figures.as_of(figures.account)
    if credit is None:
        return gate.unseen(figures, "bill", "billing")
    how = figures.brand.topup_how
    said = HOW.reply(credit=money(credit, figures.brand), as_of=as_of, topup_how=how, last=_last(figures))
    return replace(said, as_of=as_of)


def _last(figures: Figures) -> str:
    amount, at = figures.account.last_topup_minor, figures.account.last_topup_at
    if amount is None or at is None:
        return ""
    on = on_day(hours.today(at, figures.brand), figures.today, figures.brand)
    return LAST.reply(amount=money(amount, figures.brand), on=on).text


def _dated(figures: Figures) -> Dated | None:
    return figures.account if figures.account.kind == "prepaid" and gate.holds(figures) else None


command = Command(
    tag="topup",
    help="adding credit",
    answer=gate.from_account("topup", say, dated=_dated),
    examples=(
        Example("#topup", "topup.monthly"),
        Example("#topup", "topup.how", by="prepaid"),
        Example("topup please", "topup.how", by="prepaid"),
        Example("#topup", "link.first", by="new_customer"),
    ),
    home="billing",
    menu=(13, 1),
    texts=(HOW, LAST, MONTHLY, gate.NOT_HOLDER, *gate.FIGURES),
    aliases=("topups", "credit", "voucher"),
    words=("topup", "topups"),
    shows_account=True,
)
