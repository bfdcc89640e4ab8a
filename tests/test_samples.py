import tracemalloc
from typing import Any

import pytest
from pydantic import ValidationError

from emulator.domain.orders import Order
from emulator.domain.violations import first_violation
from emulator.ids import Ids
from emulator.samples import Samples
from tests.factories import ITEM, NOW, OTHER_ITEM, fulfillment, guid

SAMPLES = Samples()


def sample(seed: str = "1", **partial: Any) -> Order:
    return SAMPLES.order(partial, ids=Ids(seed), number="10001", now=NOW)


def shown(order: Order) -> dict[str, Any]:
    return order.model_dump(mode="json", exclude_none=True)


def test_an_order_of_nothing_is_approved_paid_and_shippable() -> None:
    order = sample()
    assert (order.status, order.payment_status, order.fulfillment_status) == ("APPROVED", "PAID", "NOT_FULFILLED")
    assert order.shipping_info is not None
    assert [(item.id, item.quantity) for item in order.line_items] == [(ITEM, 1)]
    assert order.created_date == order.updated_date == NOW


def test_an_order_of_nothing_is_believable() -> None:
    order = shown(sample())
    assert order["buyerInfo"]["email"].endswith("@example.com")
    address = order["shippingInfo"]["logistics"]["shippingDestination"]["address"]
    assert address["city"]
    assert address["addressLine"]
    assert [one["type"] for one in order["activities"]] == ["ORDER_PLACED", "ORDER_PAID"]


def test_the_summary_adds_up_what_the_line_items_cost() -> None:
    price = {"amount": "2.50", "formattedAmount": "$2.50"}
    items = [{"quantity": 3, "price": price}, {"quantity": 1, "price": price}]
    assert shown(sample(lineItems=items))["priceSummary"]["total"] == {"amount": "10.00", "formattedAmount": "$10.00"}


def test_ids_of_line_items_count_up() -> None:
    assert [item.id for item in sample(lineItems=[{}, {"quantity": 2}]).line_items] == [ITEM, OTHER_ITEM]


def test_equal_seeds_make_equal_orders_and_others_make_others() -> None:
    assert shown(sample("1")) == shown(sample("1"))
    assert shown(sample("1"))["buyerInfo"] != shown(sample("2"))["buyerInfo"]


def test_what_is_given_is_kept() -> None:
    order = sample(id="mine", number="7", status="PENDING", paymentStatus="NOT_PAID", currency="EUR", buyerNote="hi")
    assert (order.id, order.number, order.status) == ("mine", "7", "PENDING")
    assert shown(order)["buyerNote"] == "hi"
    assert [one["type"] for one in shown(order)["activities"]] == ["ORDER_PLACED"]


@pytest.mark.rule("R129")
def test_null_leaves_a_field_out() -> None:
    order = sample(shippingInfo=None)
    assert "shippingInfo" not in shown(order)
    assert order.fulfillment_status == "FULFILLED"


def test_a_fulfillment_needs_neither_id_nor_date() -> None:
    (made,) = sample(fulfillments=[{"lineItems": [{"id": ITEM, "quantity": 1}]}]).fulfillments
    assert made.id
    assert made.created_date == NOW


@pytest.mark.rule("R128")
def test_the_fulfillment_status_follows_the_given_fulfillments() -> None:
    order = sample(lineItems=[{"quantity": 2}], fulfillments=[fulfillment(1)], fulfillmentStatus="FULFILLED")
    assert order.fulfillment_status == "PARTIALLY_FULFILLED"
    assert order.fulfillments[0].id == guid(1)


@pytest.mark.parametrize(
    "partial",
    [
        {"status": "SHIPPED"},
        {"id": ""},
        {"lineItems": None},
        {"lineItems": 5},
        {"lineItems": [5]},
        {"lineItems": [{"quantity": 0}]},
        {"fulfillments": 5},
        {"fulfillments": [5]},
        {"fulfillments": [fulfillment(1, {ITEM: 9})]},
        {"createdDate": "yesterday"},
        {"paymentStatus": None},
    ],
)
def test_a_wrong_partial_order_is_refused(partial: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sample(**partial)


def test_a_misspelled_field_is_refused_with_what_was_meant() -> None:
    with pytest.raises(ValidationError) as refused:
        sample(lineitems=[{"quantity": 3}], mine=1)
    assert first_violation(refused.value) == "lineitems is unknown; did you mean lineItems?"


def test_a_generated_order_takes_a_dozen_kibibytes() -> None:
    made(2)  # what the first ones need besides stays out of it
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        orders = made(100)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / len(orders) < 12 * 1024


def made(count: int) -> list[Order]:
    ids = Ids("1")
    return [SAMPLES.order({}, ids=ids, number=str(number), now=NOW) for number in range(count)]
