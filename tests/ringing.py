"""Whether an alarm rings on what functions have published, as CloudWatch would look at it, and what to do then."""

import re
from collections.abc import Callable
from statistics import mean
from typing import Any

from functions.shared.aws import telemetry
from infra.alarms import REPORTED
from tests.places import DOCS

LOOKS_AT: dict[str, Callable[[list[float]], float]] = {"Sum": sum, "Average": mean, "Maximum": max, "Minimum": min}


def rung(name: str, logged: Callable[[], list[dict[str, Any]]]) -> float | None:
    """Return the figure that an alarm rings on, from what was published since the last look; None: it is quiet."""
    [alarm] = [one for one in REPORTED if one.name == name]
    telemetry.publish()
    values = [value for line in logged() if "_aws" in line for value in line.get(alarm.metric, [])]
    figure = LOOKS_AT[alarm.statistic](values) if values else 0.0
    return figure if figure > alarm.above else None


def sections() -> dict[str, str]:
    """Return the runbook's sections by their anchors, which are the alarms' ids."""
    text = (DOCS / "runbook.md").read_text()
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {title.lower().replace(" ", "-"): body for title, body in zip(parts[::2], parts[1::2], strict=True)}
