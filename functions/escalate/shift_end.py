"""The end of a shift: somebody hands on what they have, or a supervisor what a colleague has who is not there."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import Answer, ClaimRequest, DeskRequest, ErrorAnswer, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff, used_otherwise
from functions.shared.aws.rows import TEXTS_KEPT, case_id_in, mine_of, request_key
from functions.shared.aws.store import Cancelled, Put
from functions.shared.conversation import cases, conversations, moves
from functions.shared.conversation.cases import TEAMS, Case, Entry, Team
from functions.shared.conversation.conversations import Conversation

AT_ONCE = 100
"""Cases of one request: each is a transaction of its own."""
LINE = "line"

Person = Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]


class HandedCase(Answer):
    id: Annotated[str, Field(min_length=1, max_length=20, description="Or its number.")]
    fence: int = Field(ge=1)
    brief: Annotated[SaidText | None, Field(description="What who works on has to know, kept as a note.")] = None


class HandoverRequest(DeskRequest):
    """Hand cases on."""

    to: Person = Field(description="A team, `line` (each goes to its own), or a colleague, who is asked first.")
    cases: Annotated[
        tuple[HandedCase, ...] | None, Field(max_length=AT_ONCE, description="Without: all that one has.")
    ] = None
    of: Annotated[Person | None, Field(description="Whose cases, if not one's own: a supervisor may say.")] = None


class LeftCase(Answer):
    id: str
    number: str
    why: str = Field(description="One sentence for a person.")


class HandoverAnswer(Answer):
    handed: int
    left: tuple[LeftCase, ...] = Field(description="What was not handed on.")


class _HandOn(ClaimRequest):
    to: str
    brief: str | None = None


def hand_over(desk: Desk, staff: Staff, request: HandoverRequest) -> HandoverAnswer:
    """Hand on each case, once. What is not handed on is said, and hinders none of the others. Raises Refusal."""
    if request.to == (request.of or staff.id):
        raise Refusal(400, ErrorAnswer(error="These cases are theirs already: name a team, `line` or somebody else."))
    if request.of and staff.role != "supervisor":
        raise Refusal(403, ErrorAnswer(error="Only a supervisor hands on what somebody else has."))
    named = request.cases if request.cases is not None else _all_of(desk, staff, request)
    refused = [(one, why) for one in named if (why := _handed(desk, staff, request, one))]
    left = [LeftCase(id=one.id, number=cases.case_number(one.id), why=why) for one, why in refused]
    return HandoverAnswer(handed=len(named) - len(left), left=tuple(left))


def _all_of(desk: Desk, staff: Staff, request: HandoverRequest) -> list[HandedCase]:
    """Return all that somebody had when this was asked first: asked again, it hands on nothing that came since."""
    store, key = desk.sender.store, request_key(staff.id, request.request_id)
    found = [HandedCase(id=case.id, fence=case.fence) for case in _claimed_by(desk, request.of or staff.id)]
    asked = {"did": "handed all on", "case": "", "fence": 0, "digest": request.digest()}
    row = key.row(asked | {"cases": [[one.id, one.fence] for one in found]}, until=desk.sender.now() + TEXTS_KEPT)
    try:
        store.commit([Put(row, expected=0)])
    except Cancelled:
        row = store.get(*key) or row
    if (row["did"], row.get("digest")) != (asked["did"], asked["digest"]):
        raise used_otherwise()
    return [HandedCase(id=case_id, fence=int(fence)) for case_id, fence in row["cases"]]


def _claimed_by(desk: Desk, person: str) -> Iterable[Case]:
    rows = desk.sender.store.line(mine_of(person), AT_ONCE)
    found = conversations.cases_of(desk.sender.store, map(case_id_in, rows))
    return (case for case in found if case.state == "CLAIMED" and case.owner == person)


def _handed(desk: Desk, staff: Staff, request: HandoverRequest, one: HandedCase) -> str | None:
    """Hand a case on; return why it is not, to a person."""
    case_id = cases.id_of(one.id) or one.id
    asked = _HandOn.model_construct(
        request_id=f"{request.request_id}-{case_id}", fence=one.fence, to=request.to, brief=one.brief
    )
    given, did = partial(_given, desk, staff, asked), f"handed on to {request.to}"
    try:
        desk.act(staff, case_id, asked, did, given, claimed=staff.role != "supervisor")
    except Refusal as refusal:
        return refusal.answer.error
    return None


def _given(desk: Desk, staff: Staff, asked: _HandOn, current: Conversation, case: Case) -> Conversation:
    now = desk.sender.now()
    team: Team | None = asked.to if asked.to in TEAMS else None
    person = None if team or asked.to == LINE else asked.to
    notes = (Entry(asked.request_id, "note", asked.brief, now, by=staff.id),) if asked.brief else ()
    return current.with_case(moves.handed_on(case, team, person, now), *notes)
