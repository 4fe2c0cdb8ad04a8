"""What carriers and brands hand in: its models, and who reads which of their attributes."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, get_args

from functions.commands import texts
from functions.commands.registry import registry
from functions.escalate import account_column, canned, look
from functions.shared.brand import hours
from functions.shared.brand.catalogue import MODELS
from functions.shared.carrier.accounts import Bill, Facts, Line, document
from functions.shared.carrier.items import Part
from functions.shared.conversation import calls, goodwill
from functions.shared.wording import country, saying

OURS = ("customer", "case")
"""What texts need of our own records."""

type Attribute = tuple[str, str]
"""The name of a model, and of an attribute of it."""


def models() -> dict[str, type[Part]]:
    """Return the model of each kind of item, as NEEDS name it."""
    return {"account": account(), "bill": Bill, "line": Line, **MODELS}


def account() -> type[Facts]:
    """Return the model of the account item, with what hashtags have declared."""
    facts: type[Facts] = model_in(document(registry().fields).model_fields["account"].annotation)
    return facts


def needs() -> dict[str, list[str]]:
    """Return what each reader says that it reads, in the order of the menu: `bill.due_on`."""
    hashtags = {
        f"#{command.tag}": [need.replace("<tag>", command.tag) for text in command.texts for need in text.needs]
        for command in registry().commands
    }
    theirs = {reader: [need for need in said if not need.startswith(OURS)] for reader, said in hashtags.items()}
    return theirs | {
        "acknowledgements": list(texts.NEEDS),
        "what is heard": list(country.HEARD),
        "promises": list(hours.NEEDS),
        "amounts and times": list(saying.NEEDS),
        "desk": [*account_column.NEEDS, *canned.NEEDS, *look.NEEDS, *calls.NEEDS, *goodwill.NEEDS, *country.CARDS],
    }


def readers() -> dict[Attribute, tuple[str, ...]]:
    """Return who reads each attribute. Raises KeyError where a reader names what is not there."""
    found: defaultdict[Attribute, dict[str, None]] = defaultdict(dict)
    for reader, said in needs().items():
        for need in said:
            for attribute in steps(need):
                found[attribute][reader] = None
    return {attribute: tuple(who) for attribute, who in found.items()}


def steps(need: str) -> Iterator[Attribute]:
    """Yield the attributes on the way to one: who reads `account.extras.what` reads `account.extras`."""
    kind, *names = need.split(".")
    model: Any = models()[kind]
    for name in names:
        yield model.__name__, name
        model = model_in(model.model_fields[name].annotation)


def model_in(annotation: Any) -> Any:
    """Return the model inside an optional or a tuple."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((found for inner in get_args(annotation) if (found := model_in(inner))), None)
