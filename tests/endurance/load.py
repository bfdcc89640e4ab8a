"""What clients do to an emulator all day, well-behaved or not: one random action after another."""

import contextlib
import json
import random
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any

from tests.domain.purchases import wire_draft
from tests.factories import ITEM

PATIENCE_S = 60
_DATES, _DATES_PER_ORDER = 5_000, 1_000
BASE = "/ecom/v1/fulfillments"
SITES = 40
# Not `very-large-payload`: the server may keep dozens of them, more than a mebibyte each, and how many is chance.
CHAOS = ("duplicate", "reorder", "delay", "truncated-body", "unknown-event-type")
EFFECTS: tuple[dict[str, Any], ...] = (
    {"error": "RESOURCE_EXHAUSTED"},
    {"status": 503},
    {"drop": "beforeCommit"},
    {"drop": "afterCommit"},
    {"chaos": "duplicate"},
)
GARBAGE = (
    b"",
    b"{",
    b"[]",
    b'{"a":' * 5_000,
    b"\xff\xfe",
    b'{"fulfillment":{"lineItems":[{"quantity":1e999}]}}',
    b"null",
)
RAW = (
    b"\x16\x03\x01\r\n\r\n",
    b"GET / HTTP/1.1\r\nx: ",
    b"POST /ecom/v1/orders HTTP/1.1\r\ncontent-length: 9\r\n\r\n{",
)


