"""Staff look up what the bot itself says."""

from datetime import date

import pytest

from functions.escalate.look import MOST_FOUND, Known, look
from functions.shared.brand.catalogue import Catalogue
from tests.asking import CONTENT, NOW
from tests.brands import FACTS


def found(asked: str) -> list[Known]:
    return look(asked, Catalogue.of(CONTENT), NOW)


def test_a_guide_is_found_by_its_words_and_says_when_it_was_checked() -> None:
    best = found("ios hotspot")[0]

    assert best.subject == "#ios hotspot"
    assert best.checked_on
    assert best.checked_with


@pytest.mark.parametrize(
    ("asked", "subject", "part"),
    [
        ("pac", "Leaving with the number", "PAC to 65075"),
        ("how do they unlock it", "Another network's SIM", ""),
        ("stolen", "Lost or stolen", "0808 157 0150"),
        ("complaint", "Complaints", "Communications Ombudsman"),
        ("ofcom", "Complaints", "Communications Ombudsman"),
        ("universal credit", "Cannot pay", "StepChange"),
        ("opening hours", "Our phone", "Mon-Sat 08:00-20:00"),
        ("roam", "From abroad", "+44"),
        ("#offers", "#offers", ""),
        ("112", "In danger", "999"),
    ],
)
def test_the_brands_facts_are_found_as_customers_call_them(asked: str, subject: str, part: str) -> None:
    assert any(known.subject == subject and part in known.says for known in found(asked))


def test_what_use_abroad_costs_is_found_by_the_country() -> None:
    assert [known.subject.partition(" (")[0] for known in found("what does Spain cost")][:1] == ["#roaming Spain"]


def test_what_nobody_knows_is_not_made_up() -> None:
    assert found("zebra crossing") == []
    assert found("") == []
    assert found("!?") == []


def test_ten_thousand_signs_are_no_trouble_and_the_answer_stays_short() -> None:
    assert 0 < len(found("phone offer pay " * 600)) <= MOST_FOUND


def test_a_fact_that_is_missing_spoils_no_other() -> None:
    facts = {name: value for name, value in FACTS.items() if name != "number_move"}

    subjects = {known.subject for known in look("leave early contract", Catalogue.of([facts]), NOW)}

    assert subjects == {"Leaving early"}


def test_a_trouble_that_is_on_says_when_the_list_was_last_whole() -> None:
    notice = {
        "kind": "notice",
        "id": "n",
        "tags": [],
        "words": ["calls"],
        "areas": ["Leeds"],
        "says": "calls in Leeds may fail.",
        "started_at": "2026-11-24T13:00:00Z",
        "next_at": "2026-11-24T15:30:00Z",
    }
    checked = {"kind": "notices", "id": "checked", "as_of": "2026-11-24T14:00:00Z"}

    [best, *_] = look("calls leeds", Catalogue.of([FACTS, notice, checked]), NOW)

    assert best.says == "calls in Leeds may fail. Next news by 15:30."
    assert best.checked_on == date(2026, 11, 24)
