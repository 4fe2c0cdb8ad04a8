"""Account data and the catalogue come in: row by row, never older over newer, and on from where it stopped."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.load import loads
from functions.load.checking import document_of
from functions.load.loading import How, load
from functions.load.reading import Row
from functions.load.sources import File
from functions.load.writing import Table
from functions.shared.aws import clock
from functions.shared.aws.rows import customer_pk
from functions.shared.aws.settings import client
from functions.shared.aws.typed import typed
from functions.shared.carrier import accounts
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, Link
from ops.accounts import REJECTED, rejects_of
from ops.place import LOCAL
from tests.at_terminal import Terminal, place, tweetserve
from tests.buckets import bucket, s3
from tests.places import DOCS

__all__ = ["bucket", "place", "s3", "tweetserve"]  # fixtures

SAMPLES = DOCS / "samples"
SAMPLE: dict[str, Any] = json.loads((SAMPLES / "account.json").read_text())


def document(number: int, as_of: str = "2026-11-24T14:03:00Z", **line: Any) -> dict[str, Any]:
    account = SAMPLE["account"] | {"account_id": f"A-{number}", "as_of": as_of}
    return SAMPLE | {
        "account": account,
        "lines": [SAMPLE["lines"][0] | {"as_of": as_of, "number": f"+4477009{number:05}"} | line],
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.jsonl"


def write(file: Path, *documents: Any) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return file


def stored(tweetserve: Terminal, number: int) -> accounts.Account | None:
    return accounts.read_account(client("dynamodb"), tweetserve.place.settings["accounts_table"], f"A-{number}")


def test_accounts_can_be_read_as_they_were_handed_in(tweetserve: Terminal, file: Path) -> None:
    said = tweetserve.json("accounts", "import", str(write(file, *map(document, range(120)))))

    assert (said["rows"], said["rejected"], said["written"]) == (120, 0, 360)
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
    rejects = [json.loads(line) for line in rejects_of(str(file)).read_text().splitlines()]
    assert [reject["row"] for reject in rejects] == [2, 4]
    assert rejects[0]["why"].startswith("account.owed_minor: ")
    assert rejects[0]["given"] == wrong
    assert rejects[1]["why"] == "no JSON"
    assert stored(tweetserve, 3)
    assert stored(tweetserve, 2) is None


def test_what_the_table_has_newer_stays(tweetserve: Terminal, file: Path) -> None:
    newer, older = "2026-11-24T15:00:00Z", "2026-11-24T14:59Z"
    tweetserve("accounts", "import", str(write(file, document(1, newer, plan_name="new"))))

    said = tweetserve.json("accounts", "import", str(write(file, document(1, older, plan_name="old"), document(2))))

    assert said["older"] == 3
    found = stored(tweetserve, 1)
    assert found
    assert found.lines[0].plan_name == "new"
    assert stored(tweetserve, 2)


def test_a_line_is_as_old_as_itself(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, document(1, "2026-11-24T15:00:00Z"))))
    mixed = document(1, "2026-11-24T16:00:00Z", plan_name="fresh")
    mixed["account"]["as_of"] = "2026-11-24T10:00:00Z"

    said = tweetserve.json("accounts", "import", str(write(file, mixed)))

    assert (said["written"], said["older"]) == (1, 2)
    found = stored(tweetserve, 1)
    assert found
    assert found.lines[0].plan_name == "fresh"
    assert f"{found.as_of:%H}" == "15"


def test_a_dry_run_checks_every_row_and_writes_nothing(tweetserve: Terminal, file: Path) -> None:
    said = tweetserve.json("accounts", "import", str(write(file, document(1), {})), "--dry-run")

    assert (said["rows"], said["rejected"], said["written"]) == (2, 1, 3)
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


class Killed(BaseException):
    """The process is gone: nothing that would tidy up runs."""


def table_of(tweetserve: Terminal) -> Table:
    return Table(client("dynamodb"), tweetserve.place.settings["accounts_table"], tweetserve.store)


def loaded_until(tweetserve: Terminal, file: Path, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load, and be killed at a write."""
    done = 0
    write = Table._write

    def fatal(self: Table, plans: Any) -> Any:
        nonlocal done
        done += 1
        if done == calls:
            raise Killed
        return write(self, plans)

    with monkeypatch.context() as during, rejects_of(str(file)).open("w+b") as rejects:
        during.setattr(Table, "_write", fatal)
        with pytest.raises(Killed):
            load(File(file), table_of(tweetserve), How(), rejects)


