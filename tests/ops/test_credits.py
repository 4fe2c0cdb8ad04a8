"""What whoever books credits reads of them."""

import json
from datetime import timedelta

from functions.shared.aws.store import Put
from functions.shared.conversation import goodwill
from functions.shared.conversation.goodwill import Credit
from tests.at_desk import START
from tests.at_terminal import Terminal, place, tweetserve

__all__ = ["place", "tweetserve"]  # fixtures

CREDIT = Credit("CR-1", 500, "GBP", START, "agent-1", account_id="account-1", case="7KD2MX", reason="sorry")
LATER = Credit("CR-0", 250, "GBP", START + timedelta(days=1), "agent-1")


def test_the_books_are_told_oldest_first_with_the_same_ids_each_time(tweetserve: Terminal) -> None:
    for credit in (LATER, CREDIT):
        tweetserve.store.commit(credit.writes("1"))

    first, second = tweetserve("credits", "export"), tweetserve("credits", "export")

    told = [json.loads(line) for line in first.stdout.splitlines()]
    assert [credit["id"] for credit in told] == ["CR-1", "CR-0"]
    assert told[0] == {
        "id": "CR-1",
        "at": "2026-11-24T14:00:00Z",
        "minor": 500,
        "currency": "GBP",
        "account_id": "account-1",
        "case": "7KD2MX",
        "reason": "sorry",
        "staff": "agent-1",
    }
    assert first.stdout == second.stdout
    assert [credit["id"] for credit in tweetserve.json("credits", "export", "--since", "2026-11-25")["credits"]] == [
        "CR-0"
    ]


def test_of_who_was_erased_the_amount_is_told_without_an_account(tweetserve: Terminal) -> None:
    line, _ = CREDIT.writes("1")
    tweetserve.store.commit([Put(goodwill.without_person(line.item))])

    [told] = tweetserve.json("credits", "export")["credits"]

    assert (told["id"], told["minor"], told["account_id"], told["case"], told["reason"]) == (
        "CR-1",
        500,
        None,
        None,
        None,
    )
