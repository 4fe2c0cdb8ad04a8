"""The desk's API and a team's tickets, as documents: `python -m functions.escalate.openapi` writes them to `docs/`."""

import json
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, License

from functions.escalate import reads as reads  # more routes
from functions.escalate.api import api
from functions.shared.x.messages import Ticket


def openapi() -> dict[str, Any]:
    """Return the API as an OpenAPI 3.1 document, without the refusal of Powertools' own, which is our 400."""
    document = json.loads(_of_powertools())
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        document["components"]["schemas"].pop(name, None)
    found: dict[str, Any] = document
    return found


def _of_powertools() -> str:
    return api.get_openapi_json_schema(
        title="Tweetserve: the desk",
        version="1",
        openapi_version="3.1.0",
        license_info=License(name="MIT", identifier="MIT"),
        security_schemes={"staff": HTTPBearer(bearerFormat="JWT")},
        security=[{"staff": []}],
    )


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
