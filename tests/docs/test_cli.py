"""docs/cli.md is what the commands say of themselves."""

import shlex
import subprocess
import sys
from pathlib import Path

from tests.places import ROOT

PAGE = ROOT / "docs" / "cli.md"
WRITE = "uv run typer ops/main.py utils docs --name tweetserve --title 'Every command' --output docs/cli.md"


def test_the_page_holds_every_command_as_it_is(tmp_path: Path) -> None:
    _uv, _run, *typer, _page = shlex.split(WRITE)
    written = tmp_path / "cli.md"

    subprocess.run([sys.executable, "-m", *typer, written], cwd=ROOT, check=True, capture_output=True)

    assert PAGE.read_text(encoding="utf-8") == written.read_text(encoding="utf-8"), f"write it anew: {WRITE}"


def test_no_command_offers_what_only_the_whole_could_do() -> None:
    whole, *commands = PAGE.read_text(encoding="utf-8").split("\n## ")

    assert "--install-completion" in whole
    assert not any("--install-completion" in command for command in commands)
