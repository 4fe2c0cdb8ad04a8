"""Lambda starts a function: what its first event needs is made before there is one.

Then it has a whole core, and with 512 MB 0.29 of one later on. Elsewhere nothing is made early, so that modules import
fast and anywhere.
"""

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any

from functions import IN_LAMBDA
from functions.shared.aws import telemetry

WARM_UP = {"warm-up": True}
"""What the clock brings every five minutes, so that Lambda keeps a process: nothing else looks like it."""


def kept_warm[Event, Answer](handler: Callable[[Event, Any], Answer]) -> Callable[[Event, Any], Answer]:
    """Wrap a `lambda_handler`: it need not look at what only keeps it warm."""

    @wraps(handler)
    def unless_warm_up(event: Event, context: Any) -> Answer:
        nothing: Any = None  # nobody reads what is said to a warm-up
        return nothing if event == WARM_UP else handler(event, context)

    return unless_warm_up


def prepare(*makes: Callable[[], object]) -> None:
    """Make these in their order. What cannot be made now is made, or said to be missing, when an event needs it."""
    if not IN_LAMBDA:
        return
    try:
        for make in (telemetry.load_writers, *makes):
            make()
    except Exception as failure:  # whatever it is: one that lasts is heard with each event
        telemetry.warning("a function starts without all that it needs", error=type(failure).__name__)
    gc.freeze()  # no collection looks at it again
    gc.enable()
