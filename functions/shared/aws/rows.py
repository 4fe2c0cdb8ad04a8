"""Every row of the service table: how its key is spelt and cut, and how long it is kept. No key is spelt elsewhere."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.shared.aws.store import EXPIRES, Item, Put, stamp

AUDIT_KEPT = timedelta(days=396)
TEXTS_KEPT = timedelta(days=90)
DM_IDS_KEPT = timedelta(days=90)
"""X can repeat a DM for 30 days."""
DEAD_KEPT = timedelta(days=90)


class Key(NamedTuple):
    pk: str
    sk: str

    def row(self, fields: Mapping[str, Any], *, until: datetime | None = None) -> Item:
        """Return the row under this key. When its time is over it is not there any more."""
        row: Item = {"pk": self.pk, "sk": self.sk, **fields}
        return row | {EXPIRES: int(until.timestamp())} if until else row

    def row_of_words(self, fields: Mapping[str, Any], *, until: datetime) -> Item:
        """As `row`, of what somebody said: the tick deletes it within a minute, and does not leave it to TTL for days.

        To be on the tick's clock is a unit when it is written, and another one when it is deleted.
        """
        return self.row(fields, until=until) | {"clock": FORGET, "look_at": stamp(until)}


# ---- rows of which there is one ----

BUDGET = Key("budget", "dms")
OUTAGE = Key("health", "answers")
DESK_OPEN = Key("desk", "open")
LEASE = Key("loads", "lease")
"""Whose load of account data runs."""
ARRIVED = Key("webhook", "arrived")
WEBHOOK = Key("webhook", "state")

# ---- kinds of rows: what a sort key is, or begins with ----

PROFILE, REPLY, DM, SENT, CONSENT, AUDIT = "profile", "reply", "dm", "sent", "consent", "audit"
CASE, ENTRY, BACK, REQUEST, SAW, SEARCH = "case", "entry", "back", "request", "saw", "search"
QUESTION = "question"
HOLDERS, LATER, TELLME = "holders", "later", "tellme"
CREDIT, GIVEN = "credit", "given"
SLOT = "slot"
EVENT = "event"
LAST = 10**12 - 1
"""The sequence of what comes after all else of a case."""

DEAD_PK = "dead"
"""The one partition of what failed for good."""


def all_of(kind: str) -> str:
    """What the sort keys of all rows of a kind begin with."""
    return f"{kind}#"


# ---- keys ----


def slot_key(team: str, at: datetime) -> Key:
    """How many calls a team has promised for a time."""
    return Key(f"calls#{team}", f"{SLOT}#{stamp(at)}")


CREDITS_PK = "credits"
"""The one partition of the books: every credit that staff have given, for good."""


def booked_key(credit_id: str) -> Key:
    return Key(CREDITS_PK, f"{CREDIT}#{credit_id}")


def credit_key(x_id: str, credit_id: str) -> Key:
    """Tells whose a credit of the books is, for as long as that is known."""
    return Key(customer_pk(x_id), f"{CREDIT}#{credit_id}")


def given_key(staff: str) -> Key:
    """How much somebody has given lately."""
    return Key(staff_pk(staff), GIVEN)


def given_to_key(digest: str) -> Key:
    """How much an account has been given lately; only its hash names it."""
    return Key(f"account#{digest}", GIVEN)


LOADS_PK = "loads"
"""The one partition of loads of account data, and of what they leave to be done."""
LOAD, ENDED = "load", "ended"


def load_key(begun_at: str) -> Key:
    return Key(LOADS_PK, f"{LOAD}#{begun_at}")


def ended_key(account_id: str, line_id: str) -> Key:
    """A line that nobody may be linked to any more."""
    return Key(LOADS_PK, f"{ENDED}#{account_id}#{line_id}")


def customer_pk(x_id: str) -> str:
    return f"customer#{x_id}"


def profile_key(x_id: str) -> Key:
    return Key(customer_pk(x_id), PROFILE)


def reply_key(x_id: str, reply_id: str) -> Key:
    return Key(customer_pk(x_id), f"{REPLY}#{reply_id}")


def dm_key(x_id: str, dm_id: str) -> Key:
    """A DM to us: its row says that it has been decided about."""
    return Key(customer_pk(x_id), f"{DM}#{dm_id}")


def later_key(x_id: str, message_id: str) -> Key:
    """A message for a customer's conversation that waits for a release which knows it; LATER is its clock, too."""
    return Key(customer_pk(x_id), f"{LATER}#{message_id}")


