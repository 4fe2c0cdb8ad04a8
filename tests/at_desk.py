"""A desk on the embedded engine, a fake X and a clock that moves: what the tests of staff's work stand on."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from functions.escalate import handler
from functions.escalate.contract import Figure, ShownAccount
from functions.escalate.desk_api import Desk
from functions.shared.aws.rows import customer_pk, entry_key
from functions.shared.aws.settings import client
from functions.shared.aws.store import Item, Put, Store, stamp
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.accounts import Account, Line
from functions.shared.conversation import cases, conversations
from functions.shared.conversation.cases import Case, Entry, Team
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Link
from functions.shared.conversation.linking import Keyed
from functions.shared.conversation.replies import Outgoing
from functions.shared.conversation.tickets import TeamLines
from functions.shared.delivery.sender import Sender
from functions.shared.wording.saying import clock_time
from functions.shared.x.dms import NotSent, Outcome, Sent, SentDM
from functions.shared.x.media import NotShown, Picture
from infra.layout import QUEUES, TABLES
from local import resources
from tests.engines import Engine as Engine
from tests.proof.demo import CATALOGUE, account

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
LINKED = Link("account-1", "line-1", START)

STAFF = {
    "agent-1": {"sub": "agent-1", "teams": "billing general", "role": "agent"},
    "agent-2": {"sub": "agent-2", "teams": "devices sales", "role": "agent"},
    "agent-3": {"sub": "agent-3", "teams": "[billing general]", "role": "agent"},
    "agent-4": {"sub": "agent-4", "cognito:groups": "[billing]"},
    "supervisor-1": {"sub": "supervisor-1", "role": "supervisor"},
}


@dataclass
class FakeX:
    """X as the customer sees it."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    limit_used_up: bool = False

    def send(self, customer: str, text: str) -> Outcome:
        if self.limit_used_up:
            return NotSent(None, "limit", used_up=True)
        self.sent.append((customer, text))
        return Sent(str(2_100_000_000_000_000_000 + len(self.sent)))

    def look_up(self, customer: str) -> list[SentDM] | None:
        return None


