"""The desk's API, `/desk/api/...`: what is asked, by whom, and how it is refused. What is done is in `desk_api.py`."""

import base64
import json
from hashlib import sha256
from typing import Annotated, Any
from uuid import uuid4

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import BaseModel
from pydantic_core import from_json

from functions.escalate.contract import REFUSALS, CaseAnswer, ClaimRequest, ErrorAnswer, NextRequest, ShowAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.lists import CasesAnswer, UnseenAnswer, View, cases_listed, cases_unseen
from functions.escalate.me import MeAnswer, me
from functions.escalate.registry import Act, acts
from functions.escalate.search import cases_found
from functions.escalate.shift_end import HandoverAnswer, HandoverRequest, hand_over
from functions.escalate.who import staff_in
from functions.shared.aws import clock, telemetry
from functions.shared.conversation import cases, presence
from functions.shared.conversation.cases import Team


def _read(body: str) -> Any:
    """Read JSON as strictly as our models do: half of a character, for one, is in no row of DynamoDB."""
    try:
        return from_json(body)
    except (ValueError, TypeError) as error:  # the latter: half of a character in the text itself
        raise json.JSONDecodeError(str(error), "", 0) from None


api = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=_read)
_api: Any = api  # for what of it has no types

Number = Annotated[str, Path(description="The case's id, or its number.", examples=["7KD-2MX"])]
Cursor = Annotated[
    str | None,
    Query(pattern="^[!-~]{1,200}$", description="`older` of the page before: a long case has several."),
]


