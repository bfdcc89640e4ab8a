"""With `--random-seed` and a stopped clock one story is told in the same bytes, run after run."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import start_server, stop_server

# In the background the counts that `settle` answers with depend on how much was sent before it was called.
FLAGS = ("--random-seed", "7", "--time", "2026-03-01T00:00:00Z", "--delivery", "manual")
SITES = ("5e7b1d60-0000-4000-8000-000000000949", "another")
SEEDED = "58c9a790-27b7-463f-a865-c7cb494f7c29"
FULFILLMENTS = "/ecom/v1/fulfillments"


class Receiver:
    """Takes webhooks, and refuses each one that is new, so that all of them are tried again."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.url = ""

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Receiver]":
        receiver = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_new = body not in receiver.bodies
                receiver.bodies.append(body)  # before the answer: after it the next one may come on another thread
                self.send_response(503 if is_new else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def told(receiver_url: str) -> list[bytes]:
    """Every answer of the story, headers and all."""
    server = start_server(*FLAGS)
    try:
        return [answer for site in SITES for answer in story(server.url, site, receiver_url)]
    finally:
        assert stop_server(server) == 0


def story(url: str, site: str, receiver_url: str) -> Iterator[bytes]:
    def call(method: str, path: str, body: Any = None) -> bytes:
        return exchange(url, method, path, site, body)

    for subscription in ({"format": "jwt"}, {"format": "sdk"}):
        yield call("POST", "/_emulator/webhooks", {"url": receiver_url, **subscription})
    made = call("POST", "/_emulator/orders", {"count": 2, "order": {"lineItems": [{"quantity": 3}, {}]}})
    yield made
    orders = json.loads(made.partition(b"\r\n\r\n")[2])["orders"]
    items = [{"id": orders[0]["lineItems"][0]["id"], "quantity": 1}]
    parcel = {"trackingNumber": "1", "shippingProvider": "Fedex", "trackingLink": "https://example.com/1"}
    create = f"{FULFILLMENTS}/orders/{orders[0]['id']}/create-fulfillment"
    yield call("POST", "/_emulator/faults", {"operation": "createFulfillment", "effect": {"status": 503}, "skip": 1})
    yield call("POST", f"/_emulator/orders/{orders[0]['id']}/lifecycle", {"lifecycle": "on"})
    for _ in range(3):
        yield call("POST", create, {"fulfillment": {"lineItems": items, "trackingInfo": parcel}})
    entries = [{"orderId": one, "fulfillments": [{"lineItems": items}]} for one in (SEEDED, "nobody")]
    yield call("POST", f"{FULFILLMENTS}/orders/bulk/create-fulfillments", {"ordersWithFulfillments": entries})
    yield call("POST", "/_emulator/settle", {})
    yield call("POST", "/_emulator/clock/advance", {"seconds": 3 * 86_400})
    yield call("POST", "/_emulator/events", {"eventType": "wixEvents_onOrderUpdated", "chaos": "duplicate"})
    yield call("POST", "/_emulator/settle", {})
    for path in ("deliveries", "requests", "faults", "state", "clock", "health"):
        yield call("GET", f"/_emulator/{path}")
    yield call("GET", f"/ecom/v1/orders/{orders[1]['id']}")
    yield call("GET", "/ecom/v1/no/such/path")
    yield call("POST", "/_emulator/reset", {})
    yield call("POST", "/_emulator/orders", {})


def exchange(url: str, method: str, path: str, site: str, body: Any) -> bytes:
    """The bytes of the whole answer."""
    address = urlsplit(url)
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: emulator.test\r\nwix-site-id: {site}\r\nconnection: close\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(head.encode() + f"content-length: {len(content)}\r\n\r\n".encode() + content)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.fixture(scope="module")
def runs() -> list[tuple[list[bytes], list[bytes]]]:
    """Two runs of the story, each with the answers and the webhooks in the order of their arrival."""
    recorded = []
    with Receiver.running() as receiver:
        for _ in range(2):
            receiver.bodies = []
            recorded.append((told(receiver.url), receiver.bodies))
    return recorded


def test_every_answer_is_the_same_to_the_byte(runs: list[tuple[list[bytes], list[bytes]]]) -> None:
    (first, _), (second, _) = runs
    for one, other in zip(first, second, strict=True):
        assert one == other


def test_webhooks_arrive_in_the_same_bytes_and_the_same_order(runs: list[tuple[list[bytes], list[bytes]]]) -> None:
    (_, first), (_, second) = runs
    assert len(first) > 40
    assert first == second


def test_the_story_was_told_in_full(runs: list[tuple[list[bytes], list[bytes]]]) -> None:
    statuses = [answer.split(b" ", 2)[1] for answer in runs[0][0]]
    assert {b"200", b"404", b"409", b"503"} == set(statuses)


def test_each_site_is_told_another_story(runs: list[tuple[list[bytes], list[bytes]]]) -> None:
    answers = runs[0][0]
    half = len(answers) // 2
    assert answers[:half] != answers[half:]


@pytest.mark.parametrize("flags", [(), ("--random-seed", "7"), FLAGS], ids=["plain", "random seed", "and time"])
def test_a_reset_site_is_as_a_freshly_started_one(flags: tuple[str, ...]) -> None:
    fingerprints = []
    for _ in range(2):
        server = start_server(*flags)
        try:
            fingerprints += [reset(server.url), reset(server.url)]
        finally:
            stop_server(server)
    assert len(set(fingerprints)) == 1


def reset(url: str) -> str:
    answer = exchange(url, "POST", "/_emulator/reset", SITES[0], {})
    exchange(url, "POST", "/_emulator/orders", SITES[0], {})
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["fingerprint"])
