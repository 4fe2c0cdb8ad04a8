"""A small world around the real code: a queue, a database and an X in memory, a clock, and faults where one wants them.

Every side effect passes through `World.point`, which counts it and may let it fail. A killed function is a
BaseException, so that no `except Exception` can swallow it; its message comes again as SQS would bring it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from io import BytesIO
from itertools import count, pairwise
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from pydantic import ValidationError

from functions.commands.bot import Bot
from functions.commands.handler import RETRY_AFTER
from functions.commands.late import Anew
from functions.commands.sms import Sms
from functions.commands.tick import tick as tick_commands
from functions.escalate.acts.callback import CallbackRequest, call_promised
from functions.escalate.acts.called import CalledRequest, told_of_call
from functions.escalate.acts.credit import CreditRequest, credited
from functions.escalate.acts.reply import ReplyRequest, answered_by_dm
from functions.escalate.contract import ShownAccount
from functions.escalate.dead_letters import Reader, letter_in
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import acts
from functions.escalate.shift_end import HandoverRequest, hand_over
from functions.escalate.tick import tick as tick_escalate
from functions.shared.aws.rows import BUDGET, CREDITS_PK, LATER, Key, id_in, tellme_clock
from functions.shared.aws.store import Item, Put, Store
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import NOBODY, Account, Line
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import TEAMS
from functions.shared.conversation.conversations import Contended
from functions.shared.conversation.customers import Link
from functions.shared.conversation.erasure import Marks
from functions.shared.conversation.linking import Keyed, Proofs
from functions.shared.conversation.replies import KINDS
from functions.shared.conversation.tickets import TeamLines, cases_ahead
from functions.shared.delivery import budget
from functions.shared.delivery.sender import Sender
from functions.shared.turns import AT_ONCE, Each
from functions.shared.wording.saying import clock_time
from functions.shared.x.dms import Limits, LookUpsUsedUp, NotSent, Outcome, Sent, SentDM, Unknown
from functions.shared.x.ids import id_at
from functions.shared.x.messages import DirectMessage, Echo, Revoked
from functions.shared.x.messages import inbound as inbound_type
from functions.shared.x.messenger import outcome_of
from functions.shared.x.pictures import fetch
from infra.layout import TABLES
from local.proof.invariants import A_MINUTE, Chat, Erased, Paused, Trace
from local.x.envelopes import as_listed
from tests.proof.demo import CATALOGUE, FACTS, LINKED_A, LINKED_B, account
from tests.proof.dynamo import Dynamo, cancelled, failure
from tests.proof.queues import Fifo, Queued, Sqs
from tests.proof.threads import Threads

START = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
PAUSE = timedelta(minutes=8)
"""Longer than any lease, and than the last look-up for what it held."""
TICK = timedelta(minutes=1)
LATE = timedelta(minutes=4) - timedelta(seconds=1)
WINDOW = timedelta(minutes=15)
TIMES_OUT = timedelta(seconds=50)
"""A function ends then, whatever it is at; only what X takes long for counts."""
STAFF = Staff("agent-1", ("billing", "devices", "sales", "general"))
CREDIT_LIMITS = (1000, 2000, 5000)
"""What the brand lets an agent give: in a case, to an account, in a day."""
COLLEAGUE = Staff("agent-2", STAFF.teams)
FAILURES = (ClientError, BotoCoreError, Contended, ValidationError)
"""Of a function: its message comes again."""
CASE_SIGNS = str.maketrans("01", "XZ")
OUR_IDS = 1_000_000
"""Of the DMs of a millisecond ours come last."""


class Kill(BaseException):
    """The process is gone."""


class Fault(StrEnum):
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    LOST = "response lost"
    ERROR = "error"
    CONFLICT = "conflict"
    PAUSE = "pause before"
    PAUSE_AFTER = "pause after"
    DUPLICATE = "duplicate"
    LATE = "late effect"


AWS_FAULTS = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.ERROR, Fault.PAUSE)
FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "read": (Fault.CRASH_BEFORE, Fault.ERROR, Fault.PAUSE),
    "write": AWS_FAULTS,
    "transaction": (*AWS_FAULTS, Fault.CONFLICT, Fault.PAUSE_AFTER),
    "queue": (*AWS_FAULTS, Fault.DUPLICATE),
    "acknowledge": AWS_FAULTS,
    "x": (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.ERROR, Fault.LATE),
    "look up": (Fault.CRASH_BEFORE, Fault.ERROR),
    "text": (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.ERROR),
}
"""Which faults may happen at which sort of side effect."""


@dataclass(frozen=True)
class Delivered:
    """A DM of ours that a customer can read."""

    dm_id: str
    customer: str
    text: str
    at: datetime
    left: int | None = None
    """How many more X takes in its window, None for what is not of it."""


def _by_x(dm: Delivered) -> str:
    """Its text as X gives it out."""
    return html.unescape(as_listed(dm.text, dm.dm_id)[0])


class X:
    """X as the customer sees it: what was delivered, its limit, and echoes that come back."""

    def __init__(self, world: World, limit: int) -> None:
        self.world = world
        self.limit = limit
        self.delivered: list[Delivered] = []
        self.over_limit = 0
        self.says: Callable[[Limits], Limits | None] = lambda limits: limits
        """What its headers make of the truth."""
        self.unreachable = 0
        """So many connections are refused."""
        self._unforeseen = 0
        self.is_away = False
        """It cannot be reached."""
        self.is_down = False
        """It answers 503 to everything."""
        self.refuses: dict[str, tuple[int, str]] = {}
        """By customer: the status and the words with which X refuses our DMs."""
        self.loses: set[str] = set()
        """Customers to whom X accepts our DMs and says nothing, nor when it is asked."""
        self.send_takes = self.look_up_takes = timedelta()
        self.looks_from = START
        """Before, it takes no look-up, and does not say until when."""
        self._looks_refused = 0
        self._window_ends = START
        self._left = limit
        self._coming: list[tuple[datetime, str, str]] = []
        self._next_id = OUR_IDS

    def send(self, customer: str, text: str) -> Outcome:
        return self.world.point("x", f"send to {customer[-1]}", lambda: self._ask(customer, text), x=(customer, text))

    @property
    def has_room_at(self) -> datetime | None:
        """When X takes a DM of ours that is not among the reserved ones, None while it is away."""
        if self.is_away or self.is_down:
            return None
        reserve = budget.Budget(limit=self.limit).reserve
        return self.world.now if self._left > reserve else max(self.world.now, self._window_ends)

    def _ask(self, customer: str, text: str) -> Outcome:
        if self.is_away:
            return NotSent(None, "X cannot be reached")
        answer = self._answer(customer, text)
        self.world.spend(self.send_takes)
        return answer

    def _answer(self, customer: str, text: str) -> Outcome:
        if self.is_down:
            return outcome_of(_answered(503, "Service Unavailable"))
        if customer in self.refuses:
            return outcome_of(_answered(*self.refuses[customer]))
        if customer in self.loses:
            return Unknown("read time-out")
        if self.world.now >= self._window_ends:
            self._window_ends, self._left = self.world.now + WINDOW, self.limit
            self._unforeseen = 0
        if self.unreachable:
            self.unreachable -= 1
            return NotSent(None, "connection refused")
        if not self._left:
            self.over_limit += not self._unforeseen
            self._unforeseen = max(0, self._unforeseen - 1)
            return NotSent(None, "limit", self._headers(), used_up=True)
        self._left -= 1
        return Sent(self._deliver(customer, text, self._left), self._headers())

    def _headers(self) -> Limits | None:
        return self.says(Limits(self.limit, self._left, int(self._window_ends.timestamp())))

    def used_up_until(self, ends: datetime) -> None:
        """Somebody else has used up a window of which we know nothing: what is on its way by then is no fault of ours.

        Each fault may keep from us what X has said to one.
        """
        self._window_ends, self._left = ends, 0
        self._unforeseen = AT_ONCE + len(self.world.schedule)

    def look_up(self, customer: str) -> list[SentDM] | LookUpsUsedUp | None:
        def found() -> list[SentDM] | LookUpsUsedUp | None:
            self.world.spend(self.look_up_takes)
            if self.world.now < self.looks_from:
                # One call tells it, and each fault may keep that from us.
                self._looks_refused += 1
                self.over_limit += self._looks_refused > 1 + len(self.world.schedule)
                return LookUpsUsedUp()
            if self.is_away or self.is_down or customer in self.loses:
                return None
            return [SentDM(dm.dm_id, _by_x(dm), dm.at) for dm in self.delivered if dm.customer == customer]

        return self.world.point("look up", f"look up {customer[-1]}", found)

    def later(self, customer: str, text: str) -> None:
        """Accept the DM only after a while."""
        self._coming.append((self.world.now + LATE, customer, text))

    def arrive(self) -> None:
        due = [coming for coming in self._coming if coming[0] <= self.world.now]
        self._coming = [coming for coming in self._coming if coming not in due]
        for _, customer, text in due:
            self._deliver(customer, text)

    def brand_writes(self, customer: str, text: str) -> None:
        """Somebody of the brand writes on x.com, without the desk."""
        self._deliver(customer, text)

    def next_arrival(self) -> datetime | None:
        return min((at for at, _, _ in self._coming), default=None)

    def _deliver(self, customer: str, text: str, left: int | None = None) -> str:
        self._next_id += 1
        dm = Delivered(id_at(self.world.now, self._next_id), customer, text, self.world.now, left)
        self.delivered.append(dm)
        if self.world.echoes:
            echo = Echo(id=dm.dm_id, customer=customer, text=_by_x(dm), sent_at=int(dm.at.timestamp() * 1000))
            self.world.queue(echo.model_dump(mode="json"), customer, dm.dm_id, again=False)
        return dm.dm_id


def _answered(status: int, detail: str) -> requests.Response:
    """An answer of X as it comes over the wire."""
    answer = requests.Response()
    answer.status_code = status
    answer.raw = BytesIO(json.dumps({"detail": detail, "status": status}).encode())
    return answer


@dataclass(frozen=True)
class Texts:
    """Text messages as phones get them."""

    world: World

    def send(self, sms: Sms) -> None:
        def arrive() -> None:
            if sms.really:
                self.world.texted.append(sms)

        self.world.point("text", "text message", arrive)


class Client:
    """A boto3 client whose calls are points where a fault may strike."""

    def __init__(self, world: World, inner: Any, sorts: Mapping[str, str]) -> None:
        self._world, self._inner, self._sorts = world, inner, sorts

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._inner, operation)
        sort = self._sorts[operation]
        return lambda **arguments: self._world.point(sort, operation, lambda: call(**arguments))


DYNAMO_SORTS = {
    "get_item": "read",
    "batch_get_item": "read",
    "query": "read",
    "update_item": "write",
    "put_item": "write",
    "delete_item": "write",
    "transact_write_items": "transaction",
}
SQS_SORTS = {
    "send_message": "queue",
    "receive_message": "read",
    "delete_message": "acknowledge",
    "change_message_visibility": "acknowledge",
}


def handle_of(customer: str) -> str:
    return f"customer_{customer[-1]}"


@dataclass
class World:
    """`schedule` says which fault strikes at which point, counted over everything that happens."""

    schedule: Mapping[int, Fault] = field(default_factory=dict)
    echoes: bool = True
    limit: int = 15
    accounts: Callable[[str], Account | None] = account
    """The carrier's data by account id."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Which account has which phone number."""
    rows: tuple[Item, ...] = ()
    """What is in the table from before."""

    def __post_init__(self) -> None:
        self.now = START
        self.points: list[tuple[str, str]] = []
        self.struck: list[str] = []
        self.said: dict[str, DirectMessage] = {}
        self.asked_by_staff: dict[str, str] = {}
        self.noted: dict[str, str] = {}
        self.credited: dict[str, int] = {}
        """Credits that the desk said it has given: their amounts by id."""
        self.credits_asked: dict[tuple[str, str], int] = {
            (row["staff"], id_in(row)): row["minor"] for row in self.rows if row["pk"] == CREDITS_PK
        }
        self.meanwhile: Callable[[], object] = lambda: None
        self.pauses: list[Paused] = []
        self.room_from: dict[str, datetime] = {}
        self.wants_to_go: set[str] = set()
        """Who was asked whether they are sure, and is."""
        self.troubled: set[str] = set()
        """Who makes trouble, or whom X makes trouble about: everybody else is to notice nothing of it."""
        self.room: list[tuple[datetime, datetime | None]] = []
        """When we looked at X, and when it had room."""
        self.newer: dict[tuple[str, str], Item] = {}
        """What a newer release has written into rows."""
        self._spent = timedelta()
        self._threads: Threads | None = None
        self.texted: list[Sms] = []
        self.figures: tuple[tuple[str, ...], ...] = ()
        """By load: figures as they are said that no other load has."""
        self.notices: dict[str, Item] = {}
        """The known incidents, by id."""
        self.ends: dict[str, datetime] = {}
        """When each incident was first said to have ended."""
        self.to_hear: set[str] = set()
        """Who is to be told when an incident ends."""
        self.codes = (f"{number:06}" for number in count(100_001, 7))
        self.x = X(self, self.limit)
        self.dynamo = Dynamo(*TABLES)
        inbound = Fifo(timedelta(seconds=120), 5, dead=Fifo(timedelta(seconds=120), 1000))
        self.queues = {team: Fifo(timedelta(seconds=60), 1000) for team in TEAMS} | {"inbound": inbound}
        self.sqs = Sqs(self.queues, lambda: self.now)
        self.ids = (f"{number:06}".translate(CASE_SIGNS) for number in count())
        store = Store(Client(self, self.dynamo, DYNAMO_SORTS), "service", lambda: self.now, wait=lambda _: None)
        line = TeamLines(Client(self, self.sqs, SQS_SORTS), {team: team for team in TEAMS})
        anew = Anew(account, lambda _: CATALOGUE, lambda: self.now, partial(cases_ahead, store))
        proofs = self._proofs(store)
        digest = partial(proofs.keyed.digest, "customer")
        self.sender = Sender(
            store,
            self.x,
            line,
            lambda: self.now,
            lambda: next(self.ids),
            anew,
            digest,
            self.wait,
            says_time=partial(clock_time, brand=lambda: self.catalogue.brand),
        )
        self.bot = Bot(self.sender, self.accounts, lambda _: self.catalogue, proofs, Texts(self))
        self.desk = Desk(
            self.sender,
            account=lambda _: ShownAccount(verified=False),
            brand=lambda: CATALOGUE.brand,
            linked=self._linked,
            keyed=proofs.keyed,
            catalogue=lambda: self.catalogue,
            picture=lambda url: fetch(url, {}),
        )
        self.reader = Reader(store, line, proofs.keyed)
        self.store = Store(self.dynamo, "service", lambda: self.now, wait=lambda _: None)
        self._busy = False
        for row in self.rows:
            self.store.commit([Put(row)])
        for x_id in (LINKED_A, LINKED_B):
            self.introduce(x_id)
        # The limit is known from an earlier window's headers.
        earlier = self.store.get(*BUDGET) or BUDGET.row({})
        self.store.commit([Put(earlier | {"limit": self.limit})])
        self.points.clear()

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue.of([*FACTS, *self.notices.values()]) if self.notices else CATALOGUE

    def _proofs(self, store: Store) -> Proofs:
        def having(number: str) -> tuple[Account | Unreadable, ...]:
            account_id = self.point("read", "query", lambda: self.numbers.get(number, NOBODY))
            found = self.point("read", "query", lambda: self.accounts(account_id))
            return (found,) if found else ()

        return Proofs(Keyed(b"world"), having, self.accounts, store.get, lambda: next(self.codes))

    def _linked(self, link: Link) -> tuple[Account, Line] | None:
        found = self.point("read", "query", lambda: self.accounts(link.account_id))
        return (found, found.lines[0]) if found else None

    def introduce(self, x_id: str, *, line_of: str | None = None) -> None:
        """Let somebody have linked a line: their own, or another customer's."""
        account_id = f"account-{line_of or x_id}"
        link = Link(account_id, "1", START, self.bot.proofs.keyed.of_line(account_id, "1"))
        before = conversations.load(self.store, x_id)
        known = replace(before.customer, handle=handle_of(x_id), link=link, told_privacy=True)
        after = conversations.with_lines(self.store, replace(before, customer=known))
        conversations.save(self.store, before, after, by="test", did="introduced", now=START)

    @property
    def trace(self) -> Trace:
        marks = Marks(self.store, self.reader.keyed)
        erased = {x_id: marks.erased(x_id) for x_id in {dm.customer for dm in self.said.values()}}
        return Trace(
            asked={dm.id: dm.customer for dm in self.said.values()},
            by_staff=self.asked_by_staff,
            noted=dict(self.noted),
            delivered=tuple(Chat(dm.customer, dm.text, dm.dm_id, dm.left) for dm in self.x.delivered),
            over_limit=self.x.over_limit,
            limit=self.x.limit,
            rows=tuple(self.dynamo.plain("service")),
            as_written=True,
            pauses=tuple(self.pauses),
            # What a fault wastes is a window.
            room_from={} if self.struck else self.room_from,
            now=self.now,
            erased={x_id: Erased(*newest) for x_id, newest in erased.items() if newest},
            written={dm.id: dm.text for dm in self.said.values() if not dm.text.startswith("#")},
            handles={dm.customer: dm.handle for dm in self.said.values() if dm.handle},
            shown=tuple(map(str, self.shown())),
            wants_to_go=frozenset(self.wants_to_go),
            wishes=dict(self._wishes()),
            troubled=frozenset(self.troubled),
            room=tuple(self._room()),
            figures=self.figures,
            soon=A_MINUTE + len(self.struck) * WINDOW,
            newer=dict(self.newer),
            credited=dict(self.credited),
            credits_asked=dict(self.credits_asked),
            credit_limits=CREDIT_LIMITS,
            ends=dict(self.ends),
            to_hear=frozenset(self.to_hear),
        )

    def _wishes(self) -> Iterator[tuple[str, bool]]:
        """Who said #stop or #start, in the order in which it was said."""
        for dm in self.said.values():
            if dm.text.startswith(("#stop", "#start")):
                yield dm.customer, dm.text.startswith("#stop")

    def _room(self) -> Iterator[tuple[datetime, datetime]]:
        """The times in which X took DMs and its limit left some."""
        looks = [*self.room, (self.now, None)]
        for (at, opens), (until, _) in pairwise(looks):
            if opens and max(at, opens) < until:
                yield max(at, opens), until

    def shown(self) -> Iterator[object]:
        """What operations see: tickets, the queues' attributes, dead letters and the audit."""
        for name, queue in self.queues.items():
            yield from ((one.id, one.group) for one in queue.messages.values())
            yield from queue.seen
            yield from (one.body for one in queue.messages.values() if name != "inbound")
        rows = list(self.dynamo.plain("service"))
        yield from (row for row in rows if row["pk"] == "dead" or row["sk"].startswith(("audit#", "dm#", "consent#")))
        yield from ((row["pk"], row["sk"]) for row in rows)

    def newer_release(self, key: Key, **fields: Any) -> None:
        """A newer release writes into a row what the one that we test does not know."""
        self.store.commit([Put((self.store.get(*key) or key.row({})) | fields)])
        self.newer[key] = self.newer.get(key, {}) | fields

    # ---- faults ----

    def point[T](self, sort: str, what: str, do: Callable[[], T], x: tuple[str, str] | None = None) -> T:
        """Do a side effect, unless a fault strikes here. Other threads of the function go on before it.

        Not between a last look at the lease and the socket: who is paused there ends with its time-out.
        """
        if self._threads and sort != "x":
            self._threads.wait()
        here = len(self.points)
        self.points.append((sort, what))
        fault = self.schedule.get(here)
        if fault is None or fault not in FAULTS[sort]:
            return do()
        self.struck.append(f"{fault} at {here} ({what})")
        struck: T = self._strike(fault, sort, do, x)
        return struck

    def _strike(self, fault: Fault, sort: str, do: Callable[[], Any], x: tuple[str, str] | None) -> Any:
        match fault:
            case Fault.CRASH_BEFORE:
                raise Kill
            case Fault.CRASH_AFTER:
                do()
                raise Kill
            case Fault.LOST:
                do()
                if x:
                    return Unknown("read time-out")
                raise ReadTimeoutError(endpoint_url="aws")
            case Fault.ERROR if sort == "x":
                return NotSent(None, "connection refused")
            case Fault.ERROR if sort == "look up":
                return None
            case Fault.ERROR:
                raise failure("ThrottlingException", "any")
            case Fault.CONFLICT:
                raise cancelled(["TransactionConflict"])
            case Fault.DUPLICATE:
                do()
                return do()
            case Fault.LATE if x:
                self.x.later(*x)
                return Unknown("read time-out")
            case Fault.PAUSE:
                self._pause()
                return do()
            case Fault.PAUSE_AFTER:
                done = do()
                self._pause()
                return done
        raise AssertionError(fault)

    def _pause(self) -> None:
        """One function is paused past its lease: the clock and the other functions go on, and so do other staff."""
        if self._busy:
            self.now += PAUSE
            return
        spent, threads = self._spent, self._threads
        self._busy, self._threads = True, None
        self.meanwhile()
        self.pass_time(PAUSE)
        self._spent, self._busy, self._threads = spent, False, threads

    def spend(self, time: timedelta) -> None:
        """A call takes long: the function that waits for it may not live to see the answer."""
        if self._threads and time:
            self._threads.wait(time)
        else:
            self._go_on(self.now + time)

    def wait(self, _seconds: float) -> None:
        """A function waits for a moment that takes no time here."""

    def _go_on(self, at: datetime) -> None:
        """The function that is at work goes on at a time."""
        passes = max(at - self.now, timedelta())
        self.now += passes
        self._spent += passes
        if self._spent > TIMES_OUT:
            raise Kill

    def tick(self) -> None:
        """One invocation of the commands' tick, with its threads."""
        self._side_by_side(lambda each: tick_commands(self.bot, each))

    def _side_by_side(self, do: Callable[[Each], object]) -> None:
        threads = self._threads = Threads(lambda: self.now, self._go_on)
        try:
            threads.run(lambda: do(threads.each))
        finally:
            self._threads = None

    # ---- what happens ----

    def write(self, customer: str, text: str) -> str:
        """A customer writes to us; returns the DM's id."""
        dm = self.typed(customer, text)
        self.bring(dm)
        return dm.id

    def typed(self, customer: str, text: str, ahead: timedelta = timedelta(0)) -> DirectMessage:
        """A DM that its sender sees on their phone and we have not heard of; its id may be from the future."""
        dm = DirectMessage(
            id=id_at(self.now + ahead, len(self.said)),
            customer=customer,
            handle=handle_of(customer),
            text=text,
            sent_at=int(self.now.timestamp() * 1000),
        )
        self.said[dm.id] = dm
        return dm

    def bring(self, dm: DirectMessage) -> None:
        self.queue(dm.model_dump(mode="json"), dm.customer, dm.id, again=True)

    def queue(self, message: dict[str, Any], customer: str, dm_id: str, *, again: bool) -> None:
        """X's webhook brings a message, perhaps twice. What it lost comes `again` by a replay; an echo may not."""
        body = json.dumps(message)
        inbound = self.queues["inbound"]

        def put() -> None:
            inbound.send(body, customer, f"{dm_id}-{len(inbound.seen)}", self.now)

        try:
            self.point("queue", "webhook", put)
        except (Kill, ClientError, BotoCoreError):
            if again:
                put()

    def hear(self) -> None:
        """Let the functions decide about all that has come."""
        self.x.arrive()
        while message := self.queues["inbound"].receive(self.now):
            self._invoke(message)

    def hear_at_once(self) -> None:
        """As `hear`, with some functions side by side, each of which has another customer's message."""
        come = iter(lambda: self.queues["inbound"].receive(self.now), None)
        self._side_by_side(lambda each: each(self._invoke, come))

    def work(self) -> None:
        """Let the functions do all that can be done at this moment."""
        self.hear()
        self.survives(self.tick)
        self.survives(lambda: tick_escalate(self.sender))
        self.hear()
        dead = self.queues["inbound"].dead
        while dead and (message := dead.receive(self.now)):
            self._bury(message, dead)
        self.look_at_x()

    def look_at_x(self) -> None:
        """Note whether X takes DMs from now on."""
        paused = budget.load(self.store).paused
        self.room.append((self.now, None if paused else self.x.has_room_at))

    def _invoke(self, message: Queued) -> None:
        """One invocation of the commands function for one message."""
        inbound = self.queues["inbound"]
        self._spent = timedelta()
        try:
            self.act_on(message.body)
        except Kill:
            return
        except FAILURES:
            wait = RETRY_AFTER[min(message.receives, len(RETRY_AFTER)) - 1]
            message.visible_at = self.now + timedelta(seconds=wait)
            return
        self.survives(lambda: self.point("acknowledge", "inbound", lambda: inbound.delete(message.id)))

    def act_on(self, body: str) -> None:
        read = inbound_type.validate_json(body)
        if isinstance(read, Echo):
            self.bot.echo(read)
        elif isinstance(read, Revoked):
            self.bot.revoked(read)
        else:
            self.bot.receive(read)

    def _bury(self, message: Queued, dead: Fifo) -> None:
        """One invocation of the dead letters' reader."""
        attributes = {"SentTimestamp": str(int(self.now.timestamp() * 1000)), "MessageGroupId": message.group}
        letter = letter_in({"messageId": message.id, "body": message.body, "attributes": attributes})
        try:
            self.reader.receive(letter)
        except (Kill, *FAILURES):
            return
        self.survives(lambda: self.point("acknowledge", "dead letter", lambda: dead.delete(message.id)))

    def survives(self, do: Callable[[], Any]) -> None:
        self._spent = timedelta()
        with suppress(Kill, *FAILURES):
            do()

    def pass_time(self, until: timedelta) -> None:
        """Let time pass from one thing that is due to the next."""
        end = self.now + until
        while (due := self._next_due()) and due <= end:
            self.now = max(self.now, due) + timedelta(seconds=1)
            self.work()
        self.now = max(self.now, end)

    def _next_due(self) -> datetime | None:
        """When a queue, a row or X has something to do."""
        dead = self.queues["inbound"].dead
        times = [self.queues["inbound"].next_visible(), dead.next_visible() if dead else None, self.x.next_arrival()]
        limits = budget.load(self.store)
        held = {f"send#{kind}" for kind in KINDS if limits.holds(kind)} | {LATER}
        held |= {tellme_clock(notice_id) for notice_id, notice in self.notices.items() if "ended_at" not in notice}
        first = {clock: at for clock, at in self.dynamo.first("service", "clock").items() if clock not in held}
        times += [self._next_turn(clock, datetime.fromisoformat(at), limits) for clock, at in first.items()]
        return min((at for at in times if at), default=None)

    def _next_turn(self, clock: str, at: datetime, limits: budget.Budget) -> datetime:
        """What has waited for a window goes on when it opens; what else a tick has left, a minute later."""
        if at > self.now:
            return at
        full = [kind for kind in KINDS if clock == f"send#{kind}" and not limits.room(kind, self.now)]
        return limits.next_room(full[0], self.now) if full else self.now + TICK

    # ---- what operations do ----

    def notice(self, notice_id: str, **changes: Any) -> None:
        """An incident begins, or what is known of it changes."""
        began = {
            "kind": "notice",
            "id": notice_id,
            "words": ["signal"],
            "areas": ["Leeds"],
            "says": "calls are failing in parts of Leeds.",
            "started_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            "next_at": f"{self.now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        }
        self.notices[notice_id] = self.notices.get(notice_id, began) | changes

    def notice_ends(self, notice_id: str) -> None:
        self.ends.setdefault(notice_id, self.now.replace(microsecond=0))
        self.notice(notice_id, ended_at=f"{self.now:%Y-%m-%dT%H:%M:%SZ}", fixed="calls in Leeds work again.")

    def pause(self) -> None:
        budget.pause(self.store, "rehearsal")
        self.pauses.append(Paused(self._versions()))

    def resume(self) -> None:
        if self.pauses and self.pauses[-1].until is None:
            self.pauses[-1] = Paused(self.pauses[-1].since, self._versions())
        budget.resume(self.store)

    def _versions(self) -> dict[str, int]:
        """How often each customer's conversation has changed until now."""
        rows = self.dynamo.plain("service")
        return {str(row["x_id"]): int(row["version"]) for row in rows if row["sk"] == "profile"}

    # ---- what staff do ----

    def next_case(self, request: str, staff: Staff = STAFF) -> str | None:
        """Somebody who serves every team takes a case; who gets no answer asks again with the same request id."""
        return self._ask(lambda: self._taken(request, staff))

    def _taken(self, request: str, staff: Staff) -> str | None:
        answer = self.desk.next(staff, request)
        return answer.case.id if answer else None

    def reply_to(self, case_id: str, request: str, text: str) -> None:
        """Staff answer, again with the same request id where the desk did not say that it stands."""
        self._ask(lambda: self._replied(case_id, request, text))

    def _replied(self, case_id: str, request: str, text: str) -> None:
        case = conversations.case_of(self.store, case_id)
        if case:
            asked = ReplyRequest(fence=case.fence, request_id=request, text=text)
            self._by_staff(request, case.customer, lambda: answered_by_dm(self.desk, STAFF, case_id, asked))

    def promise_call(self, case_id: str, request: str, at: datetime) -> None:
        """Staff promise a call, again with the same request id where the desk did not say that it stands."""

        def promised() -> None:
            case = conversations.case_of(self.store, case_id)
            if case:
                asked = CallbackRequest(fence=case.fence, request_id=request, slot=at)
                self._by_staff(request, case.customer, lambda: call_promised(self.desk, STAFF, case_id, asked))

        self._ask(promised)

    def ring(self, case_id: str, request: str) -> None:
        """Staff ring, and reach the customer."""

        def rang() -> None:
            case = conversations.case_of(self.store, case_id)
            if case:
                asked = CalledRequest(fence=case.fence, request_id=request, reached=True)
                told_of_call(self.desk, STAFF, case_id, asked)

        self._ask(rang)

    def _by_staff(self, request: str, customer: str, do: Callable[[], object]) -> None:
        """Staff say something: what is refused is not to be read."""
        self.asked_by_staff[request] = customer
        try:
            do()
        except Refusal:
            del self.asked_by_staff[request]
            raise

    def act(self, verb: str, case_id: str, request: str, staff: Staff = STAFF, **fields: Any) -> None:
        """Staff do something with a case, again with the same request id where the desk did not say that it stands."""
        self._ask(lambda: self._acted(verb, case_id, request, staff, fields))

    def _acted(self, verb: str, case_id: str, request: str, staff: Staff, fields: Mapping[str, Any]) -> None:
        act, case = acts()[verb], conversations.case_of(self.store, case_id)
        if case is None:
            return
        if issubclass(act.request, ReplyRequest):
            self.asked_by_staff[request] = case.customer
        try:
            act.does(self.desk, staff, case_id, act.request(fence=case.fence, request_id=request, **fields))
        except Refusal:
            self.asked_by_staff.pop(request, None)
            raise
        if "text" in fields and request not in self.asked_by_staff:
            self.noted[request] = case.customer

    def hand_over(self, request: str, to: str) -> None:
        """Staff hand on all that they have."""
        self._ask(lambda: hand_over(self.desk, STAFF, HandoverRequest(request_id=request, to=to)))

    def give_credit(self, case_id: str, request: str, minor: int, staff: Staff = STAFF) -> bool:
        """Staff give a credit, again with the same request id where the desk did not say that it stands."""
        self.credits_asked[staff.id, request] = minor
        given = self._ask(lambda: self._credited(case_id, request, minor, staff))
        if given:
            self.credited[given] = minor
        return given is not None

    def _credited(self, case_id: str, request: str, minor: int, staff: Staff) -> str | None:
        case = conversations.case_of(self.store, case_id)
        if case is None:
            return None
        asked = CreditRequest(fence=case.fence, request_id=request, amount=minor, reason="billed twice")
        return credited(self.desk, staff, case_id, asked).credit

    def _ask[T](self, do: Callable[[], T]) -> T | None:
        for _ in range(4):
            try:
                return do()
            except (Kill, *FAILURES):
                self.work()
            except Refusal:
                return None
        return None
