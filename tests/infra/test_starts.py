"""A function starts with what benchmarks/counts.toml has. Whoever moves that writes it there, with the reason."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from benchmarks import counts
from infra.layout import FUNCTIONS, Function
from infra.packaging import HERE
from tests.zips import Zips

MORE = 1.02
"""Of kilobytes: libraries have extension modules that are built for each machine."""


@pytest.mark.package
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_a_function_starts_with_what_is_written_down(zips: Zips, function: Function, tmp_path: Path) -> None:
    with ZipFile(zips(HERE)[function.name].zip) as archive:
        archive.extractall(tmp_path)

    there, kept = counts.of_a_start(function, tmp_path), counts.kept()["start"][function.name]

    assert there["modules"] == kept["modules"]
    assert there["kilobytes"] <= MORE * kept["kilobytes"]
