"""An order is approved, paid, canceled: its status, and what may follow it."""

from typing import Any, get_args

import pytest

from emulator.domain.order_parts import OrderStatus
from emulator.domain.purchases import cancel, change, pay, set_status, transactions
from emulator.domain.refusals import (
    OrderAlreadyPaid,
    OrderHasAuthorizedTransaction,
    StatusAlreadySet,
    StatusNotSupported,
    UnsupportedTransition,
)
from tests.domain.purchases import LATER, activities, patch, placed
from tests.factories import ORDER_ID, fulfillment, order

STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)


# Canceling


@pytest.mark.rule("R408")
@pytest.mark.parametrize("status", ["INITIALIZED", "APPROVED"])
def test_canceling_leaves_payment_and_fulfillments_as_they_are(status: str) -> None:
    before = order(status=status, fulfillments=[fulfillment(1)])
    after = cancel(before, now=LATER)
    assert (after.status, after.updated_date) == ("CANCELED", LATER)
    assert (after.payment_status, after.fulfillments) == (before.payment_status, before.fulfillments)
    assert after.fulfillment_status == before.fulfillment_status == "PARTIALLY_FULFILLED"


@pytest.mark.rule("R129", "R408")
@pytest.mark.parametrize(("status", "kept"), [("APPROVED", "FULFILLED"), ("INITIALIZED", "NOT_FULFILLED")])
def test_canceling_an_order_that_needs_no_shipping_leaves_its_fulfillment_status(status: str, kept: str) -> None:
    before = order(status=status, shippingInfo=None)
    after = cancel(before, now=LATER)
    assert before.fulfillment_status == after.fulfillment_status == kept
    assert change(after, patch(archived=True), now=LATER).fulfillment_status == kept


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
