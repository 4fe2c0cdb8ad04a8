"""Settings come from the environment, once, at first use; AWS clients and secrets likewise."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from botocore.config import Config

SECRET_SECONDS = 300  # a rotated secret is seen after five minutes at most


class MissingSettings(Exception):
    """The environment lacks variables that a function needs."""


class NoSecretYet(Exception):
    """Nobody has put a secret there yet. Of one that was removed Secrets Manager speaks otherwise, for days."""


def read[T: DataclassInstance](settings: type[T]) -> T:
    """Fill a settings dataclass: field `inbound_queue_url` is variable `INBOUND_QUEUE_URL`.

    Raises MissingSettings that names every variable without a value and without a default.
    """
    return filled(settings, {field.name: os.environ.get(field.name.upper(), "") for field in fields(settings)})


def filled[T: DataclassInstance](settings: type[T], values: Mapping[str, str]) -> T:
    """Fill a settings dataclass from values by the names of its fields. Raises MissingSettings, as `read` does."""
    values = {field.name: values.get(field.name, "") for field in fields(settings)}
    missing = [f.name.upper() for f in fields(settings) if not values[f.name] and f.default is MISSING]
    if missing:
        raise MissingSettings(f"set these environment variables: {', '.join(missing)}")
    return settings(**{name: value for name, value in values.items() if value})


AT_MOST_ONCE = {"pinpoint-sms-voice-v2"}
"""Services that do what they are asked anew each time. A slow answer is not a lost request: nobody asks them twice."""


@cache
def client(service: str) -> Any:
    """Return the client of an AWS service, one per process."""
    return _session().create_client(service, config=config_for(service))


def config_for(service: str) -> "Config":
    """Return how a service is asked: with time-outs that leave room for a retry."""
    # Imported here so that modules import fast and anywhere.
    from botocore.config import Config

    attempts = 1 if service in AT_MOST_ONCE else 2
    return Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": attempts},
        parameter_validation=False,  # a quarter of a call's time, and the service checks it all again
        user_agent="tweetserve",  # botocore puts its own together anew for each call: 865 us of processor, 695 so
    )


@cache
def _session() -> Any:
    # boto3 around it would be 60 modules, a fifth of the webhook's cold start.
    from botocore.session import Session

    return Session()


_secrets: dict[str, tuple[float, dict[str, str]]] = {}


def secret(name: str) -> dict[str, str]:
    """Return the JSON object kept in Secrets Manager under a name, at most five minutes old.

    Where it cannot be read anew, the last good one stands, and is tried again after five more. Raises NoSecretYet.
    """
    read_at, value = _secrets.get(name, (0.0, {}))
    if value and time.monotonic() - read_at <= SECRET_SECONDS:
        return value
    try:
        value = _object(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]) or value
    except Exception as failure:  # whatever it is: what still works must not stop working
        if not value:
            raise NoSecretYet(name) if _never_there(failure) else failure from None
    _secrets[name] = (time.monotonic(), value)
    return value


def _never_there(failure: Exception) -> bool:
    response = getattr(failure, "response", {})
    return bool(response.get("Error", {}).get("Code") == "ResourceNotFoundException")


def _object(text: str) -> dict[str, str]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("a secret is no JSON object")
    return found
