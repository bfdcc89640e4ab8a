"""The Orders API over HTTP: what it takes, what it answers, what it refuses."""

from typing import Any

import pytest
from httpx2 import Response

from tests.api.shop import Shop, code, violations
from tests.domain.purchases import line_item, wire_draft
from tests.factories import ITEM, guid

ORDERS = "/ecom/v1/orders"
UNKNOWN = guid(404)


def create(shop: Shop, settings: dict[str, Any] | None = None, **fields: Any) -> Response:
    body = {"order": wire_draft(**fields)} | ({"settings": settings} if settings is not None else {})
    return shop.client.post(ORDERS, json=body)


def created(shop: Shop, **fields: Any) -> dict[str, Any]:
    answer = create(shop, **fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["order"])


def update(shop: Shop, order_id: str, **fields: Any) -> Response:
    return shop.client.patch(f"{ORDERS}/{order_id}", json={"order": fields})


def bulk_update(shop: Shop, *orders: dict[str, Any], **fields: Any) -> Response:
    body = {"orders": [{"order": one} for one in orders], **fields}
    return shop.client.post("/ecom/v1/bulk/orders/update", json=body)


def cancel(shop: Shop, order_id: str, **fields: Any) -> Response:
    return shop.client.post(f"{ORDERS}/{order_id}/cancel", json=fields)


def set_status(shop: Shop, order_id: str, status: str) -> Response:
    return shop.client.post(f"{ORDERS}/{order_id}/update-status", json={"status": status})


def pay(shop: Shop, order_id: str) -> Response:
    return shop.client.post(f"/ecom/v1/payments-collector/orders/{order_id}/mark-as-paid")


def held(shop: Shop, order_id: str) -> dict[str, Any]:
    return dict(shop.client.get(f"{ORDERS}/{order_id}").json()["order"])


def history(shop: Shop, order_id: str) -> list[str]:
    return [one["type"] for one in held(shop, order_id).get("activities", ())]


# Create Order


@pytest.mark.rule("R203", "R402")
def test_a_created_order_is_answered_and_found(shop: Shop) -> None:
    answer = create(shop)
    assert (answer.status_code, set(answer.json())) == (200, {"order"})
    order = answer.json()["order"]
    assert order == held(shop, order["id"])
    assert (order["number"], order["status"], order["paymentStatus"]) == ("10001", "INITIALIZED", "NOT_PAID")
    assert order["lineItems"][0] == {"id": ITEM, **line_item()}


@pytest.mark.rule("R403")
@pytest.mark.parametrize(
    ("sent", "fields", "status"),
    [
        (None, {"priceSummary": {"total": {"amount": "0"}}}, "APPROVED"),
        ({}, {"priceSummary": {"total": {"amount": "0"}}}, "APPROVED"),
        ({"orderApprovalStrategy": "DEFAULT"}, {}, "INITIALIZED"),
        (
            {"orderApprovalStrategy": "PAYMENT_RECEIVED"},
            {"priceSummary": {"total": {"amount": "0"}}},
            "INITIALIZED",
        ),
        ({"orderApprovalStrategy": "PAYMENT_RECEIVED"}, {"paymentStatus": "PAID"}, "APPROVED"),
        ({"notifications": {"sendNotificationToBuyer": False}}, {}, "INITIALIZED"),
    ],
)
def test_the_strategy_and_the_payment_decide_about_the_approval(
    shop: Shop, sent: dict[str, Any] | None, fields: dict[str, Any], status: str
) -> None:
    assert create(shop, sent, **fields).json()["order"]["status"] == status


@pytest.mark.rule("R403")
def test_an_unknown_strategy_is_refused(shop: Shop) -> None:
    answer = create(shop, {"orderApprovalStrategy": "ALWAYS"})
    assert violations(answer) == [("settings.orderApprovalStrategy", "INVALID_ENUM_VALUE")]


@pytest.mark.rule("R401")
def test_unknown_fields_are_kept_and_money_stays_text(shop: Shop) -> None:
    sent = {
        "customFields": [{"title": "Gift?", "value": None}],
        "cartId": guid(9),
        "priceSummary": {"total": {"amount": "025.500"}},
    }
    order = held(shop, created(shop, **sent)["id"])
    assert (order["cartId"], order["priceSummary"]) == (guid(9), sent["priceSummary"])
    assert order["customFields"][0]["title"] == "Gift?"


@pytest.mark.rule("R401")
@pytest.mark.parametrize("name", ["fulfillment_status", "line_items", "status_", "created_date", "__class__"])
def test_an_unknown_field_of_any_name_breaks_nothing(shop: Shop, name: str) -> None:
    assert create(shop, **{name: {"a": 1}}).status_code == 200


