"""Checks of changing, deleting, listing and bulk creation (R118 to R131)."""

from emulator.conformance.checks.tracking import LINKS, tracked
from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import (
    expect_nothing_created,
    expect_refused,
    expect_shape,
    found,
    held,
    of,
    parcel,
)
from emulator.conformance.subject import UNKNOWN_GUID, Subject
from emulator.domain.refusals import FulfillmentNotFound, InvalidRequest, OrderNotFound

_ALL = ("orderWithFulfillments", "fulfillments")


def update_semantics(site: Subject) -> None:
    """R118: set, remove and leave; tracking info is merged, fields data replaced."""
    order = site.order()
    fulfillment = site.shipped(order, status="Pending", trackingInfo=tracked(site, "1", "fedex"))
    answer = site.update(order, fulfillment, completed=True).ok()
    shown = found(answer.at(*_ALL), fulfillment)
    expect((shown.get("status"), shown.get("completed")), ("Pending", True), "status and completed")
    answer = site.update(order, fulfillment, status=None).ok()
    expect("status" in found(answer.at(*_ALL), fulfillment), False, "after null, a status:")
    answer = site.update(order, fulfillment, trackingInfo={"trackingNumber": site.number("2")})
    expect(parcel(answer), tracked(site, "2", "fedex", LINKS["fedex"].format(site.number("2"))), "trackingInfo")
    site.update(order, fulfillment, customInfo={"fieldsData": {"a": "1", "b": "2"}}).ok()
    answer = site.update(order, fulfillment, customInfo={"fieldsData": {"a": "3"}}).ok()
    custom = found(answer.at(*_ALL), fulfillment).get("customInfo")
    expect(custom, {"fieldsData": {"a": "3"}}, "customInfo")


def line_items_fixed(site: Subject) -> None:
    """R119: the present line items are ignored, another quantity is refused."""
    order = site.order(2)
    fulfillment = site.shipped(order)
    site.update(order, fulfillment, lineItems=of(order, 1)).ok()
    expect_refused(site, site.update(order, fulfillment, lineItems=of(order, 2)), InvalidRequest)
    expect(held(found(site.fulfillments(order), fulfillment)), {order.item: 1}, "a fulfillment of")


def delete_returns_quantity(site: Subject) -> None:
    """R120: quantities and number are free again."""
    order = site.order(2)
    fulfillment = site.shipped(order, lineItems=of(order, 2), trackingInfo=tracked(site, "1"))
    expect(site.delete(order, fulfillment).ok().at(*_ALL), [], "fulfillments")
    again = site.create(order, lineItems=of(order, 2), trackingInfo=tracked(site, "1")).ok()
    expect(held(again.at(*_ALL, -1)), {order.item: 2}, "a fulfillment of")


def all_fulfillments_returned(site: Subject) -> None:
    """R121: create, update and delete, with one fulfillment besides."""
    order = site.order(1, 1)
    first = site.shipped(order)
    created = site.create(order, lineItems=[{"id": order.items[1]}]).ok()
    expect(created.at("orderWithFulfillments", "orderId"), order.id, "orderId")
    second = created.at("fulfillmentId")
    for answer in (created, site.update(order, str(second), status="Ready").ok()):
        expect({one.get("id") for one in answer.at(*_ALL)}, {first, second}, "fulfillments")
    expect([one.get("id") for one in site.delete(order, str(second)).ok().at(*_ALL)], [first], "fulfillments")


def bulk_results(site: Subject) -> None:
    """R122: two entries that succeed and one that fails."""
    order, other = site.order(), site.order()
    entries = [(one, [{"lineItems": of(one, 1)}]) for one in (order, other, order)]
    answer = site.bulk(*entries).ok()
    shape = ("id", "originalIndex", "success")
    for index, one in enumerate((order, other, order)):
        metadata = answer.at("results", index, "itemMetadata")
        expect_shape(metadata, shape, "itemMetadata")
        expect([metadata[key] for key in shape], [one.id, index, index < 2], "id, originalIndex, success")
    for index, one in enumerate((order, other)):
        expect(answer.at("results", index, "ordersWithFulfillments", "orderId"), one.id, "orderId")
    expect_shape(answer.at("results", 2, "itemMetadata", "error"), ("code", "description"), "error")
    counters = {"totalSuccesses": 2, "totalFailures": 1, "undetailedFailures": 0}
    expect(answer.at("bulkActionMetadata"), counters, "bulkActionMetadata")


