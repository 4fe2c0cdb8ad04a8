"""Guessing codes, against the arithmetic of docs/security.md: on a fake clock, with the real bot."""

import random
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest

from functions.shared.conversation.customers import Code
from functions.shared.conversation.linking import CODE_TRIES, CODES_PER_CUSTOMER, CODES_PER_NUMBER, Keyed, new_code
from tests.phones import NUMBER, Phone, account, world
from tests.proof.world import START

GUESSES = 1_000
CODES = 1_000_000
HOME = account("account-1", NUMBER)


@pytest.mark.proof
def test_a_thousand_guesses_at_one_number_take_months_and_each_code_was_told_by_text() -> None:
    """Whoever the guesses come from: a fresh X account for each code, as many as anybody likes."""
    here = world(HOME)
    numbers = random.Random(7)
    here.codes = (f"{numbers.randrange(CODES):06}" for _ in count())
    began, made, at, linked = here.now, 0, 0, 0
    while made < GUESSES:
        at += 1
        phone = Phone(here, str(2_000_000_000_000_100_000 + at))
        if "on its way" not in phone.asks("#link 07700 900123"):
            here.now += timedelta(hours=1)
            continue
        for _ in range(CODE_TRIES):
            phone.says(f"{numbers.randrange(CODES):06}")
            made += 1
        linked += phone.customer.link is not None

    texts = [sms for sms in here.texted if "is your code" in sms.text]
    assert len(texts) == -(-GUESSES // CODE_TRIES)
    assert (here.now - began).days >= GUESSES // (CODE_TRIES * CODES_PER_NUMBER) - 1
    assert linked == 0


def test_one_customer_has_eighteen_guesses_a_day_whatever_the_numbers() -> None:
    here = world(HOME)
    phone = Phone(here)
    end, made = here.now + timedelta(days=1), 0
    for at in count(200):
        if here.now >= end:
            break
        if "on its way" not in phone.asks(f"#link 07700 90{at:04}"):
            here.now += timedelta(minutes=20)
            continue
        for guess in range(CODE_TRIES):
            phone.says(f"{guess:06}")
            made += 1

    assert made <= CODE_TRIES * CODES_PER_CUSTOMER == 18


def test_the_chance_of_a_hit_is_the_one_that_the_page_states() -> None:
    """Three guesses at one code, many times over, with codes of two digits so that there are hits to count."""
    numbers = random.Random(1)
    keyed = Keyed(b"key")
    hits = 0
    for at in range(20_000):
        digest = keyed.digest("code", str(at), f"{numbers.randrange(100):02}")
        code = Code(digest, str(at), START, CODE_TRIES, "account-1")
        hits += any(keyed.is_code(f"{guess:02}", code) for guess in numbers.sample(range(100), CODE_TRIES))

    assert 0.026 < hits / 20_000 < 0.034


def test_codes_are_spread_evenly() -> None:
    first = Counter(new_code()[0] for _ in range(20_000))

    assert all(len(new_code()) == 6 for _ in range(100))
    assert set(first) == set("0123456789")
    assert max(first.values()) - min(first.values()) < 500
