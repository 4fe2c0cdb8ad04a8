"""#help: the menu, read from the registry, on two pages."""

from itertools import groupby

from functions.commands.registry import MORE_FROM, Command, Example, Question, registry
from functions.shared.wording.reading import plain
from functions.shared.wording.text import Reply, Text

MENU = Text(
    "help",
    "{hi}here's what you can send:\n{menu}\nHow we use your messages: {privacy_url}",
    short="Hashtags: {tags}",
    needs=("brand.privacy_url",),
)
MORE = Text(
    "help.more",
    "{hi}and the rest:\n{menu}\nOr just say it in your own words, and a person will read it.",
    short="Hashtags: {tags}",
)


def say(question: Question) -> Reply:
    if "more" in plain(question.dm.text).beside:
        return rest()
    listed = [command for command in registry().commands if command.menu and command.menu[0] < MORE_FROM]
    return MENU.reply(**_page(listed), privacy_url=question.catalogue.brand.privacy_url)


def rest() -> Reply:
    """Return the second page."""
    return MORE.reply(**_page([one for one in registry().commands if one.menu and one.menu[0] >= MORE_FROM]))


def _page(listed: list[Command]) -> dict[str, str]:
    lines = [_line(list(commands)) for _, commands in groupby(listed, key=_menu_line)]
    return {"menu": "\n".join(lines), "tags": _tags(listed)}


def _menu_line(command: Command) -> int:
    return command.menu[0] if command.menu else 0


def _line(commands: list[Command]) -> str:
    return f"{_tags(commands)} - {commands[0].help}"


def _tags(commands: list[Command]) -> str:
    return " ".join(f"#{command.tag}" for command in commands)


command = Command(
    tag="help",
    help="everything you can send",
    answer=say,
    examples=(
        Example("#help", "help"),
        Example("menu", "help", by="new_customer"),
        Example("#help more", "help.more"),
    ),
    home="general",
    texts=(MENU, MORE),
    aliases=("menu", "hashtags", "commands", "info"),
    words=("help", "menu", "hashtags", "commands"),
)
