"""A receiver of webhooks for a check: it answers as it is told and remembers what came."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """Answers with these statuses, one after the other, and then with the last one."""

    statuses: Sequence[int]
    url: str = ""
    received: list[tuple[str, str]] = field(default_factory=list)  # content type and body

    def receive(self, content_type: str, body: str) -> int:
        """Remember it; the status to answer with."""
        self.received.append((content_type, body))
        return self.statuses[min(len(self.received), len(self.statuses)) - 1]


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    """A receiver on a free port while this lasts."""
    receiver = Receiver(statuses)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
            status = receiver.receive(self.headers.get("content-type") or "", body)
            self.send_response(status)
            self.send_header("location", receiver.url)  # for the statuses that redirect
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Stay quiet."""

    return Handler
