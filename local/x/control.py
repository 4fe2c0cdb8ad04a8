"""What the phone page and tests ask the simulator: who there is, what was written, and to write as a customer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from functions.shared.aws import clock
from functions.shared.x.messages import XId
from local.x.api import Api, iso
from local.x.document import is_unicode
from local.x.faults import EXPLAINED, MAIN, Chance, Fault, Faults
from local.x.webhooks import Webhooks
from local.x.world import DM, SMS, Attached, Envelope, Form, World

QUIET_SECONDS = 15


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Written(Body):
    """A DM that somebody types. With the id of one that was not taken, that one is delivered again."""

    user_id: XId
    text: str = ""
    attachment: bool | Attached = False
    encrypted: bool = False
    id: XId | None = None
    by: Literal["customer", "brand"] = Field("customer", alias="from")
    """`brand`: a person answers on x.com, beside our service."""


class NewSMS(Body):
    number: str
    text: str
    dry_run: bool = False
    """Only have it checked: nobody gets it."""


class Change(Body):
    """What to set; what is left out stays. `ahead_seconds` is how far the clock goes before the machine's."""

    envelope: Envelope | None = None
    limited: bool | None = None
    sends: int | None = Field(None, ge=0)
    reads: int | None = Field(None, ge=0)
    day: int | None = Field(None, ge=0)
    ahead_seconds: float | None = Field(None, ge=-1e9, le=1e9)


class Random(Body):
    """A share of all requests goes wrong, the same ones each time for one seed."""

    seed: int
    share: float = Field(0.2, ge=0, le=1)
    among: tuple[Fault, ...] = tuple(Fault)


class Script(Body):
    """What the next requests of each kind meet, one by one; null = nothing."""

    event: list[Fault | None] = []
    send: list[Fault | None] = []
    look_up: list[Fault | None] = []


class Switch(Body):
    """Faults to switch on or off by their words, and chance; what is left out stays."""

    switches: dict[Fault, bool] = {}
    random: Random | None = None


