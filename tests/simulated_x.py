"""The simulator of X over real HTTP, for tests: in a thread of its own, with a webhook that remembers."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from functions.shared.aws import clock
from functions.shared.x.messenger import XMessenger
from functions.webhook.signature import is_from_x, sign
from local.children import listen
from local.x.oauth import Credentials
from local.x.simulator import register, server
from local.x.world import Account, World

BRAND = Account("1000000000000000001", "ExampleCare")
LINKED = Account("2000000000000000002", "linked_customer", "linked", "+447700900111")
NEW = Account("2000000000000000003", "new_customer", "not linked", "+447700900123")
SECRET = "test-consumer-secret"
CREDENTIALS = Credentials("test-key", SECRET, f"{BRAND.id}-test-token", "test-token-secret", "test-bearer")


@dataclass
class Hook:
    """A webhook that takes everything, unless `answers` says otherwise, and remembers it."""

    secret: str = SECRET
    answers: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)
    url: str = ""

    def checked(self, token: str) -> tuple[int, bytes]:
        return 200, json.dumps({"response_token": sign(self.secret, token.encode())}).encode()

    def posted(self, raw: bytes, signature: str) -> int:
        status = self.answers.pop(0) if self.answers else 200
        self.signed.append(is_from_x(signature, raw, [self.secret]))
        self.bodies.append(json.loads(raw))
        return status

    def events(self) -> list[dict[str, Any]]:
        """Return the DMs that came, whatever their envelope."""
        payloads = [body.get("data", {}).get("payload", body) for body in self.bodies]
        return [event for payload in payloads for event in payload.get("direct_message_events", [])]


@contextmanager
def hooked(hook: Hook) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            self._answer(*hook.checked(query["crc_token"][0]))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            self._answer(hook.posted(raw, self.headers["x-twitter-webhooks-signature"]), b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        hook.url = f"http://127.0.0.1:{web.server_port}/webhook"
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hook
        finally:
            web.shutdown()
            thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooked(Hook()) as running:
        yield running


@dataclass
class SimulatedX:
    world: World
    url: str
    http: httpx.Client

    def messenger(self, **other: str) -> XMessenger:
        return XMessenger(user_tokens() | other, self.url)

    def types(self, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Write to the brand as a customer."""
        return self.ok(self.http.post("/sim/dms", json={"user_id": user, "text": text, **more}))  # type: ignore[no-any-return]

    def set(self, **settings: Any) -> None:
        self.ok(self.http.put("/sim/settings", json=settings))

    def chat(self, user: str) -> list[dict[str, Any]]:
        return self.ok(self.http.get("/sim/dms", params={"user_id": user}))  # type: ignore[no-any-return]

    def state(self) -> dict[str, Any]:
        return self.ok(self.http.get("/sim/state"))  # type: ignore[no-any-return]

    def ok(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()


def user_tokens() -> dict[str, str]:
    return {
        "consumer_key": CREDENTIALS.consumer_key,
        "consumer_secret": CREDENTIALS.consumer_secret,
        "access_token": CREDENTIALS.access_token,
        "access_token_secret": CREDENTIALS.access_token_secret,
    }


@contextmanager
def simulated_x(*webhooks: str) -> Iterator[SimulatedX]:
    world = World(BRAND, (LINKED, NEW))
    for url in webhooks:
        register(world, url)
    running = server(world, CREDENTIALS)
    with listen(0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(base_url=url, trust_env=False, verify=False, timeout=30) as http:
                yield SimulatedX(world, url, http)
        finally:
            running.should_exit = True
            thread.join()
            world.close()


@pytest.fixture
def simulated(hook: Hook) -> Iterator[SimulatedX]:
    """X with one webhook, which it has found valid. Its clock may be moved."""
    with simulated_x(hook.url) as running:
        wait_for(lambda: running.state()["webhook_valid"])
        yield running
    clock.ahead = timedelta(0)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait as long as it takes: what never comes is seen by whoever waits for the tests."""
    while not condition():
        time.sleep(0.01)
