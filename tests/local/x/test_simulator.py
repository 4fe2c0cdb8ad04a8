"""The simulator of X: its signatures, envelopes, limits and refusals, over real HTTP, and as a process of its own."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from oauthlib.oauth1 import Client  # type: ignore[import-untyped]

from functions.shared.aws import clock
from functions.shared.x.dms import Sent
from functions.shared.x.messages import DirectMessage, Echo, Encrypted, inbound
from functions.shared.x.messenger import XMessenger
from functions.webhook import envelopes
from local.x.world import World
from tests.places import ROOT
from tests.simulated_x import (
    BRAND,
    CREDENTIALS,
    LINKED,
    NEW,
    SECRET,
    Hook,
    SimulatedX,
    hook,
    hooked,
    simulated,
    simulated_x,
    wait_for,
)

__all__ = ["hook", "simulated"]  # fixtures


@pytest.fixture(scope="module")
def unchanged() -> Iterator[SimulatedX]:
    """One for all tests that change nothing."""
    with simulated_x() as simulated:
        yield simulated


def read(hook: Hook) -> list[Any]:
    """Read what the webhook was posted, as our own service does."""
    messages = [message for body in hook.bodies for message in envelopes.read_events(body, brand_id=BRAND.id, now=0)]
    return [inbound.validate_python(message) for message in messages]


def signed(simulated: SimulatedX, method: str, path: str, body: Any = None, **other: Any) -> httpx.Response:
    """Call X as the brand's user."""
    oauth = Client(CREDENTIALS.consumer_key, SECRET, CREDENTIALS.access_token, CREDENTIALS.access_token_secret, **other)
    _, headers, _ = oauth.sign(simulated.url + path, method)
    # httpx cannot write half a character pair, and without a body there is none to write.
    content = None if body is None else json.dumps(body)
    headers |= {"content-type": "application/json"}
    return simulated.http.request(method, path, content=content, headers=headers)


def managed(simulated: SimulatedX, method: str, path: str, body: Any = None) -> httpx.Response:
    """Call X as the app."""
    headers = {"authorization": f"Bearer {CREDENTIALS.bearer_token}"}
    return simulated.http.request(method, path, json=body, headers=headers)


SEND = f"/2/dm_conversations/with/{LINKED.id}/messages"


# ---- what the webhook gets ----


@pytest.mark.parametrize("envelope", ["activity", "account"])
def test_what_a_customer_types_arrives_signed_and_readable(simulated: SimulatedX, hook: Hook, envelope: str) -> None:
    simulated.set(envelope=envelope)

    answer = simulated.types(LINKED.id, "#data <3 & £5 📱")

    assert hook.signed == [True]
    [dm] = read(hook)
    assert isinstance(dm, DirectMessage)
    assert dm == DirectMessage(
        id=answer["id"], customer=LINKED.id, handle=LINKED.handle, text="#data <3 & £5 📱", sent_at=dm.sent_at
    )
    assert answer["status"] == 200
    assert int(answer["id"]) > 2**53


def test_text_is_escaped_as_x_does(simulated: SimulatedX, hook: Hook) -> None:
    simulated.types(LINKED.id, "a & b")

    assert hook.events()[0]["message_create"]["message_data"]["text"] == "a &amp; b"


def test_both_envelopes_tell_of_one_dm(simulated: SimulatedX, hook: Hook) -> None:
    simulated.set(envelope="both")

    answer = simulated.types(LINKED.id, "#data")

    assert [event["id"] for event in hook.events()] == [answer["id"], answer["id"]]
    assert ["data" in body for body in hook.bodies] == [True, False]


def test_an_attachment_is_a_link_at_the_end_of_the_text(simulated: SimulatedX, hook: Hook) -> None:
    simulated.types(LINKED.id, "my bill", attachment=True)

    [dm] = read(hook)
    assert (dm.text, dm.attachment) == ("my bill", True)
    assert " https://t.co/" in hook.events()[0]["message_create"]["message_data"]["text"]


