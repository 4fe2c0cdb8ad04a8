"""`tweetserve ask` answers without AWS and X."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops.main import app


def ask(*arguments: str, **given: Any) -> Result:
    return CliRunner().invoke(app, ["ask", *arguments], **given)


def told(*arguments: str) -> Any:
    return json.loads(ask(*arguments, "--json").stdout)


def test_a_hashtag_is_answered_and_explained() -> None:
    ran = ask("#data", "--why")

    assert "you have 12.4 GB of your 30 GB of data left" in ran.stdout
    assert "[step 5 hashtag; rule #data; text allowance.left]" in ran.stdout


def test_a_question_shows_its_case() -> None:
    ran = ask("my bill is wrong", "--as", "new_customer")

    assert "Hi @new_customer, thank you, I've passed this to our billing team." in ran.stdout
    assert "for billing: bill, due " in ran.stdout


def test_silence_is_shown_as_silence() -> None:
    ran = ask("#data", "--as", "stopped_customer")

    assert ran.stdout.strip() == "(nothing is sent: suppressed)"


def test_an_unknown_customer_is_refused_in_one_sentence() -> None:
    ran = ask("#data", "--as", "nobody")

    assert ran.exit_code == 2
    assert "there is no demo customer nobody" in " ".join(ran.stderr.split())


@pytest.mark.parametrize("arguments", [(), ("#data", "--file", "-")])
def test_what_is_asked_is_either_said_or_in_a_file(arguments: tuple[str, ...]) -> None:
    ran = ask(*arguments, input="#data")

    assert ran.exit_code == 2
    assert "say what is sent" in " ".join(ran.stderr.split())


def test_a_program_reads_what_became_of_a_message() -> None:
    shown = told("#data", "#minutes")

    assert shown.pop("reply").startswith("Hi @linked_customer, here you are:")
    assert shown == {
        "text": "#data #minutes",
        "outcome": "answer",
        "step": "5 hashtag",
        "rule": "#data #minutes",
        "tags": ["data", "minutes"],
        "team": None,
        "kind": None,
        "key": "several",
    }


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("#stop", "stop"),
        ("thanks", "silent"),
        ("#data", "answer"),
        ("#charges this is wrong", "answer+case"),
        ("my bill is wrong", "case"),
        ("my phone has been stolen", "urgent"),
    ],
)
def test_what_becomes_of_a_message_has_one_word(text: str, outcome: str) -> None:
    assert told(text)["outcome"] == outcome


def test_after_a_stop_an_answer_is_suppressed() -> None:
    assert told("#data", "--as", "stopped_customer")["outcome"] == "suppressed"


def test_a_file_is_told_line_by_line_and_then_counted(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_bytes("#data\n\n  #data ¿cuánto?\nmy bill is wrong \xff\n".encode("latin-1"))

    ran = ask("--file", str(file), "--json")

    shown = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [one["team"] for one in shown] == [None, None, "billing"]
    assert [line.split() for line in ran.stderr.splitlines()][-1] == ["all", "3"]


def test_the_table_counts_by_outcome_team_and_rule() -> None:
    ran = ask("--file", "-", input="#data\n#data\nmy bill is wrong\nMy invoice has gone up\n")

    assert [line.split() for line in ran.stdout.splitlines()] == [
        ["outcome", "team", "rule", "messages"],
        ["answer", "#data", "2"],
        ["case", "billing", "bill", "2"],
        ["all", "4"],
    ]


@pytest.mark.parametrize("module", ["decide", "registry"])
def test_what_runs_in_lambda_does_not_need_a_terminal(module: str) -> None:
    code = f"import sys, functions.commands.{module}; sys.exit('typer' in sys.modules or 'local' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True)

    assert ran.returncode == 0
