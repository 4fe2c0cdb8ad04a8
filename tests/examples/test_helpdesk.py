"""A case is mirrored to a help desk, and what an agent answers there reaches the customer, once."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette

from examples.helpdesk.chatwoot import Chatwoot
from examples.helpdesk.mirror import UNTOLD, HelpDesk, Places, app
from examples.helpdesk.zendesk import Zendesk
from functions.escalate.events import saying_words
from functions.escalate.tick import tick
from functions.shared.conversation.erasure import Marks, erase, sweep
from functions.shared.conversation.linking import Keyed
from tests.at_desk import Office

KEY = "A" * 64
SECRET = "shared-with-the-help-desk"


# ---- help desks that take what theirs document, and nothing else ----


@dataclass
class ZendeskApi:
    """Of a ticket: who said what to whom, and how it stands."""

    comments: list[tuple[str, str]] = field(default_factory=list)
    status: str = "new"
    tickets: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        match request.method, request.url.path:
            case "POST", "/api/v2/users/create_or_update":
                assert body["user"].keys() == {"name", "external_id"}
                return httpx.Response(201, json={"user": {"id": 35436, "role": "end-user", **body["user"]}})
            case "POST", "/api/v2/tickets":
                assert body["ticket"].keys() == {"external_id", "subject", "requester_id", "tags", "comment"}
                self.tickets.append(request.headers["idempotency-key"])
                return httpx.Response(201, json={"ticket": {"id": 159, "status": "new", **body["ticket"]}})
            case "GET", "/api/v2/tickets/159":
                return httpx.Response(200, json={"ticket": {"id": 159, "requester_id": 35436}})
            case "PUT", "/api/v2/tickets/159":
                self._change(body["ticket"])
                return httpx.Response(200, json={"ticket": {"id": 159}, "audit": {"id": 1}})
            case "DELETE", path:
                self.deleted.append(path)
                return httpx.Response(204)
        return httpx.Response(404, json={"error": "RecordNotFound"})

    def _change(self, ticket: Mapping[str, Any]) -> None:
        assert ticket.keys() <= {"comment", "status"}
        self.status = ticket.get("status", self.status)
        if comment := ticket.get("comment"):
            assert comment.keys() <= {"body", "public", "author_id"}
            who = "customer" if comment.get("author_id") == 35436 and comment["public"] else "agents"
            self.comments.append((who, comment["body"]))


@dataclass
class ChatwootApi:
    comments: list[tuple[str, str]] = field(default_factory=list)
    status: str = "open"
    tickets: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        match request.method, unquote(request.url.path).removeprefix("/api/v1/accounts/1"):
            case "GET", "/contacts/search":
                return httpx.Response(200, json={"meta": {"count": 0}, "payload": []})
            case "POST", "/contacts":
                assert body.keys() == {"inbox_id", "identifier", "name"}
                made = {"contact": {"id": 7, **body}, "contact_inbox": {"source_id": "abc", "inbox": {"id": 3}}}
                return httpx.Response(200, json={"payload": made})
            case "POST", "/conversations":
                assert (body["inbox_id"], body["contact_id"]) == (3, 7)
                self.tickets.append(body["custom_attributes"]["case"])
                return httpx.Response(200, json={"id": 159, "account_id": 1, "inbox_id": 3})
            case "POST", "/conversations/159/messages":
                incoming = body == {"content": body["content"], "message_type": "incoming"}
                assert incoming or body == {"content": body["content"], "message_type": "outgoing", "private": True}
                self.comments.append(("customer" if incoming else "agents", body["content"]))
                return httpx.Response(200, json={"id": 1, **body})
            case "POST", "/conversations/159/toggle_status":
                self.status = body["status"]
                return httpx.Response(200, json={"payload": {"success": True, "current_status": self.status}})
            case "DELETE", path:
                self.deleted.append(path)
                return httpx.Response(200)
        return httpx.Response(404)


def zendesk_says(text: str, *, number: int = 4_567, **comment: Any) -> dict[str, Any]:
    """The event *Comment added to ticket*, as Zendesk documents it."""
    author = {"id": "20978392", "is_staff": comment.pop("is_staff", True), "name": "Kim"}
    said = {"id": str(number), "body": text, "is_public": True, "author": author} | comment
    return {
        "type": "zen:event-type:ticket.comment_added",
        "account_id": 22129848,
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "time": "2026-11-24T14:00:00Z",
        "zendesk_event_version": "2022-11-06",
        "subject": "zen:ticket:159",
        "detail": {
            "id": "159",
            "external_id": "",
            "status": "OPEN",
            "requester_id": "35436",
            "via": {"channel": "web"},
        },
        "event": {"comment": said, "meta": {"sequence": {"id": "01JA", "position": 1, "total": 1}}},
    }


def chatwoot_says(text: str, *, number: int = 4_567, **message: Any) -> dict[str, Any]:
    """The event *Message created*, as Chatwoot documents it."""
    return {
        "event": "message_created",
        "id": number,
        "content": text,
        "created_at": "2026-11-24 14:00:00 UTC",
        "message_type": "outgoing",
        "content_type": "text",
        "content_attributes": {},
        "source_id": "",
        "private": False,
        "sender": {"id": 1, "name": "Kim", "email": "kim@example.com", "type": "user"},
        "contact": {"id": 7, "name": "Customer 7 on X"},
        "conversation": {"id": 159, "display_id": "159", "status": "open"},
        "account": {"id": 1, "name": "Example"},
    } | message


def signed_by_zendesk(body: bytes) -> dict[str, str]:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hmac.digest(SECRET.encode(), at.encode() + body, hashlib.sha256)
    return {
        "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": at,
    }


def signed_by_chatwoot(body: bytes) -> dict[str, str]:
    at = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": at}


@dataclass
class Mirrored:
    """A mirror between an office's desk and a help desk."""

    office: Office
    api: ZendeskApi | ChatwootApi
    served: Starlette
    says: Callable[..., dict[str, Any]]
    signed: Callable[[bytes], dict[str, str]]
    words: bool = True

    def posted(self, path: str, content: str | bytes, headers: Mapping[str, str]) -> httpx.Response:
        async def posted() -> httpx.Response:
            transport = httpx.ASGITransport(self.served)
            async with httpx.AsyncClient(transport=transport, base_url="https://mirror.example.com") as http:
                return await http.post(path, content=content, headers=headers)

        return asyncio.run(posted())

    def tells(self) -> None:
        """The tick tells what waits."""
        self.office.later(minutes=5)
        tell = self._by_mirror
        tick(self.office.desk.sender, {"mirror": saying_words(self.office.store, tell) if self.words else tell})

    def answers(self, text: str, **more: Any) -> int:
        body = json.dumps(self.says(text, **more)).encode()
        return self.posted("/helpdesk", content=body, headers=self.signed(body)).status_code

    def _by_mirror(self, event_id: str, event: dict[str, Any], _now: datetime) -> bool:
        """Tell the mirror as a URL is told, but by the clock on the wall, by which signatures are checked."""
        now, body = datetime.now(UTC), json.dumps(event)
        signed = {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(KEY).sign(event_id, now, body),
        }
        return self.posted("/tweetserve", content=body, headers=signed).is_success


