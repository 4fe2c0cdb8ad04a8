"""#help: the menu, read from the registry."""

from itertools import groupby

from functions.commands.registry import Command, Example, Question, registry
from functions.shared.wording.text import Reply, Text

MENU = Text(
    "help",
    "{hi}here's what you can send:\n{menu}\nHow we use your messages: {privacy_url}",
    short="Hashtags: {tags}",
    needs=("brand.privacy_url",),
)


def say(question: Question) -> Reply:
    listed = [command for command in registry().commands if command.menu]
    lines = [_line(list(commands)) for _, commands in groupby(listed, key=_menu_line)]
    url = question.catalogue.brand.privacy_url
    return MENU.reply(menu="\n".join(lines), tags=_tags(listed), privacy_url=url)


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
    examples=(Example("#help", "help"), Example("menu", "help", by="new_customer")),
    home="general",
    texts=(MENU,),
    aliases=("menu", "hashtags", "commands", "info"),
    words=("help", "menu", "hashtags", "commands"),
)
