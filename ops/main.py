"""The command line: `tweetserve`."""

import typer

from local.cli import local

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.command()(local)


@app.callback()
def main() -> None:
    """Self-service for customer care on X: run it here, look after it."""


if __name__ == "__main__":
    app()
