"""#tellme: be told once, when a known incident has ended. The notice said so, so that nothing is said now."""

from functions.commands import end_of_incident, incidents
from functions.commands.registry import Command, Example, Question
from functions.shared.wording.text import Reply, Text

NONE = Text(
    "tellme.none",
    "{hi}I know of no trouble that touches you right now. What isn't working? Say it here, with the place, and a person"
    " will look.",
    needs=("notice.started_at", "notice.ended_at", *incidents.NEEDS),
)


def say(question: Question) -> Reply:
    notice = incidents.of_place(question) or incidents.of_customer(question)
    if notice is None:
        return NONE.reply()
    return Reply("tellme", "", tells=notice.id) if notice.told(question.now) else incidents.over(notice)


command = Command(
    tag="tellme",
    help="news of a known trouble, once it is over",
    answer=say,
    examples=(Example("#tellme", "tellme.none"), Example("#tellme", "tellme.none", by="new_customer")),
    home="devices",
    texts=(NONE, incidents.AFTER_END, end_of_incident.HAS_ENDED),
    changes=True,
)
