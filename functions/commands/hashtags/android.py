"""#android: help with an Android phone."""

from functions.commands import guides
from functions.commands.registry import Command, Example

command = Command(
    tag="android",
    help="phone help",
    answer=guides.answer("android", "Android"),
    examples=(Example("#android", "guide"), Example("#samsung esim", "guide", by="new_customer")),
    home="devices",
    menu=(5, 2),
    texts=guides.TEXTS,
    aliases=("samsung", "pixel", "galaxy"),
    words=("android",),
)
