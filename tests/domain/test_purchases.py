"""The life of an order: placed, approved, paid, changed, canceled."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from emulator.domain.order_parts import OrderStatus
from emulator.domain.orders import Order
from emulator.domain.purchases import (
    ApprovalStrategy,
    OrderDraft,
    OrderPatch,
    cancel,
    change,
    pay,
    place,
    set_status,
    transactions,
)
from emulator.domain.refusals import (
    OrderAlreadyPaid,
    OrderHasAuthorizedTransaction,
    OrderIsPending,
    OrderIsRejected,
    PurchasedDateInFuture,
    StatusAlreadySet,
    StatusNotSupported,
    UnsupportedTransition,
)
from emulator.domain.violations import violations_of
from emulator.domain.wire import format_timestamp
from tests.factories import ITEM, NOW, ORDER_ID, OTHER_ITEM, fulfillment, guid, order

STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)
LATER = NOW + timedelta(hours=1)


def line_item(**fields: Any) -> dict[str, Any]:
    return {
        "productName": {"original": "Coffee"},
        "catalogReference": {"catalogItemId": guid(1), "appId": guid(2)},
        "quantity": 2,
        "itemType": {"preset": "PHYSICAL"},
        "price": {"amount": "12.50"},
        **fields,
    }


def wire_draft(**fields: Any) -> dict[str, Any]:
    return {
        "lineItems": [line_item()],
        "channelInfo": {"type": "WEB"},
        "priceSummary": {"total": {"amount": "25.00"}},
        "shippingInfo": {"title": "Standard"},
        **fields,
    }


def draft(**fields: Any) -> OrderDraft:
    return OrderDraft.model_validate(wire_draft(**fields), by_alias=True, by_name=False)


def placed(strategy: ApprovalStrategy = "DEFAULT", **fields: Any) -> Order:
    return place(draft(**fields), order_id=ORDER_ID, number="10001", now=NOW, strategy=strategy)


def patch(**fields: Any) -> OrderPatch:
    return OrderPatch.model_validate(fields, by_alias=True, by_name=False)


def wire(made: Order) -> dict[str, Any]:
    return made.model_dump(mode="json", exclude_none=True)


def activities(made: Order) -> list[str]:
    return [one.type for one in made.activities or ()]


def refused_draft(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        draft(**fields)
    return [(one.field, one.violated_rule) for one in violations_of(refused.value)]


# Placing


def test_a_new_order_has_the_id_number_and_time_that_it_is_given() -> None:
    made = placed()
    assert (made.id, made.number, made.created_date, made.updated_date) == (ORDER_ID, "10001", NOW, NOW)


@pytest.mark.rule("R403")
def test_a_new_order_that_has_to_be_paid_is_initialized() -> None:
    made = placed()
    assert (made.status, made.payment_status, made.fulfillment_status) == ("INITIALIZED", "NOT_PAID", "NOT_FULFILLED")


@pytest.mark.rule("R403")
@pytest.mark.parametrize("amount", ["0", "0.00", "-0"])
def test_a_new_order_that_costs_nothing_is_approved(amount: str) -> None:
    made = placed(priceSummary={"total": {"amount": amount}})
    assert (made.status, made.payment_status) == ("APPROVED", "NOT_PAID")


@pytest.mark.rule("R403")
@pytest.mark.parametrize("summary", [{}, {"total": {"amount": "0.01"}}, {"subtotal": {"amount": "0"}}])
def test_an_order_whose_total_is_not_known_to_be_zero_waits(summary: dict[str, Any]) -> None:
    assert placed(priceSummary=summary).status == "INITIALIZED"


@pytest.mark.rule("R403")
@pytest.mark.parametrize("strategy", ["PAYMENT_RECEIVED", "PAYMENT_METHOD_SAVED"])
def test_the_other_strategies_wait_for_the_payment_even_of_nothing(strategy: ApprovalStrategy) -> None:
    assert placed(strategy, priceSummary={"total": {"amount": "0"}}).status == "INITIALIZED"


@pytest.mark.rule("R403")
@pytest.mark.parametrize("strategy", get_args(ApprovalStrategy))
def test_a_new_order_that_is_paid_already_is_approved(strategy: ApprovalStrategy) -> None:
    made = placed(strategy, paymentStatus="PAID")
    assert (made.status, made.payment_status) == ("APPROVED", "PAID")


@pytest.mark.rule("R403")
@pytest.mark.parametrize("payment_status", ["NOT_PAID", "PENDING", "PARTIALLY_PAID", "DECLINED"])
def test_any_other_payment_status_is_kept_and_approves_nothing(payment_status: str) -> None:
    made = placed(paymentStatus=payment_status)
    assert (made.status, made.payment_status) == ("INITIALIZED", payment_status)


@pytest.mark.rule("R129")
def test_a_new_order_that_is_approved_and_needs_no_shipping_is_fulfilled() -> None:
    assert placed(paymentStatus="PAID", shippingInfo=None).fulfillment_status == "FULFILLED"
    assert placed(paymentStatus="PAID").fulfillment_status == "NOT_FULFILLED"


@pytest.mark.rule("R402")
@pytest.mark.parametrize(
    "field",
    ["id", "number", "createdDate", "updatedDate", "status", "fulfillmentStatus", "activities", "fulfillments"],
)
@pytest.mark.parametrize("value", ["CANCELED", [{"type": "ORDER_PAID"}], 7])
def test_what_only_the_shop_decides_cannot_be_sent(field: str, value: Any) -> None:
    assert placed(**{field: value}) == placed()


@pytest.mark.rule("R401")
@pytest.mark.parametrize("field", ["fulfillment_status", "line_items", "created_date", "shipping_info"])
def test_a_field_that_is_named_as_our_own_attribute_is_nothing_but_an_unknown_field(field: str) -> None:
    made = placed(**{field: "whatever", "paymentStatus": "PAID"})  # type: ignore[arg-type]  # no strategy among them
    assert (made.fulfillment_status, made.created_date, len(made.line_items)) == ("NOT_FULFILLED", NOW, 1)


@pytest.mark.rule("R401")
def test_a_new_order_keeps_what_nothing_models() -> None:
    sent = wire_draft(
        cartId=guid(9),
        customFields=[{"title": "Gift?", "value": "yes"}],
        lineItems=[line_item(color="red", physicalProperties={"shippable": True, "hsCode": "0901"})],
        priceSummary={"total": {"amount": "25.00", "currency": "USD"}, "rounding": {"amount": "0.00"}},
    )
    shown = wire(placed(**sent))
    assert (shown["cartId"], shown["customFields"]) == (guid(9), sent["customFields"])
    assert shown["priceSummary"] == sent["priceSummary"]
    assert shown["lineItems"][0] == {"id": ITEM, **sent["lineItems"][0]}


@pytest.mark.rule("R401")
@pytest.mark.parametrize("amount", ["12.50", "12.5", "012.500", "-3", "0.000000001", "999999999999999.99"])
def test_money_stays_the_very_text_that_was_sent(amount: str) -> None:
    shown = wire(placed(lineItems=[line_item(price={"amount": amount})]))
    assert shown["lineItems"][0]["price"] == {"amount": amount}


@pytest.mark.rule("R402")
@pytest.mark.parametrize("sent_id", [None, ""])
def test_line_items_without_an_id_are_numbered(sent_id: str | None) -> None:
    made = placed(lineItems=[line_item(id=sent_id), line_item()])
    assert [item.id for item in made.line_items] == [ITEM, OTHER_ITEM]


@pytest.mark.rule("R402")
def test_a_line_item_keeps_its_own_id() -> None:
    made = placed(lineItems=[line_item(id=guid(7)), line_item()])
    assert [item.id for item in made.line_items] == [guid(7), ITEM]


@pytest.mark.rule("R402")
def test_a_line_item_without_an_id_does_not_get_that_of_another() -> None:
    made = placed(lineItems=[line_item(), line_item(id=ITEM)])
    assert [item.id for item in made.line_items] == [OTHER_ITEM, ITEM]


@pytest.mark.rule("R402")
def test_two_line_items_of_one_id_are_a_violation() -> None:
    assert refused_draft(lineItems=[line_item(id=guid(7)), line_item(id=guid(7).upper())]) == [("lineItems", "OTHER")]


@pytest.mark.rule("R402")
@pytest.mark.parametrize("field", ["lineItems", "channelInfo", "priceSummary"])
def test_a_new_order_cannot_do_without(field: str) -> None:
    sent = wire_draft()
    del sent[field]
    with pytest.raises(ValidationError) as refused:
        OrderDraft.model_validate(sent)
    assert [(one.field, one.violated_rule) for one in violations_of(refused.value)] == [(field, "REQUIRED_FIELD")]


@pytest.mark.rule("R402")
@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("productName", "productName"),
        ("catalogReference", "catalogReference"),
        ("quantity", "quantity"),
        ("itemType", "itemType"),
        ("price", "price"),
    ],
)
def test_a_new_line_item_cannot_do_without(field: str, path: str) -> None:
    item = line_item()
    del item[field]
    assert refused_draft(lineItems=[item]) == [(f"lineItems[0].{path}", "REQUIRED_FIELD")]


@pytest.mark.rule("R402")
@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("productName", {}, "productName.original"),
        ("catalogReference", {"appId": guid(2)}, "catalogReference.catalogItemId"),
        ("catalogReference", {"catalogItemId": guid(2)}, "catalogReference.appId"),
        ("price", {}, "price.amount"),
    ],
)
def test_nor_can_the_parts_of_a_line_item(field: str, value: Any, path: str) -> None:
    assert refused_draft(lineItems=[line_item(**{field: value})]) == [(f"lineItems[0].{path}", "REQUIRED_FIELD")]


@pytest.mark.rule("R402")
def test_a_digital_line_item_needs_its_file() -> None:
    assert refused_draft(lineItems=[line_item(itemType={"preset": "DIGITAL"})]) == [("lineItems[0]", "REQUIRED_FIELD")]


@pytest.mark.rule("R402")
def test_a_digital_line_item_with_its_file_keeps_it() -> None:
    file = {"fileId": "f_1.zip", "fileName": "beats.zip"}
    made = placed(lineItems=[line_item(itemType={"preset": "DIGITAL"}, digitalFile=file)])
    assert wire(made)["lineItems"][0]["digitalFile"] == file


@pytest.mark.rule("R402")
def test_a_line_items_id_is_a_guid_or_empty() -> None:
    assert refused_draft(lineItems=[line_item(id="1")])[0][0].startswith("lineItems[0].id")


@pytest.mark.rule("R402")
def test_a_purchase_in_the_future_is_refused() -> None:
    with pytest.raises(PurchasedDateInFuture) as refused:
        placed(purchasedDate="2026-03-01T12:00:00.001Z")
    assert refused.value.message == (
        "purchasedDate 2026-03-01T12:00:00.001Z lies in the future; it is 2026-03-01T12:00:00.000Z now"
    )
    assert refused.value.data == {"purchasedDate": "2026-03-01T12:00:00.001Z"}


@pytest.mark.rule("R402")
@pytest.mark.parametrize("purchased", ["2026-03-01T12:00:00Z", "2020-01-01T00:00:00Z", "2026-03-01T13:00:00+01:00"])
def test_a_purchase_now_or_before_is_fine(purchased: str) -> None:
    assert (placed(purchasedDate=purchased).purchased_date or LATER) <= NOW


@pytest.mark.rule("R406")
def test_a_new_orders_history_begins_with_its_placing_and_its_payment() -> None:
    assert activities(placed()) == ["ORDER_PLACED"]
    made = placed(paymentStatus="PAID")
    assert [(one.type, one.created_date) for one in made.activities or ()] == [
        ("ORDER_PLACED", NOW),
        ("ORDER_PAID", NOW),
    ]


# Changing

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


# Canceling


@pytest.mark.rule("R408")
@pytest.mark.parametrize("status", ["INITIALIZED", "APPROVED"])
def test_canceling_leaves_payment_and_fulfillments_as_they_are(status: str) -> None:
    before = order(status=status, fulfillments=[fulfillment(1)])
    after = cancel(before, now=LATER)
    assert (after.status, after.updated_date) == ("CANCELED", LATER)
    assert (after.payment_status, after.fulfillments) == (before.payment_status, before.fulfillments)
    assert after.fulfillment_status == before.fulfillment_status == "PARTIALLY_FULFILLED"


@pytest.mark.rule("R406", "R408")
def test_canceling_goes_into_the_history() -> None:
    (canceled,) = cancel(order(), now=LATER).activities or ()
    assert (canceled.type, canceled.created_date) == ("ORDER_CANCELED", LATER)


@pytest.mark.rule("R408")
def test_canceling_a_canceled_order_changes_nothing() -> None:
    canceled = order(status="CANCELED")
    assert cancel(canceled, now=LATER) is canceled


# Setting the status

FOLLOWING = {
    ("INITIALIZED", "APPROVED"),
    ("INITIALIZED", "CANCELED"),
    ("INITIALIZED", "PENDING"),
    ("INITIALIZED", "REJECTED"),
    ("PENDING", "APPROVED"),
    ("PENDING", "CANCELED"),
    ("PENDING", "REJECTED"),
    ("APPROVED", "CANCELED"),
}
PAIRS = [(present, wanted) for present in STATUSES for wanted in STATUSES]


@pytest.mark.rule("R407")
@pytest.mark.parametrize(("present", "wanted"), sorted(FOLLOWING))
def test_a_status_that_may_follow_is_set(present: OrderStatus, wanted: OrderStatus) -> None:
    after = set_status(order(status=present), wanted, now=LATER)
    assert (after.status, after.updated_date, after.payment_status) == (wanted, LATER, "PAID")


@pytest.mark.rule("R407")
@pytest.mark.parametrize(
    ("present", "wanted"),
    [pair for pair in PAIRS if pair not in FOLLOWING and pair[0] != pair[1] and pair[1] != "INITIALIZED"],
)
def test_a_status_that_may_not_follow_is_refused(present: OrderStatus, wanted: OrderStatus) -> None:
    with pytest.raises(UnsupportedTransition, match=f"is {present} and cannot become {wanted}") as refused:
        set_status(order(status=present), wanted, now=LATER)
    assert refused.value.data == {"orderId": ORDER_ID, "status": present, "requested": wanted}


@pytest.mark.rule("R407")
@pytest.mark.parametrize("status", [one for one in STATUSES if one != "INITIALIZED"])
def test_the_status_that_an_order_has_already_is_refused(status: OrderStatus) -> None:
    with pytest.raises(StatusAlreadySet, match=f"^order {ORDER_ID} is {status} already$"):
        set_status(order(status=status), status, now=LATER)


@pytest.mark.rule("R407")
@pytest.mark.parametrize("present", STATUSES)
def test_nothing_can_be_set_back_to_initialized(present: OrderStatus) -> None:
    message = "^INITIALIZED cannot be set; one of APPROVED, CANCELED, PENDING, REJECTED can$"
    with pytest.raises(StatusNotSupported, match=message):
        set_status(order(status=present), "INITIALIZED", now=LATER)


@pytest.mark.rule("R129", "R407")
def test_approving_an_order_that_needs_no_shipping_fulfills_it() -> None:
    assert set_status(order(status="PENDING", shippingInfo=None), "APPROVED", now=LATER).fulfillment_status == (
        "FULFILLED"
    )


@pytest.mark.rule("R406", "R407")
def test_only_canceling_goes_into_the_history() -> None:
    assert activities(set_status(order(status="PENDING"), "CANCELED", now=LATER)) == ["ORDER_CANCELED"]
    assert activities(set_status(order(status="PENDING"), "APPROVED", now=LATER)) == []


# Paying


@pytest.mark.rule("R409")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INITIALIZED", "APPROVED"),
        ("PENDING", "APPROVED"),
        ("APPROVED", "APPROVED"),
        ("CANCELED", "CANCELED"),
        ("REJECTED", "REJECTED"),
    ],
)
def test_paying_approves_an_order_that_waited_for_it(before: str, after: str) -> None:
    paid = pay(order(status=before, paymentStatus="NOT_PAID"), now=LATER)
    assert (paid.status, paid.payment_status, paid.updated_date) == (after, "PAID", LATER)


@pytest.mark.rule("R406", "R409")
def test_paying_goes_into_the_history() -> None:
    assert activities(pay(order(paymentStatus="NOT_PAID"), now=LATER)) == ["ORDER_PAID"]


@pytest.mark.rule("R129", "R409")
def test_paying_an_order_that_needs_no_shipping_fulfills_it() -> None:
    made = placed(shippingInfo=None)
    assert made.fulfillment_status == "NOT_FULFILLED"
    assert pay(made, now=LATER).fulfillment_status == "FULFILLED"


@pytest.mark.rule("R409")
def test_paying_twice_is_refused() -> None:
    with pytest.raises(OrderAlreadyPaid, match=f"^order {ORDER_ID} is paid already$"):
        pay(pay(order(paymentStatus="NOT_PAID"), now=LATER), now=LATER)


@pytest.mark.rule("R410")
def test_a_paid_order_has_one_offline_payment_of_its_total() -> None:
    total = {"amount": "25.00", "formattedAmount": "$25.00"}
    found = transactions(order(priceSummary={"total": total}))
    (payment,) = found["payments"]
    assert (found["orderId"], found["refunds"]) == (ORDER_ID, [])
    assert (payment["amount"], payment["status"]) == (total, "APPROVED")
    assert payment["regularPaymentDetails"]["offlinePayment"] is True


@pytest.mark.rule("R410")
def test_a_payment_has_the_same_id_whenever_it_is_asked_for() -> None:
    paid = order(priceSummary={"total": {"amount": "1"}})
    assert transactions(paid) == transactions(paid)


@pytest.mark.rule("R410")
@pytest.mark.parametrize(
    "fields",
    [
        {"paymentStatus": "NOT_PAID", "priceSummary": {"total": {"amount": "25.00"}}},
        {"priceSummary": {"subtotal": {"amount": "25.00"}}},
        {},
    ],
    ids=["not paid", "no total", "no sums"],
)
def test_an_order_without_a_payment_or_its_amount_has_none(fields: dict[str, Any]) -> None:
    assert transactions(order(**fields)) == {"orderId": ORDER_ID, "payments": [], "refunds": []}


@pytest.mark.rule("R401")
def test_such_an_unknown_field_survives_a_change() -> None:
    changed = change(placed(buyer_info=5), patch(archived=True), now=LATER)
    assert (wire(changed)["buyer_info"], changed.archived) == (5, True)


@pytest.mark.rule("R415")
def test_an_order_with_an_authorized_payment_is_not_canceled() -> None:
    waiting = placed(balanceSummary={"authorized": {"amount": "25.00"}})
    with pytest.raises(OrderHasAuthorizedTransaction) as refused:
        cancel(waiting, now=LATER)
    assert refused.value.status_name == "FAILED_PRECONDITION"


@pytest.mark.rule("R415")
def test_one_whose_payment_was_captured_is() -> None:
    captured = placed(balanceSummary={"authorized": {"amount": "0.00"}})
    assert cancel(captured, now=LATER).status == "CANCELED"
