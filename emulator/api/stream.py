"""The event stream of the control plane: what happens on a site, as it happens."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.changes import ChangeKind
from emulator.domain.deliveries import Delivery
from emulator.domain.orders import Order
from emulator.domain.wire import format_timestamp
from emulator.journal import Entry
from emulator.site import Site

QUEUED_EVENTS_MAX = 1_000
QUEUED_BYTES_MAX = 1024 * 1024
_KEEP_ALIVE_S = 15.0

Json = dict[str, Any]


class Stream:
    """What one reader has not read yet, as it is sent: what that is about may be much bigger, and go meanwhile.

    One who reads too slowly loses the newest events, and is told how many.
    """

    def __init__(self, queued_events_max: int = QUEUED_EVENTS_MAX, queued_bytes_max: int = QUEUED_BYTES_MAX) -> None:
        self._queued_events_max = queued_events_max
        self._queued_bytes_max = queued_bytes_max
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._news = asyncio.Event()
        self._lost = 0
        self.is_closed = False

    def put(self, kind: ChangeKind, subject: object) -> None:
        """Queue what happened, or count it as lost."""
        if kind == "detail":
            return
        if len(self._queue) < self._queued_events_max and self._queued_bytes < self._queued_bytes_max:
            told = message(kind, _RENDERED[kind](subject))
            self._queue.append(told)
            self._queued_bytes += len(told)
        else:
            self._lost += 1
        self._news.set()

    def close(self) -> None:
        """End it, once what is queued has been read."""
        self.is_closed = True
        self._news.set()

    async def messages(self, keep_alive_s: float = _KEEP_ALIVE_S) -> AsyncIterator[bytes]:
        """Server-sent events; a comment now and then while nothing happens."""
        while True:
            self._news.clear()  # now, as more may come with every `yield`
            while self._queue:
                told = self._queue.popleft()
                self._queued_bytes -= len(told)
                yield told
            if self._lost:
                lost, self._lost = self._lost, 0
                yield message("lost", {"count": lost})
            if self.is_closed:
                return
            try:
                await asyncio.wait_for(self._news.wait(), keep_alive_s)
            except TimeoutError:
                yield b": still here\n\n"


class Streams:
    """All open streams of an emulator, so that they end before the server does."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self.are_closed = False  # and the server stops

    @contextlib.contextmanager
    def opened(self, stream: Stream) -> Iterator[None]:
        """Know the stream while it is read."""
        self._open.add(stream)
        try:
            yield
        finally:
            self._open.discard(stream)

    def close(self) -> None:
        """End all of them."""
        self.are_closed = True
        for stream in self._open:
            stream.close()


_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class EventStream(Response):
    """An answer that ends when its reader goes, or when the server stops."""

    def __init__(self, site: Site, streams: Streams) -> None:
        self.status_code, self.body = 200, b""
        self.raw_headers = list(_HEADERS)
        self._site = site
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what happens, until then."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            await self._send_events(receive, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_events(self, receive: Receive, send: Send) -> None:
        stream = Stream()
        stop_listening = self._site.changes.listen(stream.put)
        self._site.requests_in_flight += 1  # a site that is watched is not idle
        watcher = asyncio.create_task(_close_when_gone(stream, receive))
        try:
            with self._streams.opened(stream):
                hello = message("hello", {"siteId": self._site.id})
                await send({"type": "http.response.body", "body": hello, "more_body": True})
                async for chunk in stream.messages():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            watcher.cancel()
            self._site.requests_in_flight -= 1
            stop_listening()


async def stream(call: Call) -> Response:
    """Tell what happens on the site: `request`, `delivery`, `order`, `control`; `lost` to a slow reader."""
    return EventStream(call.site, call.emulator.streams)


def message(event: str, data: Json) -> bytes:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


async def _close_when_gone(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


def _request(entry: Entry) -> Json:
    from emulator.api.redaction import without_tokens

    return {
        "requestId": entry.request_id,
        "at": format_timestamp(entry.at),
        "method": entry.method,
        "path": without_tokens(entry.path),
        "operation": entry.operation,
        "status": entry.status,
        "refusal": entry.refusal and entry.refusal.code,
        "ending": entry.ending,
    }


def _delivery(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "status": delivery.status,
        "eventType": delivery.event.type.name,
        "entityId": delivery.event.entity_id,
        "url": delivery.subscription.url,
        "attempts": len(delivery.attempts),
        "lastStatus": delivery.attempts[-1].status if delivery.attempts else None,
        "dueAt": delivery.due and format_timestamp(delivery.due),
    }


def _order(order: Order) -> Json:
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "fulfillmentStatus": order.fulfillment_status,
    }


def _control(operation_id: str) -> Json:
    return {"operation": operation_id}


_RENDERED: Mapping[ChangeKind, Callable[[Any], Json]] = {  # all that `put` takes
    "request": _request,
    "delivery": _delivery,
    "order": _order,
    "control": _control,
}
