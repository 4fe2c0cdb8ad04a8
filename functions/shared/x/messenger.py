"""X on our side: send a DM and learn what became of it, look up what we have sent. No call is ever repeated here.

tweepy knows the routes and signs (OAuth 1.0a). What X answered is read here, because tweepy raises on bodies that it
did not expect, also when the DM has long been sent.
"""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy  # type: ignore[import-untyped]

from functions.shared.aws import clock, telemetry
from functions.shared.x.dms import (
    Blocked,
    Declined,
    Limits,
    LookUpsUsedUp,
    NotSent,
    Outcome,
    Refused,
    Sent,
    SentDM,
    Unknown,
)
from functions.shared.x.ids import written_at
from functions.shared.x.keyed_messenger import CREDENTIALS, see_that_one_can_send
from functions.shared.x.listing import ASKED_AGAIN, QUERY, has_no_sender, narrower
from functions.shared.x.transport import TWEEPY_HOST, Answered, NotConnected, Session, json_object, limits_of

LOOKS_BACK = timedelta(minutes=15)

_X_ID = re.compile(r"[0-9]{1,20}")

# Of X's 403s, those that say whom they are about: the one customer, or us. Every other one leaves it open.
_CLOSED = (b"dm one or more participants", b"send messages to this user", b"send messages to users who")
_RESTRICTED = b"operation is not permitted"


class XMessenger:
    """Sends in the name of one account. Keep it: a new TLS session costs ten times a kept one."""

    def __init__(self, credentials: Mapping[str, str], api_url: str = TWEEPY_HOST) -> None:
        see_that_one_can_send(credentials, api_url)
        self._client = tweepy.Client(
            **{name: credentials[name] for name in CREDENTIALS},
            return_type=requests.Response,
            wait_on_rate_limit=False,
        )
        self._client.session = Session(api_url.rstrip("/"))
        self._query = dict(QUERY)

    def send(self, customer: str, text: str) -> Outcome:
        # tweepy puts the id into the path as it is.
        if not _X_ID.fullmatch(customer):
            return Refused("this is no numeric id of X", ours=True)
        try:
            with measured():
                self._client.create_direct_message(participant_id=customer, text=text)
        except Answered as answered:
            return outcome_of(answered.response)
        except NotConnected:
            return NotSent(None, "X cannot be reached")
        except requests.Timeout:
            return Unknown("X did not answer in time")
        except requests.RequestException:
            return Unknown("the connection broke before X had answered")
        except Exception as failure:
            # Whatever it was, the DM may have left: a crash here would hide that.
            telemetry.error("sending a DM failed in an unforeseen way", failure)
            return Unknown("sending failed in an unforeseen way")
        raise AssertionError("every answer is raised")

    def look_up(self, customer: str) -> list[SentDM] | LookUpsUsedUp | None:
        if not _X_ID.fullmatch(customer):
            return None
        try:
            response = self._list(customer)
        except (NotConnected, requests.RequestException):
            return None
        if response.status_code == 429:
            return LookUpsUsedUp(_retry_at(limits_of(response.headers), clock.now()))
        if 400 <= response.status_code < 500:
            telemetry.count("LookUpRefused")
            telemetry.warning("X does not let us look up what we have sent", status=response.status_code)
        return _listed(response, customer, clock.now())

    def _list(self, customer: str) -> requests.Response:
        """Ask X for a customer's DMs, again without what it does not take."""
        for _ in range(ASKED_AGAIN):
            response = self._list_once(customer)
            less = narrower(self._query, json_object(response)) if response.status_code == 400 else None
            if less is None:
                break
            self._query = less
        return response

    def _list_once(self, customer: str) -> requests.Response:
        query = {name.replace(".", "_"): value for name, value in self._query.items()}
        try:
            with measured():
                self._client.get_direct_message_events(participant_id=customer, **query)
        except Answered as answered:
            return answered.response
        raise AssertionError("every answer is raised")


