"""`tweetserve local` as a whole: how it starts, says what is wrong, and ends with nothing left behind."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra.layout import FUNCTIONS, TABLES
from local.run import workers
from tests.engines import Engine
from tests.running import Running, left, wait_for

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Whole:
    """One run from its first line to Ctrl-C, and a second one that wanted its folder meanwhile."""

    first: Running
    children: dict[int, str]
    code: int
    second: Running
    second_code: int


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    first = Running(folder).ready()
    second = Running(folder)
    second_code = second.ended()
    wait_for(lambda: len(first.children()) == 2 + sum(workers(one) for one in FUNCTIONS if not one.on_aws_only))
    children = first.children()
    return Whole(first, children, first.interrupt().ended(), second, second_code)


def test_the_terminal_says_what_starts_and_then_where_it_is(whole: Whole) -> None:
    starting, where = whole.first.terminal.splitlines()[:2]

    assert starting == "Starting: database … queues … webhook … X (simulated) …"
    assert where == f"Phone {whole.first.url}/   Desk {whole.first.url}/desk   Stop with Ctrl-C"


def test_ctrl_c_ends_everything_and_is_no_failure(whole: Whole) -> None:
    assert (whole.code, left(whole.children)) == (0, [])
    with pytest.raises(httpx.ConnectError):
        httpx.get(whole.first.url)


def test_a_second_run_in_the_same_folder_is_one_sentence(whole: Whole) -> None:
    assert whole.second_code == 1
    assert whole.second.terminal.splitlines()[-1].startswith(f"{whole.first.data} is in use by another run")


def test_another_aws_is_used_instead_of_an_engine(engine: Engine, tmp_path: Path) -> None:
    before = tables_of(engine)
    running = Running(tmp_path / "data", AWS_ENDPOINT_URL=engine.url).ready()
    children = running.children()
    code = running.interrupt().ended()

    assert code == 0
    assert not any("local.engine" in command for command in children.values())
    assert tables_of(engine) - before == {table.name for table in TABLES}


def tables_of(engine: Engine) -> set[str]:
    """Other tests have some there, too."""
    return {
        name
        for page in engine.client("dynamodb").get_paginator("list_tables").paginate()
        for name in page["TableNames"]
    }


def test_an_aws_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

    running = Running(tmp_path, AWS_ENDPOINT_URL=url)
    code = running.ended()

    assert code == 1
    assert f"AWS at {url} does not do its part" in running.terminal.splitlines()[-1]


def test_ctrl_c_works_while_it_starts(tmp_path: Path) -> None:
    running = Running(tmp_path)
    wait_for(lambda: "local.engine" in str(running.children()))
    children = running.children()

    code = running.interrupt().ended()

    assert (code, left(children)) == (0, [])


def test_nothing_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    running = Running(tmp_path).ready()
    children = running.children()

    running.process.kill()
    running.ended()

    wait_for(lambda: not left(children))


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        running = Running(tmp_path, "--port", str(port))
        code = running.ended()

    assert code == 1
    assert running.terminal.splitlines()[-1] == (
        f"Port {port} is in use: stop what runs there or choose another with --port."
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    running = Running(tmp_path / "file")
    code = running.ended()

    assert code == 1
    assert running.terminal.splitlines()[-1] == (
        f"Cannot write to {tmp_path / 'file'}: choose another folder with --data."
    )


def test_an_engine_that_dies_is_told_on_the_page_and_in_one_sentence(tmp_path: Path) -> None:
    running = Running(tmp_path).ready()
    children = running.children()
    engine = next(pid for pid, command in children.items() if "local.engine" in command)

    os.kill(engine, signal.SIGKILL)
    wait_for(lambda: httpx.get(f"{running.url}/local/state").json()["engine"] == "gone")
    code = running.interrupt().ended()

    assert (code, left(children)) == (1, [])
    assert running.terminal.splitlines()[-1] == (
        "The local database has stopped; nothing you saw is lost. Start again with `tweetserve local`."
    )
