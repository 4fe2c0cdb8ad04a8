"""CONTRIBUTING.md names tests and markers that are there."""

import re
import tomllib

from tests.docs.test_cli import WRITE
from tests.places import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_it_names_every_marker() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    markers = [marker.partition(":")[0] for marker in settings["markers"]]

    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == markers


def test_it_names_tests_that_are_there() -> None:
    named = re.findall(r"tests/[\w/.-]*", PAGE)

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_it_says_how_the_page_of_commands_is_written() -> None:
    assert WRITE in PAGE
