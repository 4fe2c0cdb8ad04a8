"""X's own paths, as far as the service, its deployment and its tests call them, with X's words for what is wrong.

Subscriptions can be made, listed and ended, but do not choose what is delivered: `envelope` in the settings does.
"""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.shared.aws import clock
from local.x.envelopes import as_listed
from local.x.faults import Fault, Faults, Kind
from local.x.oauth import Guard
from local.x.webhooks import Webhooks
from local.x.world import DM, Webhook, World

LONGEST_TEXT = 10_000
LONGEST_URL = 200
X_ID = re.compile(r"[0-9]{1,19}")
DAY = 86_400
WINDOW = 900
OTHER_CALLS = 450
UNLIMITED = (1_000, 60)
"""Calls and seconds of a window where X's real limits are switched off."""

HANGS = 15
"""Seconds, more than the service listens."""
LATE = timedelta(seconds=90)

KINDS: dict[str, Kind] = {"send": "send", "events": "look_up", "events_with": "look_up"}
"""The calls that faults can strike."""

SUBSCRIPTION_FIELDS = {"event_type", "filter", "tag", "webhook_id"}

REPLAY_BACK = timedelta(hours=24)
REPLAY_FROM = timedelta(minutes=31)
REPLAY_TO = timedelta(minutes=10)

