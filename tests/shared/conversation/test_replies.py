"""How long a reply rests that X did not take, until it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.commands import tick
from functions.shared.conversation.replies import Outgoing, after
from functions.shared.x.dms import Blocked, Declined, NotSent, Outcome

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
A_TICK = timedelta(minutes=1)
REPLY = Outgoing("1#reply", "7", "1", "text", "data", "answer", NOW, state="SENDING", lease_until=NOW + A_TICK)


@pytest.mark.parametrize("outcome", [NotSent(None, "connection refused"), Blocked("401")])
def test_what_the_last_call_of_a_tick_could_not_send_is_due_when_the_next_begins(outcome: Outcome) -> None:
    called = NOW + tick.TAKES + tick.CALL_TO_X

    rests = after(REPLY, outcome, called)

    assert rests.state == "PENDING"
    assert rests.not_before
    assert called < rests.not_before <= NOW + A_TICK


def test_what_x_says_when_to_try_again_rests_until_then() -> None:
    at = NOW + timedelta(minutes=9)

    assert after(REPLY, NotSent(at, "429"), NOW).not_before == at


def test_what_x_declined_rests_for_a_minute_and_is_refused_the_second_time() -> None:
    once = after(REPLY, Declined("403"), NOW)

    assert (once.state, once.not_before) == ("PENDING", NOW + timedelta(minutes=1))
    assert after(once, Declined("403"), NOW + A_TICK).state == "REFUSED"
