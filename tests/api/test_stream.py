import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from emulator.api.gateway import Gateway
from emulator.api.stream import Stream
from emulator.app import create_app
from emulator.journal import Entry
from emulator.settings import Settings
from tests.conftest import start_server, stop_server

Message = dict[str, Any]


class Reader:
    """Reads the stream of an emulator in this event loop; everything else goes through `call`."""

    def __init__(self, app: Gateway, query: bytes = b"", method: str = "GET") -> None:
        self.app = app
        self.start: Message = {}
        self.bodies: asyncio.Queue[Message] = asyncio.Queue()
        self._gone = asyncio.Event()
        self.task = asyncio.create_task(app(scope(method, "/_emulator/stream", query), self._receive, self._send))

    async def next(self) -> tuple[str, Any]:
        """The next event's name and data."""
        event, data = (await self.bodies.get())["body"].decode().rstrip("\n").split("\n")
        return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def leave(self) -> None:
        """Go away, and wait until the emulator has noticed."""
        self._gone.set()
        await self.task

    async def _receive(self) -> Message:
        if self._gone.is_set() or not self.start:
            return {"type": "http.request", "body": b""} if not self.start else {"type": "http.disconnect"}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.bodies.put_nowait(message)


def scope(method: str, path: str, query: bytes = b"") -> Message:
    headers = [(b"content-type", b"application/json")]
    asgi = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
    return asgi | {"raw_path": path.encode()}


async def call(app: Gateway, method: str, path: str, body: Any = None) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"" if body is None else json.dumps(body).encode()}

    async def send(_: Any) -> None:
        """Whatever it answers."""

    await app(scope(method, path), receive, send)


def streaming(story: Callable[[Gateway], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(_told(story), timeout=20))


async def _told(story: Callable[[Gateway], Awaitable[None]]) -> None:
    await story(create_app(Settings(seed=("empty",))))


def test_it_begins_with_the_site_and_is_never_cached() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app, b"site=a")
        assert await reader.next() == ("hello", {"siteId": "a"})
        headers = {name.decode(): value.decode() for name, value in reader.start["headers"]}
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-store"
        assert "content-length" not in headers
        await reader.leave()

    streaming(story)


def test_requests_orders_deliveries_and_control_are_told_as_they_happen() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app)
        await reader.next()
        await call(app, "POST", "/_emulator/webhooks", {"url": "http://127.0.0.1:1/"})
        assert await reader.next() == ("control", {"operation": "subscribe"})
        await call(app, "POST", "/_emulator/orders", {"order": {"id": "o", "number": "7"}})
        kind, order = await reader.next()
        assert (kind, order["id"], order["number"], order["fulfillmentStatus"]) == ("order", "o", "7", "NOT_FULFILLED")
        assert await reader.next() == ("control", {"operation": "createOrders"})
        await call(app, "GET", "/ecom/v1/orders/unknown")
        kind, request = await reader.next()
        assert (kind, request["operation"], request["status"]) == ("request", "getOrder", 404)
        assert request["refusal"] == "ORDER_NOT_FOUND"
        await call(app, "POST", "/_emulator/events", {"eventType": "wixEvents_onOrderUpdated"})
        kind, delivery = await reader.next()
        assert (kind, delivery["status"], delivery["attempts"]) == ("delivery", "waiting", 0)
        assert await reader.next() == ("control", {"operation": "fireEvent"})
        await call(app, "POST", "/_emulator/settle")
        kind, delivery = await reader.next()
        assert (kind, delivery["attempts"], delivery["lastStatus"]) == ("delivery", 1, None)
        await reader.leave()
        await app.emulator.dispatcher.close()

    streaming(story)


def test_reading_the_control_plane_is_no_news() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app)
        await reader.next()
        await call(app, "GET", "/_emulator/orders")
        await call(app, "POST", "/_emulator/reset")
        assert await reader.next() == ("control", {"operation": "reset"})
        await reader.leave()

    streaming(story)


def test_a_site_hears_nothing_of_another() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app, b"site=a")
        await reader.next()
        await call(app, "POST", "/_emulator/reset")
        assert reader.bodies.empty()
        await reader.leave()

    streaming(story)


def test_a_site_that_is_watched_is_not_idle_until_its_reader_leaves() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app)
        await reader.next()
        site = app.emulator.sites.site()
        while_watched = site.is_idle
        await reader.leave()
        assert (while_watched, site.is_idle) == (False, True)
        assert (await reader.bodies.get())["more_body"] is False

    streaming(story)


def test_closing_all_streams_ends_them() -> None:
    async def story(app: Gateway) -> None:
        readers = [Reader(app), Reader(app, b"site=a")]
        for reader in readers:
            await reader.next()
        app.emulator.streams.close()
        for reader in readers:
            await reader.task

    streaming(story)


def test_head_answers_without_a_stream() -> None:
    async def story(app: Gateway) -> None:
        reader = Reader(app, method="HEAD")
        await reader.task
        assert (await reader.bodies.get()) == {"type": "http.response.body", "body": b"", "more_body": False}

    streaming(story)


def test_a_slow_reader_loses_events_and_is_told_how_many() -> None:
    async def read() -> list[bytes]:
        stream = Stream(queued_events_max=2)
        for number in range(5):
            stream.put("control", str(number))
        stream.close()
        return [chunk async for chunk in stream.messages()]

    assert asyncio.run(read()) == [
        b'event: control\ndata: {"operation":"0"}\n\n',
        b'event: control\ndata: {"operation":"1"}\n\n',
        b'event: lost\ndata: {"count":3}\n\n',
    ]


def test_long_events_are_lost_earlier_and_what_was_read_makes_room() -> None:
    async def read() -> list[bytes]:
        stream = Stream(queued_bytes_max=100)
        for _ in range(3):
            stream.put("control", "x" * 100)
        messages = stream.messages()
        told = [await anext(messages), await anext(messages)]
        stream.put("control", "0")
        return [*told, await anext(messages)]

    first, *others = asyncio.run(read())
    assert first.startswith(b'event: control\ndata: {"operation":"xxx')
    assert others == [b'event: lost\ndata: {"count":2}\n\n', b'event: control\ndata: {"operation":"0"}\n\n']


def test_what_waits_for_a_reader_keeps_no_request_with_its_body() -> None:
    entry = Entry("1", datetime.now(UTC), "GET", "/", body=bytes(1_000))
    stream, before = Stream(), sys.getrefcount(entry)
    stream.put("request", entry)
    assert sys.getrefcount(entry) == before


def test_while_nothing_happens_it_says_that_it_is_still_there() -> None:
    async def read() -> bytes:
        stream = Stream()
        async for chunk in stream.messages(keep_alive_s=0.001):
            return chunk
        pytest.fail("it ended")

    assert asyncio.run(read()) == b": still here\n\n"


def test_a_server_with_open_streams_stops_at_once() -> None:
    server = start_server()
    begun = threading.Event()
    ends: list[str] = []

    def read() -> None:
        with httpx2.stream("GET", f"{server.url}/_emulator/stream", timeout=30) as response:
            for line in response.iter_lines():
                begun.set()
                ends.append(line)

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(20)
    assert stop_server(server) == 0
    thread.join(20)
    assert not thread.is_alive()
    assert ends[0] == "event: hello"
