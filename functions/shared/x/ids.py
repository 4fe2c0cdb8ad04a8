"""X's ids: numbers that tell when they were made."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""X's ids count milliseconds from here, in all but their lowest 22 bits."""
SEQUENCE_BITS = 22


def written_at(x_id: str) -> datetime:
    """Return when the DM of an id was written."""
    return EPOCH + timedelta(milliseconds=int(x_id) >> SEQUENCE_BITS)


def id_at(at: datetime, number: int = 0) -> str:
    """Return the id of the so-manyeth DM of a millisecond."""
    return str(((at - EPOCH) // timedelta(milliseconds=1) << SEQUENCE_BITS) + number)
