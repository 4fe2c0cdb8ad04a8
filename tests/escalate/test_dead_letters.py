"""Messages that failed for good: every one ends with a person or is known to need none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.escalate import dead_letters
from functions.escalate.dead_letters import Reader
from functions.shared.aws import store, telemetry
from functions.shared.aws.rows import customer_pk, dm_key, line_key
from functions.shared.aws.store import Cancelled
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, Link
from functions.shared.conversation.linking import Keyed
from functions.shared.wording.safety import SMS_LINKED, UNDONE
from tests.at_desk import START, Office
from tests.ringing import rung

ALICE = "2000000000000000011"
DM_ID = "1990000000000000001"
MESSAGE = {"kind": "dm", "id": DM_ID, "customer": ALICE, "handle": "alice", "text": "my secret", "sent_at": 1}


@pytest.fixture
def reader(office: Office, monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader(office.store, office.line, Keyed(b"test"))
    monkeypatch.setattr(dead_letters, "reader", lambda: made)
    return made


def dies(message: Any, *, group: str = ALICE) -> None:
    """Bring a message of the dead letters' queue, as SQS does."""
    record = {
        "messageId": "6c1f6c1c-0001-4e3a-9a65-0c1f6c1c0001",
        "receiptHandle": "receipt",
        "body": message if isinstance(message, str) else json.dumps(message),
        "attributes": {
            "SentTimestamp": str(int(START.timestamp() * 1000)),
            "MessageGroupId": group,
            "ApproximateReceiveCount": "1",
        },
    }
    dead_letters.lambda_handler({"Records": [record]}, None)


def dead_rows(office: Office) -> list[dict[str, Any]]:
    return office.store.query("dead")


@pytest.mark.usefixtures("reader")
def test_a_dm_that_nobody_could_answer_becomes_a_case(office: Office) -> None:
    dies(MESSAGE)

    case = office.next("agent-1")
    assert (case["team"], case["kind"], case["handle"]) == ("general", "failed", "alice")
    assert case["due_at"] == "2026-11-24T15:00:00Z"
    assert [entry["text"] for entry in office.show("agent-1", case)["entries"]] == ["my secret"]
    record = office.store.get(*dm_key(ALICE, DM_ID))
    assert record
    assert record["disposition"] == "escalated"


