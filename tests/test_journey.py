"""From a customer's DM to the answer on their phone, over the real local run: HTTP, signatures, queues, tables."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from ops.main import app
from tests.running import Desk, Phone, Running, texted, wait_for

LINKED, NEW, STOPPED = "2000000000000000002", "2000000000000000003", "2000000000000000004"
PREPAID = "2000000000000000116"


@pytest.fixture
def http(local_run: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=local_run.url, timeout=30) as client:
        yield client


def let_pass(http: httpx.Client, seconds: int) -> None:
    ahead = http.get("/local/clock").json()["ahead_seconds"]
    http.put("/local/clock", json={"ahead_seconds": ahead + seconds}).raise_for_status()


def customer(http: httpx.Client, x_id: str) -> Any:
    return next(one for one in http.get("/local/state").json()["customers"] if one["id"] == x_id)


def test_the_page_knows_its_brand_its_commands_and_its_people(http: httpx.Client) -> None:
    state = http.get("/local/state").json()

    assert (state["ready"], state["engine"]) == (True, "up")
    assert state["brand"] == {
        "id": "1000000000000000001",
        "handle": "ExampleCare",
        "name": "ExampleCare",
        "timezone": "Europe/London",
        "country": "GB",
    }
    assert {"charges", "data", "stop", "help"} <= {command["tag"] for command in state["commands"]}
    assert [(one["handle"], one["state"]) for one in state["customers"][:3]] == [
        ("linked_customer", "linked"),
        ("new_customer", "not linked"),
        ("stopped_customer", "stopped"),
    ]
    assert [one["main"] for one in state["customers"]] == [True] * 3 + [False] * (len(state["customers"]) - 3)
    assert http.get("/healthz").json() == {"ready": True}


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        ("#charges", "Hi @linked_customer, your last bill is £23.45 (Direct Debit on "),
        ("#data", "Hi @linked_customer, you have 12.4 GB of your 30 GB of data left (as of "),
    ],
)
def test_a_hashtag_is_answered_with_the_customers_own_figures(http: httpx.Client, says: str, reads: str) -> None:
    answer = Phone(http, LINKED).asks(says)

    assert answer.startswith(reads)


# The same words within a minute are answered once, so that every test of one customer uses its own.
@pytest.mark.parametrize(
    ("envelope", "says"), [("activity", "#minutes"), ("account", "#minutes please"), ("both", "please #minutes")]
)
def test_either_envelope_brings_one_answer(http: httpx.Client, envelope: str, says: str) -> None:
    http.put("/sim/settings", json={"envelope": envelope}).raise_for_status()

    answer = Phone(http, LINKED).asks(says)

    assert answer.startswith("Hi @linked_customer, you have 160 of your 500 minutes left (as of ")


def test_a_stranger_is_told_nothing(http: httpx.Client) -> None:
    answer = Phone(http, NEW).asks("#charges")

    assert answer.startswith("Hi @new_customer, I'll need to know it's you first. Reply #link and your mobile number")


def test_who_has_stopped_has_read_its_one_confirmation(http: httpx.Client) -> None:
    chat = Phone(http, STOPPED).chat()

    assert [dm["text"] for dm in chat[:2]] == [
        "#stop",
        "Done, @stopped_customer: no more automatic replies, hashtags included. If you write in your own words, a"
        " person may answer. #start switches me back on.",
    ]


def test_who_has_stopped_reads_nothing_until_they_start_again(http: httpx.Client) -> None:
    phone = Phone(http, STOPPED)

    unanswered = phone.sends("#data")
    started = phone.asks("#start")

    # A customer's DMs are worked on in their order, so nothing is still to come for the first.
    assert started.startswith("Welcome back, @stopped_customer")
    assert phone.answers_after(unanswered) == [started]
    assert customer(http, STOPPED)["state"] == "linked"
    assert phone.asks("#data").startswith("Hi @stopped_customer, you have 2.9 GB of your 5 GB of data left")

    # The third switch within a window, as the demo begins with a #stop: it counts at once and is confirmed afterwards.
    stop = phone.sends("#stop")
    wait_for(lambda: customer(http, STOPPED)["state"] == "stopped")
    assert phone.answers_after(stop) == []
    let_pass(http, 900)
    wait_for(lambda: bool(phone.answers_after(stop)))


def test_what_is_no_hashtag_reaches_one_person_once(http: httpx.Client) -> None:
    answer = Phone(http, PREPAID).asks("my bill is wrong and I am furious")

    agent = Desk(http, "agent-1")
    case = agent.next()
    assert case
    assert (case["customer"], case["team"], case["owner"]) == (PREPAID, "billing", "agent-1")
    assert case["number"] in answer
    assert agent.next() is None
    assert Desk(http, "agent-2").next() is None


def test_nothing_is_lost_and_nothing_comes_twice_while_x_misbehaves(http: httpx.Client) -> None:
    people = [Phone(http, one["id"]) for one in http.get("/local/state").json()["customers"][-10:]]
    misbehave = {"deliver twice": True, "hang after sending": True}
    http.put("/sim/faults", json={"switches": misbehave}).raise_for_status()

    asked = [phone.sends("#help") for phone in people]
    killed = http.post("/local/kill", json={"function": "commands"}).json()["killed"]
    http.delete("/sim/faults").raise_for_status()
    let_pass(http, 360)

    wait_for(lambda: http.get("/local/counter").json()["waiting"] == 0)
    counter = http.get("/local/counter").json()
    assert killed
    assert (counter["lost"], counter["twice"]) == (0, 0)
    assert [len(phone.answers_after(dm)) for phone, dm in zip(people, asked, strict=True)] == [1] * 10


def test_while_x_takes_nothing_everything_waits_and_then_stops_and_staff_go_first(http: httpx.Client) -> None:
    stops, asks, *others = [f"20000000000000001{number:02}" for number in range(1, 6)]
    stopping, asking = Phone(http, stops), Phone(http, asks)
    http.put("/sim/faults", json={"switches": {"limit used up": True}}).raise_for_status()

    asked = [(phone, phone.sends("#data")) for phone in (Phone(http, other) for other in others)]
    asked.insert(0, (asking, asking.sends("my bill is wrong and I am furious")))
    answer_from_the_desk(http, asks, "I have credited it.")
    asked.insert(0, (stopping, stopping.sends("#stop")))
    wait_for(lambda: http.get("/local/counter").json()["waiting"] == len(asked) - 1)
    http.delete("/sim/faults").raise_for_status()
    let_pass(http, 900)

    wait_for(lambda: all(phone.answers_after(dm) for phone, dm in asked))
    left = [int(phone.chat()[-1]["id"]) for phone, _ in asked]
    assert left[0] < left[1] < min(left[2:])
    assert "I have credited it." in asking.chat()[-1]["text"]
    assert [len(phone.answers_after(dm)) for phone, dm in asked] == [1] * len(asked)


def answer_from_the_desk(http: httpx.Client, x_id: str, text: str) -> None:
    """Take the customer's case as soon as there is one, and answer it."""
    agent, taken = Desk(http, "agent-1"), list[dict[str, Any]]()

    def has_it() -> bool:
        case = agent.next()
        taken.extend([case] if case and case["customer"] == x_id else [])
        return bool(taken)

    wait_for(has_it)
    agent.does("reply", taken[0], text=text)


