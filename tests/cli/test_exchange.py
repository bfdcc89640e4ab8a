"""Requests that arrive together, on real sockets: each gets its own answer, whole, whatever the application does."""

import asyncio
import functools
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from emulator.cli.connection import Connection, Limits
from emulator.cli.exchange import Batch

PATIENCE_S = 30
App = Callable[[Receive, Send], Awaitable[None]]


class Server:
    """Does at each path what a test wants it to; elsewhere it echoes."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.go_on = asyncio.Event()
        self.apps: dict[str, App] = {"/go-on": self._let_go_on}
        self.clients: list[Client] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        await self.apps.get(path, functools.partial(echo, path))(receive, send)

    async def _let_go_on(self, receive: Receive, send: Send) -> None:
        self.go_on.set()
        await echo("/go-on", receive, send)

    def client(self, *requests: bytes) -> "Client":
        self.clients.append(Client(self.listener.getsockname()[1], *requests))
        return self.clients[-1]


class Client:
    """One connection, on which bytes go out and come in."""

    def __init__(self, port: int, *requests: bytes) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._stream = self._socket.makefile("rb")
        self.send(*requests)

    def send(self, *requests: bytes) -> None:
        self._socket.sendall(b"".join(requests))

    def head(self) -> tuple[int, dict[bytes, bytes]]:
        """The next answer's status and headers."""
        version, status = self._stream.readline().split()[:2]
        assert version == b"HTTP/1.1"
        lines = iter(lambda: self._stream.readline().strip(), b"")
        return int(status), {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines)}

    def answer(self) -> tuple[int, bytes]:
        """The next answer, of which the length is known."""
        status, headers = self.head()
        return status, self._stream.read(int(headers[b"content-length"]))

    def line(self) -> bytes:
        return self._stream.readline().strip()

    def rest(self) -> bytes:
        """All that still comes, until the server ends the connection."""
        return self._stream.read()

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


async def echo(path: str, receive: Receive, send: Send) -> None:
    """Answer with the body that was sent, or with the path."""
    body = (await receive())["body"] or path.encode()
    await send(start(length=len(body)))
    await send({"type": "http.response.body", "body": body})


def start(*headers: tuple[bytes, bytes], length: int | None = None) -> Message:
    announced = [] if length is None else [(b"content-length", b"%d" % length)]
    return {"type": "http.response.start", "status": 200, "headers": [*announced, *headers]}


def get(path: str, *headers: bytes, version: bytes = b"1.1") -> bytes:
    return b"GET %b HTTP/%b\r\n%b\r\n" % (path.encode(), version, b"".join(one + b"\r\n" for one in headers))


def post(path: str, body: bytes) -> bytes:
    return b"POST %b HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (path.encode(), len(body), body)


@pytest.fixture
def server() -> Iterator[Server]:
    app = Server()
    protocol: Any = functools.partial(Connection, Limits(), Batch(), lambda path: not path.startswith(b"/slow"))
    running = uvicorn.Server(
        uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=running.run, kwargs={"sockets": [app.listener]})
    thread.start()
    yield app
    for client in app.clients:
        client.close()
    running.should_exit = True
    thread.join()


def test_many_at_a_time_get_each_their_own_answer(server: Server) -> None:
    clients = [server.client(post("/", b"%d" % number)) for number in range(50)]
    assert [client.answer() for client in clients] == [(200, b"%d" % number) for number in range(50)]


def test_what_is_sent_in_one_go_is_answered_in_its_order(server: Server) -> None:
    client = server.client(*(post("/", b"%d" % number) for number in range(50)))
    assert [client.answer()[1] for _ in range(50)] == [b"%d" % number for number in range(50)]


def test_slow_and_prompt_ones_on_one_connection_keep_their_order(server: Server) -> None:
    client = server.client(get("/slow"), get("/a"), get("/slow"), get("/b"))
    assert [client.answer()[1] for _ in range(4)] == [b"/slow", b"/a", b"/slow", b"/b"]


def test_one_that_has_to_wait_holds_no_other_up(server: Server) -> None:
    async def waits(receive: Receive, send: Send) -> None:
        await server.go_on.wait()
        await echo("/waits", receive, send)

    server.apps["/waits"] = waits
    waiting = server.client(get("/waits"))
    assert server.client(get("/go-on")).answer() == (200, b"/go-on")
    assert waiting.answer() == (200, b"/waits")


