"""Rows are read from files as carriers write them, whatever stands in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.load.reading import DEEPEST, LONGEST_ROW, TOO_LONG, rows
from functions.load.sources import File, Unloadable
from tests.load.rows import document


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export"


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict | list):
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
        return
    for name, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from flat(part, f"{path}.{name}" if path else str(name))


def table(*numbers: int) -> list[str]:
    every = [dict(flat(document(number))) for number in numbers]
    return [",".join(every[0]), *(",".join(row.values()) for row in every)]


@pytest.mark.parametrize("around", [("", "\n"), ("[", "]"), ("", "")], ids=("line", "array", "document"))
def test_a_file_nested_without_end_is_refused_before_it_fills_the_memory(file: Path, around: tuple[str, str]) -> None:
    before, behind = around
    file.write_text(f'{before}{{"account":{"[" * 30 * DEEPEST}{behind}')

    with pytest.raises(Unloadable, match="is no JSON from its beginning"):
        list(rows(File(file)))


def test_a_line_nested_too_deep_is_one_reject(file: Path) -> None:
    deep = f'{{"account":{"[" * 100 * DEEPEST}'
    file.write_text(f"{json.dumps(document(1))}\n{deep}\n{json.dumps(document(2))}\n")

    assert [row.why for row in rows(File(file))] == ["", "no JSON", ""]


def test_a_row_of_a_table_that_is_too_long_is_one_reject(file: Path) -> None:
    header, first, second = table(1, 2)
    file.write_text("\n".join((header, first.replace("30 GB", "x" * 3 * LONGEST_ROW), second)) + "\n")

    assert [(row.number, row.why) for row in rows(File(file))] == [(2, TOO_LONG), (3, "")]


def test_a_cell_that_is_too_long_gets_a_sentence(file: Path) -> None:
    header, first, second = table(1, 2)
    file.write_text("\n".join((header, first.replace("30 GB", "x" * (LONGEST_ROW // 4)), second)) + "\n")

    with pytest.raises(Unloadable, match="Row 2 of export cannot be read"):
        list(rows(File(file)))


def test_a_quotation_mark_that_is_not_closed_is_named(file: Path) -> None:
    header, first, second = table(1, 2)
    file.write_text("\n".join((header, first.replace("30 GB SIM only", '"30 GB SIM only"x'), second)) + "\n")

    with pytest.raises(Unloadable, match="Row 2 of export cannot be read: a quotation mark is missing or too many"):
        list(rows(File(file)))


def test_empty_lines_before_a_table_are_passed_over(file: Path) -> None:
    file.write_text("\n\n" + "\n".join(table(1)) + "\n")

    assert [row.number for row in rows(File(file))] == [4]


def test_of_many_unknown_columns_some_are_named(file: Path) -> None:
    file.write_text(",".join(["account.kind", *(f"x{number}" for number in range(100))]) + "\n")

    with pytest.raises(Unloadable, match="no account has: x0, x1, x2, x3, x4 and 95 more"):
        list(rows(File(file)))
