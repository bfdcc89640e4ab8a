"""Two clients at once, each on a connection of its own to a real server: of the last unit there is one."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.conftest import Server
from tests.factories import ITEM

ROUNDS = 1_000
PATIENCE_S = 30
BASE = "/ecom/v1/fulfillments/orders"
Outcome = tuple[int, str | None]


class Client:
    """A connection that stays open, and calls one site on it."""

    def __init__(self, server: Server, site_id: str) -> None:
        self._connection = HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE_S)
        self._headers = {"wix-site-id": site_id, "content-type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        self._connection.request(method, path, body and json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def fulfill(self, order_id: str, **fields: Any) -> Outcome:
        draft = {"lineItems": [{"id": ITEM, "quantity": 1}], **fields}
        status, answer = self.call("POST", f"{BASE}/{order_id}/create-fulfillment", {"fulfillment": draft})
        return status, None if status == 200 else answer["details"]["applicationError"]["code"]

    def orders(self, count: int, quantity: int) -> list[str]:
        order = {"lineItems": [{"id": ITEM, "quantity": quantity, "productName": {"original": "Mug"}}]}
        status, answer = self.call("POST", "/_emulator/orders", {"count": count, "order": order})
        assert status == 200, answer
        return [one["id"] for one in answer["orders"]]

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def clients(server: Server) -> Iterator[list[Client]]:
    site_id = str(uuid4())
    made = [Client(server, site_id) for _ in range(2)]
    yield made
    for client in made:
        client.close()


def race(clients: list[Client], order_ids: list[str], **fields: Any) -> list[set[Outcome]]:
    """What came of each order, at which all clients begin at the same moment."""
    start = Barrier(len(clients), timeout=PATIENCE_S)

    def run(client: Client) -> list[Outcome]:
        outcomes = []
        for order_id in order_ids:
            start.wait()
            outcomes.append(client.fulfill(order_id, **fields))
        return outcomes

    with ThreadPoolExecutor(len(clients)) as pool:
        return [set(pair) for pair in zip(*pool.map(run, clients), strict=True)]


@pytest.mark.rule("R104")
def test_of_two_who_race_for_the_last_unit_exactly_one_gets_it_a_thousand_times(clients: list[Client]) -> None:
    order_ids = clients[0].orders(ROUNDS, quantity=1)
    outcomes = race(clients, order_ids)
    assert outcomes == [{(200, None), (400, "QUANTITY_EXCEEDS_REMAINING")}] * ROUNDS
    _, listed = clients[0].call("POST", "/ecom/v1/fulfillments/list-by-ids", {"orderIds": order_ids[:100]})
    assert [len(one["fulfillments"]) for one in listed["ordersWithFulfillments"]] == [1] * 100


@pytest.mark.rule("R115")
def test_of_two_with_the_same_tracking_number_exactly_one_gets_it_a_thousand_times(clients: list[Client]) -> None:
    order_ids = clients[0].orders(ROUNDS, quantity=2)
    outcomes = race(clients, order_ids, trackingInfo={"trackingNumber": "1", "shippingProvider": "dhl"})
    assert outcomes == [{(200, None), (409, "TRACKING_NUMBER_ALREADY_EXISTS")}] * ROUNDS
