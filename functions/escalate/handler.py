"""API Gateway calls this for `/desk` and `/desk/api/...`. Who is asking has been verified by its authorizer."""

import json
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from functions.escalate import api, page
from functions.escalate import reads as reads  # more routes
from functions.escalate.contract import CaseAnswer, ErrorAnswer, NextRequest
from functions.escalate.desk_api import Refusal
from functions.escalate.wired import Door, desk, door
from functions.escalate.wired import Settings as Settings
from functions.shared.aws import settings, start, telemetry
from functions.shared.brand.hours import UnclearHours
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.conversations import Contended

type Response = dict[str, Any]


@start.kept_warm
@telemetry.observed
def lambda_handler(event: dict[str, Any], _context: object) -> Response:
    try:
        return dispatched(event)
    except Refusal as refusal:
        return as_json(refusal.status, refusal.answer)
    except (Unreadable, UnclearHours) as missing:
        telemetry.error("the desk lacks a fact of the brand", missing)
        sentence = "A fact of the brand that this needs is missing, or makes no sense: ask whoever runs this."
        return as_json(503, ErrorAnswer(error=sentence))
    except settings.NoSecretYet:
        return as_json(503, ErrorAnswer(error="This desk opens once X's keys are there: tweetserve x login."))
    except (ClientError, BotoCoreError, Contended) as failure:
        telemetry.error("the desk could not do what was asked", failure)
        telemetry.count("DeskUnavailable")
        error = "That did not work just now: try again, with the same request id."
        return as_json(503, ErrorAnswer(error=error)) | {"headers": JSON | {"retry-after": "1"}}


def dispatched(event: dict[str, Any]) -> Response:
    http = event["requestContext"]["http"]
    match http["method"], *http["path"].strip("/").split("/"):
        case "GET", "desk":
            return page.first((event.get("headers") or {}).get("if-none-match"), *signs_in_at(door()))
        case "GET", "desk", "page", version, name if answer := page.file(version, name):
            return answer
        case "GET", "desk", "sign-in.json":
            return sign_in()
        case _, "desk", "api", *_:
            return api.served(event, desk())
    raise Refusal(404, ErrorAnswer(error=f"There is no {http['method']} {http['path']} here."))


def sign_in() -> Response:
    """Say where staff sign in, to whoever asks: it is no secret."""
    ours = door()
    if not ours.sign_in_issuer:
        raise Refusal(404, ErrorAnswer(error="Nobody signs in here: the demo's names are the tokens."))
    said = {"issuer": ours.sign_in_issuer, "client": ours.sign_in_audience}
    return {"statusCode": 200, "headers": JSON, "body": json.dumps(said)}


def signs_in_at(ours: Door) -> list[str]:
    """Name what the page may reach to sign staff in."""
    issuer = urlsplit(ours.sign_in_issuer).netloc
    return [f"https://{host}" for host in dict.fromkeys((issuer, *ours.sign_in_hosts.split())) if host]


JSON = {"content-type": "application/json", "cache-control": "no-store"}


def as_json(status: int, answer: BaseModel) -> Response:
    return {"statusCode": status, "headers": JSON, "body": answer.model_dump_json()}


start.prepare(NextRequest.model_rebuild, CaseAnswer.model_rebuild)
