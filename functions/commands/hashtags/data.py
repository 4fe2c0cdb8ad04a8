"""#data: what is left of the data in the plan."""

from functions.commands import allowances
from functions.commands.registry import Command, Example
from functions.shared.wording.saying import data_left, data_used

DATA = allowances.AllowanceKind(
    tag="data",
    left=data_left,
    used=data_used,
    noun="of data",
    what="data",
    are="data is",
    renew="It renews",
    end="It ends",
    paused="Mobile data is paused",
    paced=True,
)

command = Command(
    tag="data",
    help="what you have left",
    answer=allowances.answer(DATA),
    examples=(
        Example("#data", "allowance.left"),
        Example("how much data have I got left?", "allowance.left"),
        Example("#data", "allowance.used_up_stops", by="used_up_stops"),
        Example("#data", "figures.locked", by="stolen_phone"),
    ),
    home="billing",
    menu=(2, 1),
    texts=allowances.TEXTS,
    aliases=("gb", "gbs", "internet", "allowance", "usage"),
    words=("data", "gb", "gbs", "gigs", "gig", "megabytes", "allowance", "usage"),
    shows_account=True,
)
