"""A case of Tweetserve is a ticket of Zendesk: `uvicorn --factory examples.helpdesk.zendesk:served`.

In Zendesk make a webhook on `https://<here>/helpdesk` for the event *Comment added to ticket*.
"""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from starlette.applications import Starlette

from examples.helpdesk.mirror import AgentAnswer, Places, app

FRESH = 300
"""Seconds that a request may be old."""
COMMENT = "zen:event-type:ticket.comment_added"


class Zendesk:
    name = "zendesk"

    def __init__(self, http: httpx.Client, secret: str) -> None:
        self._http = http
        self._secret = secret

    def open(self, case: Mapping[str, Any]) -> str:
        customer = {"name": f"Customer {case['customer']} on X", "external_id": case["customer"]}
        user = self._asks("POST", "/api/v2/users/create_or_update", user=customer)["user"]
        ticket = {
            "external_id": case["id"],
            "subject": f"Case {case['number']}",
            "requester_id": user["id"],
            "tags": ["tweetserve", case["team"]],
            "comment": {"body": f"Case {case['number']} of Tweetserve.", "public": False},
        }
        made = self._asks("POST", "/api/v2/tickets", key=case["id"], ticket=ticket)["ticket"]
        return str(made["id"])

    def add(self, place: str, who: str, text: str) -> None:
        if who != "customer":
            self._change(place, comment={"body": f"{who}: {text}", "public": False})
            return
        requester = self._asks("GET", f"/api/v2/tickets/{place}")["ticket"]["requester_id"]
        self._change(place, status="open", comment={"body": text, "public": True, "author_id": requester})

    def resolve(self, place: str) -> None:
        self._change(place, status="solved")

    def erase(self, place: str) -> None:
        self._asks("DELETE", f"/api/v2/tickets/{place}")
        self._asks("DELETE", f"/api/v2/deleted_tickets/{place}")

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        at = headers.get("x-zendesk-webhook-signature-timestamp", "")
        digest = hmac.digest(self._secret.encode(), at.encode() + body, hashlib.sha256)
        given = headers.get("x-zendesk-webhook-signature", "")
        return hmac.compare_digest(base64.b64encode(digest).decode(), given) and _is_fresh(at)

    def answer_in(self, payload: Mapping[str, Any]) -> AgentAnswer | None:
        """Public comments of staff are answers. What we write for agents is private; the customer is no staff."""
        if payload["type"] != COMMENT:
            return None
        comment = payload["event"]["comment"]
        if not comment["is_public"] or not comment["author"]["is_staff"]:
            return None
        return AgentAnswer(str(comment["id"]), str(payload["detail"]["id"]), comment["body"])

    def _change(self, place: str, **ticket: Any) -> None:
        self._asks("PUT", f"/api/v2/tickets/{place}", ticket=ticket)

    def _asks(self, method: str, path: str, *, key: str | None = None, **body: Any) -> Any:
        headers = {"idempotency-key": key} if key else {}  # a ticket that was made is not made again
        answer = self._http.request(method, path, json=body or None, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


def _is_fresh(at: str) -> bool:
    try:
        sent = datetime.fromisoformat(at).timestamp()
    except ValueError:
        return False
    return abs(time.time() - sent) < FRESH


def served() -> Starlette:
    """Put it together from ZENDESK_URL, _EMAIL, _TOKEN, _SECRET, and TWEETSERVE_URL, _TOKEN, _EVENTS_KEY."""
    have = os.environ
    there = httpx.Client(
        base_url=have["ZENDESK_URL"], auth=(f"{have['ZENDESK_EMAIL']}/token", have["ZENDESK_TOKEN"]), timeout=4
    )
    desk = httpx.Client(
        base_url=have["TWEETSERVE_URL"], headers={"authorization": f"Bearer {have['TWEETSERVE_TOKEN']}"}, timeout=10
    )
    places = Places(have.get("PLACES", "zendesk.db"))
    return app(Zendesk(there, have["ZENDESK_SECRET"]), places, desk, have["TWEETSERVE_EVENTS_KEY"])
