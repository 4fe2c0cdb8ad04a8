"""The acts of staff: one file each in `acts/`, found by import. Who wants to know what there is looks here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import BaseModel

from functions.escalate.contract import CaseAnswer, ClaimRequest
from functions.escalate.desk_api import Desk, Staff


@dataclass(frozen=True)
class Act[Asked: ClaimRequest]:
    """`POST /desk/api/cases/{id}/{name}`. `does` takes the case's id and raises Refusal."""

    name: str
    request: type[Asked]
    does: Callable[[Desk, Staff, str, Asked], BaseModel]
    answer: type[BaseModel] = CaseAnswer

    @property
    def refusals(self) -> tuple[str, ...]:
        """The statuses that it may answer instead; only who names what they have read can be told to read more."""
        unread = ("412",) if "seen" in self.request.model_fields else ()
        return ("400", "403", "404", "409", *unread, "503")


@cache
def acts() -> Mapping[str, Act[Any]]:
    """Return every act in `acts/` by its name."""
    import functions.escalate.acts as package

    modules = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))
    return {module.act.name: module.act for module in modules}