def tellme_key(x_id: str, dm_id: str) -> Key:
    """A customer wants to know when a known incident has ended; the DM asked for it."""
    return Key(customer_pk(x_id), f"{TELLME}#{dm_id}")


def sent_key(x_id: str, dm_id: str) -> Key:
    """A DM of ours: its row says which reply it was."""
    return Key(customer_pk(x_id), f"{SENT}#{dm_id}")


def consent_key(x_id: str, dm_id: str, to: str) -> Key:
    return Key(customer_pk(x_id), f"{CONSENT}#{dm_id}#{to}")


def audit_key(x_id: str, version: int) -> Key:
    return Key(customer_pk(x_id), f"{AUDIT}#{version:012}")


def case_pk(case_id: str) -> str:
    return f"case#{case_id}"


def case_key(case_id: str) -> Key:
    return Key(case_pk(case_id), CASE)


def entry_key(case_id: str, at: datetime, entry_id: str) -> Key:
    return words_key(case_id, f"{stamp(at)}#{entry_id}")


def words_key(case_id: str, said: str) -> Key:
    """Where somebody's words stand in a case: `said` is what the entry's key says beside its kind."""
    return Key(case_pk(case_id), f"{ENTRY}#{said}")


def search_key(staff: str, at: datetime, request_id: str) -> Key:
    """Somebody has looked for a customer."""
    return Key(staff_pk(staff), f"{SEARCH}#{stamp(at)}#{request_id}")


def event_key(case_id: str, sequence: int) -> Key:
    """A change of a case that somebody elsewhere has yet to be told of, in its place among the others."""
    return Key(case_pk(case_id), f"{EVENT}#{sequence:012}")


def erased_key(case_id: str) -> Key:
    """That a case is erased, which somebody elsewhere has yet to be told: its own rows are gone by then."""
    return Key(f"erased-{case_pk(case_id)}", f"{EVENT}#{LAST}")


def question_key(case_id: str, team: str) -> Key:
    """A case's owner wants to know something of another team."""
    return Key(case_pk(case_id), f"{QUESTION}#{team}")


def staff_pk(staff: str) -> str:
    return f"staff#{staff}"


def back_key(staff: str, until: datetime, case_id: str) -> Key:
    return Key(staff_pk(staff), f"{BACK}#{stamp(until)}#{case_id}")


def request_key(staff: str, request_id: str) -> Key:
    return Key(staff_pk(staff), f"{REQUEST}#{request_id}")


def saw_key(staff: str, case_id: str, fence: int) -> Key:
    """Somebody saw the account of a case, during a claim."""
    return Key(staff_pk(staff), f"{SAW}#{case_id}#{fence}")


def codes_key(digest: str) -> Key:
    """How often codes were asked for a number, which only its hash names."""
    return Key(f"number#{digest}", "codes")


def line_key(digest: str) -> Key:
    """Which chats see a line and what locks it; only its hash names it."""
    return Key(f"line#{digest}", HOLDERS)


def dead_key(died_at: datetime, message_id: str) -> Key:
    """A message that failed for good."""
    return Key(DEAD_PK, f"{stamp(died_at)}#{message_id}")


def mark_key(digest: str) -> Key:
    """What stays of a customer who was erased, whom only a hash names."""
    return Key(f"erased#{digest}", "mark")


# ---- clocks: what the tick looks at, by time ----

CASES, ERASE, EVENTS, PROMISES, SETTLE = "cases", "erase", "events", "promises", "settle"
FORGET = "forget"
"""The clock of what somebody said, whose time is over some day."""


def send_clock(kind: str) -> str:
    """The clock of replies of a kind that wait."""
    return f"send#{kind}"


def tellme_clock(notice_id: str) -> str:
    """The clock of who wants to know when an incident has ended, who asked first first."""
    return f"{TELLME}#{notice_id}"


def line_of(team: str, *, silent: bool = False) -> str:
    """A team's line in the index. A silent case stands in one of its own, which no count sees."""
    return f"{team}#silent" if silent else team


def mine_of(staff: str) -> str:
    """Where the index has the cases that somebody has claimed."""
    return f"mine#{staff}"


def waiting_of(team: str) -> str:
    """Where it has a team's cases in which it is the customer's turn."""
    return f"waiting#{team}"


def asked_of(team: str) -> str:
    """Where it has the questions that other teams have for one."""
    return f"asked#{team}"


def done_of(team: str) -> str:
    """Where it has what a team has ended."""
    return f"done#{team}"


def handle_of(handle: str) -> str:
    """Where it has whoever is called so; capital letters tell no two handles apart on X."""
    return f"handle#{handle.casefold()}"


