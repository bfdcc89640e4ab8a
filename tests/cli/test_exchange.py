"""Requests that arrive together, on real sockets: each gets its own answer, whole, whatever the application does."""

import asyncio
import functools
import gc
import inspect
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from emulator.api.answer import Response, whole
from emulator.cli.connection import Connection, Limits
from emulator.cli.exchange import Batch, Exchange

PATIENCE_S = 30
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Server:
    """Does at each path what a test wants it to; elsewhere it echoes."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.go_on = asyncio.Event()
        self.apps: dict[str, App] = {"/go-on": self._let_go_on}
        self.clients: list[Client] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.apps.get(scope["path"], echo)(scope, receive, send)

    async def _let_go_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.go_on.set()
        await echo(scope, receive, send)

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


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body that was sent, or with the path."""
    offered = whole(scope)
    body = offered.body() if offered else None
    if body is None:
        body = (await receive())["body"]
    await Response(body or scope["path"].encode())(scope, receive, send)


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
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await server.go_on.wait()
        await echo(scope, receive, send)

    server.apps["/waits"] = waits
    waiting = server.client(get("/waits"))
    assert server.client(get("/go-on")).answer() == (200, b"/go-on")
    assert waiting.answer() == (200, b"/waits")


def test_what_has_to_wait_goes_on_in_a_task_with_a_coroutine_of_its_own(server: Server) -> None:
    """From Python 3.12 on no generator may be one."""

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        assert asyncio.current_task() is None
        loop = asyncio.get_running_loop()
        awaited = loop.create_future()
        loop.call_soon(awaited.set_result, None)
        await awaited
        task = asyncio.current_task()
        assert task is not None
        assert inspect.iscoroutine(task.get_coro())
        await echo(scope, receive, send)

    server.apps["/waits"] = waits
    assert server.client(get("/waits")).answer() == (200, b"/waits")


def test_who_pauses_goes_on_without_a_task_when_the_others_have_come_as_far(server: Server) -> None:
    async def pauses(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)
        assert asyncio.current_task() is None
        await Response(b"paused")(scope, receive, send)

    server.apps["/pauses"] = pauses
    clients = [server.client(get("/pauses"), get("/fine")) for _ in range(5)]
    assert [client.answer() for client in clients] == [(200, b"paused")] * 5
    assert [client.answer() for client in clients] == [(200, b"/fine")] * 5


