"""Who may see figures, what is switched off, what is known, and how old figures may be."""

from dataclasses import replace

import pytest

from functions.commands.registry import registry
from tests.asking import CONTENT, ask, question, read, said, with_change

ACCOUNT_TAGS = [command.tag for command in registry().commands if command.shows_account]
SHOWING_TAGS = [*ACCOUNT_TAGS, "ios", "android", "windows", "offers", "handsets"]
PAUSE = {"kind": "pause", "says": "Back at 18:00.", "since": "2026-11-24T12:00:00Z", "by": "ops-1"}
NOTICE = {
    "kind": "notice",
    "id": "n1",
    "tags": ["data", "#offers"],
    "says": "data is slow in Leeds.",
    "started_at": "2026-11-24T12:00:00Z",
    "next_at": "2026-11-24T16:00:00Z",
}
BESIDE = "We know about this: data is slow in Leeds. Next news by 16:00."


@pytest.mark.parametrize("tag", ACCOUNT_TAGS)
def test_a_stranger_sees_no_figure(tag: str) -> None:
    assert ask(f"#{tag}", link=None).key == "link.first"
    assert ask(f"#{tag}", link=None, link_ended=True).key == "link.ended"


@pytest.mark.parametrize("tag", ACCOUNT_TAGS)
@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("account.status", "closed", "link.ended"),
        ("account.status", "suspended", "figures.suspended"),
        ("lines.0.status", "lost", "figures.locked"),
        ("lines.0.status", "closed", "link.ended"),
    ],
)
def test_figures_are_shown_only_while_account_and_line_are_in_order(tag: str, path: str, value: str, key: str) -> None:
    assert ask(f"#{tag}", with_change("linked_customer", path, value)).key == key


@pytest.mark.parametrize("tag", ACCOUNT_TAGS)
def test_a_report_of_loss_pauses_figures(tag: str) -> None:
    first = said(ask(f"#{tag}", locked_by="7KD2MX"))
    reply = said(ask(f"#{tag}", locked_by="7KD2MX", told_of_lock=True))

    assert (first.key, reply.key) == ("locked.why", "figures.locked")
    assert reply.quotes is None  # it must be able to leave


def test_an_account_that_is_gone_ends_the_link() -> None:
    asked = replace(question("#data"), account=lambda: None)

    assert registry().by_tag["data"].answer(asked).key == "link.ended"


@pytest.mark.parametrize("tag", ACCOUNT_TAGS)
def test_a_linked_line_that_is_gone_from_the_account_ends_the_link(tag: str) -> None:
    others = with_change("linked_customer", "lines.0.line_id", "7")

    assert ask(f"#{tag}", others, link=question("#data").customer.link).key == "link.ended"


@pytest.mark.parametrize("tag", ACCOUNT_TAGS)
def test_what_quotes_an_account_says_so(tag: str) -> None:
    assert said(ask(f"#{tag}")).quotes == "demo-0002"


@pytest.mark.parametrize("tag", SHOWING_TAGS)
@pytest.mark.parametrize("off", ["all", "{tag}", "#{tag}"])
def test_what_operations_have_switched_off_is_not_answered(tag: str, off: str) -> None:
    reply = said(ask(f"#{tag}", content=[*CONTENT, {**PAUSE, "id": off.format(tag=tag)}]))

    assert reply.text == (
        f"{{hi}}#{tag} is off while we put something right. Back at 18:00. Please try again later, or reply #human."
    )


def test_a_pause_reads_no_account() -> None:
    def nobody() -> None:
        raise AssertionError("the account was read")

    asked = question("#data", content=[*CONTENT, {**PAUSE, "id": "data"}])

    assert registry().by_tag["data"].answer(replace(asked, account=nobody)).key == "figures.paused"


def test_another_hashtag_is_not_paused() -> None:
    assert ask("#data", content=[*CONTENT, {**PAUSE, "id": "charges"}]).key == "allowance.left"


@pytest.mark.parametrize("says", ["#data", "#offers"])
def test_a_known_incident_takes_the_place_of_the_next_step(says: str) -> None:
    assert read(says, content=[*CONTENT, NOTICE]).replace("\n", " ").endswith(BESIDE)


def test_a_known_incident_is_more_serious_than_old_figures() -> None:
    assert read("#data", "old_figures", content=[*CONTENT, NOTICE]).endswith(BESIDE)
    assert read("#data #minutes", "old_figures", content=[*CONTENT, NOTICE]).endswith(BESIDE)


@pytest.mark.parametrize("times", [{"ended_at": "2026-11-24T13:00:00Z"}, {"started_at": "2026-11-24T15:00:00Z"}])
def test_an_incident_that_is_over_or_to_come_is_not_mentioned(times: dict[str, str]) -> None:
    assert BESIDE not in read("#data", content=[*CONTENT, {**NOTICE, **times}])


@pytest.mark.parametrize(
    ("as_of", "key", "says_old"),
    [
        ("2026-11-23T14:15:00Z", "allowance.left", False),
        ("2026-11-23T14:14:59Z", "allowance.left", True),
        ("2026-11-17T14:15:00Z", "allowance.left", True),
        ("2026-11-17T14:14:59Z", "figures.too_old", False),
        ("2026-11-24T14:20:00Z", "allowance.left", False),
        ("2026-11-24T14:20:01Z", "figures.too_old", False),
        (None, "figures.too_old", False),
        ("this morning", "figures.too_old", False),
    ],
)
def test_figures_are_said_while_they_are_worth_it(as_of: str | None, key: str, says_old: bool) -> None:
    reply = said(ask("#data", with_change("linked_customer", "lines.0.as_of", as_of)))

    assert reply.key == key
    assert ("newest figures I have" in reply.next) is says_old
