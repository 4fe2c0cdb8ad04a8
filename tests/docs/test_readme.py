"""The README is a promise: its example works, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from functions.commands.registry import Command, Registry, registry
from tests.places import ROOT

README = (ROOT / "README.md").read_text()


def test_the_hashtag_of_the_example_works() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    module: dict[str, Command] = {}

    exec(source, module)

    assert Registry((*registry().commands, module["command"])).by_tag["hours"].help == "when our shops are open"


@pytest.mark.parametrize(
    "document", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda path: path.name
)
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []
