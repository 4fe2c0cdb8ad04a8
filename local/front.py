"""What port 8400 serves: the phone page, the webhook and the desk as API Gateway would, the simulator, the state."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from local.demo.staff import STAFF
from local.panel import Panel
from local.state import State
from local.workers import Closed, Died, Failed

PHONE = Path(__file__).with_name("phone")
LARGEST_BODY = 6 * 1024 * 1024  # what Lambda takes
GATEWAY_SECONDS = 29  # how long API Gateway waits

HOSTS = ["127.0.0.1", "localhost", "testserver"]
"""Names that this machine answers to, and a test client's: a name of somebody else may lead here too."""
READS = {"GET", "HEAD", "OPTIONS"}

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"}


def app(state: State) -> Starlette:
    async def local_state(_: Request) -> Response:
        if state.ready or not state.shown:
            with suppress(BotoCoreError, ClientError):  # the database is away: what was shown stays
                state.shown = await asyncio.to_thread(state.page)
        steps = [{"name": name, "done": done} for name, done in state.starting.items()]
        engine = "gone" if state.engine_gone else "up"
        return JSONResponse({"ready": state.ready, "starting": steps, "engine": engine, **state.shown})

    async def where(_: Request) -> Response:
        return JSONResponse(state.where, 200 if state.where else 503)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ready": state.ready}, 200 if state.ready else 503)

    async def webhook(request: Request) -> Response:
        return await through(state, "webhook", await http_event(request, "ANY /webhook"))

    async def desk_page(request: Request) -> Response:
        return await through(state, "desk", await http_event(request, "GET /desk"))

    async def sign_in(_: Request) -> Response:
        """Say who the demo's staff are: on this machine the page of the desk lets one choose."""
        demo = [{"name": name, "role": its["role"], "teams": its["teams"].split()} for name, its in STAFF.items()]
        return JSONResponse({"demo": demo})

    async def desk_api(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in STAFF:
            return message(401, "Unauthorized", {"www-authenticate": "Bearer"})
        event = await http_event(request, "ANY /desk/api/{proxy+}")
        event["requestContext"]["authorizer"] = {"jwt": {"claims": STAFF[token], "scopes": None}}
        return await through(state, "desk", event)

    simulator = httpx.AsyncClient(timeout=httpx.Timeout(30, read=None), trust_env=False)  # no proxy to this machine

    async def sim(request: Request) -> Response:
        if not state.x_url:
            return message(503, "The simulator of X is starting")
        headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
        url = httpx.URL(state.x_url, path=request.url.path, query=request.url.query.encode())
        sent = simulator.build_request(request.method, url, headers=headers, content=await request.body())
        try:
            answer = await simulator.send(sent, stream=True)
        except httpx.TransportError:
            return message(502, "The simulator of X does not answer")
        kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
        return StreamingResponse(chunks(answer), answer.status_code, kept)

    return Starlette(
        routes=[
            Route("/local/state", local_state),
            Route("/local/where", where),
            *Panel(state, simulator).routes(),
            Route("/healthz", healthz),
            Route("/webhook", webhook, methods=METHODS),
            Route("/desk/api/{proxy:path}", desk_api, methods=METHODS),
            Route("/desk/sign-in.json", sign_in),
            Route("/desk", desk_page),
            Route("/desk/{proxy:path}", desk_page),
            Route("/sim/{path:path}", sim, methods=METHODS),
            Mount("/", StaticFiles(directory=PHONE, html=True)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS), Middleware(OwnPages)],
    )


class OwnPages:
    """Lets no other site's page write here: browsers say where a write comes from, programs need not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and from_elsewhere(Request(scope)):
            await message(403, "This page is not ours")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def from_elsewhere(request: Request) -> bool:
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.method not in READS and origin is not None and origin != own


async def chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    except httpx.TransportError:
        return  # the simulator has ended, and so does what it streamed
    finally:
        await answer.aclose()


async def through(state: State, function: str, event: dict[str, Any]) -> Response:
    """Call a function as API Gateway would and answer what it answers."""
    if not state.ready:
        return message(503, "Service Unavailable", {"retry-after": "1"})
    if len(event.get("body", "")) > LARGEST_BODY:
        return message(413, "Request Entity Too Large")
    try:
        return http_response(await asyncio.wait_for(state.pools[function].call(event), GATEWAY_SECONDS))
    except (TimeoutError, Closed):
        return message(503, "Service Unavailable")
    except Died:
        return message(502, "Bad Gateway")
    except Failed:
        return message(500, "Internal Server Error")


def message(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"message": text}, status, headers)


async def http_event(request: Request, route: str) -> dict[str, Any]:
    """Return the event of an HTTP API, payload version 2.0."""
    now = datetime.now(UTC)
    raw = await request.body()
    names = dict.fromkeys(name for name in request.headers if name != "cookie")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.url.path,
        "rawQueryString": request.url.query,
        "headers": {name: ",".join(request.headers.getlist(name)) for name in names},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": request.url.hostname,
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.url.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client.host if request.client else "127.0.0.1",
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": route,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := request.headers.getlist("cookie"):
        event["cookies"] = [cookie for line in cookies for cookie in line.split("; ")]
    if request.query_params:
        event["queryStringParameters"] = {
            name: ",".join(request.query_params.getlist(name)) for name in request.query_params
        }
    if request.path_params:
        event["pathParameters"] = dict(request.path_params)
    if raw:
        event["body"], event["isBase64Encoded"] = body_text(raw)
    return event


def body_text(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), True


def http_response(result: Any) -> Response:
    """Read what a handler returned: a response, or anything else as its JSON body."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(json.dumps(result), 200, media_type="application/json")
    body = result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    response = Response(content, int(result["statusCode"]), {"content-type": "text/plain;charset=UTF-8"} | headers)
    for cookie in result.get("cookies") or []:
        response.raw_headers.append((b"set-cookie", cookie.encode()))
    return response


class Server(uvicorn.Server):
    """Signals are the local run's, not the server's."""

    def capture_signals(self) -> Any:
        return nullcontext()


def server(state: State) -> Server:
    return Server(
        uvicorn.Config(app(state), log_level="error", access_log=False, timeout_graceful_shutdown=2, lifespan="off")
    )
