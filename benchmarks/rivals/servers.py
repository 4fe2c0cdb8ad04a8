"""A webhook that checks who calls and takes in one DM, on Flask and on slack-bolt, each called without a network."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, request
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

SECRET = "benchmark-consumer-secret"  # noqa: S105 - of nobody


def on_flask(raw: bytes, signature: str, queue: list[Any]) -> Callable[[], None]:
    app = Flask(__name__)

    @app.post("/webhook")
    def webhook() -> Response:
        body = request.get_data()
        digest = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        if not hmac.compare_digest(request.headers["x-twitter-webhooks-signature"], f"sha256={digest}"):
            abort(401)
        for event in json.loads(body)["direct_message_events"]:
            queue.append(json.dumps(event["message_create"]))
        return Response("{}", content_type="application/json")

    client = app.test_client()
    headers = {"x-twitter-webhooks-signature": signature, "content-type": "application/json"}

    def called() -> None:
        assert client.post("/webhook", data=raw, headers=headers).status_code == 200  # noqa: S101

    return called


def on_bolt(text: str, queue: list[Any]) -> Callable[[], None]:
    """Slack signs with a time, and bolt looks for a listener by the words."""
    app = App(
        signing_secret=SECRET,
        authorize=lambda: AuthorizeResult(
            enterprise_id=None,
            team_id="T1",
            bot_token="xoxb-none",  # noqa: S106
            bot_id="B1",
            bot_user_id="UB",
        ),
        process_before_response=True,
    )

    @app.message(text)
    def asked(message: dict[str, Any]) -> None:
        queue.append(json.dumps(message))

    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": text, "ts": "1.0"}
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event": event, "event_id": "Ev1"})

    def called() -> None:
        now = str(int(time.time()))
        signed = hmac.new(SECRET.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "x-slack-signature": f"v0={signed}",
            "x-slack-request-timestamp": now,
            "content-type": "application/json",
        }
        assert app.dispatch(BoltRequest(body=body, headers=headers)).status == 200  # noqa: S101

    return called
