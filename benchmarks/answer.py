"""How long the local run takes to start, and how long a signed #data takes from the webhook to X.

`uv run python -m benchmarks.answer` starts the local run on a free port, with an X of its own that notes arrivals.
"""

import base64
import hashlib
import hmac
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

BRAND = "1000000000000000001"
SECRET = "local-consumer-secret"  # noqa: S105 - the local run's own default
MEASURED = Path(__file__).with_suffix(".txt")
"""What it has printed last."""
TIMES = 20
CUSTOMERS = [str(2_000_000_000_000_000_101 + number) for number in range(TIMES)]
WARM_UP = "2000000000000000002"
WORDS = {"account": "#data", "activity": "my #data"}
"""By envelope: what a customer says twice within a minute is answered once."""

arrived: dict[str, float] = {}


async def take(request: Request) -> JSONResponse:
    """An X that takes every DM."""
    customer = request.path_params["customer"]
    arrived[customer] = time.perf_counter()
    headers = {
        "x-rate-limit-limit": "1000",
        "x-rate-limit-remaining": "999",
        "x-rate-limit-reset": str(int(time.time()) + 900),
    }
    answer = {"data": {"dm_conversation_id": f"{customer}-{BRAND}", "dm_event_id": str(time.time_ns())}}
    return JSONResponse(answer, 201, headers)


def x_on(port: int) -> None:
    routes = [Route("/2/dm_conversations/with/{customer}/messages", take, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), "127.0.0.1", port, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def event(envelope: str, dm_id: str, customer: str) -> dict[str, Any]:
    message = {
        "type": "message_create",
        "id": dm_id,
        "created_timestamp": str(int(time.time() * 1000)),
        "message_create": {
            "target": {"recipient_id": BRAND},
            "sender_id": customer,
            "message_data": {"text": WORDS[envelope], "entities": {}},
        },
    }
    if envelope == "account":
        return {"for_user_id": BRAND, "direct_message_events": [message], "users": {}}
    payload = {"direct_message_events": [message], "users": {}}
    return {
        "data": {"event_uuid": dm_id, "filter": {"user_id": BRAND}, "event_type": "dm.received", "payload": payload}
    }


def milliseconds(http: httpx.Client, envelope: str, dm_id: str, customer: str) -> float:
    """From the POST to the moment at which X has the answer."""
    arrived.pop(customer, None)
    raw = json.dumps(event(envelope, dm_id, customer)).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), raw, hashlib.sha256)).decode()
    begin = time.perf_counter()
    http.post(
        "/webhook", content=raw, headers={"x-twitter-webhooks-signature": f"sha256={signature}"}
    ).raise_for_status()
    while customer not in arrived:
        if time.perf_counter() - begin > 30:
            raise SystemExit("no answer arrived within 30 s")
        time.sleep(0.001)
    return (arrived[customer] - begin) * 1000


def main() -> None:
    x_port, port = free_port(), free_port()
    x_on(x_port)
    with tempfile.TemporaryDirectory() as data:
        begin = time.perf_counter()
        run = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "ops.main", "local", "--no-browser", "--empty", "--port", str(port), "--data", data],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"X_API_URL": f"http://127.0.0.1:{x_port}"},
        )
        told = []
        try:
            for line in report(run, begin, port):
                print(line, flush=True)
                told.append(line)
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(60)
    MEASURED.write_text("\n".join(told) + "\n")


def report(run: Any, begin: float, port: int) -> Iterator[str]:
    first_line = run.stdout.read(1) and time.perf_counter() - begin
    next(line for line in run.stdout if line.startswith("Phone"))
    ready = time.perf_counter() - begin
    ids = count(int(time.time() * 1000) << 22)
    yield (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"ministack {version('ministack')}, {datetime.now(UTC):%d %B %Y}\n"
    )
    yield f"first line on the terminal    {first_line:6.1f} s"
    yield f"ready                         {ready:6.1f} s"
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        for envelope in WORDS:
            milliseconds(http, envelope, str(next(ids)), WARM_UP)
            taken = [milliseconds(http, envelope, str(next(ids)), customer) for customer in CUSTOMERS]
            yield f"#data to X, {envelope:8} envelope {statistics.median(taken):6.0f} ms  (median of {TIMES}, warm)"


if __name__ == "__main__":
    main()
