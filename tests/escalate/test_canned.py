"""What staff begin an answer with, and what keeps it from being sent."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.escalate import canned
from functions.escalate.canned import About, Filled, Missing
from functions.shared.brand.catalogue import Brand, Canned
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account, Line
from functions.shared.conversation.cases import TEAMS, Call, Case, Team
from functions.shared.conversation.customers import Customer
from tests.asking import PEOPLE
from tests.at_desk import START
from tests.brands import FACTS

CASE = Case("7KD2MX", "1", "billing", "bill", opened_at=START, due_at=START)
CUSTOMER = Customer("1", handle="linked_customer")


def proven(name: str = "linked_customer", **line: object) -> tuple[Account, Line]:
    found = accounts.of(accounts.items(PEOPLE[name]))
    assert found
    return found, found.lines[0].model_copy(update=line)


def not_proven() -> tuple[Account, Line]:
    raise Missing("Not verified.")


def in_an_hour(_team: Team) -> datetime | None:
    return START + timedelta(minutes=60)


ABOUT = About(CASE, CUSTOMER, Brand.of(FACTS), START, in_an_hour, proven)


def filled(shortcut: str, about: About = ABOUT, own: tuple[Canned, ...] = ()) -> Filled:
    team = about.case.team
    return next(canned.fill(reply, about) for reply in canned.offered(own, team) if reply.id == shortcut)


def own(text: str, shortcut: str = ";own") -> Canned:
    return Canned(kind="canned", id=shortcut, team="all", text=text)


def test_a_reply_that_tells_a_time_says_which() -> None:
    reply = filled(";noinfo")

    assert reply.text.endswith("I'll check, and write here by 15:00.")
    assert (reply.promises, reply.missing) == (START + timedelta(minutes=60), ())


def test_a_reply_names_its_customer_and_a_team_that_takes_over() -> None:
    assert filled(";thanks").text.startswith("Thank you @linked_customer, ")
    assert filled(";switchteam", replace(ABOUT, to="devices")).text.startswith("Our devices and network team knows")


def test_each_team_has_its_own_replies_and_those_of_all() -> None:
    assert ";ended" in {reply.id for reply in canned.offered((), "devices")}
    assert ";ended" not in {reply.id for reply in canned.offered((), "billing")}


def test_the_brands_own_words_stand_in_place_of_ours() -> None:
    assert filled(";close", own=(own("All done.", ";close"),)).text == "All done."


def test_what_a_person_has_to_fill_in_stays_open_and_is_named() -> None:
    reply = filled(";own", own=(own("I've looked: {finding}. Bye {finding}"),))

    assert (reply.text, reply.missing) == ("I've looked: {finding}. Bye {finding}", (("finding", "Yours to fill in."),))
    assert canned.open_places(reply.text) == ["finding"]


def test_an_account_is_quoted_to_who_has_proven_it() -> None:
    reply = filled(";own", own=(own("{bill.issued_on}: {bill.amount}, next {account.next_bill_on}"),))

    assert reply == Filled(";own", "Sat 14 Nov: £23.45, next Mon 14 Dec")


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (replace(ABOUT, proven=not_proven), "Not verified."),
        (replace(ABOUT, proven=lambda: proven(role="user")), "The bill is the holder's: not for this customer."),
    ],
)
def test_nothing_of_an_account_is_in_a_reply_for_whom_it_is_not(about: About, why: str) -> None:
    reply = filled(";own", about, (own("{bill.amount}"),))

    assert (reply.text, dict(reply.missing)) == ("{bill.amount}", {"bill.amount": why})


def test_a_customer_without_a_handle_or_a_team_that_was_not_chosen_is_missing() -> None:
    assert dict(filled(";thanks", replace(ABOUT, customer=Customer("1"))).missing).keys() == {"handle"}
    assert dict(filled(";switchteam").missing) == {"Team": "Say which team takes it over."}


def test_a_credit_is_named_once_it_is_given() -> None:
    thanks = own("I've asked for {amount} to be taken off.")

    assert dict(filled(";own", own=(thanks,)).missing) == {"amount": "Nothing has been credited in this case."}
    given = replace(ABOUT, case=replace(CASE, credited_minor=500))
    assert filled(";own", given, (thanks,)).text == "I've asked for £5 to be taken off."


def test_times_for_a_call_are_those_that_are_free() -> None:
    free = [Call(START + timedelta(hours=hours), START + timedelta(hours=hours + 1)) for hours in (1, 3)]
    offer = own("{slot1}, {slot2} or {slot3}?")

    reply = filled(";own", replace(ABOUT, free_calls=lambda: free), (offer,))

    assert reply.text == "today between 15:00 and 16:00, today between 17:00 and 18:00 or {slot3}?"
    assert dict(reply.missing).keys() == {"slot3"}


@pytest.mark.parametrize("kind", sorted(canned.DISTRESS))
def test_somebody_in_distress_is_not_thanked_nor_asked_for_a_call(kind: str) -> None:
    was = replace(ABOUT, case=replace(CASE, acknowledged=(kind,)))

    assert filled(";thanks", was).missing
    assert filled(";five", replace(ABOUT, case=replace(CASE, kind=kind))).missing
    assert not filled(";noinfo", was).missing


@pytest.mark.parametrize("team", TEAMS)
def test_every_shipped_reply_can_be_sent_to_a_known_customer(team: Team) -> None:
    about = replace(ABOUT, case=replace(CASE, team=team), to="devices")

    assert [reply.id for reply in canned.offered((), team) if canned.fill(reply, about).missing] == []
