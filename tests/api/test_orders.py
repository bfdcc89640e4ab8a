import pytest

from tests.api.shop import Shop, code
from tests.factories import ITEM


def test_an_order_is_answered_under_its_key(shop: Shop) -> None:
    order_id = shop.order({ITEM: 3}, number="777", buyerNote="ring twice")
    body = shop.client.get(f"/ecom/v1/orders/{order_id}").json()
    assert set(body) == {"order"}
    order = body["order"]
    assert (order["id"], order["number"], order["buyerNote"]) == (order_id, "777", "ring twice")
    assert (order["status"], order["paymentStatus"], order["fulfillmentStatus"]) == (
        "APPROVED",
        "PAID",
        "NOT_FULFILLED",
    )
    assert order["lineItems"][0] | {"id": ITEM, "quantity": 3} == order["lineItems"][0]


def test_an_order_does_not_show_its_fulfillments(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    assert "fulfillments" not in shop.client.get(f"/ecom/v1/orders/{order_id}").json()["order"]


@pytest.mark.rule("R128")
def test_the_fulfillment_status_and_updated_date_follow_the_fulfillments(shop: Shop) -> None:
    order_id = shop.order({ITEM: 2}, updatedDate="2020-01-01T00:00:00.000Z")
    assert shop.status(order_id) == "NOT_FULFILLED"
    fulfillment_id = shop.created(order_id)
    assert shop.status(order_id) == "PARTIALLY_FULFILLED"
    shop.created(order_id)
    assert shop.status(order_id) == "FULFILLED"
    shop.delete(order_id, fulfillment_id)
    order = shop.client.get(f"/ecom/v1/orders/{order_id}").json()["order"]
    assert order["fulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert order["updatedDate"] > "2020-01-01T00:00:00.000Z"


@pytest.mark.rule("R125", "R127")
@pytest.mark.parametrize("order_id", ["f0000000-0000-4000-8000-000000000404", "not-a-guid", "%E2%82%AC"])
def test_an_unknown_order_is_not_found(shop: Shop, order_id: str) -> None:
    assert code(shop.client.get(f"/ecom/v1/orders/{order_id}")) == (404, "ORDER_NOT_FOUND")


@pytest.mark.rule("R127")
@pytest.mark.parametrize(
    ("order_id", "path"), [("a b/c", "a%20b%2Fc"), ("ü", "%C3%BC"), ("%41", "%2541"), ("A", "%41")]
)
def test_an_order_id_may_hold_any_text(shop: Shop, order_id: str, path: str) -> None:
    shop.order(id=order_id)
    assert shop.client.get(f"/ecom/v1/orders/{path}").json()["order"]["id"] == order_id
