"""Writes accounts into the table: each whole or not at all, on condition that nobody else has written it meanwhile."""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from functions.load import loads
from functions.load.planning import ACCOUNT, ITEMS_TOGETHER, Plan, There, plan
from functions.shared.aws.store import Item, LeftUnread, Store, batch_get
from functions.shared.aws.typed import typed, unmarshalled
from functions.shared.carrier.accounts import PARTS, Document

READ_TOGETHER = 100
_TRIES = 8
PASSES = {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction is cancelled that can do better: somebody else was at it, or it was too much at once."""
TOO_MUCH = {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
"""What a table says that is asked for more than it takes, or than it is used to."""

QUICK = Config(parameter_validation=False)
"""For the client: what it is given is typed here, and to look at it all again takes half of its time."""


@dataclass(frozen=True)
class Written:
    written: int = 0
    unchanged: int = 0
    older: int = 0
    ended: int = 0
    """Lines."""


@dataclass(frozen=True)
class Table:
    """The accounts' table, and the service's, which notes which links have to end."""

    client: Any
    name: str
    store: Store
    dry: bool = False
    """Say what would be done, and do nothing."""
    wait: Any = field(default=time.sleep)

    def bring(self, documents: Sequence[Document], now: datetime) -> Written:
        """Write what is newer and other than what is there. No account may be named twice."""
        left, done = list(documents), list[Plan]()
        for tried in range(_TRIES):
            written = self._bring(left, now)
            done += written
            whole = {one.account_id for one in written if one.is_whole}
            left = [document for document in left if document.account.account_id not in whole]
            if not left:
                return _told(done)
            self.wait(random.uniform(0.5, 1) * 0.05 * 2**tried)  # noqa: S311 - so that two do not meet again
        raise RowContended

    def _bring(self, documents: Sequence[Document], now: datetime) -> list[Plan]:
        """Plan and write; return what is done. The table may take less than all of it."""
        try:
            there = self.there([document.account.account_id for document in documents])
            plans = [plan(document, there[document.account.account_id], now) for document in documents]
            again = set() if self.dry else self._write(plans)
        except ClientError as error:
            if error.response["Error"]["Code"] not in TOO_MUCH:
                raise
            return []
        except LeftUnread:
            return []
        if self.dry:
            return [replace(one, is_whole=True) for one in plans]
        return [one for one in plans if one.account_id not in again]

    def there(self, ids: Sequence[str]) -> dict[str, There]:
        """Read what is there of accounts: one item of each says all."""
        found: dict[str, There] = {one: There() for one in ids}
        for some in batched(ids, READ_TOGETHER, strict=False):
            keys = [{"account_id": {"S": one}, "part": {"S": ACCOUNT}} for one in some]
            read = batch_get(self.client, self.name, keys, self.wait, only=("account_id", PARTS))
            for item in map(unmarshalled, read):
                account_id, marks = item["account_id"], item.get(PARTS)
                found[account_id] = There(marks, () if marks else tuple(self.items(account_id)))
        return found

    def items(self, account_id: str) -> Iterator[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="account_id = :account_id",
            ExpressionAttributeValues={":account_id": {"S": account_id}},
            ConsistentRead=True,
        )
        return (unmarshalled(item) for page in pages for item in page["Items"])

    def known(self) -> Iterator[tuple[str, str]]:
        """Read which accounts there are, and how old each is."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.name,
            FilterExpression="part = :account",
            ExpressionAttributeValues={":account": {"S": ACCOUNT}},
            ProjectionExpression="account_id, as_of",
        )
        for page in pages:
            for item in page["Items"]:
                yield item["account_id"]["S"], item.get("as_of", {}).get("S", "")

    def end(self, account_id: str) -> int:
        """Take an account away that its carrier no longer has; return how many lines it had."""
        items = sorted(self.items(account_id), key=lambda item: item["part"] == ACCOUNT)  # found again if interrupted
        lines = [item["part"].removeprefix("line#") for item in items if item["part"].startswith("line#")]
        self._note((account_id, line) for line in lines)
        for some in batched(items, ITEMS_TOGETHER, strict=False):
            writes = [self._delete(account_id, item["part"]) for item in some]
            self.client.transact_write_items(TransactItems=writes)
        return len(lines)

    def _write(self, plans: Iterable[Plan]) -> set[str]:
        """Write what is planned; return the accounts that have to be planned again."""
        again: set[str] = set()
        plans = list(plans)
        self._note((one.account_id, line) for one in plans for line in one.ended)
        for some in _together([(one.account_id, self._writes(one)) for one in plans if one.puts or one.gone]):
            writes = [write for _, several in some for write in several]
            try:
                self.client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                codes = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
                if not codes & PASSES:
                    raise
                again |= {account_id for account_id, _ in some}
        return again

    def _writes(self, one: Plan) -> list[Item]:
        by_part = {item["part"]: item for item in one.puts}
        return [
            self._account(one, by_part.pop(ACCOUNT, None)),
            *({"Put": {"TableName": self.name, "Item": typed(item)}} for item in by_part.values()),
            *(self._delete(one.account_id, part) for part in one.gone),
        ]

    def _account(self, one: Plan, item: Item | None) -> Item:
        """Write an account's item, or what it is made of; whatever else changes does so with it or not at all."""
        condition, values = _as_it_was(one.there)
        as_it_was = {"TableName": self.name, "ConditionExpression": condition}
        if item:
            return {"Put": as_it_was | {"Item": typed(item)} | _with(values)}
        key = as_it_was | {"Key": typed({"account_id": one.account_id, "part": ACCOUNT})}
        if one.parts is None:
            return {"ConditionCheck": key | _with(values)}
        return {"Update": key | {"UpdateExpression": "SET parts = :are"} | _with(values | {":are": one.parts})}

    def _delete(self, account_id: str, part: str) -> Item:
        return {"Delete": {"TableName": self.name, "Key": typed({"account_id": account_id, "part": part})}}

    def _note(self, ended: Iterable[tuple[str, str]]) -> None:
        """Note lines before they end: whoever ends their links sees whether they have."""
        rows = (typed(loads.ended_row(*one)) for one in ended)
        for some in batched(rows, ITEMS_TOGETHER, strict=False):
            writes = [{"Put": {"TableName": self.store.table, "Item": row}} for row in some]
            self.client.transact_write_items(TransactItems=writes)


class RowContended(Exception):
    """Others kept writing the same accounts."""


def _as_it_was(there: There) -> tuple[str, Item]:
    """The condition that an account is as it was when the change was planned."""
    if there.is_marked:
        return "parts = :were", {":were": there.parts}
    return f"attribute_not_exists({'parts' if there.items else 'account_id'})", {}


def _with(values: Item) -> Item:
    return {"ExpressionAttributeValues": typed(values)} if values else {}


def _together(writes: Iterable[tuple[str, list[Item]]]) -> Iterator[list[tuple[str, list[Item]]]]:
    """Put accounts together that one transaction can write."""
    some: list[tuple[str, list[Item]]] = []
    for account_id, several in writes:
        if some and sum(len(one) for _, one in some) + len(several) > ITEMS_TOGETHER:
            yield some
            some = []
        some.append((account_id, several))
    if some:
        yield some


def _told(done: Sequence[Plan]) -> Written:
    return Written(
        written=sum(one.written for one in done),
        unchanged=sum(one.unchanged for one in done),
        older=sum(one.older for one in done),
        ended=sum(len(one.ended) for one in done),
    )
