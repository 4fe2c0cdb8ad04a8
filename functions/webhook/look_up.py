"""Look up what X lists: DMs newest first, down to the newest that is known to have reached us."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.shared.aws import telemetry
from functions.shared.x import ids
from functions.shared.x.account import MOST_DMS, Page, Unanswered, Unreached, XAccount
from functions.shared.x.listing import has_no_sender
from functions.webhook import envelopes, state
from functions.webhook.state import WebhookState

SETTLED = timedelta(minutes=2)
"""An event may still be on its way for so long."""
PAGES_AT_ONCE = 5


class Look:
    """One reading of X's list, from the newest DM down to the newest that is known, or on from where the last ended."""

    def __init__(self, before: WebhookState, now: datetime) -> None:
        self._state = replace(before, looked_at=now)
        self._now = now
        self._events: list[Mapping[str, Any]] = []
        self._users: dict[str, Mapping[str, Any]] = {}

    def begin(self, account: XAccount) -> None:
        """Read the newest DM alone, unless the last call has left off further down."""
        if self._state.page is None:
            self._begin(self._page(account, count=1))

    def believe(self) -> None:
        """Take all before the newest as having come as it has."""
        newest = str(max(map(_number, self._events)))
        self._state = replace(self._state, newest=newest, page=None, up_to=None)
        self._events = []

    def read_on(self, account: XAccount) -> None:
        """Read down to the newest DM that is known to have come, as far as there is time."""
        for _ in range(PAGES_AT_ONCE):
            if self._state.page is None or not state.has_room(self._state, self._now):
                return
            self._take(self._page(account, self._state.page, count=next_page(len(self._events))))

    def refused(self, failure: Unanswered) -> None:
        self._state = state.told(self._state, failure.limits, self._now, used_up=failure.limited)
        if isinstance(failure, Unreached):
            self._state = replace(self._state, looks=self._state.looks + 1)

    def start_over(self) -> None:
        """Begin at the top next time: X may have forgotten where we were."""
        self._state = replace(self._state, page=None, up_to=None)

    def done(self) -> WebhookState:
        """Return what the next call has to know."""
        if any(has_no_sender(event) and self._unknown(event) for event in self._events):
            telemetry.count("LookUpRefused")
            telemetry.warning("X does not tell who has written a DM")
            return replace(self._state, page=None, up_to=None)  # read again, until it does
        if self._state.page:
            return self._state
        return replace(self._state, newest=self._state.up_to or self._state.newest, up_to=None)

    def messages(self, brand_id: str, *, even_unsettled: bool = False) -> list[envelopes.QueueMessage]:
        """Return what has been read, as though the webhook had brought it."""
        now = int(self._now.timestamp() * 1000)
        events = [event for event in self._events if self._unknown(event) and (even_unsettled or self._settled(event))]
        events = [event for event in events if not has_no_sender(event)]
        body: dict[str, object] = {
            "direct_message_events": [_as_delivered(e) for e in events],
            "users": _as_users(self._users),
        }
        read = envelopes.read_events(body, brand_id=brand_id, now=now)
        for dropped in (outcome for outcome in read if isinstance(outcome, envelopes.Dropped)):
            telemetry.count(dropped.reason)
        return [outcome for outcome in read if not isinstance(outcome, envelopes.Dropped)]

    def _begin(self, page: Page) -> None:
        """Look at the newest alone: where nothing is new it is all that is read, and paid for."""
        top = max((_number(event) for event in page.dms), default=0)
        # A DM whose id is from the future may stand above others for ever.
        is_ahead = ids.is_ahead(str(top), self._now)
        if self._state.newest is None:
            # Whatever was written before our first look is not ours to answer.
            self._state = replace(self._state, newest=ids.id_at(self._now) if is_ahead else str(top))
        elif top > int(self._state.newest):
            self._take(page)

    def _take(self, page: Page) -> None:
        self._events += page.dms
        self._users |= page.users
        settled = [str(_number(event)) for event in page.dms if self._settled(event)]
        up_to = int(ids.greatest([self._state.up_to or "0", *settled], self._now))
        reached = any(_number(event) <= int(self._state.newest or 0) for event in page.dms)
        self._state = replace(self._state, up_to=str(up_to) if up_to else None, page=None if reached else page.next)

    def _page(self, account: XAccount, page: str | None = None, *, count: int) -> Page:
        # Counted before: what gets no answer may count at X all the same.
        self._state = state.failure_counted(self._state, self._now)
        found = account.dms(page, count)
        self._state = state.told(self._state, found.limits, self._now)
        return found

    def _settled(self, event: Mapping[str, Any]) -> bool:
        at = _time(event)
        return at is None or at <= self._now - SETTLED

    def _unknown(self, event: Mapping[str, Any]) -> bool:
        return _number(event) > int(self._state.newest or 0)


def next_page(read: int) -> int:
    """Say how many DMs to ask for next. Each that X gives is paid for, so that few new ones take a short page."""
    return min(MOST_DMS, 4 * read) or MOST_DMS


# ---- what X lists, as its webhook would bring it ----


def _as_delivered(event: Mapping[str, Any]) -> dict[str, Any]:
    sender, conversation, at = event.get("sender_id"), event.get("dm_conversation_id"), _time(event)
    people = conversation.split("-") if isinstance(conversation, str) else []
    others = [person for person in people if person != sender]
    data = {"text": event.get("text"), "entities": event.get("entities"), "attachment": event.get("attachments")}
    return {
        "type": "message_create",
        "id": event.get("id"),
        "created_timestamp": str(int(at.timestamp() * 1000)) if at else None,
        "message_create": {
            "conversation_id": conversation,
            # Of a group, whose conversation does not name two people, nobody is the recipient.
            "target": {"recipient_id": others[0] if len(people) == 2 and len(others) == 1 else None},
            "sender_id": sender,
            "message_data": data,
        },
    }


def _as_users(users: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {x_id: {"data": user} for x_id, user in users.items()}


def _number(event: Mapping[str, Any]) -> int:
    """Return a DM's id as what it is: a number that grows with time. 0 where it is none."""
    dm = event.get("id")
    return int(dm) if isinstance(dm, str) and dm.isascii() and dm.isdigit() else 0


def _time(event: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(event["created_at"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None
