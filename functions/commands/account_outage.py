"""Whether answers fail one by one or all together.

A cause that spoils more than one answer in ten is told to customers in a sentence and opens no cases: one alarm for ops
instead of ten thousand questions for staff.
"""

from datetime import datetime, timedelta

from functions.shared.aws.rows import OUTAGE
from functions.shared.aws.store import Store, Update

_WINDOW = timedelta(minutes=15)
FEW = 3
"""So many spoilt answers may be those of a few customers."""


def note(store: Store, now: datetime, *, spoilt: bool) -> None:
    """Count an answer from account data. Best effort: a count that is lost changes nothing."""
    seconds = int(now.timestamp())
    oldest = seconds - int(_WINDOW.total_seconds())
    counts = {"one": 1, "spoilt": int(spoilt)}
    more = Update(
        *OUTAGE, "SET asked = asked + :one, spoilt = spoilt + :spoilt", "begun > :oldest", counts | {"oldest": oldest}
    )
    if store.update(more):
        return
    first = "SET asked = :one, spoilt = :spoilt, begun = :now"
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
    row = store.get(*OUTAGE)
    if row is None or row["begun"] <= int((now - _WINDOW).timestamp()):
        return False
    return bool(row["spoilt"] >= FEW and row["spoilt"] * 10 > row["asked"])