@pytest.mark.usefixtures("reader")
def test_it_is_recorded_for_ops_without_what_was_said_or_who_said_it(
    office: Office, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    dies(MESSAGE)

    (row,) = dead_rows(office)

    assert rung("dead-letters", logged) == 1
    assert row["sk"] == f"2026-11-24T14:00:00.000000Z#{DM_ID}"
    assert (row["kind"], row["case"]) == ("dm", office.next("agent-1")["id"])
    assert "secret" not in str(row)
    assert ALICE not in str(row)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("says", ["#stop", "please stop messaging me", "ＳＴＯＰ"])
def test_a_stop_that_nobody_could_answer_stops_all_the_same_and_people_know(office: Office, says: str) -> None:
    dies(MESSAGE | {"text": says})

    customer = conversations.load(office.store, ALICE).customer
    assert customer.stopped_by == DM_ID
    assert [row["given"] for row in office.store.query(customer_pk(ALICE), "consent#")] == [False]
    entries = office.show("agent-1", office.next("agent-1"))["entries"]
    assert [entry["text"] for entry in entries] == [says, dead_letters.STOPPED]


@pytest.mark.usefixtures("reader")
def test_a_stop_that_is_older_than_a_start_stops_nothing(office: Office) -> None:
    began = Conversation(Customer(ALICE, started_by=str(int(DM_ID) + 1)))
    conversations.save(office.store, Conversation(Customer(ALICE)), began, by="test", did="started", now=START)

    dies(MESSAGE | {"text": "#stop"})

    assert not conversations.load(office.store, ALICE).customer.stopped
    assert office.store.query(customer_pk(ALICE), "consent#") == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(("earlier", "linked"), [(0, False), (1, True)])
def test_what_was_taken_back_at_x_ends_the_link_that_was_there_then(office: Office, earlier: int, linked: bool) -> None:
    known = Conversation(Customer(ALICE, link=Link("account-1", "1", START)))
    conversations.save(office.store, Conversation(Customer(ALICE)), known, by="test", did="linked", now=START)
    at = int(START.timestamp() * 1000) - earlier

    dies({"kind": "revoked", "id": "revoked-1", "customer": ALICE, "sent_at": at})

    assert (conversations.load(office.store, ALICE).customer.link is not None) == linked
    texts = [entry["text"] for entry in office.show("agent-1", office.next("agent-1"))["entries"]]
    assert (dead_letters.UNLINKED in texts) == (not linked)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("says", ["my phone stops charging", "stop charging me twice", "cancel"])
def test_other_words_that_nobody_could_answer_stop_nothing(office: Office, says: str) -> None:
    dies(MESSAGE | {"text": says})

    assert not conversations.load(office.store, ALICE).customer.stopped


def test_a_theft_that_nobody_could_answer_locks_the_line_of_an_older_link(office: Office, reader: Reader) -> None:
    known = Conversation(Customer(ALICE, link=Link("account-1", "1", START)))
    conversations.save(office.store, Conversation(Customer(ALICE)), known, by="test", did="linked", now=START)

    dies(MESSAGE | {"text": "my phone was stolen last night, please block it"})

    line = office.store.get(*line_key(reader.keyed.of_line("account-1", "1")))
    assert line
    assert line["locked_by"] == [conversations.load(office.store, ALICE).customer.case]


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("said", [SMS_LINKED.format(brand="Example", time="14:15", lost_phone="0800 1"), UNDONE])
def test_our_own_words_that_nobody_could_answer_are_nobodys_trouble(office: Office, said: str) -> None:
    dies(MESSAGE | {"text": said})

    assert conversations.load(office.store, ALICE).customer.locked_by is None
    assert office.next("agent-1")["team"] == "general"


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("says", ["my phone was stolen last night, please block it", "stop my sim, I was mugged"])
def test_a_theft_that_nobody_could_answer_locks_and_is_urgent_all_the_same(office: Office, says: str) -> None:
    dies(MESSAGE | {"text": says})

    customer = conversations.load(office.store, ALICE).customer
    assert (customer.locked_by, customer.stopped) == (customer.case, False)
    case = office.next("agent-1")
    assert (case["team"], case["kind"], case["due_at"]) == ("urgent", "line_block", "2026-11-24T14:15:00Z")


@pytest.mark.usefixtures("reader")
def test_urgent_words_that_nobody_could_answer_raise_the_open_case(office: Office) -> None:
    office.writes(ALICE, "hello")

    dies(MESSAGE | {"text": "my phone was stolen"})

    case = office.next("agent-1")
    assert (case["team"], case["kind"]) == ("urgent", "line_block")
    assert conversations.load(office.store, ALICE).customer.locked_by == case["id"]


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("says", ["#urgent", "#sos my bill"])
def test_the_hashtag_for_what_is_urgent_is_heard_too(office: Office, says: str) -> None:
    dies(MESSAGE | {"text": says})

    assert office.next("agent-1")["team"] == "urgent"


@pytest.mark.usefixtures("reader")
def test_the_same_dead_letter_twice_is_one_case_and_one_entry(office: Office) -> None:
    dies(MESSAGE)
    dies(MESSAGE)

    case = office.next("agent-1")
    assert office.next("agent-1") is None
    assert len(office.show("agent-1", case)["entries"]) == 1
    assert [row["case"] for row in dead_rows(office)] == [case["id"]]


@pytest.mark.usefixtures("reader")
def test_a_dm_that_was_decided_about_after_all_opens_nothing(office: Office) -> None:
    office.put(dm_key(ALICE, DM_ID).row({"disposition": "answered"}))

    dies(MESSAGE)

    assert office.next("agent-1") is None
    assert len(dead_rows(office)) == 1


@pytest.mark.usefixtures("reader")
def test_a_dm_that_is_decided_about_at_the_same_moment_opens_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(self: store.Store, writes: Any, commit: Any = store.Store.commit) -> None:
        if any(write.name == f"dm#{DM_ID}" for write in writes):
            office.put(dm_key(ALICE, DM_ID).row({"disposition": "answered"}))
        commit(self, writes)

    put = store.Store.commit
    monkeypatch.setattr(office, "put", lambda item: put(office.store, [store.Put(item)]))
    monkeypatch.setattr(store.Store, "commit", overtaken)

    dies(MESSAGE)

    assert office.next("agent-1") is None


@pytest.mark.usefixtures("reader")
def test_it_joins_the_case_that_is_open(office: Office) -> None:
    office.writes(ALICE, "hello")

    dies(MESSAGE)

    case = office.next("agent-1")
    assert case["team"] == "billing"
    assert {entry["text"] for entry in office.show("agent-1", case)["entries"]} == {"hello", "my secret"}
    assert office.next("agent-1") is None


@pytest.mark.usefixtures("reader")
def test_it_reopens_the_case_that_was_resolved_this_week(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "resolve", wrap_up="sorted")

    dies(MESSAGE)

    assert office.next("agent-1")["id"] == case["id"]


@pytest.mark.usefixtures("reader")
def test_an_encrypted_message_becomes_a_case(office: Office) -> None:
    dies({"kind": "encrypted", "id": "enc-1", "customer": ALICE, "sent_at": 1})

    entries = office.show("agent-1", office.next("agent-1"))["entries"]
    assert [entry["text"] for entry in entries] == ["(encrypted: nobody here can read it)"]


@pytest.mark.usefixtures("reader")
def test_what_cannot_be_read_becomes_a_case_of_the_customer_in_whose_group_it_came(office: Office) -> None:
    dies("{")

    case = office.next("agent-1")
    assert case["customer"] == ALICE
    assert dead_rows(office)[0]["kind"] == "unreadable"


@pytest.mark.usefixtures("reader")
def test_what_belongs_to_nobody_is_recorded(office: Office) -> None:
    dies("{", group="nobody")

    assert office.next("agent-1") is None
    assert len(dead_rows(office)) == 1


@pytest.mark.usefixtures("reader")
def test_an_echo_of_ours_needs_no_person(office: Office) -> None:
    dies({"kind": "echo", "id": DM_ID, "customer": ALICE, "text": "an answer", "sent_at": 1})

    assert office.next("agent-1") is None
    assert dead_rows(office)[0]["kind"] == "echo"


@pytest.mark.usefixtures("reader")
def test_when_others_keep_writing_the_message_comes_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def contended(*_: object) -> None:
        raise Cancelled(["profile"])

    monkeypatch.setattr(store.Store, "commit", contended)

    with pytest.raises(telemetry.Failed, match="Contended"):
        dies(MESSAGE)


@pytest.mark.usefixtures("reader")
def test_nothing_that_was_said_is_logged(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    dies(MESSAGE)
    dies("my secret")

    assert "secret" not in capsys.readouterr().out


@pytest.mark.usefixtures("reader")
def test_the_number_of_an_old_case_is_not_used_again(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")
    office.act("agent-1", case, "resolve", wrap_up="sorted")
    office.later(days=7, seconds=1)

    dies(MESSAGE)

    assert office.next("agent-1")["id"] != case["id"]
