"""An order is placed."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from emulator.domain.purchases import ApprovalStrategy, OrderDraft
from emulator.domain.refusals import PurchasedDateInFuture
from emulator.domain.violations import violations_of
from tests.domain.purchases import LATER, activities, line_item, placed, refused_draft, wire, wire_draft
from tests.factories import ITEM, NOW, ORDER_ID, OTHER_ITEM, guid


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