@pytest.mark.parametrize("envelope", ["activity", "account"])
def test_an_encrypted_message_arrives_without_its_text(simulated: SimulatedX, hook: Hook, envelope: str) -> None:
    simulated.set(envelope=envelope)

    simulated.types(LINKED.id, "secret words", encrypted=True)

    [message] = read(hook)
    assert isinstance(message, Encrypted)
    assert message.customer == LINKED.id
    assert "secret words" not in json.dumps(hook.bodies)


@pytest.mark.parametrize("envelope", ["activity", "account"])
def test_what_we_send_comes_back_as_an_echo_with_its_id_and_short_links(
    simulated: SimulatedX, hook: Hook, envelope: str
) -> None:
    simulated.set(envelope=envelope)

    sent = simulated.messenger().send(LINKED.id, "See https://example.com/privacy.")

    assert isinstance(sent, Sent)
    wait_for(lambda: hook.bodies)
    [echo] = read(hook)
    assert isinstance(echo, Echo)
    assert (echo.id, echo.customer) == (sent.dm_id, LINKED.id)
    assert echo.text.startswith("See https://t.co/")
    assert echo.text.endswith(".")
    assert hook.signed == [True]


def test_a_person_of_the_brand_on_x_is_heard_as_an_echo_too(simulated: SimulatedX, hook: Hook) -> None:
    simulated.set(envelope="account")

    simulated.types(LINKED.id, "I'll look into it", **{"from": "brand"})

    [echo] = read(hook)
    assert (type(echo), echo.text) == (Echo, "I'll look into it")
    assert simulated.chat(LINKED.id)[-1]["from"] == "brand"


def test_ids_grow_also_when_the_clock_is_put_back(simulated: SimulatedX) -> None:
    simulated.set(ahead_seconds=86_400)
    ids = [int(simulated.types(LINKED.id, "1")["id"])]
    simulated.set(ahead_seconds=0)
    ids += [int(simulated.types(LINKED.id, f"{n}")["id"]) for n in range(3)]

    assert ids == sorted(set(ids))


def test_the_clock_can_be_moved(simulated: SimulatedX) -> None:
    simulated.set(ahead_seconds=86_400)

    simulated.types(LINKED.id, "#data")

    at = datetime.fromisoformat(simulated.chat(LINKED.id)[-1]["at"])
    assert at > datetime.now(UTC) + timedelta(hours=23)


# ---- a webhook that does not take it ----


def test_a_dm_that_was_not_taken_is_delivered_again_under_its_id(simulated: SimulatedX, hook: Hook) -> None:
    hook.answers = [503]

    first = simulated.types(LINKED.id, "#data")
    failed = simulated.chat(LINKED.id)
    second = simulated.types(LINKED.id, "#data", id=first["id"])

    assert (first["status"], second) == (503, {"id": first["id"], "status": 200})
    assert [(dm["state"], dm["status"]) for dm in failed] == [("failed", 503)]
    assert [(dm["state"], dm["status"]) for dm in simulated.chat(LINKED.id)] == [("delivered", 200)]


def test_once_taken_is_taken(simulated: SimulatedX, hook: Hook) -> None:
    first = simulated.types(LINKED.id, "#data")
    hook.answers = [503]

    again = simulated.types(LINKED.id, "#data", id=first["id"])

    assert again["status"] == 503
    assert simulated.chat(LINKED.id)[0]["status"] == 200


def test_an_id_that_is_not_known_any_more_is_a_new_dm(simulated: SimulatedX) -> None:
    answer = simulated.types(LINKED.id, "#data", id="77")

    assert answer["id"] != "77"
    assert [dm["id"] for dm in simulated.chat(LINKED.id)] == [answer["id"]]


