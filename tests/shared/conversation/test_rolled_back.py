"""After a rollback: what a newer release has written is kept, and what is not understood of it is for a person."""

from datetime import timedelta
from typing import Any

import pytest

from functions.escalate.acts.release import ReleaseRequest, release
from functions.escalate.acts.resolve import ResolveRequest, resolve
from functions.escalate.desk_api import Refusal
from functions.shared.aws.rows import BUDGET, Key, all_of, case_key, customer_pk, line_key, mark_key, profile_key
from functions.shared.aws.store import Put
from functions.shared.conversation import conversations, erasure
from functions.shared.delivery import budget
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import STAFF, World
from tests.proof.worlds import have_waiting, x_comes, x_goes

LATER = {"by": "a newer release", "rate": 3}


def written(world: World, key: Key, **fields: Any) -> None:
    """What a newer release has written into a row."""
    world.store.commit([Put((world.store.get(*key) or key.row({})) | fields)])


def row(world: World, key: Key) -> Any:
    return world.store.get(*key)


def read_by(world: World, x_id: str) -> list[str]:
    return [dm.text for dm in world.x.delivered if dm.customer == x_id]


def open_case(world: World, text: str = "my bill is wrong and I am furious") -> str:
    world.write(LINKED_A, text)
    world.work()
    case = conversations.load(world.store, LINKED_A).open_case
    assert case
    return case.id


def waiting_reply(world: World) -> Key:
    have_waiting(world, LINKED_A, 1)
    return Key(customer_pk(LINKED_A), "reply#0#reply")


def test_what_is_beyond_us_survives_everything_that_happens_to_a_conversation() -> None:
    world = World()
    case = open_case(world)
    reply = world.store.query(customer_pk(LINKED_A), all_of("reply"))[0]
    link = conversations.load(world.store, LINKED_A).customer.link
    assert link
    assert link.digest
    keys = [profile_key(LINKED_A), case_key(case), line_key(link.digest), Key(reply["pk"], reply["sk"])]
    for key in keys:
        written(world, key, later=LATER)
    written(world, profile_key(LINKED_A), link=row(world, profile_key(LINKED_A))["link"] | {"later": LATER})

    world.write(LINKED_A, "#data")
    world.write(LINKED_A, "it is still wrong")
    world.work()
    taken = world.next_case("first")
    assert taken == case
    world.reply_to(case, "staff-1", "I have looked at it.")
    world.pass_time(timedelta(days=4))

    assert row(world, case_key(case))["state"] == "RESOLVED"
    assert [row(world, key)["later"] for key in keys] == [LATER] * 4
    assert row(world, profile_key(LINKED_A))["link"]["later"] == LATER


def test_a_clock_that_we_do_not_know_goes_on() -> None:
    world = World()
    written(world, profile_key(LINKED_A), clock="surveys", look_at="2027-01-01T00:00:00.000000Z")

    world.write(LINKED_A, "#data")
    world.work()

    assert row(world, profile_key(LINKED_A))["clock"] == "surveys"


@pytest.mark.parametrize(("name", "value"), [("state", "SCHEDULED"), ("kind", "survey"), ("promises", "soon")])
def test_a_reply_that_is_not_understood_stays_as_it_is_and_its_customer_gets_a_person(name: str, value: str) -> None:
    world = World()
    reply = waiting_reply(world)
    written(world, reply, **{name: value})
    before = row(world, reply)

    world.write(LINKED_A, "#data")
    world.write(LINKED_B, "#data")
    world.work()
    world.pass_time(timedelta(minutes=30))

    assert row(world, reply) == before
    assert conversations.load(world.store, LINKED_A).customer.outbox == ("0#reply",)
    assert read_by(world, LINKED_A) == []
    assert len(read_by(world, LINKED_B)) == 1
    case = world.next_case("first")
    assert case
    shown = world.desk.show(STAFF, case)
    assert [entry.text for entry in shown.entries if entry.who == "customer"] == ["#data"]
    assert "does not understand the reply 0#reply" in shown.entries[-1].text


