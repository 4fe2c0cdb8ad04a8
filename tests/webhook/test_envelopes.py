"""What becomes of each event that X reports, in both of its envelopes."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.shared.x.messages import inbound
from functions.webhook.envelopes import Dropped, QueueMessage, read_events
from tests.calls_from_x import BRAND, CUSTOMER, account_activity, dm
from tests.places import X_SAMPLES

NOW = 1_763_400_000_000
OTHER = "2000000000000000003"


def outcomes(body: dict[str, Any]) -> list[QueueMessage | Dropped]:
    return read_events(body, brand_id=BRAND, now=NOW)


def outcome(body: dict[str, Any]) -> Any:
    [only] = outcomes(body)
    return only


def question(text: str, number: int, **changes: Any) -> QueueMessage:
    return {
        "kind": "dm",
        "id": f"199000000000000{number:04}",
        "customer": CUSTOMER,
        "handle": "linked_customer",
        "text": text,
        "sent_at": 1763300000000 + number,
        "attachment": False,
    } | changes


PICTURE = "https://ton.twitter.com/1.1/ton/data/dm/1/2/pic.jpg"
ECHO = {
    "kind": "echo",
    "id": "1990000000000000202",
    "customer": CUSTOMER,
    "text": "You have 3.4 GB left. R&R for the rest.",
    "sent_at": 1763300000202,
}
CHAT = {"kind": "encrypted", "customer": CUSTOMER}

EXPECTED: dict[str, list[QueueMessage | Dropped]] = {
    "account_activity_dm": [question("how much data have I got left? #data", 101)],
    "account_activity_echo": [ECHO],
    "account_activity_escaped": [question("is 1 < 2 & 3 > 2? I typed &lt; &copy; &quot;", 303)],
    "account_activity_picture": [question("this is my bill", 404, attachment=True, media=PICTURE)],
    "account_activity_location": [question("", 505, attachment=True)],
    "account_activity_link": [question("is this you? https://t.co/OwnLink001", 606)],
    "account_activity_two_dms": [question("#minutes", 708), question("#text", 707)],
    "account_activity_quick_reply": [question("Check charges", 809)],
    "account_activity_group": [Dropped("GroupChat", "1990000000000000910")],
    "account_activity_between_others": [Dropped("NotForUs", "1990000000000001011")],
    "account_activity_another_brand": [Dropped("NotForUs")],
    "account_activity_participants_join": [Dropped("OtherEvent", "1990000000000001213", "participants_join")],
    "account_activity_typing": [Dropped("OtherEvent", event_type="direct_message_indicate_typing_events")],
    "account_activity_read_receipt": [Dropped("OtherEvent", event_type="direct_message_mark_read_events")],
    "account_activity_follow": [Dropped("OtherEvent", event_type="follow_events")],
    "account_activity_mention": [Dropped("OtherEvent", event_type="tweet_create_events")],
    "account_activity_revoke": [Dropped("BrandRevoked", event_type="user_event")],
    "account_activity_replay_status": [Dropped("OtherEvent", event_type="replay_job_status")],
    "x_activity_dm_received": [question("how much data have I got left? #data", 101)],
    "x_activity_dm_sent": [ECHO],
    "x_activity_chat_received": [CHAT | {"id": "5d0c7f0e-2a51-4a4c-9a70-8f6f3c1b2d90", "sent_at": 1763300001819}],
    "x_activity_chat_received_short": [CHAT | {"id": "b7d0c1aa-98f3-4a0e-8d0c-5d9d6f1f0c11", "sent_at": NOW}],
    "x_activity_chat_received_group": [Dropped("GroupChat", event_type="chat.received")],
    "x_activity_chat_sent": [Dropped("OtherEvent", event_type="chat.sent")],
    "x_activity_mention": [Dropped("OtherEvent", event_type="post.mention.create")],
    "x_activity_oauth_revoke": [Dropped("BrandRevoked", event_type="oauth.revoke")],
}


@pytest.mark.parametrize("path", sorted(X_SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_each_event_is_read_or_dropped_for_a_reason(path: Path) -> None:
    assert outcomes(json.loads(path.read_text())) == EXPECTED[path.stem]


@pytest.mark.parametrize("name", [name for name, events in EXPECTED.items() if isinstance(events[0], dict)])
def test_the_consumer_of_the_queue_can_read_each_message(name: str) -> None:
    body = json.loads((X_SAMPLES / f"{name}.json").read_text())

    for message in outcomes(body):
        assert inbound.validate_json(json.dumps(message)).model_dump(exclude_unset=True) == message


def test_both_envelopes_tell_the_same_of_a_dm() -> None:
    assert EXPECTED["account_activity_dm"] == EXPECTED["x_activity_dm_received"]


def test_text_is_unescaped_once_and_only_what_x_escapes() -> None:
    assert outcome(account_activity(dm("&amp;amp; &amp;lt; &quot; &#39; &copy; ?a=1&copy=2")))["text"] == (
        "&amp; &lt; &quot; &#39; &copy; ?a=1&copy=2"
    )


def test_only_the_link_glued_on_for_an_attachment_is_taken_away() -> None:
    event = dm("https://t.co/Mine and https://t.co/Mine https://t.co/Pic")
    event["message_create"]["message_data"]["attachment"] = {"type": "media", "media": {"url": "https://t.co/Pic"}}

    assert outcome(account_activity(event))["text"] == "https://t.co/Mine and https://t.co/Mine"


def test_a_link_that_is_not_at_the_end_stays() -> None:
    event = dm("https://t.co/Pic is my bill")
    event["message_create"]["message_data"]["attachment"] = {"type": "media", "media": {"url": "https://t.co/Pic"}}

    read_dm = outcome(account_activity(event))

    assert read_dm["text"] == "https://t.co/Pic is my bill"
    assert read_dm["attachment"] is True


def test_half_a_character_pair_does_not_stop_the_consumer() -> None:
    message = outcome(account_activity(dm("help \ud83d me \udcf1 \x00 📱")))

    assert inbound.validate_json(json.dumps(message)).model_dump()["text"] == "help \ufffd me \ufffd \x00 📱"


def test_a_text_is_cut_where_x_itself_would_not_take_more() -> None:
    assert len(outcome(account_activity(dm("é" * 500_000)))["text"]) == 10_000


@pytest.mark.parametrize("text", [None, 5, ["#data"], {"a": 1}])
def test_a_dm_without_a_readable_text_is_not_lost(text: object) -> None:
    assert outcome(account_activity(dm(text)))["text"] == ""


@pytest.mark.parametrize("time", [None, "", "soon", "-5", "9" * 14, 1763300000101, 1.5, [], "１２３"])
def test_an_unreadable_time_is_now(time: object) -> None:
    assert outcome(account_activity(dm(created_timestamp=time)))["sent_at"] == NOW


@pytest.mark.parametrize(
    "number", [None, "", "12a", "-1", "1" * 21, "１２", "1\n", 1990000000000000101, 1.5, True, ["1"], {}]
)
def test_a_dm_with_an_unreadable_id_is_dropped(number: object) -> None:
    assert outcome(account_activity(dm(id=number))).reason == "Unreadable"

    event = dm()
    event["message_create"]["sender_id"] = number
    assert outcome(account_activity(event)).reason == "Unreadable"


@pytest.mark.parametrize("recipient", ["", "12a", 1000000000000000001, {}, True])
def test_a_dm_with_an_unreadable_recipient_is_dropped(recipient: object) -> None:
    event = dm()
    event["message_create"]["target"] = {"recipient_id": recipient}

    assert outcome(account_activity(event)).reason == "Unreadable"


@pytest.mark.parametrize(
    "target",
    [
        None,
        {},
        {"recipient_id": None},
        {"recipient_id": [BRAND, OTHER]},
        {"recipient_id": BRAND, "participant_ids": [BRAND, CUSTOMER, OTHER]},
        {"recipient_id": BRAND, "participants": {"ids": []}},
        {"recipient_id": BRAND, "recipient_ids": [BRAND, [OTHER]]},
        {"recipient_id": BRAND, "conversation_id": "1789000000000000000"},
        {"recipient_id": BRAND, "dm_conversation_id": f"{CUSTOMER}-{OTHER}"},
        {"recipient_id": BRAND, "conversation_id": 1789},
    ],
)
def test_a_group_chat_is_never_answered(target: object) -> None:
    event = dm()
    event["message_create"]["target"] = target

    assert outcome(account_activity(event)).reason == "GroupChat"


@pytest.mark.parametrize(
    "extra", [{"dm_conversation_id": f"{BRAND}-{CUSTOMER}"}, {"participant_ids": [CUSTOMER, BRAND]}]
)
def test_a_conversation_of_two_is_no_group(extra: dict[str, object]) -> None:
    assert outcome(account_activity(dm(**extra)))["kind"] == "dm"


def test_a_dm_from_us_to_us_is_dropped() -> None:
    event = dm()
    event["message_create"]["sender_id"] = BRAND

    assert outcome(account_activity(event)).reason == "NotForUs"


@pytest.mark.parametrize("owner", [OTHER, None, 1000000000000000001, [], {}])
def test_the_events_of_another_subscription_are_dropped(owner: object) -> None:
    assert outcome({"for_user_id": owner, "direct_message_events": [dm()]}) == Dropped("NotForUs")

    data = {"event_type": "dm.received", "filter": {"user_id": OTHER}, "payload": {"direct_message_events": [dm()]}}
    assert outcome({"data": data}) == Dropped("NotForUs")


@pytest.mark.parametrize(
    ("user", "handle"),
    [
        ({"screen_name": "Robin_1"}, "Robin_1"),
        ({"data": {"username": "Robin_1"}}, "Robin_1"),
        ({"screen_name": "a" * 15}, "a" * 15),
        ({"screen_name": "a" * 16}, None),
        ({"screen_name": "robin\n"}, None),
        ({"screen_name": "rob in"}, None),
        ({"screen_name": "röbin"}, None),
        ({"screen_name": ""}, None),
        ({"data": {"username": ["robin"]}}, None),
        ({"data": None}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_handle_is_taken_over_when_it_is_one(user: object, handle: str | None) -> None:
    body = account_activity(dm()) | {"users": {CUSTOMER: user}}

    assert outcome(body)["handle"] == handle


def chat(**changes: Any) -> dict[str, Any]:
    payload = {"id": "5d0c", "sender_id": CUSTOMER, "conversation_id": f"{CUSTOMER}:{BRAND}"} | changes
    return {
        "data": {"event_type": "chat.received", "event_uuid": "-771", "filter": {"user_id": BRAND}, "payload": payload}
    }


@pytest.mark.parametrize("number", [None, "", 5, ["a"], "a b", "é", "\ud800", "x" * 201])
def test_an_encrypted_message_without_an_id_has_that_of_its_event(number: object) -> None:
    assert outcome(chat(id=number))["id"] == "-771"


def test_an_encrypted_message_of_our_own_is_dropped() -> None:
    assert outcome(chat(sender_id=BRAND)).reason == "NotForUs"


def test_an_encrypted_message_that_names_no_conversation_is_not_lost() -> None:
    assert outcome(chat(conversation_id=None))["kind"] == "encrypted"


def test_an_encrypted_message_from_nobody_is_unreadable() -> None:
    assert outcome(chat(sender_id=None)).reason == "Unreadable"


@pytest.mark.parametrize("oddity", [None, 5, "text", [], [[]], {}, True, 1.5])
def test_no_type_in_any_place_raises(oddity: object) -> None:
    bodies: list[dict[str, Any]] = [
        {"data": oddity},
        {"data": {"event_type": oddity, "filter": oddity, "payload": oddity}},
        {"data": {"event_type": "dm.received", "payload": oddity}},
        {"data": {"event_type": "chat.received", "payload": oddity, "event_uuid": oddity}},
        {"direct_message_events": oddity},
        {"direct_message_events": [oddity, dm(message_create=oddity), dm(type=oddity), dm(oddity)], "users": oddity},
        account_activity(dm(conversation_id=oddity, participant_ids=oddity)),
    ]
    for place in ("message_data", "target", "sender_id"):
        event = dm()
        event["message_create"][place] = oddity
        bodies.append(account_activity(event))
    for place in ("attachment", "entities"):
        event = dm()
        event["message_create"]["message_data"] |= {"attachment": {"media": oddity}, place: oddity}
        bodies.append(account_activity(event))

    for body in bodies:
        for each in outcomes(body):
            assert isinstance(each, Dropped) or inbound.validate_python(each)


@pytest.mark.parametrize("name", ["account_activity_revoke", "x_activity_oauth_revoke"])
def test_a_customer_who_takes_back_what_they_allowed_is_queued_as_that(name: str) -> None:
    event = (X_SAMPLES / f"{name}.json").read_text().replace("1000000000000000001", CUSTOMER)

    (revoked,) = outcomes(json.loads(event))

    assert isinstance(revoked, dict)
    assert (revoked["kind"], revoked["customer"]) == ("revoked", CUSTOMER)
    assert 1763299200000 <= revoked["sent_at"] <= 1763300400000
