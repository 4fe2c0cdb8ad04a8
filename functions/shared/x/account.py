"""What X knows of our account: who we are, our webhook and its subscriptions, replays, and the DMs that X lists.

The clock and ops ask this; nothing here is on a DM's way. X may put an answer in more than one shape: each is read.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

import requests
from requests_oauthlib import OAuth1  # type: ignore[import-untyped]

from functions.shared.x.dms import Limits
from functions.shared.x.listing import ASKED_AGAIN, QUERY, narrower
from functions.shared.x.transport import TWEEPY_HOST, Answered, NotConnected, Session, json_object, limits_of

type Signer = Literal["app", "user"]

EVENT_TYPES = ("dm.received", "dm.sent", "chat.received")
"""What we want to hear of by X Activity."""

REPLAY_BACK = timedelta(hours=24)
REPLAY_FROM = timedelta(minutes=31)
REPLAY_TO = timedelta(minutes=10)
"""A replay begins at most this long ago, at least that long ago, and ends at least so long ago."""

MOST_DMS = 100
MOST_PAGES = 50
"""Of subscriptions: an X that names a next page for ever is not asked for ever."""

_PATH = re.compile(r"[0-9]{1,20}")


class Unanswered(Exception):
    """X did not do it and did not say no: it cannot be reached, is in trouble, or its limit is used up."""

    def __init__(self, sentence: str, limits: Limits | None = None, *, limited: bool = False) -> None:
        super().__init__(sentence)
        self.limits = limits
        self.limited = limited


class Unreached(Unanswered):
    """No connection came about: X has counted nothing."""


class Rejected(Exception):
    """X said no, and would say so again. `detail` is X's reason, for ops; it is not for a log."""

    def __init__(self, status: int, detail: str, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"X says no ({status}): {detail}" if detail else f"X says no ({status}).")
        self.body = body or {}
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class OurAccount:
    id: str
    handle: str


@dataclass(frozen=True)
class Webhook:
    id: str
    url: str
    valid: bool


@dataclass(frozen=True)
class Subscription:
    """An X Activity subscription. `webhook` None = X does not say."""

    id: str
    event_type: str
    user: str | None
    webhook: str | None


@dataclass(frozen=True)
class Page:
    """DMs as X lists them, newest first; each is X's own event."""

    dms: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    next: str | None
    limits: Limits | None