@pytest.mark.service
def test_a_message_that_x_loses_is_found_by_looking(http: httpx.Client) -> None:
    http.put("/sim/faults", json={"switches": {"lose messages": True}}).raise_for_status()
    phone = Phone(http, LINKED)
    lost = phone.sends("hi #minutes")

    http.delete("/sim/faults").raise_for_status()
    let_pass(http, 900)

    wait_for(lambda: bool(phone.answers_after(lost)))
    steps = http.get("/local/what-happened", params={"dm": lost}).json()["steps"]
    assert steps[0]["text"] == "X did not report it in time: it was looked up, or delivered again"


def test_what_happened_is_told_step_by_step(http: httpx.Client) -> None:
    dm = Phone(http, LINKED).sends("and #data now")

    def told() -> dict[str, Any]:
        return dict(http.get("/local/what-happened", params={"dm": dm}).json())

    wait_for(lambda: told()["steps"][-1]["text"] == "X confirmed it")
    steps = told()["steps"]
    assert [step["text"] for step in steps] == [
        "signature checked",
        "on the queue",
        "decided: #data (allowance.left)",
        "saved: answer, record, audit",
        "sent",
        "X confirmed it",
    ]
    times = [step["ms"] for step in steps[1:]]
    assert times == sorted(times)


@pytest.mark.service
def test_the_next_run_knows_what_the_last_one_knew(tmp_path: Path) -> None:
    first = Running(tmp_path).ready()
    with httpx.Client(base_url=first.url, timeout=30) as http:
        Phone(http, STOPPED).asks("#start")
        chat = Phone(http, STOPPED).chat()
    assert first.interrupt().ended() == 0

    second = Running(tmp_path).ready()
    with httpx.Client(base_url=second.url, timeout=30) as http:
        assert Phone(http, STOPPED).chat() == chat
        assert customer(http, STOPPED)["state"] == "linked"
        assert Phone(http, STOPPED).asks("#data").startswith("Hi @stopped_customer, you have 2.9 GB")
    assert second.interrupt().ended() == 0