def test_nobody_there_is_status_0() -> None:
    with simulated_x("http://127.0.0.1:9/webhook") as simulated:
        assert simulated.types(LINKED.id, "#data")["status"] == 0
        assert simulated.state()["webhook_valid"] is False


# ---- the check of a webhook ----


def test_a_webhook_with_another_secret_is_not_valid_and_refuses_the_signature() -> None:
    with hooked(Hook(secret="another")) as hook, simulated_x(hook.url) as simulated:
        simulated.types(LINKED.id, "#data")

        assert simulated.state()["webhook_valid"] is False
        assert hook.signed == [False]


def test_the_check_goes_on_until_the_webhook_is_there() -> None:
    with hooked(Hook(secret="not yet")) as hook, simulated_x(hook.url) as simulated:
        assert simulated.state()["webhook_valid"] is False

        hook.secret = SECRET

        wait_for(lambda: simulated.state()["webhook_valid"])


def test_webhooks_are_registered_checked_and_removed(simulated: SimulatedX, hook: Hook) -> None:
    [first] = managed(simulated, "GET", "/2/webhooks").json()["data"]
    assert (first["url"], first["valid"]) == (hook.url, True)

    with hooked(Hook()) as other, hooked(Hook(secret="another")) as wrong:
        assert managed(simulated, "POST", "/2/webhooks", {"url": other.url}).json()["data"]["valid"] is True
        assert managed(simulated, "POST", "/2/webhooks", {"url": other.url}).status_code == 400
        assert managed(simulated, "POST", "/2/webhooks", {"url": wrong.url}).status_code == 400

    hook.secret = "rotated"
    assert managed(simulated, "PUT", f"/2/webhooks/{first['id']}").json() == {"data": {"valid": False}}
    assert managed(simulated, "DELETE", f"/2/webhooks/{first['id']}").json() == {"data": {"deleted": True}}
    assert managed(simulated, "DELETE", f"/2/webhooks/{first['id']}").status_code == 404
    assert managed(simulated, "GET", "/2/webhooks").json()["meta"] == {"result_count": 1}


# ---- replay ----


def asked_for(hours: float, until: float, now: datetime) -> dict[str, str]:
    times = {"from_date": now - timedelta(hours=hours), "to_date": now - timedelta(hours=until)}
    return {name: f"{at:%Y%m%d%H%M}" for name, at in times.items()}


def test_a_replay_delivers_again_what_happened_and_says_when_it_is_done(simulated: SimulatedX, hook: Hook) -> None:
    old = simulated.types(LINKED.id, "#data")
    simulated.set(ahead_seconds=2 * 3600)
    simulated.types(LINKED.id, "too new")
    hook.bodies.clear()
    [webhook] = managed(simulated, "GET", "/2/webhooks").json()["data"]

    job = managed(
        simulated, "POST", "/2/webhooks/replay", {"webhook_id": webhook["id"], **asked_for(3, 1, clock.now())}
    ).json()["data"]

    wait_for(lambda: any("replay_job_status" in body for body in hook.bodies))
    assert [event["id"] for event in hook.events()] == [old["id"]]
    assert hook.bodies[-1]["replay_job_status"]["job_state"] == "Complete"
    assert hook.bodies[-1]["replay_job_status"]["job_id"] == job["job_id"]


@pytest.mark.parametrize(("hours", "until"), [(25, 1), (0.4, 0.3), (3, 0.1), (1, 2)])
def test_a_replay_outside_of_what_x_keeps_is_refused(simulated: SimulatedX, hours: float, until: float) -> None:
    [webhook] = managed(simulated, "GET", "/2/webhooks").json()["data"]
    body = {"webhook_id": webhook["id"], **asked_for(hours, until, clock.now())}

    assert managed(simulated, "POST", "/2/webhooks/replay", body).status_code == 400


# ---- who may call ----


