"""The stack as deployed, in an engine that runs Lambda functions, event source mappings and HTTP APIs."""

import base64
import hmac
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import httpx
import pytest
import typer
from aws_cdk import aws_lambda as lambda_
from botocore.exceptions import WaiterError
from typer.testing import CliRunner, Result

from functions.shared.aws import settings
from infra import stage as stages
from infra.context import service
from infra.deployed import Dropped, check
from infra.layout import FUNCTIONS, TABLES, TEAMS
from infra.packaging import HERE
from local import demo_data
from local.x.simulator import register
from ops import sign_in
from ops.desk import LINE_EMPTY
from ops.main import app
from tests.simulated_x import LINKED, SimulatedX, simulated_x, user_tokens
from tests.zips import Zips

pytestmark = pytest.mark.package

ACCOUNT, REGION = "000000000000", "eu-west-2"
HOST = "127.0.0.1"
PATIENCE = 120  # seconds; nothing here is measured


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    settings.client.cache_clear()


@pytest.fixture(scope="module")
def cloud(environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ministack where nobody else reaches it, and let boto3 here find it."""
    folder = tmp_path_factory.mktemp("engine")
    port = str(free_port())
    own = {
        "GATEWAY_PORT": port,
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": "unix:///nowhere",
        "STATE_DIR": str(folder),
    }
    aws = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": REGION}
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        environment.delenv(name)
    url = f"http://{HOST}:{port}"
    for name, value in aws.items():
        environment.setenv(name, value)
    process = subprocess.Popen([sys.executable, "-m", "ministack"], env=dict(os.environ) | own, cwd=folder)
    environment.setenv("AWS_ENDPOINT_URL", url)
    settings.client.cache_clear()
    try:
        wait_for(lambda: answers(url))
        yield url
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def wait_for[T](found: Callable[[], T]) -> T:
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)
    return value


@pytest.fixture(scope="module")
def x() -> Iterator[SimulatedX]:
    with simulated_x() as x:
        yield x


type Build = Callable[..., Path]


@pytest.fixture(scope="module")
def synthesised(zips: Zips, x: SimulatedX, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return what writes the stack as `cdk deploy` would take it, with zips that run on this machine."""
    packages = zips(HERE)

    def write(**said: Any) -> Path:
        app = cdk.App(outdir=str(tmp_path_factory.mktemp("assembly") / "cdk.out"))
        code = {name: lambda_.Code.from_asset(str(package.zip)) for name, package in packages.items()}
        service(app, stages.read("dev").model_copy(update={"x_api_url": x.url, **said}), code)
        app.synth()
        return Path(app.outdir)

    return write


@pytest.fixture(scope="module")
def new(cloud: str, synthesised: Build) -> dict[str, str]:
    """Deploy the stack; return its outputs. Nobody has been at X yet."""
    return deploy(synthesised())


@pytest.fixture(scope="module")
def deployed(cloud: str, x: SimulatedX, new: dict[str, str], environment: pytest.MonkeyPatch) -> dict[str, str]:
    """Put X's keys and the demo data there, and tell X where we are."""
    keys = {f"X_{name.upper()}": value for name, value in user_tokens().items()}
    put = CliRunner().invoke(app, ["x", "login", "--stage", "dev"], env=keys)
    assert put.exit_code == 0, put.output
    for table, name in zip(TABLES, ("ACCOUNTS", "CATALOGUE", "SERVICE"), strict=True):
        environment.setattr(demo_data, name, table._replace(name=new[f"{table.name.title()}Table"]))
    environment.setattr(demo_data, "CODE_KEY", "tweetserve/dev/code-key")
    demo_data.load_demo()
    # The engine knows the host name of an API, the machine does not.
    [api] = boto3.client("apigatewayv2").get_apis()["Items"]
    door = f"{cloud}/_aws/execute-api/{api['ApiId']}/$default"
    register(x.world, f"{door}/webhook")
    return new | {"Door": door}


def deploy(assembly: Path) -> dict[str, str]:
    """Do what the CDK's command line does: upload the assets, create the stack, read its outputs."""
    boto3.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="25", Type="String", Overwrite=True
    )
    urls = {}
    for asset in json.loads((assembly / "tweetserve-dev.assets.json").read_text())["files"].values():
        [place] = asset["destinations"].values()
        path = asset["source"]["path"]
        urls[path] = upload(assembly / path, here(place["bucketName"]), place["objectKey"])
    cloudformation = boto3.client("cloudformation")
    act, done = (cloudformation.update_stack, "update") if is_deployed() else (cloudformation.create_stack, "create")
    act(
        StackName="tweetserve-dev",
        TemplateURL=urls["tweetserve-dev.template.json"],
        Capabilities=["CAPABILITY_IAM"],
    )
    with suppress(WaiterError):
        waiter = cloudformation.get_waiter(f"stack_{done}_complete")
        waiter.wait(StackName="tweetserve-dev", WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName="tweetserve-dev")["Stacks"]
    assert stack["StackStatus"] == f"{done.upper()}_COMPLETE", stack.get("StackStatusReason")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def is_deployed() -> bool:
    stacks = boto3.client("cloudformation").list_stacks()["StackSummaries"]
    return any(stack["StackName"] == "tweetserve-dev" and "DELETE" not in stack["StackStatus"] for stack in stacks)


