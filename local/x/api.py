"""X's own paths, as far as the service, its deployment and its tests call them, with X's words for what is wrong.

Subscriptions can be made, listed and ended, but do not choose what is delivered: `envelope` in the settings does.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.shared.aws import clock
from local.x import document
from local.x.document import NEWEST, Problem, Query, body_of, duplicate, invalid, not_found, x_id
from local.x.envelopes import as_listed, user_v2
from local.x.faults import Fault, Faults, Kind
from local.x.oauth import Guard
from local.x.webhooks import Webhooks
from local.x.world import DM, Webhook, World

DAY = 86_400
WINDOW = 900
OTHER_CALLS = 450
UNLIMITED = (1_000, 60)
"""Calls and seconds of a window where X's real limits are switched off."""

HANGS = 15
"""Seconds, more than the service listens."""
LATE = timedelta(seconds=90)

SENDS = ("send", "send_in")
LOOK_UPS = ("events", "events_with", "events_in", "event")
KINDS: dict[str, Kind] = {**dict.fromkeys(SENDS, "send"), **dict.fromkeys(LOOK_UPS, "look_up")}
"""The calls that faults can strike."""

REPLAY_BACK = timedelta(hours=24)
REPLAY_FROM = timedelta(minutes=31)
REPLAY_TO = timedelta(minutes=10)

type Endpoint = Callable[[Request], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Call:
    """One that X can be asked. Several names of one thing have one limit."""

    method: str
    path: str
    do: Endpoint
    status: int = 200

    @property
    def limit(self) -> str:
        return "send" if self.do.__name__ in SENDS else self.do.__name__

    @property
    def kind(self) -> Kind | None:
        return KINDS.get(self.do.__name__)

    async def answered(self, request: Request) -> dict[str, Any]:
        request.state.query = document.query_of(request, self.path)
        return await self.do(request)


REFUSALS: dict[Fault, tuple[int, str, str]] = {
    Fault.DOWN: (503, "Service Unavailable", "Service Unavailable"),
    Fault.NO_LOOK_UP: (503, "Service Unavailable", "Service Unavailable"),
    Fault.LIMIT: (429, "Too Many Requests", "Too Many Requests"),
    Fault.LIMIT_UNTOLD: (429, "Too Many Requests", "Too Many Requests"),
    Fault.UNAUTHORISED: (401, "Unauthorized", "Unauthorized"),
    Fault.NO_CREDITS: (402, "CreditsDepleted", "Your account has no credits left to fulfil this request."),
    Fault.CLOSED: (403, "Forbidden", "You do not have permission to DM one or more participants."),
    Fault.RESTRICTED: (403, "Forbidden", "This operation is not permitted."),
    Fault.NOBODY: (404, "Not Found", "Could not find this user."),
}
"""X has done nothing and says so."""
ODD_BODIES = {
    Fault.EMPTY: b"",
    Fault.HTML: b"<!doctype html><title>X</title><p>Something went wrong.",
    Fault.LIST: b"[]",
    Fault.NO_ID: b'{"data": {}}',
}
"""X has done what it was asked to, and its 201 does not tell."""


def refusal(fault: Fault) -> Problem:
    status, title, detail = REFUSALS[fault]
    problem = Problem(status, title, detail)
    if fault is Fault.LIMIT_UNTOLD:
        problem.headers = {}
    if fault is Fault.LIMIT:
        problem.headers = Window(15, int(clock.now().timestamp()) + WINDOW, calls=15).headers("x-rate-limit")
    return problem


@dataclass
class Window:
    """How often something was called until `ends`."""

    limit: int
    ends: int
    calls: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.calls)

    def headers(self, prefix: str) -> dict[str, str]:
        figures = {"limit": self.limit, "remaining": self.remaining, "reset": self.ends}
        return {f"{prefix}-{name}": str(figure) for name, figure in figures.items()}


