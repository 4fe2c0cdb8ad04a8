"""`tweetserve ... --local` on the embedded engine, with tables of its own."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from functions.shared.aws.store import Store
from functions.shared.delivery import budget
from infra.layout import TABLES
from local.resources import create_table
from ops.main import app
from ops.place import LOCAL, Place
from tests.engines import Engine


@pytest.fixture
def place(engine: Engine, aws: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Tables of its own, and commands that find them with --local."""
    names = {table.name: f"{table.name}-{uuid4()}" for table in TABLES}
    for table in TABLES:
        create_table(table._replace(name=names[table.name]))
    where = LOCAL | {"endpoint_url": engine.url}
    made = Place("here", {f"{kind}_table": name for kind, name in names.items()}, where, local=True)
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: made)
    return made


@dataclass
class Terminal:
    place: Place

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--local"])

    def json(self, *words: str) -> Any:
        said = self(*words, "--json")
        assert said.stdout, (said.stderr, said.exception)
        return json.loads(said.stdout)

    @property
    def store(self) -> Store:
        return Store(self.place.client("dynamodb"), self.place.settings["service_table"])

    @property
    def limits(self) -> budget.Budget:
        return budget.load(self.store)


@pytest.fixture
def tweetserve(place: Place) -> Terminal:
    return Terminal(place)
