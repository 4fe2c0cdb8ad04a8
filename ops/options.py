"""The options that commands share: each is said once, and a command asks for them by what it takes."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from inspect import Parameter
from typing import Annotated, Any

import typer

Local = Annotated[bool, typer.Option("--local", help="At `tweetserve local`, on this machine.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="With --local: where it serves.")]


def _stages(begun: str) -> list[str]:
    """Complete a stage's name in the shell."""
    from infra.stage import names

    return [name for name in names() if name.startswith(begun)]


Stage = Annotated[
    str, typer.Option(envvar="TWEETSERVE_STAGE", help="The stage on AWS: dev or prod.", autocompletion=_stages)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]

PORT = 8400

MODES: dict[str, Any] = {
    "dry_run": Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")],
    "as_json": AsJson,
}
"""The options of a command that takes parameters of these names."""


def connected_by[T](
    connection: Callable[..., AbstractContextManager[T]], command: Callable[..., None]
) -> Callable[..., None]:
    """Add a connection's options to a command's own, and call it with what the connection gives.

    Typer reads what a function takes: the signature is put together here.
    """
    options = inspect.signature(connection).parameters
    _, *own = inspect.signature(command).parameters.values()
    modes = [Parameter(name, Parameter.KEYWORD_ONLY, default=False, annotation=MODES[name]) for name in _modes(own)]
    shown = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in (*(one for one in own if one.name not in MODES), *options.values(), *modes)
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        with connection(**{name: given.pop(name) for name in options}) as there:
            command(there, **given)

    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return run


def _modes(own: list[Parameter]) -> list[str]:
    takes = {parameter.name for parameter in own}
    return [name for name in MODES if name in takes]
