"""What `tweetserve local` does: start everything in order, watch over it, end everything in the opposite order."""

import asyncio
import errno
import fcntl
import os
import signal
import socket
import sys
import time
import webbrowser
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clock as service_clock
from functions.shared.aws.settings import client
from infra.layout import FUNCTIONS, Function
from local import moved_clock, resources
from local.children import HOST, Child, Trouble, listen
from local.demo import EXAMPLE_UK, Person
from local.demo_cases import Beginning
from local.demo_data import demo_page, is_stopped, load_demo
from local.engine import FILE
from local.front import server
from local.resources import Resources
from local.sources import Pump, clock
from local.state import State
from local.workers import Pool

LOGS = "logs"
STEPS = ("database", "queues", "webhook", "X (simulated)")
WORKERS = {"webhook": 4, "commands": 4, "desk": 2}
CONSUMER_SECRET = "local-consumer-secret"  # noqa: S105 - of a simulator

LOCAL_AWS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": resources.REGION,
    "AWS_DEFAULT_REGION": resources.REGION,
}
NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""What somebody has set up for the real AWS must not reach the engine."""

# A child's environment is built, not inherited, as in Lambda.
PLAIN = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG") if name in os.environ}
PLAIN |= {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "TZ": "UTC"}

ENGINE_SECONDS = 2
"""How long an engine that has ended takes to be seen."""
ENGINE_GONE = "The local database has stopped; nothing you saw is lost. Start again with `tweetserve local`."
PAGE_STAYS = 6
"""Seconds for which the page still says so: an open page looks every five."""


@dataclass(frozen=True)
class Options:
    port: int
    """0 = any that is free."""
    data: Path
    browser: bool = False
    functions: tuple[Function, ...] = tuple(one for one in FUNCTIONS if not one.on_aws_only)
    brand: Path = EXAMPLE_UK
    """The folder of the brand whose demo it is."""
    empty: bool = False
    """Nobody waits for a person at the first start."""
    events: str = ""
    """The URL that is told of each change of a case."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.data / LOGS


async def run(options: Options) -> int:
    """Return the exit code: 0 after Ctrl-C, 1 after a sentence that says what is wrong."""
    try:
        listener = bound(options.port)
        lock = prepare(options.data)
        moved_clock.restore(options.data)
        for log in options.logs.glob("*.log"):
            log.unlink()
    except Trouble as trouble:
        return told(trouble)
    async with AsyncExitStack() as stack:
        local = LocalRun(replace(options, port=listener.getsockname()[1]), stack, lock)
        local.serve_front(listener)
        try:
            await local.until_stopped()
        except Trouble as trouble:
            return told(trouble)
        typer.echo("\nStopping …")
        return 0


def told(trouble: Trouble) -> int:
    typer.echo(f"\n{trouble}", err=True)
    return 1


def bound(port: int) -> socket.socket:
    try:
        return listen(port)
    except OSError as error:
        if error.errno == errno.EACCES:
            raise Trouble(f"Port {port} needs more rights than yours: choose one above 1023 with --port.") from error
        raise Trouble(f"Port {port} is in use: stop what runs there or choose another with --port.") from error


def prepare(data: Path) -> int:
    """Make the data folder and hold it: return the lock's file descriptor."""
    try:
        (data / LOGS).mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise Trouble(f"Cannot write to {data}: choose another folder with --data.") from error
    for _ in range(30):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        time.sleep(0.1)  # the engine of a run that was killed is still saving
    raise Trouble(f"{data} is in use by another run: stop that one or choose another folder with --data.")