def test_who_pauses_again_and_again_holds_no_other_up(server: Server) -> None:
    async def pauses(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        await server.go_on.wait()
        await Response(b"paused")(scope, receive, send)

    server.apps["/pauses"] = pauses
    client = server.client(get("/pauses"))
    assert server.client(get("/go-on")).answer() == (200, b"/go-on")
    assert client.answer() == (200, b"paused")


def test_all_that_has_arrived_is_carried_out_then_goes_on_and_then_is_written() -> None:
    done: list[str] = []

    async def answer() -> None:
        batch = Batch()
        for _ in range(3):
            batch.add(Steps(done=done))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(answer())
    assert done == ["carry_out"] * 3 + ["go_on"] * 3 + ["release"] * 3


def test_a_long_pipeline_holds_no_other_client_up(server: Server) -> None:
    begun: list[str] = []
    other = server.client()

    async def counts(scope: Scope, receive: Receive, send: Send) -> None:
        begun.append("/counts")
        if len(begun) == 10:
            other.send(get("/tells"))
        await echo(scope, receive, send)

    async def tells(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(b"%d" % len(begun))(scope, receive, send)

    server.apps |= {"/counts": counts, "/tells": tells}
    pipeline = server.client(*[get("/counts")] * 1_000)
    assert int(other.answer()[1]) < 1_000
    assert [pipeline.answer()[1] for _ in range(1_000)] == [b"/counts"] * 1_000


@pytest.mark.parametrize("breaks_at", ["carry_out", "go_on", "release"])
def test_one_that_breaks_takes_no_other_with_it(breaks_at: str, caplog: pytest.LogCaptureFixture) -> None:
    async def answered() -> list[tuple[bool, list[str]]]:
        batch, exchanges = Batch(), [Steps(), Steps(breaks_at), *(Steps() for _ in range(30))]
        for one in exchanges:
            batch.add(one)
        for _ in range(10):
            await asyncio.sleep(0)
        return [(one.transport.is_closing(), one.done) for one in exchanges]

    first, broken, *others = asyncio.run(answered())
    assert [first, *others] == [(False, ["carry_out", "go_on", "release"])] * 31
    assert broken[0]
    assert "a bug" in caplog.text


class Steps(Exchange):
    """Notes what is done to it, and breaks where it is told to."""

    def __init__(self, breaks_at: str = "", done: list[str] | None = None) -> None:
        self.done: list[str] = [] if done is None else done
        self._breaks_at = breaks_at
        self.transport = Aborted()

    def carry_out(self) -> None:
        self._step("carry_out")

    def go_on(self) -> None:
        self._step("go_on")

    def release(self) -> None:
        self._step("release")

    def _step(self, step: str) -> None:
        self.done.append(step)
        if step == self._breaks_at:
            raise RuntimeError("a bug")


class Aborted(asyncio.Transport):
    """A transport of which it matters only whether it was aborted."""

    _is_aborted = False

    def abort(self) -> None:
        self._is_aborted = True

    def is_closing(self) -> bool:
        return self._is_aborted


def test_what_is_answered_is_gone_without_a_garbage_collection(server: Server) -> None:
    client = server.client()
    gc.disable()
    try:
        for _ in range(20):
            client.send(get("/"))
            client.answer()
        assert sum(isinstance(one, Exchange) for one in gc.get_objects()) <= 1
    finally:
        gc.enable()


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


@pytest.mark.parametrize("comes_late", [False, True], ids=["with its body", "before its body"])
def test_an_application_that_listens_on_hears_that_its_client_has_gone(server: Server, *, comes_late: bool) -> None:
    begun, gone = threading.Event(), threading.Event()

    async def listens(_scope: Scope, receive: Receive, _send: Send) -> None:
        begun.set()
        server.seen = [await receive(), await receive()]
        gone.set()

    server.apps["/"] = listens
    request = post("/", b"hello")
    client = server.client(request[:-5] if comes_late else request)
    assert begun.wait(PATIENCE_S)
    client.send(request[-5:] if comes_late else b"")
    client.close()
    assert gone.wait(PATIENCE_S)
    assert [(one["type"], one.get("body")) for one in server.seen] == [
        ("http.request", b"hello"),
        ("http.disconnect", None),
    ]


def test_an_answer_in_pieces_is_passed_on_piece_by_piece(server: Server) -> None:
    async def streams(_scope: Scope, _receive: Receive, send: Send) -> None:
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
    async def ends_late(_scope: Scope, _receive: Receive, send: Send) -> None:
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


def test_who_goes_while_its_answer_is_made_is_not_written_to(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    gone, answered = threading.Event(), threading.Event()

    async def outlasts_its_client(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await receive()  # the disconnect
        gone.set()
        await Response(b"too late")(scope, receive, send)
        answered.set()

    server.apps["/"] = outlasts_its_client
    server.client(get("/")).close()
    assert gone.wait(PATIENCE_S)
    assert answered.wait(PATIENCE_S)
    assert server.client(get("/fine")).answer() == (200, b"/fine")
    assert caplog.messages == []


def test_who_does_not_read_is_not_written_to_without_end(server: Server) -> None:
    unread: list[int] = []

    async def answers_much(scope: Scope, receive: Receive, send: Send) -> None:
        transport = send.__self__.transport  # type: ignore[attr-defined]  # uvicorn's own
        unread.append(transport.get_write_buffer_size())
        await Response(b"x" * 1_000_000)(scope, receive, send)

    server.apps["/much"] = answers_much
    client = server.client(*[get("/much")] * 50)
    while len(unread) < 3:
        server.client(get("/fine")).answer()
    for _ in range(50):
        server.client(get("/fine")).answer()
    assert len(unread) < 50
    assert [len(client.answer()[1]) for _ in range(50)] == [1_000_000] * 50
    assert max(unread) <= 2_000_000


@pytest.mark.parametrize(
    ("length", "value"),
    [(b"5", b"y"), (b"1", b"y\r\nset-cookie: z"), (b"1", b"y\nset-cookie: z")],
    ids=["too short a body", "a header in two lines", "a header with a line feed"],
)
def test_what_is_no_good_answer_is_never_written(
    server: Server, length: bytes, value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def errs(scope: Scope, receive: Receive, send: Send) -> None:
        wrong = Response(b"a")
        wrong.raw_headers = [(b"content-length", length), (b"x", value)]
        await wrong(scope, receive, send)

    server.apps["/"] = errs
    answer = server.client(get("/")).rest()
    assert b"set-cookie" not in answer
    assert "Exception in ASGI application" in caplog.text
    assert server.client(get("/fine")).answer() == (200, b"/fine")


def test_an_application_that_fails_is_answered_for_with_500_and_spoils_nobody_elses_answer(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("a bug")

    server.apps["/fails"] = fails
    clients = [server.client(get(path)) for path in ("/a", "/fails", "/b")]
    assert [client.answer()[0] for client in clients] == [200, 500, 200]
    assert "a bug" in caplog.text