def test_each_signed_call_counts_once(simulated: SimulatedX) -> None:
    oauth = {"nonce": "once", "timestamp": str(int(time.time()))}

    assert signed(simulated, "POST", SEND, {"text": "Hi"}, **oauth).status_code == 201
    assert signed(simulated, "POST", SEND, {"text": "Hi"}, **oauth).status_code == 401


def test_an_old_signature_is_refused(unchanged: SimulatedX) -> None:
    old = str(int(time.time()) - 3600)

    assert signed(unchanged, "POST", SEND, {"text": "Hi"}, timestamp=old).status_code == 401


def test_a_signature_for_another_path_is_refused(unchanged: SimulatedX) -> None:
    good = signed(unchanged, "GET", "/2/users/me")
    bad = unchanged.http.get("/2/dm_events", headers={"authorization": good.request.headers["authorization"]})

    assert (good.status_code, bad.status_code) == (200, 401)


@pytest.mark.parametrize("authorization", ["", "OAuth", "OAuth nonsense", f"Bearer {CREDENTIALS.bearer_token}"])
def test_dms_need_the_users_own_signature(unchanged: SimulatedX, authorization: str) -> None:
    answer = unchanged.http.post(SEND, json={"text": "Hi"}, headers={"authorization": authorization})

    assert answer.status_code == 401
    assert answer.json()["title"] == "Unauthorized"
    assert unchanged.chat(LINKED.id) == []


def test_the_app_gets_a_bearer_token_for_its_key(unchanged: SimulatedX) -> None:
    def asked(secret: str) -> httpx.Response:
        pair = base64.b64encode(f"{CREDENTIALS.consumer_key}:{secret}".encode()).decode()
        headers = {"authorization": f"Basic {pair}"}
        return unchanged.http.post("/oauth2/token", data={"grant_type": "client_credentials"}, headers=headers)

    assert asked(SECRET).json() == {"token_type": "bearer", "access_token": CREDENTIALS.bearer_token}
    assert asked("wrong").status_code == 403


# ---- what X refuses ----


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Hi", "quick_reply": {"type": "options"}},
        {"text": "Hi", "attachments": []},
        {},
        {"text": ""},
        {"text": " "},
        {"text": 5},
        {"text": None},
        {"text": "x" * 10_001},
        {"text": "\ud83d"},
        [],
        "text",
    ],
)
def test_a_body_that_is_not_exactly_a_text_is_refused(unchanged: SimulatedX, body: Any) -> None:
    answer = signed(unchanged, "POST", SEND, body)

    assert answer.status_code == 400
    assert answer.json()["title"] == "Invalid Request"
    assert unchanged.chat(LINKED.id) == []


def test_nobody_can_be_written_to_who_does_not_exist(simulated: SimulatedX) -> None:
    stranger = "2000000000000009999"
    path = f"/2/dm_conversations/with/{stranger}/messages"

    before = signed(simulated, "POST", path, {"text": "Hi"}).status_code
    simulated.types(stranger, "hello")
    after = signed(simulated, "POST", path, {"text": "Hi"}).status_code

    assert (before, after) == (404, 201)
    assert stranger in [customer["id"] for customer in simulated.state()["customers"]]


def test_the_answer_to_a_dm_is_x_s(simulated: SimulatedX) -> None:
    answer = signed(simulated, "POST", SEND, {"text": "Hi"})

    assert answer.status_code == 201
    assert answer.json() == {
        "data": {
            "dm_conversation_id": f"{BRAND.id}-{LINKED.id}",
            "dm_event_id": simulated.chat(LINKED.id)[-1]["id"],
        }
    }


# ---- limits ----


def test_limits_hold_only_when_switched_on_and_are_told_truly(simulated: SimulatedX) -> None:
    free = signed(simulated, "POST", SEND, {"text": "Hi"})
    simulated.set(limited=True)
    answers = [signed(simulated, "POST", SEND, {"text": "Hi"}) for _ in range(16)]

    assert free.headers["x-rate-limit-limit"] == "1000"
    assert [answer.status_code for answer in answers] == [201] * 15 + [429]
    assert [int(answer.headers["x-rate-limit-remaining"]) for answer in answers] == [*range(14, -1, -1), 0]
    assert answers[-1].headers["x-user-limit-24hour-remaining"] == "1425"
    assert answers[-1].json()["title"] == "Too Many Requests"


