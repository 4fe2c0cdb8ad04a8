"""Every text reads as an editor wants it, with the longest values and with whatever an account holds."""

import re
from dataclasses import fields
from datetime import date
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.commands.allowances import TAGS
from functions.commands.registry import Command, Escalate, registry
from functions.commands.texts import texts
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.accounts import Unreadable
from functions.shared.conversation.cases import Case
from functions.shared.conversation.customers import Customer
from functions.shared.wording.country import Country
from functions.shared.wording.rules import rules
from functions.shared.wording.text import LONGEST_REPLY, USUAL, Reply, Text, assemble
from tests.asking import PEOPLE, ask, with_change
from tests.brands import FACTS

HANDLE = "m" * 15
TEXTS = {text.key: text for command in registry().commands for text in command.texts}
FORBIDDEN = re.compile(
    r"\b(null|none(?! left)|nan|undefined|utc|error|exception|lease|fence|queue|dlq|token|retry)\b", re.IGNORECASE
)
LONG = {
    "help": LONGEST_REPLY,
    "help.more": LONGEST_REPLY,
    "link.done_and": LONGEST_REPLY,
    "handsets.list": LONGEST_REPLY,
    "offers.list": LONGEST_REPLY,
}
"""Lists of content are cut to fit when they are made."""

LONGEST_VALUES = {
    # money and dates
    **dict.fromkeys(("bill", "owed", "credit", "rate"), "£1,204.50"),
    "pay": "paid on Wed 23 Dec, thank you",
    "extras": "Extra since then: £1,204.50 (as of 22:10 yesterday). That's your limit of £1,204.50, so nothing more can"
    " be added.",
    **dict.fromkeys(("next_bill", "due_on", "until", "renewed"), "Wed 30 Mar 2027"),
    **dict.fromkeys(("next_on", "resets"), "on Wed 30 Mar 2027"),
    "as_of": "22:10 yesterday",
    "next_at": "10:00 on Mon 30 Nov",
    # allowances
    "left": "less than 1 MB",
    "used": "1,234 minutes",
    "limit": "12.4 GB of data",
    "bare": "12.4 GB",
    "line": " on the number ending 218",
    "renews": "They renew",
    "pace": ": about 12.4 GB a day until then",
    "paused": "Mobile data is paused",
    "per": "minute",
    "are": "minutes are",
    "what": "m" * 30,
    "Tag": "Minutes",
    "other_tags": "#data and #minutes",
    "tag": "handsets",
    # orders
    "courier": "m" * 25,
    "tracking": "m" * 30,
    **dict.fromkeys(("sends_on", "expected", "delivered", "refund_on"), "on Wed 30 Mar 2027"),
    **dict.fromkeys(("refund", "leaving", "cost"), "£1,204.50"),
    **dict.fromkeys(("ends", "ended"), "on Wed 30 Mar 2027"),
    **dict.fromkeys(("start", "since"), "Wed 30 Mar 2027"),
    "country": "South Georgia & South Sandwich Islands",
    "fair": "999 GB",
    **dict.fromkeys(("per_day", "data", "call", "answering", "text", "cap", "spent"), "£12.50"),
    "diff": "£1,204.50",
    "before": "£1,204.50",
    "month": "September",
    "parts": "£12.50 for calls to 084 numbers, £2.25 for a data pack",
    "topup_how": "m" * 90,
    "unlock_how": "m" * 160,
    "last": " Your last top-up was £1,204.50, on Wed 30 Mar 2027.",
    "amount": "£1,204.50",
    "on": "on Wed 30 Mar 2027",
    "today": " Today it would cost £1,204.50 (as of 22:10 yesterday).",
    # linking
    "tries": "2 tries",
    "last3": "218",
    "answer": f"You have {'so very much of your data ' * 7}left.",
    # a person takes over
    "eta": "by 10:00 on Mon 30 Nov",
    "promised": "10:00 on Mon 30 Nov",
    "case": "7KD-2MX",
    "team": "our devices and network team",
    "Team": "Our devices and network team",
    "choices": "#charges or #handsets or #minutes",
    "open_case": " Your question 7KD-2MX stays with our team.",
    # the brand's
    **Country(Brand.of(FACTS)),
    "number": FACTS["example_number"],
    "privacy_url": "https://example.com/privacy",
    "says": f"Something {'very ' * 13}long.",
    # what is known of the network
    "place": "Newcastle under Lyme",
    **dict.fromkeys(("start", "end"), "22:00 on Wed 30 Mar"),
    "fixed": f"calls {'and texts ' * 8}are back.",
    "example": f"The first half of the postcode works best, like #network {FACTS['example_postcode']}. ",
    "guide": f"go to {'Settings > ' * 19}About.",
    "topics": "#android internet or hotspot",
    "name_of": "Windows",
    # what is listed is measured where it is made
    **dict.fromkeys(("offers", "handsets", "upgrade", "menu", "tags", "titles", "names"), ""),
}


