"""Asks as one of the demo people would, at a fixed time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from functions.commands.decide import decide
from functions.commands.decisions import Decision
from functions.commands.registry import Changed, Command, Escalate, Question, registry
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.conversation.cases import Case
from functions.shared.conversation.customers import Customer, Link
from functions.shared.wording.reading import plain
from functions.shared.wording.text import Reply
from functions.shared.x.messages import DirectMessage
from local.demo import Person, catalogue, people

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
PEOPLE = {one["handle"]: one for one in people(NOW)}
CONTENT = catalogue(NOW)


def customer(one: Person) -> Customer:
    link = Link(one["account"]["account_id"], one["lines"][0]["line_id"], NOW) if one["linked"] else None
    stopped_by = "1" if one["stopped"] else None
    return Customer(one["x_user_id"], handle=one["handle"], link=link, stopped_by=stopped_by, told_privacy=True)


def question(
    says: str,
    by: str | Person = "linked_customer",
    *,
    case: Case | None = None,
    content: list[dict[str, Any]] = CONTENT,
    now: datetime = NOW,
    **changes: Any,
) -> Question:
    """Return what a demo customer asks; `changes` are to what we know of the customer."""
    one = PEOPLE[by] if isinstance(by, str) else by
    who = replace(customer(one), **changes)
    dm = DirectMessage(id="1000", customer=who.x_id, handle=who.handle, text=says, sent_at=int(now.timestamp() * 1000))
    items, locked = accounts.items(one), who.locked_by is not None
    return Question(dm, who, now, lambda: accounts.of(items), Catalogue.of(content), case, locked=locked)


def command(says: str) -> Command:
    """Return the command that a message asks for."""
    read = plain(says)
    words = registry().by_word
    found = [registry().by_tag[tag] for tag in read.tags] or [words[word] for word in read.words if word in words]
    return found[0]


def ask(says: str, by: str | Person = "linked_customer", **known: Any) -> Reply | Escalate:
    """Return what a command says, whatever it changes. `known` is for `question`."""
    answer = command(says).answer(question(says, by, **known))
    return answer.reply if isinstance(answer, Changed) else answer


def decided(says: str, by: str | Person = "linked_customer", **known: Any) -> Decision:
    """Return what is decided about a message while nobody else waits."""
    return decide(question(says, by, **known), case_id="7KD2MX", waiting=lambda _: 0)


def read(says: str, by: str | Person = "linked_customer", **known: Any) -> str:
    """Return what the customer reads."""
    say = decided(says, by, **known).say
    return say.text if say else ""


def with_change(by: str | Person, path: str, value: Any) -> Person:
    """Return a demo person with one more thing changed; None leaves it out."""
    changed: Person = _changed(PEOPLE[by] if isinstance(by, str) else by, path.split("."), value)
    return changed


def _changed(there: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(there, list):
        return [_changed(inner, rest, value) if str(at) == first else inner for at, inner in enumerate(there)]
    assert isinstance(there, Mapping)
    changed = {**there, first: _changed(there.get(first), rest, value)}
    return {name: inner for name, inner in changed.items() if inner is not None}


def said(result: Reply | Escalate) -> Reply:
    """Return what a command says, which is no handover to people."""
    assert isinstance(result, Reply)
    return result


def item(kind: str, **values: Any) -> list[dict[str, Any]]:
    """Return the demo's content with other items of one kind: one, with these values changed."""
    one = next(item for item in CONTENT if item["kind"] == kind)
    return [item for item in CONTENT if item["kind"] != kind] + [{**one, **values}]
