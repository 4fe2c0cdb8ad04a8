"""What the desk's API takes and answers: the contract with the desk page, the terminal and other help desks.

What an act alone takes and answers is in its file in `acts/`; `openapi.py` writes it all to `docs/`.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.conversation.cases import CaseState, Team, WrapUp
from functions.shared.conversation.replies import ReplyState as ReplyState

RequestId = Annotated[
    str,
    Field(
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$",
        description="Made by the client, new for each act, the same when the act is tried again. A UUID will do.",
    ),
]
"""Not digits alone: those are X's ids."""

SaidText = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]

ReadUpTo = Annotated[
    AwareDatetime | None,
    Field(
        description="`wrote_at` of the case as it was read. If the customer has written since, nothing is done: 412."
    ),
]


class DeskRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    request_id: RequestId

    def digest(self) -> str:
        """Tell what is asked for from what else might be asked under this request id; reading anew changes nothing."""
        asked = self.model_dump_json(exclude={"fence", "seen"}, exclude_defaults=True)
        return hashlib.sha256(asked.encode()).hexdigest()


class NextRequest(DeskRequest):
    """Claim the next case."""


class ClaimRequest(DeskRequest):
    """Something that the owner of a case does."""

    fence: int = Field(ge=1, description="Of the claim, as `next` answered it.")


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class ShownCase(Answer):
    id: str
    number: str = Field(description="The id as it is said to the customer.")
    team: Team
    kind: str = Field(description="What staff do; never what the customer is.")
    state: CaseState
    fence: int
    customer: str = Field(description="The customer's numeric X id.")
    handle: str | None
    opened_at: datetime
    due_at: datetime = Field(description="When a person has to have answered: its place in the line.")
    promised_at: datetime | None = Field(description="The newest time that the customer was told, if any.")
    call_at: datetime | None = Field(description="When the customer is to be rung, if that was promised.")
    wrote_at: datetime = Field(description="When the customer last wrote into the case.")
    answered_at: datetime | None
    owner: str | None
    claimed_at: datetime | None
    lease_until: datetime | None
    wrap_up: WrapUp | None
    resolved_at: datetime | None
    parked_until: datetime | None = Field(description="When a case that was parked is back in the line.")


class Delivery(Answer):
    id: str
    state: ReplyState
    words: str


class ShownEntry(Answer):
    id: str
    who: Literal["customer", "bot", "staff", "note"]
    by: str | None
    at: datetime
    text: str
    picture: bool = Field(description="Something is attached that `picture` shows.")
    delivery: Delivery | None = Field(description="What became of it, if it was a DM of ours.")


class Figure(Answer):
    name: str
    value: str


class ShownAccount(Answer):
    """Nothing of an account is here unless the customer has proven that it is theirs."""

    verified: bool
    as_of: datetime | None = None
    figures: tuple[Figure, ...] = ()


class CaseAnswer(Answer):
    case: ShownCase


class EarlierCase(Answer):
    number: str
    team: Team
    kind: str
    resolved_at: datetime | None
    wrap_up: WrapUp | None


class Brief(Answer):
    asks: str | None = Field(description="What the customer wrote first since it was opened, 200 signs of it.")
    bot_said: str | None = Field(description="What the bot said last, 200 signs of it.")
    promised_at: datetime | None
    due: str | None = Field(description="How its time was reckoned; null where the brand's hours do not tell.")
    exchange: int = Field(description="How often they wrote and we answered: after five a call is better.")
    earlier: tuple[EarlierCase, ...] = Field(description="Their cases before this one, the newest first.")


class ShowAnswer(Answer):
    case: ShownCase
    card: tuple[str, ...] = Field(description="What to do first in a case of this kind.")
    entries: tuple[ShownEntry, ...] = Field(description="The newest page, in the order in which it was said.")
    older: str | None = Field(description="The `cursor` that asks for what was said before; null = nothing was.")
    account: ShownAccount
    brief: Brief | None = Field(description="The case in a glance; null with a `cursor`.")


class ErrorAnswer(Answer):
    error: str = Field(description="One sentence for a person.")


class LostAnswer(ErrorAnswer):
    """The claim is lost: nothing was written."""

    owner: str | None = Field(description="Who has the case now.")
    since: datetime | None


class WroteAnswer(ErrorAnswer):
    """The customer has written since: nothing was done."""

    wrote_at: datetime


type Model = type[BaseModel]

REFUSALS: dict[str, tuple[str, Model]] = {
    "400": ("The request makes no sense.", ErrorAnswer),
    "403": ("Not your team's.", ErrorAnswer),
    "404": ("There is no such case.", ErrorAnswer),
    "409": ("The claim is lost.", LostAnswer),
    "412": ("The customer has written since.", WroteAnswer),
    "503": ("Try again with the same request id.", ErrorAnswer),
}