@pytest.mark.parametrize(("name", "value"), [("state", "PARKED"), ("team", "network"), ("fence", "high")])
def test_a_case_that_is_not_understood_stays_as_it_is_and_another_takes_what_comes(name: str, value: str) -> None:
    world = World()
    case = open_case(world)
    written(world, case_key(case), **{name: value})
    before = row(world, case_key(case))

    world.write(LINKED_A, "is anybody there?")
    world.work()
    world.pass_time(timedelta(days=1))
    taken = world.next_case("first")

    assert taken not in (None, case)
    assert row(world, case_key(case)) == before
    assert conversations.load(world.store, LINKED_A).customer.aside == (case,)
    shown = world.desk.show(STAFF, case)
    assert shown.case.state == "UNREADABLE"
    assert [entry.text for entry in shown.entries if entry.who == "customer"] == ["my bill is wrong and I am furious"]
    with pytest.raises(Refusal) as refused:
        release(world.desk, STAFF, case, ReleaseRequest(request_id="give-back", fence=1))
    assert refused.value.status == 409
    assert "A newer release has written case" in refused.value.answer.error


def test_a_case_left_aside_is_worked_on_once_it_is_understood_again() -> None:
    world = World()
    case = open_case(world)
    written(world, case_key(case), state="PARKED")
    world.write(LINKED_A, "is anybody there?")
    world.work()
    other = world.next_case("first")
    assert other
    written(world, case_key(case), state="NEW")

    resolve(world.desk, STAFF, other, ResolveRequest(request_id="done", fence=2, wrap_up="explained"))

    assert world.next_case("second") == case
    assert conversations.load(world.store, LINKED_A).customer.aside == ()


def test_of_a_customer_who_is_not_understood_nothing_leaves_by_itself_and_nothing_is_overwritten() -> None:
    world = World()
    x_goes(world)
    world.write(LINKED_A, "#charges")
    world.work()
    written(world, profile_key(LINKED_A), stopped_by=LATER)
    x_comes(world)

    world.pass_time(timedelta(minutes=10))
    world.write(LINKED_A, "#data")
    world.work()
    case = world.next_case("first")
    assert case
    world.reply_to(case, "staff-1", "Which replies do you want?")
    world.work()

    assert read_by(world, LINKED_A) == ["Which replies do you want?"]
    assert row(world, profile_key(LINKED_A))["stopped_by"] == LATER


def test_the_confirmation_of_a_stop_waits_where_it_is_not_understood_whether_it_still_holds() -> None:
    world = World()
    x_goes(world)
    stop = world.write(LINKED_A, "#stop")
    world.work()
    written(world, profile_key(LINKED_A), stopped_by=LATER)
    x_comes(world)
    world.pass_time(timedelta(minutes=5))
    unread = read_by(world, LINKED_A)

    written(world, profile_key(LINKED_A), stopped_by=stop)
    world.pass_time(timedelta(minutes=5))

    assert unread == []
    assert len(read_by(world, LINKED_A)) == 1


def test_a_stop_counts_whatever_is_not_understood() -> None:
    world = World()
    written(world, profile_key(LINKED_A), asked=LATER)

    stop = world.write(LINKED_A, "#stop")
    world.work()

    assert row(world, profile_key(LINKED_A))["stopped_by"] == stop
    assert row(world, profile_key(LINKED_A))["asked"] == LATER
    assert len(read_by(world, LINKED_A)) == 1


def test_an_entry_that_is_not_understood_is_shown() -> None:
    world = World()
    case = open_case(world)
    entry = world.store.query(f"case#{case}", all_of("entry"))[0]
    written(world, Key(entry["pk"], entry["sk"]), who="partner")

    shown = world.desk.show(STAFF, case)

    assert next((one.who, one.text) for one in shown.entries) == ("note", "my bill is wrong and I am furious")


def test_a_budget_that_is_not_understood_lets_people_answer_and_nothing_else() -> None:
    world = World()
    case = open_case(world)
    written(world, BUDGET, blocked=LATER)

    world.write(LINKED_B, "#data")
    world.work()
    assert world.next_case("first") == case
    world.reply_to(case, "staff-1", "I have looked at it.")
    world.work()

    assert read_by(world, LINKED_B) == []
    assert read_by(world, LINKED_A)[-1] == "I have looked at it."
    assert "a newer release has written blocked" in str(budget.load(world.store).paused)


def test_an_erasure_takes_what_is_beyond_us_too() -> None:
    world = World()
    written(world, waiting_reply(world), state="SCHEDULED", later="zebra")
    written(world, profile_key(LINKED_A), later="zebra")
    marks = world.bot.marks
    written(world, mark_key(marks.keyed.digest("customer", LINKED_A)), held="for good")

    erasure.erase(marks, LINKED_A, world.now)
    world.pass_time(timedelta(minutes=10))

    assert [found for found in world.dynamo.plain("service") if "zebra" in str(found)] == []
    assert row(world, profile_key(LINKED_A)) is None
    assert row(world, marks.key(LINKED_A))["held"] == "for good"
