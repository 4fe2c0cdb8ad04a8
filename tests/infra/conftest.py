"""What the tests of the deployment share."""

from functools import cache

import pytest

from infra.layout import FUNCTIONS
from infra.packaging import build
from tests.zips import Zips


@pytest.fixture(scope="session")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Zips:
    """Return the zips for a platform: built once for all tests, with libraries that are installed once."""
    target = tmp_path_factory.mktemp("build")
    return cache(lambda platform: build(FUNCTIONS, platform=platform, target=target))
