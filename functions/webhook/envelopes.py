"""What X reports, read: Account Activity and its successor X Activity, both of which are still delivered.

Nothing here raises, whatever the types: an event becomes one plain message for `inbound.fifo`, or says why not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from functions.shared.x.media import path_at_x

type QueueMessage = dict[str, Any]
"""What `functions.shared.x.messenger.messages.inbound` reads."""

_X_ID = re.compile(r"[0-9]{1,20}")
_OPAQUE_ID = re.compile(r"[!-~]{1,200}")
_MILLISECONDS = re.compile(r"[0-9]{1,13}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"&(amp|lt|gt);")
_SIGNS = {"amp": "&", "lt": "<", "gt": ">"}

_LONGEST_TEXT = 10_000
"""X's own limit for a DM. It keeps a message far below what SQS takes, even with each character escaped."""


@dataclass(frozen=True)
class Dropped:
    """An event that is not queued, and why. `Unreadable` and `GroupChat` are worth a look."""

    reason: Literal["BrandRevoked", "GroupChat", "NotForUs", "OtherEvent", "Unreadable"]
    dm: object = None
    event_type: object = None


def read_events(body: dict[str, object], *, brand_id: str, now: int) -> list[QueueMessage | Dropped]:
    """Read every event of a POST. `now` (milliseconds since 1970) stands in where X tells no readable time."""
    if "data" in body:
        return _x_activity(body["data"], brand_id, now)
    return _account_activity(body, brand_id, now)


def _account_activity(body: dict[str, object], brand_id: str, now: int) -> list[QueueMessage | Dropped]:
    if body.get("for_user_id", brand_id) != brand_id:
        return [Dropped("NotForUs")]
    if revoked := _at(body, "user_event", "revoke"):
        return [_revoked(_at(revoked, "source", "user_id"), revoked, "user_event", brand_id, now)]
    if "direct_message_events" not in body:
        kinds = (key for key in body if key.endswith(("_event", "_events", "_status")))
        return [Dropped("OtherEvent", event_type=next(kinds, None))]
    return _direct_messages(body, brand_id, now)


def _x_activity(data: object, brand_id: str, now: int) -> list[QueueMessage | Dropped]:
    if _at(data, "filter", "user_id") not in (None, brand_id):
        return [Dropped("NotForUs")]
    match _at(data, "event_type"):
        case "dm.received" | "dm.sent":
            return _direct_messages(_at(data, "payload"), brand_id, now)
        case "chat.received":
            return [_encrypted(data, brand_id, now)]
        case "oauth.revoke":
            payload = _at(data, "payload")
            return [_revoked(_at(payload, "user_id"), payload, "oauth.revoke", brand_id, now)]
        case other:
            return [Dropped("OtherEvent", event_type=other)]


def _direct_messages(payload: object, brand_id: str, now: int) -> list[QueueMessage | Dropped]:
    events = _at(payload, "direct_message_events")
    if not isinstance(events, list):
        return [Dropped("Unreadable")]
    return [_direct_message(event, _at(payload, "users"), brand_id, now) for event in events]


def _direct_message(event: object, users: object, brand_id: str, now: int) -> QueueMessage | Dropped:
    dm, create = _at(event, "id"), _at(event, "message_create")
    sender, recipient = _at(create, "sender_id"), _at(create, "target", "recipient_id")
    if _at(event, "type") != "message_create":
        return Dropped("OtherEvent", dm, event_type=_at(event, "type"))
    if recipient is None or isinstance(recipient, list):
        return Dropped("GroupChat", dm)
    if not (_is_x_id(dm) and _is_x_id(sender) and _is_x_id(recipient)):
        return Dropped("Unreadable", dm)
    if sender == recipient or brand_id not in (sender, recipient):
        return Dropped("NotForUs", dm)
    if _is_group((sender, recipient), event, create, _at(create, "target")):
        return Dropped("GroupChat", dm)

    data, sent_at = _at(create, "message_data"), _time(_at(event, "created_timestamp"), now)
    if sender == brand_id:
        return {"kind": "echo", "id": dm, "customer": recipient, "text": _text(data), "sent_at": sent_at}
    return {
        "kind": "dm",
        "id": dm,
        "customer": sender,
        "handle": _handle(_at(users, sender)),
        "text": _text(data),
        "sent_at": sent_at,
        "attachment": bool(_at(data, "attachment")),
        **_media(_at(data, "attachment", "media")),
    }


