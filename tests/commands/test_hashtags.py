"""What each hashtag answers: the demo people's questions, the registry's examples, and who may see what."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.commands.decide import nobody
from functions.commands.incoming import Heard
from functions.commands.registry import Command, Escalate, Example, Registry, TakenTwice, registry
from functions.shared.carrier.accounts import Unreadable
from functions.shared.conversation.cases import Case
from functions.shared.wording import rules
from functions.shared.wording.stop_words import plain_stop, stop_tag
from functions.shared.wording.text import Reply
from tests.asking import CONTENT, NOW, PEOPLE, ask, decided, question, read, with_change
from tests.places import DATA

ROWS = tomllib.loads((DATA / "replies.toml").read_text(encoding="utf-8"))["rows"]
ACCOUNT_TAGS = [command.tag for command in registry().commands if command.shows_account]
SHOWING_TAGS = [*ACCOUNT_TAGS, "ios", "android", "windows", "offers", "handsets"]
EXAMPLES = [(command, example) for command in registry().commands for example in command.examples]
CASE = Case("7KD2MX", "2", "billing", "bill", opened_at=NOW - timedelta(hours=2), due_at=NOW + timedelta(minutes=25))

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


def said(result: Reply | Escalate) -> Reply:
    assert isinstance(result, Reply)
    return result


def item(kind: str, **values: Any) -> list[dict[str, Any]]:
    """Return the demo's content with other items of one kind: one, with these values changed."""
    one = next(item for item in CONTENT if item["kind"] == kind)
    return [item for item in CONTENT if item["kind"] != kind] + [{**one, **values}]


# ---- what the demo people read ----


@pytest.mark.parametrize(("who", "says", "key", "reads"), ROWS)
def test_a_demo_customer_reads_what_is_promised(who: str, says: str, key: str, reads: str) -> None:
    decision = decided(says, who)

    assert decision.say
    assert (decision.say.key, decision.say.text) == (key, reads)


def test_who_comes_back_after_a_stop_is_answered_again() -> None:
    text = read("#data", "stopped_customer", stopped_by=None)

    assert text == (
        "Hi @stopped_customer, you have 2.9 GB of your 5 GB of data left (as of 14:03). It renews on Fri 4 Dec: about"
        " 299 MB a day until then. #text and #minutes show the rest."
    )


def test_who_has_linked_a_new_account_has_no_bill_yet() -> None:
    text = read("#charges", with_change("new_customer", "linked", True))

    assert text == (
        "Hi @new_customer, you don't have a bill yet. Your first one comes on Fri 18 Dec. Nothing extra so far (as of"
        " 14:03). #data, #text and #minutes show what you have left."
    )


@pytest.mark.parametrize(
    ("command", "example"), EXAMPLES, ids=[f"{command.tag}-{example.by}" for command, example in EXAMPLES]
)
def test_each_example_gets_the_answer_it_names(command: Command, example: Example) -> None:
    result = command.answer(question(example.says, example.by))

    assert result.key == example.key


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_each_hashtag_has_a_help_line_and_examples(command: Command) -> None:
    assert command.help
    assert command.help[0].islower()
    assert command.examples


# ---- who may see figures ----


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


# ---- known incidents ----


@pytest.mark.parametrize("says", ["#data", "#offers"])
def test_a_known_incident_takes_the_place_of_the_next_step(says: str) -> None:
    assert read(says, content=[*CONTENT, NOTICE]).replace("\n", " ").endswith(BESIDE)


def test_a_known_incident_is_more_serious_than_old_figures() -> None:
    assert read("#data", "old_figures", content=[*CONTENT, NOTICE]).endswith(BESIDE)
    assert read("#data #minutes", "old_figures", content=[*CONTENT, NOTICE]).endswith(BESIDE)


@pytest.mark.parametrize("times", [{"ended_at": "2026-11-24T13:00:00Z"}, {"started_at": "2026-11-24T15:00:00Z"}])
def test_an_incident_that_is_over_or_to_come_is_not_mentioned(times: dict[str, str]) -> None:
    assert BESIDE not in read("#data", content=[*CONTENT, {**NOTICE, **times}])


# ---- the age of figures ----


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


def test_a_bill_that_is_not_theirs_is_not_called_old() -> None:
    reply = said(ask("#charges", with_change("line_user", "account.as_of", "2026-11-01T00:00:00Z")))

    assert reply.key == "charges.not_holder"


