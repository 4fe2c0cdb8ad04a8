"""Everything that the bot may say: it may come back pasted."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from functions.commands import texts
from functions.commands.registry import registry
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.items import Unreadable
from functions.shared.wording.country import Country


def with_facts(brand: Brand) -> tuple[str, ...]:
    """Return everything, with what the brand's facts add to it."""
    return every() + tuple(_facts(Country(brand)))


def _facts(country: Country) -> Iterator[str]:
    for place in country:
        with suppress(Unreadable):  # what the brand does not say nobody has read
            yield country[place]


@cache
def every() -> tuple[str, ...]:
    return tuple(_all())


def _all() -> Iterator[str]:
    yield from (texts.TOO, texts.FIRST_CONTACT)
    yield from texts.texts().values()
    for text in (text for command in registry().commands for text in command.texts):
        yield from (text.text, text.next)
