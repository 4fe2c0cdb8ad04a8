"""Each change of a case leaves for who listens elsewhere: signed, at least once, a case's changes in their order.

Who does not take one is asked again, later and later up to four minutes; meanwhile the rest of this case waits, and
that of others does not.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
from botocore.exceptions import BotoCoreError, ClientError
from standardwebhooks import Webhook

from functions.shared.aws import telemetry
from functions.shared.aws.rows import EVENT, EVENTS, all_of, case_id_in, entry_key, id_in
from functions.shared.aws.store import Item, Store, Update, stamp
from functions.shared.turns import Turns

_TIME_OUTS = (2, 5)
"""To connect, and to answer. Who takes longer may have it, and gets it again under the same id."""
_RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4))
_IN_VAIN = 3
"""So many calls in vain are enough for one tick."""
EVENT_SOURCE = "tweetserve"

type CaseEvent = dict[str, Any]


class Listener(Protocol):
    """Is told an event under its id; says whether it has it now."""

    def __call__(self, event_id: str, event: CaseEvent, now: datetime, /) -> bool: ...


def by_url(url: str, key: Callable[[], str]) -> Listener:
    """Tell a URL as Standard Webhooks has it."""

    def tell(event_id: str, event: CaseEvent, now: datetime) -> bool:
        body = json.dumps(event, ensure_ascii=False)
        signed = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(key()).sign(event_id, now, body),
        }
        try:
            # What it answers is not read, and it leads nowhere else.
            with requests.post(
                url, body.encode(), headers=signed, timeout=_TIME_OUTS, allow_redirects=False, stream=True
            ) as answer:
                return 200 <= answer.status_code < 300
        except requests.RequestException:
            return False

    return tell


def by_bus(bus: str, client: Any) -> Listener:
    """Put events on an EventBridge bus."""

    def tell(event_id: str, event: CaseEvent, _now: datetime) -> bool:
        detail = json.dumps({"id": event_id, **event}, ensure_ascii=False)
        entry = {"EventBusName": bus, "Source": EVENT_SOURCE, "DetailType": event["type"], "Detail": detail}
        try:
            return not client.put_events(Entries=[entry])["FailedEntryCount"]
        except (BotoCoreError, ClientError):
            return False

    return tell


def tell_waiting(store: Store, listeners: Mapping[str, Listener], turns: Turns) -> None:
    """Tell what waits, the oldest first, until the time is up or too much is in vain."""
    in_vain = 0
    for pk in turns.each(_cases(store, turns.now())):
        left = False
        with turns.one():
            left = _case_leaves(store, pk, listeners, turns)
        in_vain += not left
        if in_vain == _IN_VAIN:
            return


def _cases(store: Store, now: datetime) -> Iterator[str]:
    """Name the partitions of cases that have something to tell, each once; what is not asked for is not read."""
    seen = set()
    for row in store.all_due(EVENTS, now):
        if row["pk"] not in seen:
            seen.add(row["pk"])
            yield row["pk"]


def _case_leaves(store: Store, pk: str, listeners: Mapping[str, Listener], turns: Turns) -> bool:
    """Tell what waits of one case up to the first that somebody does not take. Says whether nobody refused."""
    now = turns.now
    for row in turns.each(store.query(pk, all_of(EVENT))):
        if row["look_at"] > stamp(now()):
            return True  # it rests, and what is behind it waits
        waits_for = [name for name in listeners if name not in row.get("taken_by", ())]
        refuse = [name for name in waits_for if not listeners[name](_event_id(row), _event_in(row), now())]
        if refuse:
            _put_off(store, row, [name for name in listeners if name not in refuse], now())
            return False
        store.delete(row["pk"], row["sk"])
    return True


def _put_off(store: Store, row: Item, taken_by: list[str], now: datetime) -> None:
    telemetry.count("EventNotTaken")
    tried = int(row["tried"])
    telemetry.warning("an event was not taken", case=case_id_in(row), attempt=tried + 1)
    later = stamp(now + _RESTS[min(tried, len(_RESTS) - 1)])
    values = {"later": later, "taken": taken_by, "tried": tried + 1}
    change = "SET look_at = :later, taken_by = :taken, tried = :tried"
    store.update(Update(row["pk"], row["sk"], change, "attribute_exists(pk)", values))


def _event_id(row: Item) -> str:
    """Return an event's id: the same, however often it is told."""
    return f"{case_id_in(row)}-{int(id_in(row))}"


def _event_in(row: Item) -> CaseEvent:
    data = {"sequence": int(id_in(row)), "case": row["case"], "entries": row["entries"]}
    return {"type": row["type"], "timestamp": row["at"], "data": data}


def saying_words(store: Store, tell: Listener) -> Listener:
    """Let a listener read what was said, as long as it is kept: what was erased meanwhile is not told."""

    def told(event_id: str, event: CaseEvent, now: datetime) -> bool:
        data = event["data"]
        entries = [one | _words(store, data["case"]["id"], one) for one in data["entries"]]
        return tell(event_id, event | {"data": data | {"entries": entries}}, now)

    return told


def _words(store: Store, case_id: str, entry: Item) -> Item:
    kept = store.get(*entry_key(case_id, datetime.fromisoformat(entry["at"]), entry["id"]))
    return {"text": kept["text"]} if kept else {}
