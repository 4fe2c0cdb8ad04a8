"""The command line: `tweetserve`."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from local.cli import local

LAZY = {
    "desk": "desk:app",
    "customer": "customers:app",
    "explain": "explain:app",
    "x": "x:app",
    "pause": "pauses:pause_app",
    "resume": "pauses:resume_app",
    "accounts": "imports:accounts_app",
    "catalogue": "imports:catalogue_app",
    "cases": "cases:app",
    "doctor": "doctor:app",
    "settle": "settle:app",
    "staff": "staff:app",
    "dead-letters": "dead_letters:app",
}
"""Commands by name, and where they are found."""


class Commands(TyperGroup):
    """Imports a command when somebody asks for it: the first line of `local` must not wait for its libraries."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LAZY]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in LAZY:
            return super().get_command(ctx, cmd_name)
        module, _, app = LAZY[cmd_name].partition(":")
        group = get_command(getattr(import_module(f"ops.{module}"), app))
        group.name = cmd_name
        return group


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.command()(local)


@app.callback()
def main() -> None:
    """Self-service for customer care on X: run it here, look after it."""


if __name__ == "__main__":
    app()
