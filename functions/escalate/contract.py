"""What the desk's API takes and answers: the contract with the desk page, the terminal and other help desks.

`python -m functions.escalate.contract` writes it to `docs/`.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from functions.shared.conversation.cases import CaseState, Team, WrapUp
from functions.shared.conversation.replies import ReplyState as ReplyState
from functions.shared.x.messages import Ticket

RequestId = Annotated[
    str,
    Field(
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$",
        description="Made by the client, new for each act, the same when the act is tried again. A UUID will do.",
    ),
]
"""Not digits alone: those are X's ids."""

_Text = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]

_Seen = Annotated[
    AwareDatetime | None,
    Field(
        description="`wrote_at` of the case as it was read. If the customer has written since, nothing is done: 412."
    ),
]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    request_id: RequestId


class NextRequest(_Request):
    """Claim the next case."""


class ClaimRequest(_Request):
    """Renew or release a claim."""

    fence: int = Field(ge=1, description="Of the claim, as `next` answered it.")

    def digest(self) -> str:
        """Tell what is asked for from what else might be asked under this request id; reading anew changes nothing."""
        asked = self.model_dump_json(exclude={"fence", "seen"}, exclude_defaults=True)
        return hashlib.sha256(asked.encode()).hexdigest()


class ReplyRequest(ClaimRequest):
    """Answer the customer by DM."""

    text: _Text
    seen: _Seen = None


class NoteRequest(ClaimRequest):
    """Keep a note in the case. The customer never sees it."""

    text: _Text


class ResolveRequest(ClaimRequest):
    """End the case."""

    wrap_up: WrapUp
    seen: _Seen = None
    checked: Annotated[
        str | None,
        Field(max_length=200, pattern=r"\S", description="How you made sure who it is: unlocks account details."),
    ] = None
    lock_stays: bool = Field(default=False, description="The check did not work: account details stay off.")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class ShownCase(_Answer):
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
    wrote_at: datetime = Field(description="When the customer last wrote into the case.")
    answered_at: datetime | None
    owner: str | None
    claimed_at: datetime | None
    lease_until: datetime | None
    wrap_up: WrapUp | None
    resolved_at: datetime | None


class Delivery(_Answer):
    id: str
    state: ReplyState
    words: str


class ShownEntry(_Answer):
    id: str
    who: Literal["customer", "bot", "staff", "note"]
    by: str | None
    at: datetime
    text: str
    delivery: Delivery | None = Field(description="What became of it, if it was a DM of ours.")


class Figure(_Answer):
    name: str
    value: str


class ShownAccount(_Answer):
    """Nothing of an account is here unless the customer has proven that it is theirs."""

    verified: bool
    as_of: datetime | None = None
    figures: tuple[Figure, ...] = ()


class CaseAnswer(_Answer):
    case: ShownCase


class ShowAnswer(_Answer):
    case: ShownCase
    card: tuple[str, ...] = Field(description="What to do first in a case of this kind.")
    entries: tuple[ShownEntry, ...] = Field(description="The newest page, in the order in which it was said.")
    older: str | None = Field(description="The `cursor` that asks for what was said before; null = nothing was.")
    account: ShownAccount


class ReplyAnswer(_Answer):
    reply: Delivery
    case: ShownCase


class ErrorAnswer(_Answer):
    error: str = Field(description="One sentence for a person.")


class LostAnswer(ErrorAnswer):
    """The claim is lost: nothing was written."""

    owner: str | None = Field(description="Who has the case now.")
    since: datetime | None


class WroteAnswer(ErrorAnswer):
    """The customer has written since: nothing was done."""

    wrote_at: datetime


type Model = type[BaseModel]

CLAIM_WRITES: dict[str, tuple[Model, Model]] = {
    "renew": (ClaimRequest, CaseAnswer),
    "release": (ClaimRequest, CaseAnswer),
    "reply": (ReplyRequest, ReplyAnswer),
    "note": (NoteRequest, CaseAnswer),
    "resolve": (ResolveRequest, CaseAnswer),
}
"""What the owner of a case can do, with what it takes and answers."""

REFUSALS: dict[str, tuple[str, Model]] = {
    "400": ("The request makes no sense.", ErrorAnswer),
    "403": ("Not your team's.", ErrorAnswer),
    "404": ("There is no such case.", ErrorAnswer),
    "409": ("The claim is lost.", LostAnswer),
    "412": ("The customer has written since.", WroteAnswer),
    "503": ("Try again with the same request id.", ErrorAnswer),
}


_CURSOR = {
    "name": "cursor",
    "in": "query",
    "description": "`older` of the page before: a long case has several.",
    "schema": {"type": "string"},
}


def openapi() -> dict[str, Any]:
    """Return the API as an OpenAPI 3.1 document."""
    requests = [request for request, _ in CLAIM_WRITES.values()] + [NextRequest]
    answers = [answer for _, answer in CLAIM_WRITES.values()] + [ShowAnswer, *(model for _, model in REFUSALS.values())]
    _, schemas = models_json_schema(
        [
            *((model, "validation") for model in dict.fromkeys(requests)),
            *((model, "serialization") for model in dict.fromkeys(answers)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "7KD-2MX"}
    next_answers = {"204": {"description": "Nothing waits."}} | _answers(CaseAnswer, "400", "409", "503")
    paths = {
        "/desk/api/next": {"post": _operation("next", NextRequest, next_answers)},
        "/desk/api/cases/{id}": {
            "get": {
                "operationId": "show",
                "summary": "Read a case.",
                "parameters": [_CURSOR],
                "responses": _answers(ShowAnswer, "400", "403", "404", "503"),
            },
            "parameters": [number],
        },
    }
    for act, (request, answer) in CLAIM_WRITES.items():
        refusals = [code for code in REFUSALS if code != "412" or "seen" in request.model_fields]
        write = _operation(act, request, _answers(answer, *refusals))
        paths[f"/desk/api/cases/{{id}}/{act}"] = {"post": write, "parameters": [number]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tweetserve: the desk", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
        "security": [{"staff": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(name: str, request: Model, answers: dict[str, Any]) -> dict[str, Any]:
    body = {"required": True, "content": _json(request)}
    return {"operationId": name, "summary": request.__doc__, "requestBody": body, "responses": answers}


def _answers(answer: Model, *refusals: str) -> dict[str, Any]:
    found = {"200": {"description": "Done.", "content": _json(answer)}}
    for code in refusals:
        words, model = REFUSALS[code]
        found[code] = {"description": words, "content": _json(model)}
    return found


def _json(model: Model) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def ticket() -> dict[str, Any]:
    """Return the JSON Schema of a message on a team's queue."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Ticket.model_json_schema()


DOCUMENTS = {"docs/desk-api.json": openapi, "docs/schemas/ticket.schema.json": ticket}
"""The documents and what they are made by. A test holds them to it."""


def document_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, document in DOCUMENTS.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(document_text(document()))