def bulk_atomic_entries(site: Subject) -> None:
    """R123: an entry whose second fulfillment is refused leaves nothing; 200 even if that is all there is."""
    order, other = site.order(), site.order()
    excess = {"lineItems": of(order, 1)}
    answer = site.bulk((order, [excess, excess])).ok()
    expect(answer.at("results", 0, "itemMetadata", "success"), False, "success")
    expect("ordersWithFulfillments" in answer.at("results", 0), False, "an order in the result:")
    expect_nothing_created(site, order)
    answer = site.bulk((order, [excess, excess]), (order, [excess]), (other, [{"lineItems": of(other, 1)}])).ok()
    outcomes = [answer.at("results", index, "itemMetadata", "success") for index in range(3)]
    expect(outcomes, [False, True, True], "success of the entries")


def fulfillment_not_found(site: Subject) -> None:
    """R124: on update and delete."""
    order = site.order()
    expect_refused(site, site.update(order, UNKNOWN_GUID, status="Ready"), FulfillmentNotFound)
    expect_refused(site, site.delete(order, UNKNOWN_GUID), FulfillmentNotFound)


def order_not_found(site: Subject) -> None:
    """R125: Get Order, and the fulfillments of an order that is not there."""
    expect_refused(site, site.get_order(UNKNOWN_GUID), OrderNotFound)
    expect_refused(site, site.list_fulfillments(UNKNOWN_GUID), OrderNotFound)


def unknown_orders_left_out(site: Subject) -> None:
    """R126: in the order of the request, each once."""
    order, other = site.order(), site.order()
    answer = site.list_by_ids([other.id, UNKNOWN_GUID, order.id, other.id]).ok()
    listed = [one.get("orderId") for one in answer.at("ordersWithFulfillments")]
    expect(listed, [other.id, order.id], "orders")


def plain_order_id(site: Subject) -> None:
    """R127: no GUID is merely unknown; 101 characters are too many."""
    for order_id in ("no guid", "x" * 100):
        expect_refused(site, site.list_fulfillments(order_id), OrderNotFound)
    expect_refused(site, site.list_fulfillments("x" * 101), InvalidRequest)


def derived_fulfillment_status(site: Subject) -> None:
    """R128: nothing, one of two line items, both."""
    order = site.order(1, 1)
    for position, status in enumerate(("NOT_FULFILLED", "PARTIALLY_FULFILLED", "FULFILLED")):
        expect(site.get_order(order.id).ok().at("order", "fulfillmentStatus"), status, "fulfillmentStatus")
        if position < len(order.items):
            site.shipped(order, lineItems=[{"id": order.items[position]}])


def no_shipping_info(site: Subject) -> None:
    """R129: approved without shippingInfo, and at once fulfilled."""
    order = site.order(shippingInfo=None)
    expect(site.get_order(order.id).ok().at("order", "fulfillmentStatus"), "FULFILLED", "fulfillmentStatus")


def oldest_first(site: Subject) -> None:
    """R130: three, listed as they were made."""
    order = site.order(1, 1, 1)
    made = [site.shipped(order, lineItems=[{"id": item}]) for item in order.items]
    expect([one.get("id") for one in site.fulfillments(order)], made, "fulfillments")


def absent_optionals(site: Subject) -> None:
    """R131: what was not sent is not there; what was removed neither."""
    order = site.order()
    created = site.create(order).ok()
    fulfillment = str(created.at("fulfillmentId"))
    shown = found(created.at(*_ALL), fulfillment)
    present = {"status", "completed", "trackingInfo", "customInfo"} & set(shown)
    expect_that(not present, "no optional field", sorted(present))
    with site.preparing():
        site.update(order, fulfillment, status="Ready", completed=True).ok()
    answer = site.update(order, fulfillment, status=None, completed=None).ok()
    present = {"status", "completed"} & set(found(answer.at(*_ALL), fulfillment))
    expect_that(not present, "no removed field", sorted(present))
