"""Sends with X's keys as they are now. X's libraries come with the first DM: whoever sends none does without them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from functions.shared.aws import telemetry
from functions.shared.x.dms import LookUpsUsedUp, Outcome, SentDM

if TYPE_CHECKING:
    from functions.shared.x.messenger import XMessenger

CREDENTIALS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def see_that_one_can_send(credentials: Mapping[str, str], api_url: str) -> None:
    """Raise ValueError where nobody can send with these."""
    parts = urlsplit(api_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("X_API_URL must be a URL like https://api.x.com")
    if missing := [name for name in CREDENTIALS if not credentials.get(name)]:
        raise ValueError(f"the secret with X's user tokens lacks {', '.join(missing)}")


class KeyedMessenger:
    """`keys` reads them; where it cannot, the last ones are good enough. Raises ValueError if the first are not."""

    def __init__(self, keys: Callable[[], Mapping[str, str]], api_url: str) -> None:
        self._read = keys
        self._keys = keys()
        self._api_url = api_url
        self._messenger: XMessenger | None = None
        see_that_one_can_send(self._keys, api_url)

    def send(self, customer: str, text: str) -> Outcome:
        return self._current().send(customer, text)

    def look_up(self, customer: str) -> list[SentDM] | LookUpsUsedUp | None:
        return self._current().look_up(customer)

    def prepare(self) -> None:
        """Do what else the first DM would wait for."""
        self._messenger = self._messenger or self._made(self._keys)

    def _current(self) -> "XMessenger":
        try:
            keys = self._read()
            if keys != self._keys:
                # What is sent meanwhile keeps the connection and the keys that it has begun with.
                self._messenger = self._made(keys)
                self._keys = keys
        except Exception as failure:
            telemetry.error("X's keys cannot be read anew", failure)
        self._messenger = self._messenger or self._made(self._keys)
        return self._messenger

    def _made(self, keys: Mapping[str, str]) -> "XMessenger":
        from functions.shared.x.messenger import XMessenger

        return XMessenger(keys, self._api_url)
