"""Fixtures that tests of several subjects share."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, sync_playwright

from functions.escalate import handler
from functions.shared.aws import clock, settings, telemetry
from local.run import LOCAL_AWS
from tests import engines
from tests.at_desk import Office
from tests.engines import Engine
from tests.running import Running

SKIPS_ALLOWED_IN_CI = {"X_SAMPLES names no folder of recorded payloads"}
"""Reasons that a machine for continuous integration may have. Everything else it can and must run."""


def unless_allowed[Report: (pytest.TestReport, pytest.CollectReport)](report: Report) -> Report:
    """Let a skip that nobody has agreed to fail in CI: a test that never runs there protects nothing."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.removeprefix("Skipped: ") not in SKIPS_ALLOWED_IN_CI:
            report.outcome = "failed"
            report.longrepr = f"{report.nodeid} must not be skipped in CI ({reason})"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return unless_allowed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return unless_allowed((yield))


LEFT_OUT = ("proof", "browser", "package", "service", "long")
"""The markers of what the bare command does not run."""

_left_out = Counter[str]()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use two cores for what CI runs. What is named runs in one process."""
    named = config.args_source is config.ArgsSource.ARGS or config.option.keyword
    return 2 if not named and config.option.markexpr.startswith(("not (", "proof", "(browser")) else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares something that is slow to start: the local run, or what a file makes for itself."""
    for item in items:
        if item.get_closest_marker("proof"):
            continue  # each makes a world of its own
        shared = "local run" if "local_run" in getattr(item, "fixturenames", ()) else item.location[0]
        item.add_marker(pytest.mark.xdist_group(shared))


def pytest_deselected(items: list[pytest.Item]) -> None:
    _left_out.update(next((mark for mark in LEFT_OUT if item.get_closest_marker(mark)), "named") for item in items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker has left out the same: any of them tells it that was not ended before."""
    if output := getattr(node, "workeroutput", None):
        _left_out.clear()
        _left_out.update(output["left_out"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["left_out"] = dict(_left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last what was left out and how to run it, so that nobody takes green for all."""
    said = ", ".join(f"{count} {mark}" for mark, count in _left_out.items() if mark in LEFT_OUT)
    if said:
        terminalreporter.write_line(f"Left out: {said}. Run them with `uv run --all-groups pytest -m <marker>`.")


@pytest.fixture(autouse=True)
def service_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A service of its own for each test: a logger keeps the stdout that it met first."""
    name = f"service-{uuid4()}"
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", name)
    telemetry._logger.cache_clear()
    telemetry._metrics.cache_clear()
    yield name
    telemetry._logger.cache_clear()
    telemetry._metrics.cache_clear()


@pytest.fixture
def logged(service_name: str, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Return the log lines and metrics written since the last call."""
    telemetry._metrics().clear_metrics()
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(scope="session")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole service on this machine, started once; its customers and cases are shared by the tests that use it."""
    running = Running(tmp_path_factory.mktemp("tweetserve")).ready()
    yield running
    assert running.interrupt().ended() == 0


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded engine, one for all tests: each makes tables and queues of its own."""
    running = Engine(tmp_path_factory.mktemp("engine"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[engines.DynamoDBLocal]:
    """Amazon's own DynamoDB, where it has been installed."""
    yield from engines.dynamodb_local()


@pytest.fixture
def aws(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The embedded engine is what every client of AWS asks."""
    for name, value in LOCAL_AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.url)
    settings.client.cache_clear()
    yield
    settings.client.cache_clear()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, aws: None) -> Office:
    """A desk with nothing in its lines."""
    made = Office()
    monkeypatch.setattr(handler, "desk", lambda: made.desk)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a word to anybody but this machine."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield browser
        browser.close()
