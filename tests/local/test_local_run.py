"""The parts of `tweetserve local`. The whole is in test_starting.py, what it does for customers in test_journey.py."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.shared.aws import clock as service_clock
from functions.shared.aws.settings import client
from infra.layout import DEAD_QUEUES, FUNCTIONS, QUEUES, TABLES, Function
from local import moved_clock, resources
from local.children import Trouble
from local.front import app
from local.sources import Pump, clock
from local.state import State
from local.workers import Closed, Died, Failed, Pool
from tests.engines import Engine
from tests.places import ROOT
from tests.running import alive, listening, wait_for

STAND_IN = Function("stand-in", "tests.data.stand_in", timeout=1)
PLAIN = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "AWS_REGION": "eu-west-2"}


def with_pool[T](
    tmp_path: Path, use: Callable[[Pool], Coroutine[Any, Any, T]], size: int = 1, function: Function = STAND_IN
) -> T:
    async def run() -> T:
        pool = Pool(function, size, PLAIN | {"OWN": "yes"}, tmp_path)
        try:
            await pool.start()
            return await use(pool)
        finally:
            await pool.stop()

    return asyncio.run(run())


# ---- workers ----


def test_a_worker_answers_and_stays(tmp_path: Path) -> None:
    async def twice(pool: Pool) -> list[Any]:
        return [await pool.call({"do": "answer"}), await pool.call({"do": "answer"})]

    first, second = with_pool(tmp_path, twice)

    assert first["event"] == {"do": "answer"}
    assert first["pid"] == second["pid"] != os.getpid()
    assert 0 < first["left"] <= 1000


def test_each_worker_takes_one_event_at_a_time(tmp_path: Path) -> None:
    async def four(pool: Pool) -> list[Any]:
        await pool.call({"do": "answer"})
        return await asyncio.gather(*(pool.call({"do": "wait"}) for _ in range(4)))

    answers = with_pool(tmp_path, four, size=2)

    assert len(answers) == 4
    assert len({answer["pid"] for answer in answers}) <= 2


def test_a_worker_goes_by_the_clock_that_was_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.shared.aws.clock.ahead", timedelta(days=30))

    told = with_pool(tmp_path, lambda pool: pool.call({"do": "clock"}))

    assert datetime.fromisoformat(told) > datetime.now(UTC) + timedelta(days=29)


def test_the_moved_clock_stays_with_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_clock, "ahead", timedelta(0))

    moved_clock.move(tmp_path, 900)
    service_clock.ahead = timedelta(0)
    moved_clock.restore(tmp_path)

    assert service_clock.ahead == timedelta(minutes=15)


def test_the_worker_that_is_at_an_event_is_the_one_to_be_killed(tmp_path: Path) -> None:
    async def killed(pool: Pool) -> Any:
        await pool.call({"do": "answer"})
        call = asyncio.create_task(pool.call({"do": "hang"}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        pid = pool.kill_one()
        with pytest.raises(Died):
            await call
        return pid, (await pool.call({"do": "answer"}))["pid"]

    first, second = with_pool(tmp_path, killed)

    assert first != second


def test_what_a_handler_prints_is_no_answer(tmp_path: Path) -> None:
    answer = with_pool(tmp_path, lambda pool: pool.call({"do": "print"}))

    assert answer["event"] == {"do": "print"}
    assert "a line that is no answer" in (tmp_path / "stand-in.log").read_text()


def test_a_function_has_its_own_variables_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "no")

    environment = with_pool(tmp_path, lambda pool: pool.call({"do": "environment"}))

    assert environment["OWN"] == "yes"
    assert "SECRET_OF_THE_SHELL" not in environment


def test_a_failure_is_told_by_its_class_and_logged_without_its_words(tmp_path: Path) -> None:
    async def fail(pool: Pool) -> tuple[Any, str]:
        with pytest.raises(Failed, match=r"^ValueError$"):
            await pool.call({"do": "fail", "says": "my number is 07700 900123"})
        return await pool.call({"do": "answer"}), (tmp_path / "stand-in.log").read_text()

    answer, log = with_pool(tmp_path, fail)

    assert answer["event"] == {"do": "answer"}
    assert "stand_in.py" in log
    assert "07700" not in log


@pytest.mark.parametrize("ending", ["exit", "hang"])
def test_a_worker_that_ends_or_hangs_fails_its_event_and_is_replaced(tmp_path: Path, ending: str) -> None:
    async def end(pool: Pool) -> tuple[Any, Any]:
        before = await pool.call({"do": "answer"})
        with pytest.raises(Died):
            await pool.call({"do": ending})
        return before, await pool.call({"do": "answer"})

    before, after = with_pool(tmp_path, end)

    assert before["pid"] != after["pid"]


def test_a_worker_killed_while_idle_costs_no_event(tmp_path: Path) -> None:
    async def kill(pool: Pool) -> tuple[Any, Any]:
        before = await pool.call({"do": "answer"})
        os.kill(before["pid"], signal.SIGKILL)
        while not all(child.ended for child in pool._children):
            await asyncio.sleep(0.01)
        return before, await pool.call({"do": "answer"})

    before, after = with_pool(tmp_path, kill)

    assert before["pid"] != after["pid"]


def test_stopping_lets_a_worker_finish_its_event(tmp_path: Path) -> None:
    async def stop(pool: Pool) -> Any:
        call = asyncio.create_task(pool.call({"do": "wait"}))
        await asyncio.sleep(0.1)
        await pool.stop()
        return await call

    answer = with_pool(tmp_path, stop)

    assert answer["event"] == {"do": "wait"}
    assert not alive(answer["pid"])


def test_who_waits_for_a_worker_is_told_when_there_is_none_any_more(tmp_path: Path) -> None:
    async def close(pool: Pool) -> None:
        begun, waiting = (asyncio.create_task(pool.call({"do": "wait"})) for _ in range(2))
        await asyncio.sleep(0.1)

        pool.close()

        with pytest.raises(Closed):
            await waiting
        assert (await begun)["event"] == {"do": "wait"}

    with_pool(tmp_path, close)


def test_a_function_that_does_not_start_is_named(tmp_path: Path) -> None:
    gone = STAND_IN._replace(module="tests.data.not_there")

    with pytest.raises(Trouble, match=r"The function stand-in does not start: .*stand-in\.log says why"):
        with_pool(tmp_path, lambda pool: pool.call({}), function=gone)

    assert "not_there" in (tmp_path / "stand-in.log").read_text()


def test_a_missing_interpreter_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(Trouble, match="There is no Python at /nowhere/python: run `uv sync`"):
        with_pool(tmp_path, lambda pool: pool.call({}))


# ---- HTTP, as API Gateway has it ----


class Desk:
    """Stands in for a pool: records its events and answers what it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[Any] = []

    async def call(self, event: Any) -> Any:
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def ask(pool: Desk, *request: Any, **more: Any) -> httpx.Response:
    state = State(ready=True, pools={"webhook": pool, "desk": pool})  # type: ignore[dict-item]

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app(state))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
            return await client.request(*request, **more)

    return asyncio.run(send())


