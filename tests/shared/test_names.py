"""One word for one thing: a public name of `functions` is defined in one module."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.places import ROOT

FUNCTIONS = ROOT / "functions"
OWN_TEXTS = FUNCTIONS / "commands" / "hashtags"
"""A hashtag's file names its texts and its code as it likes: nobody imports them."""

IDIOMS = {
    "AT_ONCE": "how many of its rows each part of a tick takes at once",
    "LEASE": "of a claim and of a row, each told apart by its module",
    "NEEDS": "which fields of an account or of a brand a module reads",
    "Settings": "what an entry module reads from its environment",
    "TAKES": "how long each tick may take",
    "TEXTS": "the texts of a module, which the registry collects",
    "act": "what staff do, in its own file, which the registry collects",
    "answer": "what a family of hashtags says, by its kind",
    "lambda_handler": "what Lambda calls",
    "load": "read a module's one row, or one conversation",
    "look_at": "when the tick has to look at a thing",
    "note": "remember in a module's one row that something was seen",
    "reader": "build what reads, from a function's settings",
    "report": "publish what alarms watch",
    "save": "write what `load` reads",
    "tick": "one call of the clock",
}


def test_a_name_has_one_meaning() -> None:
    twice = {name: places for name, places in defined().items() if len(places) > 1}

    new = {name: places for name, places in twice.items() if name not in IDIOMS}
    assert not new, "give one of the two the term of its field, or begin it with _ if nobody imports it"


def test_every_idiom_stands_twice() -> None:
    once = {name for name in IDIOMS if len(defined()[name]) < 2}

    assert not once, "take these off the list in this file"


@cache
def defined() -> dict[str, list[str]]:
    places = defaultdict[str, list[str]](list)
    for module in sorted(FUNCTIONS.rglob("*.py")):
        for name in () if OWN_TEXTS in module.parents else names(module):
            places[name].append(str(module.relative_to(FUNCTIONS)))
    return places


def names(module: Path) -> Iterator[str]:
    """Every public name that a module defines at its top."""
    found = (name for one in ast.parse(module.read_text(encoding="utf-8")).body for name in _defined_by(one))
    yield from (name for name in dict.fromkeys(found) if not name.startswith("_"))


def _defined_by(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name)):
            yield name
