"""The clock calls this: claims that ran out return to the line, a case without a ticket gets one, quiet ones end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from functions.escalate import wired
from functions.escalate.wired import desk
from functions.shared.aws import settings, telemetry
from functions.shared.aws.rows import CASES, case_id_in, lines_of
from functions.shared.conversation import calls, cases, conversations, moves
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation
from functions.shared.delivery.sender import Sender
from functions.shared.turns import Turns

if TYPE_CHECKING:
    from functions.escalate.events import Listener

TAKES = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Settings(wired.Settings):
    events_key_secret_name: str = ""
    """What events to URLs are signed with."""
    events_words: str = "no"
    """"yes" = events say what was said, and not only that something was."""


@telemetry.on_the_clock
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    tick(desk().sender, listeners())


@cache
def listeners() -> Mapping[str, "Listener"]:
    """Return who is told of each change of a case, by their URLs and names."""
    ours = settings.read(Settings)
    if not ours.events:
        return {}
    from functions.escalate.events import by_bus, by_url, saying_words  # for nobody to load who tells nobody

    def key() -> str:
        return settings.secret(ours.events_key_secret_name)["key"]

    def listener(name: str) -> "Listener":
        tell = by_url(name, key) if "://" in name else by_bus(name, settings.client("events"))
        return saying_words(desk().sender.store, tell) if ours.events_words == "yes" else tell

    return {name: listener(name) for name in ours.events.split()}


def tick(sender: Sender, listeners: Mapping[str, "Listener"] = MappingProxyType({})) -> None:
    """Do as much of what is due as there is time for. Raises the first failure, once everything has had its turn."""
    turns = Turns.within(TAKES, sender.now)
    for row in turns.each(sender.store.all_due(CASES, sender.now())):
        with turns.one():
            case = conversations.case_of(sender.store, case_id_in(row))
            if case:
                _look_at(sender, case)
    if listeners:
        from functions.escalate import events  # for nobody to load who tells nobody

        with turns.one():
            events.tell_waiting(sender.store, listeners, turns.share(3 / 4))
    with turns.one():
        report(sender)
    turns.over()


def report(sender: Sender) -> None:
    """Publish for each team how many seconds ago somebody should have taken the most pressing case in its line."""
    for team in cases.TEAMS:
        first = [row for line in lines_of(team) for row in sender.store.line(line, 1)]
        late = [sender.now() - datetime.fromisoformat(row["due_at"]) for row in first]
        telemetry.measure(f"OverdueCase{team.title()}", max([timedelta(), *late]).total_seconds())


def _look_at(sender: Sender, case: Case) -> None:
    now = sender.now()

    def moved_on(current: Conversation) -> Conversation | None:
        if current.case is None or current.case.id != case.id:
            return None
        due = cases.look_at(current.case)
        if due is None or due > now:
            return None
        match current.case.state:
            case "CLAIMED":
                return current.with_case(cases.released(current.case))
            case "WAITING_CUSTOMER" if current.case.parked_until:
                return current.with_case(moves.back_from_rest(current.case, now))
            case "WAITING_CUSTOMER" if current.customer.locked_by == case.id:
                # Only a person unlocks: a quiet case that locks goes to the next one.
                return current.with_case(cases.in_line(current.case, now))
            case "WAITING_CUSTOMER" if current.case.call:
                return current.with_case(calls.time_to_ring(current.case, now))
            case "WAITING_CUSTOMER":
                return current.with_case(cases.resolved(current.case, "no_answer", now))
        return None

    conversations.change(sender.store, case.customer, moved_on, by="tick", did="clock", now=now)
    sender.line.ticket(sender.store, conversations.load(sender.store, case.customer), now)