def test_what_was_stopped_goes_on_there_and_says_so(
    tweetserve: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, {"no": "account"}, *map(document, range(599)))
    loaded_until(tweetserve, file, 4, monkeypatch)
    [stopped] = loads.newest_loads(tweetserve.store, 5)
    checked: list[int] = []

    def counted(row: Row, now: datetime) -> accounts.Document | str:
        checked.append(row.number)
        return document_of(row, now)

    monkeypatch.setattr("functions.load.batches.document_of", counted)

    said = tweetserve("accounts", "import", str(file), "--json")

    came = json.loads(said.stdout)
    assert 0 < stopped.row < 600
    assert checked[0] == stopped.row + 1
    assert f"goes on at row {stopped.row + 1:,}" in said.stderr
    assert (came["rows"], came["rejected"], came["written"] + came["unchanged"]) == (600, 1, 3 * 599)
    assert len(rejects_of(str(file)).read_text().splitlines()) == 1
    assert [one.state for one in loads.newest_loads(tweetserve.store, 5)] == ["done"]


def test_the_next_night_s_file_of_the_same_size_is_read_from_its_start(
    tweetserve: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, *map(document, range(400)))
    loaded_until(tweetserve, file, 4, monkeypatch)
    size = file.stat().st_size
    write(file, *(document(number, "2026-11-25T14:03:00Z") for number in range(400)))

    said = tweetserve("accounts", "import", str(file), "--json")

    assert file.stat().st_size == size
    assert json.loads(said.stdout)["written"] == 2 * 400 + (400 - json.loads(said.stdout)["unchanged"])
    found = stored(tweetserve, 0)
    assert found
    assert f"{found.as_of:%d}" == "25"


def test_the_same_file_again_writes_nothing_and_one_changed_account_one(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, *map(document, range(50)))))

    again = tweetserve.json("accounts", "import", str(file))
    changed = tweetserve.json(
        "accounts", "import", str(write(file, *map(document, range(49)), document(49, plan_name="x")))
    )

    assert (again["written"], again["unchanged"]) == (0, 150)
    assert (changed["written"], changed["unchanged"]) == (1, 149)


def test_what_comes_from_the_future_is_refused_and_what_is_there_from_it_is_replaced(
    tweetserve: Terminal, file: Path
) -> None:
    table = table_of(tweetserve)
    for item in accounts.items(document(1, "2062-01-01T00:00:00Z")):
        table.client.put_item(TableName=table.name, Item=typed(item))

    refused = tweetserve.json("accounts", "import", str(write(file, document(2, "2062-01-01T00:00:00Z"))))
    said = tweetserve.json("accounts", "import", str(write(file, document(1))))

    assert refused["reasons"] == {"account.as_of: is later than now": 1}
    assert (said["written"], said["older"]) == (3, 0)
    found = stored(tweetserve, 1)
    assert found
    assert found.as_of.year == 2026


def test_a_file_that_is_older_than_what_is_there_is_no_success(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, document(1, "2026-11-24T15:00:00Z"))))

    said = tweetserve("accounts", "import", str(write(file, document(1, "2026-11-24T14:00:00Z"))))

    assert said.exit_code == 1
    assert "More than 1 % of the file is older" in said.stderr


