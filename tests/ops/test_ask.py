"""`python -m functions.commands` answers without AWS and X."""

import subprocess
import sys

import pytest


def terminal(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "functions.commands", *arguments], capture_output=True, text=True)


def test_a_hashtag_is_answered_and_explained() -> None:
    ran = terminal("#data", "--why")

    assert "you have 12.4 GB of your 30 GB of data left" in ran.stdout
    assert "[step 5 hashtag; rule #data; text allowance.left]" in ran.stdout


def test_a_question_shows_its_case() -> None:
    ran = terminal("my bill is wrong", "--as", "new_customer")

    assert "Hi @new_customer, thank you, I've passed this to our billing team." in ran.stdout
    assert "for billing: bill, due " in ran.stdout


def test_silence_is_shown_as_silence() -> None:
    ran = terminal("#data", "--as", "stopped_customer")

    assert ran.stdout.strip() == "(nothing is sent: suppressed)"


def test_an_unknown_customer_is_refused_in_one_sentence() -> None:
    ran = terminal("#data", "--as", "nobody")

    assert ran.returncode == 2
    assert "there is no demo customer nobody" in " ".join(ran.stderr.split())


@pytest.mark.parametrize("module", ["decide", "registry"])
def test_what_runs_in_lambda_does_not_need_a_terminal(module: str) -> None:
    code = f"import sys, functions.commands.{module}; sys.exit('typer' in sys.modules or 'local' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True)

    assert ran.returncode == 0
