"""What the phone page asks beside the service: the clock, killing a worker, incidents, what happened, the counter."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.shared.aws import clock
from functions.shared.aws.rows import DM_IDS_KEPT
from functions.shared.aws.settings import client
from functions.shared.brand.catalogue import Catalogue
from infra.layout import INBOUND_DEAD, TABLES
from local import incident, moved_clock
from local.demo_data import marks, store
from local.proof.counter import counted
from local.proof.invariants import Chat, Erased, Trace
from local.state import State
from local.workers import Failed, Pool
from ops.explain import Story, story
from ops.place import Trouble
from ops.times import Times

_, CATALOGUE, SERVICE = TABLES
OVERDUE = timedelta(minutes=15)
"""When faults end, everything is settled by then."""
SETTLES_SECONDS = 20
"""How long the service has, after the clock was moved, to do what has fallen due."""
AROUND = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Ahead(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ahead_seconds: float = Field(ge=-1e9, le=1e9)


class Kill(BaseModel):
    model_config = ConfigDict(extra="forbid")

    function: str = "commands"


class Unavailable(Exception):
    """Something that is asked is not there yet, or not any more."""


class Panel:
    def __init__(self, state: State, x: httpx.AsyncClient) -> None:
        self._state = state
        self._x = x
        self._moved_at = 0.0
        self._calling: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/local/clock", self.clock, methods=["GET"]),
            Route("/local/clock", self.move_clock, methods=["PUT"]),
            Route("/local/kill", self.kill, methods=["POST"]),
            Route("/local/what-happened", self.what_happened),
            Route("/local/counter", self.counter),
            Route("/local/notices", self.notices, methods=["GET"]),
            Route("/local/notices", self.begin, methods=["POST"]),
            Route("/local/notices/end", self.end, methods=["POST"]),
        ]

    async def clock(self, _: Request) -> Response:
        return JSONResponse({"ahead_seconds": clock.ahead.total_seconds(), "now": clock.now().isoformat()})

    async def move_clock(self, request: Request) -> Response:
        try:
            ahead = Ahead.model_validate_json(await request.body()).ahead_seconds
        except ValidationError:
            return refusal(400, "ahead_seconds: how far the clock goes ahead of the machine's, in seconds")
        try:
            await self._of_x("PUT", "/sim/settings", json={"ahead_seconds": ahead})
        except Unavailable as unavailable:
            return refusal(503, str(unavailable))
        moved_clock.move(self._state.data, ahead)
        self._moved_at = time.monotonic()
        await asyncio.gather(*(pump.time_has_passed() for pump in self._state.pumps))
        self._call_ticks()
        return await self.clock(request)

    def _call_ticks(self) -> None:
        """What the clock calls is due at once."""
        for pool in self._state.pools.values():
            if pool.function.every:
                task = asyncio.create_task(called(pool))
                self._calling.add(task)
                task.add_done_callback(self._calling.discard)

    async def kill(self, request: Request) -> Response:
        try:
            function = Kill.model_validate_json(await request.body()).function
        except ValidationError:
            return refusal(400, "function: whose worker is to be killed")
        pool = self._state.pools.get(function)
        if pool is None:
            return refusal(404, f"There is no function of this name: {', '.join(self._state.pools)}")
        return JSONResponse({"function": function, "killed": pool.kill_one()})

    async def notices(self, _: Request) -> Response:
        return await self._of_notices()

    async def begin(self, request: Request) -> Response:
        return await self._of_notices(incident.begin, await request.body())

    async def end(self, request: Request) -> Response:
        answer = await self._of_notices(incident.end, await request.body())
        self._call_ticks()  # who asked is told at once
        return answer

    async def _of_notices(self, do: Callable[[bytes], None] | None = None, body: bytes = b"") -> Response:
        """Do something about known incidents, and tell how they stand."""
        try:
            if do:
                await asyncio.to_thread(do, body)
            return JSONResponse({"notices": await asyncio.to_thread(incident.shown)})
        except Trouble as trouble:
            return refusal(400, str(trouble))
        except (BotoCoreError, ClientError) as failure:
            return refusal(503, unavailable(failure))

    async def what_happened(self, request: Request) -> Response:
        wanted = request.query_params.get("dm", "last")
        try:
            asked = {one["id"]: one["customer"] for one in (await self._of_x("GET", "/sim/trace"))["asked"]}
            dm = next(reversed(asked), None) if wanted == "last" else wanted
            if dm is None or dm not in asked:
                return refusal(404, "X knows no such DM of a customer." if dm else "Nobody has written yet.")
            return JSONResponse((await asyncio.to_thread(self._story, asked[dm], dm)).shown())
        except (Unavailable, BotoCoreError, ClientError) as failure:
            return refusal(503, unavailable(failure))

    def _story(self, customer: str, dm: str) -> Story:
        now = clock.now()
        times = Times(Catalogue.read(client("dynamodb"), CATALOGUE.name, now), now)
        return story(store(), customer, dm, times, marks())

    async def counter(self, _: Request) -> Response:
        try:
            # X is asked first: what it has delivered by then is stored by the time that we look.
            seen = await self._of_x("GET", "/sim/trace")
            return JSONResponse(await asyncio.to_thread(self._counted, seen))
        except (Unavailable, BotoCoreError, ClientError) as failure:
            return refusal(503, unavailable(failure))

    def _counted(self, seen: dict[str, Any]) -> dict[str, Any]:
        under_way = time.monotonic() < self._moved_at + SETTLES_SECONDS or queued()
        asked = {one["id"]: one["customer"] for one in known(seen["asked"])}
        rows = {(row["pk"], row["sk"]): row for row in store().all()}
        kept = marks()
        erased = {x_id: kept.erased(x_id, lambda *key: rows.get(key)) for x_id in set(asked.values())}
        trace = Trace(
            asked=asked,
            by_staff={},
            delivered=tuple(Chat(one["customer"], one["text"], one["id"]) for one in known(seen["delivered"])),
            over_limit=seen["over_limit"],
            rows=tuple(rows.values()),
            erased={x_id: Erased(*newest) for x_id, newest in erased.items() if newest},
        )
        long_ago = clock.now() - OVERDUE
        old = {one["id"] for one in seen["asked"] if datetime.fromisoformat(one["at"]) < long_ago}
        return counted(trace, set() if under_way else old)

    async def _of_x(self, method: str, path: str, json: Any = None) -> Any:
        if not self._state.x_url or not self._state.ready:
            raise Unavailable("The local run is starting.")
        try:
            return (await self._x.request(method, f"{self._state.x_url}{path}", json=json)).raise_for_status().json()
        except httpx.HTTPError as error:
            raise Unavailable("The simulator of X does not answer.") from error


def known(dms: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the DMs that are so old that nothing is kept of them."""
    return [dm for dm in dms if datetime.fromisoformat(dm["at"]) > clock.now() - DM_IDS_KEPT]


async def called(pool: Pool) -> None:
    with suppress(Failed):  # its log says why; it is called again in its turn
        await pool.call({})


def queued() -> bool:
    """Whether a message is on its way through the service's queues."""
    sqs = client("sqs")
    urls = [sqs.get_queue_url(QueueName=f"{name}.fifo")["QueueUrl"] for name in ("inbound", INBOUND_DEAD)]
    found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=AROUND)["Attributes"] for url in urls]
    return any(int(count) for counts in found for count in counts.values())


def unavailable(failure: Exception) -> str:
    return str(failure) if isinstance(failure, Unavailable) else "The local database does not answer."


def refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"message": sentence}, status)
