"""Which files a function loads: `python -I -S loaded.py MODULE SOURCE LIBRARIES` prints their paths as JSON.

Runs in an interpreter of its own, because what another import has brought in is not the function's. An import
inside a function counts too: all of our modules' import statements are executed, and what libraries load at first
use is used once.
"""

import ast
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

OURS = "functions"

# Clients are made, never called: nothing here leaves the machine.
ENVIRONMENT = {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_EC2_METADATA_DISABLED": "true"}


def loaded(module: str) -> Iterator[Path]:
    """Import a module and yield every file that it needs: imported, opened, or named in the code beside it."""
    opened: set[str] = set()
    sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" and type(args[0]) is str else None)
    import_module(module)
    read: set[str] = set()
    while fresh := [ours for ours in our_modules() if ours.__name__ not in read]:
        for ours in fresh:
            read.add(ours.__name__)
            yield from use(ours)
    use_libraries()
    yield from (Path(file) for file in opened)
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    yield from (Path(file) for file in files if file)


def our_modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.partition(".")[0] == OURS]


def use(module: ModuleType) -> Iterator[Path]:
    """Execute a module's imports, wherever they stand, make the AWS clients that it asks for, find files it names."""
    file = Path(str(module.__file__))
    for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import() | ast.ImportFrom():
                exec(compile(ast.Module([node], []), str(file), "exec"), {})  # noqa: S102 - our own code
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="boto3"), attr="client"), args=[ast.Constant(value=str(name))]
            ):
                import_module("boto3").client(name)
            case ast.Call(
                func=ast.Attribute(attr="client") | ast.Name(id="client"), args=[ast.Constant(value=str(service))]
            ):
                import_module("botocore.session").Session().create_client(service)
            case ast.Constant(value=str(name)) if name and "\0" not in name and len(name) < 100:
                yield from named(file.parent, name)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, without what stands there for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from statements(node)


def named(folder: Path, name: str) -> Iterator[Path]:
    """Yield the data of this name in a folder: a file, or all files of a folder that holds no code."""
    if "/" in name or name.startswith("."):
        return
    path = folder / name
    if path.is_file() and path.suffix != ".py":
        yield path
    elif path.is_dir() and not any(path.rglob("*.py")):
        yield from (file for file in path.rglob("*") if file.is_file())


def use_libraries() -> None:
    """Do once what makes libraries load more of themselves."""
    modules: dict[str, Any] = dict(sys.modules)
    if registry := modules.get("functions.commands.registry"):
        registry.registry()
    if page := modules.get("functions.escalate.page"):
        page.files()
    if telemetry := modules.get("functions.shared.aws.telemetry"):
        telemetry.info("loaded")
        telemetry.count("Loaded")
        telemetry.publish()
    if babel := modules.get("babel"):
        assert babel.Locale("en", "GB").currency_formats  # noqa: S101 - its data is read when it is asked for
    if holidays := modules.get("holidays"):
        holidays.country_holidays("GB", years=2026)
    if zoneinfo := modules.get("zoneinfo"):
        zoneinfo.reset_tzpath(to=())  # Lambda has no time zones of its own: they come from tzdata
        zoneinfo.ZoneInfo.no_cache("Europe/London")


def main() -> None:
    module, *roots = sys.argv[1:]
    sys.path[:0] = roots
    os.environ.update(ENVIRONMENT)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the code prints is not the answer
    json.dump(sorted({str(path) for path in loaded(module)}), answer)


if __name__ == "__main__":
    main()
