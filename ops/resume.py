"""`tweetserve resume`: end what `tweetserve pause` began."""

import typer

from functions.shared.delivery import budget
from ops.pause import ALL, What, let_go, tag_of, tell
from ops.place import Place, Trouble, at_place

EXAMPLES = """
Examples:

  tweetserve resume --stage prod             everything

  tweetserve resume '#charges' --stage prod
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EXAMPLES)
@at_place
def resume(place: Place, what: What = ALL, *, dry_run: bool, as_json: bool) -> None:
    """Let automated replies leave again."""
    tag = tag_of(what)
    if tag == ALL and budget.load(place.store).paused == budget.RESTORED:
        raise Trouble("This table was restored: `tweetserve settle --since MOMENT` asks X what was sent, and resumes.")
    if not dry_run:
        let_go(place, tag)
    tell(place, tag, as_json=as_json, dry_run=dry_run, verb="resume")