def test_the_webhook_gets_the_bytes_that_were_signed() -> None:
    pool = Desk({"statusCode": 200, "body": "ok"})

    response = ask(
        pool, "POST", "/webhook?a=1&a=2", content='{"text": "Ünïted"}'.encode(), headers={"X-Twitter-Signature": "s"}
    )

    event = pool.events[0]
    assert (response.status_code, response.text) == (200, "ok")
    assert event["version"] == "2.0"
    assert (event["body"], event["isBase64Encoded"]) == ('{"text": "Ünïted"}', False)
    assert event["headers"]["x-twitter-signature"] == "s"
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("a=1&a=2", {"a": "1,2"})
    assert (event["requestContext"]["http"]["method"], event["rawPath"]) == ("POST", "/webhook")


def test_a_body_that_is_no_text_travels_as_base64() -> None:
    pool = Desk({"statusCode": 200})

    ask(pool, "POST", "/webhook", content=b"\xff\x00")

    assert (pool.events[0]["body"], pool.events[0]["isBase64Encoded"]) == ("/wA=", True)


def test_a_handlers_answer_goes_out_as_it_is() -> None:
    pool = Desk(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "image/png"},
            "cookies": ["a=1", "b=2"],
            "body": "/wA=",
            "isBase64Encoded": True,
        }
    )

    response = ask(pool, "GET", "/desk")

    assert (response.status_code, response.content) == (201, b"\xff\x00")
    assert response.headers["content-type"] == "image/png"
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(("failure", "status"), [(Failed("ValueError"), 500), (Died("killed"), 502)])
def test_a_failure_is_an_error_without_details(failure: Failed, status: int) -> None:
    response = ask(Desk(failure), "POST", "/webhook", content=b"{}")

    assert response.status_code == status
    assert "ValueError" not in response.text


