"""The desk: who has which case, and how what they do with it is written. Each act is one transaction, done once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from functions.escalate import views
from functions.escalate.brief import brief
from functions.escalate.contract import (
    CaseAnswer,
    ClaimRequest,
    ErrorAnswer,
    ShowAnswer,
    ShownAccount,
    WroteAnswer,
)
from functions.shared.aws.rows import TEXTS_KEPT, case_id_in, lines_of, question_key, request_key, request_row, saw_key
from functions.shared.aws.store import Cancelled, Put
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.carrier.accounts import Account, Line
from functions.shared.conversation import cases, conversations, promises
from functions.shared.conversation.cases import Case, NotYours, Team
from functions.shared.conversation.conversations import TRIES, Contended, Conversation, load
from functions.shared.conversation.customers import Link
from functions.shared.conversation.linking import Keyed
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery.sender import Sender
from functions.shared.wording import saying
from functions.shared.x.ids import NO_X_ID
from functions.shared.x.media import Picture

IN_LINES, LOOKED_AT = 8, 4
"""Rows of the index that one `next` reads of its lines together, and cases that it then looks at, earliest due first.

With as many who have just answered this person that is 20 rows, however long the lines are. Whoever loses these to
others who press it at the same moment looks again.
"""
Role = Literal["agent", "supervisor"]
FASTER = 5
"""So often others may be faster before the tickets are asked."""


@dataclass(frozen=True)
class Staff:
    """Somebody at the desk. Urgent cases are everybody's, so `teams` does not name that line."""

    id: str
    teams: tuple[Team, ...]
    role: Role = "agent"
    sign: str | None = None
    """What their answers end with."""
    languages: tuple[str, ...] = ()

    def serves(self, case: Case) -> bool:
        return case.team == "urgent" or case.team in self.teams


LOCKED_NOW = "Account details are off in this chat: nothing of the account until the lock is undone."
NOT_PROVEN = "Not verified: the customer has not proven whose account it is."


class Refusal(Exception):
    """What was asked is not done; `answer` says why, to a person."""

    def __init__(self, status: int, answer: ErrorAnswer) -> None:
        self.status = status
        self.answer = answer
        super().__init__(answer.error)


class Repeated(Exception):
    """This request has been done before."""


