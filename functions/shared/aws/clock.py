"""The one place that reads the time. Handlers call `now` and pass it down; the local run moves it."""

from datetime import UTC, datetime, timedelta

ahead = timedelta(0)


def now() -> datetime:
    """Return the time in UTC, `ahead` of the machine's."""
    return datetime.now(UTC) + ahead