def test_a_window_ends_at_its_reset(simulated: SimulatedX) -> None:
    simulated.set(limited=True, sends=1)
    first = signed(simulated, "POST", SEND, {"text": "Hi"})
    ends = int(first.headers["x-rate-limit-reset"])

    full = signed(simulated, "POST", SEND, {"text": "Hi"}).status_code
    simulated.set(ahead_seconds=ends - time.time() + 1)
    after = signed(simulated, "POST", SEND, {"text": "Hi"})

    assert full == 429
    assert after.status_code == 201
    assert int(after.headers["x-rate-limit-reset"]) > ends


def test_the_day_s_limit_outlasts_a_window(simulated: SimulatedX) -> None:
    simulated.set(limited=True, day=1)
    signed(simulated, "POST", SEND, {"text": "Hi"})

    simulated.set(ahead_seconds=1_000)

    assert signed(simulated, "POST", SEND, {"text": "Hi"}).status_code == 429


def test_look_ups_have_a_limit_of_their_own(simulated: SimulatedX) -> None:
    simulated.set(limited=True, reads=1, sends=0)

    statuses = [signed(simulated, "GET", "/2/dm_events").status_code for _ in range(2)]

    assert statuses == [200, 429]


# ---- look-ups ----


def test_dms_are_listed_newest_first_page_by_page(simulated: SimulatedX) -> None:
    ids = [simulated.types(customer.id, f"{n}")["id"] for n, customer in enumerate([LINKED, NEW, LINKED])]
    ids.append(signed(simulated, "POST", SEND, {"text": "Hi"}).json()["data"]["dm_event_id"])

    first = signed(
        simulated, "GET", "/2/dm_events?max_results=3&dm_event.fields=created_at&expansions=sender_id"
    ).json()
    second = signed(
        simulated, "GET", f"/2/dm_events?max_results=3&pagination_token={first['meta']['next_token']}"
    ).json()

    assert [event["id"] for event in first["data"] + second["data"]] == ids[::-1]
    assert [event["sender_id"] for event in first["data"]] == [BRAND.id, LINKED.id, NEW.id]
    assert second["meta"] == {"result_count": 1}
    assert set(second["data"][0]) == {"id", "event_type", "text"}


def test_a_chat_is_listed_for_itself_and_for_thirty_days(simulated: SimulatedX) -> None:
    mine = simulated.types(LINKED.id, "mine")["id"]
    simulated.types(LINKED.id, "nobody can read this", encrypted=True)
    simulated.types(NEW.id, "another's")
    path = f"/2/dm_conversations/with/{LINKED.id}/dm_events"

    now = signed(simulated, "GET", path).json()
    simulated.set(ahead_seconds=31 * 86_400)
    later = signed(simulated, "GET", path).json()

    assert [event["id"] for event in now["data"]] == [mine]
    assert later == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "query",
    [
        "max_results=0",
        "max_results=101",
        "max_results=x",
        "pagination_token=zz",
        "since_id=5",
        "dm_event.fields=x",
        "dm_event.fields=sender_id",
        "dm_event.fields=id,id",
        "event_types=Typing",
        "expansions=x",
        "expansions=sender_id&expansions=participant_ids",
        "max_results=5&max_results=5",
        "user.fields=phone",
        "tweet.fields=x",
        "media.fields=x",
        "pagination_token=0000000000000000x",
    ],
)
def test_a_question_that_x_does_not_know_is_refused(unchanged: SimulatedX, query: str) -> None:
    answer = signed(unchanged, "GET", f"/2/dm_events?{query}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "https://api.x.com/2/problems/invalid-request"
    [[parameter]] = [error["parameters"] for error in answer.json()["errors"]]
    assert query.startswith(parameter)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/2/users/me?dm_event.fields=id"),
        ("GET", "/2/webhooks?max_results=5"),
        ("GET", "/2/webhooks?webhook_config.fields=secret"),
        ("GET", "/2/activity/subscriptions?tag=dm"),
        ("GET", "/2/account_activity/subscriptions/count?x=1"),
        ("POST", f"{SEND}?max_results=5"),
    ],
)
def test_a_parameter_that_is_of_another_call_is_refused(unchanged: SimulatedX, method: str, path: str) -> None:
    assert signed(unchanged, method, path, {"text": "Hi"} if method == "POST" else None).status_code == 400