@dataclass(frozen=True)
class Desk:
    """`account` reads what staff may see of a linked line, `brand` the brand's facts."""

    sender: Sender
    account: Callable[[Link], ShownAccount]
    brand: Callable[[], Brand]
    linked: Callable[[Link], tuple[Account, Line] | None]
    """Reads the account and the line that a link proves; None where it proves nothing now."""
    keyed: Keyed
    catalogue: Callable[[], Catalogue]
    picture: Callable[[str | None], Picture]
    """Fetches what a customer attached. Raises NotShown."""

    def next(self, staff: Staff, request_id: str) -> CaseAnswer | None:
        """Claim what is most pressing of what this person may take; None if nothing waits.

        Urgent cases come first, then those whose customer has just answered this person, then the earliest due time.
        What waits for another person comes last, but it comes: a customer is better served than the right colleague.
        """
        try:
            self._refuse_repeated(staff, request_id)
            claimed = (
                self._from_line(staff, request_id, ("urgent",))
                or self._claim_first(staff, request_id, self._back_to(staff))
                or self._from_line(staff, request_id, staff.teams)
            )
        except Repeated:
            claimed = self._claimed_before(staff, request_id)
        return self.answer(claimed) if claimed else None

    def rehearse(self) -> None:
        """Read what a first `next` reads, of nobody: what it needs is there after that."""
        self.sender.store.waiting("urgent", up_to=1)
        load(self.sender.store, NO_X_ID)
        self.brand()

    def show(self, staff: Staff, case_id: str, cursor: str | None = None) -> ShowAnswer:
        """Read the newest page of what was said in a case, or an older one."""
        case = self.case_for(staff, case_id)
        conversation = load(self.sender.store, case.customer)
        customer = conversation.customer
        entries, before = views.page(conversations.newest_entries(self.sender.store, case.id, cursor))
        replies = conversations.replies_of(self.sender.store, case.customer, map(views.reply_id, entries))
        link = customer.link
        verified = link if link and not link.unused(self.sender.now()) and not conversation.locked else None
        return ShowAnswer(
            case=views.shown_case(case, customer),
            card=views.card(case.kind, self.brand),
            entries=tuple(views.shown_entry(entry, replies.get(views.reply_id(entry)), customer) for entry in entries),
            older=conversations.cursor_of(case.id, before) if before else None,
            account=self._account(staff, case, verified) if verified else ShownAccount(verified=False),
            brief=None if cursor else brief(self.sender.store, case, entries, self.sender.now(), self.brand),
        )

    def _account(self, staff: Staff, case: Case, link: Link) -> ShownAccount:
        """Read what may be seen of an account; that it is seen is in the audit first, once for each claim."""
        shown = self.account(link)
        if shown.verified:
            self._audit_seen(staff, case)
        return shown

    def _audit_seen(self, staff: Staff, case: Case) -> None:
        key, store, now = saw_key(staff.id, case.id, case.fence), self.sender.store, self.sender.now()

        def seen(current: Conversation) -> Conversation | None:
            if store.get(*key):
                return None
            return replace(current, writes=(Put(key.row({}, until=now + TEXTS_KEPT), expected=0),))

        did = f"saw the account, case {case.id}, fence {case.fence}"
        conversations.change(store, case.customer, seen, by=staff.id, did=did, now=now)

    def proven(self, current: Conversation) -> tuple[Account, Line]:
        """Return what a customer has proven to be theirs. Raises Refusal where nothing of it may be touched."""
        link = current.customer.link
        if current.locked:
            raise Refusal(403, ErrorAnswer(error=LOCKED_NOW))
        found = self.linked(link) if link and not link.unused(self.sender.now()) else None
        if found is None:
            raise Refusal(403, ErrorAnswer(error=NOT_PROVEN))
        return found

    def looked_at(self, staff: Staff, case: Case, current: Conversation) -> tuple[Account, Line]:
        """As `proven`, for somebody who reads it: that is in the audit, once for each claim."""
        found = self.proven(current)
        self._audit_seen(staff, case)
        return found

    def act(
        self,
        staff: Staff,
        case_id: str,
        request: ClaimRequest,
        did: str,
        change: Callable[[Conversation, Case], Conversation],
        *,
        claimed: bool = True,
    ) -> Case:
        """Change a case under a claim and return it as it stands; a request that was done before changes nothing.

        `change` makes a new conversation of the one that was read. Where the case need not be `claimed`, its fence
        says that it has not changed hands since it was seen. Raises Refusal.
        """
        for _ in range(TRIES):
            if self._done_before(staff, case_id, request, did):
                return self._read(case_id)
            case = self.case_for(staff, case_id)
            before = load(self.sender.store, case.customer)
            current = before.case if before.case and before.case.id == case_id else case
            try:
                held = self._owned(current, staff, request.fence) if claimed else self._as_seen(current, request.fence)
                changed = change(before, held)
            except Refusal:
                # The same request may have been done while this one was read.
                if self._done_before(staff, case_id, request, did):
                    continue
                raise
            digest, now = request.digest(), self.sender.now()
            done = request_row(staff.id, request.request_id, did, current.id, current.fence, now, digest=digest)
            try:
                after = self.sender.commit(
                    before, replace(changed, writes=(*changed.writes, done)), by=staff.id, did=did
                )
            except Cancelled:
                continue
            return after.case or current
        raise Contended

    def _owned(self, case: Case, staff: Staff, fence: int) -> Case:
        now = self.sender.now()
        try:
            return cases.owned(case, staff.id, fence, now)
        except NotYours as error:
            raise Refusal(409, views.lost(case, now, self.brand)) from error

    def _as_seen(self, case: Case, fence: int) -> Case:
        if case.fence != fence or case.state in ("RESOLVED", "UNREADABLE"):
            raise Refusal(409, views.lost(case, self.sender.now(), self.brand))
        return case

    def _read(self, case_id: str) -> Case:
        case = conversations.case_of(self.sender.store, case_id)
        if case is None:
            raise Refusal(404, ErrorAnswer(error=f"There is no case {case_id}."))
        return case

    def case_for(self, staff: Staff, case_id: str) -> Case:
        """Return a case that this person may read. Raises Refusal."""
        case = self._read(case_id)
        if not (staff.serves(case) or case.owner == staff.id or self.asked(case, staff.teams)):
            raise Refusal(403, ErrorAnswer(error=f"Case {case.number} is for the {case.team} team."))
        return case

    def asked(self, case: Case, teams: Iterable[Team]) -> list[Team]:
        """Return the teams of these whom the case's owner has asked something that is not answered yet."""
        keys = {question_key(case.id, team): team for team in teams}
        found = self.sender.store.by_key([*keys])
        return [team for key, team in keys.items() if key in found]

    def answer(self, case: Case) -> CaseAnswer:
        return CaseAnswer(case=views.shown_case(case, load(self.sender.store, case.customer).customer))

    def due_at(self, team: Team) -> datetime:
        """Return when a person has to have answered what comes into a team's line now."""
        waiting = self.sender.store.waiting(team, up_to=promises.COUNTED)
        return promises.due_at(team, self.sender.now(), self.brand(), waiting)

    def replies(self, x_id: str, reply_id: str) -> dict[str, Outgoing]:
        return conversations.replies_of(self.sender.store, x_id, [reply_id])

    # --- which case is next

    def _from_line(self, staff: Staff, request_id: str, teams: tuple[Team, ...]) -> Case | None:
        for _ in range(FASTER):
            waiting = self._in_line(staff, teams)
            if claimed := self._claim_first(staff, request_id, waiting):
                return claimed
            if not waiting:
                break
        return self._by_ticket(staff, request_id, teams)

    def _in_line(self, staff: Staff, teams: tuple[Team, ...]) -> list[Case]:
        """What waits in these lines, in the order of taking. The index may lag behind, so the rows are read."""
        now = self.sender.now()
        store = self.sender.store
        lines = lines_of(*teams)
        each = max(1, IN_LINES // len(lines))
        found = sorted((row for line in lines for row in store.line(line, each)), key=lambda row: str(row["due_at"]))
        looked_at = conversations.cases_of(store, map(case_id_in, found[:LOOKED_AT]))
        waiting = (case for case in looked_at if case.state == "NEW" and case.team in teams)
        return sorted(waiting, key=lambda case: (_waits_for_other(case, staff, now), case.due_at))

    def _back_to(self, staff: Staff) -> list[Case]:
        """What this person had before, and whose customer has answered a moment ago."""
        now = self.sender.now()
        store = self.sender.store
        found = conversations.cases_of(store, conversations.back_to(store, staff.id, LOOKED_AT))
        mine = (case for case in found if case.state == "NEW" and case.last_owner == staff.id and staff.serves(case))
        return sorted((case for case in mine if _is_back(case, now)), key=lambda case: case.due_at)

    def _by_ticket(self, staff: Staff, request_id: str, teams: tuple[Team, ...]) -> Case | None:
        """A ticket names a case that the index may not show yet. One whose case is taken is dropped.

        One that cannot be read waits for the release that has written it.
        """
        for team in teams:
            while ticket := self.sender.line.take_ticket(team):
                if ticket.case is None:
                    continue
                case = conversations.case_of(self.sender.store, ticket.case)
                claimed = self._claim(staff, request_id, case) if case and staff.serves(case) else None
                self.sender.line.done(ticket)
                if claimed:
                    return claimed
        return None

    def _claim_first(self, staff: Staff, request_id: str, waiting: Iterable[Case]) -> Case | None:
        for case in waiting:
            claimed = self._claim(staff, request_id, case)
            if claimed:
                # There are as many tickets as cases to take: this one's goes, whichever it is.
                self.sender.line.spend(claimed.team)
                return claimed
        return None

    def _claim(self, staff: Staff, request_id: str, case: Case) -> Case | None:
        """Make a waiting case this person's; None if somebody was faster."""
        now = self.sender.now()

        def claimed(current: Conversation) -> Conversation | None:
            self._refuse_repeated(staff, request_id)
            waiting = current.open_case
            if waiting is None or waiting.id != case.id or waiting.fence != case.fence or waiting.state != "NEW":
                return None
            mine = cases.claimed(waiting, staff.id, now)
            done = request_row(staff.id, request_id, "next", mine.id, mine.fence, now)
            return replace(current.with_case(mine), writes=(done,))

        saved = conversations.change(self.sender.store, case.customer, claimed, by=staff.id, did="claimed", now=now)
        return saved.case if saved else None

    # --- each request once

    def _refuse_repeated(self, staff: Staff, request_id: str) -> None:
        if self.sender.store.get(*request_key(staff.id, request_id)):
            raise Repeated

    def _claimed_before(self, staff: Staff, request_id: str) -> Case:
        """Return the case that this request took, while its claim lasts."""
        row = self.sender.store.get(*request_key(staff.id, request_id))
        if row is None or row["did"] != "next":
            raise used_otherwise()
        return self._owned(self._read(row["case"]), staff, int(row["fence"]))

    def _done_before(self, staff: Staff, case_id: str, request: ClaimRequest, did: str) -> bool:
        row = self.sender.store.get(*request_key(staff.id, request.request_id))
        if row is None:
            return False
        digest = request.digest()
        # Rows of releases before have no digest.
        if (row["did"], row["case"], row.get("digest", digest)) != (did, case_id, digest):
            raise used_otherwise()
        return True


def used_otherwise() -> Refusal:
    return Refusal(400, ErrorAnswer(error="This request id was used for something else: choose a new one."))


def refuse_unread(case: Case, seen: datetime | None, brand: Callable[[], Brand]) -> None:
    """Do nothing for somebody who has not read what the customer wrote last."""
    if seen and case.newest > seen:
        sentence = f"The customer wrote again at {saying.clock_time(case.newest, brand)}: read that first."
        raise Refusal(412, WroteAnswer(error=sentence, wrote_at=case.newest))


def _is_back(case: Case, now: datetime) -> bool:
    return case.back_until is not None and case.back_until > now


def _waits_for_other(case: Case, staff: Staff, now: datetime) -> bool:
    return _is_back(case, now) and case.last_owner not in (None, staff.id)
