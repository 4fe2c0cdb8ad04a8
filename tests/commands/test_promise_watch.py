"""Every time that a customer is told is watched, updated once before it breaks, and counted as kept or broken."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.rows import customer_pk
from functions.shared.conversation import cases
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation, change, load
from functions.shared.x.dms import NotSent
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import STAFF, World

ANGRY = "my bill is wrong and I am furious"
UPDATE = (
    "Hi @customer_2, we said a person would reply by 15:15, and we're running late, sorry. It will now be by 16:10."
    " You keep your place; your case is XXX-XXX."
)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


def texts_to(world: World, customer: str) -> list[str]:
    return [dm.text for dm in world.x.delivered if dm.customer == customer]


def case_of(world: World, customer: str = LINKED_A) -> Case:
    case = load(world.store, customer).case
    assert case
    return case


def said_of_promises(world: World, customer: str = LINKED_A) -> list[str]:
    """What the audit says of what the customer was told."""
    rows = world.store.query(customer_pk(customer), "audit#")
    return [change.split(maxsplit=2)[2] for row in rows for change in row["changes"] if " promise" in change]


@pytest.fixture
def angry() -> World:
    """Somebody was told at 14:15 that a person answers by 15:15."""
    world = World()
    world.write(LINKED_A, ANGRY)
    world.work()
    return world


def resolved(current: Conversation, world: World) -> Conversation:
    assert current.case
    return current.with_case(cases.resolved(current.case, "credit", world.now))


def staff_answer(world: World) -> None:
    case = world.next_case("next")
    assert case
    world.reply_to(case, "answer", "It is credited.")


def test_the_time_that_is_told_is_on_the_case(angry: World) -> None:
    promise = case_of(angry).promise

    assert promise
    assert promise.by == at(15, 15)
    assert "A person will reply here by 15:15." in texts_to(angry, LINKED_A)[0]


def test_ten_minutes_before_it_breaks_the_customer_is_told_another(angry: World) -> None:
    angry.pass_time(timedelta(minutes=49))
    before = texts_to(angry, LINKED_A)
    angry.pass_time(timedelta(minutes=2))

    assert len(before) == 1
    assert texts_to(angry, LINKED_A)[1:] == [UPDATE]
    assert said_of_promises(angry) == ["promised 2026-11-24T15:15:00.000000Z", "promised 2026-11-24T16:10:00.000000Z"]


def test_staff_see_the_update_in_the_case(angry: World) -> None:
    angry.pass_time(timedelta(minutes=51))

    entries = angry.desk.show(STAFF, case_of(angry).id).entries

    assert [(entry.who, entry.delivery.words) for entry in entries if entry.delivery] == [("bot", "sent")] * 2


def test_the_place_in_the_line_is_kept(angry: World) -> None:
    angry.pass_time(timedelta(minutes=51))
    angry.write(LINKED_B, ANGRY)
    angry.work()

    assert angry.next_case("next") == case_of(angry, LINKED_A).id


def test_a_case_is_updated_once_and_then_broken(angry: World) -> None:
    angry.pass_time(timedelta(hours=20))

    assert texts_to(angry, LINKED_A)[1:] == [UPDATE]
    assert said_of_promises(angry)[2:] == ["promise broken"]


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(10, "promise kept"), (51, "promise kept"), (114, "promise kept"), (116, "promise broken")]
)
def test_an_answer_keeps_the_newest_time_that_was_told(angry: World, minutes: int, verdict: str) -> None:
    angry.pass_time(timedelta(minutes=minutes))

    staff_answer(angry)
    angry.pass_time(timedelta(hours=3))

    assert said_of_promises(angry)[-1] == verdict
    assert len([said for said in said_of_promises(angry) if "promised" not in said]) == 1


def test_who_has_been_answered_reads_no_update(angry: World) -> None:
    staff_answer(angry)
    angry.pass_time(timedelta(hours=3))

    assert texts_to(angry, LINKED_A)[1:] == ["It is credited."]


def test_an_answer_from_elsewhere_keeps_the_promise(angry: World) -> None:
    angry.x.brand_writes(LINKED_A, "Hello, this is Sam from the shop.")
    angry.pass_time(timedelta(hours=3))

    assert said_of_promises(angry)[-1] == "promise kept"
    assert len(texts_to(angry, LINKED_A)) == 2


def test_an_update_that_waits_does_not_leave_once_somebody_has_answered(angry: World) -> None:
    takes = angry.x.send
    angry.x.send = lambda _customer, _text: NotSent(None, "connection refused")  # type: ignore[method-assign,assignment]
    angry.pass_time(timedelta(minutes=51))
    staff_answer(angry)
    angry.x.send = takes  # type: ignore[method-assign]

    angry.pass_time(timedelta(hours=1))

    entries = angry.desk.show(STAFF, case_of(angry).id).entries
    assert texts_to(angry, LINKED_A)[1:] == ["It is credited."]
    assert [entry.delivery.words for entry in entries if entry.delivery][1] == (
        "not sent: somebody answered, or it was too late"
    )


def test_an_update_that_could_not_leave_in_time_is_not_said_any_more() -> None:
    world = World(limit=15)
    world.write(LINKED_A, ANGRY)
    world.work()
    world.pass_time(timedelta(minutes=40))
    world.pause()

    world.pass_time(timedelta(minutes=25))
    world.resume()
    world.pass_time(timedelta(hours=2))

    assert len(texts_to(world, LINKED_A)) == 1
    assert said_of_promises(world)[1:] == ["promise broken"]


def test_who_has_stopped_reads_no_update_and_it_is_counted(angry: World) -> None:
    angry.write(LINKED_A, "#stop")
    angry.work()
    angry.pass_time(timedelta(hours=3))

    assert len(texts_to(angry, LINKED_A)) == 2
    assert said_of_promises(angry)[1:] == ["promise broken"]


def test_the_words_for_somebody_in_despair_are_the_last() -> None:
    world = World()
    world.write(LINKED_A, "I want to kill myself")
    world.work()

    world.pass_time(timedelta(hours=3))

    assert len(texts_to(world, LINKED_A)) == 1
    assert said_of_promises(world)[-1] == "promise broken"


def test_an_urgent_promise_is_updated_in_its_last_third() -> None:
    world = World()
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.work()

    world.pass_time(timedelta(minutes=9))
    before = len(texts_to(world, LINKED_A))
    world.pass_time(timedelta(minutes=2))

    assert before == 1
    assert "we said a person would reply by 14:30, and we're running late" in texts_to(world, LINKED_A)[1]


def test_an_update_reckons_with_who_is_taken_before(angry: World) -> None:
    others = [str(2_100_000_000_000_000_000 + number) for number in range(9)]
    for other in others:
        angry.write(other, ANGRY)
    angry.work()

    angry.pass_time(timedelta(minutes=56))

    assert "It will now be by 16:10." in texts_to(angry, LINKED_A)[1]
    assert "It will now be by 16:15." in texts_to(angry, others[-1])[-1]


def test_of_two_times_in_one_dm_the_earlier_is_watched() -> None:
    world = World(limit=1)
    world.write(LINKED_B, "#data")
    world.write(LINKED_A, ANGRY)
    world.work()
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.work()

    world.pass_time(timedelta(minutes=16))
    promise = case_of(world).promise

    assert len(texts_to(world, LINKED_A)) == 1
    assert "A person will reply here in about 45 minutes." in texts_to(world, LINKED_A)[0]
    assert "A person will read this in about" in texts_to(world, LINKED_A)[0]
    assert promise
    assert promise.by < at(15, 0)


def test_what_joins_a_case_that_was_answered_is_promised_nothing(angry: World) -> None:
    staff_answer(angry)
    angry.write(LINKED_A, "and another thing, it is wrong again")
    angry.pass_time(timedelta(hours=5))

    assert texts_to(angry, LINKED_A)[1:] == ["It is credited."]
    assert said_of_promises(angry)[1:] == ["promise kept"]


def test_status_tells_the_newest_promise(angry: World) -> None:
    angry.pass_time(timedelta(minutes=51))

    angry.pass_time(timedelta(minutes=20))
    angry.write(LINKED_A, "#status")
    angry.work()

    assert "A person will reply here in about 45 minutes." in texts_to(angry, LINKED_A)[-1]
    assert len(said_of_promises(angry)) == 2


def test_status_of_a_broken_promise_is_a_promise_of_its_own(angry: World) -> None:
    angry.pass_time(timedelta(hours=2, seconds=1))

    angry.write(LINKED_A, "#status")
    angry.work()
    promise = case_of(angry).promise

    assert "A person will reply here by 17:20." in texts_to(angry, LINKED_A)[-1]
    assert promise
    assert (promise.by, promise.kept) == (at(17, 20), None)


def test_a_case_that_is_opened_again_is_promised_and_updated_again(angry: World) -> None:
    angry.pass_time(timedelta(minutes=51))
    staff_answer(angry)
    change(angry.store, LINKED_A, lambda now: resolved(now, angry), by="test", did="resolved", now=angry.now)

    angry.write(LINKED_A, "my bill is wrong again and I want it put right")
    angry.pass_time(timedelta(minutes=70))

    assert [text.count("we're running late") for text in texts_to(angry, LINKED_A)] == [0, 1, 0, 0, 1]


def test_a_promise_begins_when_its_acknowledgement_leaves() -> None:
    world = World(limit=1)
    world.write(LINKED_B, "#data")
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.work()
    before = case_of(world).promise

    world.pass_time(timedelta(minutes=20))
    promise = case_of(world).promise

    assert before is None
    assert promise
    assert texts_to(world, LINKED_A)
    assert promise.told_at >= at(14, 30)
    assert promise.by > promise.told_at
