"""What happened to one DM, in sentences, from what is stored. It never says what was written."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import typer

from functions.shared.aws.rows import (
    AUDIT,
    DM,
    DM_IDS_KEPT,
    all_of,
    customer_pk,
    dm_key,
    id_in,
    send_clock,
    sent_key,
    x_id_in,
)
from functions.shared.aws.store import Item, Store
from functions.shared.conversation import cases, conversations, replies
from functions.shared.conversation.cases import Case
from functions.shared.conversation.erasure import Marks
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget as budgets
from ops.place import Place, Trouble, at_place
from ops.times import Times, times_of

X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, UTC)
"""An id of X carries its time: milliseconds since then, 22 bits further left."""
BY_ITSELF = timedelta(minutes=2)
"""X delivers an event within seconds. What was queued later than this was looked up, or delivered again."""
LOOKED_BEFORE = 50
NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True)
class Step:
    text: str
    at: datetime | None = None
    ok: bool | None = True
    """False = something went wrong, None = it is still under way."""
    case: str | None = None
    """The case to look at."""


@dataclass(frozen=True)
class Story:
    dm: str
    customer: str
    asked_at: datetime | None
    asked: str
    """That time by the brand's clock."""
    steps: tuple[Step, ...]
    done: bool
    """Nothing more is to come by itself."""
    timezone: str
    """Of the brand: its steps tell time there."""

    def shown(self) -> dict[str, Any]:
        """As JSON: `ms` is how long after the customer's pressing of Send."""
        steps = [asdict(step) | {"at": _iso(step.at), "ms": self._ms(step.at)} for step in self.steps]
        return asdict(self) | {"asked_at": _iso(self.asked_at), "steps": steps}

    def _ms(self, at: datetime | None) -> int | None:
        return max(0, round((at - self.asked_at) / timedelta(milliseconds=1))) if at and self.asked_at else None


def written_at(dm_id: str) -> datetime | None:
    """Return when X took a DM, which its id tells; None for an encrypted one, whose id tells nothing."""
    if not dm_id.isdecimal() or len(dm_id) < 15:
        return None
    return X_EPOCH + timedelta(milliseconds=int(dm_id) >> 22)


def story(store: Store, customer: str, dm_id: str, times: Times, marks: Marks | None = None) -> Story:
    """Tell what became of a customer's DM. With `marks` it is known who has been erased since."""
    asked_at, now, zone = written_at(dm_id), times.now, times.zone.key
    record = store.get(*dm_key(customer, dm_id))
    if record is None:
        here = _gone(dm_id, asked_at, marks.erased(customer) if marks else None, now)
        return Story(dm_id, customer, asked_at, _told(asked_at, times), (here,), here.ok is not None, zone)
    reply = conversations.replies_of(store, customer, [f"{dm_id}#reply"]).get(f"{dm_id}#reply")
    case = conversations.case_of(store, record["case"]) if "case" in record else None
    steps = [*_arrived(record, asked_at), *_decided(record, reply, case)]
    steps += _case(record, case)
    if reply:
        steps += _sent(store, reply)
        steps += _now(store, reply, times)
    asked_at = asked_at or _time(record, "queued_at")
    return Story(dm_id, customer, asked_at, _told(asked_at, times), tuple(steps), _is_done(steps, reply), zone)


def _told(at: datetime | None, times: Times) -> str:
    return f"{times.said(at)}, {times.zone.key}" if at else "an unknown time"


def _gone(dm_id: str, asked_at: datetime | None, erased: tuple[str, str] | None, now: datetime) -> Step:
    """Say why nothing is stored of a DM."""
    if erased and dm_id.isdecimal() and int(dm_id) <= int(erased[0]):
        return Step("Its customer has been erased since: nothing of it is kept.")
    if asked_at and now - asked_at > DM_IDS_KEPT:
        return Step(f"What became of it was kept for {DM_IDS_KEPT.days} days.")
    return Step("Nothing of it has reached the service: it waits in the queue, or X has not delivered it.", ok=None)


def _is_done(steps: list[Step], reply: Outgoing | None) -> bool:
    return all(step.ok is not None for step in steps) and (reply is None or reply.settled)


# ---- in ----


def _arrived(record: Item, asked_at: datetime | None) -> Iterator[Step]:
    queued_at = _time(record, "queued_at")
    if asked_at and queued_at and queued_at - asked_at > BY_ITSELF:
        yield Step("X did not report it in time: it was looked up, or delivered again", queued_at, ok=False)
    else:
        yield Step("signature checked")
    yield Step("on the queue", queued_at)


