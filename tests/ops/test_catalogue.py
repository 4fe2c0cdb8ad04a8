"""The brand's content comes in whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.at_terminal import Terminal, place, tweetserve
from tests.places import DOCS

__all__ = ["place", "tweetserve"]  # fixtures

SAMPLES = DOCS / "samples"


def test_the_sample_catalogue_comes_in_but_for_its_pause(tweetserve: Terminal, tmp_path: Path) -> None:
    items = [item for item in json.loads((SAMPLES / "catalogue.json").read_text()) if item["kind"] != "pause"]
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps(items))

    said = tweetserve.json("catalogue", "import", str(file))

    assert sum(said["items"].values()) == len(items)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"kind": "offers"}, "item 1: its kind is none of brand, offer"),
        ({"kind": "pause", "id": "charges"}, "item 1: hashtags are switched off with `tweetserve pause`"),
        ({"kind": "canned", "id": "done", "team": "all", "text": "Done."}, "item 1: canned, id: "),
        ({**json.loads((SAMPLES / "catalogue.json").read_text())[0], "hours": "always"}, "write opening hours like"),
    ],
)
def test_a_catalogue_with_a_mistake_is_not_written(
    tweetserve: Terminal, tmp_path: Path, item: dict[str, Any], sentence: str
) -> None:
    file = tmp_path / "catalogue.jsonl"
    file.write_text(json.dumps(item))

    said = tweetserve("catalogue", "import", str(file))

    assert said.exit_code == 1
    assert sentence in said.stderr