class Office:
    """A service table and the teams' queues of its own, customers who write, staff who ask the desk's API."""

    def __init__(self) -> None:
        self.now = START
        self.x = FakeX()
        self.sqs = client("sqs")
        self.store = Store(client("dynamodb"), _service_table(), lambda: self.now)
        self.urls: dict[Team, str] = {team: self._queue(team) for team in cases.TEAMS}
        self.line = TeamLines(self.sqs, self.urls)
        sender = Sender(
            self.store,
            self.x,
            self.line,
            now=lambda: self.now,
            says_time=partial(clock_time, brand=lambda: CATALOGUE.brand),
        )
        self.catalogue = CATALOGUE
        self.brand: Callable[[], Brand] = lambda: CATALOGUE.brand
        self.pictures: dict[str, bytes] = {}
        """What X has, by where it lies."""
        self.linked: Callable[[Link], tuple[Account, Line] | None] = _linked
        self.desk = Desk(
            sender,
            account=_account,
            brand=lambda: self.brand(),
            linked=lambda link: self.linked(link),
            keyed=Keyed(b"office"),
            catalogue=lambda: self.catalogue,
            picture=self._picture,
        )

    def _picture(self, url: str | None) -> Picture:
        if url not in self.pictures:
            raise NotShown("This picture is not at X any more.")
        return Picture(self.pictures[url], "image/png")

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def writes(
        self, customer: str, text: str = "I need a person", *, team: Team = "billing", kind: str = "bill", due: int = 60
    ) -> Case:
        """A customer's DM reaches people, as the bot would commit it: they are told a time, and it has its ticket."""
        said = Entry(str(uuid4().int)[:19], "customer", text, self.now)
        due_at = self.now + timedelta(minutes=due)

        def escalated(current: Conversation) -> Conversation:
            known = replace(current, customer=replace(current.customer, handle=f"customer_{customer}"))
            past = current.past_case(self.now)
            if current.open_case:
                case = cases.joined(current.open_case, self.now, due_at)
            elif past:
                case = cases.reopened(past, team, kind, self.now, due_at)
            else:
                case = Case(cases.new_id(), customer, team, kind, opened_at=self.now, due_at=due_at)
            return known.with_case(cases.promised(case, due_at, self.now), said)

        saved = conversations.change(self.store, customer, escalated, by="bot", did="escalated", now=self.now)
        assert saved
        assert saved.case
        self.line.ticket(self.store, saved, self.now)
        return saved.case

    def says_more(self, case: Case, texts: Iterable[str]) -> None:
        """A customer writes more into a case, a second each."""
        for text in texts:
            self.later(seconds=1)
            said = Entry(str(uuid4().int)[:19], "customer", text, self.now)
            self.put(
                entry_key(case.id, said.at, said.id).row(
                    {"id": said.id, "who": said.who, "text": text, "at": stamp(said.at)}
                )
            )

    def customer(self, customer: str, **changes: Any) -> None:
        """Change what is known of a customer."""

        def changed(current: Conversation) -> Conversation:
            return replace(current, customer=replace(current.customer, **changes))

        conversations.change(self.store, customer, changed, by="test", did="changed", now=self.now)

    def silence(self, case: Case) -> None:
        """Make a case one of which its customer knows nothing."""

        def silent(current: Conversation) -> Conversation:
            return current.with_case(replace(current.case or case, silent=True))

        conversations.change(self.store, case.customer, silent, by="test", did="changed", now=self.now)

    def case(self, case_id: str) -> Case:
        case = conversations.case_of(self.store, case_id)
        assert case
        return case

    def loaded(self, customer: str) -> Conversation:
        return conversations.load(self.store, customer)

    def replies(self, customer: str) -> list[Outgoing]:
        rows = self.store.query(customer_pk(customer), "reply#")
        ids = [row["sk"].removeprefix("reply#") for row in rows]
        return list(conversations.replies_of(self.store, customer, ids).values())

    def put(self, item: Item) -> None:
        self.store.commit([Put(item)])

    def tickets(self, team: Team) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.urls[team], AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def asks(self, staff: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the desk's API as API Gateway does and return status and answer."""
        response = handler.lambda_handler(event(method, path, body, STAFF.get(staff)), None)
        text = response.get("body")
        return response["statusCode"], json.loads(text) if text else None

    def next(self, staff: str, request_id: str | None = None) -> Any:
        """Take the next case, None where nothing waits."""
        status, answer = self.asks(staff, "POST", "/desk/api/next", {"request_id": request_id or str(uuid4())})
        assert status in (200, 204), answer
        return answer["case"] if answer else None

    def act(self, staff: str, case: Any, act: str, request_id: str | None = None, **body: Any) -> tuple[int, Any]:
        request = {"request_id": request_id or str(uuid4()), "fence": case["fence"], **body}
        return self.asks(staff, "POST", f"/desk/api/cases/{case['id']}/{act}", request)

    def show(self, staff: str, case: Any, cursor: str | None = None) -> Any:
        query = f"?{urlencode({'cursor': cursor})}" if cursor else ""
        status, answer = self.asks(staff, "GET", f"/desk/api/cases/{case['id']}{query}")
        assert status == 200, answer
        return answer

    def _queue(self, team: Team) -> str:
        layout = next(queue for queue in QUEUES if queue.name == f"escalations-{team}")
        url, _ = resources.create_queue(f"{layout.name}-{uuid4().hex}", {"VisibilityTimeout": str(layout.visibility)})
        return url


def event(method: str, path: str, body: Any, claims: dict[str, str] | None) -> dict[str, Any]:
    """Return what API Gateway sends: an HTTP API's event, payload version 2.0."""
    path, _, query = path.partition("?")
    context: dict[str, Any] = {"http": {"method": method, "path": path}, "stage": "$default"}
    if claims:
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    asked = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json"},
        "requestContext": context,
        "body": text,
        "isBase64Encoded": False,
    }
    return asked | ({"queryStringParameters": dict(parse_qsl(query, keep_blank_values=True))} if query else {})


def _service_table() -> str:
    """A table of its own for each test. Nothing expires in it: the test's clock is not the engine's."""
    layout = next(table for table in TABLES if table.name == "service")
    name = f"service-{uuid4()}"
    resources.create_table(layout._replace(name=name, ttl=None))
    return name


def _linked(link: Link) -> tuple[Account, Line] | None:
    found = account(link.account_id)
    return (found, found.lines[0]) if found else None


def _account(link: Link) -> ShownAccount:
    return ShownAccount(verified=True, as_of=START, figures=(Figure(name="Line", value=link.line_id),))
