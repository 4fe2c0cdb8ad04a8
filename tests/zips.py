"""The zips of all functions for a platform, for tests that only read them."""

from collections.abc import Callable

from infra.packaging import Package

type Zips = Callable[[str], dict[str, Package]]
