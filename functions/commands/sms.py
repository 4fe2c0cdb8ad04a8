"""Text messages to a customer's number: the code, and a notice of each link and unlink."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests

LONGEST_SMS = 160
"""Signs of the GSM alphabet that go out as one message."""
TIMEOUT = (2, 5)


@dataclass(frozen=True)
class Sms:
    """`really` is False for a number that gets nothing: the service is asked all the same, so that the time which
    an answer takes does not tell whether we know the number."""

    number: str = field(repr=False)
    text: str = field(repr=False)
    really: bool = True


class TextMessenger(Protocol):
    def send(self, sms: Sms) -> None:
        """Send a text message, or only have it checked. Raises whatever the service raises; nothing is tried again."""


@dataclass(frozen=True)
class AwsTexts:
    """AWS End User Messaging. `sender` is its origination identity; without one AWS takes what the account has."""

    client: Callable[[], Any]
    """Makes it, or has made it: few DMs need one."""
    sender: str = ""

    def send(self, sms: Sms) -> None:
        identity = {"OriginationIdentity": self.sender} if self.sender else {}
        self.client().send_text_message(
            DestinationPhoneNumber=sms.number,
            MessageBody=sms.text,
            MessageType="TRANSACTIONAL",
            DryRun=not sms.really,
            **identity,
        )


@dataclass(frozen=True)
class HttpTexts:
    """Posts to a simulator."""

    url: str

    def send(self, sms: Sms) -> None:
        body = {"number": sms.number, "text": sms.text, "dry_run": not sms.really}
        requests.post(self.url, json=body, timeout=TIMEOUT).raise_for_status()