@dataclass
class Limiter:
    world: World
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def reset(self) -> None:
        """Begin new windows: the figures have changed."""
        self.windows.clear()

    def count(self, route: str) -> tuple[bool, dict[str, str]]:
        """Count a call; tell whether there is room for it, and what X's headers say afterwards."""
        windows = {prefix: self._window(route, prefix, *figures) for prefix, figures in self._figures(route).items()}
        has_room = all(window.remaining for window in windows.values())
        for window in windows.values() if has_room else ():
            window.calls += 1
        headers = [window.headers(prefix) for prefix, window in windows.items()]
        return has_room, {name: value for each in headers for name, value in each.items()}

    def _figures(self, route: str) -> dict[str, tuple[int, int]]:
        settings = self.world.settings
        if not settings.limited:
            return {"x-rate-limit": UNLIMITED}
        if route == "send":
            return {"x-rate-limit": (settings.sends, WINDOW), "x-user-limit-24hour": (settings.day, DAY)}
        return {"x-rate-limit": (settings.reads if route in LOOK_UPS else OTHER_CALLS, WINDOW)}

    def _window(self, route: str, prefix: str, limit: int, seconds: int) -> Window:
        now = int(clock.now().timestamp())
        window = self.windows.get((route, prefix))
        # A window that ends too far ahead is from before the clock was put back.
        if window is None or not now < window.ends <= now + seconds:
            window = self.windows[route, prefix] = Window(limit, now + seconds)
        return window


