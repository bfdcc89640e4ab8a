"""A webhook receiver for tests: it answers as it is told, verifies what it gets, and remembers it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emulator.client import Control
from emulator.webhooks.received import Received, understood

_WAIT_S = 5.0


@contextmanager
def answering(receive: Callable[[str, bytes], int]) -> Iterator[str]:
    """The URL of a server on a free port while this lasts: it hands on the content type and body of each POST, and
    answers with the status that comes back."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receive))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Webhooks:
    """The webhooks that a receiver got, oldest first. It answers each with `status`."""

    def __init__(self, control: Control, public_key: str) -> None:
        self._control = control
        self._public_key = public_key
        self._arrived = threading.Condition()
        self._events: list[Received] = []
        self.status = 200
        self.url = ""

    @classmethod
    @contextmanager
    def listening(cls, control: Control) -> "Iterator[Webhooks]":
        """A receiver on a free port, subscribed to all events of the site, while this lasts."""
        webhooks = cls(control, control.text("GET", "public-key"))
        with answering(lambda _, body: webhooks.receive(body)) as webhooks.url:
            subscription = control.call("POST", "webhooks", {"url": webhooks.url})["id"]
            try:
                yield webhooks
            finally:
                known = [one["id"] for one in control.call("GET", "webhooks")["webhooks"]]
                if subscription in known:  # a reset takes it away
                    control.call("DELETE", f"webhooks/{subscription}")

    @property
    def events(self) -> list[Received]:
        """Everything that has arrived by now."""
        with self._arrived:
            return list(self._events)

    def wait_for(self, count: int = 1, *, event_type: str | None = None, timeout_s: float = _WAIT_S) -> list[Received]:
        """The events of that type (its last part will do), at least `count`. Fails if they do not come in time."""
        self._control.call("POST", "settle", {})

        def found() -> list[Received]:
            return [one for one in self._events if event_type is None or _is_of(one, event_type)]

        with self._arrived:
            self._arrived.wait_for(lambda: len(found()) >= count, timeout_s)
            events, all_types = found(), [one.event_type for one in self._events]
        wanted = f"{count} of {event_type}" if event_type else str(count)
        if len(events) < count:
            raise AssertionError(f"expected {wanted}, got {len(events)}; arrived: {all_types}")
        return events

    def receive(self, body: bytes) -> int:
        """Remember a webhook; the status to answer it with."""
        now = datetime.fromisoformat(self._control.call("GET", "clock")["now"])
        received = understood(body, self._public_key, now)
        with self._arrived:
            self._events.append(received)
            self._arrived.notify_all()
        return self.status


def _handler(receive: Callable[[str, bytes], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response(receive(self.headers.get("content-type") or "", body))
            self.send_header("location", self.path)  # for the statuses that redirect
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Stay quiet: the test says what matters."""

    return Handler


def _is_of(received: Received, event_type: str) -> bool:
    name = received.event_type or ""
    return event_type in (name, name.rpartition(".")[2])
