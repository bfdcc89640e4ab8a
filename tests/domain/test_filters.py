"""The filter language: held to a reference of its own, and refused where it makes no sense."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.domain.filters import FIELDS, compile_filter
from emulator.domain.orders import Order
from emulator.domain.refusals import InvalidRequest
from tests.domain.search_reference import DECLARED, conditions, fields_of, filters, matches, orders
from tests.factories import ITEM, OTHER_ITEM, fulfillment, guid, order


def fits(wanted: dict[str, Any], made: Order) -> bool:
    return compile_filter(wanted)(made)


def refusal(wanted: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        compile_filter(wanted)
    return refused.value


@pytest.mark.rule("R411", "R413")
@settings(max_examples=300)
@given(data=st.data())
def test_a_filter_finds_what_the_reference_finds(data: st.DataObject) -> None:
    wanted = data.draw(filters())
    wire = data.draw(orders(fields_of(wanted)))
    assert fits(wanted, Order.model_validate(wire)) == matches(wanted, wire)


@pytest.mark.rule("R411", "R413")
@pytest.mark.parametrize("path", DECLARED)
@settings(max_examples=30)
@given(data=st.data())
def test_every_field_compares_as_the_reference_does(path: str, data: st.DataObject) -> None:
    wanted, wire = {path: data.draw(conditions(path))}, data.draw(orders([path]))
    assert fits(wanted, Order.model_validate(wire)) == matches(wanted, wire)


@pytest.mark.rule("R411")
def test_the_fields_that_can_be_searched_by_are_the_declared_ones() -> None:
    assert {path: (set(field.operators), field.is_sortable) for path, field in FIELDS.items()} == {
        path: (operators, is_sortable) for path, (_, operators, is_sortable) in DECLARED.items()
    }


# The same, told one by one


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"status": "APPROVED"}, True),
        ({"status": {"$eq": "approved"}}, False),
        ({"status": {"$ne": "CANCELED"}, "paymentStatus": "PAID"}, True),
        ({"status": "APPROVED", "paymentStatus": "NOT_PAID"}, False),
        ({"status": {"$in": ["CANCELED", "APPROVED"]}}, True),
        ({"status": {"$in": []}}, False),
        ({"status": {"$nin": ["CANCELED", "APPROVED"]}}, False),
        ({"createdDate": {"$gt": "2025-12-31T23:59:59.999Z", "$lt": "2026-01-01T00:00:00.001Z"}}, True),
        ({"createdDate": {"$gt": "2026-01-01T00:00:00.000Z"}}, False),
        ({"createdDate": "2026-01-01T02:00:00+02:00"}, True),
        ({"createdDate": {"$gte": "2026-01-01"}}, True),
        ({"priceSummary.total.amount": {"$gt": "9"}}, True),
        ({"priceSummary.total.amount": 10}, True),
        ({"priceSummary.total.amount": {"$lte": 10.0}}, True),
        ({"number": {"$gt": "9"}}, True),
        ({"number": 10001}, True),
        ({"number": {"$startsWith": "100"}}, True),
        ({"createdDate": {"$startsWith": "2026-01-01T00:00:00.000Z"}}, True),
        ({"createdDate": {"$startsWith": "2026-02"}}, False),
        ({"priceSummary.total.amount": {"$startsWith": "10.0"}}, True),
        ({"priceSummary.total.amount": {"$startsWith": "1000"}}, False),
        ({"archived": {"$startsWith": ""}}, False),
        ({"buyerInfo.email": {"$startsWith": "ada@"}}, True),
        ({"buyerInfo.email": {"$startsWith": "Ada@"}}, False),
        ({"archived": False}, False),
        ({"archived": {"$exists": False}}, True),
        ({"archived": None}, True),
        ({"archived": {"$ne": True}}, True),
        ({"billingInfo.contactDetails.lastName": {"$isEmpty": True}}, True),
        ({"buyerInfo.email": {"$isEmpty": True}}, False),
        ({"lineItems.productName.original": {"$hasSome": ["Tea", "Coffee"]}}, True),
        ({"lineItems.productName.original": {"$hasAll": ["Tea", "Coffee"]}}, False),
        ({"lineItems.productName.original": {"$hasAll": ["Coffee", "Mug"]}}, True),
        ({"fulfillmentStatusesAggregate.statuses": {"$hasSome": ["Ready"]}}, True),
        ({"fulfillmentStatusesAggregate.statuses": {"$hasSome": ["Pending"]}}, False),
        ({"$or": [{"status": "CANCELED"}, {"archived": None}]}, True),
        ({"$and": [{"status": "APPROVED"}, {"archived": True}]}, False),
        ({"$not": {"status": "CANCELED"}}, True),
        ({"$not": [{"status": "APPROVED"}]}, False),
        ({"$not": {"$or": [{"status": "APPROVED"}]}, "paymentStatus": "PAID"}, False),
    ],
    ids=str,
)
@pytest.mark.rule("R411", "R413")
def test_a_filter_is_true_or_false_of_an_order(wanted: dict[str, Any], expected: bool) -> None:
    items = [
        {"id": ITEM, "quantity": 1, "productName": {"original": "Coffee"}},
        {"id": OTHER_ITEM, "quantity": 1, "productName": {"original": "Mug"}},
    ]
    made = order(
        lineItems=items,
        buyerInfo={"email": "ada@example.com"},
        priceSummary={"total": {"amount": "10.00"}},
        fulfillments=[fulfillment(1, status="Ready")],
    )
    assert fits(wanted, made) is expected


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    ("operator", "expected"), [("$eq", True), ("$lte", True), ("$gte", True), ("$gt", False), ("$lt", False)]
)
def test_a_date_compares_as_it_is_printed(operator: str, expected: bool) -> None:
    made = order(updatedDate="2026-01-01T00:00:00.334567Z")
    shown = made.model_dump(mode="json")["updatedDate"]
    assert fits({"updatedDate": {operator: shown}}, made) is expected
    assert fits({"updatedDate": {operator: "2026-01-01T00:00:00.334001Z"}}, made) is expected


@pytest.mark.rule("R413")
@pytest.mark.parametrize("stray", [7, {"from": {}}, {"from": []}, {"from": "soon"}, {"from": True}, "soon"], ids=str)
def test_a_value_of_another_kind_in_a_field_that_nothing_models_counts_as_missing(stray: Any) -> None:
    made = order(shippingInfo={"logistics": {"deliveryTimeSlot": stray}})
    assert fits({"shippingInfo.logistics.deliveryTimeSlot.from": None}, made)
    assert not fits({"shippingInfo.logistics.deliveryTimeSlot.from": {"$gte": "2000-01-01"}}, made)


# Refusals


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    "name", ["buyerNote", "weightUnit", "lineItems", "lineItems.quantity", "$nor", "Status", "", "priceSummary.total"]
)
def test_a_field_that_is_not_declared_is_refused(name: str) -> None:
    refused = refusal({"status": "APPROVED", name: "x"})
    (violation,) = refused.violations
    assert (violation.field, violation.description) == (
        "search.filter",
        f"Field '{name}' is not declared as filterable",
    )
    assert refused.rule.id == "R411"


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    ("path", "operator"),
    [
        (path, operator)
        for path, (_, operators, _) in DECLARED.items()
        for operator in ("$eq", "$gt", "$hasSome", "$startsWith", "$exists", "$regex")
        if operator not in operators
    ],
)
def test_an_operator_that_a_field_does_not_have_is_refused(path: str, operator: str) -> None:
    known = ", ".join(sorted(DECLARED[path][1]))
    assert refusal({path: {operator: "x"}}).violations[0].description == (
        f"Field '{path}' does not support {operator}; it supports {known}"
    )


@pytest.mark.rule("R411")
@pytest.mark.parametrize("path", [path for path, (_, operators, _) in DECLARED.items() if "$eq" not in operators])
def test_a_value_alone_means_equality_and_is_refused_where_that_is(path: str) -> None:
    assert f"Field '{path}' does not support $eq" in refusal({path: "x"}).message


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    ("path", "operator", "operand"),
    [
        ("status", "$eq", 1),
        ("status", "$eq", ["APPROVED"]),
        ("status", "$in", "APPROVED"),
        ("status", "$in", [True]),
        ("status", "$nin", {"a": 1}),
        ("createdDate", "$gt", "yesterday"),
        ("createdDate", "$gt", 1_767_225_600),
        ("createdDate", "$gt", None),
        ("createdDate", "$eq", {"$date": "2026-01-01T00:00:00Z"}),
        ("priceSummary.total.amount", "$gt", "much"),
        ("priceSummary.total.amount", "$gt", True),
        ("priceSummary.total.amount", "$gt", "NaN"),
        ("priceSummary.total.amount", "$lt", "Infinity"),
        ("priceSummary.total.amount", "$eq", []),
        ("number", "$eq", {}),
        ("number", "$eq", True),
        ("number", "$eq", 1.5),
        ("number", "$startsWith", 1),
        ("archived", "$eq", "true"),
        ("archived", "$exists", "yes"),
        ("archived", "$isEmpty", 1),
        ("buyerInfo.email", "$startsWith", None),
        ("buyerInfo.email", "$gt", None),
        ("buyerInfo.email", "$hasAll", "x"),
        ("lineItems.catalogReference.appId", "$hasSome", "x"),
        ("lineItems.catalogReference.appId", "$hasSome", [1]),
        ("lineItems.catalogReference.appId", "$hasAll", None),
    ],
)
def test_a_value_that_the_field_cannot_be_compared_with_is_refused(path: str, operator: str, operand: Any) -> None:
    message = refusal({path: {operator: operand}}).message
    assert message.startswith(f"search.filter Field '{path}' cannot be compared with ")
    assert message.endswith(f" by {operator}")


@pytest.mark.rule("R411")
def test_a_refusal_shows_no_more_than_the_beginning_of_a_long_value() -> None:
    assert len(refusal({"createdDate": {"$gt": "x" * 10_000}}).message) < 200


@pytest.mark.rule("R411")
@pytest.mark.parametrize("name", ["$and", "$or"])
@pytest.mark.parametrize("operand", [{}, {"status": "APPROVED"}, [], "status", None, 1])
def test_and_and_or_take_an_array(name: str, operand: Any) -> None:
    assert refusal({name: operand}).message == f"search.filter {name} takes an array of filters"


@pytest.mark.rule("R411")
@pytest.mark.parametrize(
    "wanted",
    [
        [],
        "status",
        {"$and": ["status"]},
        {"$or": [[]]},
        {"$not": "status"},
        {"$not": []},
        {"$not": [{}, {}]},
        {"$not": None},
    ],
    ids=str,
)
def test_a_filter_is_an_object(wanted: Any) -> None:
    assert "must be an object of fields and conditions" in refusal(wanted).message


@pytest.mark.rule("R411")
def test_a_refusal_deep_in_a_filter_is_a_refusal_of_the_whole() -> None:
    assert "'color' is not declared" in refusal({"$or": [{}, {"$not": {"$and": [{"color": "red"}]}}]}).message


def nested(depth: int) -> dict[str, Any]:
    wanted: dict[str, Any] = {"status": "APPROVED"}
    for _ in range(depth):
        wanted = {"$not": wanted}
    return wanted


@pytest.mark.rule("R411")
def test_a_filter_that_is_nested_too_deep_is_refused() -> None:
    assert fits(nested(20), order())
    assert refusal(nested(21)).message == "search.filter is too deep"


@pytest.mark.rule("R209", "R411")
def test_an_id_is_found_in_lower_case_only_as_it_is_kept() -> None:
    made = order(id=guid(1))
    assert fits({"id": guid(1)}, made)
    assert not fits({"id": guid(1).upper()}, made)
