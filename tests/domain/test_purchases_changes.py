"""An order is changed."""

from typing import Any

import pytest
from pydantic import ValidationError

from emulator.domain.orders import Order
from emulator.domain.purchases import cancel, change
from emulator.domain.refusals import OrderIsPending, OrderIsRejected
from emulator.domain.violations import violations_of
from emulator.domain.wire import format_timestamp
from tests.domain.purchases import LATER, patch, placed, wire
from tests.factories import ITEM, ORDER_ID, fulfillment, guid, order

PLACE = {"address": {"country": "GB", "city": "Bristol"}, "contactDetails": {"firstName": "Ada", "lastName": "Byron"}}
CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"buyerInfo": {"email": "new@example.com"}}, {"buyerInfo": {"contactId": guid(5), "email": "new@example.com"}}),
    ({"buyerLanguage": "de"}, {"buyerLanguage": "de"}),
    ({"weightUnit": "LB"}, {"weightUnit": "LB"}),
    ({"billingInfo": PLACE}, {"billingInfo": PLACE}),
    ({"archived": True}, {"archived": True}),
    ({"attributionSource": "FACEBOOK_ADS"}, {"attributionSource": "FACEBOOK_ADS"}),
    ({"seenByAHuman": True}, {"seenByAHuman": True}),
    ({"recipientInfo": PLACE}, {"recipientInfo": PLACE}),
    (
        {"shippingInfo": {"logistics": {"shippingDestination": PLACE}}},
        {"shippingInfo": {"title": "Standard", "logistics": {"deliveryTime": "soon", "shippingDestination": PLACE}}},
    ),
]


def changeable(**fields: Any) -> Order:
    return order(
        **{
            "buyerInfo": {"contactId": guid(5), "email": "old@example.com"},
            "buyerLanguage": "en",
            "weightUnit": "KG",
            "archived": False,
            "shippingInfo": {"title": "Standard", "logistics": {"deliveryTime": "soon"}},
            **fields,
        }
    )


@pytest.mark.rule("R404")
@pytest.mark.parametrize(("sent", "shown"), CHANGES, ids=[next(iter(sent)) for sent, _ in CHANGES])
def test_a_documented_field_can_be_changed_and_nothing_else_changes_with_it(
    sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    before = changeable()
    after = change(before, patch(**sent), now=LATER)
    assert wire(after) == wire(before) | shown | {"updatedDate": format_timestamp(LATER)}


@pytest.mark.rule("R404")
@pytest.mark.parametrize(
    "sent",
    [
        {"number": "7"},
        {"status": "CANCELED"},
        {"paymentStatus": "NOT_PAID"},
        {"fulfillmentStatus": "FULFILLED"},
        {"lineItems": []},
        {"priceSummary": {"total": {"amount": "0"}}},
        {"buyerNote": "ring twice"},
        {"activities": []},
        {"cartId": guid(3)},
        {"buyerInfo": {"contactId": guid(3)}},
        {"shippingInfo": {"title": "Express"}},
        {"shippingInfo": {"logistics": {"deliveryTime": "never"}}},
        {"seen_by_a_human": True},
    ],
    ids=str,
)
def test_any_other_field_is_left_alone(sent: dict[str, Any]) -> None:
    before = changeable()
    assert change(before, patch(**sent), now=LATER) is before


@pytest.mark.rule("R303", "R404")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"archived": False},
        {"buyerInfo": {}},
        {"buyerInfo": {"email": "old@example.com"}},
        {"recipientInfo": {}},
        {"billingInfo": {"address": None}},
        {"recipientInfo": {"contactDetails": {}}},
        {"shippingInfo": {"logistics": {}}},
        {"shippingInfo": {"logistics": {"shippingDestination": {}}}},
        {"attributionSource": None},
    ],
    ids=str,
)
def test_a_change_to_what_is_so_already_is_none(sent: dict[str, Any]) -> None:
    before = changeable()
    assert change(before, patch(**sent), now=LATER) is before


@pytest.mark.rule("R404")
@pytest.mark.parametrize(
    ("before", "sent", "path"),
    [
        ({"buyerLanguage": "en"}, {"buyerLanguage": None}, "buyerLanguage"),
        ({"weightUnit": "KG"}, {"weightUnit": None}, "weightUnit"),
        ({"archived": True}, {"archived": None}, "archived"),
        ({"seenByAHuman": True}, {"seenByAHuman": None}, "seenByAHuman"),
        ({"attributionSource": "FACEBOOK_ADS"}, {"attributionSource": None}, "attributionSource"),
        ({"buyerInfo": {"email": "a@example.com"}}, {"buyerInfo": {"email": None}}, "buyerInfo.email"),
        ({"billingInfo": PLACE}, {"billingInfo": {"address": None}}, "billingInfo.address"),
        ({"recipientInfo": PLACE}, {"recipientInfo": {"address": None}}, "recipientInfo.address"),
        (
            {"shippingInfo": {"logistics": {"shippingDestination": PLACE}}},
            {"shippingInfo": {"logistics": {"shippingDestination": {"address": None}}}},
            "shippingInfo.logistics.shippingDestination.address",
        ),
    ],
)
def test_null_removes(before: dict[str, Any], sent: dict[str, Any], path: str) -> None:
    changed = wire(change(changeable(**before), patch(**sent), now=LATER))
    *parents, leaf = path.split(".")
    for parent in parents:
        changed = changed[parent]
    assert leaf not in changed