# ---- the way to X ----


@contextmanager
def measured() -> Iterator[None]:
    """Measure whether X answers one call: whatever it says, as long as it is not in trouble itself."""
    is_down = True
    try:
        yield
    except Answered as answered:
        is_down = answered.response.status_code >= 500
        raise
    finally:
        telemetry.x_down(is_down)


# ---- what X's answers mean ----


def outcome_of(response: requests.Response) -> Outcome:
    """Read X's answer to a DM. The reasons are ours: X's may quote the DM."""
    limits = limits_of(response.headers)
    match response.status_code:
        case status if 200 <= status < 300:
            dm_id = _dm_id(json_object(response))
            return Sent(dm_id, limits) if dm_id else Unknown("X accepted it without naming it", limits)
        case 429:
            return NotSent(_retry_at(limits, clock.now()), "X's limit is used up", limits, used_up=True)
        case 400:
            return Refused("X calls our request wrong", ours=True, limits=limits)
        case 404:
            return Refused("X knows no such account", limits=limits)
        case 403 if any(words in response.content.lower() for words in _CLOSED):
            return Refused("this customer does not take our messages", limits=limits)
        case 401:
            telemetry.count("XUnauthorised")
            return Blocked("X does not accept our tokens", limits)
        case 402:
            telemetry.count("XCreditsDepleted")
            return Blocked("X's credits are used up", limits)
        case 403 if _RESTRICTED in response.content.lower():
            telemetry.count("XRestricted")
            return Blocked("X does not permit our account to send", limits)
        case 403:
            return Declined("X does not take it", limits)
        case status:
            return Unknown(f"X answered {status}", limits)


def _dm_id(body: Mapping[str, Any]) -> str | None:
    """X documents `data.dm_event_id`; `data.id` has been seen too."""
    data = body.get("data")
    ids = [data.get("dm_event_id"), data.get("id")] if isinstance(data, dict) else []
    return next((str(value) for value in ids if type(value) in (str, int) and _X_ID.fullmatch(str(value))), None)


def _retry_at(limits: Limits | None, now: datetime) -> datetime | None:
    """Return when X takes DMs again: the end of what is used up. A time that has passed says nothing."""
    if limits is None:
        return None
    ends = [limits.day_reset] if limits.day_remaining == 0 else []
    ends += [limits.reset] if limits.remaining == 0 or not ends else []
    last = max((end for end in ends if end is not None), default=0)
    return datetime.fromtimestamp(last, UTC) if last > now.timestamp() else None


def _listed(response: requests.Response, customer: str, now: datetime) -> list[SentDM] | None:
    """Read a look-up. Where anything is unclear, or it does not reach back far enough, it has told nothing."""
    body = json_object(response)
    events, meta = body.get("data"), body.get("meta")
    if response.status_code != 200 or body.get("errors"):
        return None
    if events is None and isinstance(meta, dict) and meta.get("result_count") == 0:
        return []
    try:
        if any(has_no_sender(event) for event in events or ()):
            telemetry.count("LookUpRefused")
            telemetry.warning("X does not tell who has written a DM")
            return None
        written = [event for event in events or [{}] if event.get("event_type", "MessageCreate") == "MessageCreate"]
        dms = [(str(event["sender_id"]), _sent_dm(event)) for event in written]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    goes_on = isinstance(meta, dict) and meta.get("next_token")
    if goes_on and min((dm.at for _, dm in dms), default=now) > now - LOOKS_BACK:
        return None
    return [dm for sender, dm in dms if sender != customer]


def _sent_dm(event: Mapping[str, Any]) -> SentDM:
    if not _X_ID.fullmatch(event["id"]):
        raise ValueError("no id")
    text = event.get("text", "")  # a picture may have none
    at = datetime.fromisoformat(event["created_at"]) if "created_at" in event else written_at(event["id"])
    return SentDM(event["id"], html.unescape(text), at.astimezone(UTC))
