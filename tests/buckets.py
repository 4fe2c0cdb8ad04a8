"""S3, played by moto beside the embedded engine, which has none."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from local.resources import REGION


@pytest.fixture
def s3(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client for it. Whatever is asked without an address of its own asks it, too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"https://s3.{REGION}.amazonaws.com")
    with mock_aws(config={"core": {"mock_credentials": False, "reset_boto3_session": False}}):
        yield boto3.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"bucket-{uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name
