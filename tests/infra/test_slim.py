"""Clients made from slimmed data ask as those do that are made from all of it."""

import shutil
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.session import Session

from infra.slim import slim

DATA = Path(botocore.__file__).parent / "data"
SERVICES = ("dynamodb", "s3", "secretsmanager", "pinpoint-sms-voice-v2", "sqs")
KEYS: dict[str, Any] = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}


@pytest.fixture(scope="module")
def slimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    for file in DATA.glob("*.json"):
        shutil.copy(file, data)
    for service in SERVICES:
        shutil.copytree(DATA / service, data / service)
    slim(data)
    return data


@pytest.fixture(params=SERVICES)
def clients(request: pytest.FixtureRequest, slimmed: Path) -> tuple[Any, ...]:
    whole, less = Session(), Session()
    less.get_component("data_loader").search_paths[:] = [str(slimmed)]
    return tuple(session.create_client(request.param, region_name="eu-west-2", **KEYS) for session in (whole, less))


class Asked(Exception):
    """A request would have left."""


def address(client: Any) -> str:
    """Return where a client sends a question that takes nothing: everything that it reads for that is read."""
    asked = {
        "dynamodb": "list_tables",
        "s3": "list_buckets",
        "secretsmanager": "list_secrets",
        "pinpoint-sms-voice-v2": "describe_pools",
        "sqs": "list_queues",
    }

    def caught(request: Any, **_: Any) -> None:
        raise Asked(request.url)

    client.meta.events.register("before-send", caught)
    with pytest.raises(Asked) as left:
        getattr(client, asked[client.meta.service_model.service_name])()
    return str(left.value)


def test_a_client_has_the_same_address_and_the_same_calls(clients: tuple[Any, ...]) -> None:
    whole, less = clients

    assert address(less) == address(whole)
    assert less.meta.endpoint_url == whole.meta.endpoint_url
    assert less.meta.service_model.operation_names == whole.meta.service_model.operation_names
    for name in whole.meta.service_model.operation_names:
        ours, theirs = (client.meta.service_model.operation_model(name) for client in (less, whole))
        assert ours.input_shape is None or list(ours.input_shape.members) == list(theirs.input_shape.members)


def test_less_is_read(slimmed: Path) -> None:
    assert (slimmed / "endpoints.json").stat().st_size < (DATA / "endpoints.json").stat().st_size / 10
    assert not list(slimmed.rglob("service-2.json.gz"))
