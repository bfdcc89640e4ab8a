"""Every documented limit, on its edge and just over it."""

from typing import Any

import pytest
from httpx2 import Response

from tests.api.shop import BASE, Shop, code, violations
from tests.factories import ITEM, guid

pytestmark = pytest.mark.rule("R105")

LINK = "https://parcels.example/"


def item_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def listing(shop: Shop, order_ids: Any) -> Response:
    return shop.client.post(f"{BASE}/list-by-ids", json={"orderIds": order_ids})


# Counts


@pytest.fixture
def large_order(shop: Shop) -> str:
    return shop.order({item_id(number): 2 for number in range(1, 301)})


def test_a_fulfillment_has_up_to_300_line_items(shop: Shop, large_order: str) -> None:
    assert shop.create(large_order, *[{"id": item_id(number)} for number in range(1, 301)]).status_code == 200
    assert shop.status(large_order) == "FULFILLED"


def test_a_fulfillment_with_301_line_items_is_refused(shop: Shop, large_order: str) -> None:
    items = [{"id": item_id(number), "quantity": 1} for number in range(1, 301)]
    assert violations(shop.create(large_order, *items, items[0])) == [("fulfillment.lineItems", "MAX_SIZE")]


def test_an_update_with_301_line_items_is_refused(shop: Shop) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    refused = shop.update(order_id, fulfillment_id, lineItems=[{"id": ITEM, "quantity": 1}] * 301)
    assert violations(refused) == [("fulfillment.lineItems", "MAX_SIZE")]


def test_a_fulfillment_needs_a_line_item(shop: Shop) -> None:
    body: dict[str, Any] = {"fulfillment": {"lineItems": []}}
    refused = shop.client.post(f"{BASE}/orders/{shop.order()}/create-fulfillment", json=body)
    assert violations(refused) == [("fulfillment.lineItems", "MIN_SIZE")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "fulfillment"),
        ({"fulfillment": None}, "fulfillment"),
        ({"fulfillment": {}}, "fulfillment.lineItems"),
        ({"fulfillment": {"lineItems": None}}, "fulfillment.lineItems"),
        ({"fulfillment": {"lineItems": [{}]}}, "fulfillment.lineItems[0].id"),
        ({"fulfillment": {"lineItems": [{"id": None}]}}, "fulfillment.lineItems[0].id"),
    ],
)
def test_a_required_field_is_required(shop: Shop, body: dict[str, Any], field: str) -> None:
    refused = shop.client.post(f"{BASE}/orders/{shop.order()}/create-fulfillment", json=body)
    assert violations(refused) == [(field, "REQUIRED_FIELD")]


def test_bulk_takes_up_to_100_orders(shop: Shop) -> None:
    answer = shop.bulk(*[(f"order {number}", {"lineItems": [{"id": ITEM}]}) for number in range(100)])
    assert (answer.status_code, len(answer.json()["results"])) == (200, 100)


def test_bulk_with_101_orders_is_refused(shop: Shop) -> None:
    refused = shop.bulk(*[(f"order {number}", {"lineItems": [{"id": ITEM}]}) for number in range(101)])
    assert violations(refused) == [("ordersWithFulfillments", "MAX_SIZE")]


def test_bulk_needs_an_order_and_an_entry_a_fulfillment(shop: Shop) -> None:
    assert violations(shop.bulk()) == [("ordersWithFulfillments", "MIN_SIZE")]
    assert violations(shop.bulk(("a",))) == [("ordersWithFulfillments[0].fulfillments", "MIN_SIZE")]


def test_list_by_ids_takes_1_to_100_orders(shop: Shop) -> None:
    assert listing(shop, ["a"]).status_code == 200
    assert listing(shop, [f"order {number}" for number in range(100)]).status_code == 200
    assert violations(listing(shop, [f"order {number}" for number in range(101)])) == [("orderIds", "MAX_SIZE")]
    assert violations(listing(shop, [])) == [("orderIds", "MIN_SIZE")]


def test_repeated_ids_count_towards_the_100(shop: Shop) -> None:
    assert violations(listing(shop, ["a"] * 101)) == [("orderIds", "MAX_SIZE")]


def test_fields_data_has_up_to_100_entries(shop: Shop) -> None:
    order_id = shop.order()
    entries = {f"key {number}": "" for number in range(101)}
    refused = shop.create(order_id, customInfo={"fieldsData": entries})
    assert violations(refused) == [("fulfillment.customInfo.fieldsData", "MAX_SIZE")]
    del entries["key 0"]
    assert shop.create(order_id, customInfo={"fieldsData": entries}).status_code == 200


# Quantities


def test_a_quantity_is_up_to_100000(shop: Shop) -> None:
    order_id = shop.order({ITEM: 100_000})
    assert violations(shop.create(order_id, {"id": ITEM, "quantity": 100_001})) == [
        ("fulfillment.lineItems[0].quantity", "MAX")
    ]
    assert shop.create(order_id, {"id": ITEM, "quantity": 100_000}).status_code == 200


@pytest.mark.parametrize("quantity", [0, -1, -(10**30)])
def test_a_quantity_is_at_least_1(shop: Shop, quantity: int) -> None:
    assert violations(shop.create(shop.order(), {"id": ITEM, "quantity": quantity})) == [
        ("fulfillment.lineItems[0].quantity", "MIN")
    ]