def linked_to(tweetserve: Terminal, x_id: str, account_id: str, line_id: str) -> None:
    stranger = Conversation(Customer(x_id))
    linked = Conversation(Customer(x_id, link=Link(account_id, line_id, clock.now())))
    conversations.save(tweetserve.store, stranger, linked, by="test", did="linked", now=clock.now())


def test_a_line_that_leaves_its_account_s_document_ends_and_its_links(tweetserve: Terminal, file: Path) -> None:
    two = document(1)
    two["lines"] = [*two["lines"], two["lines"][0] | {"line_id": "2", "role": "user", "number": "+447700900222"}]
    tweetserve("accounts", "import", str(write(file, two, document(3))))
    linked_to(tweetserve, "2000000000000000011", "A-1", "2")

    said = tweetserve.json("accounts", "import", str(write(file, document(1))))

    assert (said["lines_ended"], said["links_ended"], said["accounts_ended"]) == (1, 1, 0)
    found = stored(tweetserve, 1)
    assert found
    assert [line.line_id for line in found.lines] == ["1"]
    assert conversations.load(tweetserve.store, "2000000000000000011").customer.link_ended
    assert stored(tweetserve, 3)


def test_what_a_full_load_lacks_ends_unless_it_is_too_much(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, *map(document, range(10)))))
    linked_to(tweetserve, "2000000000000000011", "A-9", "1")
    write(file, *map(document, range(9)))

    stopped = tweetserve("accounts", "import", str(file), "--full")
    kept = stored(tweetserve, 9)
    said = tweetserve.json("accounts", "import", str(file), "--full", "--shrink", "11")

    assert stopped.exit_code == 1
    assert "lacks 1 of 10 accounts, 10 %, so nothing has ended" in stopped.stderr
    assert kept
    assert (said["accounts_ended"], said["links_ended"]) == (1, 1)
    assert stored(tweetserve, 9) is None
    assert stored(tweetserve, 8)


def test_a_full_load_with_a_row_of_nobody_ends_nothing(tweetserve: Terminal, file: Path) -> None:
    tweetserve("accounts", "import", str(write(file, *map(document, range(10)))))

    said = tweetserve("accounts", "import", str(write(file, {}, *map(document, range(9)))), "--full", "--shrink", "50")

    assert said.exit_code == 1
    assert "Nothing has ended" in said.stderr
    assert stored(tweetserve, 9)


def test_one_load_runs_at_a_time(tweetserve: Terminal, file: Path) -> None:
    other = loads.Holder("elsewhere", 1)
    loads.take_lease(tweetserve.store, other, clock.now())

    said = tweetserve("accounts", "import", str(write(file, document(1))))

    assert said.exit_code == 1
    assert "Another load runs" in said.stderr
    loads.give_back(tweetserve.store, other)
    assert tweetserve("accounts", "import", str(file)).exit_code == 0


def test_rejects_are_mended_and_fed_again(tweetserve: Terminal, file: Path) -> None:
    wrong = document(1, renewed_on="2026-12-05")
    tweetserve("accounts", "import", str(write(file, wrong)))
    rejects = rejects_of(str(file))
    assert json.loads(rejects.read_text())["why"] == "a period ends before it begins"
    rejects.write_text(rejects.read_text().replace("2026-12-05", "2026-11-05"))

    said = tweetserve.json("accounts", "import", str(rejects))

    assert (said["rows"], said["rejected"]) == (1, 0)
    assert stored(tweetserve, 1)


