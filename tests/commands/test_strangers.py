"""Two customers and a stranger write whatever they like, in any order: nobody reads a figure they have not proven.

The real bot answers. The accounts' figures are unlike each other, so that each tells whose it is.
"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.commands.registry import registry
from tests.phones import Phone, account, code_for, world
from tests.proof.world import World

ANNA, BEN, STRANGER = "2000000000000000011", "2000000000000000012", "2000000000000000013"
NUMBERS = {ANNA: "+447700900311", BEN: "+447700900312"}
FIGURES = {ANNA: ("£71.31", "8.9 GB", "ending 311"), BEN: ("£82.42", "7.7 GB", "ending 312")}
"""What only the owner of an account may read: the bill, the data left, the end of the number."""
ACCOUNTS = (
    account("account-anna", NUMBERS[ANNA], used=1_100_000_000, owed=7131),
    account("account-ben", NUMBERS[BEN], used=2_300_000_000, owed=8242),
)
OWNERS = {"account-anna": ANNA, "account-ben": BEN}

who = st.sampled_from([ANNA, BEN, STRANGER])
numbers = st.sampled_from([*NUMBERS.values(), "+447700900399", "07700 900311", "nonsense"])
words = st.sampled_from(
    [
        *(f"#{command.tag}" for command in registry().commands),
        "#data #charges",
        "#delete yes",
        "#link",
        "yes",
        "how much data have I got left?",
        "my bill is wrong",
        "my phone was stolen, please block it",
        "I got a text with a code I never asked for",
        "hello",
        "#dat",
    ]
)


class Strangers(RuleBasedStateMachine):
    """`proven` says, by customer, whose account they may read: whose phone gave them the code they typed."""

    @initialize()
    def begin(self) -> None:
        self.world: World = world(*ACCOUNTS)
        self.phones = {x_id: Phone(self.world, x_id) for x_id in (ANNA, BEN, STRANGER)}
        self.checked = 0
        self.stolen_codes = 0

    @rule(by=who, text=words)
    def says(self, by: str, text: str) -> None:
        self.phones[by].says(text)

    @rule(by=who, number=numbers)
    def asks_to_link(self, by: str, number: str) -> None:
        """Anybody may name any number; only its owner can read what is sent to it."""
        self.phones[by].says(f"#link {number}")

    @rule(by=st.sampled_from([ANNA, BEN]))
    def types_the_code_on_their_phone(self, by: str) -> None:
        if any(sms.number == NUMBERS[by] and "is your code" in sms.text for sms in self.world.texted):
            self.phones[by].says(code_for(self.world, NUMBERS[by]))

    @rule(by=who, code=st.from_regex(r"[0-9]{6}", fullmatch=True))
    def guesses(self, by: str, code: str) -> None:
        sent = {sms.text.partition(": ")[2][:6] for sms in self.world.texted}
        if code not in sent:
            self.phones[by].says(code)

    @rule(by=who, at=st.integers(0, 30))
    def types_an_old_text_of_their_own_again(self, by: str, at: int) -> None:
        """A code of one's own that was used, replaced or has run out."""
        own = [sms.text.partition(": ")[2][:6] for sms in self.world.texted if sms.number == NUMBERS.get(by)]
        codes = [code for code in own if code.isdigit()]
        if codes:
            self.phones[by].says(codes[at % len(codes)])

    @rule(minutes=st.sampled_from([1, 11, 31, 61, 1_500, 140_000]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule()
    def a_person_resolves_a_case(self) -> None:
        self.world.next_case(f"next-{len(self.world.points)}")

    @rule(by=who)
    def takes_back_what_they_allowed_at_x(self, by: str) -> None:
        at = int(self.world.now.timestamp() * 1000)
        message: dict[str, Any] = {"kind": "revoked", "id": f"revoked-{by}-{at}", "customer": by, "sent_at": at}
        self.world.queue(message, by, message["id"], again=True)
        self.world.work()

    @invariant()
    def nobody_reads_what_they_have_not_proven(self) -> None:
        if not hasattr(self, "world"):
            return
        for dm in self.world.x.delivered[self.checked :]:
            for owner, figures in FIGURES.items():
                if dm.customer != owner:
                    assert not any(figure in dm.text for figure in figures), f"{dm.customer} reads {dm.text}"
        self.checked = len(self.world.x.delivered)

    @invariant()
    def nobody_is_linked_to_a_line_they_have_not_proven(self) -> None:
        if not hasattr(self, "world"):
            return
        for x_id, phone in self.phones.items():
            line = phone.customer.line
            assert line is None or OWNERS[line[0]] == x_id

    @invariant()
    def text_messages_go_to_numbers_on_file_alone(self) -> None:
        if hasattr(self, "world"):
            assert {sms.number for sms in self.world.texted} <= set(NUMBERS.values())


TestStrangers = pytest.mark.proof(Strangers.TestCase)
TestStrangers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_figures_are_read_at_all() -> None:
    """What the machine never sees has to be there to be seen."""
    here = world(*ACCOUNTS)
    anna = Phone(here, ANNA)

    anna.links(NUMBERS[ANNA])
    read = " ".join([anna.asks("#charges"), anna.asks("#data"), *anna.read])

    assert all(figure in read for figure in FIGURES[ANNA])