def test_a_quantity_may_be_written_with_a_point(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id, {"id": ITEM, "quantity": 2.0})
    assert '"quantity":2}' in shop.client.get(f"{BASE}/orders/{order_id}").text


@pytest.mark.parametrize("quantity", ["1", 1.5, True, [], {}])
def test_a_quantity_is_an_integer(shop: Shop, quantity: Any) -> None:
    assert violations(shop.create(shop.order(), {"id": ITEM, "quantity": quantity})) == [
        ("fulfillment.lineItems[0].quantity", "FORMAT")
    ]


# Texts


@pytest.mark.parametrize("field", ["trackingNumber", "shippingProvider"])
def test_number_and_provider_have_1_to_100_characters(shop: Shop, field: str) -> None:
    order_id = shop.order()
    tracking = {"trackingNumber": "1", "shippingProvider": "a", "trackingLink": LINK}
    path = f"fulfillment.trackingInfo.{field}"
    assert violations(shop.create(order_id, trackingInfo=tracking | {field: "x" * 101})) == [(path, "MAX_LENGTH")]
    assert violations(shop.create(order_id, trackingInfo=tracking | {field: ""})) == [(path, "MIN_LENGTH")]
    assert shop.create(order_id, trackingInfo=tracking | {field: "ü" * 100}).status_code == 200


def test_a_link_has_up_to_2048_characters(shop: Shop) -> None:
    order_id = shop.order()
    longest = LINK.ljust(2048, "x")
    refused = shop.create(order_id, trackingInfo={"trackingLink": longest + "x"})
    assert violations(refused) == [("fulfillment.trackingInfo.trackingLink", "MAX_LENGTH")]
    assert shop.create(order_id, trackingInfo={"trackingLink": longest}).status_code == 200


@pytest.mark.parametrize(
    "link", ["parcels.example", "ftp://a", "javascript:alert(1)", "https://", "https://a b", "//a"]
)
def test_a_link_is_a_web_url(shop: Shop, link: str) -> None:
    refused = shop.create(shop.order(), trackingInfo={"trackingLink": link})
    assert violations(refused) == [("fulfillment.trackingInfo.trackingLink", "FORMAT")]


def test_an_empty_link_is_too_short_or_no_url(shop: Shop) -> None:
    refused = shop.create(shop.order(), trackingInfo={"trackingLink": ""})
    assert [field for field, _ in violations(refused)] == ["fulfillment.trackingInfo.trackingLink"]


@pytest.mark.rule("R108")
@pytest.mark.parametrize(
    "status", ["pending", "FULFILLED", "In Delivery", "InDelivery", "IN_DELIVERY", "Sent", "", " Ready"]
)
def test_the_status_set_is_closed_and_case_sensitive(shop: Shop, status: str) -> None:
    order_id = shop.order()
    fulfillment_id = shop.created(order_id)
    for refused in (shop.create(order_id, status=status), shop.update(order_id, fulfillment_id, status=status)):
        assert violations(refused) == [("fulfillment.status", "INVALID_ENUM_VALUE")]


# Ids


@pytest.mark.rule("R127")
def test_an_order_id_has_1_to_100_characters_and_needs_not_be_a_guid(shop: Shop) -> None:
    longest = "x" * 100
    shop.order(id=longest)
    assert shop.create(longest).status_code == 200
    assert code(shop.client.get(f"{BASE}/orders/{'y' * 100}")) == (404, "ORDER_NOT_FOUND")
    for refused in (
        shop.create("y" * 101),
        shop.client.get(f"{BASE}/orders/{'y' * 101}"),
        shop.delete("y" * 101, guid(1)),
    ):
        assert violations(refused) == [("orderId", "MAX_LENGTH")]
    assert violations(shop.client.get(f"/ecom/v1/orders/{'y' * 101}")) == [("id", "MAX_LENGTH")]


@pytest.mark.rule("R127")
def test_an_order_id_in_a_body_has_1_to_100_characters(shop: Shop) -> None:
    assert violations(listing(shop, ["", "y" * 101, "y" * 100, 5, None])) == [
        ("orderIds[0]", "MIN_LENGTH"),
        ("orderIds[1]", "MAX_LENGTH"),
        ("orderIds[3]", "FORMAT"),
        ("orderIds[4]", "REQUIRED_FIELD"),
    ]
    one = {"lineItems": [{"id": ITEM}]}
    assert violations(shop.bulk(("", one), ("y" * 101, one))) == [
        ("ordersWithFulfillments[0].orderId", "MIN_LENGTH"),
        ("ordersWithFulfillments[1].orderId", "MAX_LENGTH"),
    ]


@pytest.mark.parametrize(
    "text", ["1", "g" * 36, guid(1)[:-1], guid(1) + "0", guid(1).replace("-", ""), f"{{{guid(1)}}}", "a%20b"]
)
def test_a_fulfillment_id_is_a_guid(shop: Shop, text: str) -> None:
    order_id = shop.order()
    assert violations(shop.update(order_id, text)) == [("fulfillment.id", "FORMAT")]
    assert violations(shop.delete(order_id, text)) == [("fulfillmentId", "FORMAT")]


@pytest.mark.parametrize("text", ["1", "", "g" * 36, ITEM.replace("-", "")])
def test_a_line_item_id_is_a_guid(shop: Shop, text: str) -> None:
    assert violations(shop.create(shop.order(), {"id": text})) == [("fulfillment.lineItems[0].id", "FORMAT")]
