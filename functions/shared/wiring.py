"""Where settings and clients become what functions and ops work with: each thing is put together here, once.

Whoever sends brings the messenger: what only keeps conversations is deployed without X's libraries and keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from functions.shared.aws import clock, settings
from functions.shared.aws.store import Store
from functions.shared.conversation.cases import TEAMS
from functions.shared.conversation.linking import Keyed
from functions.shared.conversation.tickets import TeamLines
from functions.shared.delivery.sender import Sender
from functions.shared.x.dms import Messenger

type Clients = Callable[[str], Any]
"""Gives the boto3 client of an AWS service by its name."""


@dataclass(frozen=True, kw_only=True)
class LineSettings:
    """Of whoever writes conversations and puts their cases into a line."""

    service_table: str
    urgent_queue_url: str
    billing_queue_url: str
    devices_queue_url: str
    sales_queue_url: str
    general_queue_url: str
    events: str = ""
    """Who is told of each change of a case: URLs and EventBridge buses, with blanks between. Empty = nobody."""


@dataclass(frozen=True, kw_only=True)
class SenderSettings(LineSettings):
    """Of whoever sends DMs as well."""

    x_user_secret_name: str
    code_key_secret_name: str
    x_api_url: str = "https://api.x.com"


def store_of(ours: LineSettings, client: Clients) -> Store:
    return Store(client("dynamodb"), ours.service_table, tells=bool(ours.events))


def teams_line(ours: LineSettings, client: Clients) -> TeamLines:
    return TeamLines(client("sqs"), {team: getattr(ours, f"{team}_queue_url") for team in TEAMS})


def sender_of(
    ours: LineSettings,
    client: Clients,
    messenger: Messenger,
    says_time: Callable[[datetime], str],
    keyed: Keyed | None = None,
) -> Sender:
    """`keyed` is for whoever sends: what X refuses is counted by recipient."""
    sender = Sender(store_of(ours, client), messenger, teams_line(ours, client), clock.now, says_time=says_time)
    return replace(sender, digest=partial(keyed.digest, "customer")) if keyed else sender


def keyed(secret_name: str) -> Keyed:
    """Return what hashes under the key that the stack has made."""
    return Keyed(settings.secret(secret_name)["key"].encode())
