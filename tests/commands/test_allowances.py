"""What is left of data, texts and minutes, in words."""

from typing import Any

import pytest

from functions.shared.carrier.accounts import Unreadable
from tests.asking import ask, read, with_change


@pytest.mark.parametrize(
    ("says", "path", "value", "part"),
    [
        ("#text", "allowances.text", {"limit": 250, "used": 10}, "you have 240 of your 250 texts left"),
        ("#text", "allowances.text", {"limit": 250, "used": 250}, "each text more costs 15p"),
        ("#text", "allowances.text", {"unlimited": True, "used": 0}, "You've used no texts since"),
        ("#text", "allowances.text", {"unlimited": True, "used": 1}, "You've used 1 text since"),
        ("#data", "allowances.data", {"unlimited": True, "used": 0}, "You've used no data since"),
        ("#minutes", "allowances.minutes", {"limit": 30_000, "used": 29_941}, "to less than one of your 500 minutes"),
        ("#minutes", "allowances.minutes", None, "doesn't include minutes; each minute costs 65p."),
        ("#data", "allowances.data", None, "Hi @linked_customer, your plan doesn't include data. To see plans"),
        ("#data", "allowances.data", {"limit": 10**9, "used": 0}, "It renews on Fri 4 Dec: about 100 MB a day"),
        ("#data", "allowances.data", {"limit": 10**9, "used": 1}, "It renews on Fri 4 Dec. #text"),
    ],
)
def test_an_allowance_is_told_in_words(says: str, path: str, value: Any, part: str) -> None:
    assert part in read(says, with_change("linked_customer", f"lines.0.{path}", value))


def test_what_is_used_up_on_the_day_it_renews_comes_back_today() -> None:
    text = read("#data", with_change("used_up_stops", "lines.0.resets_on", "2026-11-24"))

    assert "Mobile data is paused until later today, so" in text


@pytest.mark.parametrize(
    ("path", "value"), [("renewed_on", "2026-11-25"), ("resets_on", "2026-11-23"), ("renews", "yes")]
)
def test_a_period_that_is_not_now_makes_no_sense(path: str, value: str) -> None:
    with pytest.raises(Unreadable):
        ask("#data", with_change("linked_customer", f"lines.0.{path}", value))


def test_what_happens_when_data_is_used_up_is_not_guessed() -> None:
    with pytest.raises(Unreadable):
        ask("#data", with_change("used_up_stops", "lines.0.when_used_up", {}))
