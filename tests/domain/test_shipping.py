"""What is fulfilled, and what is given back."""

import pytest

from emulator.domain.fulfillments import FulfillmentDraft
from emulator.domain.refusals import FulfillmentNotFound, LineItemNotFound, OrderNotApproved, QuantityExceedsRemaining
from emulator.domain.shipping import withdraw
from tests.domain.shipping import FEDEX, created, fulfilled, held
from tests.factories import FOREIGN_ITEM, ITEM, NOW, ORDER_ID, OTHER_ITEM, draft, fulfillment, guid, order

# Creating


def test_a_fulfillment_gets_the_given_id_and_date() -> None:
    assert (created().id, created().created_date) == (guid(1), NOW)


@pytest.mark.rule("R121", "R130")
def test_a_new_fulfillment_comes_after_the_earlier_ones() -> None:
    before = order(fulfillments=[fulfillment(1)])
    assert [one.id for one in fulfilled(before, draft(), number=2).fulfillments] == [guid(1), guid(2)]


def test_the_given_order_is_left_as_it_was() -> None:
    before = order()
    fulfilled(before, draft())
    assert before == order()


def test_creating_moves_the_updated_date_of_the_order() -> None:
    assert fulfilled(order(), draft()).updated_date == NOW


@pytest.mark.rule("R131")
def test_what_was_not_sent_is_not_stored() -> None:
    stored = created().model_dump(mode="json", exclude_none=True)
    assert set(stored) == {"id", "createdDate", "lineItems"}


@pytest.mark.rule("R108")
@pytest.mark.parametrize("status", ["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"])
def test_status_and_completed_are_stored_as_sent(status: str) -> None:
    one = created(status=status, completed=True)
    assert (one.status, one.completed) == (status, True)


def test_custom_info_is_stored_as_sent() -> None:
    one = created(customInfo={"fieldsData": {"courier": "Ada", "": "empty key"}})
    assert one.custom_info is not None
    assert one.custom_info.fields_data == {"courier": "Ada", "": "empty key"}


@pytest.mark.rule("R101")
@pytest.mark.parametrize("status", ["INITIALIZED", "CANCELED", "PENDING", "REJECTED"])
def test_an_order_that_is_not_approved_is_refused(status: str) -> None:
    with pytest.raises(OrderNotApproved) as refused:
        fulfilled(order(status=status), draft())
    assert refused.value.data == {"orderId": ORDER_ID, "status": status}


@pytest.mark.rule("R101")
@pytest.mark.parametrize("payment_status", ["NOT_PAID", "PENDING", "FULLY_REFUNDED"])
def test_an_approved_order_may_be_shipped_whatever_its_payment_status(payment_status: str) -> None:
    assert fulfilled(order(paymentStatus=payment_status), draft()).fulfillments


# Quantities


@pytest.mark.rule("R102")
def test_a_line_item_may_be_split_over_fulfillments_up_to_its_quantity() -> None:
    once = fulfilled(order({ITEM: 3}), draft(quantity=1))
    twice = fulfilled(once, draft(quantity=2), number=2)
    assert [held(one) for one in twice.fulfillments] == [{ITEM: 1}, {ITEM: 2}]


@pytest.mark.rule("R102")
def test_with_line_item_split_once_a_line_item_goes_into_one_fulfillment_only() -> None:
    once = fulfilled(order({ITEM: 3}), draft(quantity=1), line_item_split="once")
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(once, draft(quantity=1), number=2, line_item_split="once")
    assert refused.value.data == {"lineItemId": ITEM, "requested": 1, "remaining": 0}


def test_with_line_item_split_once_another_line_item_is_still_free() -> None:
    once = fulfilled(order({ITEM: 3, OTHER_ITEM: 3}), draft(), line_item_split="once")
    assert len(fulfilled(once, draft(OTHER_ITEM), number=2, line_item_split="once").fulfillments) == 2


@pytest.mark.rule("R103")
def test_an_omitted_quantity_takes_all_that_remains() -> None:
    before = order({ITEM: 10}, fulfillments=[fulfillment(1, {ITEM: 4})])
    assert held(fulfilled(before, draft(quantity=None), number=2).fulfillments[-1]) == {ITEM: 6}


@pytest.mark.rule("R104")
@pytest.mark.parametrize("quantity", [4, 100_000])
def test_over_fulfilling_a_line_item_is_refused(quantity: int) -> None:
    before = order({ITEM: 5}, fulfillments=[fulfillment(1, {ITEM: 2})])
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(before, draft(quantity=quantity), number=2)
    assert refused.value.data == {"lineItemId": ITEM, "requested": quantity, "remaining": 3}
    assert refused.value.message == (f"line item {ITEM}: {quantity} were requested, 3 of 5 can still be fulfilled")