def here(name: str) -> str:
    return name.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)


def upload(file: Path, bucket: str, key: str) -> str:
    s3 = boto3.client("s3")
    if bucket not in [there["Name"] for there in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def answer_to(x: SimulatedX, text: str) -> str:
    """Write to the brand and wait for what comes back."""
    before = len(from_brand(x))
    x.types(LINKED.id, text)
    return wait_for(lambda: from_brand(x)[before:])[0]


def from_brand(x: SimulatedX) -> list[str]:
    return [dm["text"] for dm in x.chat(LINKED.id) if dm["from"] == "brand"]


TICKS = [function.name for function in FUNCTIONS if function.every]


@pytest.mark.parametrize("tick", TICKS)
def test_before_x_login_the_clock_calls_and_nothing_fails(new: dict[str, str], tick: str) -> None:
    called = boto3.client("lambda").invoke(FunctionName=function_of(tick), Payload=b"{}")

    assert "FunctionError" not in called, called["Payload"].read()


@pytest.mark.parametrize("words", [("settle",), ("settle", "--since", "1h")])
def test_before_x_login_commands_say_so(new: dict[str, str], words: tuple[str, ...]) -> None:
    said = typed(*words, "--stage", "dev")

    assert said.exit_code == 1
    assert said.stderr.splitlines()[1:] == ["There are no keys yet: `tweetserve x login` puts them there."]


def function_of(name: str) -> str:
    [entry] = [function for function in FUNCTIONS if function.name == name]
    [found] = [
        str(function["FunctionName"])
        for function in boto3.client("lambda").list_functions()["Functions"]
        if function["Handler"] == f"{entry.module}.lambda_handler"
    ]
    return found


def test_a_signed_hashtag_is_answered_at_x(deployed: dict[str, str], x: SimulatedX) -> None:
    answer = answer_to(x, "#data")

    assert "GB" in answer


def test_what_needs_a_person_leaves_a_ticket_in_the_teams_line(deployed: dict[str, str], x: SimulatedX) -> None:
    answer = answer_to(x, "#human")

    assert answer
    tickets = wait_for(lambda: waiting(deployed))
    assert len(tickets) == 1
    assert set(tickets[0]) == {"case", "team", "reason", "fence", "at"}


def waiting(outputs: dict[str, str]) -> list[dict[str, Any]]:
    sqs = boto3.client("sqs")
    messages = [
        message
        for team in TEAMS
        for message in sqs.receive_message(QueueUrl=outputs[f"{team.title()}QueueUrl"]).get("Messages", [])
    ]
    return [json.loads(message["Body"]) for message in messages]


def test_a_forged_event_is_refused(deployed: dict[str, str]) -> None:
    forged = httpx.post(
        f"{deployed['Door']}/webhook",
        content=b"{}",
        headers={"x-twitter-webhooks-signature": "sha256=forged"},
        trust_env=False,
    )

    assert forged.status_code == 401


def test_the_desk_is_closed_to_strangers(deployed: dict[str, str]) -> None:
    answer = httpx.post(f"{deployed['Door']}/desk/api/next", json={"request_id": "1"}, trust_env=False)

    assert answer.status_code == 401


# ---- the stage from the terminal ----

STAFF, PASSWORD, INVITED_WITH = "kim@example.com", "Correct-Horse-9-Battery", "Only-for-the-first-time-1"


def typed(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(app, [*words], input=given)


@pytest.fixture(scope="module")
def kim(deployed: dict[str, str], environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Invite somebody, let them sign in for the first time, and return the key of their second factor."""
    environment.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    environment.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    added = typed("staff", "add", STAFF, "--team", "general", "--stage", "dev")
    assert added.exit_code == 0, added.output
    pool = deployed["SignInIssuer"].rpartition("/")[2]
    cognito = boto3.client("cognito-idp")
    # Nobody here reads the invitation's e-mail, and the engine neither takes the second factor from the template nor
    # has it set up at the first sign-in: test_desk_cli.py does that.
    cognito.admin_set_user_password(UserPoolId=pool, Username=STAFF, Password=INVITED_WITH, Permanent=False)
    answers = {"Password": INVITED_WITH, "Choose a password": PASSWORD}
    token = sign_in.sign_in(deployed["Door"], STAFF, lambda what, _hidden: answers[what], typer.echo).token
    key = str(cognito.associate_software_token(AccessToken=token)["SecretCode"])
    cognito.verify_software_token(AccessToken=token, UserCode=code_of(key))
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    return key


def code_of(key: str) -> str:
    """What an authenticator app shows (RFC 6238)."""
    moment = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(key + "=" * (-len(key) % 8)), moment, "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def kept() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"]) / "tweetserve" / "desk.json"


def test_somebody_invited_signs_in_once_and_takes_a_case(deployed: dict[str, str], x: SimulatedX, kim: str) -> None:
    answer_to(x, "#human please")

    said = typed("desk", "next")

    assert "@linked_customer · general" in said.stdout, said.output
    assert typed("desk", "reply", "It is credited.").exit_code == 0
    assert wait_for(lambda: [text for text in from_brand(x) if "It is credited." in text])


def test_the_next_day_takes_password_and_code(deployed: dict[str, str], kim: str) -> None:
    said = typed("desk", "login", "--url", deployed["Door"], "--name", STAFF, given=f"{PASSWORD}\n{code_of(kim)}\n")

    assert f"{STAFF} is signed in at" in said.stdout, said.output
    assert PASSWORD not in kept().read_text()
    assert kept().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("password", "code", "sentence"),
    [
        ("Wrong-Horse-9-Battery", "", "This is not the name and password of somebody of the staff."),
        (PASSWORD, "000000", "That code is not right."),
    ],
)
def test_a_wrong_password_or_code_gets_a_sentence(
    deployed: dict[str, str], kim: str, password: str, code: str, sentence: str
) -> None:
    before = kept().read_text()

    said = typed("desk", "login", "--url", deployed["Door"], "--name", STAFF, given=f"{password}\n{code}\n")

    assert said.exit_code == 1
    assert sentence in said.stderr
    assert kept().read_text() == before


def test_a_token_that_ends_is_renewed_without_asking(deployed: dict[str, str], kim: str) -> None:
    known = json.loads(kept().read_text())
    known[deployed["Door"]] |= {"until": 0, "token": "too old"}
    kept().write_text(json.dumps(known))

    said = typed("desk", "next")

    assert said.exit_code in (0, LINE_EMPTY), said.output
    assert json.loads(kept().read_text())[deployed["Door"]]["until"] > time.time()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://care.example.com", "is not an https:// address"),
        ("http://127.0.0.1:9", "does not say where staff sign in"),
        ("", "Which desk? Say its --url"),
    ],
)
def test_a_password_is_asked_for_at_a_desk_alone(url: str, sentence: str) -> None:
    said = typed("desk", "login", "--name", STAFF, *(("--url", url) if url else ()))

    assert said.exit_code
    assert sentence in said.stderr


def test_staff_are_listed_get_more_teams_and_are_let_in_no_more(deployed: dict[str, str], kim: str) -> None:
    typed("staff", "add", "sam@example.com", "--supervisor", "--stage", "dev")
    typed("staff", "add", STAFF, "--team", "billing", "--stage", "dev")

    listed = json.loads(typed("staff", "list", "--stage", "dev", "--json").stdout)["staff"]
    removed = typed("staff", "remove", "sam@example.com", "--stage", "dev")
    again = typed("staff", "remove", "sam@example.com", "--stage", "dev")

    assert {one["name"]: (one["role"], set(one["teams"])) for one in listed} == {
        STAFF: ("agent", {"billing", "general"}),
        "sam@example.com": ("supervisor", set(TEAMS)),
    }
    assert (removed.exit_code, again.exit_code) == (0, 1)
    assert "sam@example.com is not among the staff." in again.stderr


def test_doctor_looks_at_a_stage_and_names_what_is_not_there_yet(deployed: dict[str, str], kim: str) -> None:
    found = json.loads(typed("doctor", "--stage", "dev", "--json").stdout)["faults"]

    said = {fault["part"]: fault["what"] for fault in found}
    assert said["settings"] == "No text message can be sent, so nobody can link."
    assert said["alarms"].startswith("Nobody hears the alarms")
    assert not {"queues", "secrets", "staff"} & set(said)


def test_a_dm_is_explained_from_the_stage(deployed: dict[str, str], x: SimulatedX) -> None:
    answer_to(x, "#minutes")

    said = typed("explain", "--last", "--stage", "dev")

    assert "decided: #minutes" in said.stdout, said.output


def faults(part: str) -> list[str]:
    found = json.loads(typed("doctor", "--stage", "dev", "--json").stdout)["faults"]
    return [fault["what"] for fault in found if fault["part"] == part]


def test_doctor_sees_who_hears_the_alarms(deployed: dict[str, str]) -> None:
    before = faults("alarms")
    for topic in boto3.client("sns").list_topics()["Topics"]:
        boto3.client("sns").subscribe(TopicArn=topic["TopicArn"], Protocol="email", Endpoint="ops@example.com")

    after = faults("alarms")

    assert set(before) == {"Nobody hears the alarms that wake.", "Nobody hears the alarms of the morning."}
    assert after == []  # the engine confirms by itself


def test_doctor_names_a_function_that_fails(deployed: dict[str, str]) -> None:
    name = function_of("commands-tick")
    failed = {"MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": name}], "Value": 3}
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=[failed])

    assert f"{name} fails: 3 times in 15 minutes." in faults("functions")


def test_every_command_says_where_it_works_and_reads_the_region_as_other_tools_do(
    deployed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", REGION)

    said = typed("cases", "--stage", "dev")

    assert said.exit_code == 0, said.output
    assert f"tweetserve-dev in account {ACCOUNT}, {REGION}" in said.stderr


# ---- deployed again ----

CARE = stages.Domain(name="care.example.com", certificate_arn=f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1234")
WITH_DOMAIN = {"domain": CARE, "alarms": stages.Hearers(wake=("on-call@example.com",))}


def template_in(assembly: Path) -> dict[str, Any]:
    return dict(json.loads((assembly / "tweetserve-dev.template.json").read_text()))


def test_a_second_deployment_adds_what_its_file_says_and_a_third_that_forgets_it_is_refused(
    deployed: dict[str, str], x: SimulatedX, synthesised: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("CDK_DEFAULT_REGION", REGION)
    stage, second = stages.read("dev"), synthesised(**WITH_DOMAIN)

    said = check(stage, "tweetserve-dev", template_in(second))
    outputs = deploy(second)

    assert "nothing is taken away" in said
    assert outputs["WebhookUrl"] == "https://care.example.com/webhook"
    assert answer_to(x, "#text")
    with pytest.raises(Dropped, match=r"away the domain care\.example\.com, the mapping care\.example\.com, the subsc"):
        check(stage, "tweetserve-dev", template_in(synthesised()))


def test_a_table_is_restored_and_answers(
    deployed: dict[str, str],
    x: SimulatedX,
    synthesised: Build,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The engine copies the table as it is now: it knows no earlier times."""
    (tmp_path / "dev.toml").write_text(stages.file_of("dev").read_text())
    monkeypatch.setattr(stages, "FOLDER", tmp_path)
    at, began = f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%dT%H:%MZ}", time.monotonic()

    begun = typed("restore", "--to", at, "--stage", "dev")
    assert begun.exit_code == 0, begun.output
    paused = faults("sending")
    outputs = deploy(synthesised(service_table=stages.read("dev").service_table, **WITH_DOMAIN))
    ended = typed("restore", "--to", at, "--stage", "dev")

    assert paused == ["All automated replies are paused: the table is being restored"]
    assert outputs["ServiceTable"] == stages.read("dev").service_table != deployed["ServiceTable"]
    assert ended.exit_code == 0, ended.output
    assert "GB" in answer_to(x, "#data please")
    assert "decided: #data" in typed("explain", "--last", "--stage", "dev").stdout
    with capsys.disabled():
        print(f"\nrestored, deployed, settled, answered: {(time.monotonic() - began) / 60:.1f} minutes")  # noqa: T201 - for docs/runbook.md
