"""A known incident of the demo, from the phone page: begun, ended, and who got what."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from functions.shared.aws import clock
from functions.shared.aws.rows import PROFILE, REPLY, kind_in
from functions.shared.brand.catalogue import Notice
from functions.shared.conversation.conversations import customer_in, reply_in
from functions.shared.conversation.customers import Customer
from infra.layout import TABLES
from local.demo_data import store
from ops.catalogue import Item, flaw, put
from ops.notice import Notices, begun, ended, lists, whole
from ops.place import Place, Trouble

_, CATALOGUE, SERVICE = TABLES
HERE = Place("here", {"catalogue_table": CATALOGUE.name, "service_table": SERVICE.name})
TAGS = ["data", "text", "minutes"]
"""Whose answers mention it."""
NEWS_IN = "2h"

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Begin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    says: Line
    areas: tuple[Line, ...] = ()
    words: tuple[Line, ...] = ()


class End(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Line
    says: Line


def begin(body: bytes) -> None:
    """Begin one. Raises Trouble for what makes no sense."""
    said, there = _read(Begin, body), Notices.at(HERE)
    item = begun(there.brand, "", said.says, there.now, there.moment(NEWS_IN))
    _put(item | lists(there.brand, [*said.areas], [*said.words], TAGS))


def end(body: bytes) -> None:
    """End one. Raises Trouble where it is over, or there is none."""
    said, there = _read(End, body), Notices.at(HERE)
    _put(ended(there.one(said.id), said.says, there.now))


def _read[T: BaseModel](model: type[T], body: bytes) -> T:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise Trouble("says: what customers read, 100 signs at most; beside it areas and words, or the id.") from None


def _put(item: Item) -> None:
    if why := flaw(item):
        raise Trouble(f"The notice makes no sense: {why}.")
    put(HERE, [item, whole(clock.now())])


def shown() -> list[dict[str, Any]]:
    """Return what there is, the newest first, with who knows of it, who waits for its end and who was told."""
    notices = [Notice.model_validate(item) for item in Notices.at(HERE).items.values() if not flaw(item)]
    rows = store().all()
    customers = [customer_in(row) for row in rows if kind_in(row) == PROFILE]
    replies = [reply_in(row) for row in rows if kind_in(row) == REPLY]
    return [
        {
            "id": one.id,
            "says": one.fixed or one.says,
            "on": one.on(clock.now()),
            "knows": _handles(who for who in customers if one.id in (who.told_of, who.told_over)),
            "waits": _handles(who for who in customers if one.id in who.waits_for),
            "told": _handles(
                who
                for who in customers
                if any(r.customer == who.x_id and r.cause == f"notice-{one.id}" and r.state == "SENT" for r in replies)
            ),
        }
        for one in sorted(notices, key=lambda one: one.started_at, reverse=True)
    ]


def _handles(customers: Iterable[Customer]) -> list[str]:
    return sorted(who.handle or who.x_id for who in customers)
