"""What waited for X's limit leaves with an apology and with figures that are read again."""

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
