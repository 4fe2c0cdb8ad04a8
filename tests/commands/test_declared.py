"""What a hashtag is like is declared by its command: nothing else decides by its name, nor by which text is said."""

import ast
from pathlib import Path

import pytest

from functions.commands.registry import registry
from functions.commands.texts import texts

COMMANDS = registry().commands
NAMES = frozenset(registry().by_tag)
KEYS = frozenset(texts()) | {text.key for command in COMMANDS for text in command.texts}
FUNCTIONS = Path("functions")
OF_THE_ROW = {"functions/shared/conversation/replies.py": {"updates_promise"}}
"""A reply that waits in the table says what it is by its key."""


def decided_by_name(path: Path) -> list[str]:
    """Return the lines of a module that compare with the name of a hashtag or of a text, or look one up by it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exempt = OF_THE_ROW.get(path.as_posix(), set())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in exempt]
    allowed = {id(inner) for function in functions for inner in ast.walk(function)}
    return [ast.unparse(node) for node in ast.walk(tree) if id(node) not in allowed and by_name(node)]


def by_name(node: ast.AST) -> bool:
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            return any(map(is_name, sides)) or (any(map(is_tag, sides)) and any(names(side) for side in sides))
        case ast.Subscript(value=ast.Attribute(attr="by_tag")):
            return bool(names(node.slice))
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="by_tag"))):
            return any(map(names, node.args))
        case ast.Set():
            return len(names(node)) == len(node.elts)
    return False


def is_name(node: ast.AST) -> bool:
    """A text's key, or a command's tag."""
    return isinstance(node, ast.Attribute) and node.attr in ("key", "tag")


def is_tag(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith(("tag", "tags"))


def names(node: ast.AST) -> list[str]:
    """The names of hashtags and texts that stand here, alone or in a literal collection."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]  # frozenset({...})
    parts = node.elts if isinstance(node, ast.Set | ast.List | ast.Tuple) else [node]
    constants = (part.value for part in parts if isinstance(part, ast.Constant))
    return [value for value in constants if isinstance(value, str) and value in NAMES | KEYS]


def modules() -> list[Path]:
    return [path for path in sorted(FUNCTIONS.rglob("*.py")) if path.parent.name != "hashtags"]


@pytest.mark.parametrize("path", modules(), ids=str)
def test_nothing_decides_by_the_name_of_a_hashtag_or_of_a_text(path: Path) -> None:
    assert decided_by_name(path) == []


@pytest.mark.parametrize(
    "line",
    [
        "if reply.key == ENDED.key: ...",
        'if any(command.tag == "start" for command in commands): ...',
        "if command.tag in FOR_PEOPLE: ...",
        'if "stop" in read.tags: ...',
        'answer([registry().by_tag["status"]])',
        'command = registry().by_tag.get("switch")',
        'SWITCHES = frozenset({"stop", "start"})',
    ],
)
def test_the_search_finds_each_way_of_deciding_by_a_name(line: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(line)

    assert len(decided_by_name(tmp_path / "module.py")) == 1


def test_one_hashtag_stops_and_one_resumes() -> None:
    assert [sum(command.stops for command in COMMANDS), sum(command.resumes for command in COMMANDS)] == [1, 1]
