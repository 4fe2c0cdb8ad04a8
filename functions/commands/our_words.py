"""Everything that the bot may say: it may come back pasted."""

from collections.abc import Iterator
from functools import cache

from functions.commands import texts
from functions.commands.registry import registry


@cache
def every() -> tuple[str, ...]:
    return tuple(_all())


def _all() -> Iterator[str]:
    yield from (texts.TOO, texts.FIRST_CONTACT)
    yield from texts.texts().values()
    for text in (text for command in registry().commands for text in command.texts):
        yield from (text.text, text.next)
