"""What became of a DM: against the simulator of X, and against a server that misbehaves byte by byte."""

import json
import logging
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions.shared.aws import clock
from functions.shared.x import transport
from functions.shared.x.dms import (
    Blocked,
    Declined,
    Limits,
    LookUpsUsedUp,
    Messenger,
    NotSent,
    Outcome,
    Refused,
    Sent,
    SentDM,
    Unknown,
)
from functions.shared.x.ids import written_at
from functions.shared.x.keyed_messenger import KeyedMessenger
from functions.shared.x.messenger import XMessenger
from tests.fakes import FakeMessenger
from tests.simulated_x import BRAND, LINKED, NEW, SimulatedX, simulated_x, user_tokens

TEXT = "Your code word is swordfish"

NOT_REACHED = NotSent(None, "X cannot be reached")
BROKEN = Unknown("the connection broke before X had answered")
NAMELESS = Unknown("X accepted it without naming it")


# ---- a server that says or does anything ----

type Act = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Reads a whole request, then does what `act` does, for each connection."""

    act: Act
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def messenger(self) -> XMessenger:
        return XMessenger(user_tokens(), self.url)

    def serve(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(plain, tls), daemon=True).start()

    def _talk(self, plain: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
        except OSError:
            return
        with connection:
            while request := read_request(connection):
                self.requests.append(request)
                self.act(connection)
                if connection.fileno() == -1:
                    return


def read_request(connection: socket.socket) -> bytes:
    """Read up to the end of the body; empty when the other side has gone."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < body_length(data):
        try:
            part = connection.recv(65536)
        except OSError:
            return b""
        if not part:
            return b""
        data += part
    return data


def body_length(data: bytes) -> int:
    lines = data.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


