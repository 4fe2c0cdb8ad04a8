"""Whose number is it? Neither the words of an answer to #link tell, nor what it takes, nor how long."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from random import Random
from statistics import NormalDist
from typing import Any

import httpx
import pytest

from functions.commands.bot import Bot
from functions.commands.sms import Sms
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account
from infra.layout import TABLES
from local.demo import people
from tests.phones import CUSTOMER, NOBODYS, NUMBER, REFUSED, STRANGER, Phone, account, world
from tests.proof.dynamo import Dynamo
from tests.proof.mutants import Mutant
from tests.proof.world import World
from tests.running import Phone as LocalPhone
from tests.running import Running

HOME = account("account-1", NUMBER)
BY_CHANCE = 1e-6
"""What is less likely than this is no noise of a busy machine."""
PAIRS = 24
FIRST_CURIOUS = 2_100_000_000_000_000_000


# ---- what it takes, exactly ----


def known_numbers() -> Iterator[Any]:
    yield pytest.param(HOME, NUMBER, None, id="known")
    yield pytest.param(HOME, NOBODYS, None, id="unknown")
    yield pytest.param(HOME, NUMBER, CUSTOMER, id="linked to another customer")
    yield pytest.param(HOME, NUMBER, STRANGER, id="linked to this customer")
    yield pytest.param(account("account-1", NUMBER, status="barred"), NUMBER, None, id="barred")
    for name, line in REFUSED.items():
        yield pytest.param(account("account-1", NUMBER, **line), NUMBER, None, id=name)


def asked(here: World, number: str) -> None:
    """A stranger asks for a code, up to the end of the one invocation that answers."""
    here.write(STRANGER, f"#link {number}")
    message = here.queues["inbound"].receive(here.now)
    assert message
    here._invoke(message)


def footprint(known: Account, number: str, owner: str | None) -> tuple[str, list[tuple[str, str]]]:
    """What a stranger reads, and every call to AWS, X and the texts that it took."""
    phone = Phone(world(known))
    phone.says("#data")
    if owner:
        Phone(phone.world, owner).links(NUMBER)
    phone.world.now += timedelta(minutes=2)  # the same within a minute is answered once
    phone.world.points.clear()
    asked(phone.world, number)
    return phone.read[-1].replace(number[-3:], "***"), phone.world.points


@pytest.mark.parametrize(("known", "number", "owner"), list(known_numbers()))
def test_the_answer_and_what_it_takes_are_the_same_for_every_number(
    known: Account, number: str, owner: str | None
) -> None:
    linked_alike = STRANGER if owner == STRANGER else None  # who is linked knows that they are

    assert footprint(known, number, owner) == footprint(HOME, NOBODYS, linked_alike)


class Asked:
    """A database that counts what it is asked."""

    def __init__(self) -> None:
        self.dynamo = Dynamo(*TABLES)
        self.queries = 0

    def query(self, **request: Any) -> Any:
        self.queries += 1
        return self.dynamo.query(**request)


@pytest.mark.parametrize("accounts_with_it", range(5))
def test_as_many_accounts_are_looked_for_however_many_have_the_number(accounts_with_it: int) -> None:
    database = Asked()
    for at in range(accounts_with_it):
        line = {"account_id": {"S": f"account-{at}"}, "part": {"S": "line#1"}, "number": {"S": NUMBER}}
        database.dynamo.put_item(TableName="accounts", Item=line)

    accounts.having_number(database, "accounts", NUMBER)

    assert database.queries == 4


# ---- how long it takes ----


def chance(some: Sequence[float], others: Sequence[float]) -> float:
    """Return how likely two lists of times differ so much if nothing but noise tells them apart (Mann-Whitney)."""
    longer = sum((one > other) + (one == other) / 2 for one in some for other in others)
    pairs = len(some) * len(others)
    deviation = sqrt(pairs * (len(some) + len(others) + 1) / 12)
    return 2 * NormalDist().cdf(-abs(longer - pairs / 2) / deviation)


def test_times_of_one_kind_are_not_told_apart_and_those_of_two_kinds_are() -> None:
    numbers = Random(3)

    def times(more: float = 0) -> list[float]:
        return [numbers.expovariate(10) + more for _ in range(PAIRS)]

    assert min(chance(times(), times()) for _ in range(1_000)) > BY_CHANCE
    assert max(chance(times(), times(more=1)) for _ in range(100)) < BY_CHANCE


class SlowTexts:
    """A service that takes its time over a text message that really leaves."""

    def send(self, sms: Sms) -> None:
        time.sleep(0.05 * sms.really)


def waited(number: str, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return the seconds until the answer leaves for X."""
    phone = Phone(world(HOME))
    here, sent = phone.world, []
    here.bot = replace(here.bot, texts=SlowTexts())
    send = here.x.send

    def leaves(customer: str, text: str) -> Any:
        sent.append(time.perf_counter())
        return send(customer, text)

    monkeypatch.setattr(here.x, "send", leaves)
    began = time.perf_counter()
    asked(here, number)
    return sent[0] - began


def in_turn(wait: Callable[[str, int], float], known: Sequence[str], unknown: Sequence[str]) -> float:
    """Ask for a known and an unknown number, each first as often as second; return the chance of such times."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for at, pair in enumerate(zip(known, unknown, strict=True)):
        for is_known in (True, False) if at % 2 else (False, True):
            times[is_known].append(wait(pair[0] if is_known else pair[1], at))
    return chance(times[True], times[False])


@pytest.mark.proof
def test_a_text_message_that_left_before_the_answer_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = "decision = self._decide(before, message)"
    texts_first = Mutant("texts leave first", "", "", Bot.receive, decided, f"{decided}; self._text(decision.sms)")
    numbers = [NUMBER] * PAIRS, [NOBODYS] * PAIRS

    with texts_first.applied():
        broken = in_turn(lambda number, _: waited(number, monkeypatch), *numbers)
    whole = in_turn(lambda number, _: waited(number, monkeypatch), *numbers)

    assert broken < BY_CHANCE
    assert whole > BY_CHANCE


@pytest.mark.proof
def test_on_the_local_run_neither_the_words_nor_the_time_tell_a_known_number(local_run: Running) -> None:
    """By X's own times, from a customer's DM to the answer. Each customer asks for a known and an unknown number."""
    everybody = [one for one in people(datetime.now(UTC)) if not one["main"]]
    known = [str(one["lines"][0]["number"]) for one in everybody[:PAIRS]]
    said: dict[bool, set[str]] = {True: set(), False: set()}
    with httpx.Client(base_url=local_run.url, timeout=30) as http:

        def wait(number: str, at: int) -> float:
            x_id = str(FIRST_CURIOUS + at)
            phone = LocalPhone(http, x_id)
            phone.asks(f"#link {number}")
            question, answer = phone.chat()[-2:]
            said[number in known].add(answer["text"].replace(x_id[-10:], ""))
            return (datetime.fromisoformat(answer["at"]) - datetime.fromisoformat(question["at"])).total_seconds()

        by_chance = in_turn(wait, known, [f"07700 900{700 + at}" for at in range(PAIRS)])

    assert by_chance > BY_CHANCE
    assert said[True] == said[False]
