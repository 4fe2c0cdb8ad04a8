"""#charges: the bill, or the credit of who pays as they go."""

from dataclasses import replace

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.carrier.accounts import Bill
from functions.shared.carrier.items import given
from functions.shared.wording.phrases import first_of, phrases
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import day, money, month, on_day, series
from functions.shared.wording.text import Reply, Text, fits

BILL = Text(
    "charges.bill",
    "{hi}your last bill is {bill} ({pay}). {extras} Next bill: {next_bill}.",
    next="Doesn't look right? Reply #human.",
    short="Bill: {bill} ({pay}). {extras}",
    needs=(
        "bill.issued_on",
        "bill.amount_minor",
        "bill.due_on",
        "bill.payment",
        "bill.paid_on",
        "brand.direct_debit",
        "account.kind",
        "account.extra_charges_minor",
        "account.extras.what",
        "account.bill_limit_minor",
        "account.next_bill_on",
        "account.as_of",
    ),
)
CREDIT = Text(
    "charges.credit",
    "{hi}you're {owed} in credit, so there's nothing to pay. {extras} Next bill: {next_bill}.",
    next="Questions? Reply #human.",
    short="Bill: you're {owed} in credit",
    needs=("account.owed_minor", "account.extra_charges_minor", "account.next_bill_on", "account.as_of"),
)
OVERDUE = Text(
    "charges.overdue",
    "{hi}{owed} is still to pay (as of {as_of}); it was due {due_on}. If you've just paid, it can take a day or two to"
    " show.",
    next="If paying is hard just now, reply #human and we'll look at it together.",
    short="Bill: {owed} still to pay, was due {due_on}",
    needs=("account.owed_minor", "account.as_of", "bill.due_on", "bill.paid_on"),
)
NO_BILL = Text(
    "charges.no_bill",
    "{hi}you don't have a bill yet. Your first one comes {next_on}. {extras}",
    next="#data, #text and #minutes show what you have left.",
    short="Bill: your first one comes {next_on}",
    needs=("account.next_bill_on", "account.extra_charges_minor", "account.as_of"),
)
PREPAID = Text(
    "charges.prepaid",
    "{hi}you have {credit} credit (as of {as_of}). You pay as you go, so there's no bill.",
    next="#data, #text and #minutes show what's left in your pack.",
    short="Credit: {credit}",
    needs=("account.kind", "account.credit_minor", "account.as_of"),
)
PREPAID_EMPTY = Text(
    "charges.prepaid_empty",
    "{hi}you have no credit left (as of {as_of}). Emergency calls to {emergency} still work.",
    next="Just topped up and don't see it? Reply #human.",
    short="Credit: none left",
    needs=("account.kind", "account.credit_minor", "account.as_of", "brand.emergency.number"),
)
NOT_HOLDER = Text(
    "charges.not_holder",
    "{hi}the bill for this number goes to the account holder, so I can't show it here.",
    next="I can show what you have left: #data, #text or #minutes.",
    short="Bill: only the account holder can see it",
    needs=("line.role",),
)


WHY = phrases(["why", "how come", "more", "went/gone/going up", "higher", "explain", "difference", "increase*"])
"""Words beside the hashtag that ask what makes the difference."""
COMPARED = ("bill.amount_minor", "bill.made_of.what", "bill.made_of.minor", "bill.issued_on", "line.role")
MORE = Text(
    "charges.more",
    "{hi}your last bill is {bill}: {diff} more than {month}'s {before}. The difference: {parts}.",
    next="Doesn't look right? Reply #human.",
    short="Bill: {bill}, {diff} more than {month}'s",
    needs=COMPARED,
)
LESS = Text(
    "charges.less",
    "{hi}your last bill is {bill}: {diff} less than {month}'s {before}. The difference: {parts}.",
    next="Doesn't look right? Reply #human.",
    short="Bill: {bill}, {diff} less than {month}'s",
    needs=COMPARED,
)
SAME = Text(
    "charges.same",
    "{hi}your last bill is {bill}, the same as {month}'s. {extras}",
    next="Doesn't look right? Reply #human.",
    short="Bill: {bill}, the same as {month}'s",
    needs=(*COMPARED, "account.extra_charges_minor"),
)
UNEXPLAINED = Text(
    "charges.unexplained",
    "{hi}your last bill is {bill}: {diff} more than {month}'s {before}. I can't see what makes the difference, so"
    " {team} will go through it and reply here {eta}. Your case is {case}.",
    short="Bill: {bill}, a person explains the difference",
    needs=("bill.amount_minor", "bill.issued_on"),
)


def say(figures: Figures) -> Reply | Escalate:
    if first_of(WHY, plain(figures.question.dm.text).words):
        return _why(figures)
    if not gate.holds(figures):
        return NOT_HOLDER.reply()
    return _prepaid(figures) if figures.account.kind == "prepaid" else _monthly(figures)


def _prepaid(figures: Figures) -> Reply:
    as_of = figures.as_of(figures.account)
    credit = given(figures.account.credit_minor, "account.credit_minor")
    if credit:
        reply = PREPAID.reply(credit=money(credit, figures.brand), as_of=as_of)
    else:
        reply = PREPAID_EMPTY.reply(emergency=figures.brand.emergency.number, as_of=as_of)
    return replace(reply, as_of=as_of)


def _why(figures: Figures) -> Reply | Escalate:
    """Compare the last two bills, if there are two."""
    if not gate.holds(figures):
        return gate.NOT_HOLDER.reply()
    if figures.account.kind == "prepaid":
        return _prepaid(figures)
    if len(figures.account.bills) < 2:
        return _monthly(figures)
    before, last = figures.account.bills[-2:]
    said = _compared(before, last, figures)
    return replace(said, by_words=True, answers="bill_change") if isinstance(said, Reply) else said


