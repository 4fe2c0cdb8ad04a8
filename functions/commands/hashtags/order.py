"""#order: where what was ordered is."""

from dataclasses import replace
from datetime import date, timedelta

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.carrier.accounts import Dated, Order
from functions.shared.wording.safety import NOT_ORDERED
from functions.shared.wording.saying import money, on_day
from functions.shared.wording.text import Reply, Text

REMEMBERED = timedelta(days=14)
"""So long after its end an order is still told of."""

PLACED = Text(
    "order.placed",
    "{hi}we have your order for {what} (as of {as_of}); it should leave us {sends_on}.",
    next=f"To change or cancel it, reply #human. {NOT_ORDERED}",
    short="Order: {what}, leaves us {sends_on}",
    needs=("account.orders.listed.what", "account.orders.listed.sends_on", "account.orders.as_of"),
)
SENT = Text(
    "order.sent",
    "{hi}your {what} is on its way with {courier} and should arrive {expected} (as of {as_of}). Tracking number:"
    " {tracking}.",
    next=f"Not there by then? Reply #human. {NOT_ORDERED}",
    short="Order: {what}, arrives {expected}",
    needs=(
        "account.orders.listed.what",
        "account.orders.listed.state",
        "account.orders.listed.ordered_on",
        "account.orders.listed.courier",
        "account.orders.listed.tracking",
        "account.orders.listed.expected_on",
        "account.orders.as_of",
        "line.role",
    ),
)
LATE = Text(
    "order.late",
    "{hi}your {what} is late, and I'm sorry. We now expect it {expected} (as of {as_of}).",
    next="Rather not wait? Reply #human and we'll change or cancel it with you.",
    short="Order: {what} is late, now {expected}",
    needs=("account.orders.listed.what", "account.orders.listed.expected_on", "account.orders.as_of"),
)
LATE_UNKNOWN = Text(
    "order.late_unknown",
    "{hi}your {what} is late, and I'm sorry: I have no new date for it. {Team} will find out and reply here {eta}."
    " Your case is {case}.",
    short="Order: {what} is late, a person will say when",
    needs=("account.orders.listed.what",),
)
DELIVERED = Text(
    "order.delivered",
    "{hi}{courier} says that your {what} was delivered {delivered}.",
    next=f"You don't have it? Reply #human and we'll look into it. {NOT_ORDERED}",
    short="Order: {what}, delivered {delivered}",
    needs=("account.orders.listed.what", "account.orders.listed.courier", "account.orders.listed.delivered_on"),
)
BACK = Text(
    "order.back",
    "{hi}your order for {what} is closed, and {refund} goes back to you {refund_on}. Banks can take a few days to show"
    " it.",
    next="Not what you wanted? Reply #human.",
    short="Order: {what} closed, {refund} goes back to you",
    needs=("account.orders.listed.what", "account.orders.listed.refund_minor", "account.orders.listed.refund_on"),
)
NONE = Text(
    "order.none",
    "{hi}I see no open order on your account (as of {as_of}). One made in a shop, or just now, may not show yet.",
    next="Something missing? Reply #human.",
    short="Order: none open",
    needs=("account.orders.as_of",),
)


def say(figures: Figures) -> Reply | Escalate:
    orders = figures.account.orders
    if orders is None:
        return _unseen(figures)
    as_of = figures.as_of(orders)
    order = _newest(orders.listed, figures.today)
    said = _told(order, as_of, figures) if order else NONE.reply(as_of=as_of)
    return replace(said, as_of=as_of) if isinstance(said, Reply) else said


def _newest(orders: tuple[Order, ...], today: date) -> Order | None:
    """Return the order to tell of: the newest under way, else the one that ended last, if that is not long ago."""
    under_way = [order for order in orders if order.under_way]
    ended = [order for order in orders if not order.under_way and not _long_ago(order, today)]
    return max(under_way or ended, key=lambda order: order.ordered_on, default=None)


def _long_ago(order: Order, today: date) -> bool:
    return order.ended_on is not None and order.ended_on + REMEMBERED < today


def _told(order: Order, as_of: str, figures: Figures) -> Reply | Escalate:
    match order.state:
        case "delivered":
            return _delivered(order, figures)
        case "returned" | "cancelled":
            return _back(order, figures)
    if order.state == "delayed" or _has_passed(order, figures.today):
        return _late(order, as_of, figures)
    return _sent(order, as_of, figures) if order.state == "sent" else _placed(order, as_of, figures)


def _has_passed(order: Order, today: date) -> bool:
    leaves = order.sends_on if order.state != "sent" else None
    return any(day is not None and day < today for day in (leaves, order.expected_on))


def _placed(order: Order, as_of: str, figures: Figures) -> Reply | Escalate:
    if order.sends_on is None:
        return _unseen(figures)
    return PLACED.reply(what=order.what, sends_on=on_day(order.sends_on, figures.today, figures.brand), as_of=as_of)


def _sent(order: Order, as_of: str, figures: Figures) -> Reply | Escalate:
    if order.courier is None or order.tracking is None or order.expected_on is None:
        return _unseen(figures)
    expected = on_day(order.expected_on, figures.today, figures.brand)
    return SENT.reply(what=order.what, courier=order.courier, tracking=order.tracking, expected=expected, as_of=as_of)


def _late(order: Order, as_of: str, figures: Figures) -> Reply | Escalate:
    if order.expected_on is None or order.expected_on < figures.today:
        return Escalate("order", "sales", LATE_UNKNOWN.key, text=LATE_UNKNOWN, told={"what": order.what})
    expected = on_day(order.expected_on, figures.today, figures.brand)
    return LATE.reply(what=order.what, expected=expected, as_of=as_of)


def _delivered(order: Order, figures: Figures) -> Reply | Escalate:
    if order.courier is None or order.delivered_on is None:
        return _unseen(figures)
    delivered = on_day(order.delivered_on, figures.today, figures.brand)
    return DELIVERED.reply(what=order.what, courier=order.courier, delivered=delivered)


def _back(order: Order, figures: Figures) -> Reply | Escalate:
    if not order.refund_minor or order.refund_on is None:
        return _unseen(figures)
    refund_on = on_day(order.refund_on, figures.today, figures.brand)
    return BACK.reply(what=order.what, refund=money(order.refund_minor, figures.brand), refund_on=refund_on)


def _dated(figures: Figures) -> Dated | None:
    return figures.account.orders if gate.holds(figures) else None


def _unseen(figures: Figures) -> Escalate:
    return gate.unseen(figures, "order", "sales")


command = Command(
    tag="order",
    help="how yours stand",
    answer=gate.from_account("order", gate.to_holder(say), dated=_dated),
    examples=(
        Example("#order", "order.sent"),
        Example("my order please", "order.sent"),
        Example("#order", "link.first", by="new_customer"),
        Example("#order", "holder.only", by="line_user"),
    ),
    home="sales",
    menu=(4, 1),
    texts=(PLACED, SENT, LATE, LATE_UNKNOWN, DELIVERED, BACK, NONE, gate.NOT_HOLDER, *gate.FIGURES),
    aliases=("orders", "delivery", "tracking"),
    words=("order", "orders", "delivery", "tracking"),
    shows_account=True,
)
