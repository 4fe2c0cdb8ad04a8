"""The map of the house in docs/architecture.md, from what each module says of itself: `python -m tests.house`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.places import DOCS, ROOT

PAGE = DOCS / "architecture.md"
WRITE = "uv run --all-groups python -m tests.house"
PARTS = ("functions", "infra", "local", "ops")
BETWEEN = re.compile(r"(?<=<!-- house -->\n```\n).*?(?=```\n<!-- house end -->)", re.DOTALL)


def house() -> str:
    """Every folder, and under it every module, each with the first sentence of its docstring."""
    packages = sorted(file for part in PARTS for file in (ROOT / part).rglob("__init__.py"))
    return "\n".join(line for package in packages for line in folder(package))


def folder(package: Path) -> Iterator[str]:
    yield f"{package.parent.relative_to(ROOT)}/  {first_sentence(package)}".rstrip()
    modules = sorted(file for file in package.parent.glob("*.py") if file != package)
    yield from (f"  {module.name:<20} {first_sentence(module)}" for module in modules)
    yield ""


def first_sentence(module: Path) -> str:
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    paragraph = said.partition("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=[\w`)])\.(?:\s|$)", paragraph, maxsplit=1)[0]


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BETWEEN.sub(lambda _: house(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
