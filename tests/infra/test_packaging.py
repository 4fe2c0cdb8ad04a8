"""The zips as Lambda gets them: opened, read and loaded."""

import importlib.util
import json
import marshal
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import CodeType
from zipfile import ZipFile

import pytest

from functions.escalate import page
from infra import packaging
from infra.layout import FUNCTIONS, Function
from infra.packaging import HERE, LAMBDA, Package, build
from tests.zips import Zips

pytestmark = pytest.mark.package

MB = 1_000_000
AARCH64 = 183  # e_machine in an ELF header
UNCHECKED = 0b01  # PEP 552: the bytecode is valid whatever the date of its source

by_name = pytest.mark.parametrize("name", [function.name for function in FUNCTIONS])


@pytest.fixture(scope="module")
def packages(zips: Zips) -> dict[str, Package]:
    return zips(LAMBDA)


def contents(package: Package) -> dict[PurePosixPath, bytes]:
    with ZipFile(package.zip) as archive:
        return {PurePosixPath(name): archive.read(name) for name in archive.namelist()}


@by_name
def test_every_extension_module_is_for_the_machine_of_lambda(packages: dict[str, Package], name: str) -> None:
    machines = {
        file: struct.unpack_from("<H", content, 18)[0]
        for file, content in contents(packages[name]).items()
        if ".so" in file.suffixes
    }

    assert set(machines.values()) <= {AARCH64}


def test_pydantic_brings_an_extension_module(packages: dict[str, Package]) -> None:
    """Else the test above would look at nothing."""
    assert any("_pydantic_core" in file.name and file.suffix == ".so" for file in contents(packages["commands"]))


@by_name
def test_every_module_has_bytecode_that_no_date_makes_stale(packages: dict[str, Package], name: str) -> None:
    files = contents(packages[name])

    for file, compiled in files.items():
        if file.suffix == ".pyc":
            code = marshal.loads(compiled[16:])
            assert compiled[:4] == importlib.util.MAGIC_NUMBER, file
            assert struct.unpack_from("<I", compiled, 4)[0] == UNCHECKED, file
            assert isinstance(code, CodeType)
            assert code.co_filename == f"/var/task/{source_of(file)}"
        if file.suffix == ".py":
            ours = files[file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc"]
            assert ours[8:16] == importlib.util.source_hash(files[file]), file


def source_of(compiled: PurePosixPath) -> PurePosixPath:
    """Libraries come without their sources: there the bytecode stands in their place."""
    folder = compiled.parent.parent if compiled.parent.name == "__pycache__" else compiled.parent
    return folder / f"{compiled.name.partition('.')[0]}.py"


@by_name
def test_every_date_is_the_same_for_ever(packages: dict[str, Package], name: str) -> None:
    with ZipFile(packages[name].zip) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@by_name
def test_holds_no_tests(packages: dict[str, Package], name: str) -> None:
    assert not [file for file in contents(packages[name]) if {"test", "tests"} & set(file.parts)]


@by_name
def test_is_small(packages: dict[str, Package], name: str) -> None:
    assert packages[name].zip.stat().st_size <= (3 * MB if name == "webhook" else 10 * MB)


def test_the_webhook_carries_neither_models_nor_x_nor_another_functions_code(packages: dict[str, Package]) -> None:
    files = contents(packages["webhook"])

    assert not {"babel", "pydantic", "pydantic_core", "tweepy", "requests"} & {file.parts[0] for file in files}
    assert {file.parts[1] for file in files if file.parts[0] == "functions"} == {
        "__init__.py",
        "__pycache__",
        "shared",
        "webhook",
    }


def test_the_desk_carries_its_page_and_what_renders_it(packages: dict[str, Package]) -> None:
    files = contents(packages["desk"])

    assert {str(file) for file in files} >= {f"functions/escalate/desk/{path.name}" for path in page.FILES.iterdir()}
    assert PurePosixPath("datasette_preact", "static", page.preact().name) in files
    assert set(packaging.FROM_NPM.values()) <= set(files)


PROBE = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
importlib.import_module(sys.argv[2])
if "functions.commands.tick" in sys.modules:
    importlib.import_module("functions.commands.handler")  # at its first call
exec(sys.argv[3])
files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
print(json.dumps([file for file in files if file and file.startswith(sys.argv[1])]))
"""

# What an invocation does first.
START = """
import sys
from functions.shared.aws import settings, telemetry
for service in ("dynamodb", "s3") if "functions.load.tick" in sys.modules else ("sqs", "secretsmanager"):
    settings.client(service)
telemetry.info("started"); telemetry.count("Started"); telemetry.publish()
if "functions.commands.registry" in sys.modules:
    sys.modules["functions.commands.registry"].registry()
# What is imported where it is used.
LATE = "boto3.dynamodb.types boto3.s3.inject functions.commands.phone_numbers functions.shared.x.messenger"
LATE += " functions.escalate.events functions.escalate.numbers"
for late in LATE.split():
    try:
        importlib.import_module(late)
    except ModuleNotFoundError:
        pass  # of another function
if "functions.shared.brand.hours" in sys.modules:
    import datetime
    sys.modules["functions.shared.brand.hours"]._is_holiday(datetime.date(2026, 12, 25), "GB-ENG")
if "zoneinfo" in sys.modules:
    sys.modules["zoneinfo"].reset_tzpath(to=())  # as in Lambda, which has no time zones
    for zone in sys.modules["zoneinfo"].available_timezones():
        sys.modules["zoneinfo"].ZoneInfo.no_cache(zone)
"""


@pytest.fixture(scope="module")
def runnable(zips: Zips) -> dict[str, Package]:
    return zips(HERE)


def loaded_from(package: Package, function: Function, folder: Path) -> set[PurePosixPath]:
    """Start a function from nothing but its zip and return what it loads."""
    with ZipFile(package.zip) as archive:
        archive.extractall(folder)
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROBE, str(folder), function.module, START],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={"AWS_DEFAULT_REGION": "eu-west-2", "PATH": os.environ["PATH"]},
    )
    return {PurePosixPath(file).relative_to(folder) for file in json.loads(run.stdout.splitlines()[-1])}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_starts_from_its_zip_and_loads_something_of_every_folder_of_code(
    runnable: dict[str, Package], function: Function, tmp_path: Path
) -> None:
    loads = loaded_from(runnable[function.name], function, tmp_path)

    code = (source_of(file) for file in contents(runnable[function.name]) if file.suffix == ".pyc")
    folders = {file.parent for file in code}
    assert folders - {file.parent for file in loads} == set()


CONTINENTS = [
    "Africa/Lagos",
    "America/New_York",
    "America/Argentina/Buenos_Aires",
    "Antarctica/Troll",
    "Arctic/Longyearbyen",
    "Asia/Kolkata",
    "Atlantic/Azores",
    "Australia/Sydney",
    "Europe/London",
    "Indian/Maldives",
    "Pacific/Auckland",
    "UTC",
]

# Prints which of the zones a function's zip does not know, or that it never asks for one.
READ_ZONES = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
importlib.import_module(sys.argv[2])
zoneinfo = sys.modules.get("zoneinfo")
unknown = None
if zoneinfo:
    zoneinfo.reset_tzpath(to=())  # as in Lambda, which has no time zones
    unknown = sorted(set(sys.argv[3:]) - zoneinfo.available_timezones())
    for zone in set(sys.argv[3:]) - set(unknown):
        zoneinfo.ZoneInfo.no_cache(zone)
print(json.dumps(unknown))
"""


def unknown_zones(package: Package, function: Function, folder: Path) -> list[str] | None:
    with ZipFile(package.zip) as archive:
        archive.extractall(folder)
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", READ_ZONES, str(folder), function.module, *CONTINENTS],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={"AWS_DEFAULT_REGION": "eu-west-2", "PATH": os.environ["PATH"]},
    )
    unknown: list[str] | None = json.loads(run.stdout.splitlines()[-1])
    return unknown


