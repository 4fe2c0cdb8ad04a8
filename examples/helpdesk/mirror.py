"""What every mirror does: checks our events, writes them at the help desk, sends the agents' answers back."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import httpx
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

UNTOLD = "(What was said stands at Tweetserve's desk: `events_words` is off.)"


@dataclass(frozen=True)
class AgentAnswer:
    """What an agent has written to the customer; `place` is where the case stands at the help desk."""

    id: str
    place: str
    text: str


class HelpDesk(Protocol):
    name: str

    def open(self, case: Mapping[str, Any]) -> str:
        """Make a place for a case and return its id."""

    def add(self, place: str, who: str, text: str) -> None:
        """Write what was said: the customer's as theirs, all else for agents alone, so that it never comes back."""

    def resolve(self, place: str) -> None: ...

    def erase(self, place: str) -> None: ...

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Tell whether the help desk has sent this."""

    def answer_in(self, payload: Mapping[str, Any]) -> AgentAnswer | None:
        """Return the agent's answer that a message of the help desk brings, if it brings one."""


class Places:
    """Where each case stands at the help desk, and what of it was written there."""

    def __init__(self, file: Path | str) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS places (case_id TEXT PRIMARY KEY, place TEXT, sequence INTEGER)")

    def of_case(self, case_id: str) -> tuple[str | None, int]:
        found = self._db.execute("SELECT place, sequence FROM places WHERE case_id = ?", [case_id]).fetchone()
        return found or (None, 0)

    def case_at(self, place: str) -> str | None:
        found = self._db.execute("SELECT case_id FROM places WHERE place = ?", [place]).fetchone()
        return found[0] if found else None

    def keep(self, case_id: str, place: str, sequence: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", [case_id, place, sequence])

    def forget(self, case_id: str) -> None:
        self._db.execute("DELETE FROM places WHERE case_id = ?", [case_id])


def mirror(event: Mapping[str, Any], there: HelpDesk, places: Places) -> None:
    """Write a change of a case at the help desk, unless it is there. What breaks off is told again."""
    data = event["data"]
    case = data["case"]
    place, sequence = places.of_case(case["id"])
    if event["type"] == "case.erased":
        if place:
            there.erase(place)
        places.forget(case["id"])
        return
    if data["sequence"] <= sequence:
        return
    if place is None:
        place = there.open(case)
        places.keep(case["id"], place, 0)
    for said in data["entries"]:
        if not said["id"].startswith(f"{there.name}-"):  # an answer that was written there
            there.add(place, said["who"], said.get("text", UNTOLD))
    if event["type"] == "case.resolved":
        there.resolve(place)
    places.keep(case["id"], place, data["sequence"])


def send_back(answer: AgentAnswer, case_id: str, there: HelpDesk, desk: httpx.Client) -> None:
    """Send an agent's answer to the customer; where that is refused the agent reads why, beside the answer."""
    request_id = f"{there.name}-{answer.id}"  # the same however often the help desk tells it: one DM
    path = f"/desk/api/cases/{case_id}"
    shown = desk.get(path)
    case = shown.json().get("case", {})
    done = shown
    if shown.is_success and case["state"] != "CLAIMED":
        done = desk.post(f"{path}/claim", json={"request_id": f"{request_id}-claim", "fence": case["fence"]})
        case = done.json().get("case", {})
    if done.is_success:
        asked = {"request_id": request_id, "fence": case["fence"], "text": answer.text}
        done = desk.post(f"{path}/reply", json=asked)
    if done.status_code >= 500:
        done.raise_for_status()  # the help desk tells it again
    if done.is_error:
        there.add(answer.place, "note", f"Not sent: {done.json()['error']}")


def app(there: HelpDesk, places: Places, desk: httpx.Client, key: str) -> Starlette:
    """Serve `/tweetserve` for our events and `/helpdesk` for theirs."""
    one_at_a_time = Lock()

    def from_us(body: bytes, headers: Mapping[str, str]) -> int:
        try:
            event = Webhook(key).verify(body, dict(headers))
        except WebhookVerificationError:
            return 401
        with one_at_a_time:
            mirror(event, there, places)
        return 204

    def from_them(payload: Mapping[str, Any]) -> int:
        answer = there.answer_in(payload)
        case_id = places.case_at(answer.place) if answer else None
        if answer and case_id:
            send_back(answer, case_id, there, desk)
        return 204

    async def tweetserve(request: Request) -> Response:
        return Response(status_code=await run_in_threadpool(from_us, await request.body(), request.headers))

    async def helpdesk(request: Request) -> Response:
        if not there.is_signed(await request.body(), request.headers):
            return Response(status_code=401)
        return Response(status_code=await run_in_threadpool(from_them, await request.json()))

    return Starlette(
        routes=[Route("/tweetserve", tweetserve, methods=["POST"]), Route("/helpdesk", helpdesk, methods=["POST"])]
    )