class XAccount:
    """X's management API in the name of one app and its one user."""

    def __init__(self, credentials: Mapping[str, str], api_url: str = TWEEPY_HOST) -> None:
        self._credentials = credentials
        self._session = Session(api_url.rstrip("/"))
        self._token: str | None = None
        self._query = dict(QUERY)

    # ---- who we are ----

    def me(self) -> OurAccount:
        data = self._ask("GET", "/2/users/me", "user").get("data")
        account = OurAccount(_text(data, "id"), _text(data, "username"))
        if not account.id:
            raise Unanswered("X did not say whose these keys are.")
        return account

    # ---- the webhook ----

    def webhooks(self) -> list[Webhook]:
        body = self._ask("GET", "/2/webhooks", "app")
        if "data" not in body and "meta" not in body:
            raise Unanswered("X did not list its webhooks.")
        return [_webhook(one) for one in _listed(body.get("data"))]

    def register(self, url: str) -> Webhook:
        """Register a URL. X asks it to prove that it knows the secret before it answers."""
        body = self._ask("POST", "/2/webhooks", "app", json={"url": url})
        return _webhook(next(_listed(body.get("data")), {}))

    def validate(self, webhook: str) -> bool:
        """Let X test the webhook again (CRC), and say what came of it."""
        body = self._ask("PUT", f"/2/webhooks/{_id(webhook)}", "app")
        valid = next(_listed(body.get("data")), {}).get("valid")
        # X's schema lets it say merely that it has tried.
        return valid if isinstance(valid, bool) else any(one.valid for one in self.webhooks() if one.id == webhook)

    def replay(self, webhook: str, start: datetime, end: datetime) -> str:
        """Let X deliver again what it tried to deliver between two minutes, and return the job's id."""
        times = {name: f"{at.astimezone(UTC):%Y%m%d%H%M}" for name, at in (("from_date", start), ("to_date", end))}
        body = self._ask("POST", "/2/webhooks/replay", "app", json={"webhook_id": _id(webhook), **times})
        # Account Activity answers with `replay_event`.
        job = body.get("data") or body.get("replay_event")
        return _text(next(_listed(job), {}), "job_id")

    # ---- subscriptions ----

    def hears_account_activity(self, webhook: str) -> bool:
        """Tell whether Account Activity of our user is delivered to a webhook."""
        body = self._ask("GET", f"/2/account_activity/webhooks/{_id(webhook)}/subscriptions/all", "user")
        return next(_listed(body.get("data")), {}).get("subscribed") is True

    def subscribe_account_activity(self, webhook: str) -> None:
        self._ask("POST", f"/2/account_activity/webhooks/{_id(webhook)}/subscriptions/all", "user", json={})

    def activities(self) -> list[Subscription]:
        """List the X Activity subscriptions of our app."""
        found: list[Subscription] = []
        page: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            body = self._ask("GET", "/2/activity/subscriptions", "app", params=page)
            found += map(_subscription, _listed(body.get("data")))
            page = {"pagination_token": _text(body.get("meta"), "next_token")}
            if not page["pagination_token"]:
                break
        return found

    def subscribe_activity(self, event_type: str, user: str, webhook: str) -> None:
        wanted = {
            "event_type": event_type,
            "filter": {"user_id": user},
            "tag": "tweetserve",
            "webhook_id": _id(webhook),
        }
        self._ask("POST", "/2/activity/subscriptions", "app", json=wanted)

    # ---- DMs ----

    def dms(self, page: str | None = None, count: int = MOST_DMS) -> Page:
        """List the DMs of the last 30 days, ours and our customers', newest first."""
        response = self._dms({"max_results": str(count)} | ({"pagination_token": page} if page else {}))
        body = json_object(response)
        meta = body.get("meta")
        if "data" not in body and not isinstance(meta, dict):
            raise Unanswered("X did not list the DMs.", limits_of(response.headers))
        includes = body.get("includes")
        users = _listed(includes.get("users") if isinstance(includes, dict) else None)
        return Page(
            dms=tuple(_listed(body.get("data"))),
            users={_text(user, "id"): user for user in users},
            next=_text(meta, "next_token") or None,
            limits=limits_of(response.headers),
        )

    def _dms(self, which: Mapping[str, str]) -> requests.Response:
        """Ask X for DMs, again without what it does not take."""
        for _ in range(ASKED_AGAIN):
            try:
                return self._answer("GET", "/2/dm_events", "user", params={**self._query, **which})
            except Rejected as declined:
                less = narrower(self._query, declined.body) if declined.status == 400 else None
                if less is None:
                    raise
                self._query = less
        raise Rejected(400, "X takes none of our look-ups")

    # ---- the way to X ----

    def _ask(self, method: str, path: str, signer: Signer, **request: Any) -> dict[str, Any]:
        return json_object(self._answer(method, path, signer, **request))

    def _answer(self, method: str, path: str, signer: Signer, **request: Any) -> requests.Response:
        """Ask as the app or as its user. Which of the two X wants has changed before, so the other is tried as well."""
        other: Signer = "user" if signer == "app" else "app"
        response = self._call(method, path, signer, **request)
        if response is None or response.status_code in (401, 403):
            response = self._call(method, path, other, **request) or response
        if response is None:
            raise Rejected(401, "these keys are not accepted")
        return _accepted(response)

    def _call(self, method: str, path: str, signer: Signer, **request: Any) -> requests.Response | None:
        """Return X's answer; None where there is nothing to sign with."""
        if signer == "user":
            return self._send(method, path, auth=self._as_user(), **request)
        token = self._app_token()
        return self._send(method, path, headers={"authorization": f"Bearer {token}"}, **request) if token else None

    def _app_token(self) -> str | None:
        if self._token is None:
            key, secret = (
                quote(self._credentials.get(name, ""), safe="") for name in ("consumer_key", "consumer_secret")
            )
            basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
            headers = {"authorization": f"Basic {basic}"}
            answer = self._send("POST", "/oauth2/token", headers=headers, data={"grant_type": "client_credentials"})
            self._token = _text(json_object(answer), "access_token") if answer.status_code == 200 else ""
        return self._token or None

    def _as_user(self) -> OAuth1:
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        return OAuth1(*(self._credentials.get(name, "") for name in names))

    def _send(self, method: str, path: str, **request: Any) -> requests.Response:
        try:
            self._session.request(method, TWEEPY_HOST + path, **request)
        except Answered as answered:
            return answered.response
        except NotConnected:
            raise Unreached("X cannot be reached.") from None
        except requests.RequestException:
            raise Unanswered("X did not answer.") from None
        raise AssertionError("every answer is raised")


def replay_window(since: datetime, until: datetime, now: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when X is asked to deliver again, None where it is all too long ago.

    Ask only once `until` is REPLAY_TO ago.
    """
    oldest = now - REPLAY_BACK + timedelta(minutes=1)
    start = max(min(since, now - REPLAY_FROM), oldest).replace(second=0, microsecond=0)
    # X counts whole minutes, and the window's end is not in it.
    end = until.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return (start, end) if start < end else None


def _accepted(response: requests.Response) -> requests.Response:
    limits = limits_of(response.headers)
    match response.status_code:
        case status if 200 <= status < 300:
            return response
        case 429:
            raise Unanswered("X's limit for this is used up.", limits, limited=True)
        case 409:
            raise Unanswered("X is busy with the same.", limits)
        case status if 400 <= status < 500:
            body = json_object(response)
            raise Rejected(status, _reason(body), body)
        case status:
            raise Unanswered(f"X answered {status}.", limits)


def _reason(body: Mapping[str, Any]) -> str:
    errors = [_text(error, "message") or _text(error, "detail") for error in _listed(body.get("errors"))]
    return next(filter(None, errors), "") or _text(body, "detail") or _text(body, "title")


def _listed(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, or the one that stands there without a list."""
    values = value if isinstance(value, list) else [value]
    return (one for one in values if isinstance(one, dict))


def _text(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return str(found) if type(found) in (str, int) else ""


def _webhook(data: Mapping[str, Any]) -> Webhook:
    return Webhook(_text(data, "id"), _text(data, "url"), data.get("valid") is True)


def _subscription(data: Mapping[str, Any]) -> Subscription:
    user = _text(data.get("filter"), "user_id")
    return Subscription(
        _text(data, "subscription_id"), _text(data, "event_type"), user or None, _text(data, "webhook_id") or None
    )


def _id(webhook: str) -> str:
    if not _PATH.fullmatch(webhook):
        raise Unanswered("X named a webhook in a way that nobody expected.")
    return webhook
