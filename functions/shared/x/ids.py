"""X's ids: numbers that tell when they were made."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""X's ids count milliseconds from here, in all but their lowest 22 bits."""
SEQUENCE_BITS = 22
BEHIND = timedelta(days=1)
"""No clock is so far behind X's."""

NO_X_ID = "0"
"""Of nobody."""


def written_at(x_id: str) -> datetime:
    """Return when the DM of an id was written."""
    return EPOCH + timedelta(milliseconds=int(x_id) >> SEQUENCE_BITS)


def id_at(at: datetime, number: int = 0) -> str:
    """Return the id of the so-manyeth DM of a millisecond."""
    return str(((at - EPOCH) // timedelta(milliseconds=1) << SEQUENCE_BITS) + number)


def is_ahead(x_id: str, now: datetime) -> bool:
    """Say whether an id is from the future: such a one decides nothing."""
    return x_id.isdecimal() and int(x_id) > int(id_at(now + BEHIND))


def is_plausible(x_id: str, now: datetime) -> bool:
    """Say whether an id tells when it was made, and may have been made by now."""
    return x_id.isdecimal() and not is_ahead(x_id, now)


def is_older(one: str, other: str | None, now: datetime) -> bool:
    """Compare ids as numbers: X gives a later DM a greater one. False where one of them cannot be compared."""
    return other is not None and is_plausible(one, now) and is_plausible(other, now) and int(one) < int(other)


def greatest(ids: Iterable[str], now: datetime) -> str:
    """Return the greatest id that may have been made by now; 0 where there is none."""
    return max((x_id for x_id in ids if is_plausible(x_id, now)), key=int, default="0")