def _media(media: object) -> QueueMessage:
    """Return where a picture lies, if it is where X keeps them: for people, who look at it later."""
    url = _at(media, "media_url_https")
    return {"media": url} if path_at_x(url) else {}


def _encrypted(data: object, brand_id: str, now: int) -> QueueMessage | Dropped:
    """Read an X Chat message, of which two shapes are published: one has an id and a time, one only the event's id."""
    payload = _at(data, "payload")
    sender, sent_at = _at(payload, "sender_id"), _time(_at(payload, "created_at_msec"), now)
    ids = [value for value in (_at(payload, "id"), _at(data, "event_uuid")) if _fits(_OPAQUE_ID, value)]
    if not (_is_x_id(sender) and ids):
        return Dropped("Unreadable", event_type="chat.received")
    if sender == brand_id:
        return Dropped("NotForUs", event_type="chat.received")
    if _is_group((sender, brand_id), payload):
        return Dropped("GroupChat", event_type="chat.received")
    return {"kind": "encrypted", "id": ids[0], "customer": sender, "sent_at": sent_at}


def _revoked(customer: object, revoked: object, event_type: str, brand_id: str, now: int) -> QueueMessage | Dropped:
    """Read that somebody took back what they had allowed our app. If it is the brand, we can send nothing any more."""
    if not _is_x_id(customer):
        return Dropped("Unreadable", event_type=event_type)
    if customer == brand_id:
        return Dropped("BrandRevoked", event_type=event_type)
    sent_at = _iso(_at(revoked, "date_time"), now)
    return {"kind": "revoked", "id": f"revoked-{customer}-{sent_at}", "customer": customer, "sent_at": sent_at}


def _iso(value: object, now: int) -> int:
    try:
        return int(datetime.fromisoformat(str(value)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return now


def _is_group(two: Sequence[object], *places: object) -> bool:
    """Tell whether a conversation is anything but one between these two: what we answer is for one person's eyes."""
    conversations = [_at(place, key) for place in places for key in ("conversation_id", "dm_conversation_id")]
    people = [_at(place, key) for place in places for key in ("participant_ids", "participants", "recipient_ids")]
    pairs = [re.split("[:-]", name) if isinstance(name, str) else [] for name in conversations if name is not None]
    return any(sorted(pair) != sorted(map(str, two)) for pair in pairs) or any(
        not isinstance(group, list) or any(person not in two for person in group)
        for group in people
        if group is not None
    )


def _text(data: object) -> str:
    """Return what was written: without the link that X glues on for an attachment, unescaped exactly once."""
    text = _at(data, "text")
    if not isinstance(text, str):
        return ""
    written = _ESCAPED.sub(lambda sign: _SIGNS[sign[1]], _without_link(text, data))
    # Half a character pair is legal in JSON's escapes and nowhere else.
    return _LONE_SURROGATE.sub("\ufffd", written[:_LONGEST_TEXT])


def _without_link(text: str, data: object) -> str:
    if not (attachment := _at(data, "attachment")):
        return text
    urls = _at(data, "entities", "urls")
    last = urls[-1] if isinstance(urls, list) and urls else None
    # A picture names its link, a location does not: there it is the text's last.
    link = _at(attachment, "media", "url") or _at(last, "url")
    if not (isinstance(link, str) and text.endswith(link)):
        return text
    return text.removesuffix(link).rstrip()


def _handle(user: object) -> str | None:
    handle = _at(user, "screen_name") or _at(user, "data", "username")
    return handle if isinstance(handle, str) and _fits(_HANDLE, handle) else None


def _time(milliseconds: object, now: int) -> int:
    return int(milliseconds) if isinstance(milliseconds, str) and _fits(_MILLISECONDS, milliseconds) else now


def _is_x_id(value: object) -> bool:
    return _fits(_X_ID, value)


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _at(value: object, *path: Any) -> Any:
    """Return what stands at a path of keys, None where there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
