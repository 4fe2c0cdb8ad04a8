"""#windows: help with a laptop or an old Windows phone."""

from functions.commands import guides
from functions.commands.registry import Command, Example

command = Command(
    tag="windows",
    help="phone help",
    answer=guides.answer("windows", "Windows"),
    examples=(Example("#windows", "guide"), Example("#lumia", "guide", by="new_customer")),
    home="devices",
    menu=(5, 3),
    texts=guides.TEXTS,
    aliases=("windowsphone", "lumia"),
    words=("windows",),
)
