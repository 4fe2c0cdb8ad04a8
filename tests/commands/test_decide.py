"""What is decided about a DM, in the order in which decisions are made."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from botocore.exceptions import ClientError

from functions.commands.decide import decide, decide_encrypted
from functions.commands.decisions import Decision, Join, Open
from functions.commands.registry import Question
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Case, Team
from functions.shared.conversation.customers import Customer, Link, OurQuestion
from functions.shared.x.messages import DirectMessage
from tests.brands import FACTS
from tests.places import DATA

SENTENCES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
ME = "2000000000000000002"
NEW_CASE = "7KD2MX"
KNOWN = Customer(ME, handle="linked_customer", told_privacy=True)
CASE = Case("8GHJKM", ME, "billing", "bill", opened_at=NOW - timedelta(minutes=10), due_at=NOW + timedelta(minutes=50))
WITH_PERSON = replace(KNOWN, case=CASE.id)


CONTENT = Catalogue.of(
    [
        FACTS,
        {
            "kind": "guide",
            "id": "ios#internet",
            "platform": "ios",
            "topic": "internet",
            "text": "no internet? Aeroplane mode on for ten seconds, then off.",
            "checked_on": "2026-11-01",
            "checked_with": "iOS 26",
        },
    ]
)


def no_account() -> Account | None:
    return None


def on(
    text: str,
    customer: Customer = KNOWN,
    case: Case | None = None,
    *,
    now: datetime = NOW,
    dm_id: str = "1000",
    sent_at: int = 1_764_000_000_000,
    account: Callable[[], Account | None] = no_account,
    attachment: bool = False,
    waiting: int = 0,
    staffed: bool = False,
) -> Decision:
    dm = DirectMessage(
        id=dm_id, customer=ME, handle="linked_customer", text=text, sent_at=sent_at, attachment=attachment
    )
    question = Question(dm, customer, now, account, CONTENT, case)
    return decide(question, case_id=NEW_CASE, waiting=lambda _: waiting, staffed=lambda _: staffed)


def key(decision: Decision) -> str | None:
    return decision.say.key if decision.say else None


def text(decision: Decision) -> str:
    assert decision.say
    return decision.say.text


def opened(decision: Decision) -> Open:
    assert isinstance(decision.case, Open)
    return decision.case


def is_silent(decision: Decision) -> bool:
    return decision.say is None


# ---- every sentence ----


@pytest.mark.parametrize(("says", "tags", "outcome"), SENTENCES["hashtags"])
def test_a_message_with_hashtags_comes_out_as_stated(says: str, tags: str, outcome: str) -> None:
    decision = on(says)

    answered = decision.say.tags if decision.say else ()
    expected = [tag.removeprefix("#") for tag in tags.split() if tag not in ("#human", "#urgent")]
    assert list(answered) == expected
    to = [f"{opened(decision).team}/{opened(decision).kind}"] if decision.case else []
    assert "+".join(["answer"] * bool(answered) + to) == outcome.removeprefix("case/")


@pytest.mark.parametrize(
    ("says", "goes_to"),
    [row[:2] for rows in ("examples", "near_misses", "plainly_urgent", "hard") for row in SENTENCES[rows]],
)
def test_a_message_without_hashtags_goes_where_it_is_stated(says: str, goes_to: str) -> None:
    decision = on(says)

    if goes_to == "silent":
        assert (decision.disposition, decision.say, decision.case) == ("ignored", None, None)
    elif goes_to.startswith("answer:"):
        assert decision.say
        assert goes_to.removeprefix("answer:") in (*decision.say.tags, *decision.say.key.split("."))
        assert decision.case is None
    else:
        assert opened(decision).team == goes_to


# ---- stop and start ----


@pytest.mark.parametrize(
    "says", ["#stop", "STOP", "please stop messaging me", "#ѕtор", "#sotp", "#data#stop", "#stop #help"]
)
def test_a_stop_is_confirmed_once_and_nothing_else_is_said(says: str) -> None:
    decision = on(says)

    assert decision.say
    assert (decision.disposition, decision.say.key, decision.say.kind) == ("answered", "stop.done", "stop")
    assert decision.customer.stopped_by == "1000"
    assert decision.case is None


def test_a_second_stop_is_silent() -> None:
    decision = on("#stop", replace(KNOWN, stopped_by="900"))

    assert is_silent(decision)
    assert decision.disposition == "suppressed"
    assert decision.customer.stopped_by == "1000"


def test_words_beside_a_stop_reach_people_with_the_confirmation_as_the_only_dm() -> None:
    decision = on("#stop charging me twice")

    assert (opened(decision).team, opened(decision).kind) == ("billing", "bill")
    assert key(decision) == "stop.done"
    assert "7KD-2MX" in text(decision)
    assert decision.customer.stopped


def test_a_stolen_phone_beside_a_stop_is_urgent_and_locks() -> None:
    decision = on("#stop my phone was stolen")

    assert opened(decision).team == "urgent"
    assert decision.customer.locked_by == NEW_CASE
    assert key(decision) == "stop.done"


def test_a_stop_while_a_person_owns_the_conversation_is_confirmed_with_the_case() -> None:
    decision = on("stop", WITH_PERSON, CASE)

    assert "8GH-JKM" in text(decision)
    assert decision.customer.case == CASE.id


SWITCHED = replace(KNOWN, confirmed_at=(NOW - timedelta(minutes=14), NOW - timedelta(minutes=2)))


def test_a_third_switch_in_a_window_counts_and_is_confirmed_when_that_is_over() -> None:
    decision = on("#stop", SWITCHED)

    assert (decision.disposition, decision.say) == ("ignored", None)
    assert decision.customer.stopped
    assert decision.customer.confirm_at == NOW + timedelta(minutes=1)


def test_what_is_said_beside_a_third_switch_reaches_people() -> None:
    decision = on("#stop charging me twice", SWITCHED)

    assert opened(decision).kind == "bill"
    assert decision.say is None


def test_a_third_switch_in_another_window_is_confirmed_at_once() -> None:
    due = replace(SWITCHED, confirmed_at=(NOW - timedelta(minutes=15), NOW), confirm_at=NOW)

    decision = on("#stop", due)

    assert key(decision) == "stop.done"
    assert decision.customer.confirm_at is None


def test_a_stop_older_than_a_known_start_does_nothing() -> None:
    decision = on("#stop", replace(KNOWN, started_by="1001"))

    assert (decision.disposition, decision.say) == ("ignored", None)
    assert not decision.customer.stopped


def test_ids_are_compared_as_numbers() -> None:
    decision = on("#stop", replace(KNOWN, started_by="999"), dm_id="1000")

    assert decision.customer.stopped_by == "1000"


@pytest.mark.parametrize("says", ["#start", "#tweetserve", "START"])
def test_a_start_resumes(says: str) -> None:
    decision = on(says, replace(KNOWN, stopped_by="900"))

    assert key(decision) == "start.back"
    assert not decision.customer.stopped
    assert decision.customer.started_by == "1000"


def test_a_start_older_than_the_stop_does_nothing() -> None:
    decision = on("#start", replace(KNOWN, stopped_by="1001"))

    assert (decision.disposition, decision.say) == ("ignored", None)
    assert decision.customer.stopped_by == "1001"


STOPPED = replace(KNOWN, stopped_by="900")


@pytest.mark.parametrize(
    "says", ["#data", "how much data have I got left?", "#dtaa", "#xyz", "hello", "#help", "#lnik"]
)
def test_after_a_stop_hashtags_meet_silence(says: str) -> None:
    decision = on(says, STOPPED)

    assert (decision.disposition, decision.say, decision.case) == ("suppressed", None, None)
    assert decision.customer.asked is None


@pytest.mark.parametrize(
    ("says", "team"),
    [
        ("my bill is wrong", "billing"),
        ("#data not working since Tuesday", "devices"),
        ("#human", "general"),
        ("#urgent", "urgent"),
        ("is this text a scam", "general"),
        ("my phone was stolen", "urgent"),
        ("asdfghjkl", "general"),
    ],
)
def test_after_a_stop_a_question_reaches_people_without_a_word(says: str, team: str) -> None:
    decision = on(says, STOPPED)

    assert is_silent(decision)
    assert opened(decision).team == team


def test_after_a_stop_an_urgent_rule_raises_the_open_case_in_silence() -> None:
    decision = on("my phone was stolen", replace(WITH_PERSON, stopped_by="900"), CASE)

    assert is_silent(decision)
    assert decision.case == Join(CASE.id, urgent=True, kind="line_block", due_at=NOW + timedelta(minutes=15))


# ---- a question of ours ----


def asked(*choices: str, minutes: int = 10) -> Customer:
    return replace(KNOWN, asked=OurQuestion(choices, NOW + timedelta(minutes=minutes)), not_understood=1)


@pytest.mark.parametrize("says", ["yes", "Yes please", "yep", "start", "#start", "ok"])
def test_yes_or_the_word_itself_answers_our_question(says: str) -> None:
    decision = on(says, asked("start"))

    assert key(decision) == "start.new"
    assert decision.customer.asked is None
    assert decision.customer.not_understood == 0


def test_one_of_two_choices_answers_our_question() -> None:
    assert key(on("the start one", asked("start", "status"))) == "start.new"


def test_yes_to_two_choices_answers_nothing() -> None:
    assert key(on("yes", asked("start", "status"))) != "start.new"


def test_our_question_lives_for_thirty_minutes() -> None:
    decision = on("yes", asked("start", minutes=0))

    assert key(decision) != "start.new"


def test_no_to_our_question_gets_a_person() -> None:
    decision = on("no", asked("start"))

    assert key(decision) == "again"
    assert opened(decision).team == "general"


# ---- urgent ----


@pytest.mark.parametrize(
    "report",
    ["my phone was stolen", "my account has been hacked", "I can see another customer's bill in the app"],
)
def test_these_reports_pause_account_figures(report: str) -> None:
    decision = on(report)

    assert decision.customer.locked_by == NEW_CASE


def test_a_lock_stays_with_the_case_that_set_it() -> None:
    decision = on("my phone was stolen", replace(KNOWN, locked_by="2B3C4D"))

    assert decision.customer.locked_by == "2B3C4D"


def test_despair_pauses_nothing() -> None:
    assert on("I want to end my life").customer.locked_by is None


def test_urgent_words_replace_a_hashtags_answer() -> None:
    decision = on("#data my phone has been stolen")

    assert key(decision) == "ack.line_block"
    assert decision.say
    assert decision.say.tags == ()


def test_urgent_is_answered_within_fifteen_minutes_at_night() -> None:
    decision = on("my phone was stolen", now=NIGHT)

    assert opened(decision).due_at == NIGHT + timedelta(minutes=15)


def test_nobody_is_said_to_be_reading_when_nobody_is() -> None:
    away, there = text(on("my phone caught fire")), text(on("my phone caught fire", staffed=True))

    assert "A person will read this in about 15 minutes." in away
    assert "is reading" not in away
    assert "A person is reading this now" in there


def test_the_hashtag_urgent_needs_no_words() -> None:
    decision = on("#urgent my bill is wrong")

    assert key(decision) == "ack.urgent"
    assert (opened(decision).team, opened(decision).kind) == ("urgent", "urgent")


def test_an_urgent_rule_raises_the_open_case_and_says_so_once() -> None:
    first = on("my phone was stolen", WITH_PERSON, CASE)
    second = on("my phone was stolen", WITH_PERSON, replace(CASE, team="urgent", acknowledged=("line_block",)))

    assert first.case == Join(CASE.id, urgent=True, kind="line_block", due_at=NOW + timedelta(minutes=15))
    assert "8GH-JKM" in text(first)
    assert first.customer.locked_by == CASE.id
    assert (second.disposition, second.say, second.case) == ("joined", None, Join(CASE.id))


def test_whoever_has_the_case_open_speaks_alone() -> None:
    decision = on("my phone was stolen", WITH_PERSON, replace(CASE, state="CLAIMED"))

    assert is_silent(decision)
    assert cast(Join, decision.case).urgent


@pytest.mark.parametrize("says", ["#data", "my phone was stolen", "thanks", "hello"])
def test_after_the_words_to_somebody_in_despair_nothing_automatic_follows(says: str) -> None:
    despair = replace(CASE, team="urgent", kind="care_now", acknowledged=("care_now",))

    decision = on(says, WITH_PERSON, despair)

    assert is_silent(decision)
    assert decision.disposition == "joined"


# ---- hashtags ----


def test_several_hashtags_are_answered_in_one_dm() -> None:
    decision = on("#data #minutes")

    assert decision.say
    assert decision.say.tags == ("data", "minutes")


def test_hashtags_are_answered_in_the_order_asked_slips_too() -> None:
    decision = on("#dtaa #charges #minuets")

    assert decision.say
    assert decision.say.tags == ("data", "charges", "minutes")


@pytest.mark.parametrize(
    ("says", "tag"), [("#dtaa", "data"), ("#dat", "data"), ("#chargess", "charges"), ("#minuets", "minutes")]
)
def test_one_slip_in_a_hashtag_that_only_reads_is_answered_at_once(says: str, tag: str) -> None:
    decision = on(says)

    assert decision.say
    assert decision.say.tags == (tag,)
    assert f"I took that as #{tag}: " in decision.say.text


@pytest.mark.parametrize("says", ["#strat", "#tweetsrve", "#start1"])
def test_one_slip_in_a_hashtag_that_changes_something_is_asked_about(says: str) -> None:
    decision = on(says)

    assert key(decision) == "typo.ask"
    assert decision.customer.asked
    assert decision.customer.asked.until == NOW + timedelta(minutes=30)
    assert decision.customer.not_understood == 1
    assert says not in text(decision)


@pytest.mark.parametrize("says", ["#shop", "#top", "#lost", "#spam"])
def test_a_word_of_its_own_is_nobodys_slip(says: str) -> None:
    decision = on(says)

    assert not decision.customer.stopped
    assert "took that as" not in text(decision)


def test_words_of_trouble_get_the_answer_and_a_case_in_one_dm() -> None:
    decision = on("#data not working since Tuesday!!")

    assert decision.disposition == "escalated"
    assert decision.say
    assert decision.say.tags == ("data",)
    assert "our devices and network team" in decision.say.text
    assert "case 7KD-2MX" in decision.say.text


def test_trouble_that_no_rule_knows_goes_to_the_hashtags_home() -> None:
    decision = on("#charges wrong")

    assert (opened(decision).team, opened(decision).kind) == ("billing", "other")


def test_a_picture_beside_a_hashtag_gets_the_answer_and_a_case() -> None:
    decision = on("#data", attachment=True)

    assert decision.say
    assert decision.say.tags == ("data",)
    assert opened(decision).team == "billing"


def test_human_alone_is_asked_what_it_is_about() -> None:
    decision = on("#human please")

    assert key(decision) == "ack.human"
    assert opened(decision).team == "general"


@pytest.mark.parametrize(
    ("says", "team", "acknowledged"),
    [
        ("#human my bill is wrong", "billing", "ack.open"),
        ("#human I can't pay my bill this month", "billing", "ack.payment_plan"),
        ("#human thanks", "general", "ack.human"),
        ("#human brilliant service", "general", "ack.human"),
        ("#human 2", "sales", "ack.open"),
    ],
)
def test_human_with_words_goes_to_the_team_of_the_words(says: str, team: str, acknowledged: str) -> None:
    decision = on(says)

    assert (opened(decision).team, key(decision)) == (team, acknowledged)


def test_human_beside_another_hashtag_gets_both() -> None:
    decision = on("#data #human")

    assert decision.say
    assert decision.say.tags == ("data",)
    assert "case 7KD-2MX" in decision.say.text
    assert opened(decision).team == "billing"


# ---- commands that fail ----

LINKED = replace(KNOWN, link=Link("demo-0002", "1", NOW - timedelta(days=30)))


def raising(error: Exception) -> Callable[[], Account | None]:
    def account() -> Account | None:
        raise error

    return account


def test_an_account_that_makes_no_sense_is_a_case_at_once() -> None:
    decision = on("#data", LINKED, account=raising(Unreadable("used is -5")))

    assert key(decision) == "figures.failed"
    assert (opened(decision).team, decision.account_error) == ("billing", True)
    assert "-5" not in text(decision)


def test_any_other_mistake_in_a_command_is_a_case_too() -> None:
    decision = on("#data", LINKED, account=raising(RuntimeError("oops")))

    assert key(decision) == "figures.failed"
    assert not decision.account_error


def test_what_aws_raises_goes_up_so_that_the_dm_comes_again() -> None:
    busy = ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")

    with pytest.raises(ClientError):
        on("#data", LINKED, account=raising(busy))


def test_a_failure_while_a_person_owns_the_conversation_joins_the_case() -> None:
    decision = on("#data", replace(LINKED, case=CASE.id), CASE, account=raising(Unreadable("used is -5")))

    assert is_silent(decision)
    assert (decision.case, decision.account_error) == (Join(CASE.id), True)


# ---- a person owns the conversation ----


@pytest.mark.parametrize(
    "says",
    [
        "my bill is wrong",
        "hello",
        "thanks",
        "👍",
        "#xyz",
        "#lnik",
        "yes",
        "can I have my PAC",
        "#human it is about my bill",
    ],
)
def test_while_a_person_owns_the_conversation_the_rest_joins_in_silence(says: str) -> None:
    decision = on(says, WITH_PERSON, CASE)

    assert (decision.disposition, decision.say, decision.case) == ("joined", None, Join(CASE.id))


def test_while_a_person_owns_the_conversation_hashtags_are_answered() -> None:
    decision = on("#data", WITH_PERSON, CASE)

    assert (decision.disposition, decision.case) == ("answered", None)
    assert decision.say


def test_trouble_beside_a_hashtag_joins_the_case_and_nothing_new_is_promised() -> None:
    decision = on("#data not working", WITH_PERSON, CASE)

    assert decision.case == Join(CASE.id)
    assert "passed" not in text(decision)


def test_a_picture_joins_the_case_in_silence() -> None:
    decision = on("", WITH_PERSON, CASE, attachment=True)

    assert (decision.disposition, decision.say) == ("joined", None)


# ---- the other rules ----


@pytest.mark.parametrize("says", ["thanks", "ok", "👍🏽", "🙏"])
def test_courtesy_sends_nothing_and_opens_nothing(says: str) -> None:
    decision = on(says)

    assert (decision.disposition, decision.say, decision.case) == ("ignored", None, None)


def test_praise_opens_a_case_and_a_person_says_the_first_word() -> None:
    decision = on("brilliant service today")

    assert is_silent(decision)
    assert opened(decision).kind == "compliment"


@pytest.mark.parametrize(
    ("says", "expected"),
    [("my bill is wrong", "ack.open"), ("my dad passed away", "ack.bereavement"), ("I'm deaf", "ack.access")],
)
def test_each_kind_has_its_own_words(says: str, expected: str) -> None:
    assert key(on(says)) == expected


def test_when_we_are_closed_the_customer_is_told_when_and_whom_to_call() -> None:
    decision = on("my bill is wrong", now=NIGHT)

    assert key(decision) == "ack.closed"
    assert "0306 999 0150" in text(decision)
    assert opened(decision).due_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_a_long_line_is_promised_honestly() -> None:
    decision = on("my bill is wrong", waiting=20)

    assert opened(decision).due_at == datetime(2026, 11, 24, 16, 35, tzinfo=UTC)
    assert "by 16:35" in text(decision)


@pytest.mark.parametrize(("says", "team"), [("my bill is wrong", "billing"), ("my phone was stolen", "urgent")])
def test_behind_a_line_too_long_for_a_time_none_is_told_and_the_case_has_one_all_the_same(says: str, team: str) -> None:
    decision = on(says, waiting=5_000)

    assert decision.say
    assert decision.say.promises is None
    assert (opened(decision).team, opened(decision).due_at) == (team, datetime(2026, 11, 25, 20, 0, tzinfo=UTC))


def test_the_words_say_that_many_wait() -> None:
    assert "as soon as we can, as many are waiting. Your case" in text(on("my bill is wrong", waiting=5_000))


def test_beside_an_answer_no_time_is_told_either() -> None:
    decision = on("#data not working since Tuesday!!", waiting=5_000)

    assert decision.say
    assert decision.say.promises is None
    assert "as soon as we can, as many are waiting (case 7KD-2MX)" in decision.say.text


def test_words_to_look_at_first_shorten_the_target_and_nothing_else() -> None:
    decision = on("my bill is wrong and I am scared")

    assert (opened(decision).team, key(decision)) == ("billing", "ack.open")
    assert opened(decision).due_at == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(("says", "team"), [("", "general"), ("look at my bill", "billing"), ("hi", "general")])
def test_a_picture_goes_to_the_team_of_its_words(says: str, team: str) -> None:
    decision = on(says, attachment=True)

    assert (opened(decision).team, key(decision)) == (team, "ack.picture")


def test_the_bait_of_a_scam_is_no_trouble_but_other_words_are() -> None:
    assert on("just had a text about a refund of £38, looks fake").case is None
    assert on("dodgy text again, I am furious").case is not None


# ---- what is not understood ----


def test_an_unknown_hashtag_is_never_repeated_back() -> None:
    decision = on("#xyzzy please")

    assert key(decision) == "unknown"
    assert "xyzzy" not in text(decision)
    assert decision.customer.not_understood == 1


def test_the_second_time_in_a_row_a_person_takes_over() -> None:
    decision = on("#xyzzy", replace(KNOWN, not_understood=1))

    assert key(decision) == "again"
    assert opened(decision).team == "general"
    assert decision.customer.not_understood == 0


def test_what_is_understood_ends_the_row() -> None:
    assert on("thanks", replace(KNOWN, not_understood=1)).customer.not_understood == 0


def test_an_unknown_hashtag_beside_words_goes_by_the_words() -> None:
    assert opened(on("#xyzzy my bill is wrong")).team == "billing"


# ---- first contact ----

STRANGER = Customer(ME)
NOTICE = "How we use your messages: https://example.com/privacy"


@pytest.mark.parametrize("says", ["hello", "my bill is wrong", "#data", "#xyz"])
def test_the_first_dm_to_a_new_customer_says_how_messages_are_used(says: str) -> None:
    decision = on(says, STRANGER)

    assert text(decision).count(NOTICE) == 1
    assert decision.customer.told_privacy


@pytest.mark.parametrize("says", ["my phone was stolen", "my dad passed away", "I'm deaf so please write", "stop"])
def test_some_first_dms_are_not_the_moment(says: str) -> None:
    decision = on(says, STRANGER)

    assert NOTICE not in text(decision)
    assert not decision.customer.told_privacy


def test_silence_tells_nobody_anything() -> None:
    assert not on("thanks", STRANGER).customer.told_privacy


def test_the_newest_handle_is_kept() -> None:
    assert on("thanks", replace(KNOWN, handle="old_name")).customer.handle == "linked_customer"


# ---- encrypted ----


def encrypted(customer: Customer, case: Case | None = None) -> Decision:
    def waiting(_team: Team) -> int:
        return 0

    return decide_encrypted(customer, case=case, now=NOW, catalogue=CONTENT, case_id=NEW_CASE, waiting=waiting)


def test_what_cannot_be_read_opens_a_case_and_the_customer_is_told() -> None:
    decision = encrypted(KNOWN)

    assert key(decision) == "ack.encrypted"
    assert opened(decision).team == "general"


def test_what_cannot_be_read_joins_the_open_case_in_silence() -> None:
    decision = encrypted(WITH_PERSON, CASE)

    assert (decision.disposition, decision.say) == ("joined", None)


def test_what_cannot_be_read_after_a_stop_is_a_case_in_silence() -> None:
    decision = encrypted(STOPPED)

    assert is_silent(decision)
    assert opened(decision)


# ---- what was written long ago ----


def written(says: str, *, ago: timedelta, customer: Customer = KNOWN, case: Case | None = None) -> Decision:
    """Decide about a DM that X dates alike in its id and in its time."""
    sent_at = int((NOW - ago).timestamp() * 1000)
    return on(says, customer, case, dm_id=str((sent_at - 1_288_834_974_657) << 22), sent_at=sent_at)


OLD = timedelta(minutes=31)


@pytest.mark.parametrize(
    ("says", "team"),
    [("#offers", "sales"), ("#data", "billing"), ("hello", "general"), ("#ios my iPhone won't turn on", "devices")],
)
def test_what_was_written_over_half_an_hour_ago_goes_to_people_instead_of_an_answer(says: str, team: Team) -> None:
    decision = written(says, ago=OLD)

    assert is_silent(decision)
    assert opened(decision).team == team
    assert decision.note == "Written on 24 Nov 2026 at 13:44, and reached us late."


def test_what_was_written_within_half_an_hour_is_answered() -> None:
    assert key(written("hello", ago=timedelta(minutes=29))) == "greeting"


def test_a_stop_stops_however_old_it_is() -> None:
    decision = written("#stop", ago=timedelta(days=2))

    assert decision.customer.stopped
    assert decision.say
    assert decision.say.kind == "stop"
    assert decision.case is None


def test_an_old_start_changes_nothing() -> None:
    decision = written("#start", ago=OLD, customer=replace(KNOWN, stopped_by="1"))

    assert decision.customer.stopped
    assert is_silent(decision)


def test_old_urgent_words_are_acknowledged_as_ever() -> None:
    decision = written("my phone has been stolen", ago=OLD)

    assert opened(decision).team == "urgent"
    assert decision.say
    assert decision.note


def test_old_thanks_are_for_nobody() -> None:
    decision = written("thanks", ago=OLD)

    assert (decision.disposition, decision.case, decision.note) == ("ignored", None, None)


def test_an_old_hashtag_joins_the_open_case() -> None:
    decision = written("#offers", ago=OLD, customer=WITH_PERSON, case=CASE)

    assert is_silent(decision)
    assert isinstance(decision.case, Join)
    assert decision.note


@pytest.mark.parametrize("ago", [timedelta(days=32), timedelta(days=-2)])
def test_a_time_at_which_x_cannot_have_given_it_out_is_not_believed(ago: timedelta) -> None:
    assert key(written("hello", ago=ago)) == "greeting"


# ---- whatever is sent ----


@pytest.mark.parametrize(
    "says",
    [
        "",
        " ",
        "#",
        "##",
        "#" * 10_000,
        "a" * 10_000,
        "😡" * 3_000,
        "\ud800",
        "مرحبا، أحتاج مساعدة",
        "\u202e#data\u202c",
        "#da\u200bta",
        "\x00",
    ],
)
@pytest.mark.parametrize("customer", [KNOWN, STOPPED, WITH_PERSON, STRANGER, asked("link")], ids=range(5))
def test_nothing_that_is_sent_raises_or_is_lost(says: str, customer: Customer) -> None:
    decision = on(says, customer, CASE if customer.case else None)

    assert decision.disposition in ("answered", "escalated", "joined", "suppressed")
    assert decision.say or decision.case or decision.disposition == "suppressed"
