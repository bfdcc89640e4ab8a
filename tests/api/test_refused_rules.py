"""A refusal names the rule that it follows, so that the explanation tells its evidence and its setting."""

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from emulator.app import create_app
from emulator.domain.behaviours import Behaviours
from emulator.settings import Settings
from tests.api.shop import BASE, Shop
from tests.factories import FOREIGN_ITEM, ITEM, guid

ORDERS = "/ecom/v1/orders"
FEDEX = {"trackingNumber": "12345", "shippingProvider": "fedex"}
TAKEN = [{"id": ITEM, "quantity": 1}]

Call = Callable[[Shop], Response]


def of_order(**fields: Any) -> Call:
    """Create a fulfillment of an approved order of ten."""
    return lambda shop: shop.client.post(
        f"{BASE}/orders/{shop.order()}/create-fulfillment", json={"fulfillment": {"lineItems": TAKEN} | fields}
    )


def again(**fields: Any) -> Call:
    """Create two fulfillments that are alike."""

    def call(shop: Shop) -> Response:
        order_id = shop.order()
        shop.created(order_id, **fields)
        return shop.create(order_id, **fields)

    return call


def changed(**fields: Any) -> Call:
    """Update a fulfillment."""

    def call(shop: Shop) -> Response:
        order_id = shop.order()
        return shop.update(order_id, shop.created(order_id), **fields)

    return call


def posted(path: str, body: Any) -> Call:
    return lambda shop: shop.client.post(path, json=body)


REFUSED: list[tuple[str, Call]] = [
    ("R101", lambda shop: shop.create(shop.order(status="INITIALIZED"))),
    ("R104", of_order(lineItems=[{"id": ITEM, "quantity": 11}])),
    ("R105", of_order(lineItems=[])),
    ("R105", of_order(lineItems=[{"id": ITEM, "quantity": 0}])),
    ("R105", of_order(trackingInfo={"trackingNumber": ""})),
    ("R105", of_order(customInfo={"fieldsData": {"key": 1}})),
    ("R105", changed(lineItems=[{"id": ITEM, "quantity": 0}])),
    ("R105", changed(trackingInfo={"trackingLink": "nowhere"})),
    ("R105", posted(f"{BASE}/list-by-ids", {"orderIds": []})),
    ("R105", posted(f"{BASE}/orders/bulk/create-fulfillments", {"ordersWithFulfillments": []})),
    ("R106", of_order(lineItems=[{"id": FOREIGN_ITEM}])),
    ("R108", of_order(status="Shipped")),
    ("R108", changed(status="ready")),
    ("R109", of_order(trackingInfo=FEDEX, customInfo={"fieldsData": {}})),
    ("R109", changed(trackingInfo=FEDEX, customInfo={"fieldsData": {}})),
    ("R113", of_order(trackingInfo={"trackingNumber": "1", "shippingProvider": "pigeon"})),
    ("R115", again(trackingInfo=FEDEX)),
    ("R119", changed(lineItems=[{"id": ITEM, "quantity": 2}])),
    ("R124", lambda shop: shop.delete(shop.order(), guid(404))),
    ("R125", lambda shop: shop.create("unknown")),
    ("R127", lambda shop: shop.create("x" * 101)),
    ("R201", of_order(completed="yes")),
    ("R402", posted(ORDERS, {"order": {}})),
    ("R404", lambda shop: shop.client.patch(f"{ORDERS}/{shop.order()}", json={"order": {"weightUnit": "STONE"}})),
    ("R407", lambda shop: shop.client.post(f"{ORDERS}/{shop.order()}/update-status", json={"status": "SHIPPED"})),
]


@pytest.mark.parametrize(("rule_id", "call"), REFUSED)
def test_a_refusal_names_its_rule(shop: Shop, rule_id: str, call: Call) -> None:
    answer = call(shop)
    assert answer.status_code >= 400
    assert answer.headers["x-emulator-rule"] == rule_id


@pytest.mark.parametrize(
    ("rule_id", "setting", "behaviours", "call"),
    [
        ("R102", "line_item_split", Behaviours(line_item_split="once"), again()),
        (
            "R116",
            "duplicate_tracking_scope",
            Behaviours(duplicate_tracking_scope="site"),
            lambda shop: [shop.create(shop.order(), trackingInfo=FEDEX) for _ in range(2)][1],
        ),
    ],
)
def test_what_a_setting_refuses_names_that_setting(
    rule_id: str, setting: str, behaviours: Behaviours, call: Call
) -> None:
    with TestClient(create_app(Settings(seed=("empty",), behaviours=behaviours))) as client:
        answer = call(Shop(client))
        assert answer.headers["x-emulator-rule"] == rule_id
        explained = client.get(answer.headers["x-emulator-explain"]).json()
        assert explained["refusal"]["rule"]["setting"] == setting
        assert setting in explained["refusal"]["howToFix"]