def _decided(record: Item, reply: Outgoing | None, case: Case | None) -> Iterator[Step]:
    at = _time(record, "at")
    if record["step"] == "failed":
        yield Step("the bot failed at it five times: a person gets it", at, ok=False)
        return
    tags = " ".join(f"#{tag}" for tag in reply.tags) if reply else ""
    what = tags or {"answered": "an answer", "suppressed": "no answer", "ignored": "no answer"}.get(
        record["disposition"], "for a person"
    )
    if tags and case:
        what += ", and for a person"
    because = [reply.key] if reply else []
    because += [f"by the rule {record['rule']}"] if "rule" in record else []
    yield Step(f"decided: {what} ({', '.join(because)})" if because else f"decided: {what}", at)
    saved = ["answer"] if reply else []
    saved += ["case"] if case else []
    yield Step(f"saved: {', '.join([*saved, 'record', 'audit'])}", at)
    silent = SILENT.get((record["disposition"], record["step"]), SILENT.get((record["disposition"], "")))
    if silent and reply is None:
        yield Step(silent, at)


SILENT = {
    ("suppressed", ""): "No answer: this customer has sent #stop. Send #start to switch it back on.",
    ("ignored", "6 rule"): "No answer needed: a thank-you.",
    ("ignored", "3 our question"): 'No answer needed: a "no" to our question.',
    ("ignored", "3 limits"): "No answer: the same was said, and dealt with, a moment ago.",
    ("ignored", "3 switches"): "No answer yet: a third switch in a quarter of an hour is confirmed when that is over.",
    ("ignored", "2 stop"): "No answer: a newer #start is in force.",
    ("ignored", "5 told later"): "No answer now: they are told once it has ended.",
    ("ignored", "5 hashtag"): "No answer: a newer #stop is in force.",
    ("ignored", ""): "No answer needed.",
}


def _case(record: Item, case: Case | None) -> Iterator[Step]:
    if case is None:
        return
    how = "Added for" if record["disposition"] == "joined" else "With"
    state = {
        "NEW": "Nobody has taken it yet.",
        "CLAIMED": f"{case.owner} has it.",
        "WAITING_CUSTOMER": "It waits for the customer.",
        "RESOLVED": "It is resolved.",
        "UNREADABLE": "A newer release has written it: this one only shows it.",
    }[case.state]
    said = f"{how} {cases.TEAM_NAMES[case.team]} as case {case.number}."
    yield Step(f"{said} {state}", _time(record, "at"), case=case.number)


# ---- out ----

_CHANGE = re.compile(r"reply (\S+) (\w+) -> (\w+)")

TOLD: dict[tuple[str, str], Step] = {
    ("claimed", "SENDING"): Step("its turn to be sent"),
    ("sent: Sent", "SENT"): Step("sent"),
    ("echo", "SENT"): Step("sent: X reported it back"),
    ("looked up", "SENT"): Step("sent: it was found at X"),
    ("sent: Unknown", "UNKNOWN"): Step(
        "X did not say whether it took the answer: not sent again, but looked for", ok=False
    ),
    ("lease ran out", "UNKNOWN"): Step("whoever was sending it ended in the middle: it may have left", ok=False),
    ("sent: NotSent", "PENDING"): Step("not sent: X takes none now", ok=False),
    ("sent: Blocked", "PENDING"): Step("not sent: X lets our account send nothing", ok=False),
    ("looked up", "PENDING"): Step("not found at X after five minutes: it goes out once more"),
    ("looked up", "UNCONFIRMED"): Step("not found at X, and too late to send again: a person looks at it", ok=False),
    ("sent: Refused", "REFUSED"): Step("refused: X does not bring this customer our messages", ok=False),
}
"""What a change of a reply was, by what was done and the state that came of it."""


def _sent(store: Store, reply: Outgoing) -> Iterator[Step]:
    settled_by_echo = False
    for row in store.query(customer_pk(reply.customer), all_of(AUDIT)):
        changes = [match for match in map(_CHANGE.fullmatch, row["changes"]) if match and match[1] == reply.id]
        for change in changes:
            step = TOLD.get((row["did"], change[3]))
            settled_by_echo = (row["did"], change[3]) == ("echo", "SENT")
            if step:
                yield Step(step.text, datetime.fromisoformat(row["at"]), step.ok)
    if reply.carried_by:
        yield Step("in one DM with what waited beside it")
    confirmed = store.get(*sent_key(reply.customer, reply.dm_id)) if reply.dm_id else None
    if confirmed and not settled_by_echo and "confirmed_at" in confirmed:
        yield Step("X confirmed it", _time(confirmed, "confirmed_at"))


