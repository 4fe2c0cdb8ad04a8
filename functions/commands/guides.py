"""How phones are set up: the same for each platform."""

from functions.commands import gate
from functions.commands.gate import AnswerTo
from functions.commands.registry import Escalate, Question
from functions.shared.brand.catalogue import Guide
from functions.shared.wording.reading import plain
from functions.shared.wording.text import Reply, Text

DEFAULT = "internet"

GUIDE = Text(
    "guide",
    "{hi}{guide}",
    next="More: {topics}.",
    short="{name_of}: {guide}",
    needs=("guide.platform", "guide.topic", "guide.words", "guide.text"),
)
TEXTS = (GUIDE, *gate.CONTENT)


def answer(platform: str, name: str) -> AnswerTo:
    """Return the answer to a platform's hashtag; `name` is how people call it."""
    return gate.content(platform, lambda question: _say(platform, name, question))


def _say(platform: str, name: str, question: Question) -> Reply | Escalate:
    guides = [guide for guide in question.catalogue.guides() if guide.platform == platform]
    chosen = _chosen(guides, question.dm.text)
    if chosen is None:
        return Escalate("device", "devices")
    others = [guide.topic for guide in guides if guide is not chosen]
    reply = GUIDE.reply(guide=chosen.text, topics=f"#{platform} {' or '.join(others)}", name_of=name)
    return reply if others else Reply(reply.key, reply.text, short=reply.short)


def _chosen(guides: list[Guide], text: str) -> Guide | None:
    """Return the guide that a word of the message names, else the one for everybody."""
    said = set(plain(text).words)
    named = (guide for guide in guides if said & set(guide.words))
    default = (guide for guide in guides if guide.topic == DEFAULT)
    return next(named, None) or next(default, None)
