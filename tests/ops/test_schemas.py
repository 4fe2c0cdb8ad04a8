"""What documents repeat from the code is what the code says."""

from pathlib import Path

import pytest

from ops.schemas import with_readers, written


@pytest.mark.parametrize("path", written(), ids=lambda path: path.name)
def test_what_is_written_from_the_code_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == written()[path], "run python -m ops.schemas"


def test_a_row_tells_who_reads_what_it_names_and_nothing_else_is_touched() -> None:
    page = "| `bill#…` | `due_on`, `payment` | dates | nobody |\n| | `paid_on` | | |\n\nSome `bill` | text."

    assert with_readers(page) == (
        "| `bill#…` | `due_on`, `payment` | dates | #charges, desk |\n| | `paid_on` | | #charges, desk |\n\n"
        "Some `bill` | text."
    )
