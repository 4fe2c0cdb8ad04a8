"""One worker of a function: `python -m local.worker FUNCTION MODULE TIMEOUT MEMORY`, as Lambda runs it.

Reads one event a line, `{"id": ..., "ahead": ..., "event": ...}`, and answers `{"result": ...}` or `{"error": class}`;
`ahead` is how many seconds the clock goes ahead. An event that takes longer than the time-out ends the process, and
so does the end of standard input.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any

from functions.shared.aws import clock
from infra.layout import Function

type Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about this call."""

    function_name: str
    memory_limit_in_mb: int
    aws_request_id: str
    _deadline: float
    function_version: str = "$LATEST"
    log_group_name: str = "local"
    log_stream_name: str = field(default_factory=lambda: str(os.getpid()))

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{os.environ['AWS_REGION']}:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def handle(handler: Handler, function: Function, line: str) -> dict[str, Any]:
    call = json.loads(line)
    clock.ahead = timedelta(seconds=call["ahead"])
    context = Context(function.name, function.memory, call["id"], time.monotonic() + function.timeout)
    try:
        return {"result": json.loads(json.dumps(handler(call["event"], context)))}
    except Exception as error:
        # The stack without the exception's own words: they may quote a customer.
        traceback.print_list(traceback.extract_tb(error.__traceback__), file=sys.stderr)
        print(f"{type(error).__name__} in {function.name}", file=sys.stderr)  # noqa: T201 - the log
        return {"error": type(error).__name__}


def main() -> None:
    name, module, timeout, memory = sys.argv[1:]
    function = Function(name, module, int(timeout), int(memory))
    # Handlers may print; the pipe to the parent is for answers only.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    handler: Handler = import_module(function.module).lambda_handler
    print(json.dumps({"ready": True}), file=answers)
    for line in sys.stdin:
        signal.alarm(function.timeout)  # nobody catches it: the process ends, even in a call that hangs
        answer = handle(handler, function, line)
        signal.alarm(0)
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
