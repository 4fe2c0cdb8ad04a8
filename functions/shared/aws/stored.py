"""Rows as typed values, of which nothing is lost: what this release does not know is written back as it was read.

After a rollback rows hold what a newer release has written: fields that we do not have, and values that we do not
understand. Both are in `beyond`. A row with such a value is for a person; nobody fails at it.
"""

from collections.abc import Set
from dataclasses import MISSING, field, fields, replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from functions.shared.aws import telemetry
from functions.shared.aws.store import Item

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)
UNREAD_AT = datetime.fromtimestamp(0, UTC)
"""Stands for a time that is not understood."""


@dataclass(frozen=True, config=STRICT)
class Stored:
    """What is kept in a row, or in a part of one."""

    beyond: Annotated[dict[str, Any], Field(exclude=True)] = field(
        default_factory=dict, repr=False, hash=False, kw_only=True
    )
    """Fields that we do not have, and the values of ours that we do not understand."""
    BLANK: ClassVar[Item] = {}
    """What stands for a required field whose value is not understood."""

    @model_validator(mode="before")
    @classmethod
    def _set_aside(cls, given: Any) -> Any:
        """Keep what a row holds beyond our fields. What is constructed here has to be right."""
        if not isinstance(given, dict):
            return given
        known = _names(cls)
        more = {name: value for name, value in given.items() if name not in known}
        return {name: value for name, value in given.items() if name not in more} | {"beyond": more}

    @property
    def unread(self) -> Set[str]:
        """The fields of ours whose values we do not understand."""
        return self.beyond.keys() & _names(type(self))

    @classmethod
    def in_place_of(cls, unread: Set[str]) -> Item:
        """Return what stands for values that are not understood, where the default does not do."""
        return {name: cls.BLANK[name] for name in unread & cls.BLANK.keys()}


def read_as[T: Stored](kind: type[T], row: Item) -> T:
    """Read a row's fields. A value that makes no sense to us is in `unread`, and something else stands for it."""
    shape: Any = kind
    read: T
    try:
        read = _type(shape).validate_python(row)
        return read
    except ValidationError as error:
        unread = {str(one["loc"][0]) for one in error.errors(include_url=False, include_input=False)}
    sound = {name: value for name, value in row.items() if name not in unread}
    read = _type(shape).validate_python(sound | kind.in_place_of(unread))
    return replace(read, beyond=read.beyond | {name: row[name] for name in unread if name in row})


def watched[T: Stored](read: T) -> T:
    """Let an alarm ring where a value is not understood."""
    if read.unread:
        telemetry.count("RowNotUnderstood")
    return read


def fields_of(thing: Stored) -> Item:
    """Return the fields of a row, with all that it held when it was read."""
    shape: Any = type(thing)
    return _whole(thing, _type(shape).dump_python(thing, mode="json", exclude_none=True))


def _whole(thing: Stored, ours: Item) -> Item:
    """Put back what is beyond us, in what is inside as well. What has been given a value since has that one."""
    inner = {name: _inside(getattr(thing, name), value) for name, value in ours.items()}
    given = {name for name in thing.unread if getattr(thing, name) != _stands_for(thing, name)}
    return inner | {name: value for name, value in thing.beyond.items() if name not in given}


def _inside(value: Any, ours: Any) -> Any:
    if isinstance(value, Stored):
        return _whole(value, ours)
    if isinstance(value, tuple):
        return [_inside(one, its) for one, its in zip(value, ours, strict=True)]
    return ours


def _stands_for(thing: Stored, name: str) -> Any:
    """The value that a field has where its row's was not understood."""
    its = {one.name: one for one in fields(thing)}[name]
    default = None if its.default is MISSING else its.default
    made = default if its.default_factory is MISSING else its.default_factory()
    return thing.in_place_of(thing.unread).get(name, made)


def _names(kind: type[Stored]) -> Set[str]:
    return {one.name for one in fields(kind)} - {"beyond"}


@cache
def _type(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
