"""A text message goes out once or not at all, whatever becomes of the service's answer."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from botocore.exceptions import BotoCoreError

from functions.commands.sms import AwsTexts, Sms
from functions.shared.aws import settings
from tests.engines import aws_at


class Unanswering(ThreadingHTTPServer):
    """A service that takes each request and breaks the line before it answers."""

    taken = 0

    class RequestHandlerClass(BaseHTTPRequestHandler):
        server: "Unanswering"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.server.taken += 1
            self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unanswering]:
    with Unanswering() as web, aws_at(f"http://127.0.0.1:{web.server_port}", monkeypatch):
        Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
        yield web
        web.shutdown()


def test_a_text_message_without_an_answer_is_not_sent_again(service: Unanswering) -> None:
    texts = AwsTexts(lambda: settings.client("pinpoint-sms-voice-v2"))

    with pytest.raises(BotoCoreError):
        texts.send(Sms("+447700900123", "Your code is 123456."))

    assert service.taken == 1


def test_what_may_be_done_twice_is_asked_again(service: Unanswering) -> None:
    with pytest.raises(BotoCoreError):
        settings.client("dynamodb").describe_table(TableName="service")

    assert service.taken == 2
