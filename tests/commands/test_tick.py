"""What the clock's call of the bot reckons with."""

from datetime import timedelta

from functions.commands import tick
from functions.shared.conversation.replies import LEASE
from infra.layout import FUNCTIONS
from tests.proof import world


def test_a_tick_ends_its_calls_of_x_before_the_time_out_that_it_is_deployed_with() -> None:
    (deployed,) = [timedelta(seconds=one.timeout) for one in FUNCTIONS if one.name == "commands-tick"]

    assert deployed == tick.TIMES_OUT == world.TIMES_OUT
    assert tick.TAKES + tick.CALL_TO_X < deployed < LEASE
