"""#ios: help with an iPhone or iPad."""

from functions.commands import guides
from functions.commands.registry import Command, Example

command = Command(
    tag="ios",
    help="phone help",
    answer=guides.answer("ios", "iPhone"),
    examples=(Example("#ios", "guide"), Example("#ios hotspot", "guide", by="new_customer")),
    home="devices",
    menu=(5, 1),
    texts=guides.TEXTS,
    aliases=("iphone", "ipad", "apple"),
    words=("ios", "iphone"),
)