def test_who_tells_time_tells_it_on_every_continent(runnable: dict[str, Package], tmp_path: Path) -> None:
    unknown = {one.name: unknown_zones(runnable[one.name], one, tmp_path / one.name) for one in FUNCTIONS}

    assert {name: zones for name, zones in unknown.items() if zones} == {}
    assert {name for name, zones in unknown.items() if zones is not None} >= {"commands", "desk"}


# A function of two lines, to see what a change to it does.


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source" / "functions"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "used.py").write_text("LIST = 'words.txt'\n")
    (folder / "words.txt").write_text("hello")
    (folder / "unused.py").touch()
    (folder / "entry.py").write_text("def lambda_handler(event, context):\n    from functions import used\n")
    return folder.parent


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


ENTRY = Function("entry", "functions.entry", timeout=1)


def packaged(source: Path, target: Path) -> Package:
    return build([ENTRY], source=source, target=target)["entry"]


def names(package: Package) -> Iterator[str]:
    return (str(file) for file in contents(package) if file.suffix != ".pyc")


def test_takes_what_is_imported_late_and_files_named_beside_it_and_no_more(source: Path, target: Path) -> None:
    package = packaged(source, target)

    assert set(names(package)) == {
        "functions/__init__.py",
        "functions/entry.py",
        "functions/used.py",
        "functions/words.txt",
    }


def test_the_same_sources_have_the_same_hash_and_others_another(source: Path, target: Path) -> None:
    before, again = packaged(source, target).hash, packaged(source, target).hash
    (source / "functions" / "unused.py").write_text("changed = True")
    unconcerned = packaged(source, target).hash
    (source / "functions" / "words.txt").write_text("goodbye")
    changed = packaged(source, target).hash

    assert before == again == unconcerned
    assert changed != before


def test_says_what_does_not_load(source: Path, target: Path) -> None:
    (source / "functions" / "entry.py").write_text("import not_locked")

    with pytest.raises(packaging.CannotPackage, match=r"functions\.entry does not load"):
        packaged(source, target)


def test_what_is_locked_is_what_is_developed_with() -> None:
    from importlib.metadata import version

    locked = dict(
        line.removesuffix(" \\").split("==")
        for line in packaging.REQUIREMENTS.read_text().splitlines()
        if "==" in line and line[0].isalnum()
    )
    asked = (packaging.REQUIREMENTS.with_suffix(".in")).read_text().splitlines()[1:]

    assert {name: locked[name] for name in asked if name != "tzdata"} == {
        name: version(name) for name in asked if name != "tzdata"
    }


def test_the_lock_names_no_host() -> None:
    assert "://" not in packaging.REQUIREMENTS.read_text()


def test_who_speaks_has_the_data_of_our_language_wherever_it_is_spoken_and_of_no_other(
    packages: dict[str, Package],
) -> None:
    for name in ("commands", "desk"):
        data = {file.stem for file in contents(packages[name]) if file.parent.name == "locale-data"}

        assert {"root", "en", "en_001", "en_GB", "en_US", "en_AU"} <= data
        assert all(stem == "root" or stem.startswith("en") for stem in data)
