"""The nouns that travel between functions: what the webhook queues, and a case's ticket in the line."""

import json
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

XId = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
"""A numeric id of X as a string, end to end: beyond 2^53 a JSON number would lose digits."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)


class DirectMessage(_Message):
    """What a customer wrote to us. `text` is unescaped once, without the link that X glues on for an attachment."""

    kind: Literal["dm"] = "dm"
    id: XId
    customer: XId
    handle: str | None = Field(default=None, repr=False)
    text: str = Field(repr=False)
    sent_at: int
    """Milliseconds since 1970."""
    attachment: bool = False
    media: str | None = Field(default=None, repr=False)
    """Where X keeps the picture that is attached, if that was told."""

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.sent_at / 1000, UTC)


class Echo(_Message):
    """A DM of ours, reported back by X, whoever sent it."""

    kind: Literal["echo"] = "echo"
    id: XId
    customer: XId
    text: str = Field(repr=False)
    sent_at: int


class Encrypted(_Message):
    """A message that came encrypted (X's `chat.received`): nobody here can read it. `id` is opaque."""

    kind: Literal["encrypted"] = "encrypted"
    id: str
    customer: XId
    sent_at: int


class Revoked(_Message):
    """A customer has taken back at X what they had allowed us."""

    kind: Literal["revoked"] = "revoked"
    id: str
    customer: XId
    sent_at: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.sent_at / 1000, UTC)


class Ticket(_Message):
    """A case's place in a team's line. Never text or a handle: a queue's messages cannot be erased."""

    case: str
    team: str
    reason: str
    fence: int
    at: datetime


Inbound = Annotated[DirectMessage | Echo | Encrypted | Revoked, Field(discriminator="kind")]

inbound: TypeAdapter[DirectMessage | Echo | Encrypted | Revoked] = TypeAdapter(
    Inbound, config=ConfigDict(hide_input_in_errors=True, defer_build=True)
)
"""Reads a message of `inbound.fifo`: `inbound.validate_json(body)`."""

_KINDS = frozenset(model.model_fields["kind"].default for model in get_args(get_args(Inbound)[0]))


def is_of_later(body: str) -> bool:
    """Whether a message is of a kind that only a newer release knows."""
    try:
        message = json.loads(body)
    except ValueError:
        return False
    kind = message.get("kind") if isinstance(message, dict) else None
    return isinstance(kind, str) and kind not in _KINDS
