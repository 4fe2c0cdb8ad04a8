"""A function for the tests of the local run: does what its event says."""

import os
import time
from typing import Any

from functions.shared.aws import clock


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    if "Records" in event:
        event = {"do": event["Records"][0]["body"], "event": event}
    match event["do"]:
        case "exit":
            os._exit(3)
        case "fail":
            raise ValueError(event.get("says"))
        case "hang":
            time.sleep(60)
        case "wait":
            time.sleep(0.5)
        case "print":
            print("a line that is no answer")  # noqa: T201
        case "environment":
            return dict(os.environ)
        case "clock":
            return clock.now().isoformat()
    return {"pid": os.getpid(), "event": event, "left": context.get_remaining_time_in_millis()}
