"""The brand's content comes in whole or not at all."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.at_terminal import Terminal, place, tweetserve
from tests.places import DOCS

__all__ = ["place", "tweetserve"]  # fixtures

SAMPLES = DOCS / "samples"
SAMPLE: list[dict[str, Any]] = json.loads((SAMPLES / "catalogue.json").read_text())["items"]


def test_the_samples_come_in(tweetserve: Terminal) -> None:
    content = tweetserve.json("catalogue", "import", str(SAMPLES / "catalogue.json"))
    data = tweetserve.json("accounts", "import", str(SAMPLES / "account.json"))

    assert sum(content["items"].values()) == len(json.loads((SAMPLES / "catalogue.json").read_text())["items"])
    assert (data["rows"], data["rejected"]) == (1, 0)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"kind": "offers"}, "item 1: its kind is none of brand, offer"),
        (
            {"kind": "pause", "id": "charges"},
            "item 1 (pause charges): hashtags are switched off with `tweetserve pause`",
        ),
        ({"kind": "canned", "id": "done", "team": "all", "text": "Done."}, "item 1 (canned done): canned, id: "),
        ({**SAMPLE[0], "hours": "always"}, "write opening hours like"),
        ({**SAMPLE[1], "until_on": "2026-10-01"}, "item 1 (offer data-pack): until_on comes before from_on"),
        ({**SAMPLE[3], "platform": "android"}, "item 1 (guide ios#hotspot): its id should be android#hotspot"),
        ({**SAMPLE[4], "tags": ["dta"]}, "item 1 (notice leeds-masts): there is no hashtag #dta"),
        ({**SAMPLE[4], "next_at": "2026-11-23T09:00:00Z"}, "next_at comes before started_at"),
        ({**SAMPLE[4], "ended_at": "2026-11-23T09:00:00Z"}, "ended_at comes before started_at"),
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


def test_one_item_stands_once_in_a_file(tweetserve: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps([SAMPLE[1], SAMPLE[1]]))

    said = tweetserve("catalogue", "import", str(file))

    assert said.exit_code == 1
    assert "offer data-pack: stands in the file 2 times" in said.stderr


def test_what_is_there_and_what_a_file_would_change_can_be_read(tweetserve: Terminal, tmp_path: Path) -> None:
    tweetserve("catalogue", "import", str(SAMPLES / "catalogue.json"))
    file = tmp_path / "catalogue.json"
    canned = next(item for item in SAMPLE if item["kind"] == "canned")
    file.write_text(json.dumps([SAMPLE[0], {**SAMPLE[1], "line": "6 GB for £5"}, {**canned, "id": ";soon"}]))

    listed = tweetserve("catalogue", "list").stdout
    shown = tweetserve("catalogue", "show", "notice").stdout
    changes = tweetserve("catalogue", "diff", str(file)).stdout

    assert "offer data-pack: Data pack | 5 GB for £5, lasts 30 days" in listed
    assert "notice leeds-masts: mobile data is slow around Leeds" in shown
    assert "tags: data" in shown
    assert changes.splitlines()[:2] == ["changed offer data-pack", "  line: 5 GB for £5, lasts 30 days -> 6 GB for £5"]
    assert "new canned ;soon" in changes
    assert "brand" not in changes
    nothing = tweetserve("catalogue", "diff", str(SAMPLES / "catalogue.json"))
    assert nothing.stdout == "The file changes nothing.\n"
    assert tweetserve("catalogue", "show", "offer", "none").stderr == "There is no offer none in the catalogue.\n"


def test_a_catalogue_that_says_where_its_schema_is_comes_in(tweetserve: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    given = {"$schema": "catalogue.schema.json", "items": SAMPLE}
    file.write_text(json.dumps(given, indent=2))

    said = tweetserve.json("catalogue", "import", str(file))

    assert sum(said["items"].values()) == len(SAMPLE)
    schema = json.loads((DOCS / "schemas" / "catalogue.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(given, schema, jsonschema.Draft202012Validator)
