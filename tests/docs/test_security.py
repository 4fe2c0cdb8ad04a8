"""Every test that docs/security.md and docs/privacy.md name as a proof exists."""

import re

import pytest

from tests.places import ROOT

PAGES = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("security.md", "privacy.md")]
NAMED = [named for page in PAGES for named in re.findall(r"`([\w/]+\.py)::(\w+)`", page)]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_shows_what_stops_a_threat_exists(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_every_threat_names_a_test() -> None:
    threats = [line for line in (ROOT / "docs" / "security.md").read_text().splitlines() if line.startswith("| **")]

    assert len(threats) == 12
    assert all(".py::test_" in threat for threat in threats)
