"""Any sequence of calls, faults, clock moves, snapshots and resets, on several sites of one emulator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from starlette.testclient import TestClient

from emulator.api.gateway import Gateway
from emulator.app import create_app
from emulator.settings import Settings
from emulator.site import Site

SITES = ("a", "b", "c")
NOWHERE = "http://127.0.0.1:9/nobody"  # nothing listens there: every attempt is refused at once
START = datetime(2026, 3, 1, tzinfo=UTC)
FAULTS = (
    {"error": "RESOURCE_EXHAUSTED"},
    {"status": 503},
    {"chaos": "duplicate"},
    {"chaos": "reorder"},
    {"delayMs": 0},
)
OPERATIONS = ("createFulfillment", "updateFulfillment", "deleteFulfillment", "bulkCreateFulfillments")

sites = st.sampled_from(SITES)
positions = st.integers(0, 7)

Json = dict[str, Any]


class Sites(RuleBasedStateMachine):
    """After each step only the site that was called may be another than before."""

    def __init__(self) -> None:
        super().__init__()
        self.start(self.settings())
        self.fresh = {name: self.site(name).fingerprint() for name in SITES}
        self.fingerprints = dict(self.fresh)
        self.snapshots: list[tuple[str, Json]] = []
        self.touched: set[str] = set()

    def settings(self) -> Settings:
        return Settings(
            random_seed=5,
            time=START,
            delivery="manual",
            sites_max=20,
            seed=("docs",),
            deliveries_max=200,
            check_responses=True,
        )

    def start(self, settings: Settings) -> None:
        self.app: Gateway = create_app(settings)
        self.client = TestClient(self.app)
        self.client.__enter__()

    def teardown(self) -> None:
        self.stop()

    def stop(self) -> None:
        self.client.__exit__(None, None, None)

    @initialize()
    def subscribe(self) -> None:
        self.control("a", "POST", "webhooks", {"url": NOWHERE})
        self.control("b", "POST", "webhooks", {"url": NOWHERE, "format": "sdk"})

    @rule(name=sites, count=st.integers(1, 3), quantity=st.integers(1, 4))
    def make_orders(self, name: str, count: int, quantity: int) -> None:
        self.control(name, "POST", "orders", {"count": count, "order": {"lineItems": [{"quantity": quantity}]}})

    @rule(name=sites, position=positions, quantity=st.integers(1, 3), number=st.sampled_from(["1", "2", None]))
    def ship(self, name: str, position: int, quantity: int, number: str | None) -> None:
        order = self.order(name, position)
        parcel = {} if number is None else {"trackingInfo": {"trackingNumber": number, "shippingProvider": "dhl"}}
        items = [{"id": order.line_items[0].id, "quantity": quantity}]
        path = f"orders/{order.id}/create-fulfillment"
        self.call(name, "POST", path, {"fulfillment": {"lineItems": items, **parcel}})

    @rule(name=sites, position=positions, status=st.sampled_from(["Ready", "Fulfilled", "Lost"]))
    def report(self, name: str, position: int, status: str) -> None:
        order = self.order(name, position)
        for fulfillment in order.fulfillments[:1]:
            self.call(name, "PATCH", f"{fulfillment.id}/orders/{order.id}", {"fulfillment": {"status": status}})

    @rule(name=sites, position=positions)
    def withdraw(self, name: str, position: int) -> None:
        order = self.order(name, position)
        for fulfillment in order.fulfillments[:1]:
            self.call(name, "DELETE", f"{fulfillment.id}/orders/{order.id}")

    @rule(name=sites, position=positions, lifecycle=st.sampled_from(["on", "off", "1s,1s,1s,1s,1s"]))
    def let_walk(self, name: str, position: int, lifecycle: str) -> None:
        self.control(name, "POST", f"orders/{self.order(name, position).id}/lifecycle", {"lifecycle": lifecycle})

    @rule(name=sites, effect=st.sampled_from(FAULTS), operation=st.sampled_from(OPERATIONS), skip=st.integers(0, 2))
    def arm(self, name: str, effect: Json, operation: str, skip: int) -> None:
        self.control(name, "POST", "faults", {"operation": operation, "effect": effect, "skip": skip})

    @rule(name=sites, seconds=st.sampled_from([1, 60, 3_600, 200_000]))
    def advance(self, name: str, seconds: int) -> None:
        before = self.site(name).clock.now()
        self.control(name, "POST", "clock/advance", {"seconds": seconds})
        moved = self.site(name).clock.now() - before
        assert moved.total_seconds() == seconds
        assert self.site(name).is_idle

    @rule(name=sites)
    def settle(self, name: str) -> None:
        self.control(name, "POST", "settle", {})
        assert self.site(name).is_idle

    @rule(name=sites)
    def save(self, name: str) -> None:
        document = self.control(name, "GET", "state")
        assert document["fingerprint"] == self.site(name).fingerprint()
        self.snapshots.append((self.site(name).fingerprint(), document))

    @precondition(lambda self: self.snapshots)
    @rule(name=sites, position=positions)
    def load(self, name: str, position: int) -> None:
        fingerprint, document = self.snapshots[position % len(self.snapshots)]
        answer = self.control(name, "PUT", "state", document)
        assert answer["fingerprint"] == fingerprint == self.site(name).fingerprint()

    @precondition(lambda self: self.snapshots)
    @rule(name=sites, key=st.sampled_from(["orders", "outbox", "ids", "version"]))
    def load_a_wrong_one(self, name: str, key: str) -> None:
        before = self.site(name).fingerprint()
        document = {**self.snapshots[-1][1], key: "wrong"}
        answer = self.client.put("/_emulator/state", json=document, headers={"wix-site-id": name})
        assert answer.status_code == 400
        assert self.site(name).fingerprint() == before

    @rule(name=sites)
    def reset(self, name: str) -> None:
        answer = self.control(name, "POST", "reset", {})
        assert answer["fingerprint"] == self.fresh[name]
        assert self.site(name).journal.entries() == ()

    @invariant()
    def no_other_site_has_changed(self) -> None:
        for name in SITES:
            fingerprint = self.site(name).fingerprint()
            assert name in self.touched or fingerprint == self.fingerprints[name]
            self.fingerprints[name] = fingerprint
        self.touched.clear()

    @invariant()
    def nothing_is_fulfilled_beyond_what_was_ordered(self) -> None:
        for name in SITES:
            for order in self.site(name).store.orders():
                assert all(remaining >= 0 for remaining in order.remaining().values())

    @invariant()
    def every_delivery_waits_or_has_come_to_rest(self) -> None:
        for name in SITES:
            for delivery in self.site(name).outbox.deliveries():
                assert (delivery.due is not None) == (delivery.status == "waiting")

    @invariant()
    def every_answer_is_in_the_journal(self) -> None:
        for name in SITES:
            assert all(entry.ending == "answered" for entry in self.site(name).journal.entries())
            assert not any(entry.failure for entry in self.site(name).journal.entries())
            assert not self.site(name).requests_in_flight

    def site(self, name: str) -> Site:
        return self.app.emulator.sites.site(name)

    def order(self, name: str, position: int) -> Any:
        orders = self.site(name).store.orders()
        return orders[position % len(orders)]

    def control(self, name: str, method: str, path: str, body: Any = None) -> Any:
        self.touched.add(name)
        answer = self.client.request(method, f"/_emulator/{path}", json=body, headers={"wix-site-id": name})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, name: str, method: str, path: str, body: Any = None) -> None:
        self.touched.add(name)
        answer = self.client.request(method, f"/ecom/v1/fulfillments/{path}", json=body, headers={"wix-site-id": name})
        assert answer.status_code in (200, 400, 404, 409, 428, 429, 503), answer.text
        journal = self.client.get(f"/_emulator/requests?site={name}").json()["requests"]
        assert journal[-1]["requestId"] == answer.headers["x-wix-request-id"]


TestSites = Sites.TestCase
TestSites.settings = hypothesis_settings(max_examples=15, stateful_step_count=25)
