"""Whatever the desk's document lets one ask is answered as the document says: asked of a whole local run."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.escalate.openapi import openapi
from tests.running import Running

pytestmark = pytest.mark.service

EACH = 5
"""Made-up requests of each operation at every run of the tests."""
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(openapi() | {"security": []})  # who asks is signed in: below
schema.config.phases.coverage.enabled = False  # thousands of requests, minutes


@pytest.fixture(scope="module")
def desk_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A run of its own, with cases: whoever asks for anything may take them all."""
    running = Running(tmp_path_factory.mktemp("desk"), empty=False).ready()
    yield running.url
    assert running.interrupt().ended() == 0


@schema.parametrize()
@settings(max_examples=EACH, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_of_the_documents(case: schemathesis.Case[Any], desk_url: str) -> None:
    case.call_and_validate(base_url=desk_url, headers={"authorization": "Bearer supervisor-1"}, checks=CHECKS)
