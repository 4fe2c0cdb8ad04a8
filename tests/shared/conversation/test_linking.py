"""Who links which number, and what the chat gives away of it: nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.commands.hashtags.link import code_in
from functions.commands.phone_numbers import number_in
from functions.commands.sms import LONGEST_SMS, AwsTexts, Sms
from functions.escalate.contract import ShownAccount
from functions.shared.aws.rows import customer_pk
from functions.shared.carrier.accounts import Account
from functions.shared.conversation import conversations, linking
from functions.shared.wording.reading import plain
from functions.shared.wording.safety import SMS_CODE, SMS_LINKED, SMS_UNLINKED
from tests.phones import CUSTOMER, NOBODYS, NUMBER, OTHER_NUMBER, REFUSED, STRANGER, Phone, account, code_for, world
from tests.proof.world import STAFF, START, Fault, World
from tests.ringing import rung

HOME = account("account-1", NUMBER)
SENT = "Hi @customer_3, thank you. If that's a number with us, a six-digit code is on its way to it by text."


def rows(world: World, x_id: str, prefix: str) -> list[dict[str, Any]]:
    pk = customer_pk(x_id)
    return [row for row in world.dynamo.plain("service") if row["pk"] == pk and row["sk"].startswith(prefix)]


# ---- the way that most go ----


def test_a_number_and_its_code_link_the_line_and_its_owner_is_told() -> None:
    phone = Phone(world(HOME))

    asked = phone.asks("#link 07700 900123")
    done = phone.asks(code_for(phone.world, NUMBER))

    assert asked.startswith(SENT)
    assert done == (
        "You're all set, @customer_3: your X account is linked to the number ending 123, and we've texted that number"
        " to say so. Try #data or #charges. #delete undoes this any time."
    )
    assert phone.customer.line == ("account-1", "1")
    told = phone.world.texted[-1]
    assert (told.number, told.text) == (
        NUMBER,
        "ExampleCare: your number is now linked to an X account (14:15). Not you? Call 0808 157 0150, free.",
    )
    assert phone.asks("#data").startswith("Hi @customer_3, you have 8.1 GB of your 10 GB of data left")


DONE = (
    "You're all set, @customer_3: your X account is linked to the number ending 123, and we've texted that number"
    " to say so. #delete undoes this any time.\n"
)


def test_what_was_asked_before_the_link_is_answered_with_it_and_may_be_asked_again_at_once() -> None:
    phone = Phone(world(HOME))
    refused = phone.asks("#charges")

    done = phone.links(NUMBER)

    assert "I'll need to know it's you first" in refused
    assert done.startswith(f"{DONE}Your last bill is £23.45")
    assert done.endswith("Doesn't look right? Reply #human.")
    assert len(done) <= 500
    assert phone.customer.unanswered is None
    assert "your last bill is £23.45" in phone.asks("#charges")
    assert phone.says("#charges") == []


def test_several_that_waited_are_answered_together() -> None:
    phone = Phone(world(HOME))
    phone.asks("#charges #data")

    done = phone.links(NUMBER)

    assert done.startswith(f"{DONE}Here you are:\nBill: £23.45")
    assert "\nData: 8.1 GB of 10 GB left" in done


@pytest.mark.parametrize(("wait", "answered"), [(timedelta(minutes=29), True), (timedelta(minutes=31), False)])
def test_what_was_asked_half_an_hour_ago_does_not_wait_any_more(wait: timedelta, *, answered: bool) -> None:
    phone = Phone(world(HOME))
    phone.asks("#data")
    phone.world.now += wait

    done = phone.links(NUMBER)

    assert ("8.1 GB" in done) is answered


def test_what_fails_now_spoils_no_link() -> None:
    one = account("account-1", NUMBER)
    phone = Phone(
        world(
            one.model_copy(update={"lines": tuple(line.model_copy(update={"allowances": None}) for line in one.lines)})
        )
    )
    phone.asks("#data")

    done = phone.links(NUMBER)

    assert done.startswith("You're all set, @customer_3: your X account is linked to the number ending 123")
    assert phone.customer.line == ("account-1", "1")


def test_a_wrong_code_answers_nothing_and_what_waits_goes_on_waiting() -> None:
    phone = Phone(world(HOME))
    phone.asks("#data")
    phone.asks("#link 07700 900123")
    code = code_for(phone.world, NUMBER)

    wrong = phone.asks("000000")

    assert "8.1 GB" not in wrong
    assert "8.1 GB" in phone.asks(code)


def test_the_answer_leaves_only_while_the_link_stands() -> None:
    phone = Phone(world(HOME))
    phone.asks("#data")
    phone.links(NUMBER)

    [reply] = [row for row in rows(phone.world, phone.customer.x_id, "reply#") if row["key"] == "link.done_and"]

    assert reply["quotes"] == "account-1"


def test_the_text_message_is_the_one_that_was_promised() -> None:
    phone = Phone(world(HOME))

    phone.says("#link 07700 900123")

    assert [sms.text for sms in phone.world.texted] == [
        "ExampleCare: 100001 is your code to link your X account. Valid 10 minutes. Type it only in our X chat."
        " We never ask for it by phone. Not you? Ignore this."
    ]


@pytest.mark.parametrize("words", [SMS_CODE, SMS_LINKED, SMS_UNLINKED])
def test_a_text_message_goes_out_as_one(words: str) -> None:
    text = words.format(brand="ExampleCare", code="123456", time="14:15", lost_phone="0808 157 0150")

    assert len(text) <= LONGEST_SMS
    assert text.isascii()
    assert "`" not in text


@pytest.mark.parametrize(
    "written",
    [
        "#link 07700 900123",
        "#link07700900123",
        "#LINK +44 7700 900 123",
        "＃link (07700) 900-123",
        "#link 0044 7700 900123",
        "#link 447700900123",
        "#link 7700900123",
        "#link my number is 07700.900.123 thanks",
        "#link ０７７００ ９００１２３",
    ],
)
def test_a_number_is_understood_however_it_is_written(written: str) -> None:
    assert number_in(written, "GB") == NUMBER


@pytest.mark.parametrize("written", ["#link", "#link please", "#link 12345", "#link 123456", "#link me@example.com"])
def test_what_is_no_number_is_asked_for_again(written: str) -> None:
    phone = Phone(world(HOME))

    answer = phone.asks(written)

    assert "please send #link and your mobile number together" in answer
    assert phone.world.texted == []


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("#link account 12345678 number 07700 900123", NUMBER),
        ("#link account 1234567890 number 07700 900123", NUMBER),
        ("#link 07700 900123, or at home 020 7946 0018", NUMBER),
        ("#link 07700 900123 (+44 7700 900123)", NUMBER),
        ("#link 12345678", "+4412345678"),
        ("#link 07700 900123 or 07700 900144", None),
        ("#link 12345678 or 23456789", None),
    ],
)
def test_a_mobile_number_comes_first_and_of_two_none_is_guessed(written: str, number: str | None) -> None:
    assert number_in(written, "GB") == number


def test_two_numbers_that_could_be_are_asked_about() -> None:
    phone = Phone(world(HOME))

    answer = phone.asks("#link 07700 900123 or 07700 900144")

    assert "please send #link and your mobile number together" in answer
    assert phone.world.texted == []


@pytest.mark.parametrize(
    "says", ["123456", "#123456", "123 456", " 123456. ", "the code is 123456", "１２３４５６", "١٢٣٤٥٦", "१२३४५६"]
)
def test_a_code_is_understood_however_it_is_written(says: str) -> None:
    assert code_in(plain(says), expected=False) == "123456"


@pytest.mark.parametrize("says", ["12345", "1234567", "#data 123456", "order 123456 never came", "call me on 123456"])
def test_six_digits_among_other_words_are_no_code(says: str) -> None:
    assert code_in(plain(says), expected=False) is None


@pytest.mark.parametrize(
    "says", ["here you go 123456", "you sent me the code 123456", "#link 123456", "رمزي ١٢٣٤٥٦", "#code 123456"]
)
def test_six_digits_are_the_code_while_one_is_expected(says: str) -> None:
    assert code_in(plain(says), expected=True) == "123456"


@pytest.mark.parametrize(
    "says",
    [
        "#link 07700 900123",
        "#data 123456",
        "123456 or 654321",
        "I gave him the code 123456",
        "I didn't ask for 123456",
        "12345 or so",
    ],
)
def test_other_digits_are_no_code_also_while_one_is_expected(says: str) -> None:
    assert code_in(plain(says), expected=True) is None


@pytest.mark.parametrize("before", ["", "here you go: ", "is this it?\n"])
def test_our_own_text_message_pasted_into_the_chat_links(before: str) -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")

    done = phone.asks(before + phone.world.texted[-1].text)

    assert done.startswith("You're all set")
    assert phone.customer.locked_by is None


def test_harm_beside_a_code_is_heard_first() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")

    phone.says("my phone was stolen, the last text said " + code_for(phone.world, NUMBER))

    assert phone.customer.link is None
    assert phone.customer.locked_by


@pytest.mark.parametrize("before", ["here you go ", "you sent me the code "])
def test_a_code_among_other_words_links_and_opens_no_case(before: str) -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")

    phone.says(before + code_for(phone.world, NUMBER))

    assert phone.customer.link
    assert phone.customer.case is None


def test_our_own_text_message_pasted_too_late_locks_nothing() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    pasted = phone.world.texted[-1].text
    phone.world.now += linking.CODE_LIVES

    phone.asks(pasted)

    assert phone.customer.locked_by is None
    assert phone.customer.case is None


def test_a_code_that_nobody_waits_for_is_said_to_be_none() -> None:
    assert "I have no code waiting" in Phone(world(HOME)).asks("123456")


# ---- one code, three tries, ten minutes ----


def test_a_code_links_once() -> None:
    phone = Phone(world(HOME))
    phone.links(NUMBER)

    again = Phone(phone.world, CUSTOMER).asks(code_for(phone.world, NUMBER))
    same = phone.asks(code_for(phone.world, NUMBER))

    assert "I have no code waiting" in again
    assert "I have no code waiting" in same


def test_a_code_runs_out_after_ten_minutes() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    phone.world.now += linking.CODE_LIVES

    answer = phone.asks(code_for(phone.world, NUMBER))

    assert "I have no code waiting, or it ran out" in answer
    assert phone.customer.link is None


def test_a_newer_code_takes_the_place_of_an_older_one() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    older = code_for(phone.world, NUMBER)
    phone.says("#link +44 7700 900123")

    answer = phone.asks(older)

    assert "that code doesn't match" in answer
    assert "2 tries left" in answer


@pytest.mark.parametrize("number", [NUMBER, NOBODYS])
def test_three_wrong_codes_pause_linking_for_any_number(number: str) -> None:
    phone = Phone(world(HOME))
    phone.says(f"#link {number}")

    answers = [phone.asks("999999") for _ in range(3)]
    after = phone.asks(f"#link {number} please")

    assert [("2 tries left" in one, "1 try left" in one, "paused for you" in one) for one in answers] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert "linking is paused for you until 15:15" in after
    phone.world.now += linking.COOL_DOWN
    assert phone.asks(f"#link {number}").startswith(SENT)


def test_the_right_code_after_the_last_try_does_nothing() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    for _ in range(3):
        phone.says("999999")

    answer = phone.asks(code_for(phone.world, NUMBER))

    assert "paused for you" in answer
    assert phone.customer.link is None


@pytest.mark.parametrize("number", [NUMBER, NOBODYS])
def test_a_number_gets_three_codes_a_day_whoever_asks(number: str) -> None:
    here = world(HOME)
    phones = [Phone(here, f"300000000000000000{at}") for at in range(5)]

    answers = [phone.asks(f"#link {number}") for phone in phones]

    assert ["on its way" in answer for answer in answers] == [True, True, True, False, False]
    assert "paused for you until 14:15 tomorrow" in answers[3]
    here.now += timedelta(days=1)
    assert "on its way" in phones[3].asks(f"#link {number}")


class NoTexts:
    def send(self, sms: Sms) -> None:
        raise ConnectionError


def test_text_messages_that_do_not_leave_are_told_to_ops_alone(logged: Callable[[], list[dict[str, Any]]]) -> None:
    here = world(HOME)
    here.bot = replace(here.bot, texts=NoTexts())

    answers = [Phone(here, f"300000000000000000{at}").asks("#link 07700 900123") for at in range(3)]

    assert all("on its way" in answer for answer in answers)
    assert rung("text-messages", logged) == 3


def test_a_customer_gets_six_codes_a_day_for_whatever_numbers() -> None:
    phone = Phone(world(HOME))

    answers = [phone.asks(f"#link 0770090{at:04}") for at in range(200, 208)]

    assert ["on its way" in answer for answer in answers] == [True] * 6 + [False] * 2


# ---- the chat gives nothing away ----


def test_a_number_that_is_linked_already_is_answered_like_any_other() -> None:
    here = world(HOME)
    owner, stranger = Phone(here, CUSTOMER), Phone(here)
    owner.links(NUMBER)

    stranger.says("#data")
    answers = {stranger.asks(f"#link {number}") for number in (NUMBER, NOBODYS)}

    assert len(answers) == 1
    assert owner.customer.line == ("account-1", "1")


@pytest.mark.parametrize("refused", REFUSED)
def test_a_line_that_proves_nothing_gets_no_code_and_a_person_looks(refused: str) -> None:
    phone = Phone(world(account("account-1", NUMBER, **REFUSED[refused])))

    phone.says("#link 07700 900123")

    assert phone.world.texted == []
    case = conversations.load(phone.world.store, STRANGER).open_case
    assert case
    assert (case.team, case.kind, case.silent) == ("general", "link_refused", True)
    assert case.needs_ticket is False
    notes = [entry.text for entry in conversations.entries_of(phone.world.store, case.id) if entry.who == "note"]
    assert notes[0].startswith("#link for the number ending 123, no code sent.")


def test_staff_read_when_a_sim_was_changed_by_the_brands_clock() -> None:
    here = world(account("account-1", NUMBER, sim_changed_at="2026-11-23T14:15:00Z"))
    Phone(here).says("#link 07700 900123")

    case = conversations.load(here.store, STRANGER).open_case
    assert case
    [note] = [entry.text for entry in conversations.entries_of(here.store, case.id) if entry.who == "note"]
    assert note.endswith("Its SIM was changed at 14:15 yesterday.")


@pytest.mark.parametrize("refused", REFUSED)
def test_nothing_that_follows_tells_of_the_silent_case(refused: str) -> None:
    script = ["#status", "hello", "asdf", "my bill is wrong", "#status", "and another thing", "#stop"]
    refused_one = Phone(world(account("account-1", NUMBER, **REFUSED[refused])))
    unknown = Phone(world())
    for phone in (refused_one, unknown):
        phone.says("#link 07700 900123")

    chats = [str([phone.says(text) for text in script]) for phone in (refused_one, unknown)]

    cases = [conversations.load(phone.world.store, STRANGER).open_case for phone in (refused_one, unknown)]
    assert cases[0]
    assert cases[1]
    assert chats[0].replace(cases[0].number, cases[1].number) == chats[1]


def test_a_line_reported_lost_after_the_code_was_sent_is_not_linked() -> None:
    state = {"account-1": HOME}
    here = World(accounts=state.get, numbers={NUMBER: "account-1"}, limit=10_000)
    phone = Phone(here)
    phone.says("#link 07700 900123")
    state["account-1"] = account("account-1", NUMBER, status="lost")

    answer = phone.asks(code_for(here, NUMBER))

    assert "I have no code waiting" in answer
    assert phone.customer.link is None
    assert phone.customer.case


def test_after_a_report_of_loss_nothing_is_linked_until_a_person_has_looked() -> None:
    phone = Phone(world(HOME))
    phone.says("my phone was stolen, please block it")

    asked, typed = phone.asks("#link 07700 900123"), phone.says("123456")

    assert "to keep you safe" in asked
    assert typed == []
    assert phone.world.texted == []


def test_a_report_of_loss_locks_the_line_for_every_chat() -> None:
    owner = Phone(world(HOME))
    owner.links(NUMBER)
    other = Phone(owner.world, CUSTOMER)
    other.links(NUMBER)
    owner.says("my phone was stolen, please block it")

    shown, why = other.asks("#charges"), owner.asks("#charges")

    assert "to keep you safe" in shown
    assert "a message here said that a phone" in why


def test_a_thief_cannot_link_the_line_with_the_code_that_arrives_on_the_stolen_phone() -> None:
    owner = Phone(world(HOME))
    owner.links(NUMBER)
    owner.says("my phone was stolen, please block it")
    thief = Phone(owner.world, CUSTOMER)
    before = len(owner.world.texted)

    thief.says("#link 07700 900123")

    assert owner.world.texted[before:] == []
    assert thief.customer.case


def test_a_code_that_was_sent_before_the_report_links_nothing_after_it() -> None:
    owner = Phone(world(HOME))
    owner.links(NUMBER)
    thief = Phone(owner.world, CUSTOMER)
    thief.says("#link 07700 900123")
    owner.says("my phone was stolen, please block it")

    thief.says(code_for(owner.world, NUMBER))

    assert thief.customer.link is None


def test_who_has_sent_stop_links_nothing() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")
    phone.says("#stop")

    assert phone.says(code_for(phone.world, NUMBER)) == []
    assert phone.says("#link 07700 900123") == []
    assert phone.customer.link is None


def test_no_text_message_about_links_where_somebody_else_may_read_it() -> None:
    phone = Phone(world(HOME, account("account-2", OTHER_NUMBER)))
    phone.links(NUMBER)
    phone.says("my boyfriend is tracking me through my phone")
    before = len(phone.world.texted)

    phone.links(OTHER_NUMBER)

    assert ["is your code" in sms.text for sms in phone.world.texted[before:]] == [True]


# ---- the end of a link ----


def test_a_customer_has_one_line_and_the_other_number_is_told() -> None:
    phone = Phone(world(HOME, account("account-2", OTHER_NUMBER)))
    phone.links(NUMBER)

    phone.links(OTHER_NUMBER)

    assert phone.customer.line == ("account-2", "1")
    newest = [(sms.number, sms.text.partition(" an X account")[0]) for sms in phone.world.texted[-2:]]
    assert newest == [
        (OTHER_NUMBER, "ExampleCare: your number is now linked to"),
        (NUMBER, "ExampleCare: your number is no longer linked to"),
    ]


def test_a_link_that_was_not_used_for_ninety_days_has_to_be_proven_again() -> None:
    phone = Phone(world(HOME))
    phone.links(NUMBER)
    phone.world.now += timedelta(days=91)

    answer = phone.asks("#data")

    assert "isn't linked to a number with us any more" in answer
    assert phone.customer.link is None
    assert "no longer linked" in phone.world.texted[-1].text


def test_using_a_link_keeps_it() -> None:
    here = world(HOME)
    phone = Phone(here)
    phone.links(NUMBER)
    link = phone.customer.link
    assert link

    here.now += timedelta(days=2)
    phone.says("#data")

    assert phone.customer.link == replace(link, used_at=here.now - timedelta(seconds=1))
    assert not link.used(START + timedelta(hours=3)).used_at


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(account("account-1", NUMBER, account_status="closed"), id="the account is closed"),
        pytest.param(account("account-1", OTHER_NUMBER, line_id="2"), id="the line is gone from it"),
    ],
)
@pytest.mark.parametrize("asks", ["#data", "#charges"])
def test_what_is_no_longer_there_ends_the_link_and_its_number_is_told_nothing(now: Account, asks: str) -> None:
    state = {"account-1": HOME}
    phone = Phone(World(accounts=state.get, numbers={NUMBER: "account-1"}, limit=10_000))
    phone.links(NUMBER)
    texts = len(phone.world.texted)
    state["account-1"] = now

    answer = phone.asks(asks)

    assert "isn't linked to a number with us any more" in answer
    assert (phone.customer.link, phone.customer.link_ended) == (None, True)
    assert len(phone.world.texted) == texts


def revoke(here: World, at: timedelta = timedelta()) -> None:
    sent_at = int((here.now + at).timestamp() * 1000)
    message: dict[str, Any] = {"kind": "revoked", "id": f"revoked-{sent_at}", "customer": STRANGER, "sent_at": sent_at}
    here.queue(message, STRANGER, message["id"], again=True)
    here.work()


def test_what_is_taken_back_at_x_ends_the_link_and_the_number_is_told_once() -> None:
    phone = Phone(world(HOME))
    phone.links(NUMBER)
    before = len(phone.world.texted)

    revoke(phone.world)
    revoke(phone.world)

    assert (phone.customer.link, phone.customer.link_ended) == (None, True)
    assert ["no longer linked" in sms.text for sms in phone.world.texted[before:]] == [True]


def test_a_link_that_is_newer_than_what_was_taken_back_stays() -> None:
    phone = Phone(world(HOME))
    phone.links(NUMBER)

    revoke(phone.world, timedelta(hours=-1))

    assert phone.customer.link


# ---- what is kept ----


def test_the_ledger_says_what_was_agreed_in_which_words_when_and_by_which_dm() -> None:
    phone = Phone(world(HOME))
    phone.says("#data")
    phone.links(NUMBER)

    (row,) = rows(phone.world, STRANGER, "consent#")

    assert (row["to"], row["given"], row["dm"]) == ("link", True, list(phone.world.said)[-1])
    assert row["wording"].startswith("link.first@")
    assert row["at"].startswith("2026-11-24T14:15")


def test_who_begins_with_link_is_told_what_the_code_agrees_to() -> None:
    phone = Phone(world(HOME))

    asked = phone.asks("#link 07700 900123")
    phone.says(code_for(phone.world, NUMBER))

    assert "With the code you agree that we match your X account to that number." in asked
    assert rows(phone.world, STRANGER, "consent#")[0]["wording"].startswith("link.agreed_by_code@")


def test_stop_and_start_are_in_the_ledger_too() -> None:
    phone = Phone(world(HOME))
    phone.says("#stop")
    phone.says("#start")

    assert [(row["to"], row["given"]) for row in rows(phone.world, STRANGER, "consent#")] == [
        ("automatic replies", False),
        ("automatic replies", True),
    ]


def test_neither_the_number_nor_the_code_is_stored() -> None:
    phone = Phone(world(HOME))
    phone.says("#link 07700 900123")

    stored = str(list(phone.world.dynamo.plain("service")))

    assert "900123" not in stored
    assert code_for(phone.world, NUMBER) not in stored


@pytest.mark.proof
@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.ERROR])
def test_a_code_is_sent_at_most_once_whatever_fails(fault: Fault) -> None:
    def asks(schedule: dict[int, Fault]) -> World:
        here = world(HOME, schedule=schedule)
        here.write(STRANGER, "#link 07700 900123")
        here.work()
        here.pass_time(timedelta(minutes=45))
        return here

    points = asks({}).points
    texts = [len(asks({at: fault}).texted) for at, (sort, _) in enumerate(points) if sort != "look up"]

    assert max(texts) == 1


# ---- the service that sends ----


class Aws:
    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def send_text_message(self, **asked: Any) -> None:
        self.asked.append(asked)


def test_aws_is_asked_in_the_same_way_whether_or_not_a_text_leaves() -> None:
    aws = Aws()

    for really in (True, False):
        AwsTexts(lambda: aws, "ExampleCare").send(Sms(NUMBER, "hello", really=really))

    sent, checked = aws.asked
    assert sent == {
        "DestinationPhoneNumber": NUMBER,
        "MessageBody": "hello",
        "MessageType": "TRANSACTIONAL",
        "OriginationIdentity": "ExampleCare",
        "DryRun": False,
    }
    assert checked == sent | {"DryRun": True}


def test_a_text_message_does_not_print_what_is_in_it() -> None:
    assert "hello" not in repr(Sms(NUMBER, "hello"))
    assert NUMBER not in repr(Sms(NUMBER, "hello"))


def test_staff_see_no_figures_by_a_link_that_has_to_be_proven_again() -> None:
    here = world(HOME)
    phone = Phone(here)
    phone.links(NUMBER)
    here.desk = replace(here.desk, account=lambda _: ShownAccount(verified=True))
    here.now += timedelta(days=91)
    phone.says("my bill is wrong")
    case = here.next_case("request")
    assert case

    assert here.desk.show(STAFF, case).account.verified is False
