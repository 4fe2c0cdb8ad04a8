"""`tweetserve restore`: typed, deployed, typed again. The engine copies a table as it is: it knows no earlier times."""

import tomllib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from functions.shared.aws import clock
from functions.shared.aws.store import Store
from functions.shared.conversation import conversations
from functions.shared.delivery import budget
from infra import stage as stages
from ops import restore
from ops.main import app
from ops.place import Place
from tests.at_terminal import place
from tests.simulated_x import BRAND, LINKED, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "place", "simulated"]  # fixtures

DEV = stages.file_of("dev").read_text()


@dataclass
class Deployed:
    """A stage on AWS, its file, and what is deployed of it."""

    place: Place
    file: Path

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["restore", *words, "--stage", "dev"])

    def deploy(self) -> None:
        table = tomllib.loads(self.file.read_text())["service_table"]
        self.place = replace(self.place, settings={**self.place.settings, "service_table": table})

    @property
    def limits(self) -> budget.Budget:
        return budget.load(Store(self.place.client("dynamodb"), self.place.settings["service_table"]))


@pytest.fixture
def dev(place: Place, simulated: SimulatedX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    more = {"brand_id": BRAND.id, "x_api_url": simulated.url, "x_user_secret_name": f"user-{uuid4()}"}
    name = f"tweetserve-dev-{uuid4().hex[:8]}"  # the engine's tables are everybody's
    made = Deployed(replace(place, name=name, settings={**place.settings, **more}, local=False), tmp_path / "dev.toml")
    made.place.put_secret("x_user_secret_name", user_tokens())
    made.file.write_text(DEV)
    monkeypatch.setattr(stages, "file_of", lambda _name: made.file)
    monkeypatch.setattr("ops.place.on_aws", lambda _stage: made.place)
    return made


def ago(**time: float) -> str:
    return f"{clock.now() - timedelta(**time):%Y-%m-%dT%H:%MZ}"


def test_a_table_goes_back_is_named_in_the_stages_file_and_settled_once_it_is_deployed(
    dev: Deployed, simulated: SimulatedX
) -> None:
    old, at = dev.place.settings["service_table"], ago(minutes=10)
    budget.mark_waiting(dev.place.store, True)  # the table has been worked on
    begun = dev("--to", at)
    simulated.types(LINKED.id, "#stop")
    simulated.messenger().send(LINKED.id, "Done.")

    assert begun.exit_code == 0, begun.output
    assert dev.limits.paused == restore.WHY
    assert "deploy -c stage=" in begun.stdout
    dev.deploy()
    assert dev.limits.paused
    ended = dev("--to", at)
    again = dev("--to", at)

    assert "minutes after it began to be restored" in ended.stdout, ended.output
    assert dev.limits.paused is None
    assert dev.place.settings["service_table"] != old
    assert conversations.load(dev.place.store, LINKED.id).customer.stopped
    assert "nothing is left to do" in again.stdout


def test_what_aws_does_not_restore_is_switched_on(dev: Deployed) -> None:
    dev("--to", ago(minutes=10))
    dev.deploy()

    dynamodb, table = dev.place.client("dynamodb"), dev.place.settings["service_table"]
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    backups: Any = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_first_half_again_goes_on_where_it_stopped(dev: Deployed) -> None:
    at = ago(minutes=10)

    first, second = dev("--to", at), dev("--to", at)

    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert dev.file.read_text().count("service_table") == 1


def test_a_dry_run_says_what_would_be_and_changes_nothing(dev: Deployed) -> None:
    said = dev("--to", ago(minutes=10), "--dry-run")

    assert said.stdout.startswith("Would hold automated replies back")
    assert dev.limits.paused is None
    assert dev.file.read_text() == DEV


def test_a_pause_of_operations_is_not_ended(dev: Deployed) -> None:
    at = ago(minutes=10)
    dev("--to", at)
    dev.deploy()
    dev("--to", at)
    budget.pause(dev.place.store, "We are putting something right.")

    dev("--to", at)

    assert dev.limits.paused == "We are putting something right."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--to", "3h"), "must mean the same"),
        (("--to", "yesterday"), "Write the time like"),
        (("--to", "2020-01-01T00:00Z"), "the last 30 days"),
    ],
)
def test_a_time_that_makes_no_sense_gets_a_sentence_and_holds_nothing_back(
    dev: Deployed, words: tuple[str, ...], sentence: str
) -> None:
    said = dev(*words)

    assert said.exit_code
    assert (sentence in said.stderr, said.stderr.count("\n")) == (True, 1)
    assert dev.limits.paused is None


def test_what_runs_here_has_no_backups(place: Place) -> None:
    said = CliRunner().invoke(app, ["restore", "--to", ago(minutes=10), "--local"])

    assert (said.exit_code, "Only a stage on AWS has backups" in said.stderr) == (1, True)


@pytest.mark.parametrize(
    "file", [DEV, DEV + '\n[domain]\nname = "care.example.com"\n', 'service_table = "old"\n' + DEV]
)
def test_a_stages_file_keeps_all_else(file: str, tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_text(file)

    restore.point(path, "new")

    assert tomllib.loads(path.read_text()) == tomllib.loads(file) | {"service_table": "new"}
