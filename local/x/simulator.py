"""X on this machine, as a process of its own: `python -m local.x.simulator --port 8401 --webhook URL --data DIR`.

It ends when its standard input does, so it never outlives whoever started it.
"""

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from functions.shared.aws import clock
from local.children import HOST, listen
from local.demo import EXAMPLE_UK, people
from local.x import pictures
from local.x.api import Api
from local.x.control import Control
from local.x.faults import Faults
from local.x.oauth import Credentials, Guard
from local.x.webhooks import Webhooks
from local.x.world import DM, Account, Webhook, World

BRAND_ID = "1000000000000000001"
BRAND_HANDLE = "ExampleCare"
FILE = "x.sqlite3"
KEPT_SECONDS = 120
"""How long an idle connection is kept: longer than the service keeps it, so that X never closes one in its hands."""


class Protocol(H11Protocol):
    """Lets an endpoint have the connection itself, to cut it: `request.state.transport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def app(world: World, credentials: Credentials, again: Sequence[DM] = ()) -> Starlette:
    faults = Faults()
    webhooks = Webhooks(world, credentials.consumer_secret, faults)
    guard = Guard(credentials)
    api = Api(world, webhooks, guard, faults)
    control = Control(world, webhooks, api, faults)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        webhooks.begin(webhooks.keep_checking())
        webhooks.begin(webhooks.insist(again))
        yield
        await webhooks.close()

    return Starlette(routes=[*api.routes(), pictures.route(world, guard), *control.routes()], lifespan=running)


def server(world: World, credentials: Credentials, again: Sequence[DM] = ()) -> uvicorn.Server:
    config = uvicorn.Config(
        app(world, credentials, again),
        http=Protocol,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=1,  # a page that listens to /sim/events would hold it for ever
    )
    return uvicorn.Server(config)


def register(world: World, url: str) -> None:
    webhook = Webhook(world.new_id(), url, clock.now())
    world.webhooks[webhook.id] = webhook


def demo_people(brand: Path) -> tuple[Account, ...]:
    known = people(clock.now(), brand)
    return tuple(Account(one["x_user_id"], one["handle"], one["note"], one["lines"][0]["number"]) for one in known)


def end_with_input(server: uvicorn.Server) -> None:
    # Read past Python's own buffer, whose lock would be held when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.should_exit = True


def main() -> None:
    options = arguments().parse_args()
    clock.ahead = timedelta(seconds=options.ahead)
    brand_id = os.environ.get("BRAND_ID") or BRAND_ID
    if options.data:
        options.data.mkdir(parents=True, exist_ok=True)
    world = World(Account(brand_id, BRAND_HANDLE), demo_people(options.brand), options.data and options.data / FILE)
    if options.webhook:
        register(world, options.webhook)
    again = world.rewind(datetime.fromtimestamp(options.rewind, UTC)) if options.rewind else []
    simulator = server(world, Credentials.read(brand_id), again)
    with listen(options.port) as listener:
        sys.stdout.write(f"X (simulated) http://{HOST}:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=end_with_input, args=(simulator,), daemon=True).start()
        asyncio.run(simulator.serve(sockets=[listener]))
    world.close()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.x.simulator", description="A simulator of X.")
    parser.add_argument("--port", type=int, default=0, help="0 = any that is free; it is printed")
    parser.add_argument("--webhook", help="the URL that X calls")
    parser.add_argument("--data", type=Path, help="the folder that keeps chats; without it they are forgotten")
    parser.add_argument(
        "--ahead", type=float, default=0, help="how far its clock goes ahead of the machine's, in seconds"
    )
    parser.add_argument("--brand", type=Path, default=EXAMPLE_UK, help="the folder of the brand whose demo it is")
    parser.add_argument("--rewind", type=float, help="forget what came after this, in seconds since 1970 by its clock")
    return parser


if __name__ == "__main__":
    main()