@pytest.mark.rule("R201", "R402")
def test_everything_that_is_missing_is_told_at_once(shop: Shop) -> None:
    answer = shop.client.post(ORDERS, json={"order": {"lineItems": [{"itemType": {"preset": "DIGITAL"}}]}})
    assert sorted(violations(answer)) == sorted(
        (f"order.{path}", "REQUIRED_FIELD")
        for path in (
            "lineItems[0].productName",
            "lineItems[0].catalogReference",
            "lineItems[0].quantity",
            "lineItems[0].price",
            "channelInfo",
            "priceSummary",
        )
    )


@pytest.mark.rule("R402")
def test_an_order_without_anything_is_refused(shop: Shop) -> None:
    assert violations(shop.client.post(ORDERS, json={})) == [("order", "REQUIRED_FIELD")]


@pytest.mark.rule("R402")
def test_a_digital_line_item_needs_its_file(shop: Shop) -> None:
    digital = line_item(itemType={"preset": "DIGITAL"})
    assert violations(create(shop, lineItems=[digital])) == [("order.lineItems[0]", "REQUIRED_FIELD")]
    assert create(shop, lineItems=[digital | {"digitalFile": {"fileId": "f_1"}}]).status_code == 200


@pytest.mark.rule("R402")
def test_two_line_items_of_one_id_are_refused(shop: Shop) -> None:
    answer = create(shop, lineItems=[line_item(id=guid(7)), line_item(id=guid(7))])
    assert violations(answer) == [("order.lineItems", "OTHER")]


@pytest.mark.rule("R402")
@pytest.mark.parametrize("count", [0, 301])
def test_an_order_has_1_to_300_line_items(shop: Shop, count: int) -> None:
    assert create(shop, lineItems=[line_item()] * 300).status_code == 200
    assert [field for field, _ in violations(create(shop, lineItems=[line_item()] * count))] == ["order.lineItems"]


@pytest.mark.rule("R402")
def test_a_purchase_in_the_future_is_refused_by_the_sites_clock(shop: Shop) -> None:
    shop.client.put("/_emulator/clock", json={"now": "2020-01-01T00:00:00Z"})
    assert create(shop, purchasedDate="2019-12-31T00:00:00Z").status_code == 200
    assert code(create(shop, purchasedDate="2020-01-01T00:00:00.001Z")) == (
        400,
        "PURCHASED_DATE_CANNOT_BE_IN_FUTURE",
    )


@pytest.mark.rule("R402")
@pytest.mark.parametrize("amount", [25, 25.0, "25,00", "", None])
def test_money_that_is_no_decimal_in_a_string_is_refused(shop: Shop, amount: Any) -> None:
    answer = create(shop, priceSummary={"total": {"amount": amount}})
    assert [field for field, _ in violations(answer)] == ["order.priceSummary.total.amount"]


# Update Order


@pytest.mark.rule("R404")
def test_an_update_answers_with_the_whole_order(shop: Shop) -> None:
    order_id = shop.order(buyerNote="ring twice")
    answer = update(shop, order_id, archived=True, buyerInfo={"email": "new@example.com"})
    assert (answer.status_code, set(answer.json())) == (200, {"order"})
    order = answer.json()["order"]
    assert order == held(shop, order_id)
    assert (order["archived"], order["buyerInfo"]["email"], order["buyerNote"]) == (
        True,
        "new@example.com",
        "ring twice",
    )


@pytest.mark.rule("R204", "R404")
def test_the_path_says_which_order_is_updated(shop: Shop) -> None:
    mine, other = shop.order(), shop.order()
    assert update(shop, mine, id=other, archived=True).json()["order"]["id"] == mine
    assert held(shop, other).get("archived") is not True


@pytest.mark.rule("R404")
def test_an_update_leaves_the_fields_that_it_is_not_for(shop: Shop) -> None:
    order_id = shop.order()
    before = held(shop, order_id)
    answer = update(shop, order_id, number="7", status="CANCELED", lineItems=[], priceSummary={}, cartId=guid(1))
    assert answer.json()["order"] == before


@pytest.mark.rule("R404")
def test_null_removes_but_not_the_buyer(shop: Shop) -> None:
    order_id = shop.order(buyerLanguage="en", buyerInfo={"email": "old@example.com"})
    assert "buyerLanguage" not in update(shop, order_id, buyerLanguage=None).json()["order"]
    assert violations(update(shop, order_id, buyerInfo=None)) == [("order.buyerInfo", "REQUIRED_FIELD")]
    assert held(shop, order_id)["buyerInfo"]["email"] == "old@example.com"