def changed(path: str, value: Any) -> dict[str, Any]:
    whole = json.loads(json.dumps(document(1)))
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    inner: Any = whole
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return dict(whole)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("lines.0.resets_on", "2026-01-01", "a period ends before it begins"),
        ("bills.0.due_on", "2026-01-01", "a bill is due before it is issued"),
        ("lines.0.role", "user", "no line is the holder's"),
        ("account.extra_charges_minor", 119, "the extras are more than extra_charges_minor, their sum"),
        ("lines.0.plan_name", "30 GB\nSIM", "lines.0.plan_name: has a line break or another sign that cannot be seen"),
        ("lines.0.number", "4.47E+11", "lines.0.number: was rounded by a spreadsheet: export the column as text"),
        ("lines.0.number", "07700900111", "lines.0.number: is not written like +447700900123"),
        ("account.account_id", "nobody", "account_id: 'nobody' is kept for no account"),
        ("account.kind", "yearly", "account.kind: is none of 'monthly' or 'prepaid'"),
        ("account.owed_minor", 23.45, "account.owed_minor: is no whole number"),
        ("account.owed", 1, "account.owed: is no attribute"),
        ("lines", [], "lines: is empty"),
    ],
)
def test_nonsense_is_refused_in_words(tweetserve: Terminal, file: Path, path: str, value: Any, why: str) -> None:
    said = tweetserve("accounts", "import", str(write(file, changed(path, value), document(2))))

    assert said.exit_code == REJECTED
    assert json.loads(rejects_of(str(file)).read_text())["why"] == why


def test_a_number_stands_in_one_account_of_a_file(tweetserve: Terminal, file: Path) -> None:
    said = tweetserve.json("accounts", "import", str(write(file, document(1), changed("account.account_id", "A-2"))))

    assert said["reasons"] == {"the number of one of its lines is in another account of the file": 1}


def lines_of(*documents: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in documents)


def table_text(separator: str = ",", end: str = "\r\n") -> str:
    rows = [dict(flat(document(number))) for number in (1, 2)]
    return end.join(separator.join(line) for line in (rows[0], *(row.values() for row in rows))) + end


@pytest.mark.parametrize(
    "content",
    [
        lines_of(document(1), document(2)).encode("utf-8-sig"),
        lines_of(document(1), document(2)).replace("\n", "\r\n").encode("utf-16"),
        lines_of(document(1, plan_name="Café"), document(2)).replace("\\u00e9", "é").encode("cp1252"),
        gzip.compress(lines_of(document(1), document(2)).encode(), mtime=0),
        json.dumps([document(1), document(2)], indent=2).encode(),
        json.dumps([document(1), document(2)]).encode("utf-16-le"),
        "\n".join(json.dumps(document(number), indent=2) for number in (1, 2)).encode(),
        table_text().encode("utf-8-sig"),
        table_text(";", "\n").encode("utf-16"),
        table_text("\t", "\r").encode(),
        gzip.compress(table_text("|").encode(), mtime=0),
    ],
    ids=(
        "BOM",
        "UTF-16",
        "Windows",
        "gzip",
        "array",
        "array in UTF-16",
        "pretty",
        "CSV",
        "semicolons",
        "tabs",
        "packed CSV",
    ),
)
def test_files_come_in_as_carriers_write_them(tweetserve: Terminal, file: Path, content: bytes) -> None:
    file.write_bytes(content)

    said = tweetserve.json("accounts", "import", str(file))

    assert (said["rows"], said["rejected"], said["state"]) == (2, 0, "done")
    assert stored(tweetserve, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"[]", "holds no account"),
        (lines_of(document(1), document(2))[:-40].encode(), "ends in the middle of row 2"),
        (json.dumps([document(1), document(2)])[:-40].encode(), "ends in the middle of row 2"),
        (gzip.compress(lines_of(*map(document, range(300))).encode(), mtime=0)[:-40], "ends in the middle of row"),
        (json.dumps([document(1), document(2)]).replace(', {"$', ' {"$', 1).encode(), "is no JSON behind document"),
        (table_text()[:-60].encode(), "ends in the middle of row 3"),
        (
            table_text().replace("account.kind", "account.sort").encode(),
            "has columns that no account has: account.sort",
        ),
        (table_text().replace("account.kind", "account.status").encode(), "has columns twice: account.status"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive"),
        (lines_of(*({} for _ in range(1500))).encode(), "rows is rejected, most of them for 'account: is missing'"),
    ],
)
def test_a_file_that_is_none_gets_one_sentence(tweetserve: Terminal, file: Path, content: bytes, sentence: str) -> None:
    file.write_bytes(content)

    said = tweetserve("accounts", "import", str(file))

    assert said.exit_code == 1
    assert sentence in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_a_row_of_ten_megabytes_and_a_second_header_are_rejects(tweetserve: Terminal, file: Path) -> None:
    file.write_text(lines_of(document(1, plan_name="x" * 10_000_000), document(2)))
    large = tweetserve.json("accounts", "import", str(file))
    file.write_text(table_text() + table_text())
    twice = tweetserve.json("accounts", "import", str(file))

    assert large["reasons"] == {"a row of more than 1,048,576 signs": 1}
    assert twice["reasons"] == {"the header once more": 1}


