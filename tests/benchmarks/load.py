"""A client that costs little: requests as ready bytes, on connections that stay open."""

import json
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

CONNECTIONS = 16
_READ_BYTES = 1 << 18


def request(method: str, path: str, body: Any = None, site_id: str | None = None) -> bytes:
    """The bytes of a request."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", "authorization: benchmark"]
    if site_id is not None:
        lines.append(f"wix-site-id: {site_id}")
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Client:
    """Keeps connections busy, each with one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connections = [self._connection() for _ in range(CONNECTIONS)]

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def answers(self, requests: Sequence[bytes], at_a_time: int = CONNECTIONS) -> list[bytes]:
        """The bodies of the answers, of which each has to be a 200; on so many connections."""
        self._connections = [self._connection() if _is_closed(one) else one for one in self._connections]
        bodies: list[bytes] = []
        for position, one in enumerate(requests):
            connection = self._connections[position % at_a_time]
            if position >= at_a_time:
                bodies.append(_read(connection))
            connection.sendall(one)
        first = max(len(requests) - at_a_time, 0)
        bodies += [_read(self._connections[position % at_a_time]) for position in range(first, len(requests))]
        return bodies

    def call(self, method: str, path: str, body: Any = None, site_id: str | None = None) -> Any:
        """The answer's JSON."""
        return json.loads(self.answers([request(method, path, body, site_id)])[0])

    def latencies_s(self, requests: Iterable[bytes]) -> list[float]:
        """How long each request takes, one after the other."""
        connection, latencies = self._connections[0], []
        for one in requests:
            started = time.perf_counter()
            connection.sendall(one)
            _read(connection)
            latencies.append(time.perf_counter() - started)
        return latencies

    def _connection(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


@contextmanager
def client(port: int) -> Iterator[Client]:
    """A client while it is needed."""
    connected = Client(port)
    try:
        yield connected
    finally:
        connected.close()


def _read(connection: socket.socket) -> bytes:
    answer = connection.recv(_READ_BYTES)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(connection)
    head = answer[:end].lower()
    assert head.startswith(b"http/1.1 200"), answer
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(answer) < end + 4 + length:
        answer += _more(connection)
    return answer[end + 4 :]


def _is_closed(connection: socket.socket) -> bool:
    """Whether the server has closed it, as it does when it was idle for some seconds."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def _more(connection: socket.socket) -> bytes:
    read = connection.recv(_READ_BYTES)
    assert read, "the server has closed the connection"
    return read
