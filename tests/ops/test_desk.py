"""`tweetserve desk` against the desk's API over real HTTP."""

import json
import re
import shlex
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner, Result

from functions.escalate import handler
from functions.escalate.tick import tick
from functions.shared.aws import telemetry
from functions.shared.aws.rows import CREDITS_PK
from ops import desk as cli
from ops import sign_in
from tests.at_desk import LINKED, STAFF, START, Office, event

ALICE, BOB = "2000000000000000011", "2000000000000000012"
SPEAK_TO_A_DESK = [
    one.name or one.callback.__name__.replace("_", "-")
    for one in cli.app.registered_commands
    if one.callback not in (None, cli.login)
]


class Gateway(ThreadingHTTPServer):
    """API Gateway in front of the desk: a bearer token is the name of somebody of the staff."""

    fails = 0
    """So many of the next answers get lost on their way back, after the work is done."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Door(BaseHTTPRequestHandler):
    server: Gateway

    def answer(self) -> None:
        claims = STAFF.get(self.headers.get("authorization", "").removeprefix("Bearer "))
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length).decode() if length else None
        if claims is None:
            self.write(401, {"message": "Unauthorized"})
            return
        response = handler.lambda_handler(event(self.command, self.path, body, claims), None)
        if self.server.fails:
            self.server.fails -= 1
            self.write(502, {"message": "Bad Gateway"})
            return
        text = response.get("body")
        self.write(response["statusCode"], json.loads(text) if text else None)

    def write(self, status: int, answer: Any) -> None:
        self.send_response(status)
        self.end_headers()
        if answer is not None:
            self.wfile.write(json.dumps(answer).encode())

    do_GET = do_POST = answer  # noqa: N815 - names of the library's

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway(office: Office) -> Iterator[Gateway]:
    server = Gateway()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


type Desk = Callable[..., Result]


@pytest.fixture
def desk(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Type `tweetserve desk ...` as somebody of the staff."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TWEETSERVE_DESK_URL", gateway.url)
    monkeypatch.setattr(cli, "TRY_AGAIN_AFTER", (0.0, 0.0))

    def typed(*words: str, staff: str = "agent-1", given: str | None = None) -> Result:
        return CliRunner().invoke(cli.app, [*words, "--token", staff], input=given)

    return typed


def test_a_routine_case_is_taken_answered_and_resolved(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE, "charged twice")

    taken, replied, resolved = desk("next"), desk("reply", "It is credited."), desk("resolve", "credit")

    assert [taken.exit_code, replied.exit_code, resolved.exit_code] == [0, 0, 0]
    assert opened.number in taken.output
    assert "charged twice" in taken.output
    assert "Not verified. Do not discuss the account." in taken.output
    assert f"{opened.number}: sent." in replied.output
    assert office.x.sent == [(ALICE, "It is credited.")]
    assert office.case(opened.id).wrap_up == "credit"


def test_a_verified_account_stands_beside_the_case(office: Office, desk: Desk) -> None:
    office.writes(ALICE)
    office.customer(ALICE, link=LINKED)

    taken = desk("next")

    assert "line-1" in taken.output


def test_a_credit_is_given_once_though_its_answer_gets_lost(office: Office, desk: Desk, gateway: Gateway) -> None:
    office.writes(ALICE)
    office.customer(ALICE, link=LINKED)
    desk("next")
    gateway.fails = 1

    given, more, odd = desk("credit", "500", "billed twice"), desk("credit", "600", "again"), desk("credit", "ten", "x")

    assert re.search(r"credit of £5, CR-[0-9A-F]{16} in the books", given.output)
    assert (more.exit_code, odd.exit_code) == (1, 2)
    assert "Your limit is £10 for a case, and £5 of it is given: ask a supervisor." in more.output
    assert len(office.store.query(CREDITS_PK)) == 1


def test_a_call_is_promised_made_and_told_of(office: Office, desk: Desk) -> None:
    at = (START + timedelta(hours=1)).astimezone()
    office.writes(ALICE)
    office.customer(ALICE, link=LINKED)
    desk("next")

    number, booked = desk("number"), desk("callback", f"{at:%Y-%m-%dT%H:%M}")
    office.later(minutes=61)
    tick(office.desk.sender)
    back, spoke = desk("next"), desk("called", "--reached")

    assert number.output.startswith("07700 900111\n")
    assert f": a call at {at:%a %H:%M}, sent." in booked.output
    assert f"To be rung at {at:%a %H:%M}" in back.output
    assert "spoke to them" in spoke.output


def test_a_long_case_says_how_its_older_page_is_read(office: Office, desk: Desk) -> None:
    case = office.writes(ALICE, "how it began")
    office.says_more(case, [f"more {number}" for number in range(100)])

    newest = desk("next").output
    (command,) = re.findall(r"`tweetserve desk (show [^`]*)`", newest.replace("\n", ""))
    older = desk(*shlex.split(command)).output

    assert "how it began" not in newest
    assert "how it began" in older


def test_an_older_page_is_not_the_newest_that_was_read(office: Office, desk: Desk) -> None:
    case = office.writes(ALICE)
    desk("next")
    office.later(minutes=1)
    office.writes(ALICE, "wait, one more thing")
    desk("show", case.number, "--before", "2026")

    replied = desk("reply", "It is credited.")

    assert replied.exit_code == 1
    assert office.x.sent == []


def test_an_empty_line_has_an_exit_code_of_its_own(desk: Desk) -> None:
    result = desk("next")

    assert (result.exit_code, result.stderr) == (3, "Nothing is waiting.\n")


def test_a_lost_claim_has_an_exit_code_of_its_own_and_says_who_has_the_case(office: Office, desk: Desk) -> None:
    office.writes(ALICE)
    desk("next")
    case = office.loaded(ALICE).case
    assert case
    office.act("agent-1", {"id": case.id, "fence": case.fence}, "release")
    desk("next", staff="agent-3")

    lost, again = desk("reply", "Hello"), desk("reply", "Hello")

    assert (lost.exit_code, again.exit_code) == (4, 1)
    assert "agent-3" in lost.stderr
    assert "You have no case open" in again.stderr
    assert office.x.sent == []


def test_two_people_at_one_machine_do_not_share_a_claim(office: Office, desk: Desk) -> None:
    office.writes(ALICE)
    desk("next")

    assert desk("note", "Mine?", staff="agent-3").exit_code == 1


def test_several_cases_are_open_at_once_and_named_by_their_number(office: Office, desk: Desk) -> None:
    first, second = office.writes(ALICE, due=10), office.writes(BOB, due=20)
    desk("next")
    desk("next")

    desk("reply", "For Bob.")
    desk("reply", "For Alice.", "--case", first.number)
    desk("show", first.number)
    desk("resolve", "sorted")

    assert office.x.sent == [(BOB, "For Bob."), (ALICE, "For Alice.")]
    assert (office.case(first.id).state, office.case(second.id).state) == ("RESOLVED", "CLAIMED")


def test_after_a_case_is_resolved_nothing_goes_to_another_customer_by_itself(office: Office, desk: Desk) -> None:
    office.writes(ALICE, due=10)
    office.writes(BOB, due=20)
    desk("next")
    desk("next")
    desk("resolve", "sorted")

    assert desk("reply", "And this?").exit_code == 1
    assert [customer for customer, _ in office.x.sent] == [BOB]


def test_what_the_customer_wrote_meanwhile_has_to_be_read_first(office: Office, desk: Desk) -> None:
    office.writes(ALICE)
    desk("next")
    office.later(minutes=1)
    office.writes(ALICE, "and my phone is broken")

    unread, shown, replied = desk("reply", "Bye."), desk("show"), desk("reply", "Both, then.")

    assert (unread.exit_code, replied.exit_code) == (1, 0)
    assert "wrote again at 14:01: " in unread.stderr
    assert "my phone is broken" in shown.output
    assert [text for _, text in office.x.sent] == ["Both, then."]


def test_an_answer_lost_on_its_way_is_asked_for_again_and_done_once(
    office: Office, desk: Desk, gateway: Gateway
) -> None:
    office.writes(ALICE)
    desk("next")
    gateway.fails = 2

    replied = desk("reply", "It is credited.")

    assert replied.exit_code == 0
    assert len(office.x.sent) == 1


def test_the_same_command_after_a_failure_does_nothing_twice(office: Office, desk: Desk, gateway: Gateway) -> None:
    office.writes(ALICE)
    desk("next")
    gateway.fails = 3

    failed, again, other = desk("reply", "Sorry."), desk("reply", "Sorry."), desk("reply", "Sorry.")

    assert (failed.exit_code, again.exit_code, other.exit_code) == (1, 0, 0)
    assert len(office.x.sent) == 2


def test_a_case_that_was_taken_in_a_lost_answer_is_found_again(office: Office, desk: Desk, gateway: Gateway) -> None:
    opened = office.writes(ALICE)
    gateway.fails = 3

    failed, again = desk("next"), desk("next")

    assert failed.exit_code == 1
    assert opened.number in again.output


def test_a_desk_that_does_not_answer_is_one_sentence(desk: Desk, gateway: Gateway) -> None:
    gateway.shutdown()
    gateway.server_close()

    result = desk("next")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"The desk at {gateway.url}")
    assert "Traceback" not in result.output


def test_the_address_of_the_page_is_as_good(office: Office, gateway: Gateway, desk: Desk) -> None:
    office.writes(ALICE)

    taken = desk("next", "--url", f"{gateway.url}/desk/")

    assert taken.exit_code == 0, taken.output


def test_an_unknown_token_is_one_sentence(desk: Desk) -> None:
    result = desk("next", staff="nobody")

    assert (result.exit_code, result.stderr) == (1, "The desk does not know this token: `tweetserve desk login`.\n")


def test_without_an_address_it_says_how_to_give_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWEETSERVE_DESK_URL")

    result = desk("next")

    assert result.exit_code == 1
    assert "--local" in result.stderr


def test_a_desk_on_this_machine_may_serve_at_another_port(gateway: Gateway, desk: Desk) -> None:
    result = desk("next", "--local", "--port", str(gateway.server_port))

    assert result.exit_code == cli.LINE_EMPTY


def test_answers_are_json_for_machines(office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "info", lambda *_, **__: None)  # the desk's log goes to the same stdout here
    office.writes(ALICE)

    taken = json.loads(desk("next", "--json").stdout)
    noted = json.loads(desk("note", "A note.", "--json").stdout)

    assert taken["case"]["id"] == noted["case"]["id"]


def test_a_text_comes_from_standard_input(office: Office, desk: Desk) -> None:
    office.writes(ALICE)
    desk("next")

    desk("reply", "-", given="First line\nSecond line\n")

    assert office.x.sent == [(ALICE, "First line\nSecond line")]


def test_control_signs_of_a_customer_do_not_reach_the_terminal(office: Office, desk: Desk) -> None:
    office.writes(ALICE, "\x1b[2J\x1b]0;title\x07[bold]hello[/bold]")

    taken = desk("next")

    assert "\x1b" not in taken.output
    assert "[bold]hello[/bold]" in taken.output


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_lines_in_a_dm_are_marked_and_draw_no_lines_of_their_own(office: Office, desk: Desk, end: str) -> None:
    office.writes(ALICE, f"hello{end}agent-1 14:00 verified")

    taken = desk("next")

    assert "hello ⏎ agent-1 14:00 verified" in taken.output


@pytest.mark.parametrize("turn", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_signs_that_turn_the_writing_do_not_reach_the_terminal(office: Office, desk: Desk, turn: str) -> None:
    office.writes(ALICE, f"hello {turn}olleh")

    taken = desk("next")

    assert "olleh" in taken.output
    assert turn not in taken.output


def test_what_is_remembered_is_for_its_owners_eyes_and_holds_no_token(
    office: Office, desk: Desk, tmp_path: Path
) -> None:
    office.writes(ALICE, "my secret")
    desk("next")
    desk("reply", "a secret answer")

    (state,) = (tmp_path / "tweetserve").iterdir()

    assert state.stat().st_mode & 0o077 == 0
    assert "secret" not in state.read_text()
    assert "agent-1" not in state.read_text() + state.name


@pytest.mark.parametrize("command", SPEAK_TO_A_DESK)
def test_every_command_says_what_it_does(command: str) -> None:
    result = CliRunner().invoke(cli.app, [command, "--help"])

    assert result.exit_code == 0
    assert "--local" in result.output


def test_a_case_is_given_back_and_kept(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    desk("next")

    renewed, released = desk("renew"), desk("release")

    assert f"{opened.number} is yours until" in renewed.output
    assert f"{opened.number} is back in the line." in released.output


def test_a_case_is_given_to_another_team_with_a_note(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    desk("next")

    given = desk("transfer", "devices", "-", given="It is the phone.\n")

    assert f"{opened.number} is with the devices team." in given.output
    assert office.case(opened.id).team == "devices"
    assert "You have no case open" in desk("reply", "Hello").output


def test_a_case_is_answered_and_ended_in_one(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    desk("next")

    closed = desk("close", "credit", "It is credited.")

    assert f"{opened.number}: sent, and resolved." in closed.output
    assert office.x.sent == [(ALICE, "It is credited.")]
    assert office.case(opened.id).wrap_up == "credit"


def test_a_case_is_raised_by_whoever_reads_of_it_and_lowered_by_its_owner(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)

    raised, _, lowered = desk("urgent", opened.number), desk("next"), desk("not-urgent", "billing", "It can wait.")

    assert f"{opened.number} is urgent." in raised.output
    assert f"{opened.number} is not urgent: it is for the billing team." in lowered.output
    assert office.case(opened.id).team == "billing"


def test_a_case_rests_until_a_time_of_the_clock_here(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    desk("next")

    parked = desk("park", f"{(office.now + timedelta(hours=3)).astimezone():%Y-%m-%dT%H:%M}", "The shop has the phone.")

    assert f"{opened.number} rests until " in parked.output
    assert office.case(opened.id).parked_until == office.now + timedelta(hours=2, minutes=30)


def test_a_case_is_taken_from_the_list(office: Office, desk: Desk) -> None:
    first, second = office.writes(ALICE, "charged twice"), office.writes(BOB, "\x1b[2Jno signal")

    listed = desk("list")
    desk("claim", second.number)
    mine = desk("list", "mine")

    assert f"{first.number}" in listed.output
    assert "charged twice" in listed.output
    assert "\x1b[2J" not in listed.output
    assert (first.number in mine.output, second.number in mine.output) == (False, True)
    assert "sent" in desk("reply", "Hello").output
    assert office.case(second.id).owner == "agent-1"


def test_a_case_that_somebody_has_is_not_taken(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    office.next("agent-3")

    refused = desk("claim", opened.number)

    assert (refused.exit_code, "agent-3" in refused.output) == (4, True)


def test_a_customer_is_found_by_handle(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)

    assert opened.number in desk("list", "--find", f"@customer_{ALICE}").output
    assert "There are none." in desk("list", "done").output


def test_a_shift_ends_with_all_cases_handed_on(office: Office, desk: Desk) -> None:
    first, second = office.writes(ALICE), office.writes(BOB)
    desk("next")
    desk("next")

    named = desk("handover", "agent-3", "--case", first.number, "--brief", "One debit only.")
    rest = desk("handover", "line")

    assert "Handed on: 1. Left: 0." in named.output
    assert "Handed on: 1. Left: 0." in rest.output
    assert [office.case(case.id).last_owner for case in (first, second)] == ["agent-3", None]
    assert "You have no case open" in desk("reply", "Hello").output


def test_another_team_is_asked_and_answers(office: Office, desk: Desk) -> None:
    opened = office.writes(ALICE)
    desk("next")

    asked = desk("ask", "devices", "Is the mast in Leeds down?")
    listed = desk("asked", staff="agent-2")
    advised = desk("advise", opened.number, "Until 16:00.", staff="agent-2")

    assert f"{opened.number}: the devices team is asked." in asked.output
    assert opened.number in listed.output
    assert f"{opened.number}: noted for who has it." in advised.output
    assert "From the devices team: Until 16:00." in desk("show").output


# ---- the first sign-in ----

URL, POOL, CLIENT = "https://care.example.com", "eu-west-2_Staff", "desk-client"
ISSUER = f"https://cognito-idp.eu-west-2.amazonaws.com/{POOL}"


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The staff's pool, which answers as the API's model allows and takes nothing else."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    said = httpx.Response(200, json={"issuer": ISSUER, "client": CLIENT}, request=httpx.Request("GET", URL))
    monkeypatch.setattr(httpx, "get", lambda *_, **__: said)
    cognito = boto3.client("cognito-idp", region_name="eu-west-2")
    monkeypatch.setattr(sign_in, "_cognito", lambda _issuer: cognito)
    with Stubber(cognito) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def challenge(name: str, session: str) -> dict[str, Any]:
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": {"USER_ID_FOR_SRP": "kim-id"}}


def answered(name: str, session: str, **responses: str) -> dict[str, Any]:
    known = {"USERNAME": "kim-id", **responses}
    return {"ClientId": CLIENT, "ChallengeName": name, "Session": session, "ChallengeResponses": known}


def test_the_first_time_one_chooses_a_password_and_sets_up_an_authenticator(pool: Stubber) -> None:
    sessions = [f"session-{number:015}" for number in range(5)]
    typed = {"USERNAME": "kim@example.com", "PASSWORD": "first"}
    asked = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT, "AuthParameters": typed}
    pool.add_response("initiate_auth", challenge("NEW_PASSWORD_REQUIRED", sessions[0]), asked)
    chosen = answered("NEW_PASSWORD_REQUIRED", sessions[0], NEW_PASSWORD="chosen")
    pool.add_response("respond_to_auth_challenge", challenge("MFA_SETUP", sessions[1]), chosen)
    given = {"SecretCode": "ABCDEFGHIJKLMNOPQRST", "Session": sessions[2]}
    pool.add_response("associate_software_token", given, {"Session": sessions[1]})
    shown = {"Session": sessions[2], "UserCode": "123456"}
    pool.add_response("verify_software_token", {"Status": "SUCCESS", "Session": sessions[3]}, shown)
    tokens = {"AccessToken": "token", "RefreshToken": "refresh", "ExpiresIn": 3600}
    done = {"AuthenticationResult": tokens}
    pool.add_response("respond_to_auth_challenge", done, answered("MFA_SETUP", sessions[3]))

    said = CliRunner().invoke(
        cli.app, ["login", "--url", f"{URL}/desk"], input="kim@example.com\nfirst\nchosen\n123456\n"
    )

    assert f"kim@example.com is signed in at {URL}." in said.stdout, said.output
    assert "secret=ABCDEFGHIJKLMNOPQRST&issuer=Tweetserve" in said.stdout
    known = sign_in.signed_in("")
    assert known
    assert (known.url, known.token) == (URL, "token")


def test_what_the_pool_refuses_for_good_signs_out(pool: Stubber) -> None:
    over = sign_in.SignedIn(URL, "kim@example.com", ISSUER, CLIENT, "token", 0, "refresh")
    sign_in._keep(over)
    pool.add_client_error("initiate_auth", "NotAuthorizedException")

    said = CliRunner().invoke(cli.app, ["next"])

    assert (said.exit_code, said.stderr) == (1, f"You are signed out of {URL}: `tweetserve desk login`.\n")


def test_a_desk_with_another_sign_in_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"issuer": "https://login.example.com", "client": "desk"}
    answer = httpx.Response(200, json=said, request=httpx.Request("GET", URL))
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)

    result = CliRunner().invoke(cli.app, ["login", "--url", URL, "--name", "kim"])

    assert result.exit_code == 1
    assert "Staff sign in at https://login.example.com: set TWEETSERVE_DESK_URL" in result.stderr
