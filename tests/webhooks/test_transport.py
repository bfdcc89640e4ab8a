"""The HTTP transport against receivers that behave badly: whatever they do is an answer or a TransportError."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import chain, repeat

import pytest

from emulator.domain.deliveries import Sealed
from emulator.webhooks.transport import HttpTransport, TransportError
from tests.webhooks.receiver import PATIENCE_S, Answer, Receiver, receiving

pytestmark = pytest.mark.anyio

SEALED = Sealed(b"a.b.c", "text/plain")
CLOSED_PORT = "http://127.0.0.1:1/"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport()
    transport.prepare()
    yield transport
    await transport.close()


@pytest.mark.rule("R304")
async def test_a_webhook_is_posted_as_wix_posts_it(transport: HttpTransport, receiver: Receiver) -> None:
    assert await transport.post(receiver.url, SEALED) == 200
    (request,) = receiver.received
    assert (request.path, request.body) == ("/webhook", b"a.b.c")
    assert (
        request.headers.items()
        >= {
            "content-type": "text/plain",
            "user-agent": "Wix",
            "accept-encoding": "gzip, deflate",
            "content-length": "5",
        }.items()
    )


@pytest.mark.rule("R305")
@pytest.mark.parametrize("status", [200, 201, 204, 400, 404, 429, 500, 503])
async def test_the_status_is_the_answer(transport: HttpTransport, receiver: Receiver, status: int) -> None:
    receiver.answer(status)
    assert await transport.post(receiver.url, SEALED) == status


@pytest.mark.rule("R305")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(transport: HttpTransport, receiver: Receiver, status: int) -> None:
    location = f"HTTP/1.1 {status} Elsewhere\r\nlocation: {receiver.url}/other\r\ncontent-length: 0\r\n\r\n"
    receiver.answer(location.encode())
    assert await transport.post(receiver.url, SEALED) == status
    assert len(receiver.received) == 1


@pytest.mark.rule("R305")
async def test_no_answer_in_time_is_an_error(transport: HttpTransport, receiver: Receiver) -> None:
    receiver.answer("hang")
    with pytest.raises(TransportError, match="no answer within 1250 ms"):
        await transport.post(receiver.url, SEALED)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n" + b"x" * 10_485_760,
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nnot all of it",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
    ],
    ids=["10 MB", "cut short", "wrong encoding", "HTTP/1.0", "no reason", "a cookie"],
)
async def test_only_the_status_of_an_answer_matters(
    transport: HttpTransport, receiver: Receiver, answer: Answer
) -> None:
    receiver.answer(answer)
    assert await transport.post(receiver.url, SEALED) == 200


async def test_a_cookie_is_not_sent_back(transport: HttpTransport, receiver: Receiver) -> None:
    receiver.answer(b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n")
    url = receiver.url.replace("127.0.0.1", "localhost")  # an address has no cookies
    await transport.post(url, SEALED)
    await transport.post(url, SEALED)
    assert "cookie" not in receiver.received[1].headers


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 two hundred OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        b"<html>",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=[
        "nothing",
        "garbage",
        "status in words",
        "no header",
        "endless header",
        "length in words",
        "HTML",
        "wrong chunks",
    ],
)
async def test_what_is_no_answer_is_an_error(transport: HttpTransport, receiver: Receiver, answer: Answer) -> None:
    receiver.answer(answer)
    with pytest.raises(TransportError):
        await transport.post(receiver.url, SEALED)


def without_end(beginning: bytes, piece: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: chain([beginning], repeat(piece))


@pytest.mark.parametrize(
    "answer",
    [
        without_end(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 1_000),
        without_end(b"HTTP/1.1 200 OK\r\nx: ", b"y" * 10_000),
        without_end(b"HTTP/1.1 200 ", b"y" * 10_000),
        without_end(b"", b"garbage" * 10_000),
        without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        without_end(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100),
    ],
    ids=["headers", "header", "reason", "garbage", "go on", "hints"],
)
async def test_what_never_becomes_an_answer_is_an_error_in_time(
    transport: HttpTransport, receiver: Receiver, answer: Answer
) -> None:
    receiver.answer(answer)
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(TransportError):
            await transport.post(receiver.url, SEALED)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["until it closes", "a terabyte", "a large chunk"],
)
async def test_of_an_endless_body_no_more_is_read_than_arrives_with_the_head(
    transport: HttpTransport, receiver: Receiver, head: bytes
) -> None:
    sent, ended = [0], threading.Event()

    def body() -> Iterator[bytes]:
        yield head
        try:
            while True:
                sent[0] += 65_536
                yield b"x" * 65_536
        finally:
            ended.set()

    receiver.answer(body)
    assert await transport.post(receiver.url, SEALED) == 200
    assert await asyncio.to_thread(ended.wait, PATIENCE_S)
    assert sent[0] < 64 * 1_048_576


async def test_after_a_bad_answer_the_next_one_counts(transport: HttpTransport, receiver: Receiver) -> None:
    receiver.answer(b"garbage")
    with pytest.raises(TransportError):
        await transport.post(receiver.url, SEALED)
    assert await transport.post(receiver.url, SEALED) == 200


@pytest.mark.parametrize(
    "url",
    [
        CLOSED_PORT,
        "https://127.0.0.1:1/",
        "http://nobody.invalid/",
        "http://:80/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://a..b/",
        "http://\x00/",
        f"http://{'a' * 300}.example/",
        "http://%/",
        "http://@/",
    ],
)
async def test_a_receiver_that_cannot_be_reached_is_an_error(transport: HttpTransport, url: str) -> None:
    with pytest.raises(TransportError):
        await transport.post(url, SEALED)


async def test_a_receiver_that_speaks_no_tls_is_an_error(transport: HttpTransport, receiver: Receiver) -> None:
    with pytest.raises(TransportError):
        await transport.post(receiver.url.replace("http:", "https:"), SEALED)


async def test_a_proxy_of_the_environment_is_not_used(
    transport: HttpTransport, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", CLOSED_PORT)
    monkeypatch.setenv("HTTP_PROXY", CLOSED_PORT)
    assert await transport.post(receiver.url, SEALED) == 200


async def test_a_transport_that_was_never_used_can_be_closed() -> None:
    await HttpTransport().close()


KEEPING = b"HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n"


async def test_a_connection_is_kept_for_a_receiver_that_has_said_that_it_keeps_its(
    transport: HttpTransport, receiver: Receiver
) -> None:
    receiver.keeps_connections = True
    receiver.answer(*[KEEPING] * 5)
    for _ in range(5):
        assert await transport.post(receiver.url, SEALED) == 200
    assert receiver.connections == 2  # the first, and the one for all others


async def test_a_receiver_that_says_so_no_longer_gets_a_new_connection_each_time(
    transport: HttpTransport, receiver: Receiver
) -> None:
    receiver.keeps_connections = True
    receiver.answer(KEEPING, 200, 200, 200)
    for _ in range(4):
        assert await transport.post(receiver.url, SEALED) == 200
    assert receiver.connections == 4


async def test_a_receiver_that_hangs_up_after_each_answer_without_a_word_gets_every_delivery(
    transport: HttpTransport, receiver: Receiver
) -> None:
    receiver.answer(*[b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"] * 20)
    for _ in range(20):
        assert await transport.post(receiver.url, SEALED) == 200
    assert (len(receiver.received), receiver.connections) == (20, 20)


async def test_hanging_up_instead_of_an_answer_is_one_failed_attempt_on_a_kept_connection_too(
    transport: HttpTransport, receiver: Receiver
) -> None:
    receiver.keeps_connections = True
    receiver.answer(KEEPING, KEEPING)
    for _ in range(2):
        assert await transport.post(receiver.url, SEALED) == 200
    receiver.keeps_connections = False
    receiver.answer(b"")
    with pytest.raises(TransportError):
        await transport.post(receiver.url, SEALED)
    assert len(receiver.received) == 3
