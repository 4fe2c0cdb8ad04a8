"""Where a cold start goes, by library: `python -m benchmarks.imports [FUNCTION ...]`, of the zips that are deployed."""

import sys
from collections import Counter
from collections.abc import Iterator

from benchmarks import cold, counts
from infra.layout import FUNCTIONS, Function

SHOWN = 8


def parts(function: Function, said: str) -> Iterator[str]:
    """Yield what the interpreter tells of imports, summed up by library, as lines of a table.

    What is made in init is in the time of the module that asks for it, one of ours.
    """
    spent, modules = Counter[str](), Counter[str]()
    for line in said.splitlines():
        if not line.startswith("import time:") or "[us]" in line:
            continue
        own, _, module = line.removeprefix("import time:").split("|")
        library = module.strip().partition(".")[0]
        spent[library] += int(own)
        modules[library] += 1
    others = set(spent) - {library for library, _ in spent.most_common(SHOWN)}
    for library, took in spent.most_common(SHOWN):
        yield f"| {function.name} | {library} | {modules[library]} | {took / spent.total():.0%} |"
    rest = sum(spent[library] for library in others)
    yield f"| {function.name} | all else | {sum(modules[library] for library in others)} | {rest / spent.total():.0%} |"


def main(*names: str) -> None:
    folders = cold.folders()
    print("| function | library | modules | part of init |\n|---|---|---:|---:|")
    for function in FUNCTIONS:
        if function.name in names:
            said = counts.begun(function, folders[function.name], "-X", "importtime").stderr
            print("\n".join(parts(function, said)))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ("webhook", "commands")))
