"""Whether answers fail one by one or all together.

A cause that spoils more than one answer in ten is told to customers in a sentence and opens no cases: one alarm for ops
instead of ten thousand questions for staff.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pydantic.dataclasses import dataclass as model

from functions.shared.aws import telemetry
from functions.shared.aws.rows import OUTAGE, fields_in
from functions.shared.aws.store import Store, Update
from functions.shared.aws.stored import STRICT, Stored, read_as, watched

_WINDOW = timedelta(minutes=15)
SOUND_AT_ONCE = 10
"""So many sound answers are written at once: a write for each would be one of six calls that a warm answer takes."""
FEW = 3
"""So many spoilt answers may be those of a few customers."""


@model(frozen=True, config=STRICT)
class Health(Stored):
    """Answers from account data in one window, and how many of them were spoilt."""

    begun: int = 0
    """Seconds since 1970."""
    asked: int = 0
    spoilt: int = 0


@dataclass
class Tally:
    """What one process has seen: sound answers are written ten at a time, one that was spoilt at once with these."""

    sound: int = 0
    since: datetime | None = None

    def note(self, store: Store, now: datetime, *, spoilt: bool) -> None:
        """Count an answer from account data. Best effort: a count that is lost changes nothing."""
        if self.since is None or now - self.since >= _WINDOW:
            self.sound, self.since = 0, now
        self.sound += not spoilt
        if not spoilt and self.sound < SOUND_AT_ONCE:
            return
        try:
            _count(store, now, asked=self.sound + spoilt, spoilt=int(spoilt))
        except (BotoCoreError, ClientError) as failure:
            telemetry.error("an answer was not counted", failure)
        self.sound, self.since = 0, None


def _count(store: Store, now: datetime, *, asked: int, spoilt: int) -> None:
    seconds = int(now.timestamp())
    oldest = seconds - int(_WINDOW.total_seconds())
    counts = {"asked": asked, "spoilt": spoilt}
    more = Update(
        *OUTAGE, "SET asked = asked + :asked, spoilt = spoilt + :spoilt", "begun > :oldest", counts | {"oldest": oldest}
    )
    if store.update(more):
        return
    first = "SET asked = :asked, spoilt = :spoilt, begun = :now"
    store.update(
        Update(
            *OUTAGE,
            first,
            "(attribute_not_exists(begun) OR begun <= :oldest)",
            counts | {"oldest": oldest, "now": seconds},
        )
    )


def widespread(store: Store, now: datetime) -> bool:
    """Say whether more than one answer in ten has been spoilt in the last minutes."""
    answers = watched(read_as(Health, fields_in(store.get(*OUTAGE) or {})))
    if answers.unread or answers.begun <= int((now - _WINDOW).timestamp()):
        return False
    return answers.spoilt >= FEW and answers.spoilt * 10 > answers.asked
