"""Who asks to be forgotten is: rows, texts, cases and links go, and what is older stays away."""

from datetime import timedelta
from typing import Any

import pytest

from functions.escalate.dead_letters import letter_in
from functions.shared.aws.rows import TEXTS_KEPT, customer_pk
from functions.shared.conversation import conversations, erasure
from functions.shared.x.messages import DirectMessage, Encrypted
from tests.phones import CUSTOMER, NUMBER, STRANGER, Phone, account, world
from tests.proof.world import Fault, World

HOME = account("account-1", NUMBER)
SECRET_WORDS = "my zebra ate the router"


def left_of(here: World, x_id: str = STRANGER) -> list[str]:
    """Return what tables and queues still hold of a customer: number, handle, X id or words."""
    rows = [str(row) for row in here.dynamo.plain("service")]
    queued = [message.body for queue in here.queues.values() for message in queue.messages.values()]
    personal = (x_id, NUMBER, NUMBER[3:], f"customer_{x_id[-1]}", "zebra")
    return [text for text in (*rows, *queued) if any(said in text for said in personal)]


def lived_in() -> Phone:
    """A customer with a link, a case that was resolved, another that is open, and answers."""
    phone = Phone(world(HOME))
    phone.links(NUMBER)
    phone.says("#data")
    phone.says(SECRET_WORDS)
    taken = phone.world.next_case("first")
    assert taken
    phone.world.reply_to(taken, "staff-1", "I have looked at your zebra.")
    phone.world.work()
    return phone


def settled(phone: Phone) -> World:
    phone.world.pass_time(timedelta(minutes=30))
    return phone.world


# ---- #delete ----


def test_delete_asks_and_yes_erases_everything() -> None:
    phone = lived_in()

    asked = phone.asks("#delete")
    done = phone.asks("#delete yes")

    assert asked == (
        "Hi @customer_3, this unlinks your number and erases what we keep of this chat, open questions included. It"
        " can't be undone. Reply #delete yes to go ahead; anything else leaves things as they are."
    )
    assert done.startswith("Done, @customer_3: your number is unlinked and what we kept of this chat is erased.")
    assert left_of(settled(phone)) == []


def test_the_number_is_told_that_it_is_no_longer_linked() -> None:
    phone = lived_in()
    phone.says("#delete")

    phone.says("#delete yes")

    assert "no longer linked" in phone.world.texted[-1].text
    assert phone.world.texted[-1].number == NUMBER


@pytest.mark.parametrize("between", ["#data", "yes", "no", "#delete please"])
def test_anything_but_delete_yes_leaves_things_as_they_are(between: str) -> None:
    phone = lived_in()
    phone.says("#delete")

    phone.says(between)

    assert phone.customer.link
    assert phone.customer.erased_up_to is None


def test_yes_counts_for_half_an_hour_and_only_after_the_question() -> None:
    phone = lived_in()

    unasked = phone.asks("#delete yes")
    phone.world.now += timedelta(minutes=31)
    late = phone.asks("#delete yes")

    assert "Reply #delete yes to go ahead" in unasked
    assert "Reply #delete yes to go ahead" in late
    assert phone.customer.link


def test_after_a_stop_nothing_asks_and_a_person_has_the_request() -> None:
    phone = lived_in()
    phone.world.now += timedelta(minutes=1)
    phone.says("#stop")

    assert phone.says("#delete") == []
    assert phone.says("#delete yes") == []
    assert phone.customer.case
    entries = conversations.entries_of(phone.world.store, phone.customer.case)
    assert [entry.text for entry in entries][-2:] == ["#delete", "#delete yes"]


def test_after_a_stop_the_request_opens_a_case_about_privacy() -> None:
    phone = Phone(world(HOME))
    phone.says("#stop")

    phone.says("#delete")

    case = conversations.load(phone.world.store, STRANGER).open_case
    assert case
    assert (case.team, case.kind) == ("general", "privacy_request")


def test_a_report_of_theft_cannot_be_erased_away() -> None:
    phone = lived_in()
    phone.says("my phone was stolen, please block it")

    answers = [*phone.says("#delete"), *phone.says("#delete yes")]

    assert all("to keep you safe" in answer for answer in answers)
    assert phone.customer.locked_by
    assert phone.asks("#link 07700 900123").startswith("Hi @customer_3, to keep you safe")


# ---- what comes afterwards ----


def test_an_older_message_that_was_still_queued_is_dropped_on_receipt() -> None:
    phone = lived_in()
    older = phone.world.said[next(iter(phone.world.said))]
    phone.says("#delete")
    phone.says("#delete yes")
    here = settled(phone)

    here.queue(older.model_copy(update={"text": SECRET_WORDS}).model_dump(mode="json"), STRANGER, "again", again=True)
    here.work()

    assert left_of(here) == []