@pytest.mark.parametrize(
    ("token", "teams", "role"),
    [
        ("agent-1", "billing general", "agent"),
        ("agent-2", "devices sales", "agent"),
        ("supervisor-1", "urgent billing devices sales general", "supervisor"),
    ],
)
def test_the_desk_learns_who_asks_from_the_token(token: str, teams: str, role: str) -> None:
    pool = Desk({"statusCode": 200})

    ask(pool, "POST", "/desk/api/next", headers={"Authorization": f"Bearer {token}"})

    claims = pool.events[0]["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims == {"sub": token, "teams": teams, "role": role}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer agent-9"}, {"Authorization": "Basic agent-1"}])
def test_nobody_else_reaches_the_desks_api(headers: dict[str, str]) -> None:
    pool = Desk({"statusCode": 200})

    response = ask(pool, "POST", "/desk/api/next", headers=headers)

    assert response.status_code == 401
    assert pool.events == []


def test_the_page_of_the_desk_needs_no_token() -> None:
    assert ask(Desk({"statusCode": 200, "body": "<html>"}), "GET", "/desk").text == "<html>"


@pytest.mark.parametrize("path", ["/nothing", "/.git/config", "/../pyproject.toml", "/local/nothing"])
def test_everything_else_is_not_found(path: str) -> None:
    assert ask(Desk({"statusCode": 200}), "GET", path).status_code == 404


def test_the_page_keeps_its_people_while_the_database_is_away() -> None:
    def away() -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    state = State(ready=True, shown={"customers": ["somebody"]}, page=away)

    async def visit() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app(state)), base_url="http://127.0.0.1") as client:
            return await client.get("/local/state")

    assert asyncio.run(visit()).json()["customers"] == ["somebody"]


def test_the_page_is_there_while_the_rest_starts() -> None:
    state = State(starting={"database": True, "queues": False})

    async def visit() -> tuple[httpx.Response, ...]:
        transport = httpx.ASGITransport(app(state))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
            return tuple([await client.get(path) for path in ("/", "/local/state", "/healthz", "/webhook")])

    page, local, health, webhook = asyncio.run(visit())

    assert page.status_code == 200
    assert local.json() == {
        "ready": False,
        "starting": [{"name": "database", "done": True}, {"name": "queues", "done": False}],
        "engine": "up",
        "brand": None,
        "commands": [],
        "customers": [],
    }
    assert (health.status_code, webhook.status_code) == (503, 503)


# ---- the engine ----


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    running = Engine(tmp_path)
    for name, value in {
        "AWS_ENDPOINT_URL": running.url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    yield running
    client.cache_clear()
    running.stop()


def test_tables_queues_and_secrets_are_those_of_the_layout(engine: Engine) -> None:
    resources.create_tables()
    resources.create_queues()
    resources.put_secrets("shh")

    dynamodb, sqs = engine.client("dynamodb"), engine.client("sqs")
    for table in TABLES:
        made = dynamodb.describe_table(TableName=table.name)["Table"]
        assert made["KeySchema"] == resources.keys(table.partition, table.sort)
        indexes = {index["IndexName"]: index["KeySchema"] for index in made.get("GlobalSecondaryIndexes", [])}
        assert indexes == {index.name: resources.keys(index.partition, index.sort) for index in table.indexes}
        ttl = dynamodb.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
        assert ttl.get("AttributeName") == table.ttl
    names = {url.rsplit("/", 1)[1] for url in sqs.list_queues()["QueueUrls"]}
    assert names == {f"{name}.fifo" for name in (*DEAD_QUEUES, *(queue.name for queue in QUEUES))}
    for queue in QUEUES:
        url = sqs.get_queue_url(QueueName=f"{queue.name}.fifo")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes["RedrivePolicy"])
        assert int(attributes["VisibilityTimeout"]) == queue.visibility
        assert int(attributes["MessageRetentionPeriod"]) == queue.retention
        assert int(redrive["maxReceiveCount"]) == queue.receives
        assert redrive["deadLetterTargetArn"].endswith(f":{queue.dead}.fifo")
    secret = engine.client("secretsmanager").get_secret_value(SecretId=resources.CONSUMER_SECRETS)
    assert json.loads(secret["SecretString"]) == {"current": "shh"}


