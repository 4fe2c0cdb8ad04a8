"""One place spells the keys of the service table."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.shared.aws import rows
from functions.shared.aws.store import stamp

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
KINDS = (
    "account|audit|back|calls|case|consent|credit|customer|dm|ended|entry|erased|load|number|reply|request|send|sent|slot"
    "|staff|tellme"
)
SPELT = re.compile(rf"""["'](?:{KINDS})#|["']pk["']: |\["sk"\]\)?\.\w*(?:prefix|partition|startswith)""")


def test_only_what_somebody_said_is_on_the_clock_to_be_deleted_and_all_else_left_to_ttl() -> None:
    key, seconds = rows.dm_key("7", "1"), int(NOW.timestamp())

    assert key.row({}, until=NOW) == {"pk": "customer#7", "sk": "dm#1", "expires_at": seconds}
    assert key.row_of_words({}, until=NOW) == key.row({}, until=NOW) | {"clock": rows.FORGET, "look_at": stamp(NOW)}


def test_only_rows_spells_and_cuts_a_key() -> None:
    files = [path for folder in ("functions", "infra", "local", "ops") for path in (ROOT / folder).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in files if SPELT.search(path.read_text())}

    # `Store` writes pk and sk whatever they are; `ending` gives a cut what a scan gave it.
    assert found - {"functions/shared/aws/store.py", "functions/load/ending.py"} == {"functions/shared/aws/rows.py"}


@pytest.mark.parametrize(
    ("key", "kind", "rest"),
    [
        (rows.profile_key("7"), rows.PROFILE, ""),
        (rows.reply_key("7", "1#reply"), rows.REPLY, "1#reply"),
        (rows.dm_key("7", "1"), rows.DM, "1"),
        (rows.sent_key("7", "1"), rows.SENT, "1"),
        (rows.consent_key("7", "1", "link"), rows.CONSENT, "1#link"),
        (rows.audit_key("7", 3), rows.AUDIT, "000000000003"),
    ],
)
def test_a_row_of_a_customer_says_whose_it_is_and_what(key: rows.Key, kind: str, rest: str) -> None:
    row = key.row({})

    assert (rows.x_id_in(row), rows.kind_in(row), rows.id_in(row)) == ("7", kind, rest)


@pytest.mark.parametrize(
    "key", [rows.case_key("7KD2MX"), rows.entry_key("7KD2MX", NOW, "1#note"), rows.back_key("ann", NOW, "7KD2MX")]
)
def test_a_row_of_a_case_says_which(key: rows.Key) -> None:
    assert rows.case_id_in(key.row({})) == "7KD2MX"