def test_a_user_is_told_with_what_was_asked_for(unchanged: SimulatedX) -> None:
    told = signed(unchanged, "GET", "/2/users/me?user.fields=verified_type").json()["data"]

    assert told == {"id": BRAND.id, "name": BRAND.handle, "username": BRAND.handle, "verified_type": "none"}


def test_the_brand_knows_who_it_is(unchanged: SimulatedX) -> None:
    assert signed(unchanged, "GET", "/2/users/me").json()["data"]["id"] == BRAND.id


# ---- subscriptions ----


def test_the_accounts_subscription_has_x_s_shapes(simulated: SimulatedX) -> None:
    [webhook] = managed(simulated, "GET", "/2/webhooks").json()["data"]
    path = f"/2/account_activity/webhooks/{webhook['id']}/subscriptions"

    assert managed(simulated, "GET", f"{path}/all").json() == {"data": {"subscribed": True}}
    assert managed(simulated, "DELETE", f"{path}/{BRAND.id}/all").json() == {"data": {"subscribed": False}}
    assert managed(simulated, "GET", f"{path}/all/list").json()["data"]["subscriptions"] == []
    assert signed(simulated, "POST", f"{path}/all").json() == {"data": {"subscribed": True}}
    assert managed(simulated, "GET", f"{path}/all/list").json()["data"]["subscriptions"] == [{"user_id": BRAND.id}]
    count = managed(simulated, "GET", "/2/account_activity/subscriptions/count").json()["data"]
    assert count["subscriptions_count_all"] == "1"


def test_activities_are_subscribed_to_one_by_one(simulated: SimulatedX) -> None:
    path = "/2/activity/subscriptions"
    wanted = {"event_type": "post.mention.create", "filter": {"user_id": BRAND.id}, "tag": "mentions"}

    made = managed(simulated, "POST", path, wanted).json()["data"]["subscription"]
    one = f"{path}/{made['subscription_id']}"

    assert {name: made[name] for name in wanted} == wanted
    assert managed(simulated, "PUT", one, {"tag": "new"}).json()["data"]["tag"] == "new"
    assert managed(simulated, "GET", path).json()["meta"] == {"result_count": 4, "total_subscriptions": 4}
    again = managed(simulated, "POST", path, wanted)
    assert (again.status_code, again.json()["title"]) == (400, "DuplicateSubscriptionFailed")
    assert managed(simulated, "DELETE", one).json()["data"] == {"deleted": True}
    assert managed(simulated, "DELETE", one).status_code == 404


ABOUT = {"filter": {"user_id": BRAND.id}}