@pytest.mark.rule("R201", "R404")
def test_an_update_with_wrong_values_is_refused_whole(shop: Shop) -> None:
    order_id = shop.order(archived=False)
    answer = update(shop, order_id, archived=True, weightUnit="STONE", billingInfo={"contactDetails": None})
    assert violations(answer) == [
        ("order.weightUnit", "INVALID_ENUM_VALUE"),
        ("order.billingInfo.contactDetails", "REQUIRED_FIELD"),
    ]
    assert held(shop, order_id)["archived"] is False


@pytest.mark.rule("R405")
@pytest.mark.parametrize(("status", "refusal"), [("PENDING", "ORDER_IS_PENDING"), ("REJECTED", "ORDER_IS_REJECTED")])
def test_an_order_that_is_not_settled_is_neither_updated_nor_canceled(shop: Shop, status: str, refusal: str) -> None:
    order_id = shop.order(status=status)
    assert code(update(shop, order_id, archived=True)) == (428, refusal)
    assert code(cancel(shop, order_id)) == (428, refusal)


# Bulk Update Orders


@pytest.mark.rule("R122", "R404")
def test_a_bulk_update_answers_one_result_an_entry(shop: Shop) -> None:
    fine, pending = shop.order(), shop.order(status="PENDING")
    answer = bulk_update(
        shop, {"id": fine, "archived": True}, {"id": pending, "archived": True}, {"id": UNKNOWN, "archived": True}
    )
    assert answer.status_code == 200
    body = answer.json()
    assert [
        one["itemMetadata"] | {"error": one["itemMetadata"].get("error", {}).get("code")} for one in body["results"]
    ] == [
        {"id": fine, "originalIndex": 0, "success": True, "error": None},
        {"id": pending, "originalIndex": 1, "success": False, "error": "ORDER_IS_PENDING"},
        {"id": UNKNOWN, "originalIndex": 2, "success": False, "error": "ORDER_NOT_FOUND"},
    ]
    assert body["bulkActionMetadata"] == {"totalSuccesses": 1, "totalFailures": 2, "undetailedFailures": 0}
    assert held(shop, fine)["archived"] is True


@pytest.mark.rule("R122")
@pytest.mark.parametrize(
    ("fields", "has_item"), [({"returnEntity": True}, True), ({"returnEntity": False}, False), ({}, False)]
)
def test_a_bulk_update_answers_with_the_orders_if_told_to(shop: Shop, fields: dict[str, Any], has_item: bool) -> None:
    order_id = shop.order()
    (result,) = bulk_update(shop, {"id": order_id, "archived": True}, **fields).json()["results"]
    assert result.get("item") == (held(shop, order_id) if has_item else None)


@pytest.mark.rule("R122")
@pytest.mark.parametrize(("count", "rule"), [(0, "MIN_SIZE"), (101, "MAX_SIZE")])
def test_a_bulk_update_takes_1_to_100_orders(shop: Shop, count: int, rule: str) -> None:
    order_id = shop.order()
    assert bulk_update(shop, *[{"id": order_id}] * 100).status_code == 200
    assert violations(bulk_update(shop, *[{"id": order_id}] * count)) == [("orders", rule)]


@pytest.mark.rule("R201")
def test_a_wrong_value_refuses_the_whole_bulk_update(shop: Shop) -> None:
    order_id = shop.order(archived=False)
    answer = bulk_update(
        shop, {"id": order_id, "archived": True}, {"archived": True}, {"id": order_id, "archived": "no"}
    )
    assert violations(answer) == [("orders[1].order.id", "REQUIRED_FIELD"), ("orders[2].order.archived", "FORMAT")]
    assert held(shop, order_id)["archived"] is False


# Cancel Order, Update Order Status, Mark Order As Paid, List Transactions


@pytest.mark.rule("R408")
def test_a_canceled_order_is_answered_and_can_be_fulfilled_no_more(shop: Shop) -> None:
    order_id = shop.order()
    shop.created(order_id)
    answer = cancel(shop, order_id, sendOrderCanceledEmail=True, customMessage="Sorry!", restockAllItems=True)
    assert (answer.status_code, answer.json()["order"]["status"]) == (200, "CANCELED")
    assert len(shop.fulfillments(order_id)) == 1
    assert code(shop.create(order_id)) == (428, "ORDER_NOT_APPROVED")


@pytest.mark.rule("R408")
def test_canceling_twice_answers_the_same(shop: Shop) -> None:
    order_id = shop.order()
    assert cancel(shop, order_id).json() == cancel(shop, order_id).json()


