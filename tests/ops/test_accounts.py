"""Account data and the catalogue come in: row by row, never older over newer, and on from where it stopped."""

import csv
import fcntl
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws import clock
from functions.shared.aws.rows import customer_pk
from functions.shared.aws.settings import client
from functions.shared.carrier import accounts
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, Link
from ops import loading
from ops.accounts import REJECTED
from tests.at_terminal import Terminal, place, tweetserve
from tests.places import DOCS

__all__ = ["place", "tweetserve"]  # fixtures

SAMPLES = DOCS / "samples"
SAMPLE: dict[str, Any] = json.loads((SAMPLES / "account.json").read_text())


def document(number: int, as_of: str = "2026-11-24T14:03:00Z", **line: Any) -> dict[str, Any]:
    account = SAMPLE["account"] | {"account_id": f"A-{number}", "as_of": as_of}
    return SAMPLE | {"account": account, "lines": [SAMPLE["lines"][0] | {"as_of": as_of} | line]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.jsonl"


def write(file: Path, *documents: Any) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return file


def stored(tweetserve: Terminal, number: int) -> accounts.Account | None:
    return accounts.read(client("dynamodb"), tweetserve.place.settings["accounts_table"], f"A-{number}")


def test_accounts_can_be_read_as_they_were_handed_in(tweetserve: Terminal, file: Path) -> None:
    said = tweetserve.json("accounts", "import", str(write(file, *map(document, range(120)))))

    assert (said["rows"], said["rejected"], said["items_written"]) == (120, 0, 360)
    found = stored(tweetserve, 119)
    assert found
    assert (found.owed_minor, found.lines[0].plan_name, found.bills[0].amount_minor) == (2345, "30 GB SIM only", 2345)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_row_that_makes_no_sense_is_named_and_the_others_come_in(tweetserve: Terminal, file: Path) -> None:
    wrong = document(2)
    wrong["account"]["owed_minor"] = 23.45
    write(file, document(1), wrong, document(3))
    with file.open("a") as more:
        more.write("{broken\n")

    said = tweetserve("accounts", "import", str(file))

    assert said.exit_code == REJECTED
    rejects = [json.loads(line) for line in loading.rejects_of(file).read_text().splitlines()]
    assert [reject["row"] for reject in rejects] == [2, 4]
    assert rejects[0]["why"].startswith("account.owed_minor: ")
    assert rejects[0]["given"] == wrong
    assert rejects[1]["why"] == "this line is no JSON"
    assert stored(tweetserve, 3)
    assert stored(tweetserve, 2) is None


def test_what_the_table_has_newer_stays(tweetserve: Terminal, file: Path) -> None:
    newer, older = "2026-11-24T15:00:00Z", "2026-11-24T14:59Z"
    tweetserve("accounts", "import", str(write(file, document(1, newer, plan_name="new"))))

    said = tweetserve.json("accounts", "import", str(write(file, document(1, older, plan_name="old"), document(2))))

    assert said["items_older"] == 3
    found = stored(tweetserve, 1)
    assert found
    assert found.lines[0].plan_name == "new"
    assert stored(tweetserve, 2)


def test_a_line_is_as_old_as_itself(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, document(1, "2026-11-24T15:00:00Z"))))
    mixed = document(1, "2026-11-24T16:00:00Z", plan_name="fresh")
    mixed["account"]["as_of"] = "2026-11-24T10:00:00Z"

    said = tweetserve.json("accounts", "import", str(write(file, mixed)))

    assert (said["items_written"], said["items_older"]) == (1, 2)
    found = stored(tweetserve, 1)
    assert found
    assert found.lines[0].plan_name == "fresh"
    assert f"{found.as_of:%H}" == "15"


class Impatient(loading.Loader):
    """Somebody presses Ctrl-C at the third chunk."""

    written = 0

    def write(self, chunk: loading.Chunk) -> tuple[int, int]:
        type(self).written += 1
        if self.written == 3:
            raise KeyboardInterrupt
        return super().write(chunk)