SOON = {f"ack.{rule.kind}" for rule in rules() if rule.team == "urgent"}
"""Somebody looks at these within the hour, by day and by night."""


def rendered(text: Text) -> str:
    values = LONGEST_VALUES | ({"eta": "in about 55 minutes"} if text.key.removesuffix(".unstaffed") in SOON else {})
    return assemble([text.reply(**{name: values[name] for name in places(text)})], handle=HANDLE)


def places(text: Text) -> set[str]:
    words = text.text + text.next + text.short
    return {name for _, name, _, _ in Formatter().parse(words) if name} - {"hi", "name"}


def everything() -> list[Text]:
    return [*TEXTS.values(), *(Text(key, words) for key, words in texts().items())]


def reads_well(text: str) -> None:
    """Hold a finished text to what no customer should ever read."""
    assert not FORBIDDEN.search(text), text
    assert not re.search(r"\d{4}-\d\d-\d\d|T\d\d:\d\d", text), text
    assert not re.search(r"£\d*\.\d(?!\d)", text), text
    assert not re.search(r"-£|£-|!|\bunfortunately\b|\{|\}|  | \.|\.\.", text), text


# ---- every text ----


def test_a_key_belongs_to_one_text() -> None:
    every = {text for command in registry().commands for text in command.texts}

    assert len(every) == len(TEXTS)


@pytest.mark.parametrize("text", everything(), ids=lambda text: text.key)
def test_a_text_with_the_longest_values_is_short_and_plain(text: Text) -> None:
    said = rendered(text)

    reads_well(said)
    assert len(said) <= LONG.get(text.key, USUAL), said


PARTS = {"stop.open_case", "upgrade.today", "topup.last", "roaming.today"}
"""Of other texts."""


@pytest.mark.parametrize(
    "text", [text for text in everything() if text.text and text.key not in PARTS], ids=lambda text: text.key
)
def test_a_text_is_to_somebody(text: Text) -> None:
    assert "{hi}" in text.text or "{name}" in text.text
    assert not re.match(r"\{hi\}[A-HJ-Z]", text.text), "after the greeting it goes on in lower case"


@pytest.mark.parametrize("text", everything(), ids=lambda text: text.key)
def test_a_text_names_three_hashtags_at_most_and_each_exists(text: Text) -> None:
    known = registry().by_tag.keys()

    named = set(re.findall(r"#([a-z]+)", rendered(text)))

    assert named <= known
    assert len(named) <= 3


# ---- what texts need ----

OURS: dict[str, Any] = {"customer": Customer, "case": Case}


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_what_a_text_needs_of_our_records_exists(command: Command) -> None:
    """What it needs of others' is looked at in tests/ops/test_handed_in.py."""
    needs = [need.split(".") for text in command.texts for need in text.needs if need.startswith(tuple(OURS))]

    assert [name for kind, name in needs if name not in {field.name for field in fields(OURS[kind])}] == []