@contextmanager
def served(act: Act, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if tls else "http"
        server = RawServer(act, f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=server.serve, args=(listener, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(raw: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(raw)
        connection.close()

    return act


def answering(status: int, body: Any, **headers: str) -> Act:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return saying(http(status, raw, **headers))


def http(status: int, body: bytes, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(connection: socket.socket) -> None:
    connection.close()


def say_nothing(_: socket.socket) -> None:
    pass


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)


@pytest.fixture
def ahead() -> Iterator[None]:
    yield
    clock.ahead = timedelta(0)


@pytest.fixture(scope="module")
def real() -> Iterator[SimulatedX]:
    with simulated_x() as simulated:
        yield simulated


# ---- sending, against the simulator ----


def test_a_dm_arrives_as_it_was_written_and_its_id_comes_back(real: SimulatedX) -> None:
    text = "Hi @linked_customer, 12.4 GB & <more>\nΩ 👍 https://example.com/privacy"

    outcome = real.messenger().send(LINKED.id, text)

    assert isinstance(outcome, Sent)
    arrived = real.chat(LINKED.id)[-1]
    assert (arrived["id"], arrived["from"], arrived["text"]) == (outcome.dm_id, "brand", text)
    assert int(outcome.dm_id) > 2**53


@pytest.mark.parametrize("wrong", list(user_tokens()))
def test_a_wrong_key_or_secret_stops_everything_instead_of_failing_one_dm(real: SimulatedX, wrong: str) -> None:
    before = real.chat(NEW.id)

    outcome = real.messenger(**{wrong: "wrong"}).send(NEW.id, TEXT)

    assert outcome == Blocked("X does not accept our tokens")
    assert real.chat(NEW.id) == before


def test_one_session_serves_many_dms(real: SimulatedX) -> None:
    messenger = real.messenger()

    outcomes = [messenger.send(LINKED.id, f"{n}") for n in range(5)]

    assert all(isinstance(outcome, Sent) for outcome in outcomes)


def test_the_limit_is_told_with_every_dm_and_the_first_beyond_it_waits(real: SimulatedX) -> None:
    messenger = real.messenger()
    real.set(limited=True, sends=2)
    try:
        outcomes = [messenger.send(LINKED.id, "x") for _ in range(3)]
    finally:
        real.set(limited=False)

    assert [type(outcome) for outcome in outcomes] == [Sent, Sent, NotSent]
    assert [outcome.limits and (outcome.limits.limit, outcome.limits.remaining) for outcome in outcomes] == [
        (2, 1),
        (2, 0),
        (2, 0),
    ]
    assert [outcome.limits and outcome.limits.day_remaining for outcome in outcomes] == [1439, 1438, 1438]
    last = outcomes[-1]
    assert isinstance(last, NotSent)
    assert last.limits
    assert last.retry_at == datetime.fromtimestamp(last.limits.reset or 0, UTC)


def test_a_dm_to_nobody_or_too_long_is_refused(real: SimulatedX) -> None:
    messenger = real.messenger()

    assert isinstance(messenger.send("4242", TEXT), Refused)
    assert isinstance(messenger.send(LINKED.id, "x" * 10_001), Refused)


@pytest.mark.parametrize("customer", ["", "@linked_customer", "2/../3", "²", "1 ", "1\n", "9" * 21])
def test_what_is_no_id_of_x_never_gets_into_a_path(customer: str) -> None:
    with served(hang_up) as server:
        outcome = server.messenger().send(customer, TEXT)
        found = server.messenger().look_up(customer)

    assert outcome == Refused("this is no numeric id of X", ours=True)
    assert found is None
    assert server.connections == 0


# ---- every answer of X ----

CREATED = {"data": {"dm_conversation_id": "1-2", "dm_event_id": "2100000000000000005"}}
CLOSED = {"detail": "You do not have permission to DM one or more participants.", "title": "Forbidden", "status": 403}
NOT_PERMITTED = {"detail": "This operation is not permitted.", "title": "Forbidden", "status": 403}
SENT = Sent("2100000000000000005")
BAD_TOKENS = Blocked("X does not accept our tokens")
OUR_BUG = Refused("X calls our request wrong", ours=True)
NOT_TAKEN = Refused("this customer does not take our messages")
RESTRICTED = Blocked("X does not permit our account to send")
UNCLEAR = Declined("X does not take it")
USED_UP = NotSent(None, "X's limit is used up", used_up=True)

ANSWERS: list[tuple[str, int, Any, Outcome]] = [
    ("as documented", 201, CREATED, SENT),
    ("200 instead of 201", 200, CREATED, SENT),
    ("as some print it", 201, {"data": {"id": "2100000000000000005"}}, SENT),
    ("the id as a number", 201, {"data": {"dm_event_id": 2100000000000000005}}, SENT),
    ("an id and errors", 201, CREATED | {"errors": None}, SENT),
    ("no id", 201, {"data": {"dm_conversation_id": "1-2"}}, NAMELESS),
    ("an id that is none", 201, {"data": {"dm_event_id": "soon"}}, NAMELESS),
    ("an id that is true", 201, {"data": {"dm_event_id": True}}, NAMELESS),
    ("only errors", 200, {"errors": [{"title": "Not Found Error"}]}, NAMELESS),
    ("errors that are null", 201, {"errors": None}, NAMELESS),
    ("data that is null", 201, {"data": None}, NAMELESS),
    ("data that is a list", 201, {"data": [{"dm_event_id": "1"}]}, NAMELESS),
    ("a list", 201, [CREATED], NAMELESS),
    ("nothing", 201, b"", NAMELESS),
    ("nothing, 204", 204, b"", NAMELESS),
    ("HTML", 200, b"<html>Bye</html>", NAMELESS),
    ("no UTF-8", 201, b"\xff\xfe\x00", NAMELESS),
    ("a body that never ends inside", 201, b"[" * 100_000, NAMELESS),
    ("a redirect", 307, b"", Unknown("X answered 307")),
    ("400", 400, {"title": "Invalid Request"}, OUR_BUG),
    ("400 with errors that are null", 400, {"errors": None}, OUR_BUG),
    ("400 as a list", 400, [], OUR_BUG),
    ("400 that quotes the DM", 400, {"errors": [{"parameters": {"text": [TEXT]}, "message": TEXT}]}, OUR_BUG),
    ("401", 401, {"title": "Unauthorized", "status": 401}, BAD_TOKENS),
    ("401 as a list", 401, ["no"], BAD_TOKENS),
    ("401 without a body", 401, b"", BAD_TOKENS),
    ("402", 402, {"title": "CreditsDepleted"}, Blocked("X's credits are used up")),
    ("403, they closed DMs", 403, CLOSED, NOT_TAKEN),
    ("403, they closed DMs, as a list", 403, [CLOSED], NOT_TAKEN),
    ("403, we are restricted", 403, NOT_PERMITTED, RESTRICTED),
    ("403, suspended", 403, {"detail": "User has been suspended: [2]."}, UNCLEAR),
    ("403, looks automated", 403, {"errors": [{"code": 226, "message": "looks automated"}]}, UNCLEAR),
    ("403 with errors that are null", 403, {"errors": None}, UNCLEAR),
    ("403 in HTML", 403, b"<html>\xff", UNCLEAR),
    ("404", 404, {"title": "Not Found Error"}, Refused("X knows no such account")),
    ("409", 409, {}, Unknown("X answered 409")),
    ("429", 429, {"title": "Too Many Requests", "status": 429}, USED_UP),
    ("429 as X had it before", 429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, USED_UP),
    ("429 as a list", 429, [], USED_UP),
    ("429 in HTML", 429, b"<html>", USED_UP),
    ("500", 500, {"errors": None}, Unknown("X answered 500")),
    ("503", 503, b"Over capacity", Unknown("X answered 503")),
    ("a status of no kind", 799, b"", Unknown("X answered 799")),
]


@pytest.mark.parametrize(("status", "body", "outcome"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_each_answer_means_one_thing(status: int, body: Any, outcome: Outcome) -> None:
    with served(answering(status, body)) as server:
        result = server.messenger().send("2", TEXT)

    assert result == outcome
    assert len(server.requests) == 1


def test_no_reason_repeats_what_x_says_because_x_may_quote_the_dm() -> None:
    with served(answering(400, {"detail": TEXT, "title": TEXT})) as server:
        result = server.messenger().send("2", TEXT)

    assert TEXT not in repr(result)


def test_a_redirect_is_not_followed() -> None:
    with served(answering(201, CREATED)) as elsewhere, served(answering(302, b"", location=elsewhere.url)) as server:
        server.messenger().send("2", TEXT)

    assert elsewhere.connections == 0


# ---- what the network does ----


def test_a_refused_connection_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert XMessenger(user_tokens(), f"http://127.0.0.1:{port}").send("2", TEXT) == NOT_REACHED


def test_a_host_that_does_not_exist_means_not_sent() -> None:
    assert XMessenger(user_tokens(), "http://no-such-host.invalid").send("2", TEXT) == NOT_REACHED


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_does_not_come_about_in_time_means_not_sent() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        outcome = XMessenger(user_tokens(), f"http://127.0.0.1:{full.getsockname()[1]}").send("2", TEXT)
        for one in waiting:
            one.close()

    assert outcome == NOT_REACHED


BREAKS: list[tuple[str, Act]] = [
    ("reset after the request", reset),
    ("hung up after the request", hang_up),
    ("no HTTP", saying(b"220 mail.example.com ESMTP\r\n")),
    ("half a status line", saying(b"HTTP/1.1 20")),
    ("half a body", saying(http(201, b"{}").replace(b"content-length: 2", b"content-length: 200"))),
    ("a broken chunk", saying(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n{")),
    ("no chunk", saying(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")),
    ("no gzip", answering(201, CREATED, content_encoding="gzip")),
]


@pytest.mark.parametrize("act", [row[1] for row in BREAKS], ids=[row[0] for row in BREAKS])
def test_a_connection_that_breaks_later_leaves_it_open_whether_it_was_sent(act: Act) -> None:
    with served(act) as server:
        outcome = server.messenger().send("2", TEXT)

    assert outcome == BROKEN
    assert len(server.requests) == 1


@pytest.mark.usefixtures("impatient")
def test_no_answer_in_time_leaves_it_open_whether_it_was_sent() -> None:
    with served(say_nothing) as server:
        outcome = server.messenger().send("2", TEXT)

    assert outcome == Unknown("X did not answer in time")
    assert len(server.requests) == 1


@pytest.mark.usefixtures("impatient")
def test_half_an_answer_in_time_leaves_it_open_too() -> None:
    def half(connection: socket.socket) -> None:
        connection.sendall(http(201, b"{}")[:-1])

    with served(half) as server:
        outcome = server.messenger().send("2", TEXT)

    assert isinstance(outcome, Unknown)


def test_what_nobody_foresaw_leaves_it_open_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    def surprised(*_: object, **__: object) -> None:
        raise RuntimeError(TEXT)

    messenger = XMessenger(user_tokens())
    monkeypatch.setattr(messenger._client, "create_direct_message", surprised)

    outcome = messenger.send("2", TEXT)

    assert outcome == Unknown("sending failed in an unforeseen way")
    [line] = logged()
    assert line["error"] == "RuntimeError"
    assert TEXT not in json.dumps(line)


def test_a_kept_connection_that_x_has_closed_is_replaced_before_anything_is_sent() -> None:
    gone = threading.Event()

    def answer_and_leave(connection: socket.socket) -> None:
        connection.sendall(http(201, json.dumps(CREATED).encode()).replace(b"connection: close\r\n", b""))
        connection.close()
        gone.set()

    with served(answer_and_leave) as server:
        messenger = server.messenger()
        first = messenger.send("2", TEXT)
        gone.wait()
        second = messenger.send("2", TEXT)

    assert (first, second) == (SENT, SENT)


def test_a_connection_that_idled_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(http(201, json.dumps(CREATED).encode()).replace(b"connection: close\r\n", b""))

    with served(answer) as server:
        messenger = server.messenger()
        messenger.send("2", TEXT)
        messenger.send("2", TEXT)
        kept = server.connections
        monkeypatch.setattr(transport, "IDLE_SECONDS", -1)
        messenger.send("2", TEXT)

    assert (kept, server.connections) == (1, 2)


def test_a_connection_that_idled_long_is_not_trusted_though_others_were_used(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)
    together = False

    def answer(connection: socket.socket) -> None:
        if together:
            both.wait(10)
        connection.sendall(http(201, json.dumps(CREATED).encode()).replace(b"connection: close\r\n", b""))

    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.2)
    with served(answer) as server, ThreadPoolExecutor(2) as threads:
        messenger = server.messenger()
        messenger.send("2", TEXT)
        together = True
        first = list(threads.map(messenger.send, ["2", "3"], [TEXT, TEXT]))
        together, begun = False, time.monotonic()
        while time.monotonic() - begun < 0.3:
            messenger.send("2", TEXT)
        kept, together = server.connections, True
        then = list(threads.map(messenger.send, ["2", "3"], [TEXT, TEXT]))

    assert first + then == [SENT] * 4
    assert (kept, server.connections) == (2, 3)


# ---- TLS ----


@dataclass(frozen=True)
class Certificate:
    server: ssl.SSLContext
    path: Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody trusts by themselves."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return Certificate(context, folder / "certificate.pem")


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    return certificate


def test_a_dm_goes_over_tls(trusted: Certificate) -> None:
    with served(answering(201, CREATED), trusted.server) as server:
        assert server.messenger().send("2", TEXT) == SENT


def test_a_certificate_that_nobody_trusts_means_not_sent(certificate: Certificate) -> None:
    with served(answering(201, CREATED), certificate.server) as server:
        assert server.messenger().send("2", TEXT) == NOT_REACHED

    assert server.requests == []


@pytest.mark.usefixtures("impatient")
def test_a_server_without_tls_means_not_sent() -> None:
    with served(hang_up) as server:
        secure = server.url.replace("http:", "https:")

        assert XMessenger(user_tokens(), secure).send("2", TEXT) == NOT_REACHED


@pytest.mark.usefixtures("impatient")
def test_a_handshake_without_an_answer_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        assert XMessenger(user_tokens(), f"https://127.0.0.1:{port}").send("2", TEXT) == NOT_REACHED


def test_tls_that_breaks_after_the_request_leaves_it_open_whether_it_was_sent(trusted: Certificate) -> None:
    def garbage(connection: socket.socket) -> None:
        with socket.socket(fileno=os.dup(connection.fileno())) as plain:
            plain.sendall(b"\x17\x03\x03\x00\x20" + b"?" * 32)  # a record that nobody has encrypted
        connection.close()

    with served(garbage, trusted.server) as server:
        outcome = server.messenger().send("2", TEXT)

    assert outcome == BROKEN
    assert len(server.requests) == 1


# ---- the request ----


def test_the_request_has_the_text_alone_and_goes_to_the_host_that_is_set() -> None:
    with served(answering(201, CREATED)) as server:
        XMessenger(user_tokens(), server.url + "/").send("2", "Grüße")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2/dm_conversations/with/2/messages HTTP/1.1\r\n")
    assert json.loads(body) == {"text": "Grüße"}
    assert b"Authorization: OAuth " in head


@pytest.mark.parametrize("url", ["", "api.x.com", "ftp://api.x.com", "https://"])
def test_a_host_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="X_API_URL must be a URL like"):
        XMessenger(user_tokens(), url)


def test_missing_tokens_are_named() -> None:
    with pytest.raises(ValueError, match="lacks access_token, access_token_secret"):
        XMessenger({"consumer_key": "k", "consumer_secret": "s", "access_token": ""})


def test_nothing_is_logged_however_much_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    with served(answering(201, CREATED)) as server:
        server.messenger().send("2", TEXT)

    assert [one for one in caplog.records if "metrics" not in one.name] == []
    assert TEXT not in caplog.text


# ---- the limit's headers ----

FUTURE = int(time.time()) + 6 * 3600
LATER = FUTURE + 3600


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        ({}, None),
        (
            {"x_rate_limit_limit": "15", "x_rate_limit_remaining": "3", "x_rate_limit_reset": "1795349700"},
            Limits(15, 3, 1795349700),
        ),
        ({"X_RATE_LIMIT_REMAINING": " 3 "}, Limits(remaining=3)),
        ({"x_rate_limit_limit": "15", "x_rate_limit_remaining": "soon"}, Limits(limit=15)),
        ({"x_rate_limit_limit": "-1", "x_rate_limit_remaining": "3.5", "x_rate_limit_reset": ""}, None),
        ({"x_rate_limit_reset": "1795349700000"}, None),
        ({"x_rate_limit_remaining": "²"}, None),
        ({"x_rate_limit_limit": "15, 15"}, None),
        (
            {"x_rate_limit_limit": "15", "x_rate_limit_remaining": "99", "x_rate_limit_reset": "1"},
            Limits(15, 99, 1),
        ),
        (
            {
                "x_user_limit_24hour_limit": "1440",
                "x_user_limit_24hour_remaining": "7",
                "x_user_limit_24hour_reset": "1795349700",
            },
            Limits(day_limit=1440, day_remaining=7, day_reset=1795349700),
        ),
        ({"x_app_limit_24hour_remaining": "8"}, Limits(day_remaining=8)),
        ({"x_app_limit_24hour_remaining": "8", "x_user_limit_24hour_remaining": "7"}, Limits(day_remaining=7)),
    ],
)
@pytest.mark.parametrize("status", [201, 403, 500])
def test_headers_are_read_each_for_itself(status: int, headers: dict[str, str], limits: Limits | None) -> None:
    with served(saying(http(status, b"{}", **headers).replace("²".encode(), b"\xb2"))) as server:
        outcome = server.messenger().send("2", TEXT)

    assert outcome.limits == limits


@pytest.mark.parametrize(
    ("headers", "retry_at"),
    [
        ({}, None),
        ({"x_rate_limit_reset": str(FUTURE)}, FUTURE),
        ({"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(FUTURE)}, FUTURE),
        ({"x_rate_limit_reset": "1795349700000"}, None),
        ({"x_rate_limit_reset": "tomorrow"}, None),
        ({"x_rate_limit_reset": "5"}, None),
        (
            {
                "x_rate_limit_remaining": "4",
                "x_rate_limit_reset": str(FUTURE),
                "x_user_limit_24hour_remaining": "0",
                "x_user_limit_24hour_reset": str(LATER),
            },
            LATER,
        ),
        (
            {
                "x_rate_limit_remaining": "0",
                "x_rate_limit_reset": str(FUTURE),
                "x_user_limit_24hour_remaining": "0",
                "x_user_limit_24hour_reset": "5",
            },
            FUTURE,
        ),
    ],
    ids=range(8),  # not by the time, which every worker reads for itself
)
def test_what_is_beyond_the_limit_waits_until_the_used_up_window_ends(
    headers: dict[str, str], retry_at: int | None
) -> None:
    with served(answering(429, {}, **headers)) as server:
        outcome = server.messenger().send("2", TEXT)
        looked_up = server.messenger().look_up("2")

    assert isinstance(outcome, NotSent)
    assert looked_up == LookUpsUsedUp(outcome.retry_at)
    assert outcome.retry_at == (datetime.fromtimestamp(retry_at, UTC) if retry_at else None)


# ---- looking up ----


def test_a_look_up_finds_our_dms_and_not_the_customers(real: SimulatedX) -> None:
    messenger = real.messenger()
    real.types(NEW.id, "#charges")
    sent = messenger.send(NEW.id, "Less < than & more")
    real.types(LINKED.id, "somebody else")
    assert isinstance(sent, Sent)

    found = messenger.look_up(NEW.id)

    assert isinstance(found, list)
    assert [(dm.dm_id, dm.text) for dm in found] == [(sent.dm_id, "Less < than & more")]
    assert found[0].at.tzinfo == UTC


def test_a_chat_without_a_dm_is_an_answer(real: SimulatedX) -> None:
    assert real.messenger().look_up("4242") == []


def test_a_look_up_that_does_not_reach_back_far_enough_proves_nothing(real: SimulatedX) -> None:
    messenger = real.messenger()
    for n in range(101):
        real.world.write("77", f"{n}", "customer")

    assert messenger.look_up("77") is None


@pytest.mark.usefixtures("ahead")
def test_a_long_chat_is_no_hindrance_once_its_newest_page_reaches_back(real: SimulatedX) -> None:
    for n in range(101):
        real.world.write("78", f"{n}", "customer")
    clock.ahead = timedelta(minutes=16)

    assert real.messenger().look_up("78") == []


EVENT = {
    "id": "5",
    "event_type": "MessageCreate",
    "text": "Hi",
    "sender_id": BRAND.id,
    "created_at": "2026-11-24T14:15:00.000Z",
}
AT = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in EVENT.items() if key != name}


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, {"data": [EVENT]}, [SentDM("5", "Hi", AT)]),
        (200, {"data": [without("text")]}, [SentDM("5", "", AT)]),
        (200, {"data": [EVENT | {"sender_id": "2"}]}, []),
        (200, {"data": [EVENT], "errors": None}, [SentDM("5", "Hi", AT)]),
        (200, {"meta": {"result_count": 0}}, []),
        (200, {}, None),
        (200, {"data": []}, None),
        (200, {"data": {}}, None),
        (200, {"data": "no"}, None),
        (200, {"data": [None]}, None),
        (200, {"data": [without("sender_id")]}, None),
        (200, {"data": [without("id")]}, None),
        (200, {"data": [without("created_at")]}, [SentDM("5", "Hi", written_at("5"))]),
        (200, {"data": [EVENT | {"event_type": "ParticipantsJoin"}]}, []),
        (200, {"data": [EVENT | {"id": 5}]}, None),
        (200, {"data": [EVENT | {"created_at": "soon"}]}, None),
        (200, {"data": [EVENT], "errors": [{"title": "Not Found Error"}]}, None),
        (200, [], None),
        (200, b"<html>", None),
        (200, b"", None),
        (201, {"data": [EVENT]}, None),
        (401, [], None),
        (404, {"errors": None}, None),
        (429, {}, LookUpsUsedUp()),
        (503, b"", None),
    ],
)
def test_a_look_up_tells_something_only_where_all_of_it_is_clear(
    status: int, body: Any, found: list[SentDM] | LookUpsUsedUp | None
) -> None:
    with served(answering(status, body)) as server:
        assert server.messenger().look_up("2") == found


@pytest.mark.parametrize("act", [reset, hang_up])
def test_a_look_up_that_breaks_tells_nothing(act: Act) -> None:
    with served(act) as server:
        assert server.messenger().look_up("2") is None


SENDER_IS_NO_FIELD = {
    "errors": [
        {
            "parameters": {"expansions": ["sender_id"]},
            "message": "The `expansions` query parameter value [sender_id] is not one of [participant_ids]",
        }
    ]
}


def test_a_look_up_is_asked_again_without_what_a_400_names() -> None:
    acts = iter([answering(400, SENDER_IS_NO_FIELD), answering(200, {"data": [EVENT]})])

    with served(lambda connection: next(acts)(connection)) as server:
        found = server.messenger().look_up("2")

    assert found == [SentDM("5", "Hi", AT)]
    assert [b"expansions" in request for request in server.requests] == [True, False]


def test_a_400_that_names_nothing_is_not_asked_again() -> None:
    with served(answering(400, {"title": "Invalid Request"})) as server:
        assert server.messenger().look_up("2") is None

    assert len(server.requests) == 1


# ---- keys that change ----


def test_changed_keys_sign_the_next_dm(real: SimulatedX) -> None:
    keys = user_tokens() | {"consumer_secret": "old"}
    messenger = KeyedMessenger(lambda: dict(keys), real.url)
    before = messenger.send(LINKED.id, TEXT)

    keys |= user_tokens()

    assert isinstance(before, Blocked)
    assert isinstance(messenger.send(LINKED.id, TEXT), Sent)
    assert messenger.look_up(LINKED.id) is not None


@pytest.mark.parametrize("broken", [{}, {"consumer_key": ""}, None])
def test_keys_that_cannot_be_read_anew_leave_the_last_ones_in_use(real: SimulatedX, broken: Any) -> None:
    keys: Any = user_tokens()
    messenger = KeyedMessenger(lambda: keys, real.url)

    keys = broken

    assert isinstance(messenger.send(LINKED.id, TEXT), Sent)


# ---- the fake for other tests ----


def test_the_fake_keeps_what_it_was_given() -> None:
    messenger: Messenger = (fake := FakeMessenger(outcomes=[USED_UP]))

    outcomes = [messenger.send("2", "first"), messenger.send("2", "second")]

    assert outcomes[0] == USED_UP
    assert isinstance(outcomes[1], Sent)
    assert fake.sent == [("2", "first"), ("2", "second")]
    assert messenger.look_up("2") == []
