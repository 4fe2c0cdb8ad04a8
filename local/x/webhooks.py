"""X calls us: each DM and echo signed, and the check that a webhook knows the consumer secret."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

import httpx

from local.x.envelopes import Body, bodies, replay_ended
from local.x.faults import Fault, Faults
from local.x.world import DM, Webhook, World

PATIENCE = 10
CHECK_AGAIN = 0.5
CHECK_EVERY = 3600
NO_ANSWER = 0
"""Instead of a status."""
TAKEN = 200
"""What the customer's phone is told of an event that X loses or delivers later: on X nobody sees that."""
DELAY = 5
OVERTAKEN_WITHIN = 3
"""Seconds for which an event waits for the one that overtakes it."""


class Webhooks:
    def __init__(self, world: World, consumer_secret: str, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._held: dict[str, asyncio.Event] = {}
        self._secret = consumer_secret.encode()
        # A proxy of this machine has no business between its own processes.
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=False)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.replaying: str | None = None
        """The replay that runs."""

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._http.aclose()

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something after the answer that caused it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def announce(self, dm: DM) -> int:
        """Tell every webhook of a DM; return the status of whichever did not take it, else 200."""
        statuses = [
            await self.report(webhook, body, dm)
            for webhook in list(self._world.webhooks.values())
            for body in bodies(self._world, dm, self._world.settings.envelope)
        ]
        status = next((status for status in statuses if not 200 <= status < 300), 200 if statuses else NO_ANSWER)
        self._world.answered(dm, status)
        return status

    async def insist(self, dms: Iterable[DM]) -> None:
        """Tell of each DM until it is taken: the service may still be starting."""
        for dm in dms:
            while not 200 <= await self.announce(dm) < 300:
                await asyncio.sleep(CHECK_AGAIN)

    async def report(self, webhook: Webhook, body: Body, dm: DM) -> int:
        """Deliver what happened, or what a fault makes of that."""
        faults = self._faults.next("event")
        if (Fault.LOST if dm.by == "customer" else Fault.NO_RECEIPT) in faults:
            return TAKEN
        ahead = self._held.pop(dm.customer, None)
        if Fault.OVERTAKEN in faults and ahead is None:
            held = self._held[dm.customer] = asyncio.Event()
            self.begin(self._later(webhook, body, faults, held, OVERTAKEN_WITHIN))
            return TAKEN
        if Fault.DELAYED in faults:
            self.begin(self._later(webhook, body, faults, asyncio.Event(), DELAY))
            return TAKEN
        status = await self._once_or_twice(webhook, body, faults)
        if ahead:
            ahead.set()
        return status

    async def _later(
        self, webhook: Webhook, body: Body, faults: tuple[Fault, ...], held: asyncio.Event, seconds: float
    ) -> None:
        """Deliver once the next event has overtaken this one, or after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(held.wait(), seconds)
        await self._once_or_twice(webhook, body, faults)

    async def _once_or_twice(self, webhook: Webhook, body: Body, faults: tuple[Fault, ...]) -> int:
        status = await self.post(webhook, body)
        if Fault.TWICE in faults:
            self.begin(self.post(webhook, body))
        return status

    async def post(self, webhook: Webhook, body: Body) -> int:
        """Call a webhook, signed: every event goes through here."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": self._sign(raw)}
        try:
            return (await self._http.post(webhook.url, content=raw, headers=headers)).status_code
        except httpx.HTTPError:
            return NO_ANSWER

    async def check(self, webhook: Webhook) -> bool:
        """Ask a webhook to sign a token, as X does before it trusts one (CRC)."""
        token = secrets.token_urlsafe(32)
        nonce = secrets.token_urlsafe(16)
        url = httpx.URL(webhook.url).copy_merge_params({"crc_token": token, "nonce": nonce})
        wanted = self._sign(token.encode())
        valid = False
        with suppress(httpx.HTTPError, ValueError, AttributeError):
            answer = await self._http.get(url)
            given = answer.json().get("response_token") if answer.status_code == 200 else None
            valid = isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())
        if valid != webhook.valid:
            webhook.valid = valid
            self._world.change()
        return valid

    async def keep_checking(self) -> None:
        """Check every webhook until it is valid, then each hour."""
        while True:
            checks = [await self.check(webhook) for webhook in list(self._world.webhooks.values())]
            await asyncio.sleep(CHECK_EVERY if all(checks) else CHECK_AGAIN)

    async def replay(self, webhook: Webhook, job_id: str, dms: list[DM]) -> None:
        """Deliver again what happened in a time, then say that it is done."""
        envelope = self._world.settings.envelope
        statuses = [await self.report(webhook, body, dm) for dm in dms for body in bodies(self._world, dm, envelope)]
        self.replaying = None
        await self.post(webhook, replay_ended(webhook.id, job_id, all(200 <= status < 300 for status in statuses)))

    def _sign(self, message: bytes) -> str:
        digest = hmac.digest(self._secret, message, hashlib.sha256)
        return f"sha256={base64.b64encode(digest).decode()}"
