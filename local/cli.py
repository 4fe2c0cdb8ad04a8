"""The command `tweetserve local`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to serve; 0 takes any free port.")] = 8400,
    data: Annotated[Path, typer.Option(help="Where everything is kept between runs.")] = Path(".tweetserve"),
    brand: Annotated[Path | None, typer.Option(help="A brand's folder; brands/example-uk if there is none.")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Let nobody wait for a person at the first start.")] = False,
    events: Annotated[str, typer.Option(metavar="URL", help="Is told of each change of a case.")] = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the phone page.")] = False,
) -> None:
    """Run the whole service on this machine, with a phone to type on, until Ctrl-C."""
    typer.echo("Starting:", nl=False)
    from local.run import Options, run  # takes a moment, and the first line must not wait for it

    raise typer.Exit(
        asyncio.run(run(Options(port, data, not no_browser, brand=_checked(brand), empty=empty, events=events)))
    )


def _checked(brand: Path | None) -> Path:
    """Return the folder of a brand that can be run; one that cannot gets its sentences."""
    from local.demo import EXAMPLE_UK

    if brand is None:
        return EXAMPLE_UK
    from ops.brand import faults  # the example needs no look: a test has one

    if not brand.is_dir():
        raise typer.BadParameter(f"there is no folder {brand}")
    if found := list(faults(brand)):
        raise typer.BadParameter(" ".join(found))
    return brand.resolve()