@pytest.mark.parametrize(
    "body",
    [
        {"event_type": "dm.received", **ABOUT, "since": "today"},
        {"event_type": "dm.forwarded", **ABOUT},
        {"event_type": ["dm.received"], **ABOUT},
        {"event_type": "like.create"},
        {"event_type": "like.create", "filter": []},
        {"event_type": "like.create", "filter": {}},
        {"event_type": "like.create", "filter": {"user_id": 5}},
        {"event_type": "like.create", "filter": {"user_id": "jo"}},
        {"event_type": "like.create", "filter": {"user_id": BRAND.id, "name": "jo"}},
        {"event_type": "like.create", "filter": {"user_id": BRAND.id, "direction": "both"}},
        {"event_type": "dm.received", **ABOUT, "tag": "the same in other words"},
    ],
)
def test_a_subscription_that_x_does_not_know_is_refused(unchanged: SimulatedX, body: Any) -> None:
    path = "/2/activity/subscriptions"

    answer = managed(unchanged, "POST", path, body)

    assert answer.status_code == 400
    assert answer.json()["type"].startswith("https://api.x.com/2/problems/")
    assert managed(unchanged, "GET", path).json()["meta"]["total_subscriptions"] == 3


def test_subscriptions_are_listed_page_by_page(unchanged: SimulatedX) -> None:
    path = "/2/activity/subscriptions?max_results=2"

    first = managed(unchanged, "GET", path).json()
    second = managed(unchanged, "GET", f"{path}&pagination_token={first['meta']['next_token']}").json()

    types = [one["event_type"] for one in first["data"] + second["data"]]
    assert types == ["dm.received", "dm.sent", "chat.received"]
    assert second["meta"] == {"result_count": 1, "total_subscriptions": 3}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/2/webhooks", {"url": "https://example.com/webhook", "secret": "x"}),
        ("/2/webhooks", {"url": "ftp://example.com"}),
        ("/2/webhooks", {"url": f"https://example.com/{'x' * 200}"}),
        ("/2/webhooks/replay", {"webhook_id": "1", "from_date": "202611220900", "to_date": "202611221100", "tag": "x"}),
    ],
)
def test_what_the_document_does_not_list_is_refused(unchanged: SimulatedX, path: str, body: Any) -> None:
    assert managed(unchanged, "POST", path, body).status_code == 400


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/2/dm_events/5", "dm_event"),
        (f"/2/dm_conversations/{BRAND.id}-{LINKED.id}-{NEW.id}/dm_events", "dm_conversation"),
        (f"/2/dm_conversations/{LINKED.id}-{BRAND.id}/dm_events", "dm_conversation"),
        ("/2/account_activity/webhooks/5/subscriptions/all", "webhook"),
    ],
)
def test_what_is_not_there_is_named_in_x_s_form(unchanged: SimulatedX, path: str, what: str) -> None:
    answer = signed(unchanged, "GET", path)

    assert answer.status_code == 404
    assert answer.json()["type"] == "https://api.x.com/2/problems/resource-not-found"
    assert answer.json()["resource_type"] == what


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/2/nothing", 404), ("PUT", "/2/dm_events", 405)])
def test_what_x_does_not_have_is_said_in_plain_text(simulated: SimulatedX, method: str, path: str, status: int) -> None:
    answer = signed(simulated, method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")


# ---- for the phone page ----


def test_the_state_names_who_there_is(unchanged: SimulatedX) -> None:
    state = unchanged.state()

    assert state["brand"] == {"id": BRAND.id, "handle": "ExampleCare"}
    assert state["customers"][0] == {"id": LINKED.id, "handle": "linked_customer", "note": "linked"}
    assert (state["envelope"], state["limited"], state["ahead_seconds"]) == ("activity", False, 0)


def test_text_messages_reach_the_person_whose_number_it_is(simulated: SimulatedX) -> None:
    simulated.ok(simulated.http.post("/sim/sms", json={"number": NEW.number, "text": "482913 is your code"}))

    mine = simulated.http.get("/sim/sms", params={"user_id": NEW.id}).json()

    assert [(sms["number"], sms["text"]) for sms in mine] == [(NEW.number, "482913 is your code")]
    assert simulated.http.get("/sim/sms", params={"user_id": LINKED.id}).json() == []
    assert simulated.http.get("/sim/sms", params={"user_id": "4242"}).json() == []
    assert simulated.http.get("/sim/sms").json() == mine


def test_a_listener_hears_of_every_change(simulated: SimulatedX) -> None:
    with simulated.http.stream("GET", "/sim/events") as stream:
        lines = (line for line in stream.iter_lines() if line)
        first = next(lines)
        simulated.types(LINKED.id, "#data")
        second = next(lines)

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert (first, second) == ("data: changed", "data: changed")


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("POST", "/sim/dms", {"user_id": "jo", "text": "x"}, "user_id: "),
        ("POST", "/sim/dms", {"user_id": "5"}, "text: "),
        ("POST", "/sim/dms", {"user_id": "5", "text": "\ud83d"}, ""),
        ("POST", "/sim/dms", {"user_id": "5", "text": "x", "urgent": True}, "urgent: "),
        ("POST", "/sim/dms", [], "body: "),
        ("POST", "/sim/sms", {"number": "+44"}, "text: "),
        ("PUT", "/sim/settings", {"envelope": "pigeon"}, "envelope: "),
        ("PUT", "/sim/settings", {"sends": -1}, "sends: "),
        ("PUT", "/sim/settings", {"ahead_seconds": "NaN"}, "ahead_seconds: "),
    ],
)
def test_nonsense_gets_one_sentence(unchanged: SimulatedX, method: str, path: str, body: Any, sentence: str) -> None:
    answer = unchanged.http.request(method, path, content=json.dumps(body))

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(sentence)


