"""Clients that send too much, too slowly or for ever, on real sockets: each gets an answer, and an end."""

import asyncio
import functools
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest
import uvicorn

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.cli.connection import Connection, Limits
from emulator.cli.exchange import Batch
from emulator.settings import Settings

PATIENCE_S = 30  # how long a test waits for what must happen, before it fails
AT_ONCE = 0.05
HEALTH = b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\n"
SEARCH = b"POST /ecom/v1/orders/search HTTP/1.1\r\nhost: localhost\r\n"
CHUNKED = SEARCH + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


@dataclass(frozen=True)
class Answer:
    """An answer as it came, and whether the connection ended with it."""

    status: int
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["details"]["applicationError"]["code"])

    @property
    def message(self) -> str:
        return str(json.loads(self.body)["message"])


class Client:
    """A connection on which anything can be sent."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._stream = self.socket.makefile("rb")

    @property
    def name(self) -> tuple[str, int]:
        """Its address, as the server knows it."""
        host, port = self.socket.getsockname()
        return host, port

    def send(self, *pieces: bytes) -> "Client":
        for piece in pieces:
            self.socket.sendall(piece)
        return self

    def answer(self) -> Answer:
        """The next answer."""
        status = int(self._stream.readline().split()[1])
        headers = {}
        while (line := self._stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        return Answer(status, self._stream.read(int(headers.get(b"content-length", 0))))

    def is_ended(self) -> bool:
        """Whether the server ends the connection without another word."""
        try:
            return self._stream.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._stream.close()
        self.socket.close()


class Loop(asyncio.SelectorEventLoop):
    """A loop on which time passes when it is told to, besides its own."""

    ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s

    def skip(self, seconds: float) -> None:
        """Let that time pass, and what is due then happen."""
        happened = threading.Event()
        self.call_soon_threadsafe(self._skip, seconds, happened)
        assert happened.wait(PATIENCE_S)

    def _skip(self, seconds: float, happened: threading.Event) -> None:
        self.ahead_s += seconds
        self.call_soon(self.call_soon, happened.set)  # in the round after the one that looks for what is due


@dataclass
class Serving:
    """A server on a real socket, and the clients that it has."""

    app: Gateway
    port: int
    clients: list[Client]
    server: uvicorn.Server

    def client(self, *pieces: bytes) -> Client:
        client = Client(self.port)
        self.clients.append(client)
        return client.send(*pieces)

    def feed(self, client: Client, *pieces: bytes) -> None:
        """Have exactly these pieces arrive, as if the client had sent them."""
        connections: set[Any] = set(self.server.server_state.connections)
        (connection,) = (one for one in connections if one.client == client.name)
        for piece in pieces:
            connection.loop.call_soon_threadsafe(connection.data_received, piece)

    def is_left_alone(self) -> bool:
        """Whether the server ends all connections, whatever their clients do."""
        deadline = time.monotonic() + PATIENCE_S
        while self.server.server_state.connections and time.monotonic() < deadline:
            threading.Event().wait(AT_ONCE)
        return not self.server.server_state.connections

    def endings(self) -> list[str | None]:
        return [entry.ending for entry in self.app.emulator.sites.site().journal.entries()]


@contextmanager
def serving(keep_alive_s: int = 5, loop: Loop | None = None, **limits: Any) -> Iterator[Serving]:
    """The emulator with these limits, in a thread of this process; on that loop, or on one as it has by default."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # as little as can be: who does not read is noticed
    app = create_app(Settings(seed=("docs",)))
    protocol: Any = functools.partial(Connection, Limits(**limits), Batch(), app.is_prompt)
    configuration = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        log_config=None,
        server_header=False,
        date_header=False,
        timeout_keep_alive=keep_alive_s,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(configuration)
    runner = asyncio.Runner(loop_factory=configuration.get_loop_factory() if loop is None else lambda: loop)
    thread = threading.Thread(target=runner.run, args=(server.serve([listener]),))
    thread.start()
    running = Serving(app, listener.getsockname()[1], [], server)
    try:
        yield running
    finally:
        for client in running.clients:
            client.close()
        server.should_exit = True
        thread.join()
        runner.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Serving]:
    """With the limits that the emulator has by default."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def hasty() -> Iterator[Serving]:
    """With no patience for the slow."""
    with serving(request_timeout_s=AT_ONCE, answer_timeout_s=AT_ONCE) as running:
        yield running


# Size


def test_a_long_url_and_many_headers_are_fine_within_the_limits(patient: Serving) -> None:
    headers = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 500) for number in range(100))
    client = patient.client(b"GET /_emulator/orders?search=" + b"x" * 16_000 + b" HTTP/1.1\r\n", headers, b"\r\n")
    assert client.answer().status == 200


def test_a_long_url_does_not_count_among_headers_that_come_in_pieces(patient: Serving) -> None:
    client = patient.client(b"GET /_emulator/health HTTP/1.1\r\n\r\n")
    assert client.answer().status == 200
    headers = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 500) for number in range(100))
    patient.feed(client, b"GET /_emulator/orders?search=" + b"x" * 16_000 + b" HTTP/1.1\r\n", headers, b"\r\n")
    assert client.answer().status == 200


@pytest.mark.parametrize("end", [b" HTTP/1.1\r\n\r\n", b""], ids=["whole", "endless"])
def test_a_url_over_the_limit_is_refused_with_414(patient: Serving, end: bytes) -> None:
    client = patient.client(b"GET /" + b"x" * 20_000, b"x" * 20_000, b"x" * 20_000 + end)
    answer = client.answer()
    assert (answer.status, answer.code) == (414, "URL_TOO_LONG")
    assert client.is_ended()


@pytest.mark.parametrize("end", [b"\r\n\r\n", b""], ids=["whole", "endless"])
@pytest.mark.parametrize(
    "header",
    [b"x: " + b"y" * 1_000_000, b"x" * 1_000_000, b"x: y\r\n" * 20_000 + b"z: "],
    ids=["value", "name", "many"],
)
def test_headers_over_the_limit_are_refused_with_431(patient: Serving, header: bytes, end: bytes) -> None:
    client = patient.client(HEALTH, *(header[start : start + 10_000] for start in range(0, len(header), 10_000)), end)
    answer = client.answer()
    assert (answer.status, answer.code) == (431, "HEADERS_TOO_LARGE")
    assert answer.message.endswith("; send fewer or shorter ones, and what is long in a body")
    assert client.is_ended()


@pytest.mark.parametrize("trailer", [b"x: " + b"y" * 1_000_000, b"x: y\r\n" * 50_000], ids=["long", "many"])
def test_trailers_over_the_limit_are_refused_with_431(patient: Serving, trailer: bytes) -> None:
    client = patient.client(CHUNKED, *(trailer[start : start + 10_000] for start in range(0, len(trailer), 10_000)))
    answer = client.answer()
    assert (answer.status, answer.code) == (431, "HEADERS_TOO_LARGE")
    assert client.is_ended()


def test_trailers_are_no_headers_of_the_request(patient: Serving) -> None:
    assert patient.client(CHUNKED + b"authorization: late\r\n\r\n").answer().status == 200
    entry = patient.app.emulator.sites.site().journal.entries()[-1]
    assert [name for name, _ in entry.headers] == [b"host", b"transfer-encoding"]


def test_a_body_in_many_small_pieces_is_not_taken_for_trailers(patient: Serving) -> None:
    client = patient.client(SEARCH + b"transfer-encoding: chunked\r\n\r\n", *[b"1\r\n \r\n" * 1_000] * 20)
    assert client.send(b"2\r\n{}\r\n0\r\n\r\n").answer().status == 200


def test_a_refusal_does_not_overtake_the_answer_to_an_earlier_request(patient: Serving) -> None:
    fault = b'{"operation":"searchOrders","effect":{"delayMs":50}}'
    arm = b"POST /_emulator/faults HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(fault) + fault
    client = patient.client(arm)
    assert client.answer().status == 200
    client.send(SEARCH + b"content-length: 2\r\n\r\n{}" + b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n")
    answer = client.answer()
    assert (answer.status, b"orders" in answer.body) == (200, True)
    assert client.is_ended()


def test_a_long_body_before_the_next_request_does_not_count_as_its_head(patient: Serving) -> None:
    body = b'{"orderIds":["a"]}'.ljust(200_000)
    request = b"POST /ecom/v1/fulfillments/list-by-ids HTTP/1.1\r\ncontent-length: 200000\r\n\r\n" + body
    client = patient.client(request + HEALTH, b"\r\n" + request)
    assert [client.answer().status for _ in range(3)] == [200, 200, 200]


def test_what_follows_a_refused_request_on_its_connection_is_not_carried_out(patient: Serving) -> None:
    before = len(patient.endings())
    client = patient.client(b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n" + SEARCH + b"content-length: 2\r\n\r\n{}")
    assert client.answer().status == 414
    assert client.is_ended()
    assert len(patient.endings()) == before


def test_what_is_no_http_is_refused_in_the_same_shape(patient: Serving) -> None:
    client = patient.client(b"\x16\x03\x01 hello\r\n\r\n")
    answer = client.answer()
    assert (answer.status, answer.code) == (400, "INVALID_HTTP")
    assert client.is_ended()


def test_an_endless_chunked_body_is_refused_with_413_as_soon_as_it_is_too_long() -> None:
    with serving() as running:
        client = running.client(SEARCH + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % 1_048_576 + b" " * 1_048_576 + b"\r\n"
        client.send(*[chunk] * 9)
        answer = client.answer()
        assert (answer.status, answer.code) == (413, "PAYLOAD_TOO_LARGE")


def test_who_asks_first_is_told_to_go_on_unless_the_body_is_too_long(patient: Serving) -> None:
    expecting = SEARCH + b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n"
    client = patient.client(expecting % 2)
    assert client.answer().status == 100
    assert client.send(b"{}").answer().status == 200
    refused = patient.client(expecting % (9 * 1_048_576))
    assert refused.answer().status == 413


def test_an_upgrade_is_not_made_and_the_request_is_answered(patient: Serving) -> None:
    for protocol in (b"websocket", b"h2c"):
        headers = b"connection: upgrade\r\nupgrade: " + protocol + b"\r\nsec-websocket-version: 13\r\n"
        client = patient.client(HEALTH + headers + b"\r\n")
        assert client.answer().status == 200


# Time


@pytest.mark.parametrize(
    "sent",
    [b"G", b"GET / HTTP", HEALTH, HEALTH + b"x: y", SEARCH + b"content-length: 10\r\n\r\n{"],
    ids=["a letter", "half a line", "no end of headers", "half a header", "half a body"],
)
def test_a_request_that_does_not_end_is_refused_with_408(hasty: Serving, sent: bytes) -> None:
    client = hasty.client(sent)
    answer = client.answer()
    assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")
    assert answer.message.endswith("; send it again, faster or in parts")
    assert client.is_ended()


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n"], ids=["nothing", "empty lines"])
def test_a_connection_without_a_request_is_closed_without_a_word(hasty: Serving, sent: bytes) -> None:
    assert hasty.client(sent).is_ended()


def test_a_trickle_does_not_hold_a_connection_open(hasty: Serving) -> None:
    client = hasty.client(SEARCH + b"content-length: 1000000\r\n\r\n")
    trickle = threading.Thread(target=_trickle, args=(client,))
    trickle.start()
    assert client.answer().status == 408
    client.socket.shutdown(socket.SHUT_RDWR)
    trickle.join()


def test_a_trickled_request_is_noted_as_one_whose_client_has_gone(hasty: Serving) -> None:
    client = hasty.client(SEARCH + b"content-length: 10\r\n\r\n{")
    assert client.answer().status == 408
    assert hasty.client(HEALTH + b"\r\n").answer().status == 200  # by now the server has been through it all
    assert hasty.endings()[-1] == "clientGone"


def test_an_empty_line_after_an_answer_does_not_hold_the_connection_open(hasty: Serving) -> None:
    client = hasty.client(HEALTH + b"\r\n")
    assert client.answer().status == 200
    assert client.send(b"\r\n").is_ended()


def test_who_has_an_answer_before_the_end_of_the_body_is_not_waited_for(hasty: Serving) -> None:
    client = hasty.client(SEARCH + b"content-length: 100000000\r\n\r\n{")
    assert client.answer().status == 413
    assert client.is_ended()


def test_a_request_that_takes_long_to_answer_is_not_cut_off(hasty: Serving) -> None:
    fault = b'{"operation":"searchOrders","effect":{"delayMs":200}}'
    arm = b"POST /_emulator/faults HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(fault) + fault
    client = hasty.client(arm)
    assert client.answer().status == 200
    assert client.send(SEARCH + b"content-length: 2\r\n\r\n{}" + HEALTH + b"\r\n").answer().status == 200
    assert client.answer().status == 200


def test_who_does_not_read_its_answers_is_left(hasty: Serving, caplog: pytest.LogCaptureFixture) -> None:
    client = hasty.client()
    with pytest.raises(ConnectionError):
        _ask_without_end(client)
    assert hasty.client(HEALTH + b"\r\n").answer().status == 200
    assert caplog.messages == []


@pytest.mark.parametrize("last", [b"", b"connection: close\r\n"], ids=["kept open", "closed"])
def test_who_leaves_the_rest_of_an_answer_unread_is_left(last: bytes) -> None:
    with serving(keep_alive_s=0, answer_timeout_s=AT_ONCE) as running:
        client = running.client()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        client.send(b"GET /_emulator/openapi.json HTTP/1.1\r\n" + last + b"\r\n")
        assert client.socket.recv(1) == b"H"
        assert running.is_left_alone()


def test_requests_in_pieces_that_end_within_one_may_go_on_for_longer_than_one_may_take() -> None:
    loop, request = Loop(), HEALTH + b"\r\n"
    with serving(loop=loop, request_timeout_s=60) as running:
        client = running.client(request[:10])
        for _ in range(4):
            loop.skip(40)
            assert client.send(request[10:] + request[:10]).answer().status == 200
        loop.skip(60)
        assert client.answer().status == 408


def test_who_asks_now_and_then_keeps_the_connection_and_who_asks_no_more_loses_it() -> None:
    loop = Loop()
    with serving(keep_alive_s=60, loop=loop) as running:
        client = running.client()
        for _ in range(4):
            loop.skip(40)
            assert client.send(HEALTH + b"\r\n").answer().status == 200
        loop.skip(60)
        assert client.is_ended()


@pytest.mark.parametrize("path", ["/ecom/v1/orders/unknown", "/_emulator/health"])
def test_whether_the_connection_is_kept_makes_no_difference_to_the_other_headers(patient: Serving, path: str) -> None:
    def names(**headers: str) -> set[str]:
        connection = HTTPConnection("127.0.0.1", patient.port, timeout=PATIENCE_S)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return {name.lower() for name, _ in answer.getheaders()}

    assert names(connection="close") - {"connection"} == names()
    assert {"date", "x-wix-request-id"} <= names()
    assert "server" not in names()


# The end of the server


def test_a_server_that_stops_lets_go_of_what_is_not_done_in_time_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving() as running:
        arm = b'{"operation": "searchOrders", "effect": {"delayMs": 60000}}'
        head = b"POST /_emulator/faults HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(arm)
        assert running.client(head + arm).answer().status == 200
        waiting = [running.client(CHUNKED), running.client(SEARCH + b"content-length: 10\r\n\r\n{")]
        assert running.client(HEALTH + b"\r\n").answer().status == 200  # by now the server has met them
        running.app.emulator.streams.close()  # as `serve` does it
        running.server.should_exit = True
        assert [client.is_ended() for client in waiting] == [True, True]
    assert running.endings() == ["connectionDropped", "connectionDropped"]
    assert [record for record in caplog.records if record.exc_info] == []


# Number


def test_one_connection_too_many_is_refused_with_503_until_another_ends() -> None:
    with serving(connections_max=2) as running:
        first, second = running.client(HEALTH + b"\r\n"), running.client(HEALTH + b"\r\n")
        assert (first.answer().status, second.answer().status) == (200, 200)
        refused = running.client(HEALTH + b"\r\n")
        answer = refused.answer()
        assert (answer.status, answer.code) == (503, "TOO_MANY_CONNECTIONS")
        assert "close some, use them again, or start the emulator with a greater --connections-max" in answer.message
        assert refused.is_ended()
        refused.close()
        first.send(HEALTH + b"connection: close\r\n\r\n")
        assert first.answer().status == 200
        assert first.is_ended()
        assert running.client(HEALTH + b"\r\n").answer().status == 200


def _trickle(client: Client) -> None:
    try:
        while True:
            client.send(b" ")
    except OSError:
        pass


def _ask_without_end(client: Client) -> None:
    while True:
        client.send(b"GET /_emulator/docs/swagger.js HTTP/1.1\r\n\r\n" * 1_000)
