"""What a cold start takes, for each function from the zip that is deployed: `python -m benchmarks.cold`."""

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from benchmarks import stub
from benchmarks.runtime import started
from benchmarks.stub import Stub
from infra.layout import FUNCTIONS, Function
from infra.packaging import BUILD, HERE, build
from local.resources import BRAND_ID
from tests.calls_from_x import call, signed

BARE = "bare"
"""A function of one line: what nobody can go below."""


NAIVE = "naive"
"""The bot in one file of `rivals/`, with all libraries in one zip."""
WARM_CALLS = 9


@dataclass(frozen=True)
class Start:
    """Milliseconds of processor time."""

    init: float
    first: float
    warm: float
    """The median of the calls after the first one."""

    @property
    def whole(self) -> float:
        return self.init + self.first

    @property
    def share(self) -> float:
        """Of the first call: in init a function has a whole core, later the part that its memory buys."""
        return self.first / self.whole


def folders() -> dict[str, Path]:
    """Unpack the zips of all functions, and one that does nothing."""
    unpacked = BUILD / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    for name, package in build(FUNCTIONS, platform=HERE).items():
        with ZipFile(package.zip) as archive:
            archive.extractall(unpacked / name)
    (unpacked / BARE).mkdir()
    (unpacked / BARE / "bare.py").write_text("def lambda_handler(event, context):\n    return {}\n")
    (unpacked / NAIVE).mkdir()
    shutil.copy(Path(__file__).parent / "rivals" / "naive.py", unpacked / NAIVE)
    return there(unpacked)


def there(unpacked: Path) -> dict[str, Path]:
    return {folder.name: folder for folder in unpacked.iterdir()}


def measured(folder: Path, function: Function | None, there: Stub) -> Start:
    """Start a function once and bring it its first event."""
    handler = f"{function.module}.lambda_handler" if function else f"{folder.name}.lambda_handler"
    variables = {"AWS_ENDPOINT_URL": there.url}
    if function:
        variables |= stub.environment(there, function)
    else:  # what a bot in one file has
        variables |= {"CONSUMER_SECRET": stub.SECRET, "X_API_URL": there.url}
    libraries = [BUILD / "here"] if folder.name == NAIVE else []
    event = EVENTS.get(folder.name, lambda _there, _number: {})
    with started(folder, handler, variables, *libraries) as running:
        first = running.call(event(there, 0))
        warm = statistics.median(running.call(event(there, number)) for number in range(1, WARM_CALLS + 1))
        return Start(running.init, first, warm)


def posted(there: Stub, number: int) -> dict[str, Any]:
    """Return X's call with a DM."""
    message = {
        "type": "message_create",
        "id": there.next_id(),
        "created_timestamp": str(int(time.time() * 1000)),
        "message_create": {
            "target": {"recipient_id": BRAND_ID},
            "sender_id": there.linked[number % len(there.linked)],
            "message_data": {"text": "#data", "entities": {}},
        },
    }
    raw = json.dumps({"for_user_id": BRAND_ID, "direct_message_events": [message], "users": {}})
    headers = {"content-type": "application/json", "x-twitter-webhooks-signature": signed(raw.encode(), stub.SECRET)}
    return call("POST", headers=headers, body=raw)


def asked(there: Stub, number: int) -> dict[str, Any]:
    """Return a DM as the queue brings it."""
    now = int(time.time() * 1000)
    customer = there.linked[number % len(there.linked)]
    dm = {"kind": "dm", "id": there.next_id(), "customer": customer, "handle": "someone", "text": "#data"}
    return queued(dm | {"sent_at": now, "attachment": False}, now)


def queued(message: Mapping[str, Any], now: int) -> dict[str, Any]:
    attributes = {
        "SentTimestamp": str(now),
        "ApproximateReceiveCount": "1",
        "MessageGroupId": str(message["customer"]),
    }
    record = {"messageId": "1", "receiptHandle": "1", "body": json.dumps(message), "attributes": attributes}
    return {"Records": [record]}


def next_case(_there: Stub, number: int) -> dict[str, Any]:
    path = "/desk/api/next"
    claims = {"sub": "agent-1", "teams": "billing general"}
    http = {"http": {"method": "POST", "path": path}, "authorizer": {"jwt": {"claims": claims}}, "stage": "$default"}
    body = json.dumps({"request_id": f"r-{number}"})
    return {"requestContext": http, "rawPath": path, "headers": {}, "body": body, "isBase64Encoded": False}


EVENTS: dict[str, Callable[[Stub, int], Any]] = {
    NAIVE: posted,
    "webhook": posted,
    "commands": asked,
    "desk": next_case,
    "dead-letters": asked,
}
"""The first event of a function; all others are called by the clock, which brings nothing."""


def rounds(times: int, names: Iterable[str], places: Mapping[str, Path]) -> Iterator[tuple[str, Start]]:
    """Start all functions in turn, so many times: what disturbs the machine disturbs all alike."""
    by_name = {function.name: function for function in FUNCTIONS}
    names = tuple(names)
    for name in names:  # bytecode, and what the machine keeps of files
        with stub.serving(Stub()) as there:
            measured(places[name], by_name.get(name), there)
    for _ in range(times):
        for name in names:
            with stub.serving(Stub()) as there:
                yield name, measured(places[name], by_name.get(name), there)


def medians(times: int, names: Iterable[str], places: Mapping[str, Path]) -> dict[str, Start]:
    found: dict[str, list[Start]] = {}
    for name, start in rounds(times, names, places):
        found.setdefault(name, []).append(start)
    return {
        name: Start(*(statistics.median(getattr(one, part) for one in starts) for part in ("init", "first", "warm")))
        for name, starts in found.items()
    }


def main() -> None:
    found = medians(5, [BARE, NAIVE, *(function.name for function in FUNCTIONS)], folders())
    for name, start in found.items():
        ratio = start.whole / found[BARE].whole
        print(
            f"{name:14} init {start.init:6.1f} ms  first {start.first:6.1f} ms  {ratio:5.1f} x  share {start.share:.2f}"
        )


if __name__ == "__main__":
    main()
