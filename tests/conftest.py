"""Fixtures that tests of several subjects share."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from functions.shared import telemetry


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
