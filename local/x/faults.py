"""How this X misbehaves: by switches, by a list for its next requests, or at random from a seed."""

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Literal, get_args

type Kind = Literal["event", "send", "look_up"]
"""What X does: it reports a DM to a webhook, takes a DM of ours, lists DMs."""

KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


class Fault(StrEnum):
    """In words of what X does. The same words are on the phone page and in a script."""

    TWICE = "deliver twice"
    OVERTAKEN = "deliver in the wrong order"
    DELAYED = "deliver late"
    LOST = "lose messages"
    NO_RECEIPT = "lose the answer's receipt"

    HANG = "hang after sending"
    CUT = "cut the line after sending"
    EMPTY = "answer nothing after sending"
    HTML = "answer with a web page after sending"
    LIST = "answer with a list after sending"
    NO_ID = "answer without an id after sending"
    LATE = "send late and say nothing"
    LIMIT = "limit used up"
    LIMIT_UNTOLD = "limit used up, until when is not said"
    DOWN = "X is down"
    UNAUTHORISED = "refuse our tokens"
    NO_CREDITS = "credits used up"
    CLOSED = "customer has closed their messages"
    RESTRICTED = "restrict our account"
    NOBODY = "customer is gone"

    NO_LOOK_UP = "refuse look-ups"


EXPLAINED: Mapping[Fault, str] = {
    Fault.TWICE: "Every event comes twice. Each question must still get one answer.",
    Fault.OVERTAKEN: "A customer's next event overtakes the one before it.",
    Fault.DELAYED: "Every event comes five seconds late.",
    Fault.LOST: "What customers write never reaches the webhook. The service finds it by looking.",
    Fault.NO_RECEIPT: "X does not report the brand's own DMs back. The service has to look them up.",
    Fault.HANG: "X sends the DM and never answers. To send it again would be twice.",
    Fault.CUT: "X sends the DM and the connection breaks.",
    Fault.EMPTY: "X sends the DM and answers 201 with an empty body.",
    Fault.HTML: "X sends the DM and answers 201 with a page of HTML.",
    Fault.LIST: "X sends the DM and answers 201 with a list.",
    Fault.NO_ID: "X sends the DM and does not say which it was.",
    Fault.LATE: "X never answers, and the DM appears 90 seconds later.",
    Fault.LIMIT: "429: nothing may be sent for 15 minutes. Answers wait, people's first.",
    Fault.LIMIT_UNTOLD: "429 without the headers that say how long.",
    Fault.DOWN: "503 to every DM and every look-up. Nothing is sent.",
    Fault.UNAUTHORISED: "401: X does not accept our tokens. Sending stops, one DM a minute tries again.",
    Fault.NO_CREDITS: "402: nothing is sent until somebody pays.",
    Fault.CLOSED: "403: this customer does not take our messages. It is not tried again.",
    Fault.RESTRICTED: "403: our account may not send. Sending stops, one DM a minute tries again.",
    Fault.NOBODY: "404: X knows no such account any more.",
    Fault.NO_LOOK_UP: "503 to every look-up. That proves nothing about what was sent.",
}

MAIN = (Fault.TWICE, Fault.NO_RECEIPT, Fault.HANG, Fault.LIMIT, Fault.DOWN)
"""What the phone page shows first."""

STRIKES: Mapping[Kind, tuple[Fault, ...]] = {
    "event": (Fault.TWICE, Fault.OVERTAKEN, Fault.DELAYED, Fault.LOST, Fault.NO_RECEIPT),
    "send": (
        *(Fault.HANG, Fault.CUT, Fault.EMPTY, Fault.HTML, Fault.LIST, Fault.NO_ID, Fault.LATE),
        *(Fault.LIMIT, Fault.LIMIT_UNTOLD, Fault.DOWN),
        *(Fault.UNAUTHORISED, Fault.NO_CREDITS, Fault.CLOSED, Fault.RESTRICTED, Fault.NOBODY),
    ),
    "look_up": (Fault.DOWN, Fault.NO_LOOK_UP),
}

ALL_AT_ONCE: tuple[Kind, ...] = ("event",)
"""An event can be late and come twice; a call has one answer, so several switches take turns."""


@dataclass
class Chance:
    """A share of all requests goes wrong, the same ones each time for one seed."""

    seed: int
    share: float = 0.2
    among: tuple[Fault, ...] = tuple(Fault)

    def __post_init__(self) -> None:
        # Each kind has dice of its own: how often a tick looks must not change what happens to events.
        self._dice = {kind: random.Random(f"{self.seed} {kind}") for kind in KINDS}  # noqa: S311 - not a secret

    def strikes(self, kind: Kind) -> tuple[Fault, ...]:
        possible = [fault for fault in STRIKES[kind] if fault in self.among]
        dice = self._dice[kind]
        return (dice.choice(possible),) if possible and dice.random() < self.share else ()


@dataclass
class Faults:
    on: set[Fault] = field(default_factory=set)
    chance: Chance | None = None
    script: dict[Kind, deque[Fault | None]] = field(default_factory=lambda: {kind: deque() for kind in KINDS})
    """What the next requests of a kind meet, one each; None = nothing."""

    def __post_init__(self) -> None:
        self._turns = count()

    def next(self, kind: Kind) -> tuple[Fault, ...]:
        """Return what goes wrong with this request. A script goes before chance, chance before the switches."""
        if self.script[kind]:
            fault = self.script[kind].popleft()
            return (fault,) if fault else ()
        by_chance = self.chance.strikes(kind) if self.chance else ()
        switched = tuple(fault for fault in STRIKES[kind] if fault in self.on)
        if by_chance or len(switched) < 2 or kind in ALL_AT_ONCE:
            return by_chance or switched
        return (switched[next(self._turns) % len(switched)],)

    def follow(self, script: Mapping[Kind, Iterable[Fault | None]]) -> None:
        for kind, faults in script.items():
            self.script[kind].extend(faults)

    def clear(self) -> None:
        """Put everything right again."""
        self.on.clear()
        self.chance = None
        for faults in self.script.values():
            faults.clear()
