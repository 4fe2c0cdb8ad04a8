"""Brings the demo people into the tables, and tells the phone page who they are and how they stand with us."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from functions.commands.registry import registry
from functions.shared import wiring
from functions.shared.aws import clock
from functions.shared.aws.settings import client
from functions.shared.aws.store import Cancelled, Store
from functions.shared.carrier import accounts
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, Link
from functions.shared.conversation.erasure import Marks
from infra.layout import TABLES
from local.demo import EXAMPLE_UK, Person, catalogue, facts, people
from local.resources import BRAND_ID, CODE_KEY, replace_items

ACCOUNTS, CATALOGUE, SERVICE = TABLES
FIRST_STOP = "1"
"""The DM id of a stop that came before the demo: everything sent since is newer."""


def load_demo(brand: Path = EXAMPLE_UK, *, with_chats: bool = False) -> list[Person]:
    """Replace accounts and catalogue, whose dates count from now; customers who are known stay as they are.

    Return who was not known. Those who are to be stopped have yet to write it, where they have a chat to do so.
    """
    now = clock.now()
    replace_items(ACCOUNTS, [item for one in people(now, brand) for item in accounts.items(one)])
    replace_items(CATALOGUE, catalogue(now, brand))
    return [one for one in people(now, brand) if introduce(one, now, stopped=one["stopped"] and not with_chats)]


def introduce(one: dict[str, Any], now: datetime, *, stopped: bool) -> bool:
    """Make a customer who is not known yet, and say whether they were not."""
    stranger = Conversation(Customer(one["x_user_id"]))
    account, line = one["account"]["account_id"], one["lines"][0]["line_id"]
    link = Link(account, line, now, wiring.keyed(CODE_KEY).of_line(account, line)) if one["linked"] else None
    stopped_by = FIRST_STOP if stopped else None
    # Who is linked has written before, and was told then how we use messages.
    known = replace(
        stranger.customer, handle=one["handle"], link=link, stopped_by=stopped_by, told_privacy=link is not None
    )
    linked = conversations.with_lines(store(), replace(stranger, customer=known))
    try:
        conversations.save(store(), stranger, linked, by="demo", did="introduced", now=now)
    except Cancelled:  # known since an earlier run, and perhaps no longer linked or stopped
        return False
    return True


def is_stopped(x_id: str) -> bool:
    return conversations.load(store(), x_id).customer.stopped


def demo_page(brand: Path = EXAMPLE_UK) -> dict[str, Any]:
    """Return the brand, the commands in the order of the menu, and the customers with how they stand with us."""
    now = clock.now()
    known = facts(brand)
    return {
        "brand": {"id": BRAND_ID, **{fact: known[fact] for fact in ("name", "handle", "timezone", "country")}},
        "commands": [{"tag": command.tag, "help": command.help} for command in registry().commands],
        "customers": [shown(one) for one in people(now, brand)],
    }


def shown(one: dict[str, Any]) -> dict[str, Any]:
    customer = conversations.load(store(), one["x_user_id"]).customer
    state = "stopped" if customer.stopped else "linked" if customer.link else "not linked"
    return {"id": one["x_user_id"], "handle": one["handle"], "state": state, "note": one["note"], "main": one["main"]}


def marks() -> Marks:
    return Marks(store(), wiring.keyed(CODE_KEY))


def store() -> Store:
    return Store(client("dynamodb"), SERVICE.name)
