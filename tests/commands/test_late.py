"""What waited for X's limit leaves with an apology and with figures that are read again."""

from dataclasses import replace
from datetime import timedelta

from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Outgoing
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import Delivered, World
from tests.proof.worlds import AFTERWARDS


def waited(text: str) -> Delivered:
    """Let two customers ask where X takes one DM in a window, and return what the second reads in the next."""
    world = World(limit=1)
    world.write(LINKED_A, "#data")
    world.write(LINKED_B, text)
    world.work()
    world.pass_time(AFTERWARDS)
    (dm,) = [dm for dm in world.x.delivered if dm.customer == LINKED_B]
    return dm


def test_an_answer_that_waited_says_sorry_in_place_of_the_greeting() -> None:
    dm = waited("#data")

    assert dm.text.startswith("Sorry for the wait, @customer_5: you have 12.4 GB of your 30 GB of data left")


def test_what_was_passed_on_beside_an_answer_is_still_said() -> None:
    dm = waited("#data this is wrong")

    assert dm.text.startswith("Sorry for the wait, @customer_5: you have 12.4 GB")
    assert "I've also passed what you wrote to our" in dm.text


def test_an_acknowledgement_that_waited_keeps_its_words() -> None:
    dm = waited("my bill is wrong and I am furious")

    assert dm.text.startswith("Sorry for the wait, @customer_5: thank you, I've passed this to our billing team.")


def test_what_leaves_at_once_greets_as_ever() -> None:
    world = World()

    world.write(LINKED_A, "#data")
    world.work()

    assert world.x.delivered[0].text.startswith("Hi @customer_2, you have 12.4 GB")


def late(reply: Outgoing) -> Outgoing:
    """Claim a reply half an hour after it was decided."""
    world = World()
    world.pass_time(timedelta(minutes=30))
    customer = Customer(LINKED_A, handle="customer_2")
    return world.sender.anew(Conversation(customer), reply)


WAITED = Outgoing(
    "1#reply",
    LINKED_A,
    "1",
    "Hi @customer_2, a person will reply here in about 25 minutes.",
    "ack.open",
    "acknowledgement",
    World().now,
    form="{hi}a person will reply here {eta}.",
)


def test_what_is_told_without_a_time_is_told_without_one_again() -> None:
    assert late(WAITED).text == (
        "Sorry for the wait, @customer_2: a person will reply here as soon as we can, as many are waiting."
    )


def test_a_reply_of_before_that_knows_no_holes_leaves_as_it_is() -> None:
    before = replace(WAITED, form=None)

    assert late(before) == before


def test_what_may_have_left_keeps_its_words_because_its_echo_is_known_by_them() -> None:
    may_have_left = replace(WAITED, unknown_since=WAITED.created_at, may_resend=False)

    assert late(may_have_left) == may_have_left