class Control:
    def __init__(self, world: World, webhooks: Webhooks, api: Api, faults: Faults) -> None:
        self.world = world
        self.webhooks = webhooks
        self.api = api
        self.faults = faults

    def routes(self) -> list[Route]:
        return [
            Route("/sim/state", self.state),
            Route("/sim/settings", refusing_nonsense(self.change), methods=["PUT"]),
            Route("/sim/dms", self.dms),
            Route("/sim/dms", refusing_nonsense(self.write), methods=["POST"]),
            Route("/sim/sms", self.sms),
            Route("/sim/sms", refusing_nonsense(self.text), methods=["POST"]),
            Route("/sim/events", self.events),
            Route("/sim/trace", self.trace),
            Route("/sim/faults", self.show_faults),
            Route("/sim/faults", refusing_nonsense(self.switch), methods=["PUT"]),
            Route("/sim/faults", self.put_right, methods=["DELETE"]),
            Route("/sim/faults/script", refusing_nonsense(self.script), methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        return JSONResponse(self._state())

    async def change(self, request: Request) -> Response:
        change = Change.model_validate_json(await request.body())
        if change.ahead_seconds is not None:
            clock.ahead = timedelta(seconds=change.ahead_seconds)
        figures = change.model_dump(exclude_none=True, exclude={"ahead_seconds"})
        self.world.settings = replace(self.world.settings, **figures)
        if set(figures) - {"envelope"}:
            self.api.limiter.reset()
        self.world.change()
        return JSONResponse(self._state())

    async def write(self, request: Request) -> Response:
        written = Written.model_validate_json(await request.body())
        if not is_unicode(written.text) or not (written.text or written.attachment or written.encrypted):
            return refusal("text: a DM has a text or an attachment")
        dm = self._dm(written)
        return JSONResponse({"id": dm.id, "status": await self.webhooks.announce(dm)})

    async def dms(self, request: Request) -> Response:
        return JSONResponse([shown_dm(dm) for dm in self.world.chat(request.query_params.get("user_id", ""))])

    async def text(self, request: Request) -> Response:
        sms = NewSMS.model_validate_json(await request.body())
        if not sms.dry_run:
            self.world.text(sms.number, sms.text)
        return JSONResponse({"sent": not sms.dry_run}, 201)

    async def sms(self, request: Request) -> Response:
        """List the text messages to one person, or all."""
        user = request.query_params.get("user_id")
        number = self.world.account(user).number if user else None
        numbers = None if user is None else [number] if number else []
        return JSONResponse([shown_sms(sms) for sms in self.world.texts(numbers)])

    async def trace(self, request: Request) -> Response:
        """Tell all that was written to the brand, and all that our service has sent and customers can read."""
        dms = self.world.everything()
        asked = [
            {"id": reported_id(dm), "customer": dm.customer, "at": iso(dm.at)} for dm in dms if dm.by == "customer"
        ]
        delivered = [
            {"id": dm.id, "customer": dm.customer, "text": dm.text, "at": iso(dm.at)} for dm in dms if dm.by == "api"
        ]
        return JSONResponse({"asked": asked, "delivered": delivered, "over_limit": self.api.over_limit})

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse(self._faults())

    async def switch(self, request: Request) -> Response:
        change = Switch.model_validate_json(await request.body())
        for fault, on in change.switches.items():
            (self.faults.on.add if on else self.faults.on.discard)(fault)
        if "random" in change.model_fields_set:
            self.faults.chance = Chance(**change.random.model_dump()) if change.random else None
        self.world.change()
        return JSONResponse(self._faults())

    async def put_right(self, request: Request) -> Response:
        self.faults.clear()
        self.world.change()
        return JSONResponse(self._faults())

    async def script(self, request: Request) -> Response:
        script = Script.model_validate_json(await request.body())
        self.faults.follow({"event": script.event, "send": script.send, "look_up": script.look_up})
        self.world.change()
        return JSONResponse(self._faults())

    def _faults(self) -> dict[str, Any]:
        faults, chance = self.faults, self.faults.chance
        switches = [
            {"name": fault, "on": fault in faults.on, "main": fault in MAIN, "explained": EXPLAINED[fault]}
            for fault in Fault
        ]
        return {
            "switches": switches,
            "random": {"seed": chance.seed, "share": chance.share} if chance else None,
            "script": sum(map(len, faults.script.values())),
        }

    async def events(self, request: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def _events(self) -> AsyncIterator[str]:
        seen = -1
        while True:
            if seen != self.world.changes:
                seen = self.world.changes
                yield "data: changed\n\n"
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self.world.changed(), QUIET_SECONDS)
                continue
            yield ": nothing new\n\n"  # finds out whether somebody still listens

    def _dm(self, written: Written) -> DM:
        known = self.world.dm(written.id) if written.id else None
        if known and known.customer == written.user_id:
            return known
        attached = "attachment" if written.attachment is True else written.attachment
        form: Form = attached or "plain"
        by: Literal["customer", "person"] = "customer" if written.by == "customer" else "person"
        return self.world.write(written.user_id, written.text, by, "encrypted" if written.encrypted else form)

    def _state(self) -> dict[str, Any]:
        world = self.world
        customers = [{"id": one.id, "handle": one.handle, "note": one.note} for one in world.customers()]
        return {
            "brand": {"id": world.brand.id, "handle": world.brand.handle},
            "webhook_valid": bool(world.webhooks) and all(webhook.valid for webhook in world.webhooks.values()),
            **asdict(world.settings),
            "ahead_seconds": clock.ahead.total_seconds(),
            "customers": customers,
        }


def refusing_nonsense(do: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await do(request)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "body"
            return refusal(f"{place}: {first['msg']}")

    return answer


def refusal(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, 400)


def reported_id(dm: DM) -> str:
    """Return the id under which the webhook hears of a DM: an encrypted one has another."""
    return f"{int(dm.id):032x}" if dm.form == "encrypted" else dm.id


def shown_dm(dm: DM) -> dict[str, Any]:
    sender = "customer" if dm.by == "customer" else "brand"
    # How the echo of an answer went is nothing that a customer sees.
    status = dm.status if dm.by == "customer" else None
    state = dm.state if dm.by == "customer" else "delivered"
    return {"id": dm.id, "from": sender, "text": dm.text, "at": iso(dm.at), "state": state, "status": status}


def shown_sms(sms: SMS) -> dict[str, Any]:
    return {"number": sms.number, "text": sms.text, "at": iso(sms.at)}