class Api:
    def __init__(self, world: World, webhooks: Webhooks, guard: Guard, faults: Faults) -> None:
        self.world = world
        self.webhooks = webhooks
        self.guard = guard
        self.faults = faults
        self.over_limit = 0
        """DMs that were sent although X's limit was known to be used up."""
        self.limiter = Limiter(world)
        self.subscribed = {world.brand.id}
        self.activities: dict[str, dict[str, Any]] = {}
        for event_type in ("dm.received", "dm.sent", "chat.received"):
            self._subscribe({"event_type": event_type, "filter": {"user_id": world.brand.id}, "tag": "dm"})

    def routes(self) -> list[Route]:
        every = [
            Call("POST", "/2/dm_conversations/with/{participant}/messages", self.send, 201),
            Call("GET", "/2/dm_conversations/with/{participant}/dm_events", self.events_with),
            Call("POST", "/2/dm_conversations/{conversation}/messages", self.send_in, 201),
            Call("GET", "/2/dm_conversations/{conversation}/dm_events", self.events_in),
            Call("GET", "/2/dm_events", self.events),
            Call("GET", "/2/dm_events/{event}", self.event),
            Call("DELETE", "/2/dm_events/{event}", self.delete_event),
            Call("GET", "/2/users/me", self.me),
            Call("GET", "/2/webhooks", self.list_webhooks),
            Call("POST", "/2/webhooks", self.create_webhook),
            Call("POST", "/2/webhooks/replay", self.replay),
            Call("PUT", "/2/webhooks/{webhook}", self.validate_webhook),
            Call("DELETE", "/2/webhooks/{webhook}", self.delete_webhook),
            Call("POST", "/2/account_activity/webhooks/{webhook}/subscriptions/all", self.subscribe_account),
            Call("GET", "/2/account_activity/webhooks/{webhook}/subscriptions/all", self.is_subscribed),
            Call("GET", "/2/account_activity/webhooks/{webhook}/subscriptions/all/list", self.list_accounts),
            Call("DELETE", "/2/account_activity/webhooks/{webhook}/subscriptions/{user}/all", self.unsubscribe_account),
            Call("GET", "/2/account_activity/subscriptions/count", self.count_accounts),
            Call("GET", "/2/activity/subscriptions", self.list_activities),
            Call("POST", "/2/activity/subscriptions", self.create_activity),
            Call("PUT", "/2/activity/subscriptions/{subscription}", self.update_activity),
            Call("DELETE", "/2/activity/subscriptions/{subscription}", self.delete_activity),
        ]
        ours = [Route(call.path, self._answering(call), methods=[call.method]) for call in every]
        return [Route("/oauth2/token", self.token, methods=["POST"]), *ours]

    def _answering(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self.answer(request, call)

        return answer

    async def answer(self, request: Request, call: Call) -> Response:
        """Answer a call to X: all of them go through here."""
        headers: dict[str, str] = {}
        try:
            self._check_who_calls(request)
            has_room, headers = self.limiter.count(call.limit)
            if not has_room:
                self.over_limit += call.kind == "send"
                raise Problem(429, "Too Many Requests", "Too Many Requests")
            fault = next(iter(self.faults.next(call.kind)), None) if call.kind else None
            if fault:
                return await self._faulty(fault, request, call)
            return JSONResponse(await call.answered(request), call.status, headers)
        except Problem as problem:
            # Escaped, because what is repeated may be no Unicode.
            body = json.dumps(problem.body)
            own = headers if problem.headers is None else problem.headers
            return Response(body, problem.status, own, media_type="application/problem+json")

    async def _faulty(self, fault: Fault, request: Request, call: Call) -> Response:
        """Answer as X should not."""
        if fault in REFUSALS:
            raise refusal(fault)
        await request.body()  # read before anything is cut
        if fault is Fault.LATE:
            self.webhooks.begin(self._later(call, request))
        else:
            await call.answered(request)
        if fault in ODD_BODIES:
            return Response(ODD_BODIES[fault], call.status, media_type="application/json")
        if fault is not Fault.CUT:
            await until_left(request)
        cut(request)
        return Response()  # nobody reads it

    async def _later(self, call: Call, request: Request) -> None:
        due = clock.now() + LATE
        while clock.now() < due:  # the clock may be moved meanwhile
            await asyncio.sleep(0.1)
        with suppress(Problem):
            await call.answered(request)

    def _check_who_calls(self, request: Request) -> None:
        of_the_user = request.url.path.startswith(("/2/dm_", "/2/users/"))
        if not (self.guard.signed(request) or (not of_the_user and self.guard.bears(request))):
            raise Problem(401, "Unauthorized", "Unauthorized")

    async def token(self, request: Request) -> Response:
        if not self.guard.is_app(request) or b"grant_type=client_credentials" not in await request.body():
            error = {"code": 99, "message": "Unable to verify your credentials", "label": "authenticity_token_error"}
            return JSONResponse({"errors": [error]}, 403)
        return JSONResponse({"token_type": "bearer", "access_token": self.guard.credentials.bearer_token})

    # ---- DMs ----

    async def send(self, request: Request) -> dict[str, Any]:
        return await self._send(request, x_id(request, "participant"))

    async def send_in(self, request: Request) -> dict[str, Any]:
        return await self._send(request, self._customer_in(request))

    async def _send(self, request: Request, participant: str) -> dict[str, Any]:
        text = document.text_of(await body_of(request, "text"))
        if participant == self.world.brand.id:
            raise invalid("You cannot send a DM to yourself.", participant_id=participant)
        if not self.world.exists(participant):
            raise not_found("user", "participant_id", participant)
        dm = self.world.write(participant, text, "api")
        self.webhooks.begin(self.webhooks.announce(dm))
        return {"data": {"dm_conversation_id": self._conversation(participant), "dm_event_id": dm.id}}

    async def events_with(self, request: Request) -> dict[str, Any]:
        return self._list(request, x_id(request, "participant"))

    async def events_in(self, request: Request) -> dict[str, Any]:
        return self._list(request, self._customer_in(request))

    async def events(self, request: Request) -> dict[str, Any]:
        return self._list(request, None)

    async def event(self, request: Request) -> dict[str, Any]:
        return {"data": self._event(self._dm(request), request.state.query)}

    async def delete_event(self, request: Request) -> dict[str, Any]:
        """The brand's copy goes, and with it all that this X lists."""
        self.world.forget(self._dm(request))
        return {"data": {"deleted": True}}

    def _dm(self, request: Request) -> DM:
        dm_id = x_id(request, "event")
        dm = self.world.dm(dm_id)
        if dm is None:
            raise not_found("dm_event", "event_id", dm_id)
        return dm

    def _list(self, request: Request, customer: str | None) -> dict[str, Any]:
        query: Query = request.state.query
        types = query.wants("event_types")
        below = NEWEST if query.after is None else query.after
        # Nobody joins or leaves a chat of two.
        found = self.world.listed(customer, below, query.count + 1) if not types or "MessageCreate" in types else []
        dms, meta = document.cut(found, query, lambda dm: dm.id)
        if not dms:
            return {"meta": meta}
        includes = (
            {"includes": {"users": self._senders(dms, query)}} if "sender_id" in query.wants("expansions") else {}
        )
        return {"data": [self._event(dm, query) for dm in dms], **includes, "meta": meta}

    def _senders(self, dms: Sequence[DM], query: Query) -> list[dict[str, Any]]:
        senders = dict.fromkeys(dm.customer if dm.by == "customer" else self.world.brand.id for dm in dms)
        return [self._user(sender, query) for sender in senders]

    def _user(self, x_user: str, query: Query) -> dict[str, Any]:
        told = {"id", "name", "username", *query.wants("user.fields")}
        return {name: value for name, value in user_v2(self.world.account(x_user)).items() if name in told}

    def _event(self, dm: DM, query: Query) -> dict[str, Any]:
        every = {
            "dm_conversation_id": self._conversation(dm.customer),
            "sender_id": dm.customer if dm.by == "customer" else self.world.brand.id,
            "created_at": iso(dm.at),
            **({"attachments": {"media_keys": [f"3_{int(dm.id) - 1}"]}} if dm.attached else {}),
        }
        told = query.wants("dm_event.fields") | (query.wants("expansions") & {"sender_id"})
        always = {"id": dm.id, "event_type": "MessageCreate", "text": as_listed(dm.text, dm.id)[0]}
        return always | {name: value for name, value in every.items() if name in told}

    def _customer_in(self, request: Request) -> str:
        """Return whom a conversation of two is with. There are no groups here."""
        conversation = request.path_params["conversation"]
        others = [one for one in conversation.split("-") if one != self.world.brand.id]
        if len(others) != 1 or conversation != self._conversation(others[0]):
            raise not_found("dm_conversation", "dm_conversation_id", conversation)
        return str(others[0])

    def _conversation(self, customer: str) -> str:
        return "-".join(sorted((customer, self.world.brand.id), key=lambda one: (len(one), one)))

    async def me(self, request: Request) -> dict[str, Any]:
        return {"data": self._user(self.world.brand.id, request.state.query)}

    # ---- webhooks ----

    async def list_webhooks(self, request: Request) -> dict[str, Any]:
        told = request.state.query.wants("webhook_config.fields")
        every = [shown(webhook) for webhook in self.world.webhooks.values()]
        found = [{name: one[name] for name in one if not told or name in {"id", *told}} for one in every]
        return {"data": found, "meta": {"result_count": len(found)}}

    async def create_webhook(self, request: Request) -> dict[str, Any]:
        """Take a URL once it has passed the check."""
        url = document.url_of(await body_of(request, "url"))
        if any(webhook.url == url for webhook in self.world.webhooks.values()):
            raise invalid("DuplicateUrlFailed: this URL is registered already.", url=url)
        webhook = Webhook(self.world.new_id(), url, clock.now())
        if not await self.webhooks.check(webhook):
            raise invalid("CrcValidationFailed: the webhook did not answer the check as it must.", url=url)
        self.world.webhooks[webhook.id] = webhook
        return {"data": shown(webhook)}

    async def validate_webhook(self, request: Request) -> dict[str, Any]:
        return {"data": {"valid": await self.webhooks.check(self._webhook(request))}}

    async def delete_webhook(self, request: Request) -> dict[str, Any]:
        del self.world.webhooks[self._webhook(request).id]
        self.world.change()
        return {"data": {"deleted": True}}

    async def replay(self, request: Request) -> dict[str, Any]:
        body = await body_of(request, "webhook_id", "from_date", "to_date")
        webhook = self._webhook_named(body.get("webhook_id"))
        start, end = document.minute_of(body, "from_date"), document.minute_of(body, "to_date")
        now = clock.now()
        if not now - REPLAY_BACK <= start <= now - REPLAY_FROM or not start < end <= now - REPLAY_TO:
            raise invalid("from_date must be 31 minutes to 24 hours ago, to_date after it and 10 minutes ago.")
        if self.webhooks.replaying:
            raise Problem(409, "Conflict", "A replay job is already running.")
        job_id = self.webhooks.replaying = self.world.new_id()
        self.webhooks.begin(self.webhooks.replay(webhook, job_id, self.world.between(start, end)))
        return {"data": {"job_id": job_id, "created_at": iso(now)}}

    def _webhook(self, request: Request) -> Webhook:
        return self._webhook_named(request.path_params["webhook"])

    def _webhook_named(self, webhook_id: object) -> Webhook:
        webhook = self.world.webhooks.get(webhook_id) if isinstance(webhook_id, str) else None
        if webhook is None:
            raise not_found("webhook", "webhook_id", str(webhook_id))
        return webhook

    # ---- Account Activity ----

    async def subscribe_account(self, request: Request) -> dict[str, Any]:
        self._webhook(request)
        self.subscribed.add(self.world.brand.id)
        return {"data": {"subscribed": True}}

    async def is_subscribed(self, request: Request) -> dict[str, Any]:
        self._webhook(request)
        return {"data": {"subscribed": self.world.brand.id in self.subscribed}}

    async def list_accounts(self, request: Request) -> dict[str, Any]:
        webhook = self._webhook(request)
        users = [{"user_id": user} for user in sorted(self.subscribed)]
        return {
            "data": {
                "application_id": "3000001",
                "webhook_id": webhook.id,
                "webhook_url": webhook.url,
                "subscriptions": users,
            }
        }

    async def unsubscribe_account(self, request: Request) -> dict[str, Any]:
        self._webhook(request)
        self.subscribed.discard(request.path_params["user"])
        return {"data": {"subscribed": False}}

    async def count_accounts(self, request: Request) -> dict[str, Any]:
        count = {"subscriptions_count_all": str(len(self.subscribed)), "subscriptions_count_direct_messages": "0"}
        return {"data": {"account_name": "ExampleCareBot", "provisioned_count": "3", **count}}

    # ---- X Activity ----

    async def list_activities(self, request: Request) -> dict[str, Any]:
        query: Query = request.state.query
        after = [
            one for one in self.activities.values() if query.after is None or int(one["subscription_id"]) > query.after
        ]
        page, meta = document.cut(after, query, lambda one: str(one["subscription_id"]))
        return {"data": page, "meta": meta | self._total()}

    async def create_activity(self, request: Request) -> dict[str, Any]:
        body = await body_of(request, "event_type", "filter", "tag", "webhook_id")
        document.check_activity(body)
        self._check_webhook(body)
        return {"data": {"subscription": self._subscribe(body)}, "meta": self._total()}

    async def update_activity(self, request: Request) -> dict[str, Any]:
        activity = self._activity(request)
        body = await body_of(request, "tag", "webhook_id")
        self._check_webhook(body)
        activity |= body | {"updated_at": iso(clock.now())}
        return {"data": activity, "meta": self._total()}

    async def delete_activity(self, request: Request) -> dict[str, Any]:
        del self.activities[self._activity(request)["subscription_id"]]
        return {"data": {"deleted": True}, "meta": self._total()}

    def _check_webhook(self, body: Mapping[str, Any]) -> None:
        if "webhook_id" in body:
            self._webhook_named(body["webhook_id"])

    def _subscribe(self, body: dict[str, Any]) -> dict[str, Any]:
        same = ("event_type", "filter", "webhook_id")
        if any(all(one.get(name) == body.get(name) for name in same) for one in self.activities.values()):
            raise duplicate("A subscription with this event type and filter is there already.")
        now = iso(clock.now())
        activity = {"subscription_id": self.world.new_id(), **body, "created_at": now, "updated_at": now}
        return self.activities.setdefault(activity["subscription_id"], activity)

    def _activity(self, request: Request) -> dict[str, Any]:
        subscription: str = request.path_params["subscription"]
        activity = self.activities.get(subscription)
        if activity is None:
            raise not_found("subscription", "subscription_id", subscription)
        return activity

    def _total(self) -> dict[str, Any]:
        return {"total_subscriptions": len(self.activities)}


async def until_left(request: Request) -> None:
    """Say nothing until the caller has gone, or for as long as X would."""
    with suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), HANGS)


def cut(request: Request) -> None:
    """Reset the connection."""
    transport: asyncio.Transport = request.state.transport
    at_once = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    transport.abort()


def shown(webhook: Webhook) -> dict[str, Any]:
    return {**asdict(webhook), "created_at": iso(webhook.created_at)}


def iso(at: datetime) -> str:
    """Write a time as X does, to the millisecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