# ---- bills ----


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("bills.0.due_on", "2026-11-24", "(Direct Debit today)"),
        ("bills.0.due_on", "2026-11-25", "(Direct Debit tomorrow)"),
        ("bills.0.paid_on", "2026-11-23", "(paid yesterday, thank you)"),
        ("bills.0.payment", "other", "(due on Mon 30 Nov)"),
        ("account.next_bill_on", "2026-11-23", "Next bill: any day now."),
        ("account.next_bill_on", "2027-01-14", "Next bill: Thu 14 Jan 2027."),
        ("account.bill_limit_minor", 121, "calls to 084 numbers (as of 14:03). Next bill"),
        ("account.extras", [], "Extra since then: £1.20 (as of 14:03)."),
        ("account.extras", [{"what": "a", "minor": 1}, {"what": "b", "minor": 1}], "£1.20, for a and b (as"),
        ("account.extras", [{"what": "a" * 40, "minor": 1}] * 3, f", for {'a' * 40} and more (as"),
    ],
)
def test_a_bill_is_told_in_words(path: str, value: Any, part: str) -> None:
    assert part in read("#charges", with_change("linked_customer", path, value))


def test_a_bill_past_its_day_with_nothing_owed_is_not_overdue() -> None:
    assert "(nothing left to pay)" in read("#charges", with_change("overdue_bill", "account.owed_minor", 0))


def test_the_newest_bill_is_told() -> None:
    bill = PEOPLE["linked_customer"]["bills"][0]
    older = {**bill, "issued_on": "2026-10-14", "amount_minor": 100}

    assert "your last bill is £23.45 (" in read("#charges", with_change("linked_customer", "bills", [bill, older]))


@pytest.mark.parametrize("missing", ["owed_minor", "extra_charges_minor", "next_bill_on", "kind"])
def test_a_bill_with_a_figure_missing_is_not_guessed(missing: str) -> None:
    with pytest.raises(Unreadable):
        ask("#charges", with_change("linked_customer", f"account.{missing}", None))


# ---- allowances ----


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


# ---- several in one DM ----


def test_figures_of_two_ages_each_carry_their_own() -> None:
    text = read("#charges #data", with_change("prepaid", "account.as_of", "2026-11-24T09:00:00Z"))

    assert text == (
        "Hi @prepaid, here you are:\nCredit: £7.40 (as of 09:00)\nData: 8.2 GB of 10 GB left (as of 14:03)\n"
        "Ends on Fri 4 Dec."
    )


def test_a_stranger_is_asked_for_a_link_once() -> None:
    assert read("#data #minutes", "new_customer") == read("#data", "new_customer")


def test_what_does_not_fit_into_one_dm_is_asked_for_again() -> None:
    text = read("#ios #android #windows #data")

    assert text.endswith("For the rest, please send one hashtag at a time.")
    assert len(text) <= 500


def test_old_figures_are_said_to_be_old_beside_others_too() -> None:
    text = read("#data #minutes", "old_figures")

    assert text.endswith(
        "As of 07:15 yesterday; both renew on Fri 4 Dec.\n"
        "These are the newest figures I have; later use doesn't show yet."
    )


# ---- content ----


@pytest.mark.parametrize(
    ("says", "part"),
    [
        ("#ios", "no internet? 1 Settings > Mobile Service"),
        ("#ios my eSIM is new", "for an eSIM: Settings > Mobile Service"),
        ("#android tethering please", "Hotspot & tethering"),
        ("#windows", "on a laptop with our SIM"),
        ("#lumia", "Microsoft stopped updating"),
    ],
)
def test_a_guide_is_chosen_by_the_words_of_the_message(says: str, part: str) -> None:
    assert part in said(ask(says)).text


def test_a_guide_names_the_others_of_its_platform() -> None:
    assert said(ask("#ios")).next == "More: #ios esim or hotspot."


def test_a_platform_without_a_guide_goes_to_people() -> None:
    assert ask("#ios", content=item("guide")[:-1]) == Escalate("device", "devices")


def test_offers_fit_the_customer_as_far_as_known() -> None:
    assert "1 Double data" in read("#offers")
    assert "1 Data pack" in read("#offers", "prepaid")
    assert "1 Data pack" in read("#offers", "new_customer")
    assert "1 Data pack" in read("#offers", with_change("linked_customer", "account.kind", "odd"))


@pytest.mark.parametrize("dates", [{"from_on": "2026-11-25"}, {"until_on": "2026-11-23"}])
def test_what_is_not_on_today_is_not_offered(dates: dict[str, str]) -> None:
    assert ask("#offers", content=item("offer", **dates)).key == "offers.none"
    assert ask("#handsets", content=item("handset", **dates)).key == "handsets.none"


def test_what_is_sold_out_is_not_shown() -> None:
    assert ask("#handsets", content=item("handset", in_stock=False)).key == "handsets.none"


