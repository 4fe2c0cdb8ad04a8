"""How far the local run is: what its parts tell each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.sources import Pump
from local.workers import Pool


@dataclass
class State:
    """How far the local run is. The phone page asks for it at GET /local/state."""

    starting: dict[str, bool] = field(default_factory=dict)
    """Its parts in the order of starting, and whether each is there."""
    ready: bool = False
    engine_gone: bool = False
    pools: dict[str, Pool] = field(default_factory=dict)
    x_url: str = ""
    """The simulator's."""
    where: dict[str, Any] = field(default_factory=dict)
    """The engine's URL and the service's settings, for commands that work on what runs here."""
    pumps: list[Pump] = field(default_factory=list)
    data: Path = Path()
    page: Callable[[], dict[str, Any]] = lambda: {"brand": None, "commands": [], "customers": []}
    """Brand, commands and customers, for the phone page, read from the database."""
    shown: dict[str, Any] = field(default_factory=dict)
    """What the page was shown last: it keeps its people while something is down."""