def _now(store: Store, reply: Outgoing, times: Times) -> Iterator[Step]:
    """Say how a reply stands that is not where it should be."""
    match reply.state:
        case "PENDING":
            yield Step(_waits(store, reply, times), ok=None)
        case "SENDING":
            yield Step("Being sent.", ok=None)
        case "UNKNOWN":
            yield Step(f"X has not confirmed it. Looked for at {_told(reply.look_up_at or times.now, times)}.", ok=None)
        case "UNREADABLE":
            yield Step("A newer release has written it: this one leaves it as it is.", ok=False)
        case "SUPPRESSED" if conversations.load(store, reply.customer).customer.stopped:
            yield Step("Not sent: customer has sent #stop.", ok=False)
        case "SUPPRESSED":
            yield Step("Not sent: the account is no longer linked, or a person has the conversation.", ok=False)


def _waits(store: Store, reply: Outgoing, times: Times) -> str:
    budget, now = budgets.load(store), times.now
    if budget.holds(reply.kind):
        return f"Waits: automated replies are paused ({budget.paused})."
    if not budget.room(reply.kind, now):
        why = f"{budget.trouble}. One is tried at" if budget.trouble else "X's limit is used up until"
        return f"Waits: {why} {_told(budget.next_room(reply.kind, now), times)}. {_before(store, reply, now)}"
    if reply.not_before and reply.not_before > now:
        return f"Waits: X did not take it. Tried again at {_told(reply.not_before, times)}."
    return f"Waits for its turn. {_before(store, reply, now)}"


def _before(store: Store, reply: Outgoing, now: datetime) -> str:
    """Say how many leave before it: what is more pressing, and what has waited longer."""
    kinds = replies.KINDS[: replies.KINDS.index(reply.kind) + 1]
    rows = [row for kind in kinds for row in store.due(send_clock(kind), now, LOOKED_BEFORE)]
    ids = [id_in(row) for row in rows]
    count = ids.index(reply.id) if reply.id in ids else len(ids)
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{number} {'is' if count == 1 else 'are'} before it."


def _time(row: Item, name: str) -> datetime | None:
    return datetime.fromisoformat(row[name]) if name in row else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


# ---- the command ----

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False, rich_markup_mode="markdown")

EXAMPLES = """
Examples:

  tweetserve explain --last --local                        the newest DM on this machine

  tweetserve explain 1860000000000000001 --stage prod      one on AWS
"""


@app.command(epilog=EXAMPLES)
@at_place
def explain(
    place: Place,
    dm: Annotated[str, typer.Argument(metavar="DM", help="The DM's id.")] = "",
    last: Annotated[bool, typer.Option("--last", help="The newest DM.")] = False,
    *,
    as_json: bool,
) -> None:
    """Say what happened to one DM, step by step."""
    if bool(dm) == last:
        raise Trouble("Which DM? Give its id, or --last.", 2)
    shown = _asked_here(place, dm) if place.local else _found(place, dm)
    typer.echo(json.dumps(shown) if as_json else "\n".join(_lines(shown)))


def _asked_here(place: Place, dm: str) -> dict[str, Any]:
    """Ask the local run, which knows what X has and we do not."""
    try:
        url = f"{place.name}/local/what-happened"
        answer = httpx.get(url, params={"dm": dm or "last"}, timeout=10, trust_env=False)
    except httpx.TransportError:
        raise Trouble(f"Nothing answers at {place.name}. Start it with `tweetserve local`.") from None
    shown: dict[str, Any] = answer.json()
    if answer.is_error:
        raise Trouble(shown["message"])
    return shown


def _found(place: Place, dm: str) -> dict[str, Any]:
    records = find(place.client("dynamodb"), place.settings["service_table"], all_of(DM) + dm)
    if not records:
        since = "or its customer has been erased since"
        raise Trouble(f"No DM with this id has been decided about, {since}." if dm else "No DM has been decided about.")
    newest = max(records, key=lambda record: record.get("at", ""))
    customer, dm_id = x_id_in(newest), id_in(newest)
    return story(place.store, customer, dm_id, times_of(place)).shown()


def find(dynamodb: Any, table: str, sort: str) -> list[dict[str, str]]:
    """Return keys and times of the DMs whose sort key begins like this. It reads the whole table: once in a night."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(sk, :sort)",
        ExpressionAttributeValues={":sort": {"S": sort}},
        ProjectionExpression="pk, sk, #at",
        ExpressionAttributeNames={"#at": "at"},
    )
    return [{name: value["S"] for name, value in item.items()} for page in pages for item in page["Items"]]


def _lines(shown: dict[str, Any]) -> Iterator[str]:
    yield f"DM {shown['dm']} of customer {shown['customer']}, {shown['asked']}"
    for step in shown["steps"]:
        sign = {True: "✓", False: "✗", None: "…"}[step["ok"]]
        after = f"   {_after(step['ms'])}" if step["ms"] is not None else ""
        yield f"{sign} {step['text']}{after}"


def _after(ms: int) -> str:
    if ms < 10_000:
        return f"{ms} ms"
    seconds = ms // 1000
    return f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"
