"""What others write and we only read: what is sound is used, what is not is refused at the moment it is asked for."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import SchemaValidator, core_schema

LARGEST = 10**15  # a petabyte, ten thousand billion pounds: whatever is larger is a mistake


class Unreadable(ValueError):
    """Something asked for is missing or makes no sense. The message names it and never says its value."""


class _Unsound:
    """Stands for a value that did not make sense, until the model is complete."""


_UNSOUND = _Unsound()
_KEEP_SOUND = object()


class Part(BaseModel):
    """A piece of an item. Written down it has to be right in full; read with `of`, what is sound stays usable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Print no numbers and no balances by accident: the class says enough."""
        yield from ()

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """Keep what is sound. Asking for anything else that should be there raises Unreadable."""
        return cls.model_validate(dict(item), context=_KEEP_SOUND, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _name_missing(cls, item: Any, info: ValidationInfo) -> Any:
        if info.context is not _KEEP_SOUND or not isinstance(item, dict):
            return item
        missing = {name: _UNSOUND for name, field in cls.model_fields.items() if field.is_required()}
        return missing | item

    @field_validator("*", mode="wrap")
    @classmethod
    def _keep_sound(cls, value: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            if value is None or value == "":
                raise ValueError("leave out what is not known")
            return check(value)
        except ValueError:  # a ValidationError is one
            if info.context is not _KEEP_SOUND:
                raise
            return _UNSOUND

    @model_validator(mode="after")
    def _drop_unsound(self) -> Self:
        for name in [name for name, value in self.__dict__.items() if value is _UNSOUND]:
            del self.__dict__[name]
        return self

    if not TYPE_CHECKING:  # a type checker should still know the attributes

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                raise Unreadable(f"{type(self).__name__.lower()}.{name} is missing or makes no sense")
            return super().__getattr__(name)


_READING_ONLY = {"_name_missing", "_keep_sound", "_drop_unsound"}


@cache
def written_down(part: type[Part]) -> SchemaValidator:
    """Return what reads a part that is written down in half the time: without what lets a doubtful one be read.

    It must not be given what is null or an empty text, which only the part itself refuses.
    """
    part.model_rebuild()
    return SchemaValidator(_without_reading(part.__pydantic_core_schema__))


def _without_reading(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_reading(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    called = schema.get("function")
    if isinstance(called, dict) and getattr(called.get("function"), "__name__", "") in _READING_ONLY:
        return _without_reading(schema["schema"])
    return {name: _without_reading(value) for name, value in schema.items()}


def given[T](value: T | None, name: str) -> T:
    """Return an optional attribute that is needed. Raises Unreadable if it is not known."""
    if value is None:
        raise Unreadable(f"{name} is not known")
    return value


def _written(pattern: str, example: str) -> BeforeValidator:
    """Accept nothing but text of one form: a number would be taken for seconds since 1970."""

    form = re.compile(pattern)

    def check(value: Any) -> Any:
        if not isinstance(value, str | date) or (isinstance(value, str) and not form.fullmatch(value)):
            raise ValueError(f"write it like {example}")
        return value

    return BeforeValidator(check)


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has a line break or another sign that cannot be seen")
    return text


Whole = Annotated[int, Strict(), Ge(0), Le(LARGEST)]
Minor = Whole
Owed = Annotated[int, Strict(), Ge(-LARGEST), Le(LARGEST)]
"""What is to pay, in minor units of the currency; negative = in credit."""
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
LONGEST_NAME = 100
"""Signs. Two ids fit into one of DynamoDB's keys, and a whole account into one of its transactions."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_on_one_line),
]
Day = Annotated[date, _written(r"\d{4}-\d\d-\d\d", "2026-11-24"), WithJsonSchema({"type": "string", "format": "date"})]
"""A local date."""
Moment = Annotated[
    AwareDatetime,
    _written(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z", "2026-11-24T14:03:00Z"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "Z$"}),
]
"""A time in UTC."""


class WrittenSchema(GenerateJsonSchema):
    """A JSON schema of what may be written: what is not known is left out, so nothing may be null."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False  # it would repeat the name

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])
