"""The command line: `tweetserve`."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from local.cli import local

LAZY = (
    "ask",
    "desk",
    "customer",
    "explain",
    "x",
    "pause",
    "resume",
    "restore",
    "accounts",
    "catalogue",
    "notice",
    "brand",
    "cases",
    "credits",
    "doctor",
    "settle",
    "migrate",
    "staff",
    "dead-letters",
)
"""Commands; the file of each has its name."""


class Commands(TyperGroup):
    """Imports a command when somebody asks for it: the first line of `local` must not wait for its libraries."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LAZY]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in LAZY:
            return super().get_command(ctx, cmd_name)
        group = get_command(import_module(f"ops.{cmd_name.replace('-', '_')}").app)
        group.name = cmd_name
        return group


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_show_locals=False)
app.command()(local)


@app.callback()
def main() -> None:
    """Self-service for customer care on X: run it here, look after it."""


if __name__ == "__main__":
    app()
