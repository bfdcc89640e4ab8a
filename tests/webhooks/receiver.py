"""A real receiver on a real socket."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from emulator.webhooks.envelope import open_token

PATIENCE_S = 30  # how long a test waits for what must happen, before it fails

# A status; the bytes of a whole answer; pieces that are sent while the emulator takes them; or no answer until the
# receiver closes.
Answer = int | bytes | Callable[[], Iterable[bytes]] | Literal["hang"]


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The event in the token."""
        return open_token(self.body.decode()).event

    @property
    def sequence(self) -> int:
        """The place of the event among those of its entity."""
        return int(self.event["entityEventSequence"])


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, and answers each as it was told to; 200 when nothing else is planned."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.keeps_connections = False  # after an answer that is given as bytes
        self.default: Answer = 200
        self.closing = threading.Event()
        self._planned: list[Answer] = []
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhook"

    def answer(self, *answers: Answer) -> None:
        """Answer the next requests so."""
        self._planned += answers

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connections."""
        self.connections += 1
        super().process_request(request, client_address)

    def take(self, request: Received) -> Answer:
        """Keep the request; how it is to be answered."""
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()
            return self._planned.pop(0) if self._planned else self.default

    def wait_for(self, count: int = 1) -> list[Received]:
        """The requests, once there are that many."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.received) >= count, PATIENCE_S)
            assert arrived, f"{len(self.received)} deliveries came within {PATIENCE_S} s, expected {count}"
            return list(self.received)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: the emulator may hang up on a receiver that is late."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.take(Received(self.path, headers, body))
        if answer == "hang":
            self.server.closing.wait()
            self.close_connection = True
        elif isinstance(answer, bytes):
            self.close_connection = not self.server.keeps_connections
            self.wfile.write(answer)
        elif callable(answer):
            self.close_connection = True
            for piece in answer():
                self.wfile.write(piece)
        else:
            self.send_response(int(answer))
            self.send_header("content-length", "0")
            self.end_headers()

    def do_GET(self) -> None:
        self.server.take(Received(self.path, {}, b""))
        self.send_error(405)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as the base class has it
        """Nothing is logged."""


@contextmanager
def receiving(port: int = 0, make: type[Receiver] = Receiver) -> Iterator[Receiver]:
    """A running receiver."""
    receiver = make(port)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        receiver.shutdown()
        thread.join()
        receiver.server_close()
