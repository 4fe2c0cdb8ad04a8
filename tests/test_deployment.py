"""The stack as deployed, in an engine that runs Lambda functions, event source mappings and HTTP APIs."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import httpx
import pytest
from aws_cdk import aws_lambda as lambda_
from botocore.exceptions import WaiterError

from functions.shared import settings
from infra.context import service
from infra.layout import FUNCTIONS, TABLES, TEAMS
from infra.packaging import HERE, build
from local import demo_data
from local.x_simulator import register
from tests.simulated_x import CREDENTIALS, LINKED, SimulatedX, simulated_x, user_tokens

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


@pytest.fixture(scope="module")
def deployed(
    cloud: str, x: SimulatedX, environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Deploy the stack, put the secrets and the demo data there, tell X where we are; return the stack's outputs."""
    folder = tmp_path_factory.mktemp("deployed")
    put_secrets()
    outputs = deploy(synthesised(folder, x.url))
    for table, name in zip(TABLES, ("ACCOUNTS", "CATALOGUE", "SERVICE"), strict=True):
        environment.setattr(demo_data, name, table._replace(name=outputs[f"{table.name.title()}Table"]))
    demo_data.load_demo()
    # The engine knows the host name of an API, the machine does not.
    [api] = boto3.client("apigatewayv2").get_apis()["Items"]
    door = f"{cloud}/_aws/execute-api/{api['ApiId']}/$default"
    register(x.world, f"{door}/webhook")
    return outputs | {"Door": door}


def put_secrets() -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(
        Name="tweetserve/dev/x-consumer", SecretString=json.dumps({"current": CREDENTIALS.consumer_secret})
    )
    secrets.create_secret(Name="tweetserve/dev/x-user", SecretString=json.dumps(user_tokens()))


def synthesised(folder: Path, x_url: str) -> Path:
    """Write the stack as `cdk deploy` would take it, with zips that run on this machine."""
    packages = build(FUNCTIONS, platform=HERE, target=folder / "build")
    app = cdk.App(outdir=str(folder / "cdk.out"), context={"x_api_url": x_url})
    service(app, {name: lambda_.Code.from_asset(str(package.zip)) for name, package in packages.items()})
    app.synth()
    return folder / "cdk.out"


def deploy(assembly: Path) -> dict[str, str]:
    """Do what the CDK's command line does: upload the assets, create the stack, read its outputs."""
    boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="25", Type="String")
    urls = {}
    for asset in json.loads((assembly / "tweetserve-dev.assets.json").read_text())["files"].values():
        [place] = asset["destinations"].values()
        path = asset["source"]["path"]
        urls[path] = upload(assembly / path, here(place["bucketName"]), place["objectKey"])
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="tweetserve-dev",
        TemplateURL=urls["tweetserve-dev.template.json"],
        Capabilities=["CAPABILITY_IAM"],
    )
    with suppress(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="tweetserve-dev", WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName="tweetserve-dev")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


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
