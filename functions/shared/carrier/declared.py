"""Attributes of an account that single hashtags declare for themselves: optional, and read by them alone."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field as About
from pydantic import StrictBool, TypeAdapter

from functions.shared.carrier.items import Day, Minor, Moment, Name, Whole

LIST = Path(__file__).with_name("declared.json")
"""What there is, for who loads accounts and knows no hashtag: `python -m ops.schemas` writes it from the registry."""

type FieldKind = Literal["day", "moment", "minor", "whole", "name", "yes_or_no"]

TYPES: dict[FieldKind, Any] = {
    "day": Day,
    "moment": Moment,
    "minor": Minor,
    "whole": Whole,
    "name": Name,
    "yes_or_no": StrictBool,
}


@dataclass(frozen=True)
class Field:
    name: str
    kind: FieldKind
    about: str
    """For who delivers it: "the day on which a parcel comes"."""

    @property
    def definition(self) -> Any:
        """As pydantic's `create_model` wants it."""
        return Annotated[TYPES[self.kind] | None, About(description=self.about)], None

    def read(self, value: Any) -> Any:
        """Return a value in its type. Raises ValueError where it makes no sense."""
        return TypeAdapter(TYPES[self.kind]).validate_python(value)


@cache
def listed() -> tuple[Field, ...]:
    return tuple(Field(**one) for one in json.loads(LIST.read_text(encoding="utf-8")))