def test_an_older_message_that_failed_for_good_is_not_given_to_people() -> None:
    phone = lived_in()
    older = phone.world.said[next(iter(phone.world.said))]
    phone.says("#delete")
    phone.says("#delete yes")
    here = settled(phone)

    body = older.model_copy(update={"text": SECRET_WORDS}).model_dump_json()
    attributes = {"SentTimestamp": "1764000000000", "MessageGroupId": STRANGER}
    here.reader.receive(letter_in({"messageId": "m", "body": body, "attributes": attributes}))

    assert left_of(here) == []


def test_an_encrypted_message_that_failed_for_good_is_dropped_only_if_it_is_from_before() -> None:
    phone = lived_in()
    before = int(phone.world.now.timestamp() * 1000)
    phone.says("#delete")
    phone.says("#delete yes")
    here = settled(phone)

    for name, sent_at in (("a-1", before), ("a-2", int(here.now.timestamp() * 1000))):
        body = Encrypted(id=name, customer=STRANGER, sent_at=sent_at).model_dump_json()
        attributes = {"SentTimestamp": "1764000000000", "MessageGroupId": STRANGER}
        here.reader.receive(letter_in({"messageId": "m", "body": body, "attributes": attributes}))

    assert [row["sk"] for row in here.dynamo.plain("service") if row["sk"].startswith("dm#")] == ["dm#a-2"]


def test_the_echo_of_our_last_words_is_dropped_too() -> None:
    phone = lived_in()
    phone.says("#delete")
    phone.says("#delete yes")
    here = settled(phone)
    last = here.x.delivered[-1]

    echo = {"kind": "echo", "id": last.dm_id, "customer": STRANGER, "text": last.text, "sent_at": 0}
    here.queue(echo, STRANGER, "echo-again", again=True)
    here.work()

    assert left_of(here) == []


def test_who_comes_back_is_a_stranger() -> None:
    phone = lived_in()
    phone.says("#delete")
    phone.says("#delete yes")
    settled(phone)

    assert "good to have you" in phone.asks("#start")
    assert "I'll need to know it's you first" in phone.asks("#data")
    assert phone.links(NUMBER).startswith("You're all set")


def test_who_comes_back_before_the_last_row_is_gone_loses_only_what_was() -> None:
    phone = lived_in()
    phone.says("#delete")
    phone.world.write(STRANGER, "#delete yes")
    phone.world.write(STRANGER, "my new question is about giraffes")
    phone.world.work()

    here = settled(phone)

    assert [text for text in left_of(here) if "zebra" in text or NUMBER[3:] in text] == []
    case = conversations.load(here.store, STRANGER).open_case
    assert case
    assert [e.text for e in conversations.entries_of(here.store, case.id) if e.who == "customer"] == [
        "my new question is about giraffes"
    ]
    assert phone.customer.erasing is False


def test_a_stop_outlives_the_erasure() -> None:
    phone = lived_in()
    phone.says("#stop")
    marks = phone.world.bot.marks
    settled(phone)

    assert erasure.erase(marks, STRANGER, phone.world.now)
    settled(phone)

    assert left_of(phone.world) == []
    assert phone.says("#help") == []
    assert phone.asks("#start").startswith("Welcome back")


def test_a_stop_outlives_the_erasure_also_where_somebody_writes_to_them_from_elsewhere() -> None:
    phone = lived_in()
    phone.says("#stop")
    here = phone.world
    assert erasure.erase(here.bot.marks, STRANGER, here.now)
    settled(phone)

    here.x.brand_writes(STRANGER, "We have looked at it again.")
    here.work()

    assert phone.customer.case
    assert phone.says("#help") == []
    assert phone.customer.erased_up_to


def test_whom_operations_erase_has_their_number_told_once_by_the_tick() -> None:
    phone = lived_in()
    here = phone.world
    before = len(here.texted)

    removed = erasure.erase(here.bot.marks, STRANGER, here.now)
    settled(phone)

    assert removed
    assert not removed.done
    assert [(sms.number, "no longer linked" in sms.text) for sms in here.texted[before:]] == [(NUMBER, True)]
    assert left_of(here) == []


def test_no_number_is_told_of_an_erasure_where_somebody_else_may_read_it() -> None:
    phone = lived_in()
    phone.says("my boyfriend is tracking me through my phone")
    before = len(phone.world.texted)

    erasure.erase(phone.world.bot.marks, STRANGER, phone.world.now)
    settled(phone)

    assert len(phone.world.texted) == before
    assert left_of(phone.world) == []


def test_the_limit_of_codes_outlives_the_erasure() -> None:
    phone = Phone(world(HOME))
    for at in range(6):
        phone.says(f"#link 077009002{at:02}")
    phone.says("#delete")
    phone.says("#delete yes")
    settled(phone)

    assert "linking is paused for you" in phone.asks("#link 07700 900299")


def test_other_customers_keep_what_is_theirs() -> None:
    phone = lived_in()
    other = Phone(phone.world, CUSTOMER)
    other.says("my bill is wrong")
    phone.says("#delete")
    phone.says("#delete yes")

    here = settled(phone)

    assert conversations.load(here.store, CUSTOMER).open_case
    assert len(left_of(here, CUSTOMER)) > 0