def test_making_them_again_keeps_what_is_in_them(engine: Engine) -> None:
    resources.create_tables()
    url = resources.create_queues().urls["inbound"]
    engine.client("dynamodb").put_item(TableName="service", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    engine.client("sqs").send_message(QueueUrl=url, MessageBody="kept", MessageGroupId="g", MessageDeduplicationId="d")

    resources.create_tables()
    resources.create_queues()
    resources.put_secrets("old")
    resources.put_secrets("new")

    assert engine.client("dynamodb").scan(TableName="service")["Count"] == 1
    assert engine.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "kept"


def test_a_table_of_another_version_is_not_guessed_at(engine: Engine) -> None:
    resources.create_table(TABLES[0]._replace(sort="other"))

    with pytest.raises(Trouble, match="The table accounts was made by another version"):
        resources.create_tables()


def test_a_table_is_replaced_by_new_items(engine: Engine) -> None:
    resources.create_tables()
    old = [{"kind": "offer", "id": "1", "title": "old"}, {"kind": "offer", "id": "2", "title": "gone"}]
    resources.replace_items(TABLES[1], old)

    resources.replace_items(TABLES[1], [{"kind": "offer", "id": "1", "title": "new"}])

    items = engine.client("dynamodb").scan(TableName="catalogue")["Items"]
    assert [item["title"]["S"] for item in items] == ["new"]


def test_the_webhook_is_told_of_no_table_and_of_no_queue_but_its_own(engine: Engine) -> None:
    every = resources.create_queues().settings(
        x_api_url="http://x.example", webhook_url="http://us.example/webhook", sms_url="http://us.example/sms"
    )

    environments = {function.name: resources.environment(function, every) for function in FUNCTIONS}

    assert set(environments["webhook"]) == {
        "AWS_LAMBDA_FUNCTION_NAME",
        "POWERTOOLS_SERVICE_NAME",
        "INBOUND_QUEUE_URL",
        "X_CONSUMER_SECRETS_NAME",
        "BRAND_ID",
    }
    assert environments["webhook-tick"]["WEBHOOK_URL"] == "http://us.example/webhook"
    assert environments["commands"]["SERVICE_TABLE"] == "service"
    assert environments["commands"]["X_API_URL"] == "http://x.example"
    assert environments["commands"]["SMS_URL"] == "http://us.example/sms"
    assert environments["desk"]["BILLING_QUEUE_URL"].endswith("/escalations-billing.fifo")


@pytest.mark.parametrize("by", ["a stop", "kill -9"])
def test_what_was_stored_is_there_again_after(by: str, tmp_path: Path) -> None:
    first = Engine(tmp_path)
    first.client("dynamodb").create_table(
        TableName="kept",
        KeySchema=resources.keys("pk", None),
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    first.client("dynamodb").put_item(TableName="kept", Item={"pk": {"S": "a"}, "bytes": {"B": b"\xff"}})
    queue = first.client("sqs").create_queue(QueueName="kept.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    first.client("sqs").send_message(QueueUrl=queue, MessageBody="kept", MessageGroupId="g", MessageDeduplicationId="d")
    if by == "a stop":
        first.stop()
    else:
        wait_for(lambda: "kept.fifo" in saved(tmp_path))
        first.process.kill()
        first.process.wait()

    second = Engine(tmp_path)
    items = second.client("dynamodb").scan(TableName="kept")["Items"]
    found = second.client("sqs").get_queue_url(QueueName="kept.fifo")["QueueUrl"]
    messages = second.client("sqs").receive_message(QueueUrl=found)["Messages"]
    second.stop()

    assert items == [{"pk": {"S": "a"}, "bytes": {"B": b"\xff"}}]
    assert [message["Body"] for message in messages] == ["kept"]


def saved(data: Path) -> str:
    with suppress(FileNotFoundError):
        return (data / "engine.json").read_text()
    return ""


def test_the_engine_listens_on_this_machine_only_and_on_one_port(engine: Engine) -> None:
    assert listening(engine.process.pid) == [("127.0.0.1", engine.told["port"])]


def test_a_state_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"format": 99}')

    engine = Engine(tmp_path)
    engine.process.wait()

    assert "engine.json cannot be read by this version" in engine.told["trouble"]
    assert (tmp_path / "engine.json").read_text() == '{"format": 99}'


# ---- queues and the clock ----


def pump_until_empty(tmp_path: Path, bodies: list[str], sqs: Any, url: str, arn: str) -> None:
    for number, body in enumerate(bodies):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body, MessageDeduplicationId=str(number))

    async def pump(pool: Pool) -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(Pump(sqs, url, arn, pool).run(stopping))
        while int(waiting(sqs, url)["ApproximateNumberOfMessages"]):
            await asyncio.sleep(0.05)
        stopping.set()
        await running

    with_pool(tmp_path, pump)


def waiting(sqs: Any, url: str) -> Any:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]


