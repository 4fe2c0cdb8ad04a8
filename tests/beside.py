"""What is said beside a hashtag that only reads: trouble that is swallowed, and cases that nobody needs.

As a command it prints both for each hashtag: `uv run --all-groups python -m tests.beside`.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from rich.console import Console
from rich.table import Table

from functions.commands.registry import Command, registry
from tests.asking import decided
from tests.places import DATA

WAYS = 100
SAID: dict[str, list[str]] = tomllib.loads((DATA / "beside.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Count:
    tag: str
    swallowed: Sequence[str]
    """Trouble that got an answer and no person."""
    needless: Sequence[str]
    """Harmless questions that opened a case."""


def reading() -> list[Command]:
    """Return the hashtags that only read, and that open no case by themselves."""
    quiet = (command for command in registry().commands if not (command.changes or command.alone or command.stops))
    return [command for command in quiet if not command.for_people and decided(f"#{command.tag}").case is None]


def ways(beside: Sequence[str]) -> Iterator[str]:
    """Say each of these with every opening and ending, the hashtag's place left open; the first of each come first."""
    for (ending, opening), said in product(zip(SAID["endings"], (*SAID["openings"], ""), strict=True), beside):
        yield f"{opening}{{tag}} {said}{ending}"


def count(command: Command, ways_of_each: int = WAYS) -> Count:
    def cases(beside: str) -> Iterator[tuple[str, Any]]:
        for way in islice(ways(SAID[beside]), ways_of_each):
            says = way.format(tag=f"#{command.tag}")
            yield says, decided(says).case

    return Count(
        tag=command.tag,
        swallowed=[says for says, case in cases("troubled") if case is None],
        needless=[says for says, case in cases("harmless") if case is not None],
    )


def table(counts: Sequence[Count]) -> Table:
    shown = Table("hashtag", box=None, header_style="")
    for head in ("troubled", "swallowed", "harmless", "needless"):
        shown.add_column(head, justify="right")
    for one in counts:
        shown.add_row(f"#{one.tag}", str(WAYS), str(len(one.swallowed)), str(WAYS), str(len(one.needless)))
    return shown


if __name__ == "__main__":
    found = [count(command) for command in reading()]
    Console().print(table(found))
    for one in found:
        for says in (*one.swallowed, *one.needless):
            Console().print(says)
