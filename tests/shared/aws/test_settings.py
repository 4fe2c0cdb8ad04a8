"""A secret is read anew every five minutes, and what is in memory outlives a bad reading."""

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.shared.aws import settings

NAME = "tweetserve/test/x-consumer"
GOOD = {"current": "good"}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A good secret that has been read, and has to be read anew at once."""
    monkeypatch.setattr(settings, "SECRET_SECONDS", -1)
    monkeypatch.setattr(settings, "_secrets", {})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    settings.client.cache_clear()
    with mock_aws():
        settings.client("secretsmanager").create_secret(Name=NAME, SecretString=json.dumps(GOOD))
        assert settings.secret(NAME) == GOOD
        yield
    settings.client.cache_clear()


@pytest.mark.parametrize("bad", ["no JSON", "[]", "{}"])
def test_a_secret_that_makes_no_sense_does_not_take_the_place_of_a_good_one(bad: str, kept: None) -> None:
    settings.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=bad)

    assert settings.secret(NAME) == GOOD


def test_a_secret_that_cannot_be_read_anew_stands(kept: None) -> None:
    settings.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)

    assert settings.secret(NAME) == GOOD


def test_a_new_one_is_taken(kept: None) -> None:
    settings.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString='{"current": "new"}')

    assert settings.secret(NAME) == {"current": "new"}


def test_one_that_nobody_has_put_there_yet_is_told_from_what_goes_wrong(
    kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(settings.NoSecretYet):
        settings.secret("tweetserve/test/another")

    settings.client("secretsmanager").delete_secret(SecretId=NAME)
    monkeypatch.setattr(settings, "_secrets", {})
    with pytest.raises(settings.client("secretsmanager").exceptions.InvalidRequestException):
        settings.secret(NAME)


def test_aws_is_asked_by_one_name_which_is_not_made_anew_for_each_call(kept: None) -> None:
    names: list[str | bytes] = []
    client = settings.client("secretsmanager")
    client.meta.events.register_last("before-send.*", lambda request, **_: names.append(request.headers["User-Agent"]))

    client.get_secret_value(SecretId=NAME)
    client.list_secrets()

    # Powertools, where it is imported, writes itself behind it.
    called = [str(name, "ascii") if isinstance(name, bytes) else name for name in names]
    assert [name.split()[0] for name in called] == ["tweetserve"] * 2
    assert "Botocore" not in " ".join(called)
