"""Lambda on this machine: AWS's own runtime client for Python, driven by a small Runtime API of ours.

What a function takes is processor time of its process, read from outside, so that nothing of ours is in the figure: up
to its first question for an event (init), and from there to its answer (the first call, and those after it).
"""

import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from local.run import LOCAL_AWS, NO_FILES

PATIENCE = 15


class Failed(Exception):
    """A function failed in its init or in a call; the message is its own."""


def clock_of(process: int) -> int:
    """Return the clock of another process's processor time: Linux makes its number from the process's own."""
    return ~process << 3 | 2


class _Api(BaseHTTPRequestHandler):
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: a second one would wait for the first to be acknowledged
    events: Queue[Any]
    told: Queue[tuple[str, Any]]

    def do_GET(self) -> None:
        self.told.put(("asks", None))
        body = json.dumps(self.events.get()).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"{time.time_ns():032x}")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + PATIENCE) * 1000)))
        # Without a trace and a type AWS's client dies.
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-0-0;Sampled=0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-2:000000000000:function:it")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"null")
        self.told.put(("answers" if self.path.endswith("/response") else "fails", body))
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Running:
    """A function's process. `init` and what `call` returns are milliseconds of its processor time."""

    def __init__(self, process: "subprocess.Popen[bytes]", events: Queue[Any], told: Queue[tuple[str, Any]]) -> None:
        self._clock = clock_of(process.pid)
        self._events = events
        self._told = told
        self._wait("asks")
        self.init = self._spent = self._now()
        self.answer: Any = None

    def call(self, event: Any) -> float:
        """Bring an event. Until the next question, as what a function does after its answer is its work, too."""
        self._events.put(event)
        self.answer = self._wait("answers")
        self._wait("asks")
        before, self._spent = self._spent, self._now()
        return self._spent - before

    def _now(self) -> float:
        return time.clock_gettime_ns(self._clock) / 1_000_000

    def _wait(self, wanted: str) -> Any:
        happened, body = self._told.get(timeout=PATIENCE)
        if happened != wanted:
            raise Failed(f"a function {happened}: {body}")
        return body


@contextmanager
def started(folder: Path, handler: str, variables: Mapping[str, str], *libraries: Path) -> Iterator[Running]:
    """Start a function from the folder of its zip, with nothing of ours but what is in it."""
    events, told = Queue[Any](), Queue[tuple[str, Any]]()
    api = ThreadingHTTPServer(("127.0.0.1", 0), type("Api", (_Api,), {"events": events, "told": told}))
    api.daemon_threads = True
    Thread(target=api.serve_forever, daemon=True).start()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (folder, *libraries, _client()))),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "TZ": "UTC",
        **LOCAL_AWS,
        **NO_FILES,
        **variables,
    }
    command = [sys._base_executable, "-S", "-m", "awslambdaric", handler]  # type: ignore[attr-defined]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield Running(process, events, told)
        finally:
            process.kill()
            api.shutdown()
            api.server_close()


def _client() -> Path:
    """Return a folder in which AWS's runtime client stands alone."""
    folder = Path(sysconfig.get_path("data")) / "lambda"
    site = Path(sysconfig.get_path("purelib"))
    folder.mkdir(exist_ok=True)
    for package in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for name in {file.parts[0] for file in files(package) or ()}:
            if not name.endswith(".dist-info") and not (folder / name).exists():
                (folder / name).symlink_to(site / name)
    return folder


def is_optimised() -> bool:
    return "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
