"""The API's reads beside the case itself: what helps to answer it. What they say is put together in `reading.py`."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.escalate import reading
from functions.escalate.api import Number, answers, api, case_id, desk_here, signed_in
from functions.escalate.reading import CallsAnswer, CannedAnswer, LookAnswer
from functions.shared.conversation.cases import Team

MAY_REFUSE = ("400", "403", "404", "503")
_Taker = Annotated[Team | None, Query(description="The team that takes the case over, for what names it.")]
_Asked = Annotated[str, Query(min_length=1, max_length=200, description="A subject, as customers call it.")]
_Message = Annotated[str, Path(description="The id of the message that came with the picture.")]
_IMAGES: Any = {
    "description": "The picture, which is kept nowhere.",
    "content": {kind: {} for kind in ("image/gif", "image/jpeg", "image/png", "image/webp")},
}


@api.get(
    "/desk/api/canned",
    operation_id="canned",
    summary="Read the replies of a case's team to begin an answer with.",
    responses=answers(CannedAnswer, *MAY_REFUSE),
)
def _canned(
    case: Annotated[str, Query(description="The case's id, or its number.")], to: _Taker = None
) -> CannedAnswer:
    return reading.replies_to_begin_with(desk_here(), signed_in(), case_id(case), to)


@api.get(
    "/desk/api/look",
    operation_id="look",
    summary="Look up what the bot itself says on a subject.",
    responses=answers(LookAnswer, "400", "403", "503"),
)
def _look(q: _Asked) -> LookAnswer:
    signed_in()
    return reading.what_is_known(desk_here(), q)


@api.get(
    "/desk/api/cases/<id>/calls",
    operation_id="calls",
    summary="Read when the customer can be rung.",
    responses=answers(CallsAnswer, *MAY_REFUSE),
)
def _calls(id: Number) -> CallsAnswer:  # noqa: A002 - the document's word
    return reading.times_for_a_call(desk_here(), signed_in(), case_id(id))


def _picture(id: Number, n: _Message) -> Response[Any]:  # noqa: A002 - the document's word
    found = reading.picture_of(desk_here(), signed_in(), case_id(id), n)
    return Response(200, found.media_type, found.content, headers={"x-content-type-options": "nosniff"})


# What has no type to Powertools it leaves as it is: bytes are none that it could validate.
del _picture.__annotations__["return"]
api.get(
    "/desk/api/cases/<id>/picture/<n>",
    operation_id="picture",
    summary="See the picture that came with a message.",
    responses={**answers(CannedAnswer, *MAY_REFUSE), 200: _IMAGES},
)(_picture)