LOOK_UP_PARAMETERS = {
    "dm_event.fields",
    "event_types",
    "expansions",
    "max_results",
    "media.fields",
    "pagination_token",
    "tweet.fields",
    "user.fields",
}
DM_FIELDS = {"attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "text"}
"""Those of X's OpenAPI 2.167. Who has written comes with the expansion `sender_id`."""
EVENT_TYPES = {"MessageCreate", "ParticipantsJoin", "ParticipantsLeave"}
EXPANSIONS = {"attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"}
PROBLEMS = "https://api.x.com/2/problems"

type Endpoint = Callable[[Request], Awaitable[dict[str, Any]]]


class Problem(Exception):
    """X refuses a call."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] | None = None
        """Of this answer alone, instead of what the limit's headers truly are."""
        self.body = {"title": title, "detail": detail, "type": kind, "status": status, **more}


def invalid(message: str, **parameters: Any) -> Problem:
    """X repeats the parameters that it does not like."""
    errors = [{"parameters": {name: [str(value)] for name, value in parameters.items()}, "message": message}]
    kind = f"{PROBLEMS}/invalid-request"
    return Problem(400, "Invalid Request", "One or more parameters to your request was invalid.", kind, errors=errors)


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
        return {"x-rate-limit": (settings.reads if route in ("events", "events_with") else OTHER_CALLS, WINDOW)}

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
            ("POST", "/2/dm_conversations/with/{participant}/messages", self.send, 201),
            ("GET", "/2/dm_conversations/with/{participant}/dm_events", self.events_with, 200),
            ("GET", "/2/dm_events", self.events, 200),
            ("GET", "/2/users/me", self.me, 200),
            ("GET", "/2/webhooks", self.list_webhooks, 200),
            ("POST", "/2/webhooks", self.create_webhook, 200),
            ("POST", "/2/webhooks/replay", self.replay, 200),
            ("PUT", "/2/webhooks/{webhook}", self.validate_webhook, 200),
            ("DELETE", "/2/webhooks/{webhook}", self.delete_webhook, 200),
            ("POST", "/2/account_activity/webhooks/{webhook}/subscriptions/all", self.subscribe_account, 200),
            ("GET", "/2/account_activity/webhooks/{webhook}/subscriptions/all", self.is_subscribed, 200),
            ("GET", "/2/account_activity/webhooks/{webhook}/subscriptions/all/list", self.list_accounts, 200),
            (
                "DELETE",
                "/2/account_activity/webhooks/{webhook}/subscriptions/{user}/all",
                self.unsubscribe_account,
                200,
            ),
            ("GET", "/2/account_activity/subscriptions/count", self.count_accounts, 200),
            ("GET", "/2/activity/subscriptions", self.list_activities, 200),
            ("POST", "/2/activity/subscriptions", self.create_activity, 200),
            ("PUT", "/2/activity/subscriptions/{subscription}", self.update_activity, 200),
            ("DELETE", "/2/activity/subscriptions/{subscription}", self.delete_activity, 200),
        ]
        ours = [Route(path, self._answering(do, status), methods=[method]) for method, path, do, status in every]
        return [Route("/oauth2/token", self.token, methods=["POST"]), *ours]

    def _answering(self, do: Endpoint, status: int) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self.answer(request, do, status)

        return answer

    async def answer(self, request: Request, do: Endpoint, status: int) -> Response:
        """Answer a call to X: all of them go through here."""
        headers: dict[str, str] = {}
        try:
            self._check_who_calls(request)
            has_room, headers = self.limiter.count(do.__name__)
            if not has_room:
                self.over_limit += do.__name__ == "send"
                raise Problem(429, "Too Many Requests", "Too Many Requests")
            kind = KINDS.get(do.__name__)
            fault = next(iter(self.faults.next(kind)), None) if kind else None
            if fault:
                return await self._faulty(fault, request, do, status)
            return JSONResponse(await do(request), status, headers)
        except Problem as problem:
            # Escaped, because what is repeated may be no Unicode.
            body = json.dumps(problem.body)
            own = headers if problem.headers is None else problem.headers
            return Response(body, problem.status, own, media_type="application/problem+json")

    async def _faulty(self, fault: Fault, request: Request, do: Endpoint, status: int) -> Response:
        """Answer as X should not."""
        if fault in REFUSALS:
            raise refusal(fault)
        await request.body()  # read before anything is cut
        if fault is Fault.LATE:
            self.webhooks.begin(self._later(do, request))
        else:
            await do(request)
        if fault in ODD_BODIES:
            return Response(ODD_BODIES[fault], status, media_type="application/json")
        if fault is not Fault.CUT:
            await until_left(request)
        cut(request)
        return Response()  # nobody reads it

    async def _later(self, do: Endpoint, request: Request) -> None:
        due = clock.now() + LATE
        while clock.now() < due:  # the clock may be moved meanwhile
            await asyncio.sleep(0.1)
        with suppress(Problem):
            await do(request)

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
        participant = x_id(request, "participant")
        text = text_of(await json_object(request))
        if participant == self.world.brand.id:
            raise invalid("You cannot send a DM to yourself.", participant_id=participant)
        if not self.world.exists(participant):
            raise Problem(404, "Not Found", f"Could not find user with id: [{participant}].")
        dm = self.world.write(participant, text, "api")
        self.webhooks.begin(self.webhooks.announce(dm))
        return {"data": {"dm_conversation_id": self._conversation(participant), "dm_event_id": dm.id}}

    async def events_with(self, request: Request) -> dict[str, Any]:
        return self._list(request, x_id(request, "participant"))

    async def events(self, request: Request) -> dict[str, Any]:
        return self._list(request, None)

    def _list(self, request: Request, customer: str | None) -> dict[str, Any]:
        query = request.query_params
        if unknown := set(query) - LOOK_UP_PARAMETERS:
            allowed = ",".join(sorted(LOOK_UP_PARAMETERS))
            raise invalid(f"The query parameter [{sorted(unknown)[0]}] is not one of [{allowed}]")
        fields = listed(request, "dm_event.fields", DM_FIELDS)
        types, expansions = listed(request, "event_types", EVENT_TYPES), listed(request, "expansions", EXPANSIONS)
        count = number(query.get("max_results", "100"), "max_results", 1, 100)
        below = number(query.get("pagination_token", f"{2**63 - 1:x}"), "pagination_token", 0, 2**63 - 1, base=16)
        wanted = not types or "MessageCreate" in types
        dms = self.world.listed(customer, below, count + 1) if wanted else []
        meta: dict[str, Any] = {"result_count": len(dms[:count])}
        if len(dms) > count:
            meta["next_token"] = f"{int(dms[count - 1].id):x}"
        events = [self._event(dm, fields | (expansions & {"sender_id"})) for dm in dms[:count]]
        includes = self._senders(dms[:count]) if "sender_id" in expansions else {}
        return {"data": events, **includes, "meta": meta} if events else {"meta": meta}

    def _senders(self, dms: list[DM]) -> dict[str, Any]:
        senders = dict.fromkeys(dm.customer if dm.by == "customer" else self.world.brand.id for dm in dms)
        users = [self.world.account(sender) for sender in senders]
        return {"includes": {"users": [{"id": one.id, "name": one.handle, "username": one.handle} for one in users]}}

    def _event(self, dm: DM, fields: set[str]) -> dict[str, Any]:
        every = {
            "dm_conversation_id": self._conversation(dm.customer),
            "sender_id": dm.customer if dm.by == "customer" else self.world.brand.id,
            "created_at": iso(dm.at),
            **({"attachments": {"media_keys": [f"3_{int(dm.id) - 1}"]}} if dm.form == "attachment" else {}),
        }
        always = {"id": dm.id, "event_type": "MessageCreate", "text": as_listed(dm.text, dm.id)[0]}
        return always | {name: value for name, value in every.items() if name in fields}

    def _conversation(self, customer: str) -> str:
        return "-".join(sorted((customer, self.world.brand.id), key=int))

    async def me(self, request: Request) -> dict[str, Any]:
        brand = self.world.brand
        return {"data": {"id": brand.id, "name": brand.handle, "username": brand.handle}}

    # ---- webhooks ----

    async def list_webhooks(self, request: Request) -> dict[str, Any]:
        found = [shown(webhook) for webhook in self.world.webhooks.values()]
        return {"data": found, "meta": {"result_count": len(found)}}

    async def create_webhook(self, request: Request) -> dict[str, Any]:
        """Take a URL once it has passed the check. X takes https alone; this machine has none."""
        url = (await json_object(request)).get("url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
            raise invalid("The webhook's URL does not meet the requirements.", url=url)
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
        body = await json_object(request)
        webhook = self._webhook_named(body.get("webhook_id"))
        start, end = minute(body, "from_date"), minute(body, "to_date")
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
            raise Problem(404, "Not Found", "Could not find a webhook with this id.")
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
        return {"data": list(self.activities.values()), **self._total()}

    async def create_activity(self, request: Request) -> dict[str, Any]:
        body = await json_object(request)
        if not isinstance(body.get("event_type"), str) or not isinstance(body.get("filter"), dict):
            raise invalid("A subscription needs event_type and filter.")
        return {"data": {"subscription": self._subscribe(body)}, **self._total()}

    async def update_activity(self, request: Request) -> dict[str, Any]:
        body = await json_object(request)
        activity = self._activity(request)
        changed = {name: body[name] for name in ("tag", "webhook_id") if name in body}
        activity |= changed | {"updated_at": iso(clock.now())}
        return {"data": activity, **self._total()}

    async def delete_activity(self, request: Request) -> dict[str, Any]:
        del self.activities[self._activity(request)["subscription_id"]]
        return {"data": {"deleted": True}, **self._total()}

    def _subscribe(self, body: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in body.items() if name in SUBSCRIPTION_FIELDS}
        now = iso(clock.now())
        same = ("event_type", "filter", "webhook_id")
        if any(all(one.get(name) == given.get(name) for name in same) for one in self.activities.values()):
            raise Problem(
                400,
                "DuplicateSubscriptionFailed",
                "A subscription with this event type and filter is there already.",
                f"{PROBLEMS}/duplicate-subscription",
            )
        activity: dict[str, Any] = {
            "subscription_id": self.world.new_id(),
            **given,
            "created_at": now,
            "updated_at": now,
        }
        return self.activities.setdefault(activity["subscription_id"], activity)

    def _activity(self, request: Request) -> dict[str, Any]:
        activity = self.activities.get(request.path_params["subscription"])
        if activity is None:
            raise Problem(404, "Not Found", "Could not find a subscription with this id.")
        return activity

    def _total(self) -> dict[str, Any]:
        return {"meta": {"total_subscriptions": len(self.activities)}}


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


async def json_object(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Problem(415, "Unsupported Media Type", "The request body must be application/json.")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise invalid("The request body is not a JSON object.")
    return body


def text_of(body: dict[str, Any]) -> str:
    """Return the one field that a DM may have here."""
    if unknown := set(body) - {"text"}:
        raise invalid(f"$.{sorted(unknown)[0]}: is not defined in the schema and the schema does not allow it.")
    text = body.get("text")
    if not isinstance(text, str) or not text.strip() or not is_unicode(text):
        raise invalid("$.text: must be a string that is not empty.", text=text)
    if len(text) > LONGEST_TEXT:
        raise invalid(f"$.text: may be at most {LONGEST_TEXT} characters long.")
    return text


def is_unicode(text: str) -> bool:
    """Half a character pair is legal in JSON's escapes and nowhere else."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def x_id(request: Request, name: str) -> str:
    value = str(request.path_params[name])
    if not X_ID.fullmatch(value):
        raise invalid(f"The `{name}_id` path parameter is not a valid id.", **{name: value})
    return value


def listed(request: Request, name: str, allowed: set[str]) -> set[str]:
    """Read a parameter that is a list: X refuses what it does not know, and what is there twice."""
    given = [value for value in request.query_params.get(name, "").split(",") if value]
    for value in given:
        if value not in allowed:
            known = ",".join(sorted(allowed))
            raise invalid(f"The `{name}` query parameter value [{value}] is not one of [{known}]", **{name: value})
        if given.count(value) > 1:
            raise invalid(f"The `{name}` query parameter value [{value}] is there twice", **{name: value})
    return set(given)


def number(value: str, name: str, low: int, high: int, base: int = 10) -> int:
    try:
        read = int(value, base)
    except ValueError:
        read = low - 1
    if not low <= read <= high:
        raise invalid(f"The `{name}` query parameter value is not valid.", **{name: value})
    return read


def minute(body: dict[str, Any], name: str) -> datetime:
    """Read a time like 202611220900."""
    value = body.get(name)
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise invalid(f"$.{name}: must be a time like 202611220900.")
    try:
        return datetime.strptime(value, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid(f"$.{name}: there is no such time.") from error


def shown(webhook: Webhook) -> dict[str, Any]:
    return {**asdict(webhook), "created_at": iso(webhook.created_at)}


def iso(at: datetime) -> str:
    """Write a time as X does, to the millisecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