def test_after_ctrl_c_it_goes_on_where_it_stopped(
    tweetserve: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, {"no": "account"}, *map(document, range(299)))
    with monkeypatch.context() as during:
        during.setattr(loading, "Loader", Impatient)
        stopped = tweetserve("accounts", "import", str(file))
    assert stopped.exit_code == 130
    assert "goes on where this one has come to" in stopped.stderr
    before = loading.Progress.of(file)
    assert 0 < before.rows < 300

    read: list[int] = []
    checked = loading._checked

    def counted(number: int, end: int, given: Any) -> loading.Row:
        read.append(number)
        return checked(number, end, given)

    monkeypatch.setattr(loading, "_checked", counted)
    said = tweetserve.json("accounts", "import", str(file))

    assert read[0] == before.rows + 1
    assert (said["rows"], said["rejected"], said["items_written"]) == (300, 1, 897)
    assert len(loading.rejects_of(file).read_text().splitlines()) == 1
    assert stored(tweetserve, 298)


def test_two_imports_of_one_file_at_once_are_one_too_many(tweetserve: Terminal, file: Path) -> None:
    write(file, document(1))
    with loading.rejects_of(file).open("wb") as another:
        fcntl.flock(another, fcntl.LOCK_EX)

        said = tweetserve("accounts", "import", str(file))

    assert (said.exit_code, stored(tweetserve, 1)) == (1, None)
    assert "Somebody imports accounts.jsonl already" in said.stderr
    assert tweetserve("accounts", "import", str(file)).exit_code == 0


def test_a_dry_run_checks_every_row_and_writes_nothing(tweetserve: Terminal, file: Path) -> None:
    said = tweetserve.json("accounts", "import", str(write(file, document(1), {})), "--dry-run")

    assert (said["rows"], said["rejected"], said["items_written"]) == (2, 1, 0)
    assert stored(tweetserve, 1) is None


def test_a_closed_line_ends_its_links_and_no_other(tweetserve: Terminal, file: Path) -> None:
    for x_id, number in (("2000000000000000011", 1), ("2000000000000000012", 2)):
        stranger = Conversation(Customer(x_id))
        linked = Conversation(Customer(x_id, link=Link(f"A-{number}", "1", clock.now())))
        conversations.save(tweetserve.store, stranger, linked, by="test", did="linked", now=clock.now())

    said = tweetserve.json("accounts", "import", str(write(file, document(1, status="closed"), document(2))))

    assert said["links_ended"] == 1
    ended = conversations.load(tweetserve.store, "2000000000000000011").customer
    assert (ended.link, ended.link_ended) == (None, True)
    assert conversations.load(tweetserve.store, "2000000000000000012").customer.link
    audit = tweetserve.store.query(customer_pk("2000000000000000011"), "audit#")
    assert audit[-1]["changes"] == ["link cleared"]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
        return
    for name, part in parts:
        yield from flat(part, f"{path}.{name}" if path else str(name))


def test_a_table_of_columns_says_the_same_as_json(tweetserve: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    rows = [dict(flat(document(number))) for number in (1, 2)]
    with file.open("w", newline="", encoding="utf-8-sig") as lines:
        writer = csv.DictWriter(lines, fieldnames=rows[0])
        writer.writeheader()
        writer.writerows(rows)

    said = tweetserve.json("accounts", "import", str(file))

    assert (said["rows"], said["rejected"]) == (2, 0)
    assert stored(tweetserve, 1) == accounts.of(accounts.items(document(1)))


def test_a_file_without_such_columns_gets_a_sentence(tweetserve: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("id,name\n1,x\n")

    said = tweetserve("accounts", "import", str(file))

    assert said.exit_code == 1
    assert "has no columns like account.account_id" in said.stderr


def test_the_age_of_the_data_can_be_asked(tweetserve: Terminal, file: Path) -> None:
    old = f"{clock.now() - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    tweetserve("accounts", "import", str(write(file, document(1, old))))

    said = tweetserve.json("accounts", "status")

    assert said["line"] == {"looked_at": 1, "newest": old, "oldest": old, "older_than_a_day": 1}


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
