"""The desk's API and a team's tickets, as documents: `python -m functions.escalate.openapi` writes them to `docs/`."""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.escalate.contract import REFUSALS, CaseAnswer, Model, NextRequest, ShowAnswer
from functions.escalate.registry import acts
from functions.shared.x.messages import Ticket

_CURSOR = {
    "name": "cursor",
    "in": "query",
    "description": "`older` of the page before: a long case has several.",
    "schema": {"type": "string"},
}


def openapi() -> dict[str, Any]:
    """Return the API as an OpenAPI 3.1 document."""
    requests: list[Model] = [*(act.request for act in acts().values()), NextRequest]
    answers: list[Model] = [
        *(act.answer for act in acts().values()),
        ShowAnswer,
        *(model for _, model in REFUSALS.values()),
    ]
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
    for name, act in acts().items():
        write = _operation(name, act.request, _answers(act.answer, *act.refusals))
        paths[f"/desk/api/cases/{{id}}/{name}"] = {"post": write, "parameters": [number]}
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
