"""What makes X deliver to us: a valid webhook and a subscription. And what can be said about both."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from functions.shared.aws import clock
from functions.shared.aws.store import Store
from functions.shared.delivery import budget
from functions.shared.x import arrivals
from functions.shared.x.account import EVENT_TYPES, Rejected, Unanswered, Webhook, XAccount
from functions.shared.x.listing import has_no_sender
from functions.webhook import state as states
from ops.place import Place, Trouble
from ops.x_keys import CONSUMER, account_of, checked

LONGEST_URL = 200
NEEDED = "dm.received"


def webhook_url(place: Place, url: str = "") -> str:
    """Return the URL that X shall call. Raises Trouble where X would not take it."""
    url = url or place.settings["webhook_url"]
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Trouble(f"This is no URL: {url}") from None
    if place.local and parts.hostname == "127.0.0.1":
        return url
    if parts.scheme != "https" or not parts.hostname:
        raise Trouble(f"X calls https alone, and this is not: {url}")
    if parts.netloc.lower() != parts.hostname:
        raise Trouble(f"X takes no port and no password in a URL: {url}")
    if len(url) > LONGEST_URL:
        raise Trouble(f"X takes {LONGEST_URL} characters at most, and this URL has {len(url)}: {url}")
    return url


def set_up(place: Place, url: str, *, dry_run: bool) -> dict[str, Any]:
    """Register, subscribe and let X test; what is there already is left as it is."""
    url = webhook_url(place, url)
    x = account_of(place)
    done: list[str] = []

    def do[T](what: str, act: Callable[[], T]) -> T | None:
        result = None if dry_run else act()
        done.append(what)
        return result

    found = next((webhook for webhook in x.webhooks() if webhook.url == url), None)
    webhook = found or do("register the webhook", lambda: _registered(x, url))
    if webhook is None:
        return {
            "dry_run": True,
            "done": [*done, "subscribe to the brand's DMs"],
            "webhook": {"url": url, "valid": None},
        }
    heard = _subscribed(x, webhook.id, place.settings["brand_id"], do)
    valid = do("let X test the webhook", lambda: x.validate(webhook.id))
    shown = {"url": url, "id": webhook.id, "valid": webhook.valid if dry_run else bool(valid)}
    return {"dry_run": dry_run, "done": done, "webhook": shown, "subscription": heard}


def _registered(x: XAccount, url: str) -> Webhook:
    try:
        return x.register(url)
    except Rejected as declined:
        if "crc" in declined.detail.lower():
            raise Trouble(
                "X asked the webhook to prove that it knows the consumer secret, and it did not: "
                f"is it deployed, and are the keys there (`tweetserve x login`)? X says: {declined.detail}"
            ) from None
        raise


def _subscribed(x: XAccount, webhook: str, brand: str, do: Callable[[str, Callable[[], None]], None]) -> dict[str, Any]:
    """Subscribe with X Activity, which also reports what is encrypted; else with Account Activity, its forerunner."""
    heard = heard_by(x, webhook, brand)
    if heard["account"]:
        return heard
    for event_type in [one for one in EVENT_TYPES if one not in heard["activity"]]:
        with suppress(Rejected):
            do(f"subscribe to {event_type}", partial(x.subscribe_activity, event_type, brand, webhook))
            heard["activity"].append(event_type)
    if NEEDED not in heard["activity"]:
        do("subscribe with Account Activity", partial(x.subscribe_account_activity, webhook))
        heard["account"] = True
    return heard


def heard_by(x: XAccount, webhook: str, brand: str) -> dict[str, Any]:
    """Return which DM events reach a webhook by X Activity, and whether Account Activity does."""
    try:
        ours = [one for one in x.activities() if one.user == brand and one.webhook in (webhook, None)]
        activity = [one.event_type for one in ours if one.event_type in EVENT_TYPES]
    except (Rejected, Unanswered):
        activity = []
    try:
        account = x.hears_account_activity(webhook)
    except (Rejected, Unanswered):
        account = False
    return {"activity": activity, "account": account}


# ---- how it stands ----


def status(place: Place) -> dict[str, Any]:
    """Say how each part stands; one that cannot be asked hides no other."""
    keys = place.secret(CONSUMER)
    found = {"consumer_secrets": [name for name in ("current", "previous") if keys.get(name)], **_at_x(place)}
    return found | {"limits": dict(_limits(place.store, clock.now())), "events": _events(place.store, clock.now())}


def answers(found: dict[str, Any]) -> bool:
    """Whether X is there: it takes look-ups, and says of DMs what becomes of them."""
    return found["look_up"]["state"] in ("answered", "limited") and not found["limits"]["blocked"]


def is_well(found: dict[str, Any]) -> bool:
    """Whether X delivers to us."""
    heard = found["subscription"]
    return bool(found["webhook"]["valid"] and heard and (NEEDED in heard["activity"] or heard["account"]))


def _at_x(place: Place) -> dict[str, Any]:
    url = place.settings["webhook_url"]
    found: dict[str, Any] = {"account": None, "webhook": {"url": url, "valid": None}, "subscription": None}
    found["look_up"] = {"state": "unknown", "said": "unknown"}
    try:
        x = account_of(place)
        account = checked(place, place.secret("x_user_secret_name"))
        found["account"] = {"id": account.id, "handle": account.handle}
        webhooks = x.webhooks()
        ours = next((webhook for webhook in webhooks if webhook.url == url), None)
        found["webhook"] |= {"registered": ours is not None, "valid": bool(ours and ours.valid)}
        found["others"] = [webhook.url for webhook in webhooks if webhook.url != url]
        if ours:
            found["webhook"]["id"] = ours.id
            found["subscription"] = heard_by(x, ours.id, place.settings["brand_id"])
        found["look_up"] = _looked_up(x)
    except (Trouble, Rejected) as trouble:
        found["trouble"] = str(trouble)
    except Unanswered as failure:
        found |= {"trouble": str(failure), "look_up": {"state": "down", "said": "not asked"}}
    return found


def _looked_up(x: XAccount) -> dict[str, str]:
    """Look up the newest DM, as the service does where an event of X's is missing."""
    try:
        newest = x.dms(count=1).dms
    except Rejected as declined:
        return {"state": "refused", "said": str(declined)}
    except Unanswered as failure:
        return {"state": "limited" if failure.limited else "down", "said": str(failure)}
    if any(map(has_no_sender, newest)):
        return {"state": "no sender", "said": "X does not tell who has written a DM."}
    return {"state": "answered", "said": "X answers."}


def _limits(store: Store, now: datetime) -> Iterator[tuple[str, Any]]:
    dms, looks = budget.load(store), states.load(store)
    open_window = now.timestamp() < dms.ends
    yield "dms_left", dms.left if open_window else dms.limit
    yield "dms_until", _iso(datetime.fromtimestamp(dms.ends, UTC)) if open_window else None
    yield "dms_left_today", dms.day_left if now.timestamp() < dms.day_ends else None
    yield "replies_wait", dms.waiting
    yield "blocked", dms.trouble
    yield "tried_again", _iso(dms.next_room("answer", now)) if dms.blocked else None
    yield "paused", dms.paused
    fresh = looks.looks_until is None or now >= looks.looks_until
    yield "look_ups_left", states.LOOKS if fresh else looks.looks
    yield "look_ups_until", None if fresh else _iso(looks.looks_until)


def _events(store: Store, now: datetime) -> dict[str, Any]:
    state, arrived = states.load(store), arrivals.newest_arrival(store)
    return {
        "last": _iso(arrived),
        "minutes_since": int((now - arrived).total_seconds() / 60) if arrived else None,
        "gap_since": _iso(state.gap_from),
        "last_replay": _iso(state.job_at),
        "last_look_up": _iso(state.looked_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