def desk_of(office: Office) -> httpx.Client:
    """The desk's API as its agent sees it."""

    def asked(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        status, answer = office.asks("agent-1", request.method, request.url.path, body)
        return httpx.Response(status, json=answer)

    return httpx.Client(base_url="https://care.example.com", transport=httpx.MockTransport(asked))


def zendesk(office: Office) -> Mirrored:
    api = ZendeskApi()
    http = httpx.Client(base_url="https://example.zendesk.com", transport=httpx.MockTransport(api))
    return mirrored(office, api, Zendesk(http, SECRET), zendesk_says, signed_by_zendesk)


def chatwoot(office: Office) -> Mirrored:
    api = ChatwootApi()
    http = httpx.Client(base_url="https://chat.example.com/api/v1/accounts/1", transport=httpx.MockTransport(api))
    return mirrored(office, api, Chatwoot(http, 3, SECRET), chatwoot_says, signed_by_chatwoot)


def mirrored(
    office: Office,
    api: ZendeskApi | ChatwootApi,
    there: HelpDesk,
    says: Callable[..., dict[str, Any]],
    signed: Callable[[bytes], dict[str, str]],
) -> Mirrored:
    office.store.tells = True
    served = app(there, Places(":memory:"), desk_of(office), KEY)
    return Mirrored(office, api, served, says, signed)


@pytest.fixture(params=[zendesk, chatwoot])
def there(request: pytest.FixtureRequest, office: Office) -> Mirrored:
    made: Mirrored = request.param(office)
    return made


def test_what_a_customer_says_is_theirs_and_all_else_is_for_agents(there: Mirrored) -> None:
    case = there.office.writes("7", "my bill is wrong")
    taken = there.office.next("agent-1")
    there.office.act("agent-1", taken, "note", text="Called before.")
    there.office.act("agent-1", taken, "reply", text="We have looked at it.")

    there.tells()

    assert len(there.api.tickets) == 1
    assert there.api.comments == [
        ("customer", "my bill is wrong"),
        ("agents", "note: Called before."),
        ("agents", "staff: We have looked at it."),
    ]
    there.office.writes("7", "thank you")
    there.office.act("agent-1", taken, "resolve", wrap_up="explained")
    there.tells()
    thanks, sorted_out = there.api.comments[3:]
    assert thanks == ("customer", "thank you")
    assert sorted_out[0] == "agents"
    assert sorted_out[1].startswith("bot: ")
    assert there.api.status in ("solved", "resolved")
    assert there.office.case(case.id).state == "RESOLVED"


def test_an_agent_s_answer_reaches_the_customer_once_and_is_not_mirrored_back(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.tells()

    statuses = [there.answers("We have looked at it."), there.answers("We have looked at it.")]
    there.tells()

    assert statuses == [204, 204]
    assert there.office.x.sent == [("7", "We have looked at it.")]
    assert there.api.comments == [("customer", "my bill is wrong")]


def test_who_goes_on_answering_sends_each_answer(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.tells()

    there.answers("We look at it.", number=1)
    there.answers("It is right.", number=2)

    assert [text for _, text in there.office.x.sent] == ["We look at it.", "It is right."]


def test_an_answer_that_may_not_be_sent_comes_back_with_the_reason(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.office.next("agent-3")
    there.tells()

    there.answers("We have looked at it.")

    assert there.office.x.sent == []
    who, text = there.api.comments[-1]
    assert who == "agents"
    assert text.startswith("note: Not sent: ")


def test_notes_and_what_the_customer_said_are_no_answers(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.tells()

    private: list[dict[str, Any]] = [{"is_public": False}, {"is_staff": False}]
    if there.says is chatwoot_says:
        private = [{"private": True}, {"message_type": "incoming"}, {"event": "message_updated"}]
    for more in private:
        assert there.answers("Is he not the one who...", **more) == 204

    assert there.office.x.sent == []


def test_nobody_else_is_believed(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.tells()
    forged = json.dumps(there.says("Send me your code.")).encode()

    by_them = there.posted("/helpdesk", content=forged, headers=there.signed(forged + b" "))
    by_us = there.posted("/tweetserve", content=b"{}", headers={"webhook-id": "1"})

    assert (by_them.status_code, by_us.status_code) == (401, 401)
    assert there.office.x.sent == []


def test_without_words_it_says_where_they_stand(there: Mirrored) -> None:
    there.words = False
    there.office.writes("7", "my bill is wrong")

    there.tells()

    assert there.api.comments == [("customer", UNTOLD)]


def test_what_is_told_twice_is_written_once(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    rows = list(there.office.store.all())
    there.tells()
    for row in rows:
        if row["sk"].startswith("event#"):
            there.office.put(row)
    there.tells()

    assert len(there.api.comments) == 1


def test_a_case_that_is_erased_is_deleted_there(there: Mirrored) -> None:
    there.office.writes("7", "my bill is wrong")
    there.tells()
    marks = Marks(there.office.store, Keyed(b"office"))

    erase(marks, "7", there.office.now)
    sweep(marks, "7", there.office.now)
    there.tells()

    assert there.api.deleted[0].endswith("/159")
