"""What the clock's call of the bot reckons with."""

from datetime import timedelta

from functions.commands import tick
from functions.shared.conversation.replies import LEASE, LOOK_UPS
from infra.layout import FUNCTIONS
from tests.proof import world
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import World
from tests.proof.worlds import strangers


def test_a_tick_ends_its_calls_of_x_before_the_time_out_that_it_is_deployed_with() -> None:
    (deployed,) = [timedelta(seconds=one.timeout) for one in FUNCTIONS if one.name == "commands-tick"]

    assert deployed == tick.TIMES_OUT == world.TIMES_OUT
    assert tick.TAKES + tick.CALL_TO_X < deployed < LEASE


def test_news_of_an_end_leaves_in_the_tick_whose_look_ups_take_all_its_time() -> None:
    world = World(echoes=False)
    world.notice("leeds")
    waiting = [LINKED_A, LINKED_B]
    for x_id in waiting:
        world.write(x_id, "#tellme in Leeds")
    world.x.loses = set(strangers(5))
    for x_id in world.x.loses:
        world.write(x_id, "#offers")
    world.work()
    world.now += LOOK_UPS[0]
    world.x.look_up_takes = timedelta(seconds=10)
    world.notice_ends("leeds")

    world.tick()

    assert [dm.customer for dm in world.x.delivered if "you asked me to tell you" in dm.text] == waiting
