"""Counts that a change moves without anybody seeing it: `python -m benchmarks.counts` prints them.

They are the same on every machine, so that tests hold them to benchmarks/counts.toml. Whoever moves one writes the new
figure there, and the reason beside it.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import cold, costs, stub
from benchmarks.stub import Stub
from infra.layout import FUNCTIONS, Function
from local.run import LOCAL_AWS, NO_FILES

KEPT = Path(__file__).with_suffix(".toml")
PROBE = """
import importlib, sys
importlib.import_module(sys.argv[1])
others = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] != "functions"]
print(sum((getattr(module, "__file__", None) or "").startswith(sys.argv[2]) for module in others))
"""


def kept() -> Mapping[str, Any]:
    return tomllib.loads(KEPT.read_text(encoding="utf-8"))


def of_a_dm() -> dict[str, float]:
    """Count what an answered `#data` and its echo take."""
    answer = costs.count("#data")
    return {"read_units": answer.reads, "write_units": answer.writes, "queue": answer.queue, "sent": answer.sent}


def of_a_start(function: Function, folder: Path) -> dict[str, int]:
    """Count the libraries' modules that are there after a function's init, and the kilobytes of its zip unpacked.

    Modules of ours are not counted: a new hashtag is no news, a new library is.
    """
    run = begun(function, folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {"modules": int(run.stdout.splitlines()[-1]), "kilobytes": size // 1000}


def begun(function: Function, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run a function's init in an interpreter with these options."""
    with stub.serving(Stub()) as there:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(folder),
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
            "AWS_ENDPOINT_URL": there.url,
            "TZ": "UTC",
            **LOCAL_AWS,
            **NO_FILES,
            **stub.environment(there, function),
        }
        command = [sys._base_executable, "-S", *options, "-c", PROBE, function.module, str(folder)]  # type: ignore[attr-defined]
        return subprocess.run(  # noqa: S603 - our own command line
            command, cwd=folder, env=environment, check=True, capture_output=True, text=True
        )


def main() -> None:
    print(f"[dm]\n{_lines(of_a_dm())}")
    folders = cold.folders()
    for function in FUNCTIONS:
        print(f"\n[start.{function.name}]\n{_lines(of_a_start(function, folders[function.name]))}")


def _lines(counts: Mapping[str, float]) -> str:
    return "\n".join(f"{name} = {json.dumps(count)}" for name, count in counts.items())


if __name__ == "__main__":
    main()
