"""API Gateway calls this for `/desk` and `/desk/api/...`. Who is asking has been verified by its authorizer."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from functions.escalate import account_column, page
from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, NextRequest
from functions.escalate.desk_api import Desk, Refusal, Role, Staff
from functions.escalate.registry import Act, acts
from functions.shared import wiring
from functions.shared.aws import clock, settings, start, telemetry
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation import cases, presence
from functions.shared.conversation.cases import TEAMS
from functions.shared.conversation.conversations import Contended
from functions.shared.x.keyed_messenger import KeyedMessenger

SUPERVISOR = "supervisor"
"""The group, or the role, that serves every team."""

_CURSOR = re.compile(r"[!-~]{1,200}")

type Response = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Settings(wiring.SenderSettings):
    accounts_table: str
    catalogue_table: str
    sign_in_issuer: str = ""
    sign_in_audience: str = ""


@start.kept_warm
@telemetry.observed
def lambda_handler(event: dict[str, Any], _context: object) -> Response:
    try:
        return dispatched(event)
    except Refusal as refusal:
        return as_json(refusal.status, refusal.answer)
    except Unreadable as missing:
        telemetry.error("the desk lacks a fact of the brand", missing)
        return as_json(503, ErrorAnswer(error="A fact of the brand that this needs is missing: ask whoever runs this."))
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
            return page.first((event.get("headers") or {}).get("if-none-match"))
        case "GET", "desk", "page", version, name if answer := page.file(version, name):
            return answer
        case "GET", "desk", "sign-in.json":
            return sign_in()
        case "POST", "desk", "api", "next":
            return next_case(signed_in(event), read_request(event, NextRequest))
        case "GET", "desk", "api", "cases", number:
            return as_json(200, desk().show(signed_in(event), case_id(number), cursor_in(event)))
        case "POST", "desk", "api", "cases", number, name if act := acts().get(name):
            return done(act, signed_in(event), case_id(number), read_request(event, act.request))
    raise Refusal(404, ErrorAnswer(error=f"There is no {http['method']} {http['path']} here."))


def sign_in() -> Response:
    """Say where staff sign in, to whoever asks: it is no secret."""
    ours = _settings()
    if not ours.sign_in_issuer:
        raise Refusal(404, ErrorAnswer(error="Nobody signs in here: the demo's names are the tokens."))
    said = {"issuer": ours.sign_in_issuer, "client": ours.sign_in_audience}
    return {"statusCode": 200, "headers": JSON, "body": json.dumps(said)}


def next_case(staff: Staff, request: NextRequest) -> Response:
    answer = desk().next(staff, request.request_id)
    telemetry.info("asked for the next case", staff=staff.id, case=answer.case.id if answer else None)
    return as_json(200, answer) if answer else {"statusCode": 204}


def done[Asked: ClaimRequest](act: Act[Asked], staff: Staff, case: str, request: Asked) -> Response:
    answer = act.does(desk(), staff, case, request)
    telemetry.info("worked on a case", staff=staff.id, case=case, operation=act.name, request=request.request_id)
    return as_json(200, answer)


def signed_in(event: dict[str, Any]) -> Staff:
    """Return who asks, and remember that they are there."""
    staff = staff_in(event)
    presence.note(desk().sender.store, (*staff.teams, "urgent"), clock.now())
    return staff


def staff_in(event: dict[str, Any]) -> Staff:
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    if not claims.get("sub"):
        raise Refusal(401, ErrorAnswer(error="Sign in first."))
    named = names_in(claims.get("teams") or claims.get("cognito:groups"))
    supervises = SUPERVISOR in named | names_in(claims.get("role"))
    teams = tuple(team for team in TEAMS if team in named or supervises)
    if not teams:
        raise Refusal(403, ErrorAnswer(error="You are in no team: ask whoever runs this to add you to one."))
    role: Role = "supervisor" if supervises else "agent"
    return Staff(str(claims["sub"]), tuple(team for team in teams if team != "urgent"), role)


def names_in(claim: object) -> set[str]:
    """Read the names in a claim: a list, or how others write one, `[billing general]` (API Gateway), `["billing"]`."""
    written = " ".join(map(str, claim)) if isinstance(claim, list) else str(claim or "")
    return {name.casefold() for name in re.split(r'[\s,;"\'\[\]]+', written) if name}


def case_id(number: str) -> str:
    """Take a case's number as people write it: 7kd-2mx is 7KD2MX. What can be none is not looked for."""
    written = number.replace("-", "").upper()
    if not cases.is_id(written):
        raise Refusal(404, ErrorAnswer(error="There is no case of this number."))
    return written


def cursor_in(event: dict[str, Any]) -> str | None:
    cursor: str | None = (event.get("queryStringParameters") or {}).get("cursor")
    if cursor and not _CURSOR.fullmatch(cursor):
        raise Refusal(400, ErrorAnswer(error="There is no such page: take `older` of the one before as `cursor`."))
    return cursor


def read_request[T: BaseModel](event: dict[str, Any], model: type[T]) -> T:
    body = event.get("body") or ""
    try:
        return model.model_validate_json(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except ValidationError as error:
        raise Refusal(400, ErrorAnswer(error=what_is_wrong(error))) from None


def what_is_wrong(error: ValidationError) -> str:
    """Say what the first mistake is, without quoting what was sent."""
    first = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    match first["type"]:
        case "json_invalid" | "model_type":
            return "Send a JSON object."
        case "missing":
            return f"The field {field} is missing."
        case "extra_forbidden":
            return "There is a field that this request does not have."
        case _ if field == "request_id":
            return "The field request_id takes 1 to 64 letters, digits, - or _, and not digits alone."
        case "string_pattern_mismatch":
            return f"The field {field} is blank."
    return f"The field {field} is not right: {first['msg'][0].lower()}{first['msg'][1:]}."


JSON = {"content-type": "application/json", "cache-control": "no-store"}


def as_json(status: int, answer: BaseModel) -> Response:
    return {"statusCode": status, "headers": JSON, "body": answer.model_dump_json()}


@cache
def _settings() -> Settings:
    return settings.read(Settings)


@cache
def desk() -> Desk:
    ours = _settings()
    dynamodb = settings.client("dynamodb")
    messenger = KeyedMessenger(partial(settings.secret, ours.x_user_secret_name), ours.x_api_url)

    def brand() -> Brand:
        return Catalogue.read(dynamodb, ours.catalogue_table, clock.now()).brand

    keyed = wiring.keyed(ours.code_key_secret_name)
    account = account_column.reader(dynamodb, ours.accounts_table, brand, clock.now)
    linked = account_column.reader_of_proven(dynamodb, ours.accounts_table)
    return Desk(wiring.sender_of(ours, settings.client, messenger, keyed), account, brand, linked, keyed)


start.prepare(lambda: desk().rehearse(), acts, NextRequest.model_rebuild, CaseAnswer.model_rebuild)
