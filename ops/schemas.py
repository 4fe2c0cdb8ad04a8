"""Writes what documents repeat from the code, the JSON schemas and the tables: `python -m ops.schemas`."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.commands.registry import registry
from functions.shared.brand.catalogue import MODELS
from functions.shared.carrier.accounts import Facts, document
from functions.shared.carrier.declared import LIST
from functions.shared.carrier.items import Part, WrittenSchema
from ops import handed_in

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- commands: written by python -m ops.schemas -->\n", "<!-- commands end -->"
DOCS = ROOT / "docs"
DATA = DOCS / "data.md"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def written() -> dict[Path, str]:
    """Return each document's text by its file."""
    return {
        **schemas(),
        LIST: json.dumps([asdict(field) for field in registry().fields], indent=2) + "\n",
        DATA: with_readers(DATA.read_text(encoding="utf-8")),
        README: with_commands(README.read_text(encoding="utf-8")),
    }


def schemas() -> dict[Path, str]:
    folder = DOCS / "schemas"
    return {
        folder / "accounts.schema.json": _text("An account as it is imported", _account()),
        folder / "catalogue.schema.json": _text("The brand's content: items of every kind", _catalogue()),
    }


def _account() -> dict[str, Any]:
    return document(registry().fields).model_json_schema(schema_generator=WrittenSchema)


def _catalogue() -> dict[str, Any]:
    refs, schema = models_json_schema(
        [(model, "validation") for model in MODELS.values()], schema_generator=WrittenSchema
    )
    items = {"type": "array", "items": {"oneOf": [refs[model, "validation"] for model in MODELS.values()]}}
    listed = {"$ref": "#/$defs/Items"}
    with_its_schema = {"properties": {"$schema": {"type": "string"}, "items": listed}, "required": ["items"]}
    schema["$defs"]["Items"] = items
    return {"oneOf": [listed, {"type": "object", "additionalProperties": False, **with_its_schema}], **schema}


def _text(title: str, schema: dict[str, Any]) -> str:
    for (model, name), who in handed_in.readers().items():
        if model in schema["$defs"]:
            schema["$defs"][model]["properties"][name]["usedBy"] = list(who)
    return json.dumps({"$schema": DIALECT, **schema, "title": title}, indent=2, ensure_ascii=False) + "\n"


def with_readers(page: str) -> str:
    """Fill in the last column of the tables of attributes, who reads them, and the rows of what hashtags declare."""
    return "\n".join(_rows(page.split("\n")))


def _rows(lines: list[str]) -> Iterator[str]:
    models, kind = handed_in.models(), ""
    for line in lines:
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        begins = re.match(r"`(\w+)", first)  # `bill#…`
        if begins and kind == "account":
            yield from _declared()
        kind = begins[1] if begins else kind
        if not line.startswith("|") or kind not in models:
            yield line
            continue
        names = re.findall(r"`(\w+)`", cells[0])
        if kind != "account" or Facts.model_fields.keys() & names:  # else it was declared
            yield _row(first, *cells[:-1], _readers(models[kind], names))


def _declared() -> Iterator[str]:
    for field in registry().fields:
        yield _row("", f"`{field.name}`", f"optional: {field.about}", _readers(handed_in.account(), [field.name]))


def _readers(model: type[Part], names: list[str]) -> str:
    readers, order = handed_in.readers(), list(handed_in.needs())
    who = {reader for name in names for reader in readers.get((model.__name__, name), ())}
    return ", ".join(sorted(who, key=order.index))


def with_commands(readme: str) -> str:
    """Fill in the table of commands."""
    head, rest = readme.split(BEGIN)
    return f"{head}{BEGIN}{commands()}{END}{rest.split(END)[1]}"


def commands() -> str:
    rows = (f"| `#{command.tag}` | {command.help} |\n" for command in registry().commands)
    return "| send | for |\n|---|---|\n" + "".join(rows)


def _row(*cells: str) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
