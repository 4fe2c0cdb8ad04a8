"""What the documents tell people to type is there."""

import re
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from functions.shared.aws import clock
from functions.shared.conversation.cases import Case, CaseState
from functions.shared.conversation.conversations import Conversation, save
from functions.shared.conversation.customers import Customer
from ops.doctor import FAULTS
from ops.main import LAZY, app
from ops.place import on_this_machine
from tests.at_terminal import Terminal, place, tweetserve
from tests.places import ROOT
from tests.ringing import sections
from tests.running import Running

__all__ = ["place", "tweetserve"]  # fixtures

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def typed(text: str) -> set[str]:
    """Return the commands in blocks of code and between backticks."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL))
    lines = re.findall(r"^(?:uv run )?(tweetserve [^#\n]*)", blocks, flags=re.MULTILINE)
    return {line.strip() for line in (*lines, *re.findall(r"`(?:uv run )?(tweetserve [^`]*)`", text))}


COMMANDS = sorted({(doc.name, line) for doc in DOCS if doc.exists() for line in typed(doc.read_text())})


@pytest.mark.parametrize(("doc", "line"), COMMANDS)
def test_a_command_in_the_documents_exists(doc: str, line: str) -> None:
    command: Any = get_command(app)
    words = line.split()[1:]
    while hasattr(command, "commands") and words and not words[0].startswith(("-", "…", "<", "...")):
        name = words.pop(0)
        found = command.get_command(None, name)
        assert found, f"{doc}: there is no `{name}` in `{line}`"
        command = found

    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    said = {word.strip("[]").partition("=")[0] for word in words if word.strip("[]").startswith("--")}
    assert said <= options, f"{doc}: `{line}`"


@pytest.mark.parametrize("name", LAZY)
def test_every_command_has_help_with_examples(name: str) -> None:
    everything: Any = get_command(app)
    command = everything.get_command(None, name)
    several = list(getattr(command, "commands", {"": command}).values())

    assert all(one.help for one in several)
    assert any("tweetserve " in (one.epilog or "") for one in (command, *several)), name


@pytest.mark.parametrize("section", sections())
def test_the_first_command_of_a_section_works_on_the_local_run(
    section: str, local_run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = local_run.url.rpartition(":")[2]
    command = sections()[section].split("```sh\n")[1].split("\n")[0].removeprefix("tweetserve ").split()
    for name, value in on_this_machine(int(port)).secret("x_user_secret_name").items():
        monkeypatch.setenv(f"X_{name.upper()}", value)  # what `x login` would ask for

    said = CliRunner().invoke(app, [*command, "--local", "--port", port])
    if command[0] == "pause":
        CliRunner().invoke(app, ["resume", "--local", "--port", port])

    found_faults = command[0] == "doctor" and said.exit_code == FAULTS and "→" in said.stdout
    assert said.exit_code == 0 or found_faults, (said.output, said.exception)
    assert said.stdout.strip()


def test_cases_are_listed_by_the_time_that_was_promised(tweetserve: Terminal) -> None:
    now = clock.now()
    for number, customer, owner in (("BCDFGH", "11", "elsewhere"), ("JKMNPQ", "12", None)):
        stranger = Conversation(Customer(customer))
        state: CaseState = "WAITING_CUSTOMER" if owner else "NEW"
        case = Case(number, customer, "billing", "bill", opened_at=now, due_at=now, state=state, owner=owner)
        save(tweetserve.store, stranger, stranger.with_case(case), by="test", did="opened", now=now)

    everybody = tweetserve.json("cases")["cases"]
    elsewhere = tweetserve.json("cases", "--owner", "elsewhere")["cases"]
    new = tweetserve.json("cases", "--state", "new")["cases"]

    assert {one["number"] for one in everybody} == {"BCD-FGH", "JKM-NPQ"}
    assert [one["number"] for one in elsewhere] == ["BCD-FGH"]
    assert [one["number"] for one in new] == ["JKM-NPQ"]