@pytest.mark.rule("R408")
@pytest.mark.parametrize(("length", "rule"), [(0, "MIN_LENGTH"), (1_001, "MAX_LENGTH")])
def test_a_message_to_the_buyer_has_1_to_1000_characters(shop: Shop, length: int, rule: str) -> None:
    assert violations(cancel(shop, shop.order(), customMessage="x" * length)) == [("customMessage", rule)]
    assert cancel(shop, shop.order(), customMessage="x" * 1_000).status_code == 200


@pytest.mark.rule("R407")
@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ("INITIALIZED", "APPROVED", None),
        ("APPROVED", "CANCELED", None),
        ("APPROVED", "APPROVED", (428, "STATUS_ALREADY_SET")),
        ("CANCELED", "APPROVED", (428, "UNSUPPORTED_TRANSITION")),
        ("APPROVED", "INITIALIZED", (400, "STATUS_NOT_SUPPORTED")),
    ],
)
def test_a_status_is_set_or_refused(shop: Shop, before: str, after: str, answer: tuple[int, str] | None) -> None:
    order_id = shop.order(status=before)
    found = set_status(shop, order_id, after)
    if answer is None:
        assert found.json()["order"]["status"] == after
    else:
        assert code(found) == answer
    assert held(shop, order_id)["status"] == (before if answer else after)


@pytest.mark.rule("R407")
@pytest.mark.parametrize(("body", "rule"), [({"status": "SHIPPED"}, "INVALID_ENUM_VALUE"), ({}, "REQUIRED_FIELD")])
def test_a_status_that_does_not_exist_is_refused(shop: Shop, body: dict[str, str], rule: str) -> None:
    answer = shop.client.post(f"{ORDERS}/{shop.order()}/update-status", json=body)
    assert violations(answer) == [("status", rule)]


@pytest.mark.rule("R409")
def test_a_paid_order_is_approved_and_cannot_be_paid_again(shop: Shop) -> None:
    order_id = created(shop)["id"]
    order = pay(shop, order_id).json()["order"]
    assert (order["id"], order["status"], order["paymentStatus"]) == (order_id, "APPROVED", "PAID")
    assert code(pay(shop, order_id)) == (428, "ORDER_ALREADY_PAID")


@pytest.mark.rule("R410")
def test_the_payment_of_an_order_is_listed_once_it_is_paid(shop: Shop) -> None:
    order_id = created(shop)["id"]
    path = f"/ecom/v1/payments/orders/{order_id}"
    assert shop.client.get(path).json() == {"orderTransactions": {"orderId": order_id, "payments": [], "refunds": []}}
    pay(shop, order_id)
    (payment,) = shop.client.get(path).json()["orderTransactions"]["payments"]
    assert payment["amount"] == {"amount": "25.00"}


@pytest.mark.rule("R125")
def test_every_call_refuses_an_unknown_order(shop: Shop) -> None:
    answers = [
        update(shop, UNKNOWN, archived=True),
        cancel(shop, UNKNOWN),
        set_status(shop, UNKNOWN, "APPROVED"),
        pay(shop, UNKNOWN),
        shop.client.get(f"/ecom/v1/payments/orders/{UNKNOWN}"),
    ]
    assert {code(answer) for answer in answers} == {(404, "ORDER_NOT_FOUND")}


# Activities


@pytest.mark.rule("R406")
def test_an_orders_history_is_told_with_it(shop: Shop) -> None:
    order_id = created(shop)["id"]
    pay(shop, order_id)
    parcel = {"trackingNumber": "1", "shippingProvider": "fedex"}
    fulfillment_id = shop.created(order_id, {"id": ITEM, "quantity": 1}, trackingInfo=parcel)
    shop.update(order_id, fulfillment_id, trackingInfo={"trackingNumber": "2"})
    shop.created(order_id, {"id": ITEM, "quantity": 1})
    shop.delete(order_id, fulfillment_id)
    cancel(shop, order_id)
    assert history(shop, order_id) == [
        "ORDER_PLACED",
        "ORDER_PAID",
        "TRACKING_NUMBER_ADDED",
        "TRACKING_NUMBER_EDITED",
        "ORDER_FULFILLED",
        "ORDER_NOT_FULFILLED",
        "ORDER_CANCELED",
    ]


@pytest.mark.rule("R406")
def test_a_tracking_number_is_noted_at_the_fulfillments_created_date(shop: Shop) -> None:
    order_id = created(shop, paymentStatus="PAID")["id"]
    shop.created(order_id, trackingInfo={"trackingNumber": "1", "shippingProvider": "ups"})
    (fulfillment,) = shop.fulfillments(order_id)
    noted = held(shop, order_id)["activities"][-1]
    assert noted == {"type": "TRACKING_NUMBER_ADDED", "createdDate": fulfillment["createdDate"]}