@pytest.mark.parametrize(
    ("upgrade_from", "line"),
    [
        ("2027-02-01", "\nYou can upgrade from Mon 1 Feb 2027.\n"),
        ("2026-11-24", "\nYou can upgrade now.\n"),
        ("soon", "subject to status.\nWant one?"),
        (None, "subject to status.\nWant one?"),
    ],
)
def test_handsets_say_when_the_customer_may_upgrade(upgrade_from: str | None, line: str) -> None:
    reply = said(ask("#handsets", with_change("linked_customer", "lines.0.upgrade_from", upgrade_from)))

    assert line in reply.text
    assert reply.quotes == ("demo-0002" if "upgrade" in reply.text else None)


def test_a_stranger_sees_the_phones_and_nothing_of_an_account() -> None:
    reply = said(ask("#handsets", "new_customer"))

    assert "Kestrel 9" in reply.text
    assert "upgrade" not in reply.text
    assert reply.quotes is None


# ---- finding the way ----


def test_help_is_the_menu() -> None:
    registered = {command.tag for command in registry().commands}

    lines = read("#help").splitlines()

    assert [line for line in lines if not line.startswith(("#link", "#delete"))] == [
        "Hi @linked_customer, here's what you can send:",
        "#charges - your bill",
        "#data #text #minutes - what you have left",
        "#ios #android #windows - phone help",
        "#offers #handsets - what's on",
        "#status - a question you asked us",
        "#human - a person",
        "#urgent - phone stolen, or someone unsafe",
        "#stop - no more automatic replies",
        "How we use your messages: https://example.com/privacy",
    ]
    assert any(line.startswith("#link") for line in lines) is ("link" in registered)


@pytest.mark.parametrize(
    ("case", "reads"),
    [
        (
            CASE,
            "your question 7KD-2MX is with our billing team. A person will reply here in about 25 minutes. Anything",
        ),
        (
            replace(CASE, state="WAITING_CUSTOMER", answered_at=datetime(2026, 11, 23, 22, 10, tzinfo=UTC)),
            "we answered 7KD-2MX at 22:10 yesterday and are waiting to hear from you.",
        ),
        (None, "you have no open question with us."),
    ],
)
def test_status_says_how_the_question_stands(case: Case | None, reads: str) -> None:
    assert said(ask("#status", case=case)).text.removeprefix("{hi}").startswith(reads)


def test_a_stop_names_the_question_that_stays() -> None:
    assert said(ask("#stop", case=CASE)).text == (
        "Done{name}: no more automatic replies, hashtags included. Your question 7KD-2MX stays with our team. If you"
        " write in your own words, a person may answer. #start switches me back on."
    )


# ---- whose is a word ----


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"tag": "data"}, "#data belongs to #data; choose another word for #data"),
        ({"aliases": ("gb",)}, "#gb belongs to #data; choose another word for #parcel"),
        ({"words": ("gigs",)}, "gigs belongs to #data; choose another word for #parcel"),
        ({"aliases": ("gigs",)}, "#gigs belongs to #data; choose another word for #parcel"),
        ({"tag": "roaming"}, "#roaming belongs to the rule order in routing.toml; choose another word for #roaming"),
        ({"aliases": ("pac",)}, "#pac belongs to the rule switch in routing.toml; choose another word for #parcel"),
        ({"words": ("suicidal",)}, "suicidal belongs to the rule care_now in routing.toml; choose another word for"),
        ({"words": ("today",)}, "today belongs to the filler in routing.toml; choose another word for #parcel"),
    ],
)
def test_a_command_may_not_claim_what_is_anothers(claims: dict[str, Any], says: str) -> None:
    data = registry().by_tag["data"]
    parcel = replace(data, tag="parcel", aliases=(), words=())

    with pytest.raises(TakenTwice, match=says):
        Registry((data, replace(parcel, **claims)))


@pytest.mark.parametrize("command", registry().commands, ids=lambda command: command.tag)
def test_each_word_of_a_hashtag_leads_to_it(command: Command) -> None:
    says = [f"#{tag}" for tag in (command.tag, *command.aliases)] + list(command.words)

    assert {said: heard(said) for said in says} == dict.fromkeys(says, command.tag)


def heard(says: str) -> str:
    """Return the tag of the one command that a message leads to."""
    if stop_tag(says) or plain_stop(says, unless=rules.urgent):
        return "stop"
    found = Heard(question(says), "7KD2MX", lambda _: 0, nobody)
    assert not rules.urgent(found.read.words, [tag for tag in found.read.tags if tag not in registry().by_tag])
    return " ".join(command.tag for command in found.commands)
