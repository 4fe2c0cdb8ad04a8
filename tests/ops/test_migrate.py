"""`tweetserve migrate` writes what has to be there before it is read; `doctor` counts it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.shared.aws.rows import AUDIT, all_of, customer_pk, later_key, line_key, profile_key
from functions.shared.aws.store import Put
from functions.shared.conversation import conversations
from functions.shared.conversation.linking import Keyed
from ops import checks, migrate
from ops.place import Place
from tests.at_terminal import Terminal, place, tweetserve
from tests.running import Running

__all__ = ["place", "tweetserve"]  # fixtures

LINK = {"account_id": "account-1", "line_id": "1", "linked_at": "2026-11-01T09:00:00Z"}
LINE = Keyed(b"k").of_line("account-1", "1")


@pytest.fixture
def here(place: Place, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = replace(place, settings={**place.settings, "code_key_secret_name": place.settings["service_table"]})
    made.put_secret("code_key_secret_name", {"key": "k"})
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: made)
    return Terminal(made)


def of_before(here: Terminal, x_id: str, **more: Any) -> None:
    """A customer as the release before lines had rows wrote them."""
    row = profile_key(x_id).row({"x_id": x_id, "version": 3, "link": LINK} | more)
    here.store.commit([Put(row)])


def found(here: Terminal) -> list[str]:
    return [fault.what for fault in checks.rows(here.place)]


def test_a_customer_who_was_linked_before_lines_had_rows_gets_theirs(here: Terminal) -> None:
    for x_id in ("1", "2"):
        of_before(here, x_id)

    first, second = here.json("migrate"), here.json("migrate")

    assert first == {"dry_run": False, "of_before": 2, "written": 2, "left": 0}
    assert second == {"dry_run": False, "of_before": 0, "written": 0, "left": 0}
    line = here.store.get(*line_key(LINE))
    assert line
    assert line["linked"] == ["1", "2"]
    assert conversations.load(here.store, "1").customer.link.digest == LINE  # type: ignore[union-attr]
    [audit] = here.store.query(customer_pk("1"), all_of(AUDIT))
    assert (audit["by"], audit["did"]) == ("migrate", "named the line")


def test_a_report_of_before_locks_the_line_for_every_chat(here: Terminal) -> None:
    of_before(here, "1", locked_by="7KD2MX")
    of_before(here, "2")

    here.json("migrate")

    assert conversations.load(here.store, "2").locked


def test_a_dry_run_writes_nothing(here: Terminal) -> None:
    of_before(here, "1")

    said = here("migrate", "--dry-run")

    assert said.stdout == "Customers as an older release wrote them: 1. Nothing was written.\n"
    assert here.store.get(*line_key(LINE)) is None


def test_doctor_counts_what_other_releases_have_written(here: Terminal) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC).isoformat()
    of_before(here, "1")
    of_before(here, "2", stopped_by={"since": 3})
    reply = {
        "id": "9#survey",
        "customer": "3",
        "cause": "9",
        "text": "?",
        "key": "s",
        "kind": "survey",
        "created_at": at,
    }
    here.store.commit([Put({"pk": customer_pk("3"), "sk": "reply#9#survey"} | reply)])
    here.store.commit([Put(later_key("3", "m-1").row({"body": "{}"}))])

    assert found(here) == [
        "2 customers are as an older release wrote them.",
        "2 rows hold what a newer release has written and this one does not understand: 1 profile, 1 reply.",
        "1 messages wait for a newer release.",
    ]


def test_nothing_is_counted_where_all_is_of_this_release(here: Terminal) -> None:
    of_before(here, "1")

    here.json("migrate")

    assert found(here) == []


def test_the_demo_has_nothing_that_would_have_to_be_migrated(local_run: Running) -> None:
    assert migrate.written(local_run.place, dry_run=True)["of_before"] == 0
