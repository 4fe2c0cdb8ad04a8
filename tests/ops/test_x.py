"""`tweetserve x` as ops run it, against the simulator of X and secrets in the embedded engine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from functions.shared.aws import clock, settings
from functions.shared.delivery import budget
from functions.shared.x.account import Rejected, XAccount
from functions.shared.x.dms import Unknown
from infra.layout import TABLES
from local import resources
from local.x.faults import Fault
from ops import place, x, x_webhook
from ops.main import app
from ops.place import Place, Trouble
from tests.engines import Engine
from tests.places import ROOT
from tests.running import Running
from tests.simulated_x import BRAND, SECRET, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "simulated"]  # fixtures


@dataclass
class Terminal:
    """A terminal beside a service whose X is the simulator."""

    place: Place
    simulated: SimulatedX

    def x(self, *words: str, says: str = "", **environment: str) -> Result:
        return CliRunner().invoke(app, ["x", *words, "--local"], input=says, env=environment)

    def json(self, *words: str, code: int = 0, keys: Mapping[str, str] = MappingProxyType({})) -> Any:
        result = self.x(*words, "--json", **keys)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def stored(self, secret: str) -> dict[str, str]:
        return self.place.secret(secret)

    def has(self, **consumer: str) -> None:
        """The service has keys, with these consumer secrets."""
        self.place.put_secret("x_user_secret_name", user_tokens() | {"consumer_secret": consumer["current"]})
        self.place.put_secret("x_consumer_secrets_name", consumer)


@pytest.fixture
def terminal(engine: Engine, simulated: SimulatedX, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.url)
    for name, value in place.LOCAL.items():
        monkeypatch.setenv({"region_name": "AWS_DEFAULT_REGION"}.get(name, name.upper()), value)
    for name in [name for name in os.environ if name.startswith("X_")]:
        monkeypatch.delenv(name)
    settings.client.cache_clear()
    table = next(table for table in TABLES if table.name == "service")._replace(name=f"service-{uuid4()}", ttl=None)
    resources.create_table(table)
    here = Place(
        "the test",
        {
            "x_consumer_secrets_name": f"consumer-{uuid4()}",
            "x_user_secret_name": f"user-{uuid4()}",
            "service_table": table.name,
            "brand_id": BRAND.id,
            "webhook_url": hook.url,
            "x_api_url": simulated.url,
        },
        place.LOCAL | {"endpoint_url": engine.url},
        local=True,
    )
    monkeypatch.setattr("ops.place.on_this_machine", lambda _port: here)
    yield Terminal(here, simulated)
    settings.client.cache_clear()


KEYS = {f"X_{name.upper()}": value for name, value in user_tokens().items()}


# ---- login ----


def test_login_checks_the_keys_and_puts_them_into_both_secrets(terminal: Terminal) -> None:
    answer = terminal.json("login", keys=KEYS)

    assert answer["account"] == {"id": BRAND.id, "handle": BRAND.handle}
    assert terminal.stored("x_user_secret_name") == user_tokens()
    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET}


def test_login_again_changes_nothing(terminal: Terminal) -> None:
    terminal.json("login", keys=KEYS)

    assert terminal.json("login", keys=KEYS)["changed"] == []


def test_login_takes_the_keys_from_standard_input(terminal: Terminal) -> None:
    result = terminal.x("login", "--stdin", says=json.dumps(user_tokens()))

    assert result.exit_code == 0
    assert terminal.stored("x_user_secret_name") == user_tokens()


def test_a_dry_run_checks_the_keys_and_stores_nothing(terminal: Terminal) -> None:
    result = terminal.x("login", "--dry-run", **KEYS)

    assert f"@{BRAND.handle}" in result.stdout
    assert "would be changed" in result.stdout
    assert terminal.stored("x_user_secret_name") == {}


def test_keys_that_x_does_not_accept_are_not_stored(terminal: Terminal) -> None:
    result = terminal.x("login", **KEYS | {"X_ACCESS_TOKEN_SECRET": "wrong"})

    assert result.exit_code == 1
    assert "X does not accept these keys" in result.stderr
    assert terminal.stored("x_user_secret_name") == {}


def test_keys_of_another_account_are_not_stored(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(terminal.place.settings, "brand_id", "42")

    result = terminal.x("login", **KEYS)

    assert result.exit_code == 1
    assert f"These keys are @{BRAND.handle}'s ({BRAND.id}), and the test answers for 42." in result.stderr
    assert terminal.stored("x_user_secret_name") == {}


def test_a_missing_key_is_named_where_nobody_can_be_asked(terminal: Terminal) -> None:
    result = terminal.x("login", **KEYS | {"X_ACCESS_TOKEN": ""})

    assert result.exit_code == 1
    assert "X_ACCESS_TOKEN" in result.stderr


@pytest.mark.parametrize("says", ["", "no json", "[]", '{"consumer_key": 1}'])
def test_nonsense_on_standard_input_is_one_sentence(terminal: Terminal, says: str) -> None:
    result = terminal.x("login", "--stdin", says=says)

    assert result.exit_code == 1
    assert result.stderr == "Standard input is no JSON object of keys.\n"


def test_login_with_another_consumer_secret_keeps_the_one_before(terminal: Terminal) -> None:
    terminal.has(current="old")

    terminal.json("login", keys=KEYS)

    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET, "previous": "old"}


# ---- rotate ----


def test_a_new_secret_becomes_the_current_and_the_old_one_the_previous(terminal: Terminal) -> None:
    terminal.has(current="old")

    result = terminal.x("rotate", X_CONSUMER_SECRET=SECRET)

    assert result.exit_code == 0, result.output
    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET, "previous": "old"}
    assert terminal.stored("x_user_secret_name") == user_tokens()


def test_a_secret_that_x_does_not_know_is_not_taken(terminal: Terminal) -> None:
    terminal.has(current=SECRET)

    result = terminal.x("rotate", "--stdin", says="mistyped\n")

    assert result.exit_code == 1
    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET}


def test_there_are_two_secrets_at_a_time_and_no_more(terminal: Terminal) -> None:
    terminal.has(current="old", previous="older")

    result = terminal.x("rotate", X_CONSUMER_SECRET=SECRET)

    assert result.exit_code == 1
    assert "--finish" in result.stderr
    assert terminal.stored("x_consumer_secrets_name") == {"current": "old", "previous": "older"}


def test_a_change_is_finished_by_dropping_the_previous(terminal: Terminal) -> None:
    terminal.has(current=SECRET, previous="old")

    assert terminal.json("rotate", "--finish", "--dry-run")["changed"]
    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET, "previous": "old"}
    assert terminal.json("rotate", "--finish")["changed"]
    assert terminal.stored("x_consumer_secrets_name") == {"current": SECRET}
    assert terminal.json("rotate", "--finish")["changed"] == []


@pytest.mark.parametrize("words", [["rotate"], ["rotate", "--finish"], ["setup"]])
def test_without_keys_ops_are_told_to_log_in(terminal: Terminal, words: list[str]) -> None:
    result = terminal.x(*words, X_CONSUMER_SECRET=SECRET)

    assert result.exit_code == 1
    assert "tweetserve x login" in result.stderr


@pytest.mark.parametrize("words", [["login"], ["rotate"], ["status"], ["setup"]])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_command_shows_a_key(terminal: Terminal, words: list[str], form: list[str]) -> None:
    terminal.has(current=SECRET, previous="previous-secret")

    result = terminal.x(*words, *form, **KEYS)

    shown = [value for value in (*user_tokens().values(), "previous-secret") if value in result.output]
    assert shown == []


# ---- setup ----


def heard(terminal: Terminal) -> list[str]:
    account = XAccount(user_tokens(), terminal.simulated.url)
    return sorted(one.event_type for one in account.activities() if one.webhook)


def test_setup_registers_subscribes_and_lets_x_test(terminal: Terminal) -> None:
    terminal.has(current=SECRET)
    nothing_there(terminal)

    answer = terminal.json("setup")

    assert answer["webhook"]["valid"]
    assert heard(terminal) == ["chat.received", "dm.received", "dm.sent"]


def test_setup_again_registers_and_subscribes_nothing(terminal: Terminal) -> None:
    terminal.has(current=SECRET)
    nothing_there(terminal)
    terminal.json("setup")

    answer = terminal.json("setup")

    assert answer["done"] == ["let X test the webhook"]
    assert len(heard(terminal)) == 3


def test_a_dry_run_of_setup_does_nothing(terminal: Terminal) -> None:
    terminal.has(current=SECRET)
    nothing_there(terminal)

    answer = terminal.json("setup", "--dry-run")

    assert answer["done"] == ["register the webhook", "subscribe to the brand's DMs"]
    assert terminal.simulated.world.webhooks == {}


def test_an_account_without_x_activity_gets_account_activity(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.has(current=SECRET)
    nothing_there(terminal)

    def declined(*_: object) -> None:
        raise Rejected(403, "your plan does not include this")

    monkeypatch.setattr(XAccount, "subscribe_activity", declined)

    answer = terminal.json("setup")

    assert answer["subscription"] == {"activity": [], "account": True}
    assert "subscribe to dm.received" not in answer["done"]
    assert terminal.json("status")["subscription"]["account"]


def test_a_webhook_that_does_not_prove_itself_is_no_success(terminal: Terminal, hook: Hook) -> None:
    terminal.has(current=SECRET)
    hook.secret = "another"

    registered = terminal.x("setup")
    terminal.simulated.world.webhooks.clear()
    unregistered = terminal.x("setup")

    assert registered.exit_code == x.NOT_WELL
    assert "does not hold" in registered.stdout
    assert unregistered.exit_code == 1
    assert "prove that it knows the consumer secret" in unregistered.stderr


def nothing_there(terminal: Terminal) -> None:
    [webhook] = terminal.simulated.world.webhooks
    for path in (f"account_activity/webhooks/{webhook}/subscriptions/{BRAND.id}/all", *subscriptions(terminal)):
        answer = terminal.simulated.http.delete(f"/2/{path}", headers={"authorization": "Bearer test-bearer"})
        assert answer.is_success, answer.text
    terminal.simulated.world.webhooks.clear()


def subscriptions(terminal: Terminal) -> list[str]:
    account = XAccount(user_tokens(), terminal.simulated.url)
    return [f"activity/subscriptions/{one.id}" for one in account.activities()]


AWS = Place("tweetserve-prod", {"webhook_url": "https://care.example.com/webhook"})


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://care.example.com/webhook", "https alone"),
        ("care.example.com/webhook", "https alone"),
        ("https://", "https alone"),
        ("https://[care", "no URL"),
        ("http://127.0.0.1:8400/webhook", "https alone"),
        ("https://care.example.com:8443/webhook", "no port"),
        ("https://me:secret@care.example.com/webhook", "no port and no password"),
        ("https://care.example.com/" + "a" * 176, "200 characters at most, and this URL has 201"),
    ],
)
def test_a_url_that_x_does_not_take_is_refused_before_x_is_asked(url: str, sentence: str) -> None:
    with pytest.raises(Trouble, match=sentence):
        x_webhook.webhook_url(AWS, url)


def test_the_deployed_url_is_taken_where_no_other_is_said() -> None:
    assert x_webhook.webhook_url(AWS) == "https://care.example.com/webhook"


# ---- status ----


def test_status_says_how_all_of_it_stands(terminal: Terminal, hook: Hook) -> None:
    terminal.has(current=SECRET, previous="old")

    answer = terminal.json("status")

    assert answer["account"]["handle"] == BRAND.handle
    assert answer["consumer_secrets"] == ["current", "previous"]
    assert (answer["webhook"]["url"], answer["webhook"]["valid"]) == (hook.url, True)
    assert "dm.received" in answer["subscription"]["activity"]
    assert answer["limits"]["dms_left"] == 15
    assert answer["limits"]["look_ups_left"] == 15


def test_status_fails_where_x_does_not_deliver(terminal: Terminal, hook: Hook) -> None:
    terminal.has(current=SECRET)
    hook.secret = "another"
    terminal.x("setup")

    result = terminal.x("status")

    assert result.exit_code == x.NOT_WELL
    assert "INVALID" in result.stdout


def test_status_without_keys_still_says_the_rest(terminal: Terminal) -> None:
    answer = terminal.json("status", code=x.NOT_WELL)

    assert answer["account"] is None
    assert "tweetserve x login" in answer["trouble"]
    assert answer["limits"]["dms_left"] == 15


def test_status_sees_an_x_that_is_down_and_when_it_is_tried_again(terminal: Terminal) -> None:
    terminal.has(current=SECRET)
    terminal.x("setup")
    for _ in range(budget.UNKNOWNS_OPEN_BREAKER):
        budget.heard(terminal.place.store, Unknown("X answered 503"), clock.now(), clock.now())
    terminal.simulated.ok(terminal.simulated.http.post("/sim/faults/script", json={"look_up": [Fault.DOWN]}))

    result = terminal.x("status")

    assert result.exit_code == x.NOT_WELL
    assert "X answered 503." in result.stdout
    assert "says of no DM whether it took it; one is tried in 1 min" in " ".join(result.stdout.split())


def test_status_does_not_lay_our_own_pause_to_xs_limit(terminal: Terminal) -> None:
    terminal.has(current=SECRET)
    terminal.x("setup")
    budget.pause(terminal.place.store, "We are putting something right.")
    budget.mark_waiting(terminal.place.store, True)

    result = terminal.x("status")

    assert result.exit_code == 0, result.output
    assert "paused: We are putting something right." in result.stdout
    assert "wait for X's limit" not in result.stdout


# ---- where ----


@pytest.mark.parametrize("words", [[], ["--local", "--stage", "prod"]])
def test_a_place_has_to_be_named_and_only_one(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWEETSERVE_STAGE", raising=False)

    result = CliRunner().invoke(app, ["x", "status", *words])

    assert result.exit_code == 2
    assert result.stderr.startswith("Where?")


def test_a_local_run_that_is_not_there_is_one_sentence() -> None:
    result = CliRunner().invoke(app, ["x", "status", "--local", "--port", "9"])

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "tweetserve local" in result.stderr


@pytest.mark.parametrize(
    ("output", "setting"), [("InboundQueueUrl", "inbound_queue_url"), ("BrandId", "brand_id"), ("XApiUrl", "x_api_url")]
)
def test_a_stacks_outputs_are_settings(output: str, setting: str) -> None:
    assert place.snake(output) == setting


@pytest.mark.parametrize("command", ["login", "rotate", "setup", "status"])
def test_every_commands_help_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, ["x", command, "--help"])

    assert f"tweetserve x {command} --" in shown.stdout


def test_the_service_on_this_machine_is_well(local_run: Running) -> None:
    port = local_run.url.rpartition(":")[2]
    command = [sys.executable, "-m", "ops.main", "x", "status", "--local", "--port", port, "--json"]

    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["webhook"]["valid"]
