"""Ask another team without giving the case away: a note, and a question in their line until one of them answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer, SaidText
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.aws.rows import asked_of, question_key
from functions.shared.aws.store import Put, stamp
from functions.shared.conversation.cases import Case, Entry, Team
from functions.shared.conversation.conversations import Conversation

_KEPT = timedelta(days=14)
"""As long as a ticket."""


class AskRequest(ClaimRequest):
    """Ask another team something. The case stays yours, and their answer comes as a note."""

    team: Team
    text: Annotated[SaidText, Field(description="What you want to know, kept as a note.")]


def ask_team(desk: Desk, staff: Staff, case_id: str, request: AskRequest) -> CaseAnswer:
    def asked(current: Conversation, case: Case) -> Conversation:
        _refuse(desk, case, request.team)
        now = desk.sender.now()
        question = Entry(request.request_id, "note", f"To the {request.team} team: {request.text}", now, by=staff.id)
        waits = {"version": 1, "line": asked_of(request.team), "due_at": stamp(desk.due_at(request.team))}
        row = question_key(case.id, request.team).row(waits, until=now + _KEPT)
        return replace(current.with_case(case, question), writes=(*current.writes, Put(row, expected=0)))

    case = desk.act(staff, case_id, request, f"asked {request.team}", asked)
    desk.sender.line.tell_of_question(case, request.team, desk.sender.now())
    return desk.answer(case)


def _refuse(desk: Desk, case: Case, team: Team) -> None:
    if team in (case.team, "urgent"):
        raise Refusal(400, ErrorAnswer(error=f"Case {case.number} is theirs already: ask another team."))
    if desk.asked(case, (team,)):
        raise Refusal(400, ErrorAnswer(error=f"The {team} team has not answered what you asked before."))


act = Act("ask", AskRequest, ask_team)
