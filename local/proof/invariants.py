"""The invariants, each as one function over what was asked, what was delivered and what is stored.

They look at the service from outside: at X's side of the chat, and at the rows and their audit.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from functions.shared.aws.rows import (
    AUDIT,
    CASE,
    CREDITS_PK,
    DM,
    ENTRY,
    PROFILE,
    REPLY,
    customer_pk,
    id_in,
    kind_in,
    lines_of,
    version_in,
    x_id_in,
)
from functions.shared.wording.normal import compared

type Row = dict[str, Any]

UNSETTLED = {"PENDING", "SENDING", "UNKNOWN"}
UPDATED_IN_TIME = timedelta(minutes=10)
"""Whoever was told a time this long before is owed an update before it breaks."""
UNSEEN = timedelta(minutes=20)
"""A case has its ticket by then, though two functions in a row are paused."""
LONGEST_LINE = 200
"""Cases behind which no time that is told would be honest."""
AN_HOUR = timedelta(hours=1)
A_WINDOW = timedelta(minutes=15)
SOON = timedelta(minutes=3)
"""What X has room for has left by then."""
BY_ITSELF = {"bot", "tick", "dead letters", "line", "x"}
"""Who changes conversations without being a person."""
A_MINUTE = timedelta(seconds=75)
"""And what a tick takes."""
ENDS_A_CALL = ("rang", "call ", "resolved", "closed")
"""What staff do that ends a call which was promised: to ring, to call it off or promise another, to end its case."""
DISPOSITIONS = {"answered", "escalated", "joined", "suppressed", "ignored"}


@dataclass(frozen=True)
class Chat:
    """One DM of ours that a customer can read."""

    customer: str
    text: str
    dm: str = "0"
    left: int | None = None
    """How many more X took in its window, where that is known."""


@dataclass(frozen=True)
class Erased:
    """Who was erased: the newest DM of theirs until then, and the newest of ours."""

    theirs: str
    ours: str


@dataclass(frozen=True)
class Paused:
    """Operations held automated replies back: by customer, the version of the conversation when it began and ended."""

    since: dict[str, int]
    until: dict[str, int] | None = None

    def covers(self, customer: str, version: int) -> bool:
        ended = self.until is not None and version <= self.until.get(customer, 0)
        return self.since.get(customer, 0) < version and (self.until is None or ended)


@dataclass(frozen=True)
class Trace:
    """`asked` is DM id to customer, `by_staff` request id to customer; `rows` is the service table."""

    asked: dict[str, str]
    by_staff: dict[str, str]
    delivered: tuple[Chat, ...]
    over_limit: int
    rows: tuple[Row, ...]
    limit: int = 0
    """How many DMs X takes in a window, where that is known."""
    as_written: bool = False
    """The rows come in the order in which they were written. A real table's do not: there time has to do."""
    pauses: tuple[Paused, ...] = ()
    room_from: Mapping[str, datetime] = field(default_factory=dict)
    """From when on X would have taken the answer to a DM, where that is known."""
    now: datetime | None = None
    """When all this was looked at, if promises whose time has passed by then are to be judged."""
    erased: Mapping[str, Erased] = field(default_factory=dict)
    """By customer."""
    written: Mapping[str, str] = field(default_factory=dict)
    """What customers wrote in their own words, by DM id."""
    handles: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    """What operations see: tickets, attributes of queues, dead letters, the audit."""
    wants_to_go: frozenset[str] = frozenset()
    """Customers who have asked to be erased."""
    room: tuple[tuple[datetime, datetime], ...] = ()
    """From when until when X took DMs and its limit left some to the bot."""
    wishes: Mapping[str, bool] = field(default_factory=dict)
    """By customer: whether the last hashtag that switches automatic replies was #stop."""
    troubled: frozenset[str] = frozenset()
    """Customers who make trouble, or about whom X does."""
    figures: tuple[tuple[str, ...], ...] = ()
    """By load: figures as they are said that no other load has."""
    soon: timedelta = A_MINUTE
    """Within this time everybody else's replies leave while there is room."""

    ends: Mapping[str, datetime] = field(default_factory=dict)
    """By known incident: when it ended."""
    to_hear: frozenset[str] = frozenset()
    """Customers who are to be told when one ends, and have been by now."""
    noted: Mapping[str, str] = field(default_factory=dict)
    """What the desk said it has kept as a note: whose case it is, by request id."""
    credited: Mapping[str, int] = field(default_factory=dict)
    """Credits that the desk said it has given: their amounts by id."""
    credits_asked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """What staff wanted to give, whether or not they may: the amount by who asks under which request id."""
    credit_limits: tuple[int, int, int] | None = None
    """What may be given in a case, to an account in 30 days, and by one person in a day, where that is known."""
    newer: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    """What a newer release has written into rows, by their keys."""

    @property
    def remembered(self) -> "Trace":
        """The trace without what was before an erasure: nothing is known of it any more."""
        asked = {dm: who for dm, who in self.asked.items() if not self._forgotten(dm, who)}
        return replace(self, asked=asked, delivered=tuple(chat for chat in self.delivered if not self._unsaid(chat)))

    def _forgotten(self, dm: str, customer: str) -> bool:
        erased = self.erased.get(customer)
        return erased is not None and dm.isdecimal() and int(dm) <= int(erased.theirs)

    def _unsaid(self, chat: Chat) -> bool:
        erased = self.erased.get(chat.customer)
        return erased is not None and int(chat.dm) <= int(erased.ours)

    def of(self, kind: str) -> list[Row]:
        return sorted((row for row in self.rows if kind_in(row) == kind), key=lambda row: str(row["sk"]))

    def audit(self, customer: str) -> list[Row]:
        return self._audits.get(customer_pk(customer), [])

    @cached_property
    def _audits(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.of(AUDIT):
            found.setdefault(row["pk"], []).append(row)
        return found

    @cached_property
    def in_turn(self) -> list[tuple[str, Row]]:
        """What was done in every conversation, in the order in which it was written, with whose it was."""
        every = [row for row in self.rows if kind_in(row) == AUDIT]
        in_time = every if self.as_written else sorted(every, key=lambda row: str(row["at"]))
        return [(x_id_in(row), row) for row in in_time]

    @cached_property
    def customers(self) -> set[str]:
        return {x_id_in(row) for row in self.of(PROFILE)}

    @cached_property
    def replies(self) -> list[Row]:
        return self.of(REPLY)

    @cached_property
    def cases(self) -> list[Row]:
        return self.of(CASE)


def no_loss(trace: Trace) -> Iterable[str]:
    """Every DM seen ends in exactly one disposition, and what that promises is there."""
    records = {id_in(row): row for row in trace.of(DM)}
    entries = {row["id"] for row in trace.of(ENTRY)}
    replies = {row["id"]: row for row in trace.replies}
    for dm in trace.asked:
        record = records.get(dm)
        if record is None or record["disposition"] not in DISPOSITIONS:
            yield f"DM {dm} has no disposition"
        elif record["disposition"] in ("escalated", "joined") and dm not in entries:
            yield f"DM {dm} was {record['disposition']} but no case has it"
        elif record["disposition"] == "answered" and f"{dm}#reply" not in replies:
            yield f"DM {dm} was answered but there is no reply"
    for request, customer in trace.by_staff.items():
        if f"{request}#staff" not in replies and customer not in trace.erased:
            yield f"what staff answered as {request} is nowhere"
    for request, customer in trace.noted.items():
        if request not in entries and customer not in trace.erased:
            yield f"what staff noted as {request} is nowhere"
    with_case = {case["customer"] for case in trace.cases}
    for reply in trace.replies:
        if reply["state"] == "UNCONFIRMED" and reply["customer"] not in with_case:
            yield f"reply {reply['id']} may be lost and nobody looks at it"


def one_reply(trace: Trace) -> Iterable[str]:
    """At most one delivered DM for each DM, and for each request of staff."""
    wanted = Counter(_meant(trace))
    for part, times in Counter(_parts(trace)).items():
        if times > wanted[part]:
            yield f"{part[0]} reads {times} times what was to be said {wanted[part]} times"


def right_customer(trace: Trace) -> Iterable[str]:
    """Who reads a reply is who asked."""
    asked = trace.asked | trace.by_staff
    for reply in trace.replies:
        if asked.get(reply["cause"], reply["customer"]) != reply["customer"]:
            yield f"reply {reply['id']} is for another customer"
    meant = set(_meant(trace))
    for part in _parts(trace):
        if part not in meant:
            yield f"{part[0]} reads what was not meant for them"


def one_load(trace: Trace) -> Iterable[str]:
    """No answer has figures of two loads."""
    for chat in trace.delivered:
        if sum(any(figure in chat.text for figure in load) for load in trace.figures) > 1:
            yield f"{chat.customer} reads figures of two loads at once"


def stop(trace: Trace) -> Iterable[str]:
    """Once a stop is committed no automated reply is claimed, its one confirmation apart, until a start."""
    kinds = {row["id"]: row["kind"] for row in trace.replies}
    for customer in trace.customers:
        stopped = False
        for row in trace.audit(customer):
            was, stopped = stopped, _flag(row, "stopped_by", stopped)
            for reply in _claimed(row):
                if was and stopped and kinds.get(reply) not in ("staff", "stop"):  # a start may claim its own answer
                    yield f"{reply} was claimed after the stop"
    yield from _unconfirmed_stops(trace)


def _unconfirmed_stops(trace: Trace) -> Iterable[str]:
    """A stop that is in force, and of which the customer was to be told, is not dropped in silence."""
    for profile in trace.of("profile"):
        since = int(profile.get("started_by", "0"))
        told = [
            row["state"]
            for row in trace.replies
            if row["kind"] == "stop" and row["customer"] == profile["x_id"] and int(row["cause"]) > since
        ]
        if "stopped_by" in profile and told and set(told) == {"SUPPRESSED"}:
            yield f"{profile['x_id']} was never told that their stop is in force"


def last_wish(trace: Trace) -> Iterable[str]:
    """What a customer said last of automatic replies holds, and is what they were told last of it."""
    confirmations = _confirmations(trace)
    for profile in trace.of(PROFILE):
        wish = trace.wishes.get(profile["x_id"])
        if wish is not None and wish != ("stopped_by" in profile):
            yield f"{profile['x_id']} said {'stop' if wish else 'start'} last, and it does not hold"
        told = [row["kind"] == "stop" for row in confirmations.get(profile["x_id"], [])]
        if wish is not None and told and told[-1] != wish:
            yield f"{profile['x_id']} said {'stop' if wish else 'start'} last, and was told the other"


def paused(trace: Trace) -> Iterable[str]:
    """While operations hold automated replies back none is claimed, confirmations of a stop apart."""
    kinds = {row["id"]: row["kind"] for row in trace.replies}
    for customer in trace.customers:
        for row in trace.audit(customer):
            version = version_in(row)
            if any(pause.covers(customer, version) for pause in trace.pauses):
                held = [reply for reply in _claimed(row) if kinds.get(reply) not in ("staff", "stop")]
                yield from (f"{reply} was claimed during a pause" for reply in held)


def locked(trace: Trace) -> Iterable[str]:
    """After a report of loss or fraud no figure of its line leaves, in any chat, until a person has checked."""
    quotes = {row["id"] for row in trace.replies if "quotes" in row}
    for customer, row, shut in _with_locks(trace):
        if "locked_by cleared" in row["changes"] and row["by"] in BY_ITSELF:
            yield f"{row['by']} unlocked {customer}"
        elif "locked_by cleared" in row["changes"] and ", checked: " not in row["did"]:
            yield f"{customer} was unlocked, and nobody said how they were checked"
        if shut and any(reply in quotes for reply in _claimed(row)):
            yield f"{customer} was told figures while locked"


def _with_locks(trace: Trace) -> Iterable[tuple[str, Row, bool]]:
    """What was done in every conversation, and whether its account was locked then."""
    sees: dict[str, str] = {}
    """The line that each chat sees."""
    reports: dict[str, set[str]] = {}
    """By chat that is locked, what its report locks: itself and the line that it saw."""
    for customer, row in trace.in_turn:
        for line, what in _line_changes(row):
            sees[customer] = line if what == "seen" else ""
        if "locked_by set" in row["changes"]:
            reports[customer] = {customer, sees.get(customer) or customer}
        if "locked_by cleared" in row["changes"]:
            del reports[customer]
        yield customer, row, bool(set().union(*reports.values()) & {customer, sees.get(customer)})


def credit(trace: Trace) -> Iterable[str]:
    """A credit is booked once, as it was given, within each limit, and to a proven and unlocked account only."""
    books = {id_in(row): row for row in trace.rows if row["pk"] == CREDITS_PK}
    for given, minor in trace.credited.items():
        if books.get(given, {}).get("minor") != minor:
            yield f"{given} of {minor} is not in the books"
    asked = Counter((staff, minor) for (staff, _), minor in trace.credits_asked.items())
    for (staff, minor), times in Counter((row["staff"], row["minor"]) for row in books.values()).items():
        if trace.credit_limits and times > asked[staff, minor]:
            yield f"{staff} asked {asked[staff, minor]} times to give {minor}, and the books have it {times} times"
    for case in trace.cases:
        booked = sum(row["minor"] for row in books.values() if row.get("case") == case["id"])
        if booked != case.get("credited_minor", 0):
            yield f"of case {case['id']} the books have {booked}, and it says {case.get('credited_minor', 0)}"
    if trace.credit_limits:
        yield from _over_limits(books.values(), trace.credit_limits)
    yield from _credited_unproven(trace)


def _over_limits(books: Iterable[Row], limits: tuple[int, int, int]) -> Iterable[str]:
    in_case, to_account, by_person = (Counter[Any]() for _ in limits)
    for row in books:
        day, minor = str(row["at"])[:10], int(row["minor"])
        in_case[row.get("case")] += minor
        to_account[row.get("account_id")] += minor
        by_person[row["staff"], day] += minor
    for counted, limit in zip((in_case, to_account, by_person), limits, strict=True):
        counted.pop(None, None)  # of who was erased
        yield from (f"{of} was given {minor} of {limit}" for of, minor in counted.items() if minor > limit)


def _credited_unproven(trace: Trace) -> Iterable[str]:
    linked: set[str] = set()
    for customer, row, shut in _with_locks(trace):
        if "link set" in row["changes"]:
            linked.add(customer)
        if "link cleared" in row["changes"]:
            linked.discard(customer)
        if any(_CREDITED.fullmatch(change) for change in row["changes"]) and (shut or customer not in linked):
            yield f"{customer} was given credit, and their account is not proven or locked"


_CREDITED = re.compile(r"case \w+ credited -?\d+")


def bot_silent(trace: Trace) -> Iterable[str]:
    """No unasked automated answer leaves while a person owns the conversation."""
    unasked = {row["id"] for row in trace.replies if row.get("unasked")}
    for customer in trace.customers:
        owned = False
        for row in trace.audit(customer):
            if owned and any(reply in unasked for reply in _claimed(row)):
                yield f"{customer} was spoken to without asking"
            for _, _, now, _ in _case_changes(row):
                owned = now != "RESOLVED"


def promise(trace: Trace) -> Iterable[str]:
    """A time that a reply tells is on its case, is updated once before it breaks, and counted as kept or broken."""
    for customer in trace.customers:
        yield from _Promises(trace, customer).wrong()
    yield from _told_too_far(trace)


def _told_too_far(trace: Trace) -> Iterable[str]:
    """Behind a long line nobody is told a time, except by whom it does not delay: who has come later is behind."""
    if len(trace.cases) <= LONGEST_LINE:
        return
    lines: dict[str, dict[str, None]] = {}
    teams: dict[str, str] = {}
    for _, row in trace.in_turn:
        for case, state, team in _places(row):
            line = lines.setdefault(team, {})
            if state != "NEW" or case not in line:
                lines.get(teams.get(case, ""), {}).pop(case, None)
            teams[case] = team
            if state == "NEW":
                line[case] = None
        for case, said in _promise_changes(row):
            line = lines.get(teams.get(case, ""), {})
            before = list(line).index(case) if case in line else len(line)
            told = None if said in ("kept", "broken") else datetime.fromisoformat(said)
            if told and told - datetime.fromisoformat(row["at"]) > AN_HOUR and before >= LONGEST_LINE:
                yield f"case {case} was promised a time behind {before} others"


ANSWERS = ("replied", "closed", "echo")
"""How the audit calls what answers a customer."""


class _Promises:
    """What one customer was told, as the audit has it: by case, until it is counted."""

    def __init__(self, trace: Trace, customer: str) -> None:
        self.trace, self.audit = trace, trace.audit(customer)
        self.replies = {row["id"]: row for row in trace.replies if row["customer"] == customer}
        self.cases = {row["id"]: row for row in trace.cases}
        self.last_claim = {reply: row["sk"] for row in self.audit for reply in _claimed(row)}
        self.told: dict[str, tuple[datetime, datetime]] = {}
        """By when a person will have answered, and since when the customer knows."""
        self.updated: set[str] = set()
        self.answered: set[str] = set()
        self.calls: set[str] = set()
        """Cases of which a call was promised: nobody is written to that it comes later."""
        self.silent = dict.fromkeys(("stopped_by", "flooded_at"), False)

    def wrong(self) -> Iterable[str]:
        for row in self.audit:
            self.silent = {name: _flag(row, name, before) for name, before in self.silent.items()}
            at = datetime.fromisoformat(row["at"])
            for case, said in _promise_changes(row):
                if said == "kept" and case in self.calls and not str(row["did"]).startswith(ENDS_A_CALL):
                    yield f"case {case} was promised a call, which counts as made though nobody rang"
                yield from self._judged(case, said, at)
            self.calls |= {match[1] for change in row["changes"] if (match := _CALL.fullmatch(change))}
            for case, _, now, _ in _case_changes(row):
                self.answered |= {case} if row["did"].startswith(ANSWERS) else set()
                self.updated -= {case} if now == "RESOLVED" else set()
            for reply, was, now in _changes(row):
                if was == "new" and self._is_update(reply):
                    yield from self._written(reply, at)
                if now == "SENDING" and self.last_claim[reply] == row["sk"]:
                    yield from self._claimed(reply, at)
        for case, (by, _) in self.told.items():
            if self.trace.now and by < self.trace.now:
                yield f"nobody counted what case {case} was promised by {by:%H:%M}"

    def _judged(self, case: str, said: str, at: datetime) -> Iterable[str]:
        if said not in ("kept", "broken"):
            self.told[case] = datetime.fromisoformat(said), at
            return
        if case not in self.told:
            yield f"case {case} was promised nothing that could be {said}"
            return
        by, since = self.told.pop(case)
        if (said == "kept") != (at < by):
            yield f"case {case} was promised {by:%H:%M} and counted as {said} at {at:%H:%M}"
        owed = by - since >= UPDATED_IN_TIME and not any(self.silent.values()) and not self._had_last_word(case)
        owed, self.calls = owed and case not in self.calls, self.calls - {case}
        if said == "broken" and owed and case not in self.updated:
            yield f"case {case} was promised {by:%H:%M}, and nobody said that it would be later"

    def _written(self, reply: str, at: datetime) -> Iterable[str]:
        case = self.replies[reply]["case"]
        if case in self.updated:
            yield f"{reply} is a second update"
        if case not in self.told or at >= self.told[case][0]:
            yield f"{reply} updates nothing"
        self.updated.add(case)

    def _claimed(self, reply: str, at: datetime) -> Iterable[str]:
        """The time that a reply tells is watched, or an earlier one, unless a person has answered before it left."""
        row = self.replies.get(reply, {})
        times = list(_TOLD.finditer(row.get("text", ""))) if row.get("kind") != "staff" else []
        case = row.get("case", "")
        if not times or (case in self.answered and not self._is_update(reply)):
            return
        by = self.told.get(case, (None, None))[0]
        promises = datetime.fromisoformat(row["promises"]) if "promises" in row else None
        if promises is None or by is None or by > promises or not _is_said(times[-1], promises, at):
            yield f"{reply} tells a time that nobody watches"

    def _is_update(self, reply: str) -> bool:
        return self.replies.get(reply, {}).get("key") == "promise.late"

    def _had_last_word(self, case: str) -> bool:
        row = self.cases.get(case, {})
        return "care_now" in (row.get("kind"), *row.get("acknowledged", ()))


_TOLD = re.compile(r"(?<!news )(?:in about (\d+) minutes|by \d\d:(\d\d))")


def _is_said(said: re.Match[str], by: datetime, at: datetime) -> bool:
    return f"{by:%M}" == said[2] if said[2] else timedelta(0) < by - at <= timedelta(minutes=int(said[1]))


def order(trace: Trace) -> Iterable[str]:
    """Replies to one customer leave in the order in which they were decided; a stop's confirmation may overtake."""
    kinds = {row["id"]: row["kind"] for row in trace.replies}
    for customer in trace.customers:
        decided: dict[str, int] = {}
        left: list[str] = []
        for row in trace.audit(customer):
            for reply, was, now in _changes(row):
                decided.setdefault(reply, len(decided) if was == "new" else -1)  # before all that is remembered
                absent = now == "PENDING" or (now == "UNCONFIRMED" and row["did"] == "looked up")
                if absent and reply in left:  # it had not, and what is sent again goes with what has come behind it
                    left.remove(reply)
                if now == "SENDING" and kinds.get(reply) != "stop":
                    left.append(reply)
        for earlier, later in pairwise(left):
            if decided[later] < decided[earlier]:
                yield f"{later} left after {earlier}"


def case_not_lost(trace: Trace) -> Iterable[str]:
    """A case that nobody has is in its team's line, with a ticket, soon after it got there."""
    for case in trace.cases:
        in_line = case.get("line") in lines_of(case["team"]) and case["ticketed_fence"] >= case["fence"]
        if case["state"] == "NEW" and not in_line:
            yield f"case {case['id']} waits unseen"
        call = datetime.fromisoformat(case["call"]["at"]) if "call" in case else None
        if call and trace.now and case["state"] == "WAITING_CUSTOMER" and call + UNSEEN < trace.now:
            yield f"nobody was told to ring for case {case['id']}"
        rests = datetime.fromisoformat(case["parked_until"]) if "parked_until" in case else None
        if rests and trace.now and case["state"] == "WAITING_CUSTOMER" and rests + UNSEEN < trace.now:
            yield f"case {case['id']} rests though its time has come"
    for customer in trace.customers:
        since: dict[tuple[str, int], datetime] = {}
        for row in trace.audit(customer):
            at = datetime.fromisoformat(row["at"])
            for number, _, now, fence in _case_changes(row):
                begun = since.setdefault((number, fence), at)
                if now == "NEW" and row["did"] == "ticketed" and at - begun > UNSEEN:
                    yield f"case {number} waited unseen until {at:%H:%M}"
    open_cases = {case["customer"] for case in trace.cases if case["state"] != "RESOLVED"}
    for profile in trace.of(PROFILE):
        if ("case" in profile) != (profile["x_id"] in open_cases):
            yield f"{profile['x_id']} and their case disagree"


def one_owner(trace: Trace) -> Iterable[str]:
    """A case's fence only rises, and with every change of hands; nobody claims what somebody has."""
    for customer in trace.customers:
        fences: dict[str, int] = {}
        for row in trace.audit(customer):
            for case, was, now, fence in _case_changes(row):
                if fence < fences.get(case, 0) or (was != now and fence == fences.get(case)):
                    yield f"case {case} went {was} -> {now} under an old fence"
                if was == now == "CLAIMED" and fence > fences.get(case, 0):
                    yield f"case {case} was claimed while somebody had it"
                fences[case] = fence


def audit(trace: Trace) -> Iterable[str]:
    """Every version has its row, and the rows tell what is stored."""
    replies: dict[str, list[Row]] = {}
    for reply in trace.replies:
        replies.setdefault(reply["customer"], []).append(reply)
    for profile in trace.of(PROFILE):
        rows = trace.audit(profile["x_id"])
        versions = [version_in(row) for row in rows]
        first = min(versions, default=1) if profile["x_id"] in trace.erased else 1
        if versions != list(range(first, int(profile["version"]) + 1)):
            yield f"{profile['x_id']} changed without an audit row"
        told = {reply: now for row in rows for reply, _, now in _changes(row)}
        for reply in replies.get(profile["x_id"], []):
            if told.get(reply["id"]) != reply["state"]:
                yield f"the audit does not say that {reply['id']} is {reply['state']}"


def budget(trace: Trace) -> Iterable[str]:
    """Never more sends than X allows, what is kept for those who need it most is, and no waiting for nothing."""
    if trace.over_limit:
        yield f"X was asked {trace.over_limit} times beyond its limit"
    kinds = _kinds(trace)
    for chat in trace.delivered:
        kept = min((_kept_from(kind, trace.limit) for kind in kinds(chat)), default=0)
        if chat.left is not None and chat.left < kept:
            yield f"{chat.customer} reads what left {chat.left} of {trace.limit} to others"
    for customer in trace.customers:
        for row in trace.audit(customer):
            for reply, _, now in _changes(row):
                since = trace.room_from.get(reply.partition("#")[0])
                if now == "SENT" and since and datetime.fromisoformat(row["at"]) > since + SOON:
                    yield f"{reply} waited until {row['at']} while X had room from {since:%H:%M:%S} on"


def _kinds(trace: Trace) -> Callable[[Chat], set[str]]:
    """Tell the kinds of what stands in a DM."""
    known: dict[tuple[str, str], set[str]] = {}
    for row in trace.replies:
        for part in row["text"].split("\n\n"):
            known.setdefault((row["customer"], compared(part)), set()).add(row["kind"])
    return lambda chat: set().union(*(known.get(part, ()) for part in _parts_of(chat)))


def _kept_from(kind: str, limit: int) -> int:
    """How many sends of a window a kind leaves to others: of the reserve, 4 in 15, half is staff's alone.

    News of an incident's end leaves one customer's share of answers as well, a fifth.
    """
    reserve = max(1, limit * 4 // 15) if limit > 1 else 0
    if kind == "news":
        return reserve + max(1, limit // 5)
    return {"staff": 0, "urgent": reserve // 2, "stop": reserve // 2}.get(kind, reserve)


def live(trace: Trace) -> Iterable[str]:
    """When faults end, every reply is settled."""
    for reply in trace.replies:
        if reply["state"] in UNSETTLED:
            yield f"reply {reply['id']} is still {reply['state']}"


def fair(trace: Trace) -> Iterable[str]:
    """Whatever one customer does, or X about one, everybody else's replies leave soon while X takes DMs."""
    yield from _switched_often(trace)
    stretches, news = _joined(trace.room), {row["id"] for row in trace.replies if row["kind"] == "news"}
    for customer in trace.customers - trace.troubled:
        for reply, since, until in waits(trace, customer):
            for opened, closed in stretches if reply not in news else ():
                if min(until, closed) - max(since, opened) > trace.soon:
                    yield f"{reply} waited from {since:%H:%M:%S} to {until:%H:%M:%S} though X had room"


def _switched_often(trace: Trace) -> Iterable[str]:
    """Nobody's switches are confirmed more than twice in a window."""
    for customer, rows in _confirmations(trace).items():
        times = [datetime.fromisoformat(row["created_at"]) for row in rows]
        for first, third in zip(times, times[2:], strict=False):
            if third - first < A_WINDOW:
                yield f"what {customer} has switched was confirmed three times from {first:%H:%M:%S} on"


def _confirmations(trace: Trace) -> dict[str, list[Row]]:
    """What told customers that automatic replies are off, or on again, in the order in which it was said."""
    found: dict[str, list[Row]] = {}
    for row in sorted(trace.replies, key=lambda row: str(row["created_at"])):
        if row["kind"] == "stop" or row["key"] == "start.back":
            found.setdefault(row["customer"], []).append(row)
    return found


def _joined(room: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Times without a gap between them as one."""
    joined: list[tuple[datetime, datetime]] = []
    for since, until in room:
        if joined and joined[-1][1] == since:
            since = joined.pop()[0]
        joined.append((since, until))
    return joined


def waits(trace: Trace, customer: str) -> Iterable[tuple[str, datetime, datetime]]:
    """From when until when each reply waited: until its first claim, or until it is not needed any more."""
    waiting: dict[str, datetime] = {}
    for row in trace.audit(customer):
        at = datetime.fromisoformat(row["at"])
        for reply, was, now in _changes(row):
            if was == "new" and now == "PENDING":
                waiting[reply] = at
            elif now != "PENDING" and reply in waiting:
                yield reply, waiting.pop(reply), at
    if trace.now:
        yield from ((reply, since, trace.now) for reply, since in waiting.items())


def erase(trace: Trace) -> Iterable[str]:
    """Nothing of who was erased is left, and what came later of before is dropped; who writes again begins anew."""
    profiles = {row["x_id"]: row for row in trace.of(PROFILE)}
    yield from (f"{customer} wants to be erased and is not" for customer in trace.wants_to_go - set(trace.erased))
    for customer, erased in trace.erased.items():
        if profiles.get(customer, {}).get("erasing"):
            yield f"{customer} is still being erased"
        asked = [dm for dm, who in trace.asked.items() if who == customer]
        before = [dm for dm in asked if int(dm) <= int(erased.theirs)]
        own = [trace.written[dm] for dm in before if dm in trace.written]
        own += [customer, trace.handles[customer]] if before == asked else []
        yield from (f"{row['pk']} {row['sk']} is left of {customer}" for row in trace.rows if _tells(str(row), own))


def told_of_end(trace: Trace) -> Iterable[str]:
    """Who asked is told once that an incident has ended, within two hours, and nobody else is."""
    news = [row for row in trace.replies if row["kind"] == "news"]
    told, ids = Counter((row["customer"], row["text"]) for row in news), {row["id"] for row in news}
    yield from (f"{customer} was told {times} times of an end" for (customer, _), times in told.items() if times > 1)
    hear = {row["customer"] for row in news}
    if trace.ends:
        yield from (f"{customer} is told of an end and is not to be" for customer in hear - trace.to_hear)
        yield from (f"{customer} waits for news of an end" for customer in trace.to_hear - hear)
    for customer, row in trace.in_turn:
        for reply in _claimed(row):
            ended = trace.ends.get(reply.removeprefix("notice-").partition("#")[0])
            at = datetime.fromisoformat(row["at"])
            if reply in ids and ended and not ended <= at < ended + 2 * AN_HOUR:
                yield f"{customer} is told at {at:%H:%M} what ended at {ended:%H:%M}"


def kept(trace: Trace) -> Iterable[str]:
    """What a newer release has written is still there."""
    rows = {(row["pk"], row["sk"]): row for row in trace.rows}
    for key, written in trace.newer.items():
        lost = [name for name, value in written.items() if rows.get(key, {}).get(name) != value]
        if lost:
            yield f"{' '.join(key)} has lost {', '.join(lost)}"


def privacy(trace: Trace) -> Iterable[str]:
    """Operations see nothing that a customer wrote or was told, and no handle."""
    own = [*trace.written.values(), *trace.handles.values(), *(part for _, part in _parts(trace))]
    yield from (f"operations see {shown}" for shown in trace.shown if _tells(shown, own))


INVARIANTS: dict[str, Callable[[Trace], Iterable[str]]] = {
    "NO_LOSS": no_loss,
    "ONE_REPLY": one_reply,
    "RIGHT_CUSTOMER": right_customer,
    "ONE_LOAD": one_load,
    "STOP": stop,
    "LAST_WISH": last_wish,
    "PAUSED": paused,
    "LOCKED": locked,
    "BOT_SILENT": bot_silent,
    "PROMISE": promise,
    "ORDER": order,
    "CASE_NOT_LOST": case_not_lost,
    "ONE_OWNER": one_owner,
    "AUDIT": audit,
    "BUDGET": budget,
    "LIVE": live,
    "FAIR": fair,
    "ERASE": erase,
    "PRIVACY": privacy,
    "KEPT": kept,
    "TOLD_OF_END": told_of_end,
    "CREDIT": credit,
}
WHOLE = ("ERASE", "PRIVACY")
"""They look at what was before an erasure, too."""


def broken(trace: Trace) -> list[str]:
    """Return each invariant that does not hold, with what is wrong."""
    remembered = trace.remembered
    return [
        f"{name}: {what}"
        for name, check in INVARIANTS.items()
        for what in check(trace if name in WHOLE else remembered)
    ]


def _parts(trace: Trace) -> list[tuple[str, str]]:
    """What customers read, one entry for each reply: replies that waited leave as one DM."""
    return [part for chat in trace.delivered for part in _parts_of(chat)]


def _parts_of(chat: Chat) -> list[tuple[str, str]]:
    return [(chat.customer, compared(part)) for part in chat.text.split("\n\n")]


def _meant(trace: Trace) -> list[tuple[str, str]]:
    """What customers were to read, one entry for each reply."""
    return [(row["customer"], compared(part)) for row in trace.replies for part in row["text"].split("\n\n")]


def _tells(shown: str, own: Iterable[str]) -> bool:
    return any(said in shown for said in own)


_REPLY = re.compile(r"reply (\S+) (\w+) -> (\w+)")
_CASE = re.compile(r"case (\w+) (\w+) -> (\w+), \w+, fence (\d+)")


_PLACE = re.compile(r"case (\w+) \w+ -> (\w+), (\w+), fence \d+")


def _places(row: Row) -> list[tuple[str, str, str]]:
    """Cases with their state and their team."""
    found = (_PLACE.fullmatch(change) for change in row["changes"])
    return [(match[1], match[2], match[3]) for match in found if match]


_CALL = re.compile(r"case (\w+) call \S+")
_PROMISE = re.compile(r"case (\w+) promised? (\S+)")


def _promise_changes(row: Row) -> list[tuple[str, str]]:
    """The cases that were promised a time, or whose promise was kept or broken."""
    found = (_PROMISE.fullmatch(change) for change in row["changes"])
    return [(match[1], match[2]) for match in found if match]


def _changes(row: Row) -> list[tuple[str, str, str]]:
    found = (_REPLY.fullmatch(change) for change in row["changes"])
    return [(match[1], match[2], match[3]) for match in found if match]


def _case_changes(row: Row) -> list[tuple[str, str, str, int]]:
    found = (_CASE.fullmatch(change) for change in row["changes"])
    return [(match[1], match[2], match[3], int(match[4])) for match in found if match]


_LINE = re.compile(r"line (\w+) (seen|left)")


def _line_changes(row: Row) -> list[tuple[str, str]]:
    """The lines that a chat left, then the one that it came to see."""
    found = (_LINE.fullmatch(change) for change in row["changes"])
    return sorted(((match[1], match[2]) for match in found if match), key=lambda change: change[1])


def _claimed(row: Row) -> list[str]:
    return [reply for reply, _, now in _changes(row) if now == "SENDING"]


def _flag(row: Row, name: str, before: bool) -> bool:
    if f"{name} set" in row["changes"]:
        return True
    return False if f"{name} cleared" in row["changes"] else before
