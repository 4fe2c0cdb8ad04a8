"""One of each row of the service table as this release writes it, and all that belongs to it.

`python -m tests.rows_before` writes `tests/data/rows-before.json` anew: at each release, and for a new kind of row.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from functions.commands import later
from functions.commands.account_outage import Tally
from functions.escalate.acts.resolve import ResolveRequest, resolve
from functions.escalate.contract import ShownAccount
from functions.escalate.dead_letters import Letter
from functions.load import loads
from functions.shared.aws import rows
from functions.shared.aws.rows import Key
from functions.shared.aws.store import Item, Put, stamp
from functions.shared.conversation import cases, conversations, presence
from functions.shared.conversation.calls import SlotTaken
from functions.shared.conversation.cases import Call
from functions.shared.conversation.goodwill import Credit, GivenLately
from functions.shared.x import arrivals
from functions.webhook import state as webhook_state
from tests.places import DATA
from tests.proof.demo import LINKED_A, LINKED_B, account
from tests.proof.world import STAFF, START, World
from tests.proof.worlds import AFTERWARDS

FILE = DATA / "rows-before.json"
EARLIER, GONE, LINKING = "2000000000000000021", "2000000000000000022", "2000000000000000023"
"""Who wrote to the release before: one who has been helped, one who was erased, one who was sent a code."""
NUMBER = "+447700900111"

type Kind = tuple[str, str]


def kinds() -> dict[str, Kind]:
    """Every kind of row that `rows.py` can spell, by the name of its key there."""
    ones = {name: value for name, value in vars(rows).items() if isinstance(value, Key)}
    made = {name: _any(value) for name, value in vars(rows).items() if name.endswith("_key") and callable(value)}
    return {name: kind_of(key.row({})) for name, key in (ones | made).items()}


def kind_of(row: Item) -> Kind:
    """What a row's key begins with. What failed for good is sorted by time alone."""
    partition = str(row["pk"]).partition("#")[0]
    return partition, "" if partition == rows.DEAD_PK else rows.kind_in(row)


def _any(make: Callable[..., Key]) -> Key:
    """A key of this kind, of anything."""
    some: dict[Any, Any] = {str: "1", int: 1, datetime: START}
    return make(*(some[one.annotation] for one in inspect.signature(make).parameters.values()))


def before() -> list[Item]:
    """The table as this release leaves it, without the customers whom a world brings along itself."""
    rows_before: list[Item] = json.loads(FILE.read_text())
    return rows_before


def written() -> list[Item]:
    world = World(numbers={NUMBER: f"account-{LINKING}"}, accounts=account)
    world.now = START - timedelta(days=2)
    world.ids = (f"{number:06}".translate(str.maketrans("01", "XZ")) for number in range(900_000, 999_999))
    world.introduce(EARLIER)
    case = _helped(world)
    _said(world, EARLIER, "#stop")
    _said(world, EARLIER, "#start")
    _said(world, LINKING, f"#link {NUMBER}")
    for text in ("hello", "#delete", "#delete yes"):
        _said(world, GONE, text)
    _beside(world)
    world.pass_time(AFTERWARDS)
    world.store.commit([rows.back_row(STAFF.id, world.now + cases.BACK_TO_OWNER, case)])
    world.store.commit([Put(rows.search_key(STAFF.id, world.now, "before-6").row({"by": "number", "cases": [case]}))])
    return [row for row in world.dynamo.plain("service") if not _is_of_every_world(row)]


def _helped(world: World) -> str:
    """A case from its opening to its end, with an account that was looked at; return its id."""
    _said(world, EARLIER, "#data")
    _said(world, EARLIER, "my invoice is wrong, and so was the last")
    case = world.next_case("before-1") or ""
    shows = replace(world.desk, account=lambda _: ShownAccount(verified=True))
    shows.show(STAFF, case)
    world.reply_to(case, "before-2", "I have looked at it.")
    world.pass_time(timedelta(hours=1))
    _said(world, EARLIER, "and the bill before that one?")
    case = world.next_case("before-3") or ""
    world.reply_to(case, "before-4", "That one was right.")
    there = conversations.case_of(world.store, case)
    fence = there.fence if there else 0
    resolve(world.desk, STAFF, case, ResolveRequest(request_id="before-5", fence=fence, wrap_up="explained"))
    world.work()
    return case


def _said(world: World, customer: str, text: str) -> None:
    world.write(customer, text)
    world.work()
    world.pass_time(timedelta(minutes=5))


def _beside(world: World) -> None:
    """What stands beside conversations."""
    store, now = world.store, world.now
    Tally().note(store, now, spoilt=True)
    presence.note(store, ("billing", "urgent"), now)
    arrivals.note(store, now, now)
    webhook_state.save(store, webhook_state.WebhookState(webhook="1", valid_at=now, newest="3000000000000000000"))
    loads.take_lease(store, loads.Holder("machine", 1, "one"), now)
    loads.save(store, loads.Load(now.isoformat(), "accounts.jsonl", "ops", state="done", accounts=3), now)
    store.commit([Put(loads.ended_row("account-9", "1"))])
    store.commit([rows.tellme_row(EARLIER, "3000000000000000001", "notice-1", now)])
    credit = Credit("CR-1", 500, "GBP", now, STAFF.id, account_id=f"account-{EARLIER}", case="GGGGGG", reason="sorry")
    lately = GivenLately().plus(credit.minor, now.date())
    store.commit([*credit.writes(EARLIER), lately.put(rows.given_key(STAFF.id), now)])
    call = Call(now, now + timedelta(minutes=30))
    store.commit([lately.put(rows.given_to_key("1"), now), SlotTaken().one_more("billing", call)])
    store.commit([Put(rows.question_key("9XXXXZ", "devices").row({"version": 1, "line": rows.asked_of("devices")}))])
    # Off the clock of events: in no world is anybody told of them, and each would be looked at without end.
    change = {"type": "case.changed", "at": stamp(now), "case": {"id": "9XXXXZ"}, "entries": [], "tried": 0}
    erased = change | {"type": "case.erased"}
    store.commit([Put(rows.event_key("9XXXXZ", 1).row(change)), Put(rows.erased_key("9XXXXY").row(erased))])
    letter = {"MessageGroupId": EARLIER}
    later.keep(store, {"attributes": letter, "messageId": "m-1", "body": '{"kind": "post"}'}, now)
    world.reader.receive(Letter("1", "echo", None, None, None, now))


def _is_of_every_world(row: Item) -> bool:
    of_line = row["sk"] == rows.HOLDERS and {*row["linked"]} <= {LINKED_A, LINKED_B}
    return of_line or row["pk"] in (rows.customer_pk(LINKED_A), rows.customer_pk(LINKED_B))


def text_of(table: list[Item]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, default=int) for row in table) + "\n]\n"


def missing(table: list[Item]) -> Iterator[str]:
    """The kinds of rows of which a table has none."""
    there = {kind_of(row) for row in table}
    yield from (name for name, kind in kinds().items() if kind not in there)


if __name__ == "__main__":
    FILE.write_text(text_of(written()))
