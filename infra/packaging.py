"""One zip per function without Docker: only what it loads, locked, for Lambda's machine, with valid bytecode."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from compileall import compile_file
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from infra.layout import Function

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
REQUIREMENTS = ROOT / "functions" / "requirements.txt"

PYTHON = "3.13"
LAMBDA = "aarch64-manylinux2014"
HERE = ""
"""The machine that builds."""


class CannotPackage(Exception):
    """The zips cannot be built; the message says what to do."""


@dataclass(frozen=True)
class Package:
    """A function's zip. `hash` changes exactly when sources, libraries or platform do, on whatever machine."""

    zip: Path
    hash: str


def build(
    functions: Iterable[Function], *, platform: str = LAMBDA, source: Path = ROOT, target: Path = BUILD
) -> dict[str, Package]:
    """Build the zips of functions, by name. Raises CannotPackage."""
    # Never the folder that is packed: what runs there leaves bytecode that dates make stale.
    libraries = installed(HERE, target / "loaded")
    stage = installed(platform, target / (platform or "here"))
    shutil.rmtree(stage / "functions", ignore_errors=True)
    shutil.copytree(source / "functions", stage / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    files, zips = list(files_in(stage)), target / "zips" / (platform or "here")

    def pack(function: Function) -> tuple[str, Package]:
        chosen = needed(files, loaded(function, source, libraries))
        return function.name, zipped(function, stage, with_metadata(stage, chosen), zips)

    with ThreadPoolExecutor() as threads:
        return dict(threads.map(pack, functions))


def installed(platform: str, folder: Path) -> Path:
    """Install the locked libraries for a platform into a folder, unless just these are there."""
    lock = REQUIREMENTS.read_text(encoding="utf-8")
    mark = folder / ".requirements.txt"
    if mark.is_file() and mark.read_text(encoding="utf-8") == lock:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise CannotPackage("Packaging needs uv on the PATH.")
    command = [uv, "pip", "install", "--quiet", "--target", str(folder), "--requirements", str(REQUIREMENTS)]
    command += ["--python", sys.executable, "--python-version", PYTHON, "--only-binary", ":all:", "--require-hashes"]
    # uv links to its cache, and what is compiled in place would change every other environment.
    command += ["--link-mode", "copy", *(("--python-platform", platform) if platform else ())]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command line
        raise CannotPackage(f"uv could not install functions/requirements.txt for {platform or 'this machine'}.")
    mark.write_text(lock, encoding="utf-8")
    return folder


def loaded(function: Function, source: Path, libraries: Path) -> set[PurePosixPath]:
    """Return the files that a function loads, as they will lie in its zip."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("loaded.py"))]
    command += [function.module, str(source), str(libraries)]
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command line
    if run.returncode:
        raise CannotPackage(f"{function.module} does not load with functions/requirements.txt: see above.")
    return set(within(map(Path, json.loads(run.stdout)), source / "functions", libraries))


def within(files: Iterable[Path], ours: Path, libraries: Path) -> Iterator[PurePosixPath]:
    for file in files:
        if file.is_relative_to(libraries):
            yield PurePosixPath(file.relative_to(libraries))
        elif file.is_relative_to(ours):
            yield PurePosixPath(file.relative_to(ours.parent))


def needed(files: Iterable[PurePosixPath], loads: set[PurePosixPath]) -> set[PurePosixPath]:
    """Choose from installed files: what is loaded, and its neighbours, which may be loaded later.

    What was loaded on the building machine stands for the same on Lambda's, where extension modules are named after
    another platform.
    """
    folders = {file.parent for file in loads}
    single = {module_name(file) for file in loads if file.parent == PurePosixPath()}
    chosen: set[PurePosixPath] = set()
    for file in files:
        if file.parent == PurePosixPath():
            wanted = module_name(file) in single
        elif file.parts[0] == "functions":
            wanted = file in loads
        else:
            wanted = file.parent in folders and not file.parts[0].endswith(".dist-info")
        if wanted and file.suffix not in (".pyi", ".typed"):
            chosen.add(file)
    return chosen


def files_in(folder: Path) -> Iterator[PurePosixPath]:
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "__pycache__":
            yield PurePosixPath(path.relative_to(folder))


def module_name(file: PurePosixPath) -> str:
    return file.name.partition(".")[0]


def with_metadata(stage: Path, chosen: set[PurePosixPath]) -> set[PurePosixPath]:
    """Add the name and version of each library that is in: some ask for theirs, and scanners for all."""
    for record in stage.glob("*.dist-info/RECORD"):
        recorded = (line.partition(",")[0] for line in record.read_text(encoding="utf-8").splitlines())
        if any(PurePosixPath(path) in chosen for path in recorded):
            chosen.add(PurePosixPath(record.parent.name, "METADATA"))
    return chosen


def zipped(function: Function, stage: Path, files: set[PurePosixPath], folder: Path) -> Package:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{function.name}.zip"
    with ZipFile(path, "w") as archive:
        for file in sorted(files):
            if file.suffix != ".py":
                add(archive, file, stage / file)
            elif file.parts[0] == "functions":
                add(archive, file, stage / file)
                add(archive, bytecode(file), compiled(stage, file))
            else:
                # A library is never read there: its bytecode alone is a quarter smaller.
                add(archive, file.with_suffix(".pyc"), compiled(stage, file))
    return Package(path, fingerprint(stage, files))


def add(archive: ZipFile, name: PurePosixPath, file: Path) -> None:
    entry = ZipInfo(str(name))  # of 1980: the same files make the same zip
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, file.read_bytes(), ZIP_DEFLATED)


def bytecode(file: PurePosixPath) -> PurePosixPath:
    """Return where Python looks for the bytecode of a module whose source is there."""
    return file.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc"


def compiled(stage: Path, file: PurePosixPath) -> Path:
    """Compile a module once. Checked by date it would be stale in every zip, and Lambda would compile at each start."""
    if not (stage / bytecode(file)).is_file():
        compile_file(
            stage / file,
            stripdir=stage,
            prependdir="/var/task",
            quiet=1,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    return stage / bytecode(file)


def fingerprint(stage: Path, files: set[PurePosixPath]) -> str:
    """Hash names and contents; not the zip, which depends on the machine's zlib and on the order of marshalling."""
    digest = hashlib.sha256(PYTHON.encode())
    for file in sorted(files):
        content = hashlib.sha256((stage / file).read_bytes()).hexdigest()
        digest.update(f"{file} {content}\n".encode())
    return digest.hexdigest()
