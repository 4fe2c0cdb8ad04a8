"""What X posts to a webhook, as recorded: Account Activity, and X Activity, its successor."""

import hashlib
import html
import re
import unicodedata
from typing import Any
from uuid import uuid4

from local.x.world import DM, Account, Envelope, World

type Body = dict[str, Any]

APPS = {
    "api": {"id": "3000001", "name": "ExampleCareBot", "url": "https://example.com"},
    "person": {"id": "3033300", "name": "Twitter Web App", "url": "https://mobile.twitter.com"},
}
"""What the brand's DMs were written with."""
JOINED = {"created_at": "2012-08-19T03:14:21.000Z", "created_timestamp": "1345346061000"}
PICTURE = "https://pbs.twimg.com/profile_images/1/x_normal.jpg"
ENDINGS = "com|net|org|info|io|app|dev|co|uk|de|fr|es|ie|me|my|eu|us"
"""Some of those that make a link of a bare domain."""
LINK = re.compile(
    r"https?://\S*[^\s.,;:!?)]"  # the full stop after it is the sentence's
    rf"|(?<![\w@.#$/-])(?:[a-z0-9-]+\.)+(?:{ENDINGS})\b(?!@)(?:/\S*[^\s.,;:!?)])?",
    re.IGNORECASE | re.ASCII,
)


def bodies(world: World, dm: DM, envelope: Envelope) -> list[Body]:
    """Return what the webhook is posted about a DM: its own or one of the brand's, which comes back as an echo."""
    if dm.form == "encrypted":
        return [encrypted(world, dm)]  # X Activity alone has these
    made = {"activity": (activity,), "account": (account_activity,), "both": (activity, account_activity)}
    return [make(world, dm) for make in made[envelope]]


def activity(world: World, dm: DM) -> Body:
    users = {account.id: {"data": user_v2(account)} for account in _people(world, dm)}
    payload = {"direct_message_events": [_event(world, dm)], "users": users}
    return _activity(world, "dm.received" if dm.by == "customer" else "dm.sent", "dm", payload)


def account_activity(world: World, dm: DM) -> Body:
    event = _event(world, dm)
    users = {account.id: _user_v1(account) for account in _people(world, dm)}
    body = {"for_user_id": world.brand.id, "direct_message_events": [event], "users": users}
    if dm.by == "customer":
        return body
    app = APPS[dm.by]
    event["message_create"]["source_app_id"] = app["id"]
    return body | {"apps": {app["id"]: app}}


def encrypted(world: World, dm: DM) -> Body:
    sender, recipient = _people(world, dm)
    payload = {
        "id": f"{int(dm.id):032x}",
        "created_at_msec": _milliseconds(dm),
        "sender_id": sender.id,
        "conversation_id": f"{sender.id}:{recipient.id}",
        "conversation_key_version": "1768236281331",
        "encoded_event": "CwABAAAAEzIwODA0",
        "message_event_signature": {"public_key_version": "1", "signature": "c2ln", "signature_version": "7"},
    }
    return _activity(world, "chat.received" if dm.by == "customer" else "chat.sent", "chat", payload)


def replay_ended(webhook_id: str, job_id: str, complete: bool) -> Body:
    state = "Complete" if complete else "Incomplete"
    said = (
        "Job completed successfully" if complete else "Job failed to deliver all events, please retry your replay job"
    )
    job = {"webhook_id": webhook_id, "job_state": state, "job_state_description": said, "job_id": job_id}
    return {"replay_job_status": job}


def as_listed(text: str, dm_id: str) -> tuple[str, list[Body]]:
    """Return a DM's text as X gives it out, and what its links were: they are short, letters are composed and HTML
    is escaped."""
    urls: list[Body] = []

    def short(link: re.Match[str]) -> str:
        digest = hashlib.sha256(f"{dm_id} {link[0]}".encode()).hexdigest()
        address = link[0] if "://" in link[0] else f"http://{link[0]}"
        urls.append({"url": f"https://t.co/{digest[:10]}", "expanded_url": address, "display_url": link[0][:30]})
        return str(urls[-1]["url"])

    return html.escape(LINK.sub(short, unicodedata.normalize("NFC", text)), quote=False), urls


def _activity(world: World, event_type: str, tag: str, payload: Body) -> Body:
    event = {"event_uuid": str(uuid4()), "filter": {"user_id": world.brand.id}, "event_type": event_type, "tag": tag}
    return {"data": event | {"payload": payload}}


def _event(world: World, dm: DM) -> Body:
    sender, recipient = _people(world, dm)
    return {
        "type": "message_create",
        "id": dm.id,
        "created_timestamp": _milliseconds(dm),
        "message_create": {
            "target": {"recipient_id": recipient.id},
            "sender_id": sender.id,
            "message_data": _message(dm),
        },
    }


def _message(dm: DM) -> Body:
    text, urls = as_listed(dm.text, dm.id)
    attachment = {}
    if dm.attached:
        picture = f"https://twitter.com/messages/media/{dm.id}"
        _, links = as_listed(picture, dm.id)
        link = links[0]["url"]
        text = f"{text} {link}"  # also where nothing else was written
        urls += links
        media = f"https://ton.twitter.com/1.1/ton/data/dm/{dm.id}/{int(dm.id) - 1}/picture.png"
        attachment = {"attachment": {"type": "media", "media": _picture(dm, link, picture, media)}}
    entities = {"hashtags": [], "symbols": [], "user_mentions": [], "urls": urls}
    return {"text": text, "entities": entities, **attachment}


def _picture(dm: DM, link: str, shown_at: str, file: str) -> Body:
    number = int(dm.id) - 1
    links = {"url": link, "expanded_url": shown_at, "media_url": file, "media_url_https": file}
    return {"id": number, "id_str": str(number), "type": "photo", **links}


def _people(world: World, dm: DM) -> tuple[Account, Account]:
    """Return sender and recipient."""
    customer = world.account(dm.customer)
    return (customer, world.brand) if dm.by == "customer" else (world.brand, customer)


def _milliseconds(dm: DM) -> str:
    return str(int(dm.at.timestamp() * 1000))


def _user_v1(account: Account) -> Body:
    return {
        "id": account.id,
        "created_timestamp": JOINED["created_timestamp"],
        "name": account.handle,
        "screen_name": account.handle,
        "protected": False,
        "verified": False,
        "followers_count": 10,
        "friends_count": 20,
        "statuses_count": 30,
        "profile_image_url": PICTURE,
        "profile_image_url_https": PICTURE,
    }


def user_v2(account: Account) -> Body:
    counts = {f"{what}_count": 10 for what in ("followers", "following", "post", "tweet", "listed", "like", "media")}
    return {
        "id": account.id,
        "name": account.handle,
        "username": account.handle,
        "created_at": JOINED["created_at"],
        "protected": False,
        "verified": False,
        "verified_type": "none",
        "description": "",
        "url": "",
        "profile_image_url": PICTURE,
        "public_metrics": counts | {f"{name}_str": str(count) for name, count in counts.items()},
    }
