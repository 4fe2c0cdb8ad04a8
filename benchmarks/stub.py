"""AWS and X on this machine, as far as the functions ask them, in the process that measures: counted as they count."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from benchmarks.meter import Meter
from functions.shared.aws.store import Store
from functions.shared.aws.typed import typed
from functions.shared.carrier import accounts
from functions.shared.conversation import conversations
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.customers import Customer, Link
from infra.layout import QUEUES, TABLES, Function
from local import resources
from local.demo import catalogue, people
from local.resources import BRAND_ID, Resources
from tests.proof.dynamo import Dynamo

SECRET = "benchmark-consumer-secret"  # noqa: S105 - of nobody
SECRETS = {
    resources.CODE_KEY: {"key": "0" * 64},
    resources.CONSUMER_SECRETS: {"current": SECRET},
    resources.USER_SECRET: {
        "consumer_key": "key",
        "consumer_secret": SECRET,
        "access_token": f"{BRAND_ID}-token",
        "access_token_secret": "token-secret",
    },
}


class Stub:
    """What a brand has after a quiet month: its content, its accounts, one customer who is linked and writes again."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.dynamodb = Meter(Dynamo(*TABLES))
        self.calls: Counter[str] = Counter()
        self.sent: list[tuple[str, str]] = []
        """Customers and texts, as X got them."""
        self.queued: list[str] = []
        self._lock = Lock()
        self._ids = count(int(now.timestamp() * 1000) << 22)
        everybody = people(now)
        for one in everybody:
            self._put("accounts", accounts.items(one))
        self._put("catalogue", catalogue(now))
        self.linked = [introduced(self.dynamodb.inner, one, now) for one in everybody if one["linked"]]
        self.url = ""

    def _put(self, table: str, items: Any) -> None:
        for item in items:
            self.dynamodb.inner.put_item(TableName=table, Item=typed(item))

    def next_id(self) -> str:
        return str(next(self._ids))

    def forget_counts(self) -> None:
        self.calls.clear()
        self.dynamodb.calls.clear()
        self.dynamodb.reads = self.dynamodb.writes = 0

    def asked(self, target: str, request: dict[str, Any]) -> Any:
        """Answer a call of AWS by its `X-Amz-Target`."""
        service, _, operation = target.partition(".")
        with self._lock:
            self.calls[f"{service.partition('_')[0].lower().removeprefix('amazon')} {operation}"] += 1
            match service, operation:
                case "DynamoDB_20120810", _:
                    request.pop("ClientRequestToken", None)  # botocore's, in case it has to ask again
                    return getattr(self.dynamodb, xform_name(operation))(**request)
                case "AmazonSQS", "SendMessage":
                    self.queued.append(request["MessageBody"])
                    return {"MessageId": str(len(self.queued))}
                case "AmazonSQS", "SendMessageBatch":
                    self.queued.extend(entry["MessageBody"] for entry in request["Entries"])
                    taken = [{"Id": entry["Id"], "MessageId": entry["Id"]} for entry in request["Entries"]]
                    return {"Successful": taken, "Failed": []}
                case "AmazonSQS", "GetQueueAttributes":
                    return {"Attributes": dict.fromkeys(request["AttributeNames"], "0")}
                case "secretsmanager", "GetSecretValue":
                    return {"SecretString": json.dumps(SECRETS[request["SecretId"]])}
        return {}

    def asked_of_x(self, path: str, request: dict[str, Any]) -> tuple[int, Any]:
        with self._lock:
            self.calls[f"X {path.partition('?')[0].split('/')[2]}"] += 1
            if path.endswith("/messages"):
                self.sent.append((path.split("/")[-2], request["text"]))
                return 201, {"data": {"dm_event_id": self.next_id()}}
            if path.endswith("/token"):
                return 200, {"token_type": "bearer", "access_token": "token"}
        return 200, {"data": [], "meta": {"result_count": 0}}


def introduced(dynamodb: Dynamo, one: dict[str, Any], now: datetime) -> str:
    x_id: str = one["x_user_id"]
    stranger = Conversation(Customer(x_id))
    link = Link(one["account"]["account_id"], one["lines"][0]["line_id"], now)
    known = Conversation(Customer(x_id, handle=one["handle"], link=link, told_privacy=True))
    conversations.save(Store(dynamodb, "service"), stranger, known, by="benchmark", did="introduced", now=now)
    return x_id


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: a second one would wait for the first to be acknowledged
    stub: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = json.loads(body) if body.startswith(b"{") else {}
        if target := self.headers.get("x-amz-target"):
            try:
                self._say(200, self.stub.asked(target, request))
            except ClientError as failure:
                said: dict[str, Any] = dict(failure.response)
                error = said.pop("Error")
                self._say(400, said | {"__type": error["Code"], "message": error["Message"]})
        else:
            self._say(*self.stub.asked_of_x(self.path, request))

    def do_GET(self) -> None:
        if self.path.startswith("/2/"):
            self._say(*self.stub.asked_of_x(self.path, {}))
        else:  # S3's list of what is in the drop
            self.stub.calls["s3 ListObjectsV2"] += 1
            self._say(200, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")

    def _say(self, status: int, answer: Any) -> None:
        raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        for name, value in self._limits().items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def _limits(self) -> dict[str, str]:
        """X's own, so high that nobody waits."""
        if not self.path.startswith("/2/"):
            return {}
        reset = str(int(time.time()) + 900)
        return {"x-rate-limit-limit": "15000", "x-rate-limit-remaining": "14999", "x-rate-limit-reset": reset}

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"stub": stub}))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


def environment(stub: Stub, function: Function) -> dict[str, str]:
    """Return a function's variables."""
    names = [queue.name for queue in QUEUES]
    urls = {name: f"{stub.url}/000000000000/{name}.fifo" for name in names}
    every = Resources(urls, {}).settings(x_api_url=stub.url, webhook_url=f"{stub.url}/webhook", sms_url="")
    every |= {"drop_bucket": "drop"}
    return resources.environment(function, {name: value for name, value in every.items() if value})