# ---- as a process ----


def test_chats_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    first = World(BRAND, (LINKED,), path)
    taken = first.write(LINKED.id, "#data", "customer")
    first.answered(taken, 200)
    open_when_killed = first.write(LINKED.id, "#text", "customer")

    second = World(BRAND, (LINKED,), path)

    assert [(dm.id, dm.text, dm.status) for dm in second.chat(LINKED.id)] == [
        (taken.id, "#data", 200),
        (open_when_killed.id, "#text", 0),
    ]
    assert int(second.new_id()) > int(open_when_killed.id)


@dataclass
class Process:
    child: subprocess.Popen[str]
    url: str


@contextmanager
def process(*arguments: str) -> Iterator[Process]:
    keys = {"X_CONSUMER_SECRET": SECRET, "X_CONSUMER_KEY": CREDENTIALS.consumer_key, "BRAND_ID": BRAND.id}
    child = subprocess.Popen(
        [sys.executable, "-m", "local.x.simulator", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | keys,
    )
    assert child.stdin
    assert child.stdout
    try:
        yield Process(child, child.stdout.readline().strip().rpartition(" ")[2])
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def close_input(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.close()


def terminate(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [close_input, terminate])
def test_it_ends_with_its_input_and_when_it_is_told_to(end: Callable[[subprocess.Popen[str]], None]) -> None:
    with process() as simulator, httpx.stream("GET", f"{simulator.url}/sim/events", trust_env=False) as listening:
        next(listening.iter_lines())

        end(simulator.child)

        assert simulator.child.wait() in (0, -signal.SIGTERM)


def test_killed_and_started_again_it_knows_its_chats(tmp_path: Path) -> None:
    tokens = {
        "consumer_key": CREDENTIALS.consumer_key,
        "consumer_secret": SECRET,
        "access_token": f"{BRAND.id}-local-access-token",
        "access_token_secret": "local-access-token-secret",
    }
    with process("--data", str(tmp_path)) as simulator:
        sent = XMessenger(tokens, simulator.url).send(LINKED.id, "Hi")
        simulator.child.kill()
        simulator.child.wait()
    assert isinstance(sent, Sent)

    with process("--data", str(tmp_path)) as simulator:
        chat = httpx.get(f"{simulator.url}/sim/dms", params={"user_id": LINKED.id}, trust_env=False).json()

    assert [(dm["id"], dm["text"]) for dm in chat] == [(sent.dm_id, "Hi")]
