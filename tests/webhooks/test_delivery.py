"""Real receivers on real sockets, and the emulator as a process of its own."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Client

from tests.conftest import Server, start_server, stop_server
from tests.factories import ITEM
from tests.webhooks.receiver import Answer, Received, Receiver, receiving
from tests.webhooks.verifier import verify

Json = dict[str, Any]
FULFILLMENTS_UPDATED = "wix.ecom.v1.fulfillments_updated"
LADDER_S = 48 * 3_600
DRAFT = {"lineItems": [{"id": ITEM, "quantity": 1}]}


@dataclass(frozen=True)
class Shop:
    """A site of its own on a running emulator."""

    client: Client

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.client.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def subscribe(self, url: str, **fields: Any) -> None:
        self.call("POST", "/_emulator/webhooks", {"url": url, "eventTypes": [FULFILLMENTS_UPDATED], **fields})

    def orders(self, count: int = 1) -> list[str]:
        order = {"lineItems": [{"id": ITEM, "quantity": 100_000}]}
        made = self.call("POST", "/_emulator/orders", {"count": count, "order": order})
        return [one["id"] for one in made["orders"]]

    def fulfill(self, order_id: str) -> None:
        self.call("POST", f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment", {"fulfillment": DRAFT})

    def fulfill_all(self, order_ids: list[str]) -> None:
        """One event each, a hundred a call."""
        for start in range(0, len(order_ids), 100):
            entries = [{"orderId": one, "fulfillments": [DRAFT]} for one in order_ids[start : start + 100]]
            self.call(
                "POST", "/ecom/v1/fulfillments/orders/bulk/create-fulfillments", {"ordersWithFulfillments": entries}
            )

    def settle(self) -> Json:
        return self.call("POST", "/_emulator/settle", {})

    def advance(self, seconds: float) -> Json:
        return self.call("POST", "/_emulator/clock/advance", {"seconds": seconds})

    def deliveries(self) -> list[Json]:
        return list(self.call("GET", "/_emulator/deliveries")["deliveries"])

    def attempts(self) -> list[tuple[int | None, str | None]]:
        """What came of each attempt of the only delivery."""
        (delivery,) = self.deliveries()
        return [(one["status"], one["error"]) for one in delivery["attempts"]]


def shop_of(server: Server) -> Client:
    return Client(base_url=server.url, headers={"wix-site-id": str(uuid4())}, timeout=60)


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    with shop_of(server) as client:
        yield Shop(client)
        assert client.get("/_emulator/health").json()["status"] == "ok"


@pytest.fixture
def receiver(shop: Shop) -> Iterator[Receiver]:
    with receiving() as running:
        shop.subscribe(running.url)
        yield running


def sequences(received: list[Received]) -> list[int]:
    return [one.sequence for one in received]


def bodies(receiver: Receiver) -> set[bytes]:
    return {one.body for one in receiver.received}


@pytest.mark.rule("R301", "R304")
def test_a_receiver_gets_a_webhook_that_it_can_verify(shop: Shop, receiver: Receiver) -> None:
    (order_id,) = shop.orders()
    shop.fulfill(order_id)

    (request,) = receiver.wait_for(1)

    public_key = shop.client.get("/_emulator/public-key").text
    webhook = verify(request.body, public_key, datetime.now(UTC))
    assert request.headers["content-type"] == "text/plain"
    assert webhook.envelope["eventType"] == FULFILLMENTS_UPDATED
    assert webhook.event["entityId"] == order_id


@pytest.mark.rule("R307")
def test_a_receiver_gets_events_in_their_order(shop: Shop, receiver: Receiver) -> None:
    (order_id,) = shop.orders()
    for _ in range(30):
        shop.fulfill(order_id)
    assert sequences(receiver.wait_for(30)) == list(range(1, 31))


@pytest.mark.rule("R306")
def test_after_a_500_the_same_is_sent_again(shop: Shop, receiver: Receiver) -> None:
    receiver.answer(500)
    shop.fulfill(*shop.orders())
    receiver.wait_for(1)
    shop.settle()

    assert shop.advance(60)["delivered"] == 1

    assert shop.attempts() == [(500, None), (200, None)]
    assert len(bodies(receiver)) == 1


@pytest.mark.rule("R305", "R306")
def test_after_a_hang_the_same_is_sent_again(shop: Shop, receiver: Receiver) -> None:
    receiver.answer("hang")
    shop.fulfill(*shop.orders())
    shop.settle()

    assert shop.advance(60)["delivered"] == 1

    assert shop.attempts() == [(None, "no answer within 1250 ms"), (200, None)]
    assert len(bodies(receiver)) == 1


@pytest.mark.rule("R306")
def test_a_receiver_that_was_down_gets_what_it_missed(shop: Shop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    shop.subscribe(f"http://127.0.0.1:{port}/webhook")
    (order_id,) = shop.orders()
    shop.fulfill(order_id)
    shop.fulfill(order_id)
    assert shop.settle()["waiting"] == 2

    with receiving(port) as receiver:
        assert shop.advance(60)["delivered"] == 2
        assert sequences(receiver.received) == [1, 2]


@pytest.mark.rule("R306")
def test_the_whole_ladder_sends_the_same_bytes_thirteen_times(shop: Shop, receiver: Receiver) -> None:
    receiver.default = 503
    shop.fulfill(*shop.orders())
    receiver.wait_for(1)
    shop.settle()

    shop.advance(LADDER_S)

    assert (len(receiver.received), len(bodies(receiver))) == (13, 1)
    assert [one["status"] for one in shop.deliveries()] == ["exhausted"]


@pytest.mark.rule("R305")
def test_a_redirect_is_a_failure_and_leads_nowhere(shop: Shop, receiver: Receiver) -> None:
    receiver.answer(f"HTTP/1.1 302 Found\r\nlocation: {receiver.url}/other\r\ncontent-length: 0\r\n\r\n".encode())
    shop.fulfill(*shop.orders())
    shop.settle()
    assert shop.attempts() == [(302, None)]
    assert [one.path for one in receiver.received] == ["/webhook"]


def test_an_answer_of_ten_megabytes_is_an_answer(shop: Shop, receiver: Receiver) -> None:
    receiver.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n" + b"x" * 10_485_760)
    shop.fulfill(*shop.orders())
    shop.settle()
    assert shop.attempts() == [(200, None)]


def test_garbage_is_no_answer(shop: Shop, receiver: Receiver) -> None:
    receiver.answer(b"garbage\r\n\r\n")
    shop.fulfill(*shop.orders())
    shop.settle()
    ((status, error),) = shop.attempts()
    assert status is None
    assert error


def test_a_very_large_payload_arrives_whole(shop: Shop, receiver: Receiver) -> None:
    shop.orders()
    shop.call("POST", "/_emulator/events", {"eventType": FULFILLMENTS_UPDATED, "chaos": "very-large-payload"})
    (request,) = receiver.wait_for(1)
    verify(request.body, shop.client.get("/_emulator/public-key").text, datetime.now(UTC))
    assert len(request.body) > 1_000_000


def test_a_delivery_is_sent_again_on_demand(shop: Shop, receiver: Receiver) -> None:
    shop.fulfill(*shop.orders())
    shop.settle()
    (delivery,) = shop.deliveries()

    shop.call("POST", f"/_emulator/deliveries/{delivery['id']}/redeliver", {})

    assert shop.attempts() == [(200, None), (200, None)]
    assert (len(receiver.received), len(bodies(receiver))) == (2, 1)


def test_no_api_reply_waits_for_a_receiver_that_hangs(shop: Shop, receiver: Receiver) -> None:
    receiver.default = "hang"
    order_ids = shop.orders(20)
    for order_id in order_ids:
        shop.fulfill(order_id)
    # Had each reply waited, each delivery would have been attempted by now.
    attempted = [one for one in shop.deliveries() if one["attempts"]]
    assert len(attempted) < len(order_ids)


def test_a_reset_while_delivering_leaves_a_clean_log(shop: Shop, receiver: Receiver) -> None:
    receiver.answer("hang")
    shop.fulfill(*shop.orders())
    receiver.wait_for(1)
    shop.call("POST", "/_emulator/reset", {})
    assert shop.deliveries() == []

    shop.subscribe(receiver.url)
    (order_id,) = shop.orders()
    shop.fulfill(order_id)
    receiver.wait_for(2)
    shop.settle()

    assert [one["entityId"] for one in shop.deliveries()] == [order_id]
    assert shop.attempts() == [(200, None)]


@pytest.mark.rule("R307")
def test_two_thousand_deliveries_to_three_receivers_of_which_one_hangs(shop: Shop) -> None:
    with receiving() as first, receiving() as second, receiving() as hanging:
        hanging.default = "hang"
        for receiver in (first, hanging, second):
            shop.subscribe(receiver.url)
        order_ids = shop.orders(700)

        shop.fulfill_all(order_ids)

        for receiver in (first, second):
            assert [one.event["entityId"] for one in receiver.wait_for(700)] == order_ids
        assert len(hanging.received) < 700, "nobody waited for it"
        assert bodies(first) == bodies(second)
        logged = shop.deliveries()
        assert len(logged) == 2_100, "nothing is lost"
        assert {one["status"] for one in logged if one["subscription"]["url"] == hanging.url} == {"waiting"}


def test_on_shutdown_what_is_queued_is_still_sent() -> None:
    server = start_server("--seed", "empty")
    with receiving() as receiver:
        with shop_of(server) as client:
            shop = Shop(client)
            shop.subscribe(receiver.url)
            shop.fulfill_all(shop.orders(100))
        assert stop_server(server) == 0
        assert len(receiver.received) == 100


def test_a_receiver_that_hangs_does_not_keep_the_emulator_from_stopping() -> None:
    server = start_server("--seed", "empty")
    with receiving() as receiver:
        receiver.default = "hang"
        with shop_of(server) as client:
            shop = Shop(client)
            shop.subscribe(receiver.url)
            shop.fulfill_all(shop.orders(10))
            receiver.wait_for(1)
        assert stop_server(server) == 0


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"x: y\r\n"


def test_receivers_that_behave_badly_fail_in_time_and_hold_nobody_up(shop: Shop) -> None:
    answers: list[Answer] = ["hang", b"", b"\x00 garbage", b"HTTP/1.1 200 OK\r\nx", endless]
    with ExitStack() as stack:
        good, *bad = [stack.enter_context(receiving()) for _ in range(6)]
        for receiver, answer in zip(bad, answers, strict=True):
            receiver.default = answer
        for receiver in (*bad, good):
            shop.subscribe(receiver.url)
        (order_id,) = shop.orders()
        for _ in range(3):
            shop.fulfill(order_id)
        assert [one.sequence for one in good.wait_for(3)] == [1, 2, 3]
        assert shop.settle()["waiting"] == 15
    attempts = [attempt for one in shop.deliveries() for attempt in one["attempts"] if attempt["status"] is None]
    assert len(attempts) == 15
    assert all(attempt["error"] for attempt in attempts)