def test_a_body_that_comes_later_is_waited_for(server: Server) -> None:
    request = post("/", b"later")
    client = server.client(request[:-5])
    assert server.client(get("/meanwhile")).answer() == (200, b"/meanwhile")
    client.send(b"later")
    assert client.answer() == (200, b"later")


def test_who_asks_whether_to_go_on_is_told_so(server: Server) -> None:
    client = server.client(post("/", b"hello").replace(b"\r\n\r\n", b"\r\nexpect: 100-continue\r\n\r\n"))
    assert client.head() == (100, {})
    assert client.answer() == (200, b"hello")


def test_an_application_that_listens_on_hears_that_its_client_has_gone(server: Server) -> None:
    gone = threading.Event()

    async def listens(receive: Receive, _send: Send) -> None:
        server.seen = [await receive(), await receive()]
        gone.set()

    server.apps["/"] = listens
    server.client(post("/", b"hello")).close()
    assert gone.wait(PATIENCE_S)
    assert [(one["type"], one.get("body")) for one in server.seen] == [
        ("http.request", b"hello"),
        ("http.disconnect", None),
    ]


def test_an_answer_in_pieces_is_passed_on_piece_by_piece(server: Server) -> None:
    async def streams(_receive: Receive, send: Send) -> None:
        await send(start())
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await server.go_on.wait()
        await send({"type": "http.response.body", "body": b"last"})

    server.apps["/streams"] = streams
    client = server.client(get("/streams", b"connection: close"))
    assert client.head()[1][b"transfer-encoding"] == b"chunked"
    assert client.line() == b"5"
    server.client(get("/go-on")).answer()
    assert client.rest() == b"first\r\n4\r\nlast\r\n0\r\n\r\n"


def test_an_answer_of_known_length_whose_end_is_told_late_is_whole(server: Server) -> None:
    async def ends_late(_receive: Receive, send: Send) -> None:
        await send(start(length=5))
        await send({"type": "http.response.body", "body": b"whole", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    server.apps["/late"] = ends_late
    client = server.client(get("/late"), get("/next"))
    assert [client.answer(), client.answer()] == [(200, b"whole"), (200, b"/next")]


@pytest.mark.parametrize(
    ("request_", "has_body"),
    [
        (get("/", version=b"1.0"), True),
        (get("/", b"connection: close"), True),
        (get("/").replace(b"GET", b"HEAD") + get("/", b"connection: close").replace(b"GET", b"HEAD"), False),
    ],
    ids=["HTTP/1.0", "connection: close", "HEAD"],
)
def test_who_wants_it_otherwise_gets_it_otherwise(server: Server, request_: bytes, has_body: bool) -> None:
    client = server.client(request_)
    for _ in range(request_.count(b"HTTP/")):
        status, headers = client.head()
        assert (status, headers[b"content-length"]) == (200, b"1")
    assert client.rest() == (b"/" if has_body else b"")


@pytest.mark.parametrize(
    "wrong",
    [
        start(length=5),
        start((b"x", b"y\r\nset-cookie: z"), length=1),
        start((b"x", b"y\nset-cookie: z"), length=1),
    ],
    ids=["too short a body", "a header in two lines", "a header with a line feed"],
)
def test_what_is_no_good_answer_is_never_written(
    server: Server, wrong: Message, caplog: pytest.LogCaptureFixture
) -> None:
    async def errs(_receive: Receive, send: Send) -> None:
        await send(wrong)
        await send({"type": "http.response.body", "body": b"a"})

    server.apps["/"] = errs
    answer = server.client(get("/")).rest()
    assert b"set-cookie" not in answer
    assert "Exception in ASGI application" in caplog.text
    assert server.client(get("/fine")).answer() == (200, b"/fine")


def test_an_application_that_fails_is_answered_for_with_500_and_spoils_nobody_elses_answer(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(_receive: Receive, send: Send) -> None:
        await send(start(length=1))
        raise RuntimeError("a bug")

    server.apps["/fails"] = fails
    clients = [server.client(get(path)) for path in ("/a", "/fails", "/b")]
    assert [client.answer()[0] for client in clients] == [200, 500, 200]
    assert "a bug" in caplog.text