class Client:
    """Acts at random, but the same again with the same seed. Counts what it asked, and what was a fault of ours."""

    def __init__(self, port: int, seed: int, receivers: Sequence[str]) -> None:
        self._port = port
        self._random = random.Random(seed)  # noqa: S311 - load, not secrets
        self._receivers = receivers
        self._connection = self._connect()
        self._site = ""
        self.asked = 0
        self.failures: list[str] = []

    def fill_caches(self) -> None:
        """Have the server print more dates than it remembers the texts of: then that is as large as it gets."""
        start = datetime(2020, 1, 1, tzinfo=UTC)
        for day in range(_DATES // _DATES_PER_ORDER):
            dates = [start + timedelta(days=day, seconds=second) for second in range(_DATES_PER_ORDER)]
            activities = [{"createdDate": date.isoformat(), "type": "ORDER_PLACED"} for date in dates]
            self.ask("POST", "/_emulator/orders", {"order": {"activities": activities}})

    def act(self) -> None:
        """Do one thing, on one of the sites."""
        self._site = f"site {self._random.randrange(SITES)}"
        (action,) = self._random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        action(self)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, whatever its status; None if there is no answer, as a fault may want it."""
        self.asked += 1
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            self._connection.request(method, path, content, {"wix-site-id": self._site})
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException):
            self._connection.close()
            self._connection = self._connect()
            return None
        if answer.status == 500:
            self.failures.append(f"{method} {path} {(content or b'')[:200]!r} answered 500")
        return json.loads(text) if text and answer.headers["content-type"] == "application/json" else None

    def make_orders(self) -> None:
        if self._random.random() < 0.5:
            self.ask("POST", "/_emulator/orders", {"order": {"lineItems": [{"id": ITEM, "quantity": 50}]}})
        else:
            self.ask("POST", "/ecom/v1/orders", {"order": wire_draft()})

    def ship(self) -> None:
        number = str(self._random.randrange(10_000))
        tracking = {"trackingNumber": number, "shippingProvider": self._random.choice(("dhl", "fedex", "ups"))}
        draft = {"lineItems": [{"id": ITEM, "quantity": 1}], "trackingInfo": tracking}
        self.ask("POST", f"{BASE}/orders/{self._order()}/create-fulfillment", {"fulfillment": draft})

    def ship_in_bulk(self) -> None:
        entries = [{"orderId": self._order(), "fulfillments": [{"lineItems": [{"id": ITEM}]}]} for _ in range(5)]
        self.ask("POST", f"{BASE}/orders/bulk/create-fulfillments", {"ordersWithFulfillments": entries})

    def change(self) -> None:
        order_id = self._order()
        listed = (self.ask("GET", f"{BASE}/orders/{order_id}") or {}).get("orderWithFulfillments", {})
        for one in listed.get("fulfillments", [])[:3]:
            path = f"{BASE}/{one['id']}/orders/{order_id}"
            if self._random.random() < 0.5:
                self.ask("DELETE", path)
            else:
                status = self._random.choice(("Accepted", "Ready", "In_Delivery"))
                self.ask("PATCH", path, {"fulfillment": {"status": status}})

    def search(self) -> None:
        wanted = {"filter": {"fulfillmentStatus": "NOT_FULFILLED"}, "cursorPaging": {"limit": 5}}
        self.ask("POST", "/ecom/v1/orders/search", {"search": wanted})

    def subscribe(self) -> None:
        url = self._random.choice(self._receivers)
        made = self.ask("POST", "/_emulator/webhooks", {"url": url, "eventTypes": ["*"]}) or {}
        if self._random.random() < 0.5 and "id" in made:
            self.ask("DELETE", f"/_emulator/webhooks/{made['id']}")

    def fire(self) -> None:
        event = {"eventType": self._random.choice(("fulfillments_updated", "wixEvents_onOrderUpdated"))}
        chaos = {"chaos": self._random.choice(CHAOS)} if self._random.random() < 0.3 else {}
        to = {"to": self._random.choice(self._receivers)} if self._random.random() < 0.3 else {}
        self.ask("POST", "/_emulator/events", event | chaos | to)

    def misbehave(self) -> None:
        operation = self._random.choice(("createFulfillment", "searchOrders", "createOrder"))
        effect = self._random.choice(EFFECTS)
        self.ask("POST", "/_emulator/faults", {"operation": operation, "effect": effect, "times": 2})
        if self._random.random() < 0.3:
            self.ask("DELETE", "/_emulator/faults")

    def look(self) -> None:
        for path in ("summary", "deliveries?limit=5", "requests?limit=5", "orders?limit=5", "sites", "manifest"):
            self.ask("GET", f"/_emulator/{path}")
        for one in (self.ask("GET", "/_emulator/deliveries?limit=1") or {}).get("deliveries", []):
            self.ask("POST", f"/_emulator/deliveries/{one['id']}/redeliver")

    def steer(self) -> None:
        self.ask("POST", "/_emulator/settle", {"timeoutSeconds": 0.05})
        self.ask("PUT", "/_emulator/clock", {"mode": "system"})
        self.ask("POST", f"/_emulator/orders/{self._order()}/lifecycle", {"lifecycle": "1s,1s,1s,1s,1s"})

    def begin_again(self) -> None:
        state = json.dumps(self.ask("GET", "/_emulator/state") or {}).encode()
        self.ask("POST", "/_emulator/reset")
        if self._random.random() < 0.5:
            self.ask("PUT", "/_emulator/state", state)

    def talk_nonsense(self) -> None:
        garbage = self._random.choice(GARBAGE)
        for path in (
            f"{BASE}/orders/{self._order()}/create-fulfillment",
            "/oauth2/token",
            "/_emulator/seed",
            "/nowhere",
        ):
            self.ask("POST", path, garbage)
        self.ask("GET", f"/ecom/v1/orders/{'x' * self._random.choice((10, 200, 20_000))}")

    def hang_up(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), PATIENCE_S) as raw:
            raw.sendall(self._random.choice(RAW))

    def watch(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), PATIENCE_S) as raw:
            raw.sendall(f"GET /_emulator/stream HTTP/1.1\r\nwix-site-id: {self._site}\r\n\r\n".encode())
            raw.recv(100)

    def _order(self) -> str:
        """An order that the site has, if it has any."""
        orders = (self.ask("GET", "/_emulator/orders?limit=3") or {}).get("orders") or [{"id": "none"}]
        return str(self._random.choice(orders)["id"])

    def _connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)


_WEIGHTS: dict[Callable[[Client], None], float] = {
    Client.make_orders: 6,
    Client.ship: 10,
    Client.ship_in_bulk: 2,
    Client.change: 6,
    Client.search: 3,
    Client.subscribe: 2,
    Client.fire: 4,
    Client.misbehave: 1,
    Client.look: 1,
    Client.steer: 1,
    Client.begin_again: 0.5,
    Client.talk_nonsense: 2,
    Client.hang_up: 1,
    Client.watch: 1,
}
