"""#minutes: what is left of the calls in the plan."""

from functions.commands import allowances
from functions.commands.registry import Command, Example
from functions.shared.wording.saying import minutes_left, minutes_used

MINUTES = allowances.AllowanceKind(
    tag="minutes",
    left=minutes_left,
    used=minutes_used,
    noun="minutes",
    what="minutes",
    are="minutes are",
    renew="They renew",
    end="They end",
    paused="Calls are paused",
)

command = Command(
    tag="minutes",
    help="what you have left",
    answer=allowances.answer(MINUTES),
    examples=(
        Example("#minutes", "allowance.left"),
        Example("minutes", "allowance.low", by="nearly_used_up"),
    ),
    home="billing",
    menu=(2, 3),
    texts=allowances.TEXTS,
    aliases=("minute", "mins", "min", "calls"),
    words=("minutes", "mins", "minute", "calls"),
    shows_account=True,
)
