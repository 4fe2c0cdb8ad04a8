"""Tickets in the teams' lines."""

import json
from dataclasses import replace

from functions.shared.x.messages import Ticket
from tests.at_desk import Office

ALICE = "2000000000000000011"


def test_a_new_case_has_one_ticket_and_remembers_it(office: Office) -> None:
    case = office.writes(ALICE)

    office.line.ticket(office.store, office.loaded(ALICE), office.now)

    assert office.tickets("billing") == 1
    assert office.case(case.id).needs_ticket is False


def test_a_ticket_sent_twice_is_in_the_line_once(office: Office) -> None:
    case = office.writes(ALICE)
    forgotten = replace(office.loaded(ALICE), case=case)

    office.line.ticket(office.store, forgotten, office.now)

    assert office.tickets("billing") == 1


def test_a_ticket_says_which_case_for_whom_and_never_what_was_said(office: Office) -> None:
    case = office.writes(ALICE, "my secret question")

    body = office.sqs.receive_message(QueueUrl=office.urls["billing"])["Messages"][0]["Body"]

    assert Ticket.model_validate_json(body) == case.ticket
    assert set(json.loads(body)) == {"case", "team", "reason", "fence", "at"}


def test_a_case_that_comes_back_to_the_line_gets_a_new_ticket(office: Office) -> None:
    office.writes(ALICE)
    case = office.next("agent-1")

    office.act("agent-1", case, "release")

    ticket = office.line.take_ticket("billing")
    assert ticket
    assert ticket.case == case["id"]


def test_a_ticket_that_was_taken_and_not_given_back_comes_again(office: Office) -> None:
    office.writes(ALICE)
    ticket = office.line.take_ticket("billing")
    assert ticket

    office.sqs.change_message_visibility(
        QueueUrl=office.urls["billing"], ReceiptHandle=ticket.receipt, VisibilityTimeout=0
    )

    again = office.line.take_ticket("billing")
    assert again
    assert again.case == ticket.case


def test_a_ticket_that_was_given_back_is_gone(office: Office) -> None:
    office.writes(ALICE)
    ticket = office.line.take_ticket("billing")
    assert ticket

    office.line.done(ticket)

    assert office.tickets("billing") == 0


def test_spending_in_an_empty_line_does_nothing(office: Office) -> None:
    office.line.spend("billing")

    assert office.tickets("billing") == 0
