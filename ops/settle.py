"""`tweetserve settle`: ask X what became of replies; after a backup was restored, what was sent since."""

import html
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from typing import Annotated, Any

import typer
from rich.console import Console

from functions.commands.registry import registry
from functions.shared import wiring
from functions.shared.aws import clock, settings
from functions.shared.aws.rows import SETTLE, dm_key, dm_row, sent_key, sent_row, x_id_in
from functions.shared.aws.store import Store
from functions.shared.conversation import cases, conversations, intake, replies
from functions.shared.conversation.cases import Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Consent, started, stopped
from functions.shared.conversation.intake import Concern
from functions.shared.delivery import budget
from functions.shared.delivery.echoes import is_said
from functions.shared.delivery.sender import Sender
from functions.shared.wording import rules
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import clock_time
from functions.shared.wording.stop_words import plain_start, plain_stop, stop_tag
from functions.shared.x.account import Unanswered, XAccount
from functions.shared.x.ids import greatest
from functions.shared.x.messenger import XMessenger
from functions.shared.x.transport import TWEEPY_HOST
from ops.place import Place, Trouble, at_place
from ops.times import minutes_until, times_of
from ops.x_keys import account_of, keys_of

BY = "settle"
LISTED = timedelta(days=30)
"""How far back X lists DMs."""
AT_ONCE = 50
TOGETHER = 20
"""DMs that one transaction settles."""
WAITS = "what X has sent is being looked up"

EXAMPLES = """
Without --since: look once, now, for what is unknown. With it, after a backup was restored: hold automated replies back,
mark what X has sent since then, and resume.

Examples:

  tweetserve settle --stage prod

  tweetserve settle --since 2026-11-24T14:00Z --stage prod --dry-run

  tweetserve settle --since 3h --local
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@dataclass(frozen=True)
class Dm:
    """A DM as X lists it."""

    id: str
    customer: str
    ours: bool
    text: str
    at: datetime


@app.command(epilog=EXAMPLES)
@at_place
def settle(
    place: Place,
    since: Annotated[str, typer.Option(help="When the backup was made: 2026-11-24T14:00Z, or 3h ago.")] = "",
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask X what became of replies."""
    with Console(stderr=True).status("asking X") as status:
        answer = (
            restored(place, moment(since, clock.now()), dry_run=dry_run, heard=status.update)
            if since
            else looked_up(sender_of(place), dry_run=dry_run)
        )
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    for what, number in answer.items():
        typer.echo(f"{what.replace('_', ' ')}: {number}")


def moment(said: str, now: datetime) -> datetime:
    """Read when a backup was made. Raises Trouble for what is no time that X can tell about."""
    at = _read(said, now)
    if not now - LISTED < at < now:
        raise Trouble("X lists the DMs of the last 30 days; begin within them.")
    return at


def _read(said: str, now: datetime) -> datetime:
    if ago := re.fullmatch(r"([0-9]{1,3})([mhd])", said):
        return now - timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[ago[2]]: int(ago[1])})
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise Trouble(f"Write the time like 2026-11-24T14:00Z or 3h, not {said}.") from None
    if at.tzinfo is None:
        raise Trouble(f"Is {said} in UTC? Then write {said}Z.")
    return at


# ---- what is unknown now ----


def sender_of(place: Place) -> Sender:
    messenger = XMessenger(keys_of(place), place.settings.get("x_api_url") or TWEEPY_HOST)
    says_time = partial(clock_time, brand=lambda: times_of(place).catalogue.brand)
    return wiring.sender_of(settings.filled(wiring.LineSettings, place.settings), place.client, messenger, says_time)


def looked_up(sender: Sender, *, dry_run: bool) -> dict[str, int]:
    """Settle what is unknown, as the tick would; what is not due yet waits for it."""
    rows = sender.store.due(SETTLE, sender.now(), AT_ONCE)
    customers = list(dict.fromkeys(x_id_in(row) for row in rows))
    before = sum(map(len, (unknown(sender.store, customer) for customer in customers)))
    for customer in () if dry_run else customers:
        sender.lease_ran_out(customer)
        sender.look_up(customer)
    after = sum(map(len, (unknown(sender.store, customer) for customer in customers)))
    return {"unknown": before, "settled": before - after, "still_unknown": after}


def unknown(store: Store, customer: str) -> list[str]:
    waiting = conversations.load(store, customer).replies
    return [reply.id for reply in waiting if reply.state in ("SENDING", "UNKNOWN")]


# ---- a restored table ----