@pytest.mark.rule("R104")
def test_exactly_what_remains_may_be_fulfilled() -> None:
    before = order({ITEM: 5}, fulfillments=[fulfillment(1, {ITEM: 2})])
    assert held(fulfilled(before, draft(quantity=3), number=2).fulfillments[-1]) == {ITEM: 3}


@pytest.mark.rule("R104")
@pytest.mark.parametrize("quantity", [None, 1])
def test_a_line_item_with_nothing_left_is_refused(quantity: int | None) -> None:
    before = order({ITEM: 2}, fulfillments=[fulfillment(1, {ITEM: 2})])
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(before, draft(quantity=quantity), number=2)
    assert refused.value.data == {"lineItemId": ITEM, "requested": quantity, "remaining": 0}


@pytest.mark.rule("R106")
def test_a_line_item_that_the_order_does_not_have_is_refused() -> None:
    with pytest.raises(LineItemNotFound) as refused:
        fulfilled(order(), draft(FOREIGN_ITEM))
    assert refused.value.data == {"lineItemId": FOREIGN_ITEM}
    assert ITEM in refused.value.message


def test_one_bad_line_item_refuses_the_whole_fulfillment() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM}, {"id": FOREIGN_ITEM}]})
    with pytest.raises(LineItemNotFound):
        fulfilled(order(), wanted)


@pytest.mark.rule("R107")
def test_a_line_item_named_twice_counts_twice() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM, "quantity": 2}, {"id": ITEM, "quantity": 2}]})
    with pytest.raises(QuantityExceedsRemaining) as refused:
        fulfilled(order({ITEM: 3}), wanted)
    assert refused.value.data == {"lineItemId": ITEM, "requested": 2, "remaining": 1}


@pytest.mark.rule("R107")
def test_a_line_item_named_again_without_a_quantity_takes_the_rest() -> None:
    wanted = FulfillmentDraft.model_validate({"lineItems": [{"id": ITEM, "quantity": 2}, {"id": ITEM}]})
    one = fulfilled(order({ITEM: 5}), wanted).fulfillments[0]
    assert [(item.id, item.quantity) for item in one.line_items] == [(ITEM, 2), (ITEM, 3)]


# The order's fulfillment status


@pytest.mark.rule("R128")
@pytest.mark.parametrize(
    ("quantities", "status"),
    [
        ({ITEM: 1}, "PARTIALLY_FULFILLED"),
        ({ITEM: 2}, "PARTIALLY_FULFILLED"),
        ({ITEM: 2, OTHER_ITEM: 1}, "FULFILLED"),
    ],
)
def test_the_fulfillment_status_follows_the_quantities(quantities: dict[str, int], status: str) -> None:
    items = [{"id": item_id, "quantity": quantity} for item_id, quantity in quantities.items()]
    after = fulfilled(order({ITEM: 2, OTHER_ITEM: 1}), FulfillmentDraft.model_validate({"lineItems": items}))
    assert after.fulfillment_status == status


@pytest.mark.rule("R128")
def test_the_status_of_a_fulfillment_does_not_change_the_order() -> None:
    assert fulfilled(order({ITEM: 2}), draft(status="Fulfilled", completed=True)).fulfillment_status == (
        "PARTIALLY_FULFILLED"
    )


# Deleting


@pytest.mark.rule("R120")
def test_deleting_gives_the_quantity_back() -> None:
    before = order({ITEM: 2}, fulfillments=[fulfillment(1, {ITEM: 2})])
    after = withdraw(before, guid(1), now=NOW)
    assert dict(after.remaining()) == {ITEM: 2}
    assert after.fulfillment_status == "NOT_FULFILLED"


@pytest.mark.rule("R120")
def test_deleting_leaves_the_other_fulfillments() -> None:
    before = order(fulfillments=[fulfillment(1), fulfillment(2), fulfillment(3)])
    assert [one.id for one in withdraw(before, guid(2), now=NOW).fulfillments] == [guid(1), guid(3)]


@pytest.mark.rule("R116", "R120")
def test_the_number_of_a_deleted_fulfillment_is_free_again() -> None:
    before = order(fulfillments=[fulfillment(1, trackingInfo=FEDEX)])
    after = fulfilled(withdraw(before, guid(1), now=NOW), draft(trackingInfo=FEDEX), number=2)
    assert [one.id for one in after.fulfillments] == [guid(2)]


def test_deleting_moves_the_updated_date_of_the_order() -> None:
    assert withdraw(order(fulfillments=[fulfillment(1)]), guid(1), now=NOW).updated_date == NOW


@pytest.mark.rule("R124")
def test_deleting_an_unknown_fulfillment_is_refused() -> None:
    with pytest.raises(FulfillmentNotFound) as refused:
        withdraw(order(fulfillments=[fulfillment(1)]), guid(2), now=NOW)
    assert refused.value.data == {"fulfillmentId": guid(2), "orderId": ORDER_ID}
