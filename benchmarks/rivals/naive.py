"""A bot in one file, as one would write it in an afternoon. It loses what fails, and answers twice what X repeats."""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

import boto3
import requests
import tweepy  # type: ignore[import-untyped]
from pydantic import BaseModel


class Dm(BaseModel):
    id: str
    sender: str
    text: str


class ToStub(requests.Session):
    """Goes to the machine that measures."""

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        return super().request(method, url.replace("https://api.twitter.com", os.environ["X_API_URL"]), *args, **more)


SECRET = os.environ.get("CONSUMER_SECRET", "")
table = boto3.resource("dynamodb", region_name="eu-west-2").Table("accounts")
x = tweepy.Client(consumer_key="k", consumer_secret="s", access_token="t", access_token_secret="ts")  # noqa: S106
x.session = ToStub()


def lambda_handler(event: Any, _context: Any) -> dict[str, Any]:
    for dm in read(event):
        answer(dm)
    return {"statusCode": 200, "body": "{}"}


def read(event: Any) -> list[Dm]:
    raw = event["body"].encode()
    digest = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(event["headers"]["x-twitter-webhooks-signature"], f"sha256={digest}"):
        return []
    return [
        Dm(id=one["id"], sender=one["message_create"]["sender_id"], text=one["message_create"]["message_data"]["text"])
        for one in json.loads(raw)["direct_message_events"]
    ]


def answer(dm: Dm) -> None:
    if "#data" in dm.text:
        line = table.get_item(Key={"account_id": "demo-0001", "part": "line#1"}).get("Item", {})
        x.create_direct_message(participant_id=dm.sender, text=f"You have used {line.get('allowances')} of your data.")
