"""The desk's lists: what somebody has, what waits in their teams, whose turn it is at the customer's, what has ended.

They come from the index of lines, which may lag behind by a moment; each case is then read as it is.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched, islice
from typing import Literal

from pydantic import Field

from functions.escalate import views
from functions.escalate.contract import Answer, ErrorAnswer, ShownCase
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.shared.aws.rows import (
    asked_of,
    case_id_in,
    case_key,
    done_of,
    lines_of,
    mine_of,
    profile_key,
    question_key,
    waiting_of,
    words_key,
)
from functions.shared.aws.store import Item
from functions.shared.conversation import conversations
from functions.shared.conversation.cases import Case, CaseState, Team, is_id

PAGE = 50
FIRST_WORDS = 120
"""Signs of what the customer said last, enough to choose by."""
TO_SKIM = 200
"""Enough to see what no rule has."""
SKIMMED = 10
LOOKED_THROUGH = 200
"""Rows of each line: who has skimmed so many is told of no more."""

NO_PAGE = "There is no such page: take the `cursor` of the one before."

View = Literal["mine", "line", "waiting", "done", "asked"]

STATES: dict[View, CaseState] = {
    "mine": "CLAIMED",
    "line": "NEW",
    "waiting": "WAITING_CUSTOMER",
    "done": "RESOLVED",
}
"""What has to be true of a case now to be in a list; that its team was asked something is of a case in any state."""


class ListedCase(ShownCase):
    first_words: str = Field(description="What the customer said last: 120 signs in a list, 200 to skim.")
    unseen: bool = Field(description="Nobody has opened it since.")


class CasesAnswer(Answer):
    cases: tuple[ListedCase, ...] = Field(
        description="50 at most, in the order of taking; what has ended, latest first."
    )
    cursor: str | None = Field(description="Asks for the next page; null = this is the last.")


class UnseenAnswer(Answer):
    cases: tuple[ListedCase, ...] = Field(description="Ten at most of those that nobody has, in the order of taking.")


@dataclass(frozen=True)
class PageEnd:
    """The last row that was shown of each line: when it is due, and which case it is."""

    of: dict[str, tuple[str, str]]

    @classmethod
    def at(cls, cursor: str | None) -> "PageEnd":
        """Raises Refusal for what is no cursor of ours."""
        try:
            found = json.loads(base64.urlsafe_b64decode(cursor)) if cursor else {}
            of = {str(line): (str(due_at), str(case_id)) for line, (due_at, case_id) in found.items()}
            if not all(due_at and is_id(case_id) for due_at, case_id in of.values()):
                raise ValueError
            return cls(of)
        except (ValueError, TypeError, AttributeError):
            raise Refusal(400, ErrorAnswer(error=NO_PAGE)) from None

    @property
    def cursor(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(self.of, separators=(",", ":")).encode()).decode()

    def row(self, line: str) -> Item | None:
        due_at, case_id = self.of.get(line, ("", ""))
        team = line.removeprefix(asked_of(""))
        key = case_key(case_id) if team == line else question_key(case_id, team)
        return key.row({"line": line, "due_at": due_at}) if case_id else None


def cases_listed(
    desk: Desk, staff: Staff, view: View, team: Team | None = None, cursor: str | None = None
) -> CasesAnswer:
    """Return a page of a list, within somebody's teams. Raises Refusal."""
    lines, before, last_first = _lines(staff, view, team), PageEnd.at(cursor), view == "done"
    store = desk.sender.store
    rows = [row for line in lines for row in store.line(line, PAGE + 1, before.row(line), latest_first=last_first)]
    rows.sort(key=_due_at if last_first else _pressing, reverse=last_first)
    page = rows[:PAGE]
    end = PageEnd(before.of | {str(row["line"]): (_due_at(row), case_id_in(row)) for row in page})
    cases = conversations.cases_of(store, map(case_id_in, page))
    there = [case for case in cases if (case.state == STATES[view] if view in STATES else case.open)]
    return CasesAnswer(cases=tuple(shown_in_list(desk, there)), cursor=end.cursor if len(rows) > PAGE else None)


def cases_unseen(desk: Desk, staff: Staff) -> UnseenAnswer:
    """Return the first of what waits in somebody's teams that nobody has opened since its customer said something."""
    store = desk.sender.store
    rows = [row for line in lines_of("urgent", *staff.teams) for row in store.line(line, LOOKED_THROUGH)]
    rows.sort(key=_pressing)
    found = (
        case
        for some in batched(rows, PAGE, strict=False)
        for case in conversations.cases_of(store, map(case_id_in, some))
        if case.state == "NEW" and views.is_unseen(case)
    )
    return UnseenAnswer(cases=tuple(shown_in_list(desk, islice(found, SKIMMED), TO_SKIM)))


def _pressing(row: Item) -> tuple[bool, str]:
    """In the order of taking: what is urgent first, then what is due first."""
    return not str(row["line"]).startswith("urgent"), _due_at(row)


def _due_at(row: Item) -> str:
    return str(row["due_at"])


def _lines(staff: Staff, view: View, team: Team | None) -> list[str]:
    if team and team not in ("urgent", *staff.teams):
        raise Refusal(403, ErrorAnswer(error=f"You do not serve the {team} team."))
    teams: tuple[Team, ...] = (team,) if team else ("urgent", *staff.teams)
    match view:
        case "mine":
            return [mine_of(staff.id)]
        case "line":
            return lines_of(*teams)
        case "asked":
            return [asked_of(one) for one in teams]
        case "waiting":
            return [waiting_of(one) for one in teams]
        case "done":
            return [done_of(one) for one in teams]


def shown_in_list(desk: Desk, cases: Iterable[Case], signs: int = FIRST_WORDS) -> Iterator[ListedCase]:
    """Read in one call what lists show beside the cases: whose they are, and what was said last."""
    cases = list(cases)
    words = {case.id: words_key(case.id, case.said_last) for case in cases if case.said_last}
    profiles = {case.id: profile_key(case.customer) for case in cases}
    found = desk.sender.store.by_key([*dict.fromkeys(profiles.values()), *words.values()])
    for case in cases:
        customer = conversations.customer_of(case.customer, found.get(profiles[case.id]))
        said = found.get(words[case.id], {}) if case.id in words else {}
        yield ListedCase(
            **views.shown_case(case, customer).model_dump(),
            first_words=" ".join(str(said.get("text", "")).split())[:signs],
            unseen=views.is_unseen(case),
        )