def clock_of_others(row: Item) -> Item:
    """The clock that a newer release has put a row on, and the time; nothing where it is one of ours."""
    clock = str(row.get("clock", FORGET))
    ours = clock in (CASES, ERASE, EVENTS, PROMISES, SETTLE, LATER, FORGET) or clock.startswith(
        (send_clock(""), tellme_clock(""))
    )
    return {} if ours else {name: row[name] for name in ("clock", "look_at") if name in row}


def lines_of(*teams: str) -> list[str]:
    """All lines from which people of these teams take cases."""
    return [line_of(team, silent=silent) for team in teams for silent in (False, True)]


# ---- cuts ----


def x_id_in(row: Item) -> str:
    """Whose row it is, of a customer's row."""
    return str(row["pk"]).removeprefix(customer_pk(""))


def case_id_in(row: Item) -> str:
    """Which case's row it is: one of its own, or one that leads back to it."""
    return (
        str(row["sk"]).rpartition("#")[2]
        if kind_in(row) == BACK
        else str(row["pk"]).removeprefix("erased-").removeprefix(case_pk(""))
    )


def kind_in(row: Item) -> str:
    return str(row["sk"]).partition("#")[0]


def id_in(row: Item) -> str:
    """What its sort key says beside its kind; empty for a kind of which there is one."""
    return str(row["sk"]).partition("#")[2]


def version_in(row: Item) -> int:
    """Which version of the customer an audit row tells of."""
    return int(id_in(row))


def dead_in(row: Item) -> tuple[str, str]:
    """When a message failed for good, and its id."""
    at, _, message_id = str(row["sk"]).partition("#")
    return at, message_id


INTERNAL = frozenset({"pk", "sk", "clock", "look_at", "line"})
"""Fields that only find a row."""


def fields_in(row: Item) -> Item:
    """What a row says, without what finds it and what ends it."""
    finds = INTERNAL | {"due_at"} if row.get("sk") == PROFILE else INTERNAL  # a case is due as well
    return {name: value for name, value in row.items() if name not in finds and name != EXPIRES}


# ---- rows that are written in more than one place, or stand for nothing else ----


def dm_row(
    x_id: str,
    dm_id: str,
    now: datetime,
    *,
    disposition: str,
    step: str,
    rule: str | None = None,
    case: str | None = None,
    queued_at: datetime | None = None,
) -> Put:
    """A DM's record: it has been decided about, how and when. Never what it said: `rule` is ours, with its phrase."""
    row = {"disposition": disposition, "step": step, "at": stamp(now)}
    row |= {"queued_at": stamp(queued_at)} if queued_at else {}
    row |= {"rule": rule} if rule else {}
    row |= {"case": case} if case else {}
    return Put(dm_key(x_id, dm_id).row(row, until=now + DM_IDS_KEPT), expected=0)


def tellme_row(x_id: str, dm_id: str, notice_id: str, now: datetime) -> Put:
    waits = {"notice": notice_id, "clock": tellme_clock(notice_id), "look_at": stamp(now)}
    return Put(tellme_key(x_id, dm_id).row(waits, until=now + TEXTS_KEPT))


def sent_row(x_id: str, dm_id: str, reply_id: str, now: datetime, *, confirmed: bool = False) -> Put:
    """Says which reply a DM of ours was."""
    row = {"reply": reply_id} | ({"confirmed_at": stamp(now)} if confirmed else {})
    return Put(sent_key(x_id, dm_id).row(row, until=now + DM_IDS_KEPT))


def back_row(staff: str, until: datetime, case_id: str) -> Put:
    """Lets the last owner find the case at once, however long the line is."""
    return Put(back_key(staff, until, case_id).row({}, until=until))


def request_row(
    staff: str, request_id: str, did: str, case_id: str, fence: int, now: datetime, *, digest: str | None = None
) -> Put:
    """Keeps a request from being done twice, for as long as its texts are kept; `digest` tells it from another."""
    row = {"did": did, "case": case_id, "fence": fence} | ({"digest": digest} if digest else {})
    return Put(request_key(staff, request_id).row(row, until=now + TEXTS_KEPT), expected=0)


def dead_row(message_id: str, kind: str, died_at: datetime, case_id: str | None, now: datetime) -> Put:
    """For ops. What was said and who said it are in the case only, where they can be erased."""
    row = {"kind": kind} | ({"case": case_id} if case_id else {})
    return Put(dead_key(died_at, message_id).row(row, until=now + DEAD_KEPT), expected=0)
