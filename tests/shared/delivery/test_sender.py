"""A reply's life where something comes between: a stop, a lost link, a case, X's limit, a person elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from functions.shared.aws.store import Item
from functions.shared.brand.catalogue import Catalogue
from functions.shared.conversation import cases, conversations
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget
from functions.shared.delivery.claim import fate
from functions.shared.wording.saying import clock_time
from functions.shared.x.dms import NotSent, Outcome, SentDM, Unknown
from tests.brands import AMERICAN, FACTS
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import START, World
from tests.proof.worlds import have_waiting

ANGRY = "my bill is wrong and I am furious"


def x_answers(world: World, *answers: Callable[[], Outcome]) -> None:
    """Let X answer the next sends like this; afterwards it takes them."""
    waiting = list(answers)
    takes = world.x.send
    world.x.send = lambda customer, text: waiting.pop(0)() if waiting else takes(customer, text)  # type: ignore[method-assign]


def not_sent() -> Outcome:
    return NotSent(None, "connection refused")


def unknown() -> Outcome:
    return Unknown("read time-out")


def reply(world: World, dm_id: str) -> Outgoing:
    return conversations.replies_of(world.store, world.said[dm_id].customer, [f"{dm_id}#reply"])[f"{dm_id}#reply"]


def changed(world: World, change: Callable[[Conversation], Conversation]) -> None:
    conversations.change(world.store, LINKED_A, change, by="test", did="test", now=world.now)


def texts_to(world: World, customer: str) -> list[str]:
    return [dm.text for dm in world.x.delivered if dm.customer == customer]


def test_figures_that_wait_do_not_leave_once_the_link_is_gone() -> None:
    world = World()
    x_answers(world, not_sent)
    asked = world.write(LINKED_A, "#data")
    world.work()

    changed(world, lambda current: replace(current, customer=replace(current.customer, link=None)))
    world.pass_time(timedelta(minutes=5))

    assert reply(world, asked).state == "SUPPRESSED"
    assert texts_to(world, LINKED_A) == []


def test_a_stop_while_a_reply_is_being_sent_lets_it_end_and_is_confirmed() -> None:
    world = World()
    asked = ""

    def stop_meanwhile() -> Outcome:
        nonlocal asked
        asked = world.write(LINKED_A, "#stop")
        return not_sent()

    x_answers(world, stop_meanwhile)
    figures = world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(timedelta(minutes=5))

    assert reply(world, figures).state == "SUPPRESSED"
    assert reply(world, asked).state == "SENT"
    assert len(texts_to(world, LINKED_A)) == 1


def test_an_id_from_the_future_decides_nothing() -> None:
    world = World()
    years = timedelta(days=3650)
    world.bring(world.typed(LINKED_A, "#start", ahead=years))
    world.work()

    stopped = world.write(LINKED_A, "#stop")
    world.work()

    assert load(world.store, LINKED_A).customer.stopped_by == stopped
    world.write(LINKED_A, "#start")
    world.bring(world.typed(LINKED_A, "#stop", ahead=years))
    world.work()
    world.write(LINKED_A, "#start")
    world.work()
    assert not load(world.store, LINKED_A).customer.stopped


def test_an_acknowledgement_waits_for_an_unknown_reply_and_then_leaves() -> None:
    world = World(echoes=False)
    x_answers(world, unknown)
    figures = world.write(LINKED_A, "#data")
    world.work()

    angry = world.write(LINKED_A, ANGRY)
    world.work()
    held_up = reply(world, angry).state
    world.pass_time(timedelta(minutes=3))

    assert held_up == "PENDING"
    assert reply(world, angry).state == "SENT"
    assert reply(world, figures).may_resend is False


def test_what_left_after_an_unknown_reply_keeps_it_from_being_sent_again() -> None:
    world = World(echoes=False)
    x_answers(world, unknown)
    figures = world.write(LINKED_A, "#data")
    world.write(LINKED_A, ANGRY)
    world.work()

    world.pass_time(timedelta(minutes=10))

    assert reply(world, figures).state == "UNCONFIRMED"
    assert not any("12.4 GB" in text for text in texts_to(world, LINKED_A))


def test_an_answer_that_was_never_delivered_is_sent_once_more() -> None:
    world = World(echoes=False)
    x_answers(world, unknown)
    figures = world.write(LINKED_A, "#data")

    world.work()
    world.pass_time(timedelta(minutes=10))

    assert reply(world, figures).state == "SENT"
    assert len(texts_to(world, LINKED_A)) == 1


def test_an_answer_of_staff_leaves_though_its_case_was_resolved_while_it_waited() -> None:
    world = World(limit=1)
    world.write(LINKED_A, ANGRY)
    world.work()
    case = world.next_case("next")
    assert case
    world.reply_to(case, "answer", "It is credited.")
    waited = load(world.store, LINKED_A).replies

    changed(world, lambda current: current.with_case(_resolved(current, world)))
    world.pass_time(timedelta(minutes=20))

    assert [reply.state for reply in waited] == ["PENDING"]
    assert texts_to(world, LINKED_A)[-1] == "It is credited."


def test_replies_that_wait_for_one_customer_leave_as_one_dm() -> None:
    world = World(limit=2)
    world.write(LINKED_B, "#data")
    world.write(LINKED_B, "#charges")
    for text in ("#data", "#charges", "#offers"):
        world.write(LINKED_A, text)

    world.work()
    world.pass_time(timedelta(minutes=20))

    (dm,) = texts_to(world, LINKED_A)
    assert dm.count("Sorry for the wait") == 3
    assert world.x.over_limit == 0


def test_no_more_than_ten_replies_leave_as_one_dm() -> None:
    world = World()
    world.pause()
    for number in range(12):
        world.write(LINKED_A, f"#data {number}")
        world.pass_time(timedelta(seconds=10))

    world.resume()
    world.work()
    world.work()

    assert [len(text.split("\n\n")) for text in texts_to(world, LINKED_A)] == [10, 2]


def test_while_others_wait_nobody_has_more_than_a_fifth_of_a_window() -> None:
    world = World()
    for number in range(3):
        world.write(LINKED_A, f"#data {number}")
        world.work()
    world.pause()
    world.write(LINKED_A, "#charges")
    world.work()
    world.pass_time(timedelta(minutes=1))
    world.write(LINKED_B, "#charges")
    world.work()

    world.resume()
    world.work()
    world.work()

    assert [dm.customer for dm in world.x.delivered] == [LINKED_A] * 3 + [LINKED_B, LINKED_A]


def test_what_shows_only_after_four_minutes_is_found_and_not_sent_again() -> None:
    world = World(echoes=False)
    takes = world.x.send

    def late(customer: str, text: str) -> Outcome:
        world.x.later(customer, text)
        world.x.send = takes  # type: ignore[method-assign]
        return unknown()

    world.x.send = late  # type: ignore[method-assign]
    asked = world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(timedelta(minutes=10))

    assert reply(world, asked).state == "SENT"
    assert len(texts_to(world, LINKED_A)) == 1


def test_an_unknown_outcome_is_looked_up_after_a_minute_and_after_five() -> None:
    world = World(echoes=False)
    begun, looked = world.now, list[timedelta]()
    x_answers(world, unknown)

    def nothing_yet(_customer: str) -> list[SentDM]:
        looked.append(world.now - begun)
        return []

    world.x.look_up = nothing_yet  # type: ignore[method-assign,assignment]
    world.write(LINKED_A, ANGRY)
    world.work()
    world.pass_time(timedelta(minutes=30))

    assert [waited // timedelta(minutes=1) for waited in looked] == [1, 5]


def test_a_look_up_that_fails_is_no_absence_and_holds_up_what_is_behind_for_two_minutes() -> None:
    world = World(echoes=False)
    x_answers(world, unknown)
    world.x.look_up = lambda _customer: None  # type: ignore[method-assign,assignment]
    figures = world.write(LINKED_A, "#data")
    world.work()
    angry = world.write(LINKED_A, ANGRY)

    world.pass_time(timedelta(seconds=110))
    held_up = reply(world, angry).state
    world.pass_time(timedelta(minutes=10))

    assert held_up == "PENDING"
    assert reply(world, angry).state == "SENT"
    assert reply(world, figures).state == "UNKNOWN"


def test_after_five_look_ups_that_tell_nothing_a_reply_is_unconfirmed_and_staff_know() -> None:
    world = World(echoes=False)
    begun, looked = world.now, list[int]()
    x_answers(world, unknown)

    def tell_nothing(_customer: str) -> None:
        looked.append((world.now - begun) // timedelta(minutes=1))

    world.x.look_up = tell_nothing  # type: ignore[method-assign,assignment]
    figures = world.write(LINKED_A, "#data")
    world.work()

    world.pass_time(timedelta(hours=1))

    assert looked == [1, 2, 4, 7, 12]
    assert reply(world, figures).state == "UNCONFIRMED"
    case = load(world.store, LINKED_A).open_case
    assert case
    assert [note.text for note in conversations.entries_of(world.store, case.id)] == [
        "The answer of 14:15 may not have arrived."
    ]


@pytest.mark.parametrize(("facts", "said"), [([FACTS], "14:15"), ([AMERICAN], "9:15 AM"), ([], "14:15 UTC")])
def test_staff_read_when_by_the_brands_clock(facts: list[Item], said: str) -> None:
    late = Outgoing("1#reply", LINKED_A, "1", "text", "data", "answer", START)
    says_time = partial(clock_time, brand=lambda: Catalogue.of(facts).brand)

    assert fate(late, "may not have arrived", says_time) == f"The answer of {said} may not have arrived."


def test_our_own_dm_on_x_opens_a_case_in_the_name_of_elsewhere() -> None:
    world = World()

    world.x.brand_writes(LINKED_A, "Hello, this is Sam from the shop.")
    world.work()

    case = load(world.store, LINKED_A).open_case
    assert case
    assert (case.owner, case.state) == ("elsewhere", "WAITING_CUSTOMER")


def test_a_conversation_elsewhere_ends_after_a_quiet_day() -> None:
    world = World()
    world.x.brand_writes(LINKED_A, "Hello, this is Sam from the shop.")
    world.work()

    world.pass_time(timedelta(hours=25))

    assert load(world.store, LINKED_A).open_case is None


def _resolved(current: Conversation, world: World) -> Case:
    assert current.case
    return cases.resolved(current.case, "sorted", world.now)


def test_what_waits_leaves_as_one_dm_only_as_far_as_x_takes_its_length() -> None:
    world = World()
    have_waiting(world, LINKED_A, 3, "x" * 4_000)

    world.work()
    world.work()

    assert [text.count("x" * 4_000) for text in texts_to(world, LINKED_A)] == [2, 1]


def test_a_dm_that_x_declines_twice_names_every_part_to_staff() -> None:
    world = World()
    world.x.refuses[LINKED_A] = (403, "looks automated")
    have_waiting(world, LINKED_A, 3)

    world.work()
    world.pass_time(timedelta(minutes=3))

    (note,) = [row["text"] for row in world.trace.of("entry")]
    assert note.count("not delivered: X does not take it") == 3
    assert {row["state"] for row in world.trace.replies} == {"REFUSED"}
    assert budget.load(world.store).blocked is None