@pytest.mark.proof
@pytest.mark.parametrize("fault", [Fault.CRASH_AFTER, Fault.CRASH_BEFORE, Fault.LOST, Fault.ERROR, Fault.CONFLICT])
def test_an_erasure_that_is_broken_off_anywhere_is_finished(fault: Fault) -> None:
    def erased(schedule: dict[int, Fault]) -> tuple[World, int]:
        here = world(HOME)
        phone = Phone(here)
        phone.links(NUMBER)
        phone.says(SECRET_WORDS)
        phone.says("#delete")
        here.points.clear()
        here.schedule = schedule
        here.write(STRANGER, "#delete yes")
        here.work()
        points = len(here.points)
        here.pass_time(timedelta(minutes=45))
        return here, points

    _, points = erased({})
    for at in range(points):
        here, _ = erased({at: fault})
        said = [dm for dm in here.x.delivered if dm.text.startswith("Done,")]
        assert left_of(here) == [], f"{fault} at {at}"
        assert len(said) <= 1, f"{fault} at {at}"


# ---- retention ----


def test_texts_are_deleted_by_the_tick_when_their_time_is_over() -> None:
    phone = Phone(world(HOME))
    phone.says(SECRET_WORDS)
    here = phone.world

    here.now += TEXTS_KEPT + timedelta(days=1)
    for _ in range(5):
        here.work()

    assert [row for row in here.dynamo.plain("service") if "zebra" in str(row)] == []
    assert phone.customer.version > 0


def test_texts_are_not_read_any_more_when_their_time_is_over_though_they_are_still_there() -> None:
    phone = Phone(world(HOME))
    phone.says(SECRET_WORDS)
    here, case = phone.world, phone.customer.case
    assert case

    here.now += TEXTS_KEPT

    assert conversations.entries_of(here.store, case) == []
    assert [row for row in here.dynamo.plain("service") if "zebra" in str(row)]


def test_an_erasure_takes_along_what_waits_to_be_deleted() -> None:
    phone = lived_in()
    here = phone.world
    here.now += TEXTS_KEPT + timedelta(days=1)

    removed = erasure.erase(here.bot.marks, STRANGER, here.now)

    assert removed
    assert removed.rows["entry"] > 0
    assert left_of(settled(phone)) == []


def test_a_number_may_be_asked_for_again_before_its_old_row_is_deleted() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    phone.world.now += timedelta(days=1)

    phone.world.write(STRANGER, "#link 07700 900123")
    message = phone.world.queues["inbound"].receive(phone.world.now)
    assert message
    phone.world._invoke(message)

    assert [len(row["at"]) for row in phone.world.dynamo.plain("service") if row["pk"].startswith("number#")] == [1]
    assert len(phone.world.texted) == 2


def test_texts_are_deleted_when_their_time_is_over_and_ids_are_known_no_more() -> None:
    phone = Phone(world(HOME))
    phone.says("#help")
    here = phone.world

    here.now += TEXTS_KEPT + timedelta(days=1)
    for _ in range(5):
        here.work()

    kept = {row["sk"].partition("#")[0] for row in here.dynamo.plain("service") if row["pk"] == customer_pk(STRANGER)}
    known = {row["sk"].partition("#")[0] for row in here.store.query(customer_pk(STRANGER))}
    assert (kept - known, known) == ({"dm", "sent"}, {"profile", "audit"})  # TTL takes what has no words


def test_what_is_written_anew_stays() -> None:
    here = world(HOME)
    Phone(here).says("#link 07700 900123")

    def number_row() -> list[dict[str, Any]]:
        rows = [row for row in here.dynamo.plain("service") if row["pk"].startswith("number#")]
        return [row for row in rows if here.store.get(row["pk"], row["sk"])]

    here.now += timedelta(hours=23)
    Phone(here, CUSTOMER).says("#link 07700 900123")
    here.now += timedelta(hours=2)
    here.work()
    assert len(number_row()) == 1

    here.now += timedelta(days=1)
    here.work()
    assert number_row() == []


def test_a_message_without_a_past_is_not_dropped() -> None:
    here = world(HOME)
    dm = DirectMessage(id="1", customer=STRANGER, text="#help", sent_at=0)

    decision = here.bot.receive(dm)

    assert decision
    assert decision.disposition == "answered"


def test_an_erasure_asked_for_by_an_id_from_the_future_ends_and_drops_nothing_that_comes_later() -> None:
    phone = lived_in()
    phone.says("#delete")
    phone.world.bring(phone.world.typed(STRANGER, "#delete yes", ahead=timedelta(days=3650)))
    phone.world.work()

    told = phone.world.x.delivered[-1].text
    left = left_of(settled(phone))
    asked = phone.asks("#help")

    assert told.startswith("Done, @customer_3: your number is unlinked and what we kept of this chat is erased.")
    assert left == []
    assert asked
