"""The service's clock may go ahead of the machine's. It stays so with the data: what was written may not lie ahead."""

from datetime import timedelta
from pathlib import Path

from functions.shared.aws import clock

FILE = "clock"


def restore(data: Path) -> None:
    try:
        clock.ahead = timedelta(seconds=float((data / FILE).read_text()))
    except (OSError, ValueError, OverflowError):
        clock.ahead = timedelta(0)


def move(data: Path, seconds: float) -> None:
    clock.ahead = timedelta(seconds=seconds)
    (data / FILE).write_text(str(seconds))