def test_a_file_that_grows_while_it_is_read_is_not_done(
    tweetserve: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, document(1))
    bring = Table.bring

    def meanwhile(self: Table, *given: Any) -> Any:
        with file.open("a") as more:
            more.write(lines_of(document(2)))
        return bring(self, *given)

    with monkeypatch.context() as during:
        during.setattr(Table, "bring", meanwhile)
        said = tweetserve("accounts", "import", str(file))

    assert said.exit_code == 1
    assert "was written to while it was read" in said.stderr
    assert tweetserve.json("accounts", "import", str(file))["rows"] == 2


def test_an_object_in_s3_comes_in_and_one_that_is_not_there_gets_a_sentence(
    tweetserve: Terminal, s3: Any, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    there = replace(tweetserve.place, aws=LOCAL)
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: there)
    s3.put_object(Bucket=bucket, Key="a/b.gz", Body=gzip.compress(lines_of(*map(document, range(300))).encode()))

    said = tweetserve.json("accounts", "import", f"s3://{bucket}/a/b.gz")
    missing = tweetserve("accounts", "import", f"s3://{bucket}/a/c.gz")
    nowhere = tweetserve("accounts", "import", "s3://no-such-bucket-here/a")

    assert (said["rows"], said["rejected"], said["source"]) == (300, 0, f"s3://{bucket}/a/b.gz")
    assert stored(tweetserve, 299)
    assert (missing.exit_code, missing.stderr) == (1, f"There is no s3://{bucket}/a/c.gz.\n")
    assert (nowhere.exit_code, nowhere.stderr) == (1, "There is no s3://no-such-bucket-here/a.\n")
    assert list(tmp_path.glob("*.rejected.jsonl")) == []


def test_what_was_stopped_is_loaded_anew_where_its_rejects_have_gone(
    tweetserve: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, {"no": "account"}, *map(document, range(399)))
    loaded_until(tweetserve, file, 4, monkeypatch)
    rejects_of(str(file)).unlink()

    said = tweetserve.json("accounts", "import", str(file))

    assert (said["rows"], said["rejected"]) == (400, 1)
    [reject] = rejects_of(str(file)).read_text().splitlines()
    assert json.loads(reject)["row"] == 1


def test_names_of_the_last_release_are_taken_and_said(tweetserve: Terminal, file: Path) -> None:
    file.write_text(lines_of(document(1)).replace("_minor", "_pence").replace('"minor"', '"pence"'))

    said = tweetserve("accounts", "import", str(file))

    assert said.stdout.count("_pence are taken for _minor") == 1
    assert stored(tweetserve, 1) == accounts.of(accounts.items(document(1)))


def test_loads_and_the_age_of_the_data_can_be_asked(tweetserve: Terminal, file: Path) -> None:
    assert "Nothing has been loaded yet" in tweetserve("accounts", "status").stdout
    old = f"{clock.now() - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    tweetserve("accounts", "import", str(write(file, document(1, old))))

    status = tweetserve.json("accounts", "status")
    [one] = tweetserve.json("accounts", "loads")

    assert (status["hours"], status["old"], status["many_were_old"]) == (48, True, True)
    assert (one["rows"], one["source"], one["state"]) == (1, str(file), "done")
    assert "@" in one["by"]
