"""What somebody at the desk sees above everything: who they are, X's limit, their lines, what they have promised."""

from datetime import datetime

from pydantic import Field

from functions.escalate.contract import Answer
from functions.escalate.desk_api import Desk, Role, Staff
from functions.shared.aws.rows import case_id_in, lines_of, mine_of, send_clock
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import Team
from functions.shared.conversation.replies import KINDS
from functions.shared.delivery import budget

SHOWN_AT_MOST = 200
"""Of a line, and of what waits for X: beyond so many the figure says no more."""


class ShownStaff(Answer):
    id: str
    sign: str | None = Field(description="What their answers end with, as ^AB; null = nothing.")
    teams: tuple[Team, ...]
    languages: tuple[str, ...]
    role: Role


class ShownBudget(Answer):
    """What X lets us send, as staff may."""

    limit: int = Field(description="DMs in 15 minutes.")
    left: int
    resets_at: datetime | None = Field(description="When there is more; null = the window has not begun.")
    waiting: int = Field(description=f"Replies that wait, {SHOWN_AT_MOST} at most.")
    paused: str | None = Field(description="Why automated replies are held back.")


class ShownLine(Answer):
    waiting: int = Field(description=f"Cases that nobody has, {SHOWN_AT_MOST} at most.")
    earliest_due_at: datetime | None


class ShownPromise(Answer):
    id: str
    number: str
    due_at: datetime


class ShownShift(Answer):
    mine: int
    promises: tuple[ShownPromise, ...] = Field(description="What the customers of these were told, still to come.")


class MeAnswer(Answer):
    staff: ShownStaff
    budget: ShownBudget
    line: dict[Team, ShownLine]
    shift: ShownShift


def me(desk: Desk, staff: Staff) -> MeAnswer:
    teams: tuple[Team, ...] = ("urgent", *staff.teams)
    return MeAnswer(
        staff=ShownStaff(id=staff.id, sign=staff.sign, teams=teams, languages=staff.languages, role=staff.role),
        budget=_budget(desk),
        line={team: _line(desk, team) for team in teams},
        shift=_shift(desk, staff),
    )


def _budget(desk: Desk) -> ShownBudget:
    store, now = desk.sender.store, desk.sender.now()
    known = budget.load(store)
    left = known.room("staff", now)
    until = known.next_room("staff", now)
    resets_at = until if until > now else datetime.fromtimestamp(known.ends, now.tzinfo) if known.is_open(now) else None
    waiting = (len(store.due(send_clock(kind), until, SHOWN_AT_MOST)) for kind in KINDS) if known.waiting else ()
    return ShownBudget(
        limit=known.limit, left=left, resets_at=resets_at, waiting=min(SHOWN_AT_MOST, sum(waiting)), paused=known.paused
    )


def _line(desk: Desk, team: Team) -> ShownLine:
    rows = [row for line in lines_of(team) for row in desk.sender.store.line(line, SHOWN_AT_MOST)]
    earliest = min((datetime.fromisoformat(str(row["due_at"])) for row in rows), default=None)
    return ShownLine(waiting=min(SHOWN_AT_MOST, len(rows)), earliest_due_at=earliest)


def _shift(desk: Desk, staff: Staff) -> ShownShift:
    store, now = desk.sender.store, desk.sender.now()
    mine = conversations.cases_of(store, map(case_id_in, store.line(mine_of(staff.id), SHOWN_AT_MOST)))
    promised = [case for case in mine if case.promise and case.promise.kept is None and case.promise.by > now]
    promises = sorted(
        (ShownPromise(id=case.id, number=case.number, due_at=case.promise.by) for case in promised if case.promise),
        key=lambda promise: promise.due_at,
    )
    return ShownShift(mine=len(mine), promises=tuple(promises))