@pytest.mark.rule("R404")
@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"buyerInfo": None}, "buyerInfo"),
        ({"billingInfo": {"contactDetails": None}}, "billingInfo.contactDetails"),
        ({"recipientInfo": {"contactDetails": None}}, "recipientInfo.contactDetails"),
        (
            {"shippingInfo": {"logistics": {"shippingDestination": {"contactDetails": None}}}},
            "shippingInfo.logistics.shippingDestination.contactDetails",
        ),
    ],
)
def test_null_does_not_remove_people(sent: dict[str, Any], path: str) -> None:
    with pytest.raises(ValidationError) as refused:
        patch(**sent)
    assert [(one.field, one.violated_rule) for one in violations_of(refused.value)] == [(path, "REQUIRED_FIELD")]


@pytest.mark.rule("R404")
def test_an_address_is_replaced_whole() -> None:
    changed = change(changeable(billingInfo=PLACE), patch(billingInfo={"address": {"country": "DE"}}), now=LATER)
    assert wire(changed)["billingInfo"] == {
        "address": {"country": "DE"},
        "contactDetails": {"firstName": "Ada", "lastName": "Byron"},
    }


@pytest.mark.rule("R404")
def test_an_address_keeps_the_fields_that_nothing_models() -> None:
    address = {"country": "DE", "streetAddress": {"number": "82", "name": "Dorota-Bolander-Straße"}}
    changed = change(changeable(), patch(recipientInfo={"address": address}), now=LATER)
    assert wire(changed)["recipientInfo"] == {"address": address}


@pytest.mark.rule("R404")
def test_a_null_inside_an_address_is_an_absent_field() -> None:
    before = changeable(billingInfo={"address": {"country": "DE"}})
    assert change(before, patch(billingInfo={"address": {"country": "DE", "city": None}}), now=LATER) is before


def test_a_change_keeps_the_fulfillments() -> None:
    before = changeable(fulfillments=[fulfillment(1)])
    after = change(before, patch(archived=True), now=LATER)
    assert (after.fulfillments, after.fulfillment_status) == (before.fulfillments, "PARTIALLY_FULFILLED")


@pytest.mark.rule("R404", "R412")
def test_a_change_keeps_the_microseconds_of_dates_that_it_does_not_name() -> None:
    moment = "2026-01-01T00:00:00.334567Z"
    activity = {"createdDate": moment, "type": "ORDER_PLACED"}
    before = changeable(createdDate=moment, purchasedDate=moment, activities=[activity])
    after = change(before, patch(archived=True), now=LATER)
    assert after == before.replaced(archived=True, updated_date=LATER)


@pytest.mark.rule("R128", "R129", "R404")
@pytest.mark.parametrize(
    ("held", "status"),
    [([], "NOT_FULFILLED"), ([fulfillment(1)], "PARTIALLY_FULFILLED"), ([fulfillment(1, {ITEM: 10})], "FULFILLED")],
)
def test_an_order_that_gets_a_destination_needs_shipping_from_then_on(held: list[Any], status: str) -> None:
    before = order(shippingInfo=None, fulfillments=held)
    after = change(before, patch(shippingInfo={"logistics": {"shippingDestination": PLACE}}), now=LATER)
    assert (before.fulfillment_status, after.fulfillment_status) == ("FULFILLED", status)


@pytest.mark.rule("R405")
@pytest.mark.parametrize(
    ("status", "refusal"), [("PENDING", OrderIsPending), ("REJECTED", OrderIsRejected)], ids=["pending", "rejected"]
)
def test_an_order_that_is_not_settled_is_neither_changed_nor_canceled(status: str, refusal: type[Exception]) -> None:
    unsettled = order(status=status)
    with pytest.raises(refusal, match=f"^order {ORDER_ID} is {status}; it can be neither updated nor canceled$"):
        change(unsettled, patch(archived=True), now=LATER)
    with pytest.raises(refusal):
        cancel(unsettled, now=LATER)


@pytest.mark.rule("R405")
@pytest.mark.parametrize("status", ["INITIALIZED", "APPROVED", "CANCELED"])
def test_any_other_order_can_be_changed(status: str) -> None:
    assert change(order(status=status), patch(archived=True), now=LATER).archived is True


@pytest.mark.rule("R401")
def test_such_an_unknown_field_survives_a_change() -> None:
    changed = change(placed(buyer_info=5), patch(archived=True), now=LATER)
    assert (wire(changed)["buyer_info"], changed.archived) == (5, True)