def served(event: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """Answer what API Gateway brings. Raises what AWS and X raise."""
    _api.append_context(desk=desk)
    answer: dict[str, Any] = _api.resolve(event | _body_as_json(event), None)
    return answer


def _body_as_json(event: dict[str, Any]) -> dict[str, Any]:
    """Read every body as JSON, whatever it says it is: Powertools fails at forms and bytes that are none."""
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode(errors="surrogateescape")
    return {"headers": headers | {"content-type": "application/json"}, "body": body, "isBase64Encoded": False}


def answers(answer: type[BaseModel], *refusals: str) -> dict[int, Any]:
    """Describe for the document what an operation answers, and with which status it may refuse."""
    every = {"200": ("Done.", answer), **{status: REFUSALS[status] for status in refusals}}
    return {
        int(status): {"description": words, "content": {"application/json": {"model": model}}}
        for status, (words, model) in every.items()
    }


def desk_here() -> Desk:
    found: Desk = api.context["desk"]
    return found


def signed_in() -> Staff:
    """Return who asks, and remember that they are there."""
    staff = staff_in(api.current_event.raw_event)
    presence.note(desk_here().sender.store, (*staff.teams, "urgent"), clock.now())
    return staff


def case_id(number: str) -> str:
    """What can be no case's number is not looked for."""
    found = cases.id_of(number)
    if found is None:
        raise Refusal(404, ErrorAnswer(error="There is no case of this number."))
    return found


@api.post(
    "/desk/api/next",
    operation_id="next",
    summary="Claim the next case.",
    responses={204: {"description": "Nothing waits.", "content": {}}, **answers(CaseAnswer, "400", "409", "503")},
)
def next_case(request: Annotated[NextRequest, Body()]) -> CaseAnswer | None:
    staff = signed_in()
    answer = desk_here().next(staff, request.request_id)
    telemetry.info("asked for the next case", staff=staff.id, case=answer.case.id if answer else None)
    return answer


@api.get(
    "/desk/api/cases/<id>",
    operation_id="show",
    summary="Read a case.",
    responses=answers(ShowAnswer, "400", "403", "404", "503"),
)
def show(id: Number, cursor: Cursor = None) -> ShowAnswer:  # noqa: A002 - the document's word
    return desk_here().show(signed_in(), case_id(id), cursor)


@api.get("/desk/api/me", operation_id="me", summary="Who one is, and what waits.", responses=answers(MeAnswer, "503"))
def who_is_here() -> MeAnswer:
    return me(desk_here(), signed_in())


@api.get(
    "/desk/api/cases",
    operation_id="cases",
    summary="A list of cases, or those of a customer who is looked for.",
    responses=answers(CasesAnswer, "400", "403", "503"),
)
def list_cases(
    view: Annotated[View, Query()] = "line",
    team: Annotated[Team | None, Query()] = None,
    q: Annotated[
        str | None, Query(min_length=1, max_length=60, description="A case's number, a handle or an X id.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=2000, description="Of the page before.")] = None,
) -> CasesAnswer:
    staff = signed_in()
    if q is None:
        return cases_listed(desk_here(), staff, view, team, cursor)
    return cases_found(desk_here(), staff, q, str(uuid4()))


@api.get(
    "/desk/api/unseen",
    operation_id="unseen",
    summary="Skim what nobody has read.",
    responses=answers(UnseenAnswer, "503"),
)
def skim() -> UnseenAnswer:
    return cases_unseen(desk_here(), signed_in())


@api.post(
    "/desk/api/handover",
    operation_id="handover",
    summary="Hand cases on.",
    responses=answers(HandoverAnswer, "400", "403", "503"),
)
def end_of_shift(request: Annotated[HandoverRequest, Body()]) -> HandoverAnswer:
    staff = signed_in()
    answer = hand_over(desk_here(), staff, request)
    telemetry.info("handed cases on", staff=staff.id, handed=answer.handed, left=len(answer.left))
    return answer


def serve[Asked: ClaimRequest](act: Act[Asked]) -> None:
    """Let an act be asked for."""

    def does(id: str, request: Asked) -> BaseModel:  # noqa: A002 - the document's word
        staff, case = signed_in(), case_id(id)
        answer = act.does(desk_here(), staff, case, request)
        telemetry.info("worked on a case", staff=staff.id, case=case, operation=act.name, request=request.request_id)
        return answer

    does.__annotations__ = {"id": Number, "request": Annotated[act.request, Body()], "return": act.answer}
    route = api.post(
        f"/desk/api/cases/<id>/{act.name}",
        operation_id=act.name,
        summary=act.request.__doc__,
        responses=answers(act.answer, *act.refusals),
    )
    route(does)


for _act in acts().values():
    serve(_act)


# ---- how it is said ----


def _kept_by_nobody(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """What is answered is about somebody: no cache keeps it. Where nothing has changed, nothing is said again."""
    response = next_middleware(app)
    response.headers["cache-control"] = "no-store"
    if app.current_event.http_method == "GET" and response.is_json():
        tag = f'"{sha256(json.dumps(response.body).encode()).hexdigest()[:32]}"'
        response.headers["etag"] = tag
        if app.current_event.headers.get("if-none-match") == tag:
            response.status_code, response.body = 304, ""
    if response.body is None:
        response.status_code, response.body = 204, ""
    return response


api.use([_kept_by_nobody])


def _said(status: int, answer: BaseModel) -> Response[str]:
    return Response(status, "application/json", answer.model_dump_json(), headers={"cache-control": "no-store"})


def refused(refusal: Refusal) -> Response[str]:
    return _said(refusal.status, refusal.answer)


def makes_no_sense(error: RequestValidationError) -> Response[str]:
    return _said(400, ErrorAnswer(error=what_is_wrong(error.errors()[0])))


@api.not_found
def nothing_here(_error: NotFoundError) -> Response[str]:
    asked = api.current_event
    return _said(404, ErrorAnswer(error=f"There is no {asked.http_method} {asked.path} here."))


def what_is_wrong(mistake: dict[str, Any]) -> str:
    """Say what the first mistake is, without quoting what was sent."""
    field = ".".join(map(str, mistake["loc"][1:]))
    match mistake["type"]:
        case "json_invalid" | "model_type" | "model_attributes_type":
            return "Send a JSON object."
        case _ if field == "cursor":
            return "There is no such page: take `older` of the one before as `cursor`."
        case "missing":
            return f"The field {field} is missing."
        case "extra_forbidden":
            return "There is a field that this request does not have."
        case _ if field == "request_id":
            return "The field request_id takes 1 to 64 letters, digits, - or _, and not digits alone."
        case "string_pattern_mismatch":
            return f"The field {field} is blank."
    return f"The field {field} is not right: {mistake['msg'][0].lower()}{mistake['msg'][1:]}."


_api.exception_handler(Refusal)(refused)
_api.exception_handler(RequestValidationError)(makes_no_sense)
