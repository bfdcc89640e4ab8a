"""Checks of what can be created (R101 to R108)."""

from emulator.conformance.disagreement import expect, expect_that
from emulator.conformance.expectations import (
    expect_nothing_created,
    expect_refused,
    expect_violations,
    found,
    held,
    of,
)
from emulator.conformance.subject import UNKNOWN_GUID, Subject
from emulator.domain.refusals import (
    InvalidRequest,
    LineItemNotFound,
    OrderNotApproved,
    QuantityExceedsRemaining,
)

STATUSES = ("Fulfilled", "In_Delivery", "Ready", "Accepted", "Pending")


def approved_orders_only(site: Subject) -> None:
    """R101: of an order that is not approved nothing can be fulfilled."""
    order = site.unpaid_order()
    expect_refused(site, site.create(order), OrderNotApproved)
    expect_nothing_created(site, order)


def split_quantities(site: Subject) -> None:
    """R102: a line item's quantity over two fulfillments, or not, as the setting says."""
    order = site.order(3)
    site.create(order).ok()
    answer = site.create(order, lineItems=of(order, 2))
    if site.behaviours.line_item_split == "once":
        expect_that(answer.status != 200, "a refusal", answer.described(), {"line_item_split": "allow"})
        return
    expect_that(answer.status == 200, "HTTP 200", answer.described(), {"line_item_split": "once"})
    expect([held(one) for one in site.fulfillments(order)], [{order.item: 1}, {order.item: 2}], "fulfillments")


def omitted_quantity(site: Subject) -> None:
    """R103: all of it at first; where splitting is allowed, then what is left."""
    whole, rest = site.order(3), site.order(3)
    created = site.create(whole, lineItems=of(whole, None)).ok()
    expect(held(created.at("orderWithFulfillments", "fulfillments", -1)), {whole.item: 3}, "a fulfillment of")
    site.shipped(rest)
    answer = site.create(rest, lineItems=of(rest, None))
    if answer.status == 200:  # that it can be split is another rule (R102)
        expect(held(answer.at("orderWithFulfillments", "fulfillments", -1)), {rest.item: 2}, "a fulfillment of")


def quantity_limited(site: Subject) -> None:
    """R104: neither more than remains, nor anything of nothing."""
    order = site.order(2)
    expect_refused(site, site.create(order, lineItems=of(order, 3)), QuantityExceedsRemaining)
    expect_nothing_created(site, order)
    site.shipped(order, lineItems=of(order, 2))
    expect_refused(site, site.create(order, lineItems=of(order, None)), QuantityExceedsRemaining)
    expect(len(site.fulfillments(order)), 1, "fulfillments:")


def field_limits(site: Subject) -> None:
    """R105: each limit from outside, and what is just inside."""
    order, number = site.order(), "fulfillment.trackingInfo.trackingNumber"
    too_many = [{"id": order.item, "quantity": 1}] * 301
    expect_violations(site, site.create(order, lineItems=[]), "fulfillment.lineItems")
    expect_violations(site, site.create(order, lineItems=too_many), "fulfillment.lineItems")
    for quantity in (0, 100_001):
        answer = site.create(order, lineItems=of(order, quantity))
        expect_violations(site, answer, "fulfillment.lineItems[0].quantity")
    for length in (0, 101):
        answer = site.create(order, trackingInfo={"trackingNumber": "x" * length, "shippingProvider": "ups"})
        expect_violations(site, answer, number)
    for link in ("no link", "https://example.com/" + "x" * 2_048):
        answer = site.create(order, trackingInfo={"shippingProvider": "own", "trackingLink": link})
        expect_violations(site, answer, "fulfillment.trackingInfo.trackingLink")
    fields = {f"field{index}": "x" for index in range(101)}
    expect_violations(site, site.create(order, customInfo={"fieldsData": fields}), "fulfillment.customInfo.fieldsData")
    for ids in ([], [f"unknown-{index}" for index in range(101)]):
        expect_violations(site, site.list_by_ids(ids), "orderIds")
    for entries in (0, 101):
        expect_violations(
            site, site.bulk(*[(order, [{"lineItems": of(order, 1)}])] * entries), "ordersWithFulfillments"
        )
    expect_nothing_created(site, order)
    site.create(order, trackingInfo={"trackingNumber": site.number("x" * 89), "shippingProvider": "ups"}).ok()


def foreign_line_item(site: Subject) -> None:
    """R106: a line item of no order at all."""
    order = site.order()
    answer = site.create(order, lineItems=[{"id": UNKNOWN_GUID, "quantity": 1}])
    expect_refused(site, answer, LineItemNotFound)
    expect_nothing_created(site, order)


def repeated_line_item(site: Subject) -> None:
    """R107: twice is too much where there is one, and adds up where there are three."""
    scarce, plenty = site.order(), site.order(3)
    answer = site.create(scarce, lineItems=of(scarce, 1) * 2)
    expect_that(400 <= answer.status < 500, "a refusal of two where one is left", answer.described())
    expect_nothing_created(site, scarce)
    created = site.create(plenty, lineItems=[*of(plenty, 1), *of(plenty, 2)]).ok()
    expect(held(created.at("orderWithFulfillments", "fulfillments", -1)), {plenty.item: 3}, "a fulfillment of")


def closed_status_set(site: Subject) -> None:
    """R108: the five statuses in the unusual order, and one in the wrong case."""
    order = site.order()
    fulfillment = site.shipped(order)
    for status in STATUSES:
        answer = site.update(order, fulfillment, status=status).ok()
        shown = found(answer.at("orderWithFulfillments", "fulfillments"), fulfillment)
        expect(shown.get("status"), status, "status")
    answer = site.update(order, fulfillment, status="fulfilled")
    expect_refused(site, answer, InvalidRequest)
    expect(found(site.fulfillments(order), fulfillment).get("status"), STATUSES[-1], "after the refusal, status")
