"""The texts that belong to no hashtag: finding the way, and a person taking over.

The words for one kind of question stand in `routing.toml`, beside the rules that find it.
"""

from collections import ChainMap
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import cast

from functions.shared.brand.catalogue import Brand
from functions.shared.conversation.replies import UPDATE
from functions.shared.wording import country
from functions.shared.wording.country import Country
from functions.shared.wording.rules import routing
from functions.shared.wording.text import ETA, HI, Reply

_TEXTS = {
    # ---- finding the way ----
    "greeting": "{hi}I'm {brand}'s automatic helper. Send #data for what you have left, #charges for your bill or #help"
    " for everything. Or say what's wrong in your own words, and a person will read it.",
    "unknown": "{hi}that's a hashtag I don't know. #help lists the ones I do. Or just say what you need in your own"
    " words, and a person will read it.",
    "typo.ask": "{hi}did you mean {choices}? Reply with the one you want.",
    "again": "{hi}let me get you a person instead. {Team} will reply here {eta}. Tell them in a sentence what you need."
    " Your case is {case}.",
    # ---- a person takes over ----
    "ack.open": "{hi}thank you, I've passed this to {team}. A person will reply here {eta}. Your case is {case}.",
    "ack.closed": "{hi}thank you, I've passed this to {team}. We're closed right now, so a person will reply here"
    " {eta}. Your case is {case}. If it can't wait, call {care_phone}.",
    "ack.human": "{hi}of course. Tell me in a sentence what it's about, so nobody asks you twice. A person will reply"
    " here {eta}. Your case is {case}.",
    "person.looks": "{hi}I can't see that from here, and I won't guess. {Team} will look and reply here {eta}. Your"
    " case is {case}.",
    "notice.fault.person": "{hi}sorry, we know: {says} Because of what you wrote, a person will also reply here {eta}."
    "{in_danger} Your case is {case}.",
    "ack.picture": "{hi}thank you. I can't look at attachments, but a person can: {team} will reply here {eta}. Your"
    " case is {case}.",
    "ack.encrypted": "{hi}your last message reached us locked, so nobody here can read it. Please send it again as an"
    " ordinary message, or call {care_phone}. Your case is {case}.",
    "ack.flood": "{hi}that's a lot of messages at once, so I'll stop replying for now. {Team} will read them all and"
    " reply here {eta}. Your case is {case}.",
    UPDATE: "{hi}we said a person would reply by {promised}, and we're running late, sorry. It will now be {eta}. You"
    " keep your place; your case is {case}.",
    "figures.failed": "{hi}I couldn't get your figures just now, sorry, and I won't guess. {Team} will reply here"
    " {eta}. Your case is {case}.",
}

_NEXT = {"ack.open": "Phone stolen, or someone unsafe? Send #urgent."}

TOO = "I've also passed what you wrote to {team}: a person will reply here {eta} (case {case})."
"""Beside a hashtag's answer, in the place of its next step."""

JOINED = "I've added what you wrote to your case {case}; the people on it will see it."
"""Beside a hashtag's answer while a case is open, in the place of its next step."""

FIRST_CONTACT = " (I'm automatic. How we use your messages: {privacy_url})"
"""At the end of the first DM to a new customer."""

NEEDS = (
    "brand.name",
    "brand.care_phone",
    "brand.lost_phone",
    "brand.abroad_phone",
    "brand.privacy_url",
    *country.NEEDS,
)
"""What these texts name, and those in `routing.toml` (see docs/data.md)."""

_VARIANTS = ("unstaffed", "known", "in_writing", "in_writing.unstaffed")
"""Other words of an acknowledgement: nobody has the desk open, they have said what it is about, in writing only."""

NO_NOTICE = frozenset({"bereavement", "access"})
"""Who writes about these is not told about privacy first, nor in anything urgent; it waits for the next DM."""


@cache
def texts() -> dict[str, str]:
    """Return every text by its key."""
    listed = routing()
    acks = {f"ack.{kind}": ack["text"] for kind, ack in listed["ack"].items() if kind != "compliment"}
    variants = {
        f"ack.{kind}.{variant}": ack[variant]
        for kind, ack in listed["ack"].items()
        for variant in _VARIANTS
        if variant in ack
    }
    answers = {f"answer.{kind}": answer["text"] for kind, answer in listed["answer"].items()}
    return _TEXTS | acks | variants | answers


@cache
def _next_steps() -> dict[str, str]:
    listed = [(f"{group}.{kind}", said) for group in ("ack", "answer") for kind, said in routing()[group].items()]
    return _NEXT | {key: said["next"] for key, said in listed if "next" in said}


def reply(key: str, brand: Brand, **values: str) -> Reply:
    """Return a text with its values and the brand's facts filled in, all but the holes."""
    said = ChainMap({**values, "hi": HI, "eta": ETA}, cast(dict[str, str], Country(brand)))
    text = texts()[key].format_map(said)
    return Reply(key.removesuffix(".unstaffed"), text, _next_steps().get(key, ""), eta=values.get("eta", ""))


def promising(key: str, brand: Brand, due: datetime | None, **values: str) -> Reply:
    """Return a text about a case that a person has to have answered by a time, which some of them tell."""
    return replace(reply(key, brand, **values), promises=due if ETA in texts()[key] else None)


def acknowledgement_of(kind: str, *, is_open: bool, staffed: Callable[[], bool]) -> str | None:
    """Return the key of what a customer reads at once about a kind of question; None: a person says the first word."""
    if kind == "compliment":
        return None  # under sarcasm an automatic thank-you is the screenshot that goes round
    if f"ack.{kind}" not in texts():
        return "ack.open" if is_open else "ack.closed"
    unstaffed = f"ack.{kind}.unstaffed"
    return unstaffed if unstaffed in texts() and not staffed() else f"ack.{kind}"
