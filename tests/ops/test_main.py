"""Every command asks where it works in the same words, and takes the modes that it knows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from infra import stage as stages
from ops.main import app
from ops.place import Place, at_place
from tests.at_terminal import Terminal, place, tweetserve

__all__ = ["place", "tweetserve"]  # fixtures

NOWHERE = ["local", "ask", "brand check", "desk login"]
"""Commands that work at no running service: one starts it, two need none, one is how to get to it."""


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    context = typer.Context(command)
    for word in command.list_commands(context):
        yield from leaves(command.get_command(context, word), f"{name} {word}".strip())


COMMANDS = {name: command for name, command in leaves(get_command(app)) if name not in NOWHERE}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_says_where_it_works_in_the_same_words(command: Any) -> None:
    options = {name for parameter in command.params for name in parameter.opts}

    assert options >= {"--local", "--port", "--json"}
    assert options & {"--stage", "--url"}


def test_a_command_is_called_with_the_place_and_the_modes_that_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Place("here", {}, local=True)
    monkeypatch.setattr("ops.place.on_this_machine", lambda port: here if port == 8410 else None)
    called: list[object] = []
    one = typer.Typer()

    @one.command()
    @at_place
    def act(
        place: Place, what: str, often: Annotated[int, typer.Option()] = 1, *, dry_run: bool, as_json: bool
    ) -> None:
        called.extend([place, what, often, dry_run, as_json])

    CliRunner().invoke(one, ["this", "--local", "--port", "8410", "--dry-run"], catch_exceptions=False)

    assert called == [here, "this", 1, True, False]


def test_a_command_offers_no_mode_that_it_does_not_take() -> None:
    one = typer.Typer()

    @one.command()
    @at_place
    def look(place: Place) -> None:
        raise AssertionError(place)

    ran = CliRunner().invoke(one, ["--local", "--dry-run"])

    assert ran.exit_code == 2
    assert "No such option" in ran.output


TWEETSERVE = Path(sys.executable).with_name("tweetserve")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tweetserve dea", {"dead-letters"}),
        ("tweetserve x st", {"status"}),
        ("tweetserve cases --stage ", set(stages.names())),
        ("tweetserve settle --dry", {"--dry-run"}),
    ],
)
def test_a_shell_completes_what_is_typed(typed: str, offered: set[str]) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    asked = os.environ | {"_TWEETSERVE_COMPLETE": "complete_bash"} | words

    said = subprocess.run([TWEETSERVE], env=asked, capture_output=True, text=True, check=True).stdout

    assert set(said.split()) == offered


def test_local_wins_over_the_stage_that_the_environment_names_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tweetserve: Terminal
) -> None:
    monkeypatch.setenv("TWEETSERVE_STAGE", "prod")

    said = tweetserve("cases")

    assert said.exit_code == 0, said.output
    assert said.stderr == "TWEETSERVE_STAGE is prod, and --local wins.\n"


def test_a_stage_that_is_typed_beside_local_is_a_slip(monkeypatch: pytest.MonkeyPatch, tweetserve: Terminal) -> None:
    monkeypatch.setenv("TWEETSERVE_STAGE", "prod")

    said = tweetserve("cases", "--stage", "dev")

    assert said.exit_code == 2
    assert said.stderr.startswith("Where?")