def customer_command(local_run: Running, *arguments: str) -> dict[str, Any]:
    port = local_run.url.rpartition(":")[2]
    done = CliRunner().invoke(app, ["customer", *arguments, "--local", "--port", port, "--json"])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_incident_is_told_to_who_writes_of_it_and_its_end_to_who_asked(http: httpx.Client) -> None:
    one, vulnerable, other = (Phone(http, str(2000000000000000101 + number)) for number in (6, 7, 8))
    says = "calls are failing in parts of Keighley."
    began = http.post("/local/notices", json={"says": says, "areas": ["Keighley", "BD21"], "words": ["signal"]}).json()
    started = began["notices"][0]
    assert started["on"]
    let_pass(http, 60)  # whatever was kept of the catalogue is read again
    assert f"sorry, we know about this: {says}" in one.asks("no signal in Keighley")

    with_a_person = vulnerable.asks("no signal at BD21 and my nan is 90, she lives alone")
    at_the_place = other.asks("#network Keighley")
    asked = one.sends("#tellme Keighley")
    wait_for(lambda: http.get("/local/notices").json()["notices"][0]["waits"] == ["renews_today"])
    fixed = "calls in Keighley work again."
    http.post("/local/notices/end", json={"id": started["id"], "says": fixed}).raise_for_status()
    wait_for(lambda: http.get("/local/notices").json()["notices"][0]["told"] == ["renews_today"])

    assert f"sorry, we know: {says} Because of what you wrote, a person will also reply here" in with_a_person
    assert f"known trouble at Keighley: {says}" in at_the_place
    assert f"you asked me to tell you: {fixed}" in one.answers_after(asked)[0]
    assert http.post("/local/notices/end", json={"id": started["id"], "says": fixed}).status_code == 400


def test_a_number_is_linked_by_its_code_shows_its_bill_and_is_forgotten_again(
    http: httpx.Client, local_run: Running
) -> None:
    phone = Phone(http, NEW)

    asked = phone.asks("#link 07700 900123")
    code = texted(http, NEW, "is your code").removeprefix("ExampleCare: ")[:6]
    linked = phone.asks(code)
    bill = phone.asks("#charges")

    assert asked.startswith("Hi @new_customer, thank you. If that's a number with us, a six-digit code is on its way")
    assert linked.startswith("You're all set, @new_customer: your X account is linked to the number ending 123")
    assert texted(http, NEW, "your number is now linked to an X account")
    assert "you don't have a bill yet" in bill
    assert customer(http, NEW)["state"] == "linked"

    phone.asks("my zebra ate the router")
    exported = customer_command(local_run, "export", NEW)
    assert "my zebra ate the router" in str(exported)
    assert "900123" not in str(exported["what the bot remembers"])

    assert "Reply #delete yes to go ahead" in phone.asks("#delete")
    assert phone.asks("#delete yes").startswith("Done, @new_customer: your number is unlinked")
    wait_for(lambda: kept(local_run) == [])
    counter = http.get("/local/counter").json()
    assert (counter["lost"], counter["twice"]) == (0, 0)
    before = http.get("/local/what-happened", params={"dm": phone.chat()[0]["id"]}).json()
    assert [step["text"] for step in before["steps"]] == ["Its customer has been erased since: nothing of it is kept."]
    assert customer(http, NEW)["state"] == "not linked"
    assert texted(http, NEW, "no longer linked")


def kept(local_run: Running) -> list[str]:
    """Return what any table or queue still holds of the new customer; the accounts are the carrier's."""
    place = local_run.place
    table = place.settings["service_table"]
    rows = place.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return [str(row) for row in rows if any(word in str(row) for word in (NEW, "new_customer", "900123", "zebra"))]
