"""A case of Tweetserve is a conversation of Chatwoot: `uvicorn --factory examples.helpdesk.chatwoot:served`.

In Chatwoot make an inbox of the kind *API*, and a webhook on `https://<here>/helpdesk` for *Message created*.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.applications import Starlette

from examples.helpdesk.mirror import AgentAnswer, Places, app

FRESH = 300
"""Seconds that a request may be old."""


class Chatwoot:
    name = "chatwoot"

    def __init__(self, http: httpx.Client, inbox: int, secret: str) -> None:
        """`http` leads to the account: `https://<chatwoot>/api/v1/accounts/<id>`."""
        self._http = http
        self._inbox = inbox
        self._secret = secret

    def open(self, case: Mapping[str, Any]) -> str:
        contact = self._contact(case["customer"])
        made = self._asks(
            "POST",
            "/conversations",
            inbox_id=self._inbox,
            contact_id=contact["id"],
            custom_attributes={"case": case["number"], "team": case["team"]},
        )
        return str(made["id"])

    def add(self, place: str, who: str, text: str) -> None:
        if who == "customer":
            self._asks("POST", f"/conversations/{place}/messages", content=text, message_type="incoming")
            return
        note = {"content": f"{who}: {text}", "message_type": "outgoing", "private": True}
        self._asks("POST", f"/conversations/{place}/messages", **note)

    def resolve(self, place: str) -> None:
        self._asks("POST", f"/conversations/{place}/toggle_status", status="resolved")

    def erase(self, place: str) -> None:
        self._asks("DELETE", f"/conversations/{place}")

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        at = headers.get("x-chatwoot-timestamp", "")
        digest = hmac.new(self._secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        given = headers.get("x-chatwoot-signature", "")
        return hmac.compare_digest(f"sha256={digest}", given) and at.isdigit() and abs(time.time() - int(at)) < FRESH

    def answer_in(self, payload: Mapping[str, Any]) -> AgentAnswer | None:
        """Public messages that leave are answers: what we write for agents is private, and the customer's comes in."""
        if payload["event"] != "message_created" or payload["message_type"] != "outgoing" or payload["private"]:
            return None
        return AgentAnswer(str(payload["id"]), str(payload["conversation"]["id"]), payload["content"])

    def _contact(self, customer: str) -> Any:
        found = self._http.get("/contacts/search", params={"q": customer})
        found.raise_for_status()
        known = [one for one in found.json()["payload"] if one["identifier"] == customer]
        if known:
            return known[0]
        name = f"Customer {customer} on X"
        return self._asks("POST", "/contacts", inbox_id=self._inbox, identifier=customer, name=name)["payload"][
            "contact"
        ]

    def _asks(self, method: str, path: str, **body: Any) -> Any:
        answer = self._http.request(method, path, json=body or None)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


def served() -> Starlette:
    """Put it together: CHATWOOT_URL (the account's), _TOKEN, _INBOX, _SECRET, TWEETSERVE_URL, _TOKEN, _EVENTS_KEY."""
    have = os.environ
    there = httpx.Client(base_url=have["CHATWOOT_URL"], headers={"api_access_token": have["CHATWOOT_TOKEN"]}, timeout=4)
    desk = httpx.Client(
        base_url=have["TWEETSERVE_URL"], headers={"authorization": f"Bearer {have['TWEETSERVE_TOKEN']}"}, timeout=10
    )
    places = Places(have.get("PLACES", "chatwoot.db"))
    mirrored = Chatwoot(there, int(have["CHATWOOT_INBOX"]), have["CHATWOOT_SECRET"])
    return app(mirrored, places, desk, have["TWEETSERVE_EVENTS_KEY"])
