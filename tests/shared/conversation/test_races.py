"""Twelve at once on one claim: exactly one has it, whoever they are, on real conditional writes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from functions.commands.bot import Bot
from functions.commands.decisions import Decision
from functions.escalate.contract import CaseAnswer, ShownAccount
from functions.escalate.desk_api import Desk, Staff
from functions.shared.aws.rows import BUDGET
from functions.shared.aws.store import Put
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import TEAMS, Case
from functions.shared.conversation.conversations import Contended, Conversation
from functions.shared.conversation.customers import Customer, Link
from functions.shared.conversation.linking import Keyed, Proofs
from functions.shared.conversation.replies import Outgoing
from functions.shared.conversation.tickets import TeamLines
from functions.shared.delivery.sender import Sender
from functions.shared.x.messages import DirectMessage
from functions.shared.x.pictures import fetch
from tests.at_desk import FakeX
from tests.engines import Database, aws_at, database
from tests.proof.demo import CATALOGUE, account

AT_ONCE = 12
ROUNDS = [8, pytest.param(67, marks=pytest.mark.long)]
"""Of each race: four races are 300 together where all run."""
NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


class NoQueue:
    """Tickets are not what these races are about."""

    def send_message(self, **_: Any) -> dict[str, Any]:
        return {}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {}


@dataclass
class Place:
    """One service table, an X that takes everything, and as many customers as one likes."""

    database: Database
    x: FakeX = field(default_factory=FakeX)
    ids: Iterator[int] = field(default_factory=lambda: count(2_000_000_000_000_000_000))

    def __post_init__(self) -> None:
        self.store = self.database.store
        line = TeamLines(NoQueue(), {team: team for team in TEAMS})
        self.sender = Sender(self.store, self.x, line, now=lambda: NOW, says_time=str)
        self.desk = Desk(
            self.sender,
            account=lambda _: ShownAccount(verified=False),
            brand=lambda: CATALOGUE.brand,
            linked=lambda _: None,
            keyed=Keyed(b"races"),
            catalogue=lambda: CATALOGUE,
            picture=lambda url: fetch(url, {}),
        )
        proofs = Proofs(Keyed(b"race"), lambda _: (), account, self.store.get, lambda: "123456")
        self.bot = Bot(self.sender, account, lambda _: CATALOGUE, proofs, texts=NoTexts())
        self.has_room(10_000)

    def has_room(self, left: int) -> None:
        ends = int((NOW + timedelta(minutes=10)).timestamp())
        row = BUDGET.row({"limit": 10_000, "left": left, "ends": ends, "late": 0})
        self.store.commit([Put(row)])

    def waiting_for(self) -> str:
        """A customer with a reply that may leave."""
        x_id = str(next(self.ids))
        waiting = Outgoing(f"{x_id}#reply", x_id, x_id, "You have 12 GB left.", "answer.data", "answer", NOW)
        self.saved(x_id, Conversation(Customer(x_id), (waiting,)))
        return x_id

    def in_line(self) -> str:
        """A customer whose case somebody may take."""
        x_id = str(next(self.ids))
        case = Case(f"C{x_id}", x_id, "billing", "bill", NOW, NOW)
        self.saved(x_id, Conversation(Customer(x_id)).with_case(case))
        return x_id

    def linked(self) -> str:
        x_id = str(next(self.ids))
        known = Customer(x_id, link=Link(f"account-{x_id}", "1", NOW), told_privacy=True)
        self.saved(x_id, Conversation(known))
        return x_id

    def saved(self, x_id: str, after: Conversation) -> None:
        conversations.save(self.store, Conversation(Customer(x_id)), after, by="test", did="introduced", now=NOW)


class NoTexts:
    def send(self, sms: object) -> None:
        raise AssertionError("nobody is texted here")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.service) for name in ("ministack", "dynamodb_local")])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    url = request.getfixturevalue("engine" if request.param == "ministack" else "dynamodb_local").url
    with aws_at(url, monkeypatch):
        yield Place(database(request.param, url, connections=AT_ONCE))


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool


def race[T](threads: ThreadPoolExecutor, do: Callable[[int], T]) -> list[T]:
    """Let twelve do something at the same moment; who lost every try comes again later, as a queue would have it."""
    together = Barrier(AT_ONCE)

    def one(number: int) -> list[T]:
        together.wait()
        try:
            return [do(number)]
        except Contended:
            return []

    return [done for part in threads.map(one, range(AT_ONCE)) for done in part]


def take_next(place: Place, request: str, who: int) -> CaseAnswer | None:
    return place.desk.next(Staff(f"agent-{who}", ("billing",)), f"{request}-{who}")


def resume(place: Place, customers: list[str], who: int) -> bool:
    return place.sender.resume(customers[who], only=lambda reply: True)


def receive(place: Place, dm: DirectMessage, _: int) -> Decision | None:
    return place.bot.receive(dm)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_of_twelve_has_the_case(place: Place, threads: ThreadPoolExecutor, rounds: int) -> None:
    for number in range(rounds):
        x_id = place.in_line()

        taken = race(threads, partial(take_next, place, f"round-{number}"))

        winners = [answer.case.id for answer in taken if answer]
        case = conversations.case_of(place.store, f"C{x_id}")
        assert case
        assert (winners, case.state, case.fence) == ([f"C{x_id}"], "CLAIMED", 2)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_of_twelve_sends_the_reply(place: Place, threads: ThreadPoolExecutor, rounds: int) -> None:
    for _ in range(rounds):
        x_id = place.waiting_for()

        left = race(threads, partial(resume, place, [x_id] * AT_ONCE))

        assert left.count(True) == 1
        assert [customer for customer, _ in place.x.sent].count(x_id) == 1


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_of_twelve_decides_about_the_dm(place: Place, threads: ThreadPoolExecutor, rounds: int) -> None:
    for _ in range(rounds):
        x_id = place.linked()
        dm = DirectMessage(
            id=x_id.replace("2", "3", 1),
            customer=x_id,
            handle="customer",
            text="#data",
            sent_at=int(NOW.timestamp() * 1000),
        )

        decisions = race(threads, partial(receive, place, dm))

        assert [decision.disposition for decision in decisions if decision] == ["answered"]
        assert [customer for customer, _ in place.x.sent].count(x_id) == 1


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_of_twelve_customers_has_the_last_unit_of_budget(
    place: Place, threads: ThreadPoolExecutor, rounds: int
) -> None:
    for _ in range(rounds):
        customers = [place.waiting_for() for _ in range(AT_ONCE)]
        place.has_room(1 + 10_000 * 4 // 15)
        before = len(place.x.sent)

        left = race(threads, partial(resume, place, customers))

        assert left.count(True) == 1
        assert len(place.x.sent) == before + 1
