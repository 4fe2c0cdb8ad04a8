"""Where a command works: on what runs on this machine, or on a stage on AWS. Both are known by the settings' names."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from ops.options import PORT, Local, Port, Stage, connected_by

if TYPE_CHECKING:
    from functions.shared.aws.store import Store
    from infra.stage import Stage as StageFile

LOCAL = {"region_name": "eu-west-2", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


class Trouble(Exception):
    """What the person at the terminal reads instead of a result, and the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        self.code = code
        super().__init__(sentence)


@dataclass(frozen=True)
class Place:
    """One running service. `settings` are those of its functions; `aws` is what a client needs to reach it."""

    name: str
    settings: Mapping[str, str]
    aws: Mapping[str, str] = field(default_factory=dict)
    local: bool = False

    def client(self, service: str, **more: Any) -> Any:
        import boto3

        return boto3.client(service, **self.aws, **more)  # type: ignore[call-overload]

    @property
    def store(self) -> "Store":
        from functions.shared.aws.store import Store

        return Store(self.client("dynamodb"), self.settings["service_table"], tells=bool(self.settings.get("events")))

    def secret(self, setting: str) -> dict[str, str]:
        """Return a secret, empty where nobody has put one there yet."""
        secrets = self.client("secretsmanager")
        try:
            value = json.loads(secrets.get_secret_value(SecretId=self.settings[setting])["SecretString"])
        except secrets.exceptions.ResourceNotFoundException:
            return {}
        except ValueError:
            raise Trouble(f"The secret {self.settings[setting]} is no JSON object: remove it and log in.") from None
        return value if isinstance(value, dict) else {}

    def put_secret(self, setting: str, value: Mapping[str, str]) -> None:
        secrets = self.client("secretsmanager")
        name, text = self.settings[setting], json.dumps(value)
        # On AWS under the stack's own key; a secret that lies under another one is moved there.
        key = {"KmsKeyId": self.settings["key_arn"]} if "key_arn" in self.settings else {}
        try:
            secrets.update_secret(SecretId=name, SecretString=text, **key)
        except secrets.exceptions.ResourceNotFoundException:
            secrets.create_secret(Name=name, SecretString=text, **key)


@contextmanager
def place_of(local: Local = False, port: Port = PORT, stage: Stage = "") -> Iterator[Place]:
    """Give the place to a command, and turn trouble into one sentence and an exit code."""
    from botocore.exceptions import BotoCoreError, ClientError

    from functions.shared.x.account import Rejected, Unanswered

    try:
        if local and stage == os.environ.get("TWEETSERVE_STAGE"):
            typer.echo(f"TWEETSERVE_STAGE is {stage}, and --local wins.", err=True)
            stage = ""
        if local == bool(stage):
            raise Trouble("Where? Say --local, or --stage (TWEETSERVE_STAGE) for the one on AWS.", 2)
        yield on_this_machine(port) if local else on_aws(stage)
    except (Trouble, Rejected, Unanswered, ClientError, BotoCoreError) as error:
        said, code = str(error), 1
        if isinstance(error, Trouble):
            code = error.code
        elif isinstance(error, ClientError):
            said = f"AWS refused {error.operation_name} ({error.response['Error']['Code']})."
        elif isinstance(error, BotoCoreError):
            said = f"AWS cannot be asked: {error} Sign in, and name the region: AWS_PROFILE and AWS_REGION do both."
        typer.echo(said, err=True)
        raise typer.Exit(code) from None


def at_place(command: Callable[..., None]) -> Callable[..., None]:
    """Add --local, --port and --stage to a command, and call it with the place."""
    return connected_by(place_of, command)


def on_this_machine(port: int) -> Place:
    import httpx

    url = f"http://127.0.0.1:{port}"
    try:
        answer = httpx.get(f"{url}/local/where", timeout=10, trust_env=False)
    except httpx.TransportError:
        raise Trouble(f"Nothing answers at {url}. Start it with `tweetserve local`, or say its --port.") from None
    if not answer.is_success:
        raise Trouble(f"What runs at {url} is still starting, or is not `tweetserve local`.")
    where = answer.json()
    aws = LOCAL | ({"endpoint_url": where["aws_endpoint_url"]} if where["aws_endpoint_url"] else {})
    return Place(url, where["settings"], aws, local=True)


def on_aws(stage: str) -> Place:
    """Read a stage's settings from its stack: output `InboundQueueUrl` is setting `inbound_queue_url`."""
    import boto3
    from botocore.exceptions import ClientError

    wanted = _stage(stage)
    # boto3 reads AWS_DEFAULT_REGION, the other tools of AWS and our documents AWS_REGION.
    session = boto3.Session(region_name=wanted.region or os.environ.get("AWS_REGION"))
    account, stack = session.client("sts").get_caller_identity()["Account"], wanted.stack
    typer.echo(f"{stack} in account {account}, {session.region_name}", err=True)
    if wanted.account not in (None, account):
        raise Trouble(f"infra/stages/{stage}.toml puts it into account {wanted.account}: sign in there.")
    try:
        [found] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise Trouble(f"There is no stack {stack} in this account and region: deploy it first.") from None
        raise Trouble(f"AWS did not tell about {stack} ({error.response['Error']['Code']}).") from None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    settings = {snake(name): value for name, value in outputs.items()}
    return Place(stack, settings, {"region_name": session.region_name})


def _stage(name: str) -> "StageFile":
    from infra import stage as stages

    try:
        return stages.read(name)
    except stages.NoStage as error:
        raise Trouble(str(error), 2) from None


def snake(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
