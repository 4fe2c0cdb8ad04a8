"""The AWS engine as a process of its own: `python -m local.engine FOLDER`. It ends when its standard input does.

ministack keeps its state in memory and saves it on a clean stop only, one file per service. Here one snapshot of the
three services that we use is taken every two seconds between two requests and replaces the file in one step, so that
a table and a queue read back after `kill -9` are of the same moment.
"""

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import uvicorn

from local.children import listen

SERVICES = ("dynamodb", "sqs", "secretsmanager")
FILE = "engine.json"
SNAPSHOT_SECONDS = 2
SNAPSHOT_SHARE = 20
"""A snapshot takes at most one part in so many of the engine's time, however much it holds."""
FORMAT = 1


# No listener but ours, nothing saved by itself. Its host and port stay unset: queue URLs then carry the address that
# they were asked at, and a queue is found again when the next run has another port.
SETTINGS = {
    "SERVICES": ",".join(SERVICES),
    "SFTP_ENABLED": "0",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    "LOG_LEVEL": "WARNING",
    "PERSIST_STATE": "0",
    "DOCKER_HOST": "unix:///nowhere",  # it would look for containers to clean up
}


def release(queues: Iterable[dict[str, Any]]) -> None:
    """Nobody holds a message any more: whoever had one has ended with the last run."""
    for message in chain.from_iterable(queue["messages"] for queue in queues):
        message["visible_at"] = min(message["visible_at"], time.time())


class Unreadable(Exception):
    """The saved state is not one of ours."""


class Unsaved(Exception):
    """The state cannot be written, as when the disk is full. What was saved before stays."""


class Snapshots:
    """Saves what the engine holds and brings it back. It reaches into ministack, which is pinned for that reason."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = b""

    def restore(self) -> None:
        if not self._path.exists():
            return
        from ministack import app  # type: ignore[import-untyped]
        from ministack.core.persistence import _json_object_hook  # type: ignore[import-untyped]

        try:
            saved = json.loads(self._path.read_bytes(), object_hook=_json_object_hook)
            if saved["format"] != FORMAT:
                raise Unreadable(f"format {saved['format']}")
            for service in SERVICES:
                app._get_module(service).load_persisted_state(saved["services"].get(service, {}))
            release(app._get_module("sqs")._queues._data.values())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(type(error).__name__) from error
        self._last = self._path.read_bytes()

    def take(self) -> tuple[bytes, float]:
        """Return the state of this moment, and when it is. Called on the loop that serves: no request is half done."""
        from ministack import app
        from ministack.core.persistence import _json_default

        now = time.time()
        states: dict[str, Any] = {service: app._get_module(service).get_state() for service in SERVICES}
        return json.dumps({"format": FORMAT, "services": states}, default=_json_default).encode(), now

    def save(self, snapshot: bytes, taken_at: float) -> None:
        """Replace the file, whose time says of which moment it is. Raises Unsaved."""
        try:
            self._save(snapshot, taken_at)
        except OSError as error:
            raise Unsaved(error.strerror) from error

    def _save(self, snapshot: bytes, taken_at: float) -> None:
        if snapshot == self._last:
            os.utime(self._path, (taken_at, taken_at))
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(snapshot)
            file.flush()
            os.fsync(file.fileno())
        os.utime(fresh, (taken_at, taken_at))
        fresh.replace(self._path)
        self._last = snapshot

    async def keep(self) -> None:
        pause = float(SNAPSHOT_SECONDS)
        while True:
            await asyncio.sleep(pause)
            try:
                began = time.monotonic()
                snapshot = self.take()
                # While somebody loads a hundred thousand accounts, saving must not take all the time.
                pause = max(SNAPSHOT_SECONDS, SNAPSHOT_SHARE * (time.monotonic() - began))
            except RuntimeError:  # expired items are removed in a thread of ministack's; next time, then
                continue
            await asyncio.to_thread(self.save, *snapshot)


async def serve(listener: socket.socket, snapshots: Snapshots) -> None:
    """Serve until standard input ends, then save. Raises Unsaved, at once, where that cannot be done."""
    from ministack.app import app  # type: ignore[import-untyped]

    snapshots.restore()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    keeping = asyncio.create_task(snapshots.keep())
    while not server.started:
        await asyncio.sleep(0.01)
    tell({"port": listener.getsockname()[1]})
    asked = asyncio.create_task(ended.wait())
    await asyncio.wait({asked, keeping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    if keeping.done():
        keeping.result()
    keeping.cancel()
    snapshots.save(*snapshots.take())


def tell(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - the parent reads it


def main() -> None:
    os.environ.update(SETTINGS)  # before the import: ministack reads it there
    state = Path(sys.argv[1]) / FILE
    try:
        asyncio.run(serve(listen(0), Snapshots(state)))
    except Unreadable:
        tell({"trouble": f"{state} cannot be read by this version: remove it, or choose another folder with --data."})
    except Unsaved as unsaved:
        tell(
            {"trouble": f"Cannot save to {state.parent} ({unsaved}): make room, or choose another folder with --data."}
        )


if __name__ == "__main__":
    main()
