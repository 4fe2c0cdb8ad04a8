"""Writes what documents repeat from the code, the JSON schemas and the tables: `python -m ops.schemas`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.shared.brand.catalogue import MODELS
from functions.shared.carrier.accounts import Document
from functions.shared.carrier.items import WrittenSchema
from ops import handed_in

DOCS = Path(__file__).parents[1] / "docs"
DATA = DOCS / "data.md"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def written() -> dict[Path, str]:
    """Return each document's text by its file."""
    return {**schemas(), DATA: with_readers(DATA.read_text(encoding="utf-8"))}


def schemas() -> dict[Path, str]:
    folder = DOCS / "schemas"
    return {
        folder / "accounts.schema.json": _text("An account as it is imported", _account()),
        folder / "catalogue.schema.json": _text("The brand's content: items of every kind", _catalogue()),
    }


def _account() -> dict[str, Any]:
    return Document.model_json_schema(schema_generator=WrittenSchema)


def _catalogue() -> dict[str, Any]:
    refs, schema = models_json_schema(
        [(model, "validation") for model in MODELS.values()], schema_generator=WrittenSchema
    )
    return {"type": "array", "items": {"oneOf": [refs[model, "validation"] for model in MODELS.values()]}, **schema}


def _text(title: str, schema: dict[str, Any]) -> str:
    for (model, name), who in handed_in.readers().items():
        if model in schema["$defs"]:
            schema["$defs"][model]["properties"][name]["usedBy"] = list(who)
    return json.dumps({"$schema": DIALECT, **schema, "title": title}, indent=2, ensure_ascii=False) + "\n"


def with_readers(page: str) -> str:
    """Fill in the last column of the tables of attributes: who reads them."""
    return "\n".join(_rows(page.split("\n")))


def _rows(lines: list[str]) -> Iterator[str]:
    models, readers, order, kind = handed_in.models(), handed_in.readers(), list(handed_in.needs()), ""
    for line in lines:
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        begins = re.match(r"`(\w+)", first)  # `bill#…`
        kind = begins[1] if begins else kind
        if not line.startswith("|") or kind not in models:
            yield line
            continue
        names = re.findall(r"`(\w+)`", cells[0])
        who = {reader for name in names for reader in readers.get((models[kind].__name__, name), ())}
        yield _row(first, *cells[:-1], ", ".join(sorted(who, key=order.index)))


def _row(*cells: str) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
