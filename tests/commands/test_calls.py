"""What an answered #data asks of AWS and X, by name, over the loopback.

tests/data/calls.toml has each call and unit; whoever moves one writes it there, with the reason.
"""

import json
import math
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from benchmarks.meter import Meter
from benchmarks.stub import Stub, environment, serving
from functions.commands import handler
from functions.shared.aws import settings
from infra.layout import FUNCTIONS
from tests.engines import CREDENTIALS
from tests.places import DATA

KEPT = DATA / "calls.toml"


@dataclass
class Named(Meter):
    """A meter that names the row of each write."""

    units: Counter[str] = field(default_factory=Counter)

    def _written(self, write: Mapping[str, Any], was: Mapping[str, Mapping[str, Any]], twice: int) -> int:
        units = super()._written(write, was, twice)
        key = write.get("Key") or write["Item"]
        self.units[key["sk"]["S"].partition("#")[0]] += units
        return units


@dataclass
class Commands:
    """The function, warm: it has answered the same customer before."""

    stub: Stub
    meter: Named
    sent_at: int = field(default_factory=lambda: int(time.time() * 1000))
    """One minute for all: it is noted once."""

    def hears(self, message: dict[str, Any]) -> dict[str, Any]:
        """Let the function have a message; return what it asked for."""
        self.stub.forget_counts()
        self.meter.units.clear()
        said = {
            "SentTimestamp": str(self.sent_at),
            "ApproximateReceiveCount": "1",
            "MessageGroupId": message["customer"],
        }
        record = {"messageId": message["id"], "receiptHandle": "1", "body": json.dumps(message), "attributes": said}
        handler.lambda_handler({"Records": [record]}, None)
        return {
            "calls": dict(self.stub.calls),
            "write_units": dict(self.meter.units),
            "read_units": math.ceil(self.meter.reads),
        }

    def asks(self, text: str) -> dict[str, Any]:
        message = {"kind": "dm", "id": self.stub.next_id(), "customer": self.stub.linked[0], "text": text}
        return self.hears(message | {"handle": "linked_customer", "sent_at": self.sent_at})

    def echoes(self) -> dict[str, Any]:
        """Bring the echo of what was sent last."""
        customer, text = self.stub.sent[-1]
        sent = str(int(self.stub.next_id()) - 1)
        return self.hears({"kind": "echo", "id": sent, "customer": customer, "text": text, "sent_at": self.sent_at})


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    stub = Stub()
    meter = Named(stub.dynamodb.inner)
    stub.dynamodb = meter
    [function] = [one for one in FUNCTIONS if one.name == "commands"]
    with serving(stub):
        for name, value in (environment(stub, function) | CREDENTIALS | {"AWS_ENDPOINT_URL": stub.url}).items():
            monkeypatch.setenv(name, value)
        forget()
        warm = Commands(stub, meter)
        warm.asks("#minutes")
        warm.echoes()
        yield warm
    forget()


def forget() -> None:
    made = (settings.client, settings._session, handler._settings, handler._messenger, handler._arrivals, handler.bot)
    for factory in made:
        factory.cache_clear()
    settings._secrets.clear()


def test_an_answered_data_and_its_echo_ask_for_what_is_written_down(commands: Commands) -> None:
    asked = {"data": commands.asks("#data"), "echo": commands.echoes()}

    assert asked == tomllib.loads(KEPT.read_text())


def test_what_is_written_down_is_within_its_goals() -> None:
    kept = tomllib.loads(KEPT.read_text())

    of_aws = {one: sum(n for name, n in kept[one]["calls"].items() if name != "X dm_conversations") for one in kept}
    assert of_aws["data"] <= 6
    assert of_aws["echo"] <= 2
    assert kept["data"]["calls"]["X dm_conversations"] == 1
    assert sum(n for one in kept.values() for n in one["write_units"].values()) <= 25