def restored(
    place: Place, since: datetime, *, dry_run: bool, heard: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Mark what X has sent since a backup, let nothing of it be said twice, and resume."""
    store, x = place.store, account_of(place)
    if not dry_run:
        budget.pause(store, WAITS)
    found = sorted(listed(x, place.settings["brand_id"], since, heard), key=lambda dm: int(dm.id))
    count = {"dms_listed": len(found), "replies_marked_sent": 0, "dms_answered_before": 0, "cases_opened": 0}
    for customer in dict.fromkeys(dm.customer for dm in found):
        heard(f"settling {count['replies_marked_sent']} replies")
        theirs = [dm for dm in found if dm.customer == customer]
        for some in batched(theirs, TOGETHER, strict=False):
            step = Step(store, customer, some, newest_of_ours(theirs), clock.now())
            if dry_run:
                step(conversations.load(store, customer))
            else:
                conversations.change(store, customer, step, by=BY, did="restored", now=step.now)
            count["replies_marked_sent"] += step.marked
            count["dms_answered_before"] += step.recorded
            count["cases_opened"] += step.opened
    if not dry_run:
        budget.resume(store)
    return {"dry_run": dry_run} | count


def newest_of_ours(dms: Iterable[Dm]) -> int:
    return int(greatest((dm.id for dm in dms if dm.ours), clock.now()))


class Step:
    """What one customer's conversation becomes by some of the DMs that X lists. `answered_to`: we wrote after these."""

    def __init__(self, store: Store, customer: str, dms: Iterable[Dm], answered_to: int, now: datetime) -> None:
        self._store, self._customer, self._dms, self._answered_to = store, customer, tuple(dms), answered_to
        self.now = now
        self.marked = self.recorded = self.opened = 0

    def __call__(self, current: Conversation) -> Conversation | None:
        self.marked = self.recorded = self.opened = 0
        after = current
        for dm in self._dms:
            after = self._sent(after, dm) if dm.ours else self._answered(after, dm)
        return after if after != current else None

    def _sent(self, current: Conversation, dm: Dm) -> Conversation:
        """A DM of ours: the replies that it was are sent."""
        if self._store.get(*sent_key(self._customer, dm.id)):
            return current
        parts = [dm.text, *dm.text.split("\n\n")]
        was = [r for r in current.replies if not r.settled and any(is_said(r, r.text, dm.id, part) for part in parts)]
        self.marked += len(was)
        done = current.having(*(replace(replies.sent(r, dm.id), carries=(), carried_by=None) for r in was))
        row = sent_row(self._customer, dm.id, was[0].id if was else BY, self.now)
        return replace(done, writes=(*done.writes, row))

    def _answered(self, current: Conversation, dm: Dm) -> Conversation:
        """A customer's DM that we know nothing of, though we wrote after it: not answered again, but seen by a person.

        A lone hashtag has had its answer, and what it switched off or on stays so. What we did not answer comes again
        by itself.
        """
        known = self._store.get(*dm_key(self._customer, dm.id))
        if known or int(dm.id) > self._answered_to:
            return current
        self.recorded += 1
        heeded = self._heeded(current, dm)
        answered = had_its_answer(dm.text)
        after = heeded if answered else self._seen(heeded, dm)
        row = dm_row(
            self._customer,
            dm.id,
            self.now,
            disposition="answered" if answered else "escalated",
            step="restored",
            case=after.case.id if after.case and not answered else None,
        )
        return replace(after, writes=(*after.writes, row))

    def _heeded(self, current: Conversation, dm: Dm) -> Conversation:
        """Do again what a stop or a start has done: it was confirmed, and holds."""
        change = stopped if stops(dm.text) else started if starts(dm.text) else None
        after = change(current.customer, dm.id, self.now) if change else current.customer
        if after == current.customer:
            return current
        consent = Consent("automatic replies", given=not after.stopped, wording="")
        row = conversations.consent_row(self._customer, dm.id, consent, self.now)
        return replace(current, customer=after, writes=(*current.writes, row))

    def _seen(self, current: Conversation, dm: Dm) -> Conversation:
        said = Entry(dm.id, "customer", dm.text, dm.at)
        note = Entry(f"{dm.id}#restored", "note", "We wrote after this; what we wrote is in the chat at X.", self.now)
        self.opened += current.open_case is None
        restored = Concern("general", "restored", self.now + cases.UNPROMISED, silent=True)
        return intake.noted(current, restored, self.now, said, note)


def stops(text: str) -> bool:
    return bool(stop_tag(text) or plain_stop(text, unless=rules.urgent))


def starts(text: str) -> bool:
    known = registry().by_tag
    return plain_start(text) or any(known[tag].resumes for tag in plain(text).tags if tag in known)


def had_its_answer(text: str) -> bool:
    """Whether nobody has to see a DM that we wrote after: a stop, a start, a lone hashtag for no person."""
    read, known = plain(text), registry().by_tag
    lone = len(read.tags) == 1 and not read.beside
    for_people = any(known[tag].for_people for tag in read.tags if tag in known)
    return (lone and not for_people) or plain_start(text) or bool(plain_stop(text, unless=rules.urgent))


def listed(x: XAccount, brand: str, since: datetime, heard: Callable[[str], None]) -> Iterator[Dm]:
    """List the DMs since a time, newest first; waits where X's limit is used up."""
    page: str | None = None
    while True:
        try:
            found = x.dms(page)
        except Unanswered as unanswered:
            if not unanswered.limited:
                raise
            reset = unanswered.limits.reset if unanswered.limits and unanswered.limits.reset else None
            until = reset or clock.now().timestamp() + 60
            heard(f"X's limit is used up: waiting for {minutes_until(datetime.fromtimestamp(until, UTC))} min")
            time.sleep(max(1, until - clock.now().timestamp()))
            continue
        dms = [dm for event in found.dms if (dm := _dm(event, brand))]
        yield from (dm for dm in dms if dm.at >= since)
        if not found.next or any(dm.at < since for dm in dms):
            return
        page = found.next


def _dm(event: Mapping[str, Any], brand: str) -> Dm | None:
    """Read a DM between the brand and one customer; None for anything else."""
    people = str(event.get("dm_conversation_id", "")).split("-")
    if brand not in people or len(people) != 2 or not str(event.get("id", "")).isdecimal():
        return None
    customer = next((one for one in people if one != brand), brand)
    at = datetime.fromisoformat(str(event["created_at"])).astimezone(UTC)
    text = html.unescape(str(event.get("text", "")))
    return Dm(str(event["id"]), customer, str(event.get("sender_id")) == brand, text, at)
