"""The way to X: one connection that is kept, and the answer taken past tweepy."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from functions.shared.x.dms import Limits

TWEEPY_HOST = "https://api.twitter.com"
CONNECT_SECONDS = 3
READ_SECONDS = 10
IDLE_SECONDS = 50
_DAYS = ("x-user-limit-24hour", "x-app-limit-24hour")
"""Limits of a day: the one of which less is left binds us."""
_NUMBER = re.compile(r"[0-9]{1,10}")  # no epoch in milliseconds, nothing negative


class Answered(Exception):
    """X's answer, taken past tweepy."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response


class NotConnected(Exception):
    """No connection came about, so nothing was sent. Not an OSError, so that no library takes it for its own."""


class Session(requests.Session):
    """Goes to the host that is set, before the signature is made for it, and hands answers over."""

    def __init__(self, api_url: str) -> None:
        super().__init__()
        self._api_url = api_url
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        ours = self._api_url + str(url).removeprefix(TWEEPY_HOST)
        kwargs |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False}
        raise Answered(super().request(method, ours, *args, **kwargs))


class _Adapter(HTTPAdapter):
    """Tells a connection that failed from one that broke later: requests gives both the same class."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Connection(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as failure:
            raise NotConnected from failure


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as failure:
            raise NotConnected from failure


class _Trusted(HTTPConnectionPool):
    """Threads share its connections. One that is kept may be dead without a sign; what is sent into it is then lost."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        if time.monotonic() - getattr(connection, "rested_from", 0) > IDLE_SECONDS:
            connection.close()  # it connects anew by itself
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn:
            conn.rested_from = time.monotonic()
        super()._put_conn(conn)


class _Pool(_Trusted):
    ConnectionCls = _Connection


class _SecurePool(_Trusted, HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


def json_object(response: requests.Response) -> dict[str, Any]:
    """Return the body if it is a JSON object, else an empty one."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def limits_of(headers: Mapping[str, str]) -> Limits | None:
    """Read the limit's headers, each for itself: any may be missing or nonsense."""

    def number(name: str) -> int | None:
        value = headers.get(name, "").strip()
        return int(value) if _NUMBER.fullmatch(value) else None

    days = [kind for kind in _DAYS if number(f"{kind}-remaining") is not None]
    day = min(days, key=lambda kind: number(f"{kind}-remaining") or 0, default=_DAYS[0])
    names = [f"{kind}-{part}" for kind in ("x-rate-limit", day) for part in ("limit", "remaining", "reset")]
    limits = Limits(*map(number, names))
    return None if limits == Limits() else limits
