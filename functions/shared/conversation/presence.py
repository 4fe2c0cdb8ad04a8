"""Who has the desk open: that a person is reading is said only while one is. One row, with a time for each team."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pydantic.dataclasses import dataclass

from functions.shared.aws import telemetry
from functions.shared.aws.rows import DESK_OPEN, fields_in
from functions.shared.aws.store import Store, Update, stamp
from functions.shared.aws.stored import STRICT, Stored, read_as, watched
from functions.shared.conversation.cases import Team

OPEN_FOR = timedelta(minutes=5)
"""Whoever asks the desk for anything is there for so long."""
NOTED_EVERY = timedelta(minutes=1)


def note(store: Store, teams: Sequence[Team], now: datetime) -> None:
    """Remember that somebody who serves these teams is there. Best effort: nobody's work fails because of it."""
    sets = ", ".join(f"#{team} = :now" for team in teams)
    condition = f"attribute_not_exists(#{teams[-1]}) OR #{teams[-1]} < :before"
    values = {"now": stamp(now), "before": stamp(now - NOTED_EVERY)}
    try:
        store.update(Update(*DESK_OPEN, f"SET {sets}", condition, values, teams))
    except (BotoCoreError, ClientError) as failure:
        telemetry.error("who is at the desk was not noted", failure)


@dataclass(frozen=True, config=STRICT)
class DeskOpen(Stored):
    """When somebody of each team was there last."""

    urgent: datetime | None = None
    billing: datetime | None = None
    devices: datetime | None = None
    sales: datetime | None = None
    general: datetime | None = None


def staffed(store: Store, now: datetime, team: Team) -> bool:
    """Say whether somebody of a team has the desk open."""
    there: datetime | None = getattr(watched(read_as(DeskOpen, fields_in(store.get(*DESK_OPEN) or {}))), team)
    return there is not None and there > now - OPEN_FOR
