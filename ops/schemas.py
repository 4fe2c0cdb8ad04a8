"""Writes the JSON schemas of what carriers and brands hand in: `python -m ops.schemas`."""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.shared.brand.catalogue import MODELS
from functions.shared.carrier.accounts import Document
from functions.shared.carrier.items import WrittenSchema

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[Path, str]:
    """Return each schema's text by its file."""
    return {
        FOLDER / "accounts.schema.json": _text("An account as it is imported", _account()),
        FOLDER / "catalogue.schema.json": _text("The brand's content: items of every kind", _catalogue()),
    }


def _account() -> dict[str, Any]:
    return Document.model_json_schema(schema_generator=WrittenSchema)


def _catalogue() -> dict[str, Any]:
    refs, schema = models_json_schema(
        [(model, "validation") for model in MODELS.values()], schema_generator=WrittenSchema
    )
    return {"type": "array", "items": {"oneOf": [refs[model, "validation"] for model in MODELS.values()]}, **schema}


def _text(title: str, schema: dict[str, Any]) -> str:
    return json.dumps({"$schema": DIALECT, **schema, "title": title}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in schemas().items():
        path.write_text(text, encoding="utf-8")
