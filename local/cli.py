"""The command `tweetserve local`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to serve; 0 takes any free port.")] = 8400,
    data: Annotated[Path, typer.Option(help="Where everything is kept between runs.")] = Path(".tweetserve"),
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the phone page.")] = False,
) -> None:
    """Run the whole service on this machine, with a phone to type on, until Ctrl-C."""
    typer.echo("Starting:", nl=False)
    from local.run import Options, run  # takes a moment, and the first line must not wait for it

    raise typer.Exit(asyncio.run(run(Options(port, data, not no_browser))))