def test_a_message_is_deleted_when_its_function_returns_and_kept_when_it_does_not(
    engine: Engine, tmp_path: Path
) -> None:
    sqs, made = engine.client("sqs"), resources.create_queues()
    url, arn = made.urls["inbound"], made.arns["inbound"]

    pump_until_empty(tmp_path, ["answer", "fail", "exit"], sqs, url, arn)

    assert waiting(sqs, url)["ApproximateNumberOfMessagesNotVisible"] == "2"


def test_a_message_that_keeps_failing_goes_to_the_dead_letters(engine: Engine, tmp_path: Path) -> None:
    sqs, made = engine.client("sqs"), resources.create_queues()
    url = made.urls["inbound"]
    receives = next(queue.receives for queue in QUEUES if queue.name == "inbound")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    sqs.send_message(QueueUrl=url, MessageBody="fail", MessageGroupId="g", MessageDeduplicationId="d")

    pump_until_empty(tmp_path, [], sqs, url, made.arns["inbound"])

    dead = sqs.receive_message(QueueUrl=made.urls["inbound-dead"], MessageSystemAttributeNames=["All"])["Messages"]
    log = (tmp_path / "stand-in.log").read_text()
    assert [message["Body"] for message in dead] == ["fail"]
    assert log.count("ValueError in stand-in") == receives


def pump_into(pool: Desk, sqs: Any, url: str, arn: str) -> None:
    """Bring one message."""

    async def pump() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(Pump(sqs, url, arn, pool).run(stopping))  # type: ignore[arg-type]
        while not pool.events:
            await asyncio.sleep(0.01)
        stopping.set()
        await running

    asyncio.run(pump())


def test_a_message_comes_as_lambda_has_it(engine: Engine) -> None:
    made = resources.create_queues()
    engine.client("sqs").send_message(
        QueueUrl=made.urls["inbound"], MessageBody="b", MessageGroupId="g", MessageDeduplicationId="d"
    )
    pool = Desk(None)

    pump_into(pool, engine.client("sqs"), made.urls["inbound"], made.arns["inbound"])

    record = pool.events[0]["Records"][0]
    assert record["body"] == "b"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == made.arns["inbound"]
    assert record["attributes"]["MessageGroupId"] == "g"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_a_message_that_is_not_begun_comes_again_at_once(engine: Engine) -> None:
    sqs, made = engine.client("sqs"), resources.create_queues()
    url = made.urls["inbound"]
    sqs.send_message(QueueUrl=url, MessageBody="b", MessageGroupId="g", MessageDeduplicationId="d")

    pump_into(Desk(Closed("stopping")), sqs, url, made.arns["inbound"])

    assert waiting(sqs, url) == {"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "0"}


def test_the_clock_calls_again_whatever_happened() -> None:
    pool = Desk(Failed("ValueError"))

    async def tick() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(clock(pool, 0.01, stopping))  # type: ignore[arg-type]
        while len(pool.events) < 3:
            await asyncio.sleep(0.01)
        stopping.set()
        await running

    asyncio.run(tick())

    assert pool.events[:3] == [{}, {}, {}]


@pytest.mark.usefixtures("local_run")
def test_one_process_starts_the_local_run_for_all_tests_that_use_it(request: pytest.FixtureRequest) -> None:
    assert not hasattr(request.config, "workerinput") or request.node.nodeid.endswith("@local run")
