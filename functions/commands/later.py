"""Messages of a kind that a newer release has queued: they wait in the table until a release knows them.

On the queue they could not wait: what is first of a customer there holds up what they write next, perhaps a #stop.
"""

from datetime import datetime
from typing import Any

from functions.commands.bot import Bot
from functions.shared.aws import telemetry
from functions.shared.aws.rows import LATER, TEXTS_KEPT, later_key
from functions.shared.aws.store import Put, Store, stamp
from functions.shared.turns import Turns
from functions.shared.x.messages import Echo, Revoked, inbound, is_of_later


def keep(store: Store, record: dict[str, Any], now: datetime) -> None:
    """Put aside a message that this release cannot read; its customer's erasure takes it along."""
    key = later_key(record["attributes"]["MessageGroupId"], record["messageId"])
    waits = {"body": record["body"], "clock": LATER, "look_at": stamp(now)}
    store.commit([Put(key.row(waits, until=now + TEXTS_KEPT))])
    telemetry.count("KeptForLater")
    telemetry.warning("a message of a newer release waits")


def take_up(bot: Bot, turns: Turns) -> None:
    """Act on what waits and is known by now."""
    store = bot.sender.store
    for row in turns.each(store.all_due(LATER, bot.sender.now())):
        with turns.one():
            waits = store.get(row["pk"], row["sk"])
            if waits and not is_of_later(waits["body"]):
                _act_on(bot, waits["body"])
                store.delete(row["pk"], row["sk"])


def _act_on(bot: Bot, body: str) -> None:
    message = inbound.validate_json(body)
    if isinstance(message, Revoked):
        bot.revoked(message)
    elif isinstance(message, Echo):
        bot.echo(message)
    else:
        bot.receive(message)