class LocalRun:
    """What is started goes onto the stack at once, so that it ends in the opposite order, whatever happens."""

    def __init__(self, options: Options, stack: AsyncExitStack, lock: int) -> None:
        self._options = options
        self._lock = lock
        self._saved_at = saved_at(options.data)
        self._simulator_port = free_port()
        self._simulator_url = f"http://{HOST}:{self._simulator_port}"
        self._webhook_url = f"{options.url}/webhook"
        self._stack = stack
        self._state = State(starting=dict.fromkeys(STEPS, False), data=options.data)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked_to_stop = asyncio.Event()
        self._stopping = asyncio.Event()
        self._kills: list[Callable[[], None]] = []
        self._new: list[Person] = []
        """Customers with a chat who were not known before."""
        self._engine: asyncio.Task[Any] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._ask_to_stop)

    def serve_front(self, listener: socket.socket) -> None:
        front = server(self._state)
        serving = self._task(front.serve(sockets=[listener]))

        async def stop() -> None:
            if self._state.engine_gone:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._asked_to_stop.wait(), PAGE_STAYS)
            front.should_exit = True
            await serving

        self._stack.push_async_callback(stop)

    async def until_stopped(self) -> None:
        """Start the rest and wait for Ctrl-C. Raises Trouble where something does not start or does not go on."""
        starting = asyncio.create_task(self._start())
        try:
            await asyncio.wait({self._ended, starting}, return_when=asyncio.FIRST_COMPLETED)
            if not self._ended.done():
                starting.result()
            await self._ended
        finally:
            self._state.ready = False
            self._stopping.set()
            starting.cancel()
            await asyncio.wait({starting})

    def _ask_to_stop(self) -> None:
        """The first time everything finishes its work; the second time only the database does."""
        if self._asked_to_stop.is_set():
            for kill in self._kills:
                kill()
        self._asked_to_stop.set()
        if not self._ended.done():
            self._ended.set_result(None)

    # ---- starting ----

    async def _start(self) -> None:
        simulator = self._task(self._start_simulator())
        try:
            made = await self._start_aws()
        except (BotoCoreError, ClientError) as error:
            await self._engine_s_own_words()
            raise Trouble(f"AWS at {os.environ.get('AWS_ENDPOINT_URL')} does not do its part: {error}") from error
        with self._step("webhook"):
            await self._start_functions(made)
        with self._step("X (simulated)"):
            await simulator
        self._start_sources(made)
        self._state.page = partial(demo_page, self._options.brand)
        self._state.ready = True
        await self._write_stops()
        self._say_ready()
        if self._new and not self._options.empty:
            self._task(self._begin())

    async def _start_aws(self) -> Resources:
        with self._step("database"):
            if "AWS_ENDPOINT_URL" in os.environ:
                os.environ.update({name: value for name, value in LOCAL_AWS.items() if name not in os.environ})
            else:
                await self._start_engine()
            await asyncio.to_thread(resources.create_tables)
            await asyncio.to_thread(resources.put_secrets, consumer_secret())
            with_chats = not os.environ.get("X_API_URL")
            new = await asyncio.to_thread(load_demo, self._options.brand, with_chats=with_chats)
            self._new = new if with_chats else []
        with self._step("queues"):
            return await asyncio.to_thread(resources.create_queues)

    async def _start_engine(self) -> None:
        log = self._options.logs / "engine.log"
        # It inherits the lock: while it saves, nobody else may read.
        engine = await self._child("local.engine", str(self._options.data), log=log, keeps=(self._lock,))
        answer = await engine.read() or {"trouble": f"The local database does not start: {log} says why."}
        if "trouble" in answer:
            raise Trouble(answer["trouble"])
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            del os.environ[name]
        os.environ.update(LOCAL_AWS | NO_FILES | {"AWS_ENDPOINT_URL": f"http://{HOST}:{answer['port']}"})
        self._engine = self._task(self._watch_engine(engine))

    async def _engine_s_own_words(self) -> None:
        """If the engine has ended, let it say why: what then does not answer is no news."""
        if self._engine:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._engine), ENGINE_SECONDS)

    async def _start_functions(self, made: Resources) -> None:
        x_api_url = os.environ.get("X_API_URL") or self._simulator_url
        known = made.settings(
            x_api_url=x_api_url,
            webhook_url=self._webhook_url,
            sms_url=f"{self._simulator_url}/sim/sms",
            events=self._options.events,
        )
        for function in self._options.functions:
            own = await asyncio.to_thread(resources.environment, function, known)
            pool = Pool(function, workers(function), PLAIN | aws() | own, self._options.logs)
            self._state.pools[function.name] = pool
            self._stack.push_async_callback(pool.stop)
            self._kills.append(pool.kill)
        await asyncio.gather(*(pool.start() for pool in self._state.pools.values()))
        self._state.where = {"aws_endpoint_url": os.environ.get("AWS_ENDPOINT_URL"), "settings": known}

    async def _start_simulator(self) -> None:
        port = self._simulator_port
        where = {"--port": str(port), "--webhook": self._webhook_url, "--data": str(self._options.data)}
        where["--brand"] = str(self._options.brand)
        where["--ahead"] = str(service_clock.ahead.total_seconds())
        if self._saved_at:
            where["--rewind"] = str(self._saved_at + service_clock.ahead.total_seconds())
        secret = {"X_CONSUMER_SECRET": consumer_secret(), "BRAND_ID": resources.BRAND_ID}
        log = self._options.logs / "x.log"
        simulator = await self._child(
            "local.x.simulator", *chain.from_iterable(where.items()), environment=secret, log=log, answers=False
        )
        self._kills.append(simulator.kill)
        gone = f"The simulator of X has stopped: {log} says why."
        while not await accepts(port):
            if simulator.ended:
                raise Trouble(gone)
            await asyncio.sleep(0.05)
        self._task(self._watch(simulator, gone))
        self._state.x_url = self._simulator_url

    def _start_sources(self, made: Resources) -> None:
        """Let queues and the clock call their functions. They are the first to end: nothing new is begun then."""
        sqs = client("sqs")
        running = []
        for function in self._options.functions:
            pool = self._state.pools[function.name]
            if function.reads:
                pump = Pump(sqs, made.urls[function.reads], made.arns[function.reads], pool)
                self._state.pumps.append(pump)
                running += [self._task(pump.run(self._stopping)) for _ in range(workers(function))]
            if function.every:
                running.append(self._task(clock(pool, function.every, self._stopping)))

        async def stop() -> None:
            for pool in self._state.pools.values():
                pool.close()
            await asyncio.gather(*running, return_exceptions=True)

        self._stack.push_async_callback(stop)

    async def _write_stops(self) -> None:
        """Let who wants silence from the start ask for it as everybody does: their chat shows what came of it."""
        # A proxy of this machine has no business between its own processes.
        async with httpx.AsyncClient(base_url=self._simulator_url, timeout=30, trust_env=False) as phone:
            for x_id in (one["x_user_id"] for one in self._new if one["stopped"]):
                with suppress(httpx.HTTPError):  # without it everything else still works
                    await phone.post("/sim/dms", json={"user_id": x_id, "text": "#stop"})
                for _ in range(100):
                    if await asyncio.to_thread(is_stopped, x_id):
                        break
                    await asyncio.sleep(0.05)

    async def _begin(self) -> None:
        """Fill the line, now that everything answers: nobody waits for it."""
        here = partial(httpx.AsyncClient, timeout=30, trust_env=False)
        ids = {one["handle"]: one["x_user_id"] for one in self._new}
        async with here(base_url=self._simulator_url) as phone, here(base_url=self._options.url) as desk:
            with suppress(httpx.HTTPError):  # without it everything else still works
                await Beginning(phone, desk, ids).write()

    async def _child(self, *arguments: str, environment: dict[str, str] | None = None, **more: Any) -> Child:
        child = await Child.start(*arguments, environment=PLAIN | (environment or {}), **more)
        self._stack.push_async_callback(child.stop)
        return child

    async def _watch(self, child: Child, sentence: str) -> None:
        await child.wait()
        if not self._stopping.is_set():
            raise Trouble(sentence)

    async def _watch_engine(self, engine: Child) -> None:
        """The engine says nothing more after its port, but why it cannot go on."""
        said = await engine.read()
        if not self._stopping.is_set():
            self._state.engine_gone = True
            raise Trouble(said["trouble"] if said else ENGINE_GONE)

    def _task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin something that must not fail unseen."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure and not self._ended.done():
            self._ended.set_exception(failure)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        typer.echo(f" {name} …", nl=False)
        yield
        self._state.starting[name] = True

    def _say_ready(self) -> None:
        url = self._options.url
        if self._saved_at:
            typer.echo(f"\nGoes on from what was saved {ago(time.time() - self._saved_at)}.", nl=False)
        typer.echo(f"\nPhone {url}/   Desk {url}/desk   Stop with Ctrl-C")
        if self._options.browser and sys.stdout.isatty() and has_screen():
            self._task(asyncio.to_thread(webbrowser.open, url))


def saved_at(data: Path) -> float | None:
    """Of which moment the engine's saved state is; None where there is none, or it is another AWS's."""
    if "AWS_ENDPOINT_URL" in os.environ:
        return None
    with suppress(OSError):
        return (data / FILE).stat().st_mtime
    return None


def ago(seconds: float) -> str:
    """Say how long ago something was, in its largest unit."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return f"{max(1, round(seconds))} second{'s' if round(seconds) > 1 else ''} ago"


def workers(function: Function) -> int:
    return WORKERS.get(function.name, 1)


def has_screen() -> bool:
    """Without one, Python would open a browser inside the terminal."""
    return sys.platform == "darwin" or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def consumer_secret() -> str:
    return os.environ.get("X_CONSUMER_SECRET") or CONSUMER_SECRET


def aws() -> dict[str, str]:
    """Return what this process has been told about AWS, for a function's environment."""
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def free_port() -> int:
    with listen(0) as listener:
        return int(listener.getsockname()[1])


async def accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
