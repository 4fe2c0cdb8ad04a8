"""X's keys in the service's two secrets: put there, changed, and never shown.

`x-user` signs what we send. `x-consumer` holds the consumer secrets with which X signs what it delivers: the current
one, and for the time of a change the previous one beside it.
"""

from collections.abc import Mapping
from typing import Any

from functions.shared.x.account import OurAccount, Rejected, XAccount
from ops.place import Place, Trouble

NAMES = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")

CONSUMER, USER = "x_consumer_secrets_name", "x_user_secret_name"

TWO = "Two consumer secrets are in use already: end that change first with `tweetserve x rotate --finish`."


def login(place: Place, keys: Mapping[str, str], *, dry_run: bool) -> dict[str, Any]:
    """Put the keys into both secrets, once X has said that they are the brand's."""
    account = checked(place, keys)
    before = place.secret(CONSUMER)
    wanted = {CONSUMER: with_current(before, keys["consumer_secret"]), USER: dict(keys)}
    return _put(place, wanted, dry_run=dry_run) | {"account": {"id": account.id, "handle": account.handle}}


def rotate(place: Place, consumer_secret: str, *, dry_run: bool) -> dict[str, Any]:
    """Make a new consumer secret the current one; what X signed with the old one is still believed."""
    before = place.secret(CONSUMER)
    keys = keys_of(place) | {"consumer_secret": consumer_secret}
    consumer = with_current(before, consumer_secret)
    account = checked(place, keys)
    # What X delivers is signed with the new one from the moment that it exists, so it is put there first.
    put = _put(place, {CONSUMER: consumer, USER: keys}, dry_run=dry_run)
    return put | {"account": {"id": account.id, "handle": account.handle}}


def finish(place: Place, *, dry_run: bool) -> dict[str, Any]:
    """Believe the current consumer secret alone."""
    kept = {name: value for name, value in place.secret(CONSUMER).items() if name != "previous"}
    if not kept:
        raise Trouble("There are no keys yet: `tweetserve x login` puts them there.")
    return _put(place, {CONSUMER: kept}, dry_run=dry_run)


def account_of(place: Place, keys: Mapping[str, str] | None = None) -> XAccount:
    return XAccount(keys or keys_of(place), place.settings.get("x_api_url") or "https://api.x.com")


def keys_of(place: Place) -> dict[str, str]:
    """Return what we sign with. Raises Trouble as long as it is not there."""
    keys = place.secret(USER)
    if not keys:
        raise Trouble("There are no keys yet: `tweetserve x login` puts them there.")
    return whole(keys)


def whole(keys: Mapping[str, str]) -> dict[str, str]:
    """Raises Trouble where one of the four keys is missing."""
    if empty := [name for name in NAMES if not keys.get(name)]:
        raise Trouble(f"X has four keys for us; missing: {', '.join(empty)}.")
    return dict(keys)


def checked(place: Place, keys: Mapping[str, str]) -> OurAccount:
    """Ask X whose keys these are. Keys of another account would answer its customers."""
    try:
        account = account_of(place, whole(keys)).me()
    except Rejected as declined:
        raise Trouble(f"X does not accept these keys. {declined}") from None
    brand = place.settings["brand_id"]
    if account.id != brand:
        raise Trouble(f"These keys are @{account.handle}'s ({account.id}), and {place.name} answers for {brand}.")
    return account


def with_current(before: Mapping[str, str], secret: str) -> dict[str, str]:
    """Return the consumer secrets with this one as the current, and the one before it kept."""
    current = before.get("current")
    if not current or current == secret:
        return dict(before) | {"current": secret}
    if before.get("previous"):
        raise Trouble(TWO)
    return {"current": secret, "previous": current}


def _put(place: Place, wanted: Mapping[str, Mapping[str, str]], *, dry_run: bool) -> dict[str, Any]:
    changed = [setting for setting, value in wanted.items() if place.secret(setting) != value]
    for setting in () if dry_run else changed:
        place.put_secret(setting, wanted[setting])
    return {"dry_run": dry_run, "changed": [place.settings[setting] for setting in changed]}