def _compared(before: Bill, last: Bill, figures: Figures) -> Reply | Escalate:
    brand, more = figures.brand, last.amount_minor - before.amount_minor
    values = {
        "bill": money(last.amount_minor, brand),
        "diff": money(more, brand),
        "month": month(before.issued_on, brand),
        "before": money(before.amount_minor, brand),
    }
    if not more:
        return SAME.reply(**values, extras=_extras(figures, ""))
    reply = (MORE if more > 0 else LESS).reply(**values, parts=_parts(before, last, figures))
    if _explains(before, last) and fits(reply):
        return reply
    if more < 0:
        return gate.unseen(figures, "bill", "billing")
    return Escalate("bill", "billing", UNEXPLAINED.key, text=UNEXPLAINED, told=values)


def _explains(before: Bill, last: Bill) -> bool:
    """Say whether both bills are what their parts are, so that these are all of the difference."""
    return before.by_part is not None and last.by_part is not None


def _parts(before: Bill, last: Bill, figures: Figures) -> str:
    """Say what has changed: "£1.20 for calls to 084 numbers, £2.25 for a data pack"."""
    were, are = before.by_part or {}, last.by_part or {}
    grows = last.amount_minor > before.amount_minor
    against = "less for" if grows else "more for"
    changed = {what: are.get(what, 0) - were.get(what, 0) for what in (*are, *(were.keys() - are.keys()))}
    said = (
        f"{money(minor, figures.brand)} {'for' if (minor > 0) == grows else against} {what}"
        for what, minor in changed.items()
        if minor
    )
    return ", ".join(said)


def _monthly(figures: Figures) -> Reply:
    account, today, brand = figures.account, figures.today, figures.brand
    as_of = figures.as_of(account)
    owed = given(account.owed_minor, "account.owed_minor")
    bill = account.bills[-1] if account.bills else None
    if owed < 0:
        return replace(_with_extras(CREDIT, figures, owed=money(owed, brand)), as_of=as_of)
    if bill is None:
        return replace(_with_extras(NO_BILL, figures), as_of=as_of)
    if owed and not bill.paid_on and bill.due_on < today:
        reply = OVERDUE.reply(owed=money(owed, brand), as_of=as_of, due_on=on_day(bill.due_on, today, brand))
        return replace(reply, as_of=as_of)
    return _with_extras(BILL, figures, bill=money(bill.amount_minor, brand), pay=_pay(bill, figures))


def _pay(bill: Bill, figures: Figures) -> str:
    """Say how a bill is paid."""
    today, brand = figures.today, figures.brand
    if bill.paid_on:
        return f"paid {on_day(bill.paid_on, today, brand)}, thank you"
    if bill.due_on < today:
        return "nothing left to pay"
    due_on = on_day(bill.due_on, today, brand)
    return f"{brand.direct_debit} {due_on}" if bill.payment == "direct_debit" else f"due {due_on}"


def _with_extras(text: Text, figures: Figures, **values: str) -> Reply:
    """Fill in a text, and name what was extra as far as there is room."""
    next_on = given(figures.account.next_bill_on, "account.next_bill_on")
    late = next_on < figures.today  # the bill is being made
    said = values | {
        "next_bill": "any day now" if late else day(next_on, figures.today, figures.brand),
        "next_on": "any day now" if late else on_day(next_on, figures.today, figures.brand),
    }
    replies = [text.reply(**said, extras=_extras(figures, names)) for names in _names(figures)]
    return next(filter(fits, replies), replies[-1])


def _names(figures: Figures) -> list[str]:
    """Say what the extra charges were for: in full, the largest alone, not at all."""
    whats = [extra.what for extra in figures.account.extras]
    if not whats:
        return [""]
    full = f", for {series(whats, figures.brand)}"
    return [full, f", for {whats[0]} and more", ""] if len(whats) > 1 else [full, ""]


def _extras(figures: Figures, names: str) -> str:
    account, as_of = figures.account, figures.as_of(figures.account)
    extra = given(account.extra_charges_minor, "account.extra_charges_minor")
    since = "since then" if account.bills else "so far"
    if not extra:
        return f"Nothing extra {since} (as of {as_of})."
    said = f"Extra {since}: {money(extra, figures.brand)}{names} (as of {as_of})."
    limit = account.bill_limit_minor
    if limit is None or extra < limit:
        return said
    return f"{said} That's your limit of {money(limit, figures.brand)}, so nothing more can be added."


command = Command(
    tag="charges",
    help="your bill, and why it changed",
    answer=gate.from_account("charges", say, dated=lambda figures: figures.account if gate.holds(figures) else None),
    examples=(
        Example("#charges", "charges.bill"),
        Example("how much do I owe", "charges.bill"),
        Example("#charges why", "charges.more"),
        Example("#charges why", "holder.only", by="line_user"),
        Example("#charges", "link.first", by="new_customer"),
        Example("#charges", "charges.prepaid", by="prepaid"),
        Example("#charges", "charges.not_holder", by="line_user"),
    ),
    home="billing",
    menu=(1, 1),
    texts=(
        BILL,
        CREDIT,
        OVERDUE,
        NO_BILL,
        PREPAID,
        PREPAID_EMPTY,
        NOT_HOLDER,
        MORE,
        LESS,
        SAME,
        UNEXPLAINED,
        gate.NOT_HOLDER,
        *gate.FIGURES,
    ),
    aliases=("charge", "bill", "bills", "balance", "cost", "costs", "owe"),
    words=("charges", "charge", "bill", "bills", "balance", "owe", "owing", "spend", "spent"),
    shows_account=True,
)
