from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core import to_json

from emulator.domain.fulfillments import OrderWithFulfillments
from emulator.domain.orders import Order
from emulator.domain.refusals import FulfillmentNotFound, Violation
from emulator.domain.violations import violations_of
from tests.factories import FOREIGN_ITEM, ITEM, NOW, ORDER_ID, OTHER_ITEM, fulfillment, guid, order


def violations(**fields: Any) -> list[Violation]:
    with pytest.raises(ValidationError) as refused:
        order(**fields)
    return violations_of(refused.value)


def test_what_remains_is_what_was_ordered_less_what_fulfillments_hold() -> None:
    fulfillments = [fulfillment(1, {ITEM: 2}), fulfillment(2, {ITEM: 1, OTHER_ITEM: 1})]
    assert dict(order({ITEM: 5, OTHER_ITEM: 1}, fulfillments=fulfillments).remaining()) == {ITEM: 2, OTHER_ITEM: 0}


@pytest.mark.rule("R128")
@pytest.mark.parametrize(
    ("fulfilled", "status"),
    [
        ([], "NOT_FULFILLED"),
        ([{ITEM: 1}], "PARTIALLY_FULFILLED"),
        ([{ITEM: 2}], "PARTIALLY_FULFILLED"),
        ([{ITEM: 2}, {OTHER_ITEM: 1}], "FULFILLED"),
        ([{ITEM: 2, OTHER_ITEM: 1}], "FULFILLED"),
    ],
)
def test_the_fulfillment_status_counts_every_line_item(fulfilled: list[dict[str, int]], status: str) -> None:
    fulfillments = [fulfillment(number, held) for number, held in enumerate(fulfilled)]
    assert order({ITEM: 2, OTHER_ITEM: 1}, fulfillments=fulfillments).fulfillment_status == status


@pytest.mark.rule("R129")
def test_an_approved_order_without_shipping_info_is_fulfilled() -> None:
    assert order(shippingInfo=None).fulfillment_status == "FULFILLED"


@pytest.mark.rule("R129")
@pytest.mark.parametrize("status", ["PENDING", "CANCELED", "INITIALIZED", "REJECTED"])
def test_an_order_without_shipping_info_that_is_not_approved_is_not_fulfilled(status: str) -> None:
    assert order(shippingInfo=None, status=status).fulfillment_status == "NOT_FULFILLED"


def test_a_fulfillment_is_found_by_its_id() -> None:
    assert order(fulfillments=[fulfillment(1), fulfillment(2)]).fulfillment(guid(2)).id == guid(2)


@pytest.mark.rule("R124")
def test_an_unknown_fulfillment_is_refused() -> None:
    with pytest.raises(FulfillmentNotFound) as refused:
        order(fulfillments=[fulfillment(1)]).fulfillment(guid(2))
    assert refused.value.message == f"order {ORDER_ID} has no fulfillment {guid(2)}"


def test_new_fulfillments_without_a_time_leave_the_updated_date() -> None:
    before = order()
    assert before.with_fulfillments(()).updated_date == before.updated_date
    assert before.with_fulfillments((), now=NOW).updated_date == NOW


def test_an_order_is_a_value_that_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        order().status = "CANCELED"  # type: ignore[misc]  # that it is frozen is the point


def test_an_order_shows_no_fulfillments_on_the_wire() -> None:
    assert "fulfillments" not in order(fulfillments=[fulfillment(1)]).model_dump(mode="json")


def test_an_order_keeps_the_fields_that_it_does_not_model() -> None:
    shown = order(buyerNote="ring twice", lineItems=[{"id": ITEM, "quantity": 1, "sku": "A"}]).model_dump(mode="json")
    assert (shown["buyerNote"], shown["lineItems"][0]["sku"]) == ("ring twice", "A")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T02:00:00.123456+02:00", "2026-01-01T00:00:00.123Z"),
        ("2025-12-31T23:00:00.5-01:00", "2026-01-01T00:00:00.500Z"),
    ],
)
def test_timestamps_print_in_utc_with_milliseconds(written: str, shown: str) -> None:
    assert order(createdDate=written).model_dump(mode="json")["createdDate"] == shown


@pytest.mark.parametrize(
    "written",
    ["2026-01-01", "2026-01-01T00:00:00", "yesterday", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"],
)
def test_a_timestamp_without_an_offset_or_out_of_range_is_a_violation(written: str) -> None:
    (violation,) = violations(createdDate=written)
    assert (violation.field, violation.violated_rule) == ("createdDate", "FORMAT")


def test_more_fulfilled_than_ordered_is_a_violation() -> None:
    (violation,) = violations(quantities={ITEM: 1}, fulfillments=[fulfillment(1, {ITEM: 2})])
    assert violation.description == f"fulfillments hold 1 more of line item {ITEM} than was ordered"


def test_a_fulfilled_line_item_that_was_never_ordered_is_a_violation() -> None:
    (violation,) = violations(fulfillments=[fulfillment(1, {FOREIGN_ITEM: 1})])
    assert FOREIGN_ITEM in violation.description


def test_two_line_items_of_one_id_are_a_violation() -> None:
    (violation,) = violations(lineItems=[{"id": ITEM, "quantity": 1}, {"id": ITEM, "quantity": 2}])
    assert violation == Violation("lineItems", f"has 2 entries with the id {ITEM}", "OTHER")


def test_two_fulfillments_of_one_id_are_a_violation() -> None:
    (violation,) = violations(fulfillments=[fulfillment(1), fulfillment(1)])
    assert violation.field == "fulfillments"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "approved"),
        ("paymentStatus", "FREE"),
        ("fulfillmentStatus", "DONE"),
        ("id", "x" * 101),
        ("id", ""),
        ("number", ""),
        ("number", 10001),
        ("lineItems", []),
        ("shippingInfo", "by bike"),
    ],
)
def test_a_field_out_of_its_set_is_a_violation(field: str, value: Any) -> None:
    (violation,) = violations(**{field: value})
    assert violation.field == field


@pytest.mark.parametrize("field", ["id", "number", "createdDate", "updatedDate", "status", "paymentStatus"])
def test_a_required_field_cannot_be_left_out(field: str) -> None:
    wire = order().model_dump(mode="json")
    del wire[field]
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(wire)
    assert [(one.field, one.violated_rule) for one in violations_of(refused.value)] == [(field, "REQUIRED_FIELD")]


@pytest.mark.rule("R121")
def test_what_the_fulfillments_api_answers_is_an_order_with_fulfillments() -> None:
    held = [fulfillment(1, trackingInfo={"trackingNumber": "1"}), fulfillment(2, customInfo={"fieldsData": {"a": "b"}})]
    answered = to_json(order(fulfillments=held).with_all_fulfillments(), exclude_none=True)
    model = OrderWithFulfillments.model_validate_json(answered)
    assert model.model_dump_json(exclude_none=True).encode() == answered