# ---- whatever an account holds ----

SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
PENCE = st.integers(0, 10_000_00)
WHAT = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=40)
EXTRAS = st.lists(st.fixed_dictionaries({"what": WHAT, "minor": PENCE}), max_size=3)
DAYS = st.dates(date(2026, 11, 10), date(2027, 12, 31)).map(str)


def at_most(said: str, tag: str) -> float:
    """Return what words promise: bytes, messages or seconds."""
    said = said.replace(",", "")
    if said in ("less than one", "less than 1 MB"):
        return 0
    number, *unit = said.split()
    return float(number) * (SIZES[unit[0]] if unit else 60 if tag == "minutes" else 1)


@given(tag=st.sampled_from(TAGS), limit=st.integers(1, 10**15), used=st.integers(0, 10**15))
@settings(max_examples=300)
def test_what_is_said_to_be_left_is_never_more_than_what_is_left(tag: str, limit: int, used: int) -> None:
    one = with_change("linked_customer", f"lines.0.allowances.{tag}", {"limit": limit, "used": used})
    one = with_change(one, f"lines.0.when_used_up.{tag}", {"then": "stops"})

    reply = ask(f"#{tag}", one)

    assert isinstance(reply, Reply)
    left = re.search(r"(?:you have|down to) (.+?) of your ", reply.text)
    short = re.search(r": (?:only )?(.+?) of .+ left$", reply.short)
    assert bool(left) == bool(short) == (used < limit)
    if left and short:
        assert left[1] == short[1]
        assert at_most(left[1], tag) <= (limit - used) * (1 + 1e-12)
    reads_well(assemble([reply], handle=HANDLE))


@given(
    owed=st.integers(-10_000_00, 10_000_00),
    extra=PENCE,
    limit=PENCE,
    extras=EXTRAS,
    due_on=DAYS,
    next_on=DAYS,
    payment=st.sampled_from(["direct_debit", "card", "other"]),
)
@settings(max_examples=300)
def test_whatever_a_bill_holds_it_is_told_shortly_and_plainly(
    owed: int, extra: int, limit: int, extras: list[dict[str, Any]], due_on: str, next_on: str, payment: str
) -> None:
    one = PEOPLE["linked_customer"]
    money = {"owed_minor": owed, "extra_charges_minor": extra, "bill_limit_minor": limit, "extras": extras}
    account = {**one["account"], **money, "next_bill_on": next_on}
    bills = [{**one["bills"][0], "amount_minor": abs(owed), "due_on": due_on, "payment": payment}]

    reply = ask("#charges", {**one, "account": account, "bills": bills})

    assert isinstance(reply, Reply)
    said = assemble([reply], handle=HANDLE)
    assert len(said) <= USUAL
    for extra_item in extras:
        said = said.replace(extra_item["what"], "")
    assert "£" in said or "p " in said


@given(st.sampled_from(sorted(PEOPLE)), st.lists(st.sampled_from([c.tag for c in registry().commands]), min_size=1))
def test_whoever_asks_for_whatever_reads_well(who: str, tags: list[str]) -> None:
    replies = []
    for tag in dict.fromkeys(tags):
        try:
            result = ask(f"#{tag}", who)
        except Unreadable:
            continue
        if not isinstance(result, Escalate):
            replies.append(result)
    if not replies:
        return

    text = assemble(replies, handle=HANDLE, late=True, first_contact=" (I'm automatic. https://example.com/privacy)")

    assert len(text) <= LONGEST_REPLY
    reads_well(text)
    own = [PEOPLE[who]["account"]["account_id"], *(line["number"][-9:] for line in PEOPLE[who]["lines"])]
    digits = text.replace("#link 07700 900123", "").replace(" ", "")  # our example is the number of a demo customer
    assert not [number for number in own if number in digits]
